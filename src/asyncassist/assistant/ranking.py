"""Order and narrow a list of offers by what the traveller wishes. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from asyncassist.assistant.state import Shown
from asyncassist.nlp.entities.airlines import airline_by_code

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from asyncassist._types import Airline
    from asyncassist.assistant.actions import Search
    from asyncassist.assistant.state import Trip
    from asyncassist.flights import FlightOffer


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What to show.

    Attributes:
        offers: In the order to show them.
        total: How many offers there were to choose from.
        key: Name of the sentence that introduces them.
    """

    offers: tuple[FlightOffer, ...]
    total: int
    key: str


def narrow(offers: Sequence[FlightOffer], trip: Trip) -> list[FlightOffer]:
    """The offers that meet the wishes which stand: time of day, airlines, price."""
    unwanted = trip.slots.get("excluded_airlines", ())
    wanted = trip.slots.get("airline")
    kept = []
    for offer in offers:
        carriers = {segment.carrier for way in offer.itineraries for segment in way.segments}
        if _any_of(carriers, unwanted) or (wanted is not None and wanted.code not in carriers):
            continue
        if trip.window is not None and not trip.window[0] <= _minute(offer) <= trip.window[1]:
            continue
        kept.append(offer)
    return kept


def _any_of(carriers: set[str], airlines: Sequence[Airline]) -> bool:
    """Whether one of the carriers is one of the airlines, or flies under the name of one: "Transavia France"."""
    names = tuple(f"{airline.name} " for airline in airlines)
    codes = {airline.code for airline in airlines}
    return bool(carriers & codes) or any(
        (known := airline_by_code(carrier)) is not None and known.name.startswith(names)
        for carrier in carriers
        if names
    )


def rank(offers: Sequence[FlightOffer], trip: Trip, search: Search | None = None) -> list[FlightOffer]:
    """The offers in the order to show them; "best" keeps the order in which they came."""
    if search is not None and search.order is not None:
        return sorted(offers, key=_departure, reverse=search.order == "departure_desc")
    if trip.sort == "price":
        return sorted(offers, key=lambda offer: (offer.total.amount, _duration(offer)))
    if trip.sort == "duration":
        return sorted(offers, key=lambda offer: (_duration(offer), offer.total.amount))
    return list(offers)


def listing(offers: Sequence[FlightOffer], trip: Trip, search: Search, *, most: int) -> Listing:
    """The offers to show and how to introduce them.

    A wish that nothing meets shows the best there is and says so.

    Args:
        offers: All that were found, best first.
        trip: The state.
        search: The wish, and the order of this one list.
        most: Offers shown at once.
    """
    kept = rank(narrow(offers, trip), trip, search)
    if not kept:
        return Listing(offers=(), total=0, key=_none(offers, trip))
    wish = search.wish
    if wish == "more":
        known = {offer.id for offer in trip.shown}
        fresh = [offer for offer in kept if offer.id not in known]
        return Listing(offers=tuple((fresh or kept)[:most]), total=len(kept), key="more" if fresh else "no_more")
    if wish is None or search.reference is None:
        return Listing(offers=tuple(kept[:most]), total=len(kept), key=wish or "found")
    better = [offer for offer in kept if _beats(wish, search.reference)(Shown.of(offer))]
    if better:
        # Cheaper ones come first in a list by price, so what follows them is worth seeing; an earlier list ends.
        shown = kept if wish in {"cheaper", "faster"} else better
        return Listing(offers=tuple(shown[:most]), total=len(shown), key=wish)
    ends = kept[-most:] if wish == "later" else kept[:most]
    return Listing(offers=tuple(ends), total=len(kept), key=f"no_{wish}")


def _none(offers: Sequence[FlightOffer], trip: Trip) -> str:
    if offers or len({"airline", "budget", "excluded_airlines"} & set(trip.slots)) > 0:
        return "none_filtered"
    return "none_direct" if trip.slots.get("max_stops") == 0 else "none"


def _beats(wish: str, reference: Shown) -> Callable[[Shown], bool]:
    if wish == "cheaper":
        return lambda offer: offer.price < reference.price
    if wish == "faster":
        return lambda offer: offer.duration < reference.duration
    if wish == "earlier":
        return lambda offer: offer.departs < reference.departs
    return lambda offer: offer.departs > reference.departs


def _departure(offer: FlightOffer) -> tuple[float, float]:
    local = offer.itineraries[0].segments[0].departs_local.replace(tzinfo=None)
    return (local.toordinal() * 1440 + local.hour * 60 + local.minute, float(offer.total.amount))


def _minute(offer: FlightOffer) -> int:
    local = offer.itineraries[0].segments[0].departs_local
    return local.hour * 60 + local.minute


def _duration(offer: FlightOffer) -> float:
    return offer.duration.total_seconds()
