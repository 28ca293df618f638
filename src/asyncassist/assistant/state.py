"""Dialogue state: immutable, small, and stored as flat JSON so that concurrent versions can be merged by key."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal  # noqa: TC003 - msgspec reads the annotations
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from asyncassist._types import Airline, Leg, Money, Passengers, Place, to_jsonable

if TYPE_CHECKING:
    from asyncassist.flights import FlightOffer, Itinerary

VERSION = 1
"""Version of the stored form."""

SortOrder = Literal["best", "price", "duration"]

REQUIRED_SLOTS = ("origin", "destination", "departure_date")
"""Slots without which no search is possible, in the order in which they are asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layover:
    """A stop between two flights.

    Attributes:
        airport: IATA code of the airport of arrival.
        seconds: Time from arrival to the next departure.
    """

    airport: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LegSummary:
    """Facts of one direction of an offer.

    Attributes:
        origin: IATA code of the first airport.
        destination: IATA code of the last airport.
        carriers: IATA codes of the airlines, in order of the flights.
        number: Flight number of the first flight, "TP534".
        departs: Local departure time, naive.
        arrives: Local arrival time, naive.
        duration: Seconds from departure to arrival.
        stops: Number of stops.
        layovers: The stops between flights, in order.
    """

    origin: str
    destination: str
    carriers: tuple[str, ...]
    number: str
    departs: dt.datetime
    arrives: dt.datetime
    duration: float
    stops: int
    layovers: tuple[Layover, ...] = ()

    @classmethod
    def from_itinerary(cls, itinerary: Itinerary) -> LegSummary:
        """Summarise an itinerary."""
        segments = itinerary.segments
        first, last = segments[0], segments[-1]
        return cls(
            origin=first.origin,
            destination=last.destination,
            carriers=tuple(dict.fromkeys(segment.carrier for segment in segments)),
            number=f"{first.carrier}{first.number}",
            departs=first.departs_local.replace(tzinfo=None),
            arrives=last.arrives_local.replace(tzinfo=None),
            duration=itinerary.duration.total_seconds(),
            stops=itinerary.stops,
            layovers=tuple(
                Layover(airport=one.destination, seconds=(other.departs - one.arrives).total_seconds())
                for one, other in itertools.pairwise(segments)
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferSummary:
    """Facts of a shown offer that later messages may refer to; a session stores these instead of the whole offer.

    Attributes:
        id: Id of the offer.
        provider: Name of its provider.
        price: Exact total for all passengers.
        currency: Currency of the price, ISO 4217.
        legs: Its directions, in order; at least one.
        seats_left: Seats available at this price, None if unknown.
        checked_bags: Checked bags of each adult, None if unknown.
        carry_on: Cabin bags of each adult, None if unknown.
        refundable: Whether the fare can be refunded, None if unknown.
        changeable: Whether the booking can be changed, None if unknown.
    """

    id: str
    provider: str = ""
    price: Decimal
    currency: str
    legs: tuple[LegSummary, ...]
    seats_left: int | None = None
    checked_bags: int | None = None
    carry_on: int | None = None
    refundable: bool | None = None
    changeable: bool | None = None

    @property
    def outbound(self) -> LegSummary:
        """The first direction."""
        return self.legs[0]

    @property
    def departs(self) -> dt.datetime:
        """Local departure time of the first direction, naive."""
        return self.legs[0].departs

    @property
    def duration(self) -> float:
        """Seconds of the first direction."""
        return self.legs[0].duration

    @property
    def number(self) -> str:
        """Number of the first flight."""
        return self.legs[0].number

    @property
    def money(self) -> Money:
        """The price with its currency."""
        return Money(self.price, self.currency)

    @classmethod
    def from_offer(cls, offer: FlightOffer) -> OfferSummary:
        """Summarise an offer."""
        fare = offer.fare
        return cls(
            id=offer.id,
            provider=offer.provider,
            price=offer.total.amount,
            currency=offer.total.currency,
            legs=tuple(LegSummary.from_itinerary(itinerary) for itinerary in offer.itineraries),
            seats_left=offer.seats_left,
            checked_bags=None if fare is None else fare.checked_bags,
            carry_on=None if fare is None else fare.carry_on,
            refundable=None if fare is None else fare.refundable,
            changeable=None if fare is None else fare.changeable,
        )


_NO_SLOTS: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class DialogueState:
    """Dialogue state of a conversation.

    Attributes:
        language: ISO 639-1 code of the last message; None before the first.
        region: Region by whose words, dates and clock the replies are written, None for those most common in the
            language.
        slots: Filled slots, by the names and types of the NLP engine.
        asked: Slot of the open question, None if none is open.
        choices: Candidate places when the open question is which place an ambiguous name means.
        choice_text: The ambiguous name as the traveller wrote it.
        settled: Questions and hints that are posed only once and were: "return_date", "place:<name>", "hint".
        stay: Days from the departure to the return that the traveller asked for, None without a length of stay.
        month: "2027-03" when the traveller named a month without a day; else None.
        sort: Sort order of offers.
        windows: First and last minute of the day in which the trip's flights may depart or arrive: by "outbound" or
            "return", a full stop, and "departure" or "arrival"; a minute beyond 1439 is on the next day.
        shown: Summaries of the offers listed last.
        seen: Ids of the offers in the list that "show more" continues, those of its earlier pages too.
        chosen: Id of the offer that was picked or asked about last, None if none was.
        picked: Id of the offer that was picked last, None if none was.
        earlier: Slots before the last change of the trip, which can be taken back; empty before the first.
        currency: Currency in which the traveller wants prices, ISO 4217; None for that of the assistant.
        leg: Index of the leg whose places and date the slots hold, while it is asked about or shown alone; None for
            the whole trip, of which the slots then hold the first leg.
        party: Travellers who are too many for one booking, while the slot of the passengers does not hold a part of
            them; None otherwise.
        misses: Messages in a row that were not understood.
        last_reply: Digest of the last reply's text, "" before the first.
    """

    language: str | None = None
    region: str | None = None
    slots: Mapping[str, Any] = field(default_factory=lambda: _NO_SLOTS)
    asked: str | None = None
    choices: tuple[Place, ...] = ()
    choice_text: str = ""
    settled: frozenset[str] = frozenset()
    stay: int | None = None
    month: str | None = None
    sort: SortOrder = "best"
    windows: Mapping[str, tuple[int, int]] = field(default_factory=lambda: _NO_SLOTS)
    shown: tuple[OfferSummary, ...] = ()
    seen: tuple[str, ...] = ()
    chosen: str | None = None
    picked: str | None = None
    earlier: Mapping[str, Any] = field(default_factory=lambda: _NO_SLOTS)
    currency: str | None = None
    leg: int | None = None
    party: Passengers | None = None
    misses: int = 0
    last_reply: str = ""

    def missing(self) -> tuple[str, ...]:
        """Return the slots still needed before a search, the next question's first.

        Those of a later leg of a trip are named with it: "legs.1.departure_date".
        """
        group = f"legs.{self.leg}." if self.leg else ""
        missing = [group + name for name in REQUIRED_SLOTS if name not in self.slots]
        if self.asked == "split_party":
            missing.insert(0, "split_party")
        if self.asked == "return_date" and "return_date" not in self.slots:
            missing.append("return_date")
        return tuple(missing)

    def reported_slots(self) -> dict[str, Any]:
        """Return the slots as a reply reports them: those of the first leg while a later one is asked about."""
        if not self.leg or not self.missing() or "legs" not in self.slots:
            return dict(self.slots)
        first: Leg = self.slots["legs"][0]
        names = REQUIRED_SLOTS
        own = {name: value for name in names if (value := getattr(first, name)) is not None}
        return {**{name: value for name, value in self.slots.items() if name not in names}, **own}

    def asked_leg(self) -> Leg | None:
        """Return the leg whose places and date the slots hold, None for a single trip."""
        legs: tuple[Leg, ...] = self.slots.get("legs", ())
        return legs[self.leg or 0] if legs else None

    def with_slots(self, **changes: Any) -> DialogueState:
        """Return a copy with changed slots; None removes a slot."""
        slots = {name: value for name, value in {**self.slots, **changes}.items() if value is not None}
        return dataclasses.replace(self, slots=MappingProxyType(slots))

    def replace(self, **changes: Any) -> DialogueState:
        """Return a copy with changed fields."""
        return dataclasses.replace(self, **changes)

    def to_dict(self) -> dict[str, Any]:
        """Return the state as flat JSON data: one key per slot or field, unset ones left out."""
        data: dict[str, Any] = {"v": VERSION}
        data |= {f"slot.{name}": to_jsonable(value) for name, value in self.slots.items()}
        data |= {f"earlier.{name}": to_jsonable(value) for name, value in self.earlier.items()}
        for item in dataclasses.fields(self):
            value = getattr(self, item.name)
            if item.name not in {"slots", "earlier"} and value not in (None, (), "", 0, frozenset(), "best", {}):
                data[item.name] = _to_json(value)
        return data

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> DialogueState:
        """Read a state from its JSON data; keys that are unknown or do not fit their type are left out."""
        slots: dict[str, dict[str, Any]] = {"slot": {}, "earlier": {}}
        for key, value in data.items():
            group, _, name = key.partition(".")
            if group in slots and name in _SLOT_TYPES:
                read = _convert_or_none(value, _SLOT_TYPES[name])
                if read is not None:
                    slots[group][name] = read
        fields = {
            name: _convert_or_none(data.get(name), kind)
            for name, kind in _FIELD_TYPES.items()
            if data.get(name) is not None
        }
        known = {name: value for name, value in fields.items() if value is not None}
        return cls(slots=MappingProxyType(slots["slot"]), earlier=MappingProxyType(slots["earlier"]), **known)


def _to_json(value: Any) -> Any:
    """Convert a field to plain JSON types, so that written and re-read data compare equal."""
    if isinstance(value, frozenset):
        value = sorted(value)
    return msgspec.json.decode(msgspec.json.encode(dict(value) if isinstance(value, Mapping) else value))


def _convert_or_none(value: Any, kind: Any) -> Any:
    """Convert a JSON value to a type, None if it does not fit."""
    try:
        return msgspec.convert(value, kind, strict=False)
    except (msgspec.ValidationError, ValueError):
        return None


_SLOT_TYPES: Mapping[str, Any] = {
    "origin": Place,
    "destination": Place,
    "departure_date": dt.date,
    "return_date": dt.date,
    "passengers": Passengers,
    "cabin": Literal["economy", "premium_economy", "business", "first"],
    "airline": Airline,
    "excluded_airlines": tuple[Airline, ...],
    "max_stops": int,
    "checked_bags": int,
    "refundable": bool,
    "budget": Money,
    "trip_type": Literal["one_way", "round_trip"],
    "via": tuple[Place, ...],
    "not_via": tuple[Place, ...],
    "more_airlines": tuple[Airline, ...],
    "alliance": str,
    "more_origins": tuple[Place, ...],
    "more_destinations": tuple[Place, ...],
    "legs": tuple[Leg, ...],
}

_FIELD_TYPES: Mapping[str, Any] = {
    "language": str,
    "region": str,
    "asked": str,
    "choices": tuple[Place, ...],
    "choice_text": str,
    "settled": frozenset[str],
    "stay": int,
    "month": str,
    "sort": Literal["best", "price", "duration"],
    "windows": dict[str, tuple[int, int]],
    "shown": tuple[OfferSummary, ...],
    "seen": tuple[str, ...],
    "chosen": str,
    "picked": str,
    "currency": str,
    "leg": int,
    "party": Passengers,
    "misses": int,
    "last_reply": str,
}
