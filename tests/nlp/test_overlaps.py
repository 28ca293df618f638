"""Overlapping entities of several extractors: the more confident one wins."""

from __future__ import annotations

import datetime as dt

from asyncassist.nlp.models import Entity
from asyncassist.nlp.overlaps import without_overlaps


def test_the_more_confident_entity_wins():
    """Confidence decides, then length; an entity whose offsets do not match its text is dropped."""
    low = Entity(type="a", start=0, end=6, text="abc de", value=1, confidence=0.5)
    high = Entity(type="b", start=0, end=3, text="abc", value=2, confidence=0.9)
    longer = Entity(type="c", start=4, end=6, text="de", value=3, confidence=0.4)
    false = Entity(type="d", start=3, end=5, text="??", value=4, confidence=1.0)

    assert without_overlaps("abc de", [low, high, longer, false]) == (high, longer)


def test_two_dates_of_a_range_may_share_a_span():
    """Departure and return of one source may have the same words; other types may not."""
    span = {"start": 0, "end": 4, "text": "3-10", "source": "rules"}
    leave = Entity(type="departure_date", value=dt.date(2026, 12, 3), **span)
    back = Entity(type="return_date", value=dt.date(2026, 12, 10), **span)
    budget = Entity(type="budget", value=3, confidence=0.9, **span)

    assert without_overlaps("3-10", [budget, back, leave]) == (leave, back)


def test_of_equal_entities_the_earlier_wins_and_the_order_is_that_of_the_text():
    """Ties are broken by position; the result is sorted by offset."""
    one = Entity(type="a", start=0, end=2, text="ab", value=1)
    two = Entity(type="b", start=1, end=3, text="bc", value=2)
    far = Entity(type="c", start=4, end=5, text="d", value=3)

    assert without_overlaps("abc d", [far, two, one]) == (one, far)
