"""Departure and return dates, through the policy: roles, weekdays, months, shifts."""

from __future__ import annotations

import datetime as dt

import pytest

from asyncassist.assistant.actions import AskSlot
from asyncassist.assistant.policy import decide
from tests.assistant.builders import DAY, FRIDAY, TODAY, facts_of, trip, trip_with_offers


def test_month_alone_leads_to_a_question_for_the_day():
    """After "in March", "the 12th" is 12 March; a day that the month lacks is taken as the engine resolved it."""
    march = {"grain": "month"}
    first = decide(
        trip(departure_date=None), facts_of("in March", departure_date=("March", dt.date(2027, 3, 1), march))
    )
    day = decide(first.state, facts_of("the 12th", departure_date=("the 12th", dt.date(2026, 12, 12))))
    full_date = decide(first.state, facts_of("12 April", departure_date=("12 April", dt.date(2027, 4, 12))))
    missing_day = decide(
        trip(departure_date=None).replace(month="2027-02", asked="departure_date"),
        facts_of("the 30th", departure_date=("the 30th", dt.date(2026, 11, 30))),
    )

    assert first.actions == (AskSlot(slot="departure_date", month="2027-03"),)
    assert day.state.slots["departure_date"] == dt.date(2027, 3, 12)
    assert full_date.state.slots["departure_date"] == dt.date(2027, 4, 12)
    assert missing_day.state.slots["departure_date"] == dt.date(2026, 11, 30)


def test_bare_date_answers_the_return_question():
    """A bare date after "when back?" is the return, unless the words mention leaving."""
    asked = trip(trip_type="round_trip").replace(asked="return_date", settled=frozenset({"return_date"}))
    back = decide(asked, facts_of("12 December", departure_date=("12 December", dt.date(2026, 12, 12))))
    plain = decide(asked, facts_of("12 December", date=("12 December", dt.date(2026, 12, 12))))
    out = decide(asked, facts_of("leaving 3 December", departure_date=("3 December", dt.date(2026, 12, 3))))

    assert back.state.slots["return_date"] == dt.date(2026, 12, 12)
    assert plain.state.slots["return_date"] == dt.date(2026, 12, 12)
    assert out.state.slots["departure_date"] == dt.date(2026, 12, 3)
    assert "return_date" not in out.state.slots


@pytest.mark.parametrize(
    ("text", "resolved", "expected"),
    [
        ("on Sunday", dt.date(2026, 11, 22), dt.date(2026, 12, 6)),
        ("Wednesday", dt.date(2026, 11, 25), dt.date(2026, 12, 2)),
        ("sexta-feira", dt.date(2026, 11, 27), FRIDAY),
        ("next Sunday", dt.date(2026, 11, 22), dt.date(2026, 11, 22)),
        ("Sunday 22", dt.date(2026, 11, 22), dt.date(2026, 11, 22)),
        ("tomorrow", dt.date(2026, 11, 22), dt.date(2026, 11, 22)),
    ],
)
def test_lone_weekday_is_resolved_near_the_known_departure(text: str, resolved: dt.date, expected: dt.date):
    """ "On Sunday", said of a flight on 4 December, is 6 December."""
    assert (
        decide(trip_with_offers(), facts_of(text, departure_date=(text, resolved))).state.slots["departure_date"]
        == expected
    )


def test_enclosing_week_is_not_a_second_date():
    """ "Next week, on Wednesday" is one date, not a departure and a return."""
    week = ("next week", dt.date(2026, 11, 23), {"grain": "week", "range_end": dt.date(2026, 11, 29)})
    facts = facts_of("next week, on Wednesday", departure_date=week, return_date=("Wednesday", dt.date(2026, 11, 25)))

    slots = decide(trip(departure_date=None), facts).state.slots

    assert slots["departure_date"] == dt.date(2026, 11, 25)
    assert "return_date" not in slots


def test_return_on_a_day_of_the_month_follows_the_departure():
    """ "Back on the 22nd" is resolved after the departure, in its month or the next."""
    january = trip(departure_date=dt.date(2027, 1, 15))
    same_month = decide(january, facts_of("back on the 22nd", return_date=("the 22nd", dt.date(2026, 11, 22))))
    next_month = decide(january, facts_of("back on the 3rd", return_date=("the 3rd", dt.date(2026, 12, 3))))

    assert same_month.state.slots["return_date"] == dt.date(2027, 1, 22)
    assert next_month.state.slots["return_date"] == dt.date(2027, 2, 3)


def test_shift_with_a_round_trip_sets_the_return():
    """ "Both ways, back one week later" sets the return and leaves the departure."""
    decision = decide(trip(), facts_of("both ways, back one week later"))

    assert decision.state.slots["departure_date"] == FRIDAY
    assert decision.state.slots["return_date"] == FRIDAY + 7 * DAY


@pytest.mark.parametrize(
    ("message", "language", "days"),
    [("three days", "en", 3), ("a week", "en", 7), ("eine Woche", "de", 7), ("duas semanas", "pt", 14)],
)
def test_length_of_stay_answers_the_return_question(message: str, language: str, days: int):
    """A duration is the length of stay while the return is asked for."""
    asked = trip(trip_type="round_trip").replace(asked="return_date")

    decision = decide(asked, facts_of(message, language=language))

    assert decision.state.slots["return_date"] == FRIDAY + days * DAY


def test_length_of_stay_without_a_return():
    """On a trip without a return, a duration changes nothing."""
    assert decide(trip(), facts_of("three days")).state.slots == trip().slots


@pytest.mark.parametrize(("day", "expected"), [(27, dt.date(2026, 12, 27)), (3, dt.date(2027, 1, 3))])
def test_bare_number_behind_a_word_for_returning(day: int, expected: dt.date):
    """ "Volta 27" is the next 27th after the departure."""
    facts = facts_of(f"ida 4 dezembro e volta {day}", language="pt", departure_date=("4 dezembro", FRIDAY))

    assert decide(trip(departure_date=None), facts).state.slots["return_date"] == expected


def test_bare_number_that_is_no_day_of_the_month():
    """A number beyond the end of the month is no return day."""
    facts = facts_of("ida 4 dezembro e volta 32", language="pt", departure_date=("4 dezembro", FRIDAY))

    assert "return_date" not in decide(trip(departure_date=None), facts).state.slots


def test_ruled_out_date_is_dropped_for_another_one():
    """ "Mañana imposible. El martes" is Tuesday, and one date only."""
    tuesday = dt.date(2026, 11, 24)
    facts = facts_of(
        "mañana imposible. El martes",
        language="es",
        departure_date=("mañana", TODAY + DAY),
        return_date=("martes", tuesday),
    )

    slots = decide(trip(departure_date=None), facts).state.slots

    assert slots["departure_date"] == tuesday
    assert "return_date" not in slots


def test_shift_moves_the_return_when_the_words_say_so():
    """ "Come back a day later" moves the known return, "two days earlier" the departure."""
    round_trip = trip(return_date=FRIDAY + 7 * DAY, trip_type="round_trip")

    later_return = decide(round_trip, facts_of("come back a day later")).state.slots
    earlier = decide(round_trip, facts_of("two days earlier")).state.slots

    assert (later_return["departure_date"], later_return["return_date"]) == (FRIDAY, FRIDAY + 8 * DAY)
    assert (earlier["departure_date"], earlier["return_date"]) == (FRIDAY - 2 * DAY, FRIDAY + 7 * DAY)


def test_lone_weekday_corrects_the_nearer_date():
    """Of a trip from Friday to Monday, "rather on Tuesday" corrects the return, "rather on Thursday" the departure."""
    weekend = trip(return_date=FRIDAY + 3 * DAY, trip_type="round_trip")

    tuesday = decide(weekend, facts_of("rather on Tuesday", departure_date=("Tuesday", dt.date(2026, 11, 24))))
    thursday = decide(weekend, facts_of("rather on Thursday", departure_date=("Thursday", dt.date(2026, 11, 26))))

    assert tuesday.state.slots["return_date"] == FRIDAY + 4 * DAY
    assert tuesday.state.slots["departure_date"] == FRIDAY
    assert thursday.state.slots["departure_date"] == FRIDAY - DAY


def test_a_length_of_stay_stays_when_the_departure_moves():
    """ "In May for ten days", then "the 12th": the return is ten days after, and moves with the departure."""
    month = ("May", dt.date(2027, 5, 1), {"grain": "month"})
    stay = ("ten days", dt.date(2027, 5, 11), {"after_departure": (10, 0)})
    first = decide(trip(departure_date=None), facts_of("in May for ten days", departure_date=month, return_date=stay))
    day = decide(first.state, facts_of("12 May", departure_date=("12 May", dt.date(2027, 5, 12))))
    later = decide(day.state, facts_of("two days later"))
    fixed = decide(later.state, facts_of("back on 20 May", return_date=("20 May", dt.date(2027, 5, 20))))
    moved = decide(fixed.state, facts_of("a day later, leaving"))

    assert "departure_date" not in first.state.slots
    assert day.state.slots["return_date"] == dt.date(2027, 5, 22)
    assert later.state.slots["return_date"] == dt.date(2027, 5, 24)
    assert fixed.state.stay is None
    assert moved.state.slots["return_date"] == dt.date(2027, 5, 20)


def test_a_length_of_stay_without_a_day_is_remembered():
    """The stay named before any date is that of the trip; the age of a baby is none."""
    named = decide(trip(departure_date=None), facts_of("we stay ten days"))
    baby = decide(trip(departure_date=None), facts_of("the baby is 10 months"))

    assert named.state.stay == 10
    assert baby.state.stay is None


@pytest.mark.parametrize(
    ("message", "language", "dates"),
    [
        ("melhor 17 a 21", "pt", (dt.date(2026, 12, 17), dt.date(2026, 12, 21))),
        ("vom 17. bis 21.", "de", (dt.date(2026, 12, 17), dt.date(2026, 12, 21))),
        ("dann der 11.", "de", (dt.date(2026, 12, 11), None)),
        ("dann der 39.", "de", (FRIDAY, None)),
        ("21 to 17", "en", (FRIDAY, None)),
        ("17 to 45", "en", (FRIDAY, None)),
        ("11 of 12", "en", (FRIDAY, None)),
    ],
)
def test_bare_numbers_are_days_of_the_trip(message: str, language: str, dates: tuple[dt.date, dt.date | None]):
    """ "17 a 21" are two days of the month of the trip, "dann der 11." is one."""
    slots = decide(trip_with_offers(), facts_of(message, language=language)).state.slots

    assert (slots["departure_date"], slots.get("return_date")) == dates


def test_bare_days_belong_to_the_month_asked_for():
    """After "in September", "8 a 15" are two days of it."""
    asked = trip(departure_date=None).replace(month="2027-09", asked="departure_date")

    slots = decide(asked, facts_of("8 a 15", language="pt")).state.slots

    assert (slots["departure_date"], slots["return_date"]) == (dt.date(2027, 9, 8), dt.date(2027, 9, 15))
