"""Merging of offers: deduplication, alternatives, replacements and ranking."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncassist.flights.merge import Merger, dedupe_key, rank
from tests.flights.conftest import offer, query, segment


def test_branded_fares_become_alternatives():
    """One flight at three prices is one offer, the cheapest, with two alternatives by price."""
    merger = Merger(query())
    merger.add([offer("flex", "300"), offer("light", "100"), offer("classic", "200")])

    (shown,) = merger.offers()

    assert shown.id == "light"
    assert [one.id for one in shown.alternatives] == ["classic", "flex"]


def test_cabins_are_separate_offers():
    """Economy and business on one flight are not merged."""
    merger = Merger(query())
    merger.add([offer("eco"), offer("biz", "500", segment(cabin="business"))])

    assert [one.id for one in merger.offers()] == ["eco", "biz"]


def test_codeshares_are_merged_unless_requested():
    """One flight sold under two numbers is one offer, and two with `codeshares`."""
    own = offer("own", "100", segment("TP1000"))
    shared = offer("shared", "90", segment("LH4000", operating="TP"))

    plain, asked = Merger(query()), Merger(query(codeshares=True))
    plain.add([own, shared])
    asked.add([own, shared])

    assert [one.id for one in plain.offers()] == ["shared"]
    assert {one.id for one in asked.offers()} == {"own", "shared"}
    assert dedupe_key(own, codeshares=False) == dedupe_key(shared, codeshares=False)


def test_add_returns_only_new_or_cheaper_offers():
    """A dearer offer is not shown again, a cheaper one replaces it, and a repeated id is ignored."""
    merger = Merger(query())

    assert [one.id for one in merger.add([offer("a", "100")])[0]] == ["a"]
    assert merger.add([offer("b", "110")]) == ([], {})
    fresh, replaces = merger.add([offer("c", "90"), offer("a", "1")])
    assert [one.id for one in fresh] == ["c"]
    assert replaces == {"c": "a"}


def test_offer_ids_are_scoped_by_provider():
    """Two providers may use one id."""
    merger = Merger(query())
    merger.add([offer("1", provider="a"), offer("1", "90", segment("KL1", "09:00"), provider="b")])

    assert len(merger.offers()) == 2


def test_other_currencies_rank_last():
    """An offer in another currency never beats one in the requested currency."""
    merger = Merger(query(sort="price"))
    merger.add(
        [
            offer("pounds", "50", currency="GBP"),
            offer("euros", "100"),
            offer("yen", "9", segment("JL1", "09:00"), currency="JPY"),
        ]
    )

    assert [one.id for one in merger.offers()] == ["euros", "yen"]


@pytest.mark.parametrize("sort", ["price", "best"])
def test_prices_of_two_other_currencies_are_not_compared(sort):
    """Offers rank against the prices in their own currency only."""
    yen = offer("yen", "9000", segment("JL1", "09:00"), currency="JPY")
    dearer = offer("dearer", "9900", segment("JL2", "09:00"), currency="JPY")
    pounds = offer("pounds", "50", segment("BA1", "09:00"), currency="GBP")
    dear_pounds = offer("dear pounds", "90", segment("BA2", "09:00"), currency="GBP")
    expected = {
        "price": ["pounds", "dear pounds", "yen", "dearer"],
        "best": ["pounds", "yen", "dearer", "dear pounds"],
    }

    assert [one.id for one in rank([dearer, dear_pounds, yen, pounds], sort, "EUR")] == expected[sort]


def test_rank_by_each_sort_order():
    """Offers rank by price, duration, departure, and all of them weighed."""
    quick = offer("quick", "300", segment("TP1", "12:00", minutes=150))
    cheap = offer("cheap", "80", segment("TP2", "10:00", minutes=200), segment("TP3", "18:00", minutes=200))
    early = offer("early", "150", segment("TP4", "06:00", minutes=180))
    offers = [quick, cheap, early]

    def order(sort):
        return [one.id for one in rank(offers, sort, "EUR")]

    assert order("price") == ["cheap", "early", "quick"]
    assert order("duration") == ["quick", "early", "cheap"]
    assert order("departure") == ["early", "cheap", "quick"]
    assert order("best")[0] == "early"
    assert rank([], "best", "EUR") == []


def test_free_offers_can_be_ranked():
    """A price of zero does not break the weights of "best"."""
    assert [one.id for one in rank([offer("paid"), offer("free", "0")], "best", "EUR")] == ["free", "paid"]


@given(st.permutations(range(8)), st.sampled_from(["best", "price", "duration", "departure"]))
def test_the_order_does_not_depend_on_arrival(order, sort):
    """In whatever order and batches the offers arrive, the result is equal."""
    offers = [
        offer(str(number), str(100 + number // 3), segment(f"TP{number // 2}", f"{8 + number // 4:02}:00"))
        for number in range(8)
    ]
    asked = query(sort=sort)
    expected, merger = Merger(asked), Merger(asked)
    expected.add(offers)

    for number in order:
        merger.add([offers[number]])

    assert [one.id for one in merger.offers()] == [one.id for one in expected.offers()]
    assert merger.offers() == expected.offers()


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(1, 9)), max_size=20))
def test_following_the_batches_gives_the_result(drawn):
    """Applying every batch and its replacements ends with the offers of the result."""
    merger = Merger(query(max_offers=1000))
    shown: dict[str, Decimal] = {}
    for number, (flight, price) in enumerate(drawn):
        one = offer(str(number), str(price), segment(f"TP{flight}", f"{8 + flight:02}:00"))
        fresh, replaces = merger.add([one])
        for new in fresh:
            shown.pop(replaces.get(new.id, ""), None)
            shown[new.id] = new.total.amount

    assert shown == {one.id: one.total.amount for one in merger.offers()}
