"""Spans of dates: offsets, parts of the day, distances from a departure, expected answers and fallback languages."""

from __future__ import annotations

import datetime as dt

import pytest

from asyncassist.nlp.dates.parser import DateOffset, DateSpan, warm_up
from tests.nlp.dates.builders import TODAY, day, find_all, find_one


def test_offsets_are_of_the_original_text():
    """Combining accents and letters that normalize to two characters do not shift offsets."""
    raw = "Großes Gepa\u0308ck, Flug am 5. März nach Köln"

    span = find_one(raw, "de")

    assert raw[span.start : span.end] == "5. März"


@pytest.mark.parametrize(
    ("raw", "language", "part"),
    [
        ("tomorrow morning", "en", "morning"), ("noon on the 5th", "en", "noon"), ("tonight", "en", "night"),
        ("Friday evening", "en", "evening"), ("the 5th in the afternoon", "en", "afternoon"),
        ("amanhã de manhã", "pt", "morning"), ("hoje à noite", "pt", "night"), ("viernes por la tarde", "es", "afternoon"),
        ("mañana por la mañana", "es", "morning"), ("ce soir", "fr", "evening"), ("demain après-midi", "fr", "afternoon"),
        ("Freitagabend", "de", "evening"), ("morgen früh", "de", "morning"), ("heute Nacht", "de", "night"),
        ("domani sera", "it", "evening"), ("stamattina", "it", "morning"), ("the 5th", "en", None),
    ],
)  # fmt: skip
def test_a_part_of_the_day_is_reported_beside_the_date(raw, language, part):
    """The span has the part of the day that the words name, None without one."""
    assert find_one(raw, language).part_of_day == part


def test_a_distance_counts_from_the_departure_in_the_text():
    """ "A week later" is a week after the departure, not after today."""
    _, back = find_all("leave on 28 March and come back a week later")

    assert back.value == day(4, 4)
    assert back.relative_to_departure == DateOffset(days=7)
    assert back.anchored
    assert back.role == "return"


def test_a_distance_counts_from_the_departure_passed_in():
    """A departure known from an earlier turn is the start of distances and durations."""
    assert find_one("a week later", departure=day(3, 28)).value == day(4, 4)
    assert find_one("for ten days", departure=day(3, 28)).value == day(4, 7)
    assert find_one("a month later", departure=dt.date(2027, 1, 31)).value == dt.date(2027, 2, 28)
    assert find_one("the same day", departure=day(3, 28)).value == day(3, 28)


def test_a_distance_without_a_departure_is_not_anchored():
    """It counts from today until `resolve_after` gets the departure."""
    span = find_one("a week later")

    assert (span.value, span.anchored) == (day(11, 25), False)
    assert span.resolve_after(day(3, 28)).value == day(4, 4)
    assert span.resolve_after(day(3, 28)).anchored


def test_a_duration_alone_is_no_date():
    """ "For ten days" is a date only if a departure is known."""
    assert find_all("for ten days") == []
    assert find_all("two weeks please, staying two weeks") == []


@pytest.mark.parametrize(
    ("raw", "departure", "value"),
    [
        ("Friday", day(12, 10), day(12, 11)),
        ("the 3rd", day(12, 10), day(1, 3)),
        ("3 March", dt.date(2027, 5, 1), dt.date(2028, 3, 3)),
        ("the 31st", dt.date(2027, 2, 3), dt.date(2027, 3, 31)),
        ("2 March 2027", dt.date(2027, 5, 1), dt.date(2027, 3, 2)),
        ("tomorrow", day(12, 10), day(11, 19)),
        ("the 20th", day(11, 19), day(11, 20)),
    ],
)
def test_resolve_after_moves_only_incomplete_dates(raw, departure, value):
    """An incomplete date becomes the first such day on or after the departure; a complete date stays."""
    assert find_one(raw).resolve_after(departure).value == value


def test_resolve_after_moves_a_range_as_a_whole():
    """The length of the range stays."""
    span = find_one("between the 3rd and the 10th").resolve_after(day(1, 1))

    assert (span.value, span.range_end) == (day(1, 3), day(1, 10))


@pytest.mark.parametrize(
    ("raw", "language", "value"),
    [
        ("12", "en", day(12, 12)), ("the twelfth", "en", day(12, 12)), ("sat", "en", day(11, 21)), ("may", "en", day(5, 1)),
        ("on 12", "en", day(12, 12)), ("31 please", "en", day(12, 31)), ("32 please", "en", None), ("that is 2 really", "en", None), ("quinze", "pt", day(12, 15)), ("sexta", "pt", day(11, 20)),
        ("el quince", "es", day(12, 15)), ("le premier", "fr", day(12, 1)), ("am 3", "de", day(12, 3)), ("di", "de", day(11, 24)),
        ("lun", "it", day(11, 23)), ("primo", "it", day(12, 1)),
    ],
)  # fmt: skip
def test_a_short_answer_to_a_question_for_a_date_is_a_date(raw, language, value):
    """A bare number or a short weekday is a date only where one was asked for."""
    assert [span.value for span in find_all(raw, language, expected=True)] == ([value] if value else [])


def test_bare_numbers_of_a_long_answer_count_things():
    """More than five words are no date alone, even after a question for one."""
    assert find_all("we need 2 tickets, 3 bags and a window seat", expected=True) == []


def test_fallback_languages_yield_only_unambiguous_dates():
    """A month or weekday of another language counts; its ambiguous words do not."""
    assert find_one("am 5. Mai", "en", languages=["pt", "de"]).value == day(5, 5)
    assert find_one("tomorrow", "de", languages=["de", "en"]).value == day(11, 19)
    assert find_all("el 12", "en", languages=["es"]) == []
    assert find_all("5 Mai", "xx") == []


def test_a_span_is_serializable():
    """`to_dict` gives ISO dates and plain values; spans compare by value."""
    plain = find_one("a week later").to_dict()

    assert plain["value"] == "2026-11-25"
    assert plain["relative_to_departure"] == {"days": 7, "months": 0}
    assert DateSpan(start=0, end=1, value=TODAY) == DateSpan(start=0, end=1, value=TODAY)


def test_warming_up_changes_no_result():
    """It may be called at any time, any number of times."""
    warm_up()
    warm_up()

    assert find_one("tomorrow").value == day(11, 19)


def test_the_same_day_is_a_date_only_of_a_return_or_after_a_departure():
    """ "Other flights on the same day" names no day."""
    assert find_all("other flights on the same day") == []
    assert find_one("return on the same day").relative_to_departure == DateOffset()
    assert find_one("the same day", departure=day(3, 28)).value == day(3, 28)
