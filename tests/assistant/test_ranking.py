"""Lists of offers: narrowed and ordered by what the traveller wishes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from asyncassist._types import Money
from asyncassist.assistant.actions import SearchOffers
from asyncassist.assistant.ranking import filter_offers, rank_offers, select_offers
from asyncassist.assistant.state import DialogueState, OfferSummary
from asyncassist.flights import FlightOffer, Itinerary, Segment
from tests.assistant.builders import RYANAIR, TAP, trip


def offer(number: int, *, price: str, hour: int, hours: float, carrier: str = "TP") -> FlightOffer:
    departs = dt.datetime(2026, 12, 4, hour, tzinfo=dt.UTC)
    took = dt.timedelta(hours=hours)
    segment = Segment(
        origin="LIS",
        destination="BER",
        carrier=carrier,
        number=str(number),
        operating_carrier=carrier,
        aircraft=None,
        departs=departs,
        arrives=departs + took,
        departs_local=departs.replace(tzinfo=None),
        arrives_local=(departs + took).replace(tzinfo=None),
        duration=took,
        cabin="economy",
    )
    way = Itinerary(segments=(segment,), duration=took, stops=0)
    return FlightOffer(
        id=f"test:{number}", provider="test", total=Money(Decimal(price), "EUR"), itineraries=(way,), cabin="economy"
    )


OFFERS = (
    offer(1, price="120", hour=10, hours=3),
    offer(2, price="90", hour=7, hours=6, carrier="FR"),
    offer(3, price="150", hour=18, hours=2.5, carrier="LH"),
)


def numbers(offers: Sequence[FlightOffer]) -> list[str]:
    return [one.itineraries[0].segments[0].number for one in offers]


def show(search: SearchOffers, state: DialogueState | None = None, most: int = 5) -> tuple[str, list[str]]:
    made = select_offers(OFFERS, state or trip(), search, max_offers=most)
    return made.key, numbers(made.offers)


@pytest.mark.parametrize(
    ("state", "kept"),
    [
        (trip(), ["1", "2", "3"]),
        (trip().replace(window=(0, 719)), ["1", "2"]),
        (trip().replace(window=(1080, 1439)), ["3"]),
        (trip(excluded_airlines=(RYANAIR,)), ["1", "3"]),
        (trip(airline=TAP), ["1"]),
    ],
)
def test_wishes_that_stand_narrow_every_list(state: DialogueState, kept: list[str]):
    """Time of day and airlines, whatever the providers sent."""
    assert numbers(filter_offers(OFFERS, state)) == kept


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
def test_lists_are_ordered(state: DialogueState, search: SearchOffers | None, order: list[str]):
    """By the trip's order, or by this list's own."""
    assert numbers(rank_offers(OFFERS, state, search)) == order


FIRST, CHEAP, LATE = (OfferSummary.from_offer(one) for one in OFFERS)


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
def test_a_wish_must_be_met_or_is_said_not_to_be(search: SearchOffers, sort: Any, expected: tuple[str, list[str]]):
    """What is better comes first; where nothing is, the best there is, said so."""
    assert show(search, trip().replace(sort=sort)) == expected


def test_more_shows_what_was_not_shown():
    """Then all again, said so."""
    seen = trip().replace(shown=(FIRST, CHEAP))

    assert show(SearchOffers(refinement="more", reference=FIRST), seen) == ("more", ["3"])
    assert show(
        SearchOffers(refinement="more", reference=FIRST), trip().replace(shown=(FIRST, CHEAP, LATE)), most=2
    ) == (
        "no_more",
        ["1", "2"],
    )


def test_later_than_the_last_ends_with_the_last():
    """A short list of the last flights, not of the first."""
    assert show(SearchOffers(refinement="later", order="departure", reference=LATE), most=2) == ("no_later", ["1", "3"])


@pytest.mark.parametrize(
    ("offers", "state", "key"),
    [
        ((), trip(), "no_flights"),
        ((), trip(max_stops=0), "no_direct_flights"),
        ((), trip(airline=TAP), "no_matching_flights"),
        (OFFERS, trip().replace(window=(0, 60)), "no_matching_flights"),
    ],
)
def test_nothing_found_says_why(offers: Sequence[FlightOffer], state: DialogueState, key: str):
    """No flights at all, no direct ones, or none that meets every wish."""
    assert select_offers(offers, state, SearchOffers(), max_offers=5).key == key
