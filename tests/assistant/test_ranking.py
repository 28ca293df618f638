"""Lists of offers: filters, order, and refinements."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from asyncassist._types import Money
from asyncassist.assistant.actions import SearchOffers
from asyncassist.assistant.ranking import filter_offers, lowest_fares, rank_offers, select_offers
from asyncassist.assistant.state import DialogueState, OfferSummary
from asyncassist.flights import Fare, FlightOffer, Itinerary, Segment
from tests.assistant.builders import ROME, RYANAIR, TAP, trip


def build_offer(number: int, *, price: str, hour: int, hours: float, carrier: str = "TP") -> FlightOffer:
    """Build a direct flight from Lisbon to Berlin on 4 December."""
    departs = dt.datetime(2026, 12, 4, hour, tzinfo=dt.UTC)
    duration = dt.timedelta(hours=hours)
    segment = Segment(
        origin="LIS",
        destination="BER",
        carrier=carrier,
        number=str(number),
        operating_carrier=carrier,
        aircraft=None,
        departs=departs,
        arrives=departs + duration,
        departs_local=departs.replace(tzinfo=None),
        arrives_local=(departs + duration).replace(tzinfo=None),
        duration=duration,
        cabin="economy",
    )
    way = Itinerary(segments=(segment,), duration=duration, stops=0)
    return FlightOffer(
        id=f"test:{number}", provider="test", total=Money(Decimal(price), "EUR"), itineraries=(way,), cabin="economy"
    )


OFFERS = (
    build_offer(1, price="120", hour=10, hours=3),
    build_offer(2, price="90", hour=7, hours=6, carrier="FR"),
    build_offer(3, price="150", hour=18, hours=2.5, carrier="LH"),
)
FIRST, CHEAP, LATE = (OfferSummary.from_offer(one) for one in OFFERS)


def flight_numbers(offers: Sequence[FlightOffer]) -> list[str]:
    """Return the flight number of each offer."""
    return [one.itineraries[0].segments[0].number for one in offers]


def select(search: SearchOffers, state: DialogueState | None = None, max_offers: int = 5) -> tuple[str, list[str]]:
    """Return the phrase key and the flight numbers of a selection from `OFFERS`."""
    selection = select_offers(OFFERS, state or trip(), search, max_offers=max_offers)
    return selection.key, flight_numbers(selection.offers)


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (trip(), ["1", "2", "3"]),
        (trip().replace(windows={"outbound.departure": (0, 719)}), ["1", "2"]),
        (trip().replace(windows={"outbound.departure": (1080, 1439)}), ["3"]),
        (trip().replace(windows={"outbound.arrival": (0, 780)}), ["1", "2"]),
        (trip().replace(windows={"return.departure": (0, 60)}), ["1", "2", "3"]),
        (trip(alliance="star_alliance"), ["1", "3"]),
        (trip(airline=RYANAIR, more_airlines=(TAP,)), ["1", "2"]),
        (trip(not_via=(ROME,)), ["1", "2", "3"]),
        (trip(via=(ROME,)), []),
        (trip(excluded_airlines=(RYANAIR,)), ["1", "3"]),
        (trip(airline=TAP), ["1"]),
    ],
)
def test_filters_apply_to_every_list(state: DialogueState, expected: list[str]):
    """Departure window and airlines filter the offers, whatever the providers sent."""
    assert flight_numbers(filter_offers(OFFERS, state)) == expected


@pytest.mark.parametrize(
    ("state", "search", "order"),
    [
        (trip(), None, ["1", "2", "3"]),
        (trip().replace(sort="price"), None, ["2", "1", "3"]),
        (trip().replace(sort="duration"), None, ["3", "1", "2"]),
        (trip(), SearchOffers(order="departure"), ["2", "1", "3"]),
        (trip(), SearchOffers(order="departure_desc"), ["3", "1", "2"]),
    ],
)
def test_offers_are_sorted(state: DialogueState, search: SearchOffers | None, order: list[str]):
    """Offers are sorted by the order of the search, else of the state."""
    assert flight_numbers(rank_offers(OFFERS, state, search)) == order


@pytest.mark.parametrize(
    ("search", "sort", "expected"),
    [
        (SearchOffers(refinement="cheaper", reference=FIRST), "price", ("cheaper", ["2", "1", "3"])),
        (SearchOffers(refinement="cheaper", reference=CHEAP), "price", ("no_cheaper", ["2", "1", "3"])),
        (SearchOffers(refinement="faster", reference=FIRST), "duration", ("faster", ["3", "1", "2"])),
        (SearchOffers(refinement="earlier", order="departure", reference=FIRST), "best", ("earlier", ["2"])),
        (
            SearchOffers(refinement="earlier", order="departure", reference=CHEAP),
            "best",
            ("no_earlier", ["2", "1", "3"]),
        ),
        (SearchOffers(refinement="later", order="departure", reference=FIRST), "best", ("later", ["3"])),
        (SearchOffers(refinement="later", order="departure", reference=LATE), "best", ("no_later", ["2", "1", "3"])),
        (SearchOffers(refinement="cheaper"), "price", ("cheaper", ["2", "1", "3"])),
        (SearchOffers(), "best", ("found", ["1", "2", "3"])),
    ],
)
def test_refinement_selects_better_offers_or_says_there_are_none(
    search: SearchOffers, sort: Any, expected: tuple[str, list[str]]
):
    """Better offers come first; without any, the best available are shown with a phrase that says so."""
    assert select(search, trip().replace(sort=sort)) == expected


def test_more_pages_to_the_end_without_repeating():
    """Each page has offers not shown yet; the last one says so, and after it there is a sentence and no list."""
    more = SearchOffers(refinement="more", reference=FIRST)
    pages = [
        select_offers(OFFERS, trip().replace(seen=seen), more, max_offers=1)
        for seen in (("test:1",), ("test:1", "test:2"), ("test:1", "test:2", "test:3"))
    ]

    assert [(page.key, flight_numbers(page.offers), page.more) for page in pages] == [
        ("more", ["2"], 1),
        ("last_more", ["3"], 0),
        ("no_more", [], 0),
    ]


def test_no_later_offer_selects_the_last_ones():
    """Without a later flight, the last departures are shown, not the first."""
    assert select(SearchOffers(refinement="later", order="departure", reference=LATE), max_offers=2) == (
        "no_later",
        ["1", "3"],
    )


@pytest.mark.parametrize(
    ("offers", "state", "key"),
    [
        ((), trip(), "no_flights"),
        ((), trip(max_stops=0), "no_direct_flights"),
        ((), trip(airline=TAP), "no_matching_flights"),
        (OFFERS, trip().replace(windows={"outbound.departure": (0, 60)}), "no_matching_flights"),
    ],
)
def test_empty_list_has_a_reason(offers: Sequence[FlightOffer], state: DialogueState, key: str):
    """An empty list says whether there are no flights, no direct ones, or none that match."""
    assert select_offers(offers, state, SearchOffers(), max_offers=5).key == key


def test_a_budget_admits_no_other_currency():
    """Prices above the budget and in another currency are left out; a budget of zero is none."""
    dollars = dataclasses.replace(OFFERS[0], total=Money(Decimal(5), "USD"))
    offers = [dollars, *OFFERS]

    assert flight_numbers(filter_offers(offers, trip(budget=Money(Decimal(120), "EUR")))) == ["1", "2"]
    assert filter_offers(offers, trip(budget=Money(Decimal(120), "USD"))) == [dollars]
    assert filter_offers(offers, trip(budget=Money(Decimal(0), "EUR"))) == offers


def test_prices_are_compared_within_a_currency():
    """Sorting by price keeps currencies apart, and nothing is cheaper than a price in another currency."""
    dollars = dataclasses.replace(OFFERS[2], total=Money(Decimal(5), "USD"))
    offers = [OFFERS[0], dollars, OFFERS[1]]
    by_price = trip().replace(sort="price")
    cheaper = select_offers(offers, by_price, SearchOffers(refinement="cheaper", reference=CHEAP), max_offers=5)

    assert flight_numbers(rank_offers(offers, by_price)) == ["2", "1", "3"]
    assert cheaper.key == "no_cheaper"


def test_layovers_are_compared_by_city():
    """A stop at an airport of a city is one in that city."""
    first = OFFERS[0].itineraries[0].segments[0]
    over_rome = Itinerary(
        segments=(dataclasses.replace(first, destination="FCO"), dataclasses.replace(first, origin="FCO")),
        duration=first.duration,
        stops=1,
    )
    stopping = dataclasses.replace(OFFERS[0], itineraries=(over_rome,))

    assert filter_offers([stopping], trip(via=(ROME,))) == [stopping]
    assert filter_offers([stopping], trip(not_via=(ROME,))) == []


def test_window_of_the_way_back_and_of_the_next_day():
    """The last itinerary counts for the way back; an arrival after midnight is later than any time of that day."""
    out = OFFERS[0].itineraries[0]
    segment = dataclasses.replace(out.segments[0], arrives_local=out.segments[0].departs_local + dt.timedelta(hours=15))
    both = dataclasses.replace(
        OFFERS[0], itineraries=(out, Itinerary(segments=(segment,), duration=out.duration, stops=0))
    )

    assert filter_offers([both], trip().replace(windows={"return.departure": (0, 599)})) == []
    assert filter_offers([both], trip().replace(windows={"return.arrival": (0, 1439)})) == []
    assert filter_offers([both], trip().replace(windows={"return.arrival": (1440, 1500)})) == [both]


def test_labels_are_of_all_offers_whatever_is_shown():
    """Best, cheapest and fastest are those of all that match, in every order; only what is shown has a label."""
    for sort in ("best", "price", "duration"):
        found = select_offers(OFFERS, trip().replace(sort=sort), SearchOffers(), max_offers=5)
        assert (found.best, found.cheapest, found.fastest, found.more) == ("test:1", "test:2", "test:3", 0)
    by_price = select_offers(OFFERS, trip().replace(sort="price"), SearchOffers(order="departure"), max_offers=1)
    assert (by_price.best, by_price.cheapest, by_price.fastest, by_price.more) == (None, "test:2", None, 2)
    matching = select_offers(OFFERS, trip(excluded_airlines=(RYANAIR,)), SearchOffers(), max_offers=5)
    assert (matching.best, matching.cheapest, matching.fastest) == ("test:1", "test:1", "test:3")
    alone = select_offers(OFFERS[:1], trip(), SearchOffers(), max_offers=5)
    assert (alone.best, alone.cheapest, alone.fastest) == (None, None, None)
    dollars = dataclasses.replace(OFFERS[1], total=Money(Decimal(5), "USD"))
    mixed = select_offers((OFFERS[0], dollars), trip(), SearchOffers(), max_offers=5)
    assert (mixed.best, mixed.cheapest, mixed.fastest) == ("test:1", None, "test:1")


@pytest.mark.parametrize(("max_offers", "expected"), [(1, ["1"]), (2, ["1", "8"]), (3, ["1", "8", "9"])])
def test_a_list_always_has_the_cheapest_and_then_the_fastest(max_offers: int, expected: list[str]):
    """They take the places of the last ones, in the order of the list."""
    others = [build_offer(number, price="125", hour=number, hours=3.5) for number in range(2, 8)]
    cheap, fast = build_offer(8, price="80", hour=7, hours=9), build_offer(9, price="300", hour=7, hours=2)
    found = select_offers((OFFERS[0], *others, cheap, fast), trip(), SearchOffers(), max_offers=max_offers)

    assert flight_numbers(found.offers) == expected


def test_a_filter_of_fares_takes_the_dearer_one_of_the_same_flights():
    """Without any, the kinds of fares that exist are known with their lowest prices; unknown rules meet no wish."""
    light = dataclasses.replace(OFFERS[0], fare=Fare(checked_bags=0, refundable=False))
    classic = dataclasses.replace(
        OFFERS[0], id="test:1b", total=Money(Decimal(140), "EUR"), fare=Fare(checked_bags=1, refundable=False)
    )
    offers = [dataclasses.replace(light, alternatives=(classic,)), OFFERS[1]]
    found = select_offers(offers, trip(checked_bags=1), SearchOffers(), max_offers=5)
    flexible = select_offers(offers, trip(refundable=True), SearchOffers(), max_offers=5)

    assert [offer.id for offer in found.offers] == ["test:1b"]
    assert (found.fares, select_offers(offers, trip(), SearchOffers(), max_offers=5).fares) == (
        {"checked_bags": 1},
        {"checked_bags": 1},
    )
    assert (flexible.key, flexible.offers) == ("no_matching_fares", ())
    assert filter_offers(offers, trip(checked_bags=1, budget=Money(Decimal(130), "EUR"))) == []
    assert lowest_fares(offers, trip(refundable=True)) == [
        ("fare_no_bag", Money(Decimal(90), "EUR")),
        ("fare_not_refundable", Money(Decimal(90), "EUR")),
        ("fare_bag", Money(Decimal(140), "EUR")),
    ]
