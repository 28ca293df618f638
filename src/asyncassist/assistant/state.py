"""Dialogue state: immutable, small, and stored as flat JSON so that concurrent versions can be merged by key."""

from __future__ import annotations

import dataclasses
import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal  # noqa: TC003 - msgspec reads the annotations
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from asyncassist._types import Airline, Money, Passengers, Place, to_jsonable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asyncassist.flights import FlightOffer

VERSION = 1
"""Version of the stored form."""

SortOrder = Literal["best", "price", "duration"]

REQUIRED_SLOTS = ("origin", "destination", "departure_date")
"""Slots without which no search is possible, in the order in which they are asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferSummary:
    """Facts of a shown offer that later messages may refer to; a session stores these instead of the whole offer.

    Attributes:
        id: Id of the offer.
        price: Exact total for all passengers.
        currency: Currency of the price, ISO 4217.
        carrier: IATA code of the first segment's airline.
        number: Flight number of the first segment, "TP534".
        departs: Local departure time of the first segment, naive.
        arrives: Local arrival time at the end of the outbound itinerary, naive.
        duration: Seconds of the outbound itinerary.
        stops: Stops of the outbound itinerary.
    """

    id: str
    price: Decimal
    currency: str
    carrier: str
    number: str
    departs: dt.datetime
    arrives: dt.datetime
    duration: float
    stops: int

    @classmethod
    def from_offer(cls, offer: FlightOffer) -> OfferSummary:
        """Summarise an offer."""
        outbound = offer.itineraries[0]
        first = outbound.segments[0]
        return cls(
            id=offer.id,
            price=offer.total.amount,
            currency=offer.total.currency,
            carrier=first.carrier,
            number=f"{first.carrier}{first.number}",
            departs=first.departs_local.replace(tzinfo=None),
            arrives=outbound.segments[-1].arrives_local.replace(tzinfo=None),
            duration=_to_seconds(outbound.duration),
            stops=outbound.stops,
        )


def _to_seconds(duration: dt.timedelta | float) -> float:
    return duration.total_seconds() if isinstance(duration, dt.timedelta) else float(duration)


_NO_SLOTS: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class DialogueState:
    """Dialogue state of a conversation.

    Attributes:
        language: ISO 639-1 code of the last message; None before the first.
        slots: Filled slots, by the names and types of the NLP engine.
        asked: Slot of the open question, None if none is open.
        choices: Candidate places when the open question is which place an ambiguous name means.
        choice_text: The ambiguous name as the traveller wrote it.
        settled: Questions and hints that are posed only once and were: "return_date", "place:<name>", "hint".
        month: "2027-03" when the traveller named a month without a day; else None.
        sort: Sort order of offers.
        window: First and last minute of the day for departures, None for any time.
        shown: Summaries of the offers listed last.
        chosen: Id of the offer that was picked or asked about last, None if none was.
    """

    language: str | None = None
    slots: Mapping[str, Any] = field(default_factory=lambda: _NO_SLOTS)
    asked: str | None = None
    choices: tuple[Place, ...] = ()
    choice_text: str = ""
    settled: frozenset[str] = frozenset()
    month: str | None = None
    sort: SortOrder = "best"
    window: tuple[int, int] | None = None
    shown: tuple[OfferSummary, ...] = ()
    chosen: str | None = None

    def missing(self) -> tuple[str, ...]:
        """Return the slots still needed before a search, the next question's first."""
        missing = [name for name in REQUIRED_SLOTS if name not in self.slots]
        if self.asked == "return_date" and "return_date" not in self.slots:
            missing.append("return_date")
        return tuple(missing)

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
        for item in dataclasses.fields(self):
            value = getattr(self, item.name)
            if item.name != "slots" and value not in (None, (), "", frozenset(), "best"):
                data[item.name] = _to_json(value)
        return data

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> DialogueState:
        """Read a state from its JSON data; keys that are unknown or do not fit their type are left out."""
        slots = {}
        for key, value in data.items():
            name = key.removeprefix("slot.")
            if name != key and name in _SLOT_TYPES:
                slots[name] = _convert_or_none(value, _SLOT_TYPES[name])
        fields = {
            name: _convert_or_none(data.get(name), kind)
            for name, kind in _FIELD_TYPES.items()
            if data.get(name) is not None
        }
        known = {name: value for name, value in fields.items() if value is not None}
        return cls(slots=MappingProxyType({k: v for k, v in slots.items() if v is not None}), **known)


def _to_json(value: Any) -> Any:
    """Convert a field to plain JSON types, so that written and re-read data compare equal."""
    return msgspec.json.decode(msgspec.json.encode(sorted(value) if isinstance(value, frozenset) else value))


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
    "budget": Money,
    "trip_type": Literal["one_way", "round_trip"],
}

_FIELD_TYPES: Mapping[str, Any] = {
    "language": str,
    "asked": str,
    "choices": tuple[Place, ...],
    "choice_text": str,
    "settled": frozenset[str],
    "month": str,
    "sort": Literal["best", "price", "duration"],
    "window": tuple[int, int],
    "shown": tuple[OfferSummary, ...],
    "chosen": str,
}
