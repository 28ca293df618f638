"""Date rules for weekdays: this, next, coming and last, the nth of a month, and short forms."""

from __future__ import annotations

import datetime as dt

import pytest

from asyncassist.nlp.dates.models import DateContext
from asyncassist.nlp.dates.rules_weekdays import weekday_reading
from tests.nlp.dates.builders import SATURDAY, TODAY, day, find_all, find_one, values


@pytest.mark.parametrize(
    ("raw", "language", "value", "others"),
    [
        ("next Friday", "en", day(11, 27), [day(11, 20)]),
        ("next Monday", "en", day(11, 23), []),
        ("Wednesday", "en", day(11, 25), [TODAY]),
        ("this Wednesday", "en", TODAY, [day(11, 25)]),
        ("this Monday", "en", day(11, 23), []),
        ("Friday after next", "en", day(11, 27), [day(12, 4)]),
        ("próxima sexta", "pt", day(11, 20), [day(11, 27)]),
        ("el próximo lunes", "es", day(11, 23), []),
        ("nächsten Freitag", "de", day(11, 20), [day(11, 27)]),
        ("kommenden Freitag", "de", day(11, 20), []),
    ],
)
def test_ambiguous_weekdays_have_an_alternative(raw, language, value, others):
    """The likelier day is the value, the other one an alternative."""
    span = find_one(raw, language)

    assert (span.value, list(span.alternatives)) == (value, others)


@pytest.mark.parametrize("weekday", range(7))
@pytest.mark.parametrize("modifier", ["", "this", "next", "coming", "follow", "next2", "last", "last2"])
@pytest.mark.parametrize("language", ["en", "de"])
def test_a_modifier_never_changes_the_weekday(weekday, modifier, language):
    """The value and its alternatives fall on the weekday; only "last" and "last2" lie in the past."""
    context = DateContext(TODAY, language, "US")

    reading = weekday_reading(weekday, context, modifier)

    assert {found.weekday() for found in (reading.value, *reading.alternatives)} == {weekday}
    assert (reading.value < TODAY) == (modifier in {"last", "last2"})
    assert reading.value not in reading.alternatives


@pytest.mark.parametrize(
    ("raw", "value"),
    [("the fifth Sunday of February", dt.date(2032, 2, 29)), ("the second Friday of November", dt.date(2027, 11, 12))],
)
def test_the_nth_weekday_is_in_the_next_month_that_has_it(raw, value):
    """A passed or missing one is searched in later years."""
    assert values(raw) == [value]


@pytest.mark.parametrize("raw", ["the 6th Monday of May", "the 5th Monday of February 2027", "in 70 Fridays"])
def test_a_weekday_that_a_month_does_not_have_is_no_date(raw):
    """Nor is a count of weekdays beyond any travel plan."""
    assert find_all(raw) == []


@pytest.mark.parametrize(
    ("raw", "language", "value"),
    [
        ("6ª feira", "pt", day(11, 20)),
        ("Freitag in zwei Wochen", "de", day(12, 4)),
        ("sabato fra una settimana", "it", day(11, 28)),
    ],
)
def test_numbered_weekdays_and_weekdays_in_some_weeks(raw, language, value):
    """Portuguese numbers its weekdays; "in two weeks" counts from the coming weekday."""
    assert values(raw, language) == [value]


@pytest.mark.parametrize(
    ("language", "text", "days"),
    [
        ("de", "Freitag in einer Woche", ["2026-12-04"]),
        ("en", "Friday in two weeks", ["2026-12-11"]),
        ("pt", "na quinta do meu avô", []),
        ("pt", "Lisboa, sexta, volta domingo", ["2026-11-27", "2026-11-29"]),
    ],
)
def test_short_weekdays_depend_on_the_words_around_them(language, text, days):
    """Between commas "sexta" is Friday; before "do meu avô" "quinta" is a farm."""
    assert [value.isoformat() for value in values(text, language, today=SATURDAY)] == days


@pytest.mark.parametrize(
    ("raw", "language"),
    [
        ("in two months on a Friday", "en"), ("a Friday in two months", "en"), ("two months from now on a Friday", "en"),
        ("daqui a dois meses, numa sexta-feira", "pt"), ("en dos meses un viernes", "es"),
        ("dans deux mois un vendredi", "fr"), ("in zwei Monaten an einem Freitag", "de"),
        ("tra due mesi di venerdì", "it"),
    ],
)  # fmt: skip
def test_a_weekday_after_a_distance_is_one_date(raw, language):
    """The weekday is the first one from then on, and no second date."""
    assert values(raw, language) == [day(1, 22)]  # two months from 18 November is a Monday


def test_a_distance_too_far_and_a_choice_are_not_joined_with_a_weekday():
    """ "Or" names two days."""
    assert values("in two weeks or Friday") == [day(12, 2), day(11, 20)]
    assert dt.date.max not in values("in 9999 weeks on a Friday")


@pytest.mark.parametrize(
    ("raw", "language", "value"),
    [
        ("Mon.", "en", day(11, 23)), ("sun.", "en", day(11, 22)), ("sáb.", "pt", day(11, 21)),
        ("Fr.", "de", day(11, 20)), ("sam.", "fr", day(11, 21)), ("Sat in the evening", "en", day(11, 21)),
        ("Sat at 5 pm", "en", day(11, 21)),
    ],
)  # fmt: skip
def test_a_short_weekday_is_one_where_it_begins_the_text(raw, language, value):
    """With its dot alone, or before a time or part of the day."""
    assert values(raw, language) == [value]


@pytest.mark.parametrize("raw", ["I sat in the evening", "we sat. Then we left", "Sun is what we want"])
def test_words_that_look_like_short_weekdays_are_none(raw):
    """Elsewhere in a sentence they are verbs and nouns."""
    assert find_all(raw) == []


@pytest.mark.parametrize("raw", ["4ª feira da próxima semana", "na próxima semana, na 4ª feira"])
def test_a_numbered_weekday_of_a_week_is_one_date(raw):
    """The weekday and its week are not a departure and a return."""
    assert find_one(raw, "pt").value == day(11, 25)


def test_a_numbered_weekday_that_no_week_has_is_none():
    """Numbers go from 2 to 6."""
    assert day(11, 24) not in values("9ª feira da próxima semana", "pt")
