"""What a flight search gives back: frozen values, exact money, local and aware times."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from asyncassist._types import JSONSerializable, Money

if TYPE_CHECKING:
    from asyncassist._cache import CacheStats
    from asyncassist.errors import FlightError

Cabin = Literal["economy", "premium_economy", "business", "first"]
CABINS: tuple[Cabin, ...] = ("economy", "premium_economy", "business", "first")


class Raw(Mapping[str, Any]):
    """An object of a provider exactly as it was received: the very bytes, read as a mapping when asked.

    Args:
        data: JSON of an object.
    """

    __slots__ = ("_data", "_parsed")

    def __init__(self, data: bytes = b"{}") -> None:
        self._data = bytes(data)
        self._parsed: dict[str, Any] | None = None

    def __bytes__(self) -> bytes:
        return self._data

    def __getitem__(self, key: str) -> Any:
        return self._as_dict()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._as_dict())

    def __len__(self) -> int:
        return len(self._as_dict())

    def __hash__(self) -> int:
        return hash(self._data)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Raw) and self._data == other._data:
            return True
        return bool(Mapping.__eq__(self, other))

    def __repr__(self) -> str:
        return f"<{len(self._data)} bytes as received>"

    def __reduce__(self) -> tuple[type[Raw], tuple[bytes]]:
        return Raw, (self._data,)

    def _as_dict(self) -> dict[str, Any]:
        if self._parsed is None:
            read = msgspec.json.decode(self._data)
            self._parsed = read if isinstance(read, dict) else {}
        return self._parsed


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment(JSONSerializable):
    """One flight from one airport to another.

    Attributes:
        origin: IATA code of the airport.
        destination: IATA code of the airport.
        carrier: Two characters of the airline that sells it.
        number: Flight number of that airline, without leading zeros.
        operating_carrier: Two characters of the airline that flies it; the seller's own when nobody else is named.
        aircraft: IATA code of the aircraft, None when unknown.
        departs: Aware time of departure, with the offset of the airport.
        arrives: Aware time of arrival, with the offset of the airport.
        departs_local: The same as the clock on the wall says, without an offset.
        arrives_local: The same as the clock on the wall says, without an offset.
        duration: Time in between; true also over a change of clocks.
        cabin: "economy", "premium_economy", "business" or "first".
        stops: Technical stops on the way.
        origin_terminal: Terminal, None when unknown.
        destination_terminal: Terminal, None when unknown.
    """

    origin: str
    destination: str
    carrier: str
    number: str
    operating_carrier: str
    aircraft: str | None
    departs: dt.datetime
    arrives: dt.datetime
    departs_local: dt.datetime
    arrives_local: dt.datetime
    duration: dt.timedelta
    cabin: Cabin
    stops: int = 0
    origin_terminal: str | None = None
    destination_terminal: str | None = None

    @property
    def flight(self) -> str:
        """Carrier and number: "TP1234"."""
        return f"{self.carrier}{self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Itinerary(JSONSerializable):
    """The way from one place of the query to the next.

    Attributes:
        segments: The flights, in order; at least one.
        duration: From the first departure to the last arrival.
        stops: Changes of aircraft and technical stops; 0 is a direct flight.
    """

    segments: tuple[Segment, ...]
    duration: dt.timedelta
    stops: int

    @property
    def origin(self) -> str:
        """IATA code of the first airport."""
        return self.segments[0].origin

    @property
    def destination(self) -> str:
        """IATA code of the last airport."""
        return self.segments[-1].destination

    @property
    def departs(self) -> dt.datetime:
        """Aware time of the first departure."""
        return self.segments[0].departs

    @property
    def arrives(self) -> dt.datetime:
        """Aware time of the last arrival."""
        return self.segments[-1].arrives


@dataclass(frozen=True, slots=True, kw_only=True)
class Fare(JSONSerializable):
    """What comes with the price.

    Attributes:
        name: The airline's name for it ("Light"), "" when unknown.
        checked_bags: Checked bags of each adult, None when unknown.
        carry_on: Cabin bags of each adult, None when unknown.
        refundable: Whether money comes back, None when unknown.
        changeable: Whether the flight may be changed, None when unknown.
    """

    name: str = ""
    checked_bags: int | None = None
    carry_on: int | None = None
    refundable: bool | None = None
    changeable: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FlightOffer(JSONSerializable):
    """Flights at a price.

    Attributes:
        id: Unique in one search: the provider's name, a colon and the provider's own id.
        provider: Name of the provider.
        total: Price of all travellers, taxes included.
        itineraries: One for each slice of the query: out, and back.
        cabin: The cabin of most of the time in the air.
        seats_left: Seats at this price, None when unknown.
        last_ticketing: Until when it is sold: a date, or an aware time; None when unknown.
        alternatives: The same flights at other prices or fares, cheapest first.
        fare: Bags and rules, None when unknown.
        raw: Exactly as received; pricing sends it back.
    """

    id: str
    provider: str
    total: Money
    itineraries: tuple[Itinerary, ...]
    cabin: Cabin
    seats_left: int | None = None
    last_ticketing: dt.datetime | dt.date | None = None
    alternatives: tuple[FlightOffer, ...] = ()
    fare: Fare | None = None
    raw: Mapping[str, Any] = field(default_factory=Raw, repr=False)

    @property
    def duration(self) -> dt.timedelta:
        """Of all itineraries together."""
        return sum((itinerary.duration for itinerary in self.itineraries), dt.timedelta())

    @property
    def stops(self) -> int:
        """The most stops of any itinerary."""
        return max(itinerary.stops for itinerary in self.itineraries)


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedOffer(JSONSerializable):
    """An offer whose price was asked for again.

    Attributes:
        offer: The offer as it is sold now.
        total: Its price now.
        changed: Whether the price is another than before.
        old_total: The price before.
    """

    offer: FlightOffer
    total: Money
    changed: bool
    old_total: Money


@dataclass(frozen=True, slots=True)
class DatePrice(JSONSerializable):
    """The lowest price of a departure date.

    Attributes:
        date: Date of the first departure.
        price: Of all travellers.
    """

    date: dt.date
    price: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferBatch(JSONSerializable):
    """Offers that arrived together.

    Attributes:
        provider: Who sent them.
        offers: New flights, and flights that were seen before at a higher price; best first.
        replaces: For the latter: id of the new offer to the id of the earlier one.
    """

    provider: str
    offers: tuple[FlightOffer, ...]
    replaces: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResult(JSONSerializable):
    """The end of a search.

    Attributes:
        offers: Best first by the query's `sort`; empty if there are none.
        errors: What went wrong, by provider; the others' offers are there.
        complete: Whether every provider answered in full.
        cached: Whether it was remembered.
        elapsed: Seconds this call took.
    """

    offers: tuple[FlightOffer, ...]
    errors: Mapping[str, FlightError] = field(default_factory=dict)
    complete: bool = True
    cached: bool = False
    elapsed: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderStats(JSONSerializable):
    """What one provider did so far.

    Attributes:
        searches: Searches it was asked for.
        failures: Searches that it did not answer in full.
        offers: Offers it sent.
        p50: Median seconds of a search, None without any.
        p95: 95th percentile of the same.
        success_ratio: Share of searches that went well, None without any.
        details: Counters of its own, such as requests, retries, rate_limited, token_requests.
    """

    searches: int
    failures: int
    offers: int
    p50: float | None
    p95: float | None
    success_ratio: float | None
    details: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FlightStats(JSONSerializable):
    """What a client did so far.

    Attributes:
        searches: Searches asked for, remembered ones included.
        coalesced: Searches that joined an equal one in flight.
        in_flight: Searches under way now.
        partial: Searches that ended without every provider.
        failed: Searches that no provider answered.
        priced: Price checks.
        price_changes: Price checks that found another price.
        cache: The results kept.
        providers: By name.
    """

    searches: int
    coalesced: int
    in_flight: int
    partial: int
    failed: int
    priced: int
    price_changes: int
    cache: CacheStats
    providers: Mapping[str, ProviderStats]


def main_cabin(segments: Sequence[Segment]) -> Cabin:
    """The cabin of most of the time in the air; the lower one where two are equal."""
    if len({segment.cabin for segment in segments}) == 1:
        return segments[0].cabin
    time = {cabin: dt.timedelta() for cabin in CABINS}
    for segment in segments:
        time[segment.cabin] += segment.duration
    return max(CABINS, key=lambda cabin: (time[cabin], -CABINS.index(cabin)))
