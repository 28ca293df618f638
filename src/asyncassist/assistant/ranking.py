"""Filters, ranks and selects offers by the traveller's preferences. Pure functions."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from asyncassist._places import place_table
from asyncassist.assistant.state import OfferSummary
from asyncassist.flights.merge import rank
from asyncassist.nlp.entities.airlines import airline_by_code
from asyncassist.nlp.entities.alliances import ALLIANCES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from decimal import Decimal

    from asyncassist._types import Airline, Money
    from asyncassist.assistant.actions import SearchOffers
    from asyncassist.assistant.state import DialogueState
    from asyncassist.flights import FlightOffer


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferSelection:
    """Offers to show, and how to introduce them.

    Attributes:
        offers: The offers, in display order.
        total: Number of offers that the selection was made from.
        key: Key of the phrase that introduces the list.
        best: Id of the offer that ranks first of all; None if it is not shown, or there is only one offer.
        cheapest: Id of the offer with the lowest price of all, None as for `best` and if currencies differ.
        fastest: Id of the offer with the shortest travel time of all, None as for `best`.
        fares: Number of all offers that have a checked bag or are refundable, by the slot that filters them; without
            those that all offers have, or none.
        more: Number of offers that this list and those which it continues have not shown.
    """

    offers: tuple[FlightOffer, ...]
    total: int
    key: str
    best: str | None = None
    cheapest: str | None = None
    fastest: str | None = None
    fares: Mapping[str, int] = field(default_factory=dict)
    more: int = 0


_FILTERS = frozenset(
    {"airline", "alliance", "budget", "checked_bags", "excluded_airlines", "not_via", "refundable", "via"}
)


def filter_offers(offers: Sequence[FlightOffer], state: DialogueState) -> list[FlightOffer]:
    """Return the offers that satisfy the trip's filters, best first.

    Where only a dearer fare of the same flights satisfies them, that one is returned; it may rank later. An offer in
    another currency than the budget cannot be compared with it and is left out.
    """
    matching = [offer for offer in offers if _fits_flights(offer, state)]
    fares = [next((fare for fare in _fares(offer) if _fits_fare(fare, state.slots)), None) for offer in matching]
    fitting = [fare for fare in fares if fare is not None]
    if not set(_FARE_FILTERS) & set(state.slots) or not fitting:
        return fitting
    return rank(fitting, "best", fitting[0].total.currency)


def _fares(offer: FlightOffer) -> tuple[FlightOffer, ...]:
    """Return an offer and the dearer ones for the same flights."""
    return (offer, *offer.alternatives)


def _has_bag(offer: FlightOffer) -> bool:
    return offer.fare is not None and (offer.fare.checked_bags or 0) > 0


def _is_refundable(offer: FlightOffer) -> bool:
    return offer.fare is not None and offer.fare.refundable is True


_FARE_FILTERS: Mapping[str, Callable[[FlightOffer], bool]] = {"checked_bags": _has_bag, "refundable": _is_refundable}


def _fits_fare(offer: FlightOffer, slots: Mapping[str, Any]) -> bool:
    """Return True if a fare is within the budget and has what is wanted of it."""
    budget: Money | None = slots.get("budget")
    return (budget is None or _is_within(offer.total, budget)) and all(
        has(offer) for name, has in _FARE_FILTERS.items() if name in slots
    )


def _fare_counts(offers: Sequence[FlightOffer], state: DialogueState) -> dict[str, int]:
    """Return the number of offers with a checked bag and of refundable ones, where there are others too."""
    counts = {}
    for name, has in _FARE_FILTERS.items():
        trip = state.with_slots(**{name: None})
        flights = filter_offers(offers, trip)
        count = len(filter_offers(offers, trip.with_slots(**{name: 1})))
        if name in state.slots or (count and not all(has(offer) for offer in flights)):
            counts[name] = count
    return counts


def lowest_fares(offers: Sequence[FlightOffer], state: DialogueState) -> list[tuple[str, Money]]:
    """Return the kinds of fares of the flights that match, as keys of phrases, with the lowest price of each.

    Args:
        offers: All offers found.
        state: Dialogue state; what it wants of the fare is disregarded.
    """
    fares = [fare for offer in offers if _fits_flights(offer, state) for fare in _fares(offer)]
    lowest: dict[str, Money] = {}
    for fare in sorted(fares, key=lambda one: one.total.amount):
        kinds = (
            "fare_bag" if _has_bag(fare) else "fare_no_bag",
            "fare_refundable" if _is_refundable(fare) else "fare_not_refundable",
        )
        for kind in kinds:
            lowest.setdefault(kind, fare.total)
    return list(lowest.items())


def _fits_flights(offer: FlightOffer, state: DialogueState) -> bool:
    """Return True if the flights have the wanted airlines, layovers and times."""
    slots = state.slots
    unwanted = slots.get("excluded_airlines", ())
    wanted = [one for one in (slots.get("airline"), *slots.get("more_airlines", ())) if one is not None]
    members = ALLIANCES.get(slots.get("alliance", ""))
    carriers = {segment.carrier for itinerary in offer.itineraries for segment in itinerary.segments}
    if _matches_airline(carriers, unwanted) or (members is not None and not carriers <= members):
        return False
    if wanted and not _is_flown_by(carriers, wanted):
        return False
    return _fits_layovers(offer, slots) and all(_fits_window(offer, *item) for item in state.windows.items())


def _is_flown_by(carriers: set[str], wanted: Sequence[Airline]) -> bool:
    """Return True if an offer has the one airline that is wanted, or no other than the several that are."""
    codes = {one.code for one in wanted}
    return bool(carriers & codes) if len(codes) == 1 else carriers <= codes


def _fits_layovers(offer: FlightOffer, slots: Mapping[str, Any]) -> bool:
    """Return True if the offer stops in none of the cities to avoid, and in one of those that are wanted."""
    stops = {city_code(segment.destination) for itinerary in offer.itineraries for segment in itinerary.segments[:-1]}
    avoided = {city_code(place.code) for place in slots.get("not_via", ())}
    wanted = {city_code(place.code) for place in slots.get("via", ())}
    return not stops & avoided and (not wanted or bool(stops & wanted))


@functools.lru_cache(maxsize=4096)
def city_code(code: str) -> str:
    """Return the code of the city of an airport or city; the code itself if it is unknown."""
    table = place_table()
    index = table.find_by_code(code)
    return code if index is None else table.place(table.city_index(index)).code


def _fits_window(offer: FlightOffer, name: str, window: tuple[int, int]) -> bool:
    """Return True if a flight departs or arrives at the times that a window allows."""
    direction, _, event = name.partition(".")
    if direction == "return" and len(offer.itineraries) == 1:
        return True
    segments = offer.itineraries[-1 if direction == "return" else 0].segments
    departs = segments[0].departs_local
    moment = departs if event == "departure" else segments[-1].arrives_local
    minute = (moment.date() - departs.date()).days * 1440 + moment.hour * 60 + moment.minute
    return window[0] <= minute <= window[1]


def _is_within(price: Money, budget: Money) -> bool:
    """Return True if the price is in the budget's currency and at most the budget; a budget of zero is none."""
    return budget.amount <= 0 or (price.currency == budget.currency and price.amount <= budget.amount)


def _matches_airline(carriers: set[str], airlines: Sequence[Airline]) -> bool:
    """Return True if a carrier is one of the airlines or a subsidiary named after one ("Transavia France")."""
    names = tuple(f"{airline.name} " for airline in airlines)
    codes = {airline.code for airline in airlines}
    return bool(carriers & codes) or any(
        (known := airline_by_code(carrier)) is not None and known.name.startswith(names)
        for carrier in carriers
        if names
    )


def rank_offers(
    offers: Sequence[FlightOffer], state: DialogueState, search: SearchOffers | None = None
) -> list[FlightOffer]:
    """Return the offers in display order; the sort order "best" leaves the given order.

    Prices are compared within a currency only; the currencies keep the order in which the offers name them.
    """
    currencies = list(dict.fromkeys(offer.total.currency for offer in offers))

    def price_key(offer: FlightOffer) -> tuple[int, Decimal]:
        return (currencies.index(offer.total.currency), offer.total.amount)

    if search is not None and search.order is not None:
        return sorted(
            offers,
            key=lambda offer: (_departure_minutes(offer), *price_key(offer)),
            reverse=search.order == "departure_desc",
        )
    if state.sort == "price":
        return sorted(offers, key=lambda offer: (*price_key(offer), _duration(offer)))
    if state.sort == "duration":
        return sorted(offers, key=lambda offer: (_duration(offer), *price_key(offer)))
    return list(offers)


def select_offers(
    offers: Sequence[FlightOffer], state: DialogueState, search: SearchOffers, *, max_offers: int
) -> OfferSelection:
    """Select the offers to show, the phrase that introduces them, and which of them ranks first.

    A refinement that no offer satisfies selects the best offers available, with a phrase that says so.

    Args:
        offers: All offers found, best first.
        state: Dialogue state with filters, sort order and the offers shown last.
        search: Search action with refinement and list order.
        max_offers: Maximum number of offers to show.
    """
    matching = filter_offers(offers, state)
    holders = _holders(matching)
    selection = _select(offers, matching, holders, state, search, max_offers=max_offers)
    shown = {offer.id for offer in selection.offers}
    labels = {name: holder.id for name, holder in holders.items() if holder.id in shown}
    seen = shown | set(state.seen if search.refinement == "more" else ())
    return replace(
        selection,
        best=labels.get("best"),
        cheapest=labels.get("cheapest"),
        fastest=labels.get("fastest"),
        fares=_fare_counts(offers, state),
        more=sum(offer.id not in seen for offer in matching),
    )


def _holders(offers: Sequence[FlightOffer]) -> dict[str, FlightOffer]:
    """Return the cheapest, the best and the fastest of all offers, by these names; of several equal ones the first.

    Args:
        offers: All offers that match, best first.
    """
    if len(offers) < 2:
        return {}
    holders = {"best": offers[0], "fastest": min(offers, key=lambda offer: (_duration(offer), offer.total.amount))}
    if len({offer.total.currency for offer in offers}) > 1:
        return holders
    return {"cheapest": min(offers, key=lambda offer: (offer.total.amount, _duration(offer))), **holders}


def _select(
    offers: Sequence[FlightOffer],
    matching: Sequence[FlightOffer],
    holders: Mapping[str, FlightOffer],
    state: DialogueState,
    search: SearchOffers,
    *,
    max_offers: int,
) -> OfferSelection:
    """Select the offers to show and the phrase that introduces them.

    Args:
        offers: All offers found.
        matching: Those that match, best first.
        holders: Those that a list in no order of its own always shows, the most important first.
        state: As for `select_offers`.
        search: As for `select_offers`.
        max_offers: As for `select_offers`.
    """
    candidates = rank_offers(matching, state, search)
    if not candidates:
        return OfferSelection(offers=(), total=0, key=_empty_key(offers, state))
    refinement = search.refinement
    if refinement == "more":
        unseen = [offer for offer in candidates if offer.id not in state.seen]
        key = "no_more" if not unseen else "more" if len(unseen) > max_offers else "last_more"
        return OfferSelection(offers=tuple(unseen[:max_offers]), total=len(candidates), key=key)
    if refinement is None or search.reference is None:
        required = {} if search.order is not None else holders
        return OfferSelection(
            offers=_first_page(candidates, list(required.values()), max_offers),
            total=len(candidates),
            key=refinement or "found",
        )
    better = [
        offer for offer in candidates if _improvement_test(refinement, search.reference)(OfferSummary.from_offer(offer))
    ]
    if better:
        # Lists by price or duration start with the better offers and go on with the rest; a list of earlier or later
        # flights contains these only.
        shown = candidates if refinement in {"cheaper", "faster"} else better
        return OfferSelection(offers=tuple(shown[:max_offers]), total=len(shown), key=refinement)
    fallback_offers = candidates[-max_offers:] if refinement == "later" else candidates[:max_offers]
    return OfferSelection(offers=tuple(fallback_offers), total=len(candidates), key=f"no_{refinement}")


def _first_page(
    candidates: Sequence[FlightOffer], required: Sequence[FlightOffer], max_offers: int
) -> tuple[FlightOffer, ...]:
    """Return the first offers in their order; the required ones take the places of the last ones."""
    wanted = {offer.id: None for offer in (candidates[0], *required, *candidates)}
    page = set(list(wanted)[:max_offers])
    return tuple(offer for offer in candidates if offer.id in page)


def _empty_key(offers: Sequence[FlightOffer], state: DialogueState) -> str:
    """Return the phrase for an empty list: no matching, no direct, or no flights at all."""
    if set(_FARE_FILTERS) & set(state.slots) and any(_fits_flights(offer, state) for offer in offers):
        return "no_matching_fares"
    if offers or _FILTERS & set(state.slots) or state.windows:
        return "no_matching_flights"
    return "no_direct_flights" if state.slots.get("max_stops") == 0 else "no_flights"


def _improvement_test(refinement: str, reference: OfferSummary) -> Callable[[OfferSummary], bool]:
    """Return the predicate of offers that improve on the reference."""
    if refinement == "cheaper":
        return lambda offer: offer.currency == reference.currency and offer.price < reference.price
    if refinement == "faster":
        return lambda offer: offer.duration < reference.duration
    if refinement == "earlier":
        return lambda offer: offer.departs < reference.departs
    return lambda offer: offer.departs > reference.departs


def _departure_minutes(offer: FlightOffer) -> int:
    """Return the local departure time in minutes since the year 1."""
    local = offer.itineraries[0].segments[0].departs_local
    return local.toordinal() * 1440 + local.hour * 60 + local.minute


def _duration(offer: FlightOffer) -> float:
    return offer.duration.total_seconds()
