"""Dates relative to the trip: same days elsewhere, weekends, longer stays, weekdays after or before, shifts."""

from __future__ import annotations

import datetime as dt

import pytest

from asyncassist.assistant.policy import decide
from asyncassist.assistant.tracking.relative_dates import find_durations, flexible_days
from asyncassist.assistant.tracking.turn import TurnContext
from asyncassist.nlp.tokens import TokenizedText
from tests.assistant.builders import FRIDAY, facts_of, trip

MONDAY = dt.date(2026, 12, 7)
WEEK = {"grain": "week", "range_end": dt.date(2026, 11, 29)}
MONTH = {"grain": "month", "range_end": dt.date(2026, 12, 31)}


def moved(message: str, language: str = "en", **dates: object) -> tuple[dt.date, dt.date]:
    """Return departure and return of a trip from Friday 4 to Monday 7 December after a message."""
    slots = decide(trip(return_date=MONDAY), facts_of(message, language=language, **dates)).state.slots
    return slots["departure_date"], slots["return_date"]


@pytest.mark.parametrize(
    ("message", "language", "days"),
    [
        ("the following weekend", "en", 7),
        ("the weekend before", "en", -7),
        ("et le week-end d'après ?", "fr", 7),
        ("am Wochenende danach", "de", 7),
        ("a week later", "en", 7),
        ("uma semana antes", "pt", -7),
        ("gleiche Tage, zwei Wochen später", "de", 14),
    ],
)
def test_whole_weeks_move_the_whole_trip(message: str, language: str, days: int):
    """The length of the stay is kept."""
    step = dt.timedelta(days=days)

    assert moved(message, language) == (FRIDAY + step, MONDAY + step)


def test_same_days_are_those_of_the_trip():
    """ "Next week" and "next month" count from the trip, a named month is that month."""
    week = moved("next week, same days", departure_date=("next week", dt.date(2026, 11, 23), WEEK))
    month = moved("same days next month", departure_date=("next month", dt.date(2026, 12, 1), MONTH))
    later = moved("same days a month later", date=("a month later", FRIDAY, {"after_departure": (0, 1)}))
    march = {"grain": "month", "cycle": "year"}
    named = moved("same days in March", departure_date=("March", dt.date(2027, 3, 1), march))
    bare = moved("I meant June, same days")
    nothing = moved("same days please")

    assert week == (FRIDAY + dt.timedelta(days=7), MONDAY + dt.timedelta(days=7))
    assert month == (dt.date(2027, 1, 4), dt.date(2027, 1, 7))
    assert later == month
    assert named == (dt.date(2027, 3, 4), dt.date(2027, 3, 7))
    assert bare == (dt.date(2027, 6, 4), dt.date(2027, 6, 7))
    assert nothing == (FRIDAY, MONDAY)


@pytest.mark.parametrize(
    ("message", "language", "days"),
    [
        ("one more night", "en", 1),
        ("another two days", "en", 2),
        ("eine Nacht länger", "de", 1),
        ("una noche más", "es", 1),
        ("une nuit de plus", "fr", 1),
        ("una notte in più", "it", 1),
        ("mais uma noite", "pt", 1),
        ("one night less", "en", -1),
        ("eine Nacht kürzer", "de", -1),
        ("999 more nights", "en", 0),
    ],
)
def test_a_longer_or_shorter_stay_moves_the_return(message: str, language: str, days: int):
    """The departure stays; a stay beyond any trip changes nothing."""
    assert moved(message, language) == (FRIDAY, MONDAY + dt.timedelta(days=days))


def test_a_longer_stay_needs_a_return():
    """Without a return there is no stay to lengthen."""
    assert decide(trip(), facts_of("one more night")).state.slots == trip().slots


@pytest.mark.parametrize(
    ("message", "weekday", "departure"),
    [
        ("the Saturday after", "Saturday", dt.date(2026, 12, 5)),
        ("the following Saturday", "following Saturday", dt.date(2026, 12, 5)),
        ("the Friday before", "Friday", dt.date(2026, 11, 27)),
    ],
)
def test_a_weekday_after_or_before_counts_from_the_departure(message: str, weekday: str, departure: dt.date):
    """ "The Friday before" is a week before a departure on a Friday."""
    resolved = dt.date(2026, 11, 28)
    if "Friday" in weekday:
        resolved = dt.date(2026, 11, 27)

    decision = decide(trip(), facts_of(message, departure_date=(weekday, resolved)))

    assert decision.state.slots["departure_date"] == departure


def test_a_departure_moved_beyond_the_return_takes_it_along():
    """ "The Tuesday after" a trip from Friday to Monday keeps its three days."""
    assert moved("leaving the Tuesday after", departure_date=("Tuesday", dt.date(2026, 11, 24))) == (
        dt.date(2026, 12, 8),
        dt.date(2026, 12, 11),
    )


def test_a_return_on_a_following_weekday_counts_from_the_departure():
    """ "Back the Sunday after that" is the first Sunday after the departure."""
    decision = decide(trip(), facts_of("back the Sunday after that", return_date=("Sunday", dt.date(2026, 11, 22))))

    assert decision.state.slots["return_date"] == dt.date(2026, 12, 6)


@pytest.mark.parametrize(
    ("text", "language", "durations"),
    [
        ("three days", "en", [(3, 0)]),
        ("un par de semanas", "es", [(14, 0)]),
        ("une dizaine de jours", "fr", [(10, 0)]),
        ("a month", "en", [(0, 1)]),
        ("900 days or 99 months", "en", []),
    ],
)
def test_durations_are_days_or_months(text: str, language: str, durations: list[tuple[int, int]]):
    """Approximate numbers count; lengths beyond any stay do not."""
    found = find_durations(TokenizedText.from_text(text), language)

    assert [duration for duration, _, _ in found] == durations


@pytest.mark.parametrize(
    ("message", "language", "days"),
    [
        ("plus or minus 2 days", "en", 2),
        ("give or take a day", "en", 1),
        ("plus minus zwanzig Tage", "de", 7),
        ("mais dia, menos dia", "pt", 3),
    ],
)
def test_flexible_days_are_those_named(message: str, language: str, days: int):
    """At most a week; three days where the words give no number."""
    assert flexible_days(TurnContext(trip(), facts_of(message, language=language))) == days
