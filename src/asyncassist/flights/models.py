"""Values of a flight search: offers, itineraries, segments, prices, results and statistics. All are frozen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from asyncassist._types import BriefRepr, JSONSerializable, Money

if TYPE_CHECKING:
    from asyncassist._cache import CacheStats
    from asyncassist.errors import FlightError

Cabin = Literal["economy", "premium_economy", "business", "first"]
CABINS: tuple[Cabin, ...] = ("economy", "premium_economy", "business", "first")


class Raw(Mapping[str, Any]):
    """A provider's JSON object: the bytes as received, parsed on first access as a mapping.

    `bytes(raw)` returns exactly what was received.

    Args:
        data: UTF-8 JSON of an object; any other JSON value reads as an empty mapping.
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


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Segment(BriefRepr):
    """One flight from one airport to another.

    Attributes:
        origin: IATA code of the departure airport.
        destination: IATA code of the arrival airport.
        carrier: IATA code of the marketing airline, two characters.
        number: Flight number of the marketing airline, without leading zeros.
        operating_carrier: IATA code of the operating airline; the marketing airline's if no other is named.
        aircraft: IATA code of the aircraft type, None if unknown.
        departs: Aware departure time, with the UTC offset of the airport.
        arrives: Aware arrival time, with the UTC offset of the airport.
        departs_local: Departure in naive local time of the airport.
        arrives_local: Arrival in naive local time of the airport.
        duration: Elapsed time from `departs` to `arrives`, correct across time zones and changes of clocks.
        cabin: "economy", "premium_economy", "business" or "first".
        stops: Number of technical stops.
        origin_terminal: Departure terminal, None if unknown.
        destination_terminal: Arrival terminal, None if unknown.
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

    def __str__(self) -> str:
        return f"{self.flight} {self.origin}-{self.destination} {self.departs_local:%Y-%m-%d %H:%M}"

    @property
    def flight(self) -> str:
        """Marketing airline and number, such as "TP1234"."""
        return f"{self.carrier}{self.number}"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Itinerary(BriefRepr):
    """The flights of one slice of the query.

    Attributes:
        segments: The segments in travel order, at least one.
        duration: Elapsed time from the first departure to the last arrival.
        stops: Connections and technical stops together; 0 for a direct flight.
    """

    segments: tuple[Segment, ...]
    duration: dt.timedelta
    stops: int

    def __str__(self) -> str:
        if not self.segments:
            return "no segments"
        stops = {0: "direct", 1: "1 stop"}.get(self.stops, f"{self.stops} stops")
        return f"{self.origin}-{self.destination} {self.segments[0].departs_local:%Y-%m-%d %H:%M}, {stops}"

    @property
    def origin(self) -> str:
        """IATA code of the first departure airport."""
        return self.segments[0].origin

    @property
    def destination(self) -> str:
        """IATA code of the last arrival airport."""
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
    """Baggage and rules included in the price.

    Attributes:
        name: Brand name of the fare, such as "Light"; "" if unknown.
        checked_bags: Checked bags of each adult, None if unknown.
        carry_on: Cabin bags of each adult, None if unknown.
        refundable: True if the fare can be refunded, None if unknown.
        changeable: True if the booking can be changed, None if unknown.
    """

    name: str = ""
    checked_bags: int | None = None
    carry_on: int | None = None
    refundable: bool | None = None
    changeable: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class FlightOffer(BriefRepr):
    """Flights for all slices of a query at one price.

    Attributes:
        id: Identifier, unique within a provider's offers of a search. Amadeus and sandbox offers have the provider's
            name and a colon before it; Duffel's own ids are unique already.
        provider: Name of the provider.
        total: Price for all travellers together, taxes included.
        itineraries: One itinerary for each slice of the query, in order.
        cabin: The cabin of the longest part of the flying time.
        seats_left: Seats available at this price, None if unknown.
        last_ticketing: End of sale, a date or an aware time; None if unknown.
        alternatives: Further offers for the same flights and cabin, cheapest first; empty in the batches of a stream.
        fare: Baggage and rules, None if unknown.
        invented: True for an offer that is made up for trying out and cannot be bought.
        raw: The provider's offer exactly as received; price checks may send it back.
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
    invented: bool = False
    raw: Mapping[str, Any] = field(default_factory=Raw, repr=False)

    def __str__(self) -> str:
        return "; ".join([str(self.total), *map(str, self.itineraries)])

    @property
    def duration(self) -> dt.timedelta:
        """Total duration of all itineraries."""
        return sum((itinerary.duration for itinerary in self.itineraries), dt.timedelta())

    @property
    def stops(self) -> int:
        """Largest number of stops of any itinerary."""
        return max(itinerary.stops for itinerary in self.itineraries)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class PricedOffer(BriefRepr):
    """Result of a price check.

    Attributes:
        offer: The offer as it is sold now.
        total: Current price for all travellers together.
        changed: True if the current price differs from the earlier one.
        old_total: Price of the offer that was checked.
    """

    offer: FlightOffer
    total: Money
    changed: bool
    old_total: Money


@dataclass(frozen=True, slots=True)
class DatePrice(JSONSerializable):
    """The lowest price of a departure date.

    Attributes:
        date: Date of the first departure, local at the origin.
        price: Lowest price for all travellers together.
    """

    date: dt.date
    price: Money


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class OfferBatch(BriefRepr):
    """Offers of one provider that arrived together in a stream.

    Attributes:
        provider: Name of the provider.
        offers: Offers for new flights, and cheaper offers for flights yielded before; best first.
        replaces: Id of each cheaper offer to the id of the earlier offer that it replaces.
    """

    provider: str
    offers: tuple[FlightOffer, ...]
    replaces: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class SearchResult(BriefRepr):
    """Result of a search.

    Attributes:
        offers: The offers, best first by the query's `sort`; empty if there are none.
        errors: Error of each provider that failed, by name; the offers of the other providers are included. The code
            "currency" means that offers were left out because their prices cannot be compared with `max_price`.
        complete: True if every provider answered in full and no offer was left out for its currency.
        cached: True if the result comes from the cache.
        elapsed: Seconds that this call took.
    """

    offers: tuple[FlightOffer, ...]
    errors: Mapping[str, FlightError] = field(default_factory=dict)
    complete: bool = True
    cached: bool = False
    elapsed: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderStats(JSONSerializable):
    """Statistics of one provider.

    Attributes:
        searches: Searches sent to the provider.
        failures: Searches that the provider did not answer in full.
        offers: Offers received.
        p50: Median latency of its recent successful searches in seconds, None without any.
        p95: 95th percentile of that latency in seconds, None without any.
        success_ratio: Share of searches answered in full, 0 to 1; None without any.
        details: The provider's own counters, such as requests, retries, rate_limited and token_requests.
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
    """Statistics of a flight client.

    Attributes:
        searches: Searches requested, those answered from the cache included.
        coalesced: Searches that joined an equal running one.
        in_flight: Searches running now.
        partial: Searches that ended with some providers failed.
        failed: Searches that no provider answered.
        priced: Price checks.
        price_changes: Price checks that found another price.
        cache: Statistics of the result cache.
        providers: Statistics of each provider, by name.
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
    """Return the cabin with the longest total flying time; of two equal ones the lower."""
    if len({segment.cabin for segment in segments}) == 1:
        return segments[0].cabin
    time = {cabin: dt.timedelta() for cabin in CABINS}
    for segment in segments:
        time[segment.cabin] += segment.duration
    return max(CABINS, key=lambda cabin: (time[cabin], -CABINS.index(cabin)))
