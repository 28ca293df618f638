"""What a conversation knows: frozen, small, and written as flat JSON so that two halves of it can be merged by key."""

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

SortOrder = Literal["best", "price", "duration"]

REQUIRED_SLOTS = ("origin", "destination", "departure_date")


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferSummary:
    """The few facts of an offer that later messages may speak of.

    Attributes:
        id: Of the offer.
        price: Exact amount for all travellers.
        currency: ISO 4217.
        carrier: IATA code of the first flight's airline.
        number: First flight, "TP534".
        departs: Local time of the first departure.
        arrives: Local time of the last arrival of the way out.
        duration: Seconds of the way out.
        stops: Of the way out.
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
        """The few facts of a whole offer."""
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
    """The state of a conversation.

    Attributes:
        language: Of the last message; None before the first.
        slots: What the traveller said, by the names of the NLP engine.
        asked: The slot of the question that stands, None when none does.
        choices: Places that one name may mean, when that was the question.
        choice_text: The name as the traveller wrote it.
        settled: Questions that are asked only once and were: "return_date", "place:<name>".
        month: "2027-03" when the traveller named a month but no day; else None.
        sort: How offers are ordered.
        window: Minutes of the day between which to depart, None for any.
        shown: The offers of the last list.
        chosen: Id of the offer that was picked, None while none is.
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
        """Slots that a search still needs, in the order in which they are asked for."""
        missing = [name for name in REQUIRED_SLOTS if name not in self.slots]
        if self.asked == "return_date" and "return_date" not in self.slots:
            missing.append("return_date")
        return tuple(missing)

    def with_slots(self, **changes: Any) -> DialogueState:
        """The trip with other slots; None drops one."""
        slots = {name: value for name, value in {**self.slots, **changes}.items() if value is not None}
        return dataclasses.replace(self, slots=MappingProxyType(slots))

    def replace(self, **changes: Any) -> DialogueState:
        """The trip with other fields."""
        return dataclasses.replace(self, **changes)

    def to_dict(self) -> dict[str, Any]:
        """Flat JSON: one key a slot, and nothing for what is not set."""
        data: dict[str, Any] = {"v": VERSION}
        data |= {f"slot.{name}": to_jsonable(value) for name, value in self.slots.items()}
        for item in dataclasses.fields(self):
            value = getattr(self, item.name)
            if item.name != "slots" and value not in (None, (), "", frozenset(), "best"):
                data[item.name] = _to_json(value)
        return data

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> DialogueState:
        """The trip as it was written; what cannot be read, by another version or by damage, is left out."""
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
    """A field as JSON gives it back: lists, no tuples."""
    return msgspec.json.decode(msgspec.json.encode(sorted(value) if isinstance(value, frozenset) else value))


def _convert_or_none(value: Any, kind: Any) -> Any:
    """A JSON value as its type, None when it is not one."""
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
