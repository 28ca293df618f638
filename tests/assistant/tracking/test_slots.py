"""The dialogue decides, in finer points: times, days, people and the list. No engine, no loop."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from asyncassist._types import Money, Passengers
from asyncassist.assistant.policy import decide
from asyncassist.assistant.state import DialogueState
from tests.assistant.builders import (
    FRIDAY,
    LISBON,
    ROME,
    SAN_JOSE_CR,
    SAN_JOSE_US,
    listed,
    said,
    trip,
)
from tests.assistant.test_policy import DAY, brief


def test_the_time_of_day_comes_and_goes():
    """By a word, by the engine's date, and "any time" takes it back."""
    morning = decide(trip(), said("in the morning")).state
    by_date = decide(
        trip(), said("on 5 December", departure_date=("5 December", FRIDAY + DAY, {"part_of_day": "evening"}))
    ).state
    free = decide(morning, said("any time")).state

    assert morning.window == (0, 719)
    assert by_date.window == (1080, 1439)
    assert free.window is None


def test_the_rest_of_the_slots():
    """Budget, cabin, people and type come as the engine gives them."""
    facts = said(
        "one way, two of us, business, under 300 euros",
        trip_type=("one way", "one_way"),
        passengers=("two of us", Passengers(adults=2)),
        cabin=("business", "business"),
        budget=("300 euros", Money(Decimal(300), "EUR")),
    )

    slots = decide(trip(), facts).state.slots

    assert slots["trip_type"] == "one_way"
    assert slots["passengers"] == Passengers(adults=2)
    assert slots["cabin"] == "business"
    assert slots["budget"] == Money(Decimal(300), "EUR")


def test_start_over_takes_what_else_was_said():
    """ "Start over, from Lisbon to Rome" begins with both."""
    facts = said("start over, from Lisbon to Rome", origin=("Lisbon", LISBON), destination=("Rome", ROME))

    decision = decide(listed(cabin="business"), facts)

    assert decision.state.slots == {"origin": LISBON, "destination": ROME}
    assert decision.state.shown == ()
    assert brief(decision.actions) == ["say restarted", "ask departure_date"]


@pytest.mark.parametrize(
    ("message", "found", "people"),
    [
        ("and a child", ("a child", Passengers(adults=1, children=1)), Passengers(adults=2, children=1)),
        ("with two babies", ("two babies", Passengers(adults=0, infants=2)), Passengers(adults=2, infants=2)),
        ("one adult and a child", ("one adult and a child", Passengers(children=1)), Passengers(children=1)),
        ("one more person", ("one more person", Passengers()), Passengers(adults=3)),
        ("for four", ("four", Passengers(adults=4)), Passengers(adults=4)),
    ],
)
def test_children_come_along_with_the_adults_already_counted(message: str, found: Any, people: Passengers):
    """ "And a child" adds a child; who counts adults too counts anew."""
    decision = decide(listed(passengers=Passengers(adults=2)), said(message, passengers=found))

    assert decision.state.slots["passengers"] == people


@pytest.mark.parametrize(
    ("message", "language", "window"),
    [
        ("after 6 pm", "en", (1080, 1439)),
        ("before 9:30", "en", (0, 570)),
        ("depois das 18h", "pt", (1080, 1439)),
        ("antes de las 9:00", "es", (0, 540)),
        ("après 18 h", "fr", (1080, 1439)),
        ("nach 18 Uhr", "de", (1080, 1439)),
        ("prima delle 9:00", "it", (0, 540)),
        ("I land at 9:30", "en", None),
    ],
)
def test_times_of_day_bound_the_departure(message: str, language: str, window: Any):
    """After or before a time, in each language's way to say it."""
    assert decide(trip(), said(message, language=language)).state.window == window


def test_an_hour_picks_the_flight_that_leaves_in_it():
    """ "The 6 pm one"."""
    assert brief(decide(listed(), said("the 6 pm one")).actions) == ["choose 3"]
    assert brief(decide(listed(), said("the 11 am one")).actions) == ["chat other"]


def test_a_few_words_about_a_flight_begin_a_search():
    """Also where the engine is not sure what they want."""
    assert brief(decide(DialogueState(), said("Flug, bitte", language="de")).actions) == ["ask origin"]
    assert brief(decide(DialogueState(), said("is it true that flights are bad for the climate?")).actions) == [
        "chat other"
    ]


@pytest.mark.parametrize(
    ("text", "read", "meant"),
    [
        ("on Sunday", dt.date(2026, 11, 22), dt.date(2026, 12, 6)),
        ("Wednesday", dt.date(2026, 11, 25), dt.date(2026, 12, 2)),
        ("sexta-feira", dt.date(2026, 11, 27), FRIDAY),
        ("next Sunday", dt.date(2026, 11, 22), dt.date(2026, 11, 22)),
        ("Sunday 22", dt.date(2026, 11, 22), dt.date(2026, 11, 22)),
        ("tomorrow", dt.date(2026, 11, 22), dt.date(2026, 11, 22)),
    ],
)
def test_a_weekday_alone_is_near_the_day_spoken_of(text: str, read: dt.date, meant: dt.date):
    """ "Rather on Sunday" said of a flight on 4 December is 6 December."""
    assert decide(listed(), said(text, departure_date=(text, read))).state.slots["departure_date"] == meant


def test_a_week_only_frames_the_day_in_it():
    """ "Next week, on Wednesday" is one day, not a departure and a return."""
    week = ("next week", dt.date(2026, 11, 23), {"grain": "week", "range_end": dt.date(2026, 11, 29)})
    facts = said("next week, on Wednesday", departure_date=week, return_date=("Wednesday", dt.date(2026, 11, 25)))

    slots = decide(trip(departure_date=None), facts).state.slots

    assert slots["departure_date"] == dt.date(2026, 11, 25)
    assert "return_date" not in slots


def test_a_return_read_as_next_years_is_asked_about():
    """ "Back on 1 December" after 4 December; with its year said it is taken at its word."""
    doubtful = decide(trip(), said("back on 1 December", return_date=("1 December", dt.date(2027, 12, 1))))
    leap = decide(
        trip(departure_date=dt.date(2027, 3, 4)),
        said("back on 29 February", return_date=("29 February", dt.date(2028, 2, 29))),
    )
    sure = decide(trip(), said("back on 1 December 2027", return_date=("1 December 2027", dt.date(2027, 12, 1))))

    assert brief(doubtful.actions) == ["say return_before", "ask return_date"]
    assert brief(leap.actions) == ["say return_before", "ask return_date"]
    assert sure.state.slots["return_date"] == dt.date(2027, 12, 1)


def test_a_question_about_one_of_the_list_names_it():
    """ "How much is the second one?" describes it, and "I'll take it" then means it."""
    asked = decide(listed(), said("how much is the second one?"))

    assert brief(asked.actions) == ["describe 2"]
    assert brief(decide(asked.state, said("I'll take it")).actions) == ["say cant_book"]


def test_two_ambiguous_cities_are_not_both_asked_about():
    """One question at a time: the other is taken as the likeliest."""
    facts = said(
        "from San Jose to Valencia",
        origin=("San Jose", SAN_JOSE_CR, {"alternatives": [SAN_JOSE_US]}),
        destination=("Valencia", ROME, {"alternatives": [LISBON]}),
    )

    decision = decide(DialogueState(), facts)

    assert brief(decision.actions) == ["ask which origin"]
    assert decision.state.slots == {"destination": ROME}


def test_what_makes_no_difference_is_taken_as_said():
    """ "Any airline" without a wish for one shows the list, and does not go to the chatbot."""
    assert brief(decide(listed(), said("any airline is fine")).actions) == ["search"]
    assert brief(decide(listed(), said("any time of day")).actions) == ["search"]


def test_a_return_on_a_day_of_the_month_is_after_the_departure():
    """ "Back on the 22nd" of a flight in January is in January."""
    january = trip(departure_date=dt.date(2027, 1, 15))
    this = decide(january, said("back on the 22nd", return_date=("the 22nd", dt.date(2026, 11, 22))))
    following = decide(january, said("back on the 3rd", return_date=("the 3rd", dt.date(2026, 12, 3))))

    assert this.state.slots["return_date"] == dt.date(2027, 1, 22)
    assert following.state.slots["return_date"] == dt.date(2027, 2, 3)


def test_both_ways_and_a_week_later_is_the_return():
    """The departure stays."""
    decision = decide(trip(), said("both ways, back one week later"))

    assert decision.state.slots["departure_date"] == FRIDAY
    assert decision.state.slots["return_date"] == FRIDAY + 7 * DAY


@pytest.mark.parametrize(("message", "language"), [("mejor en primera", "es"), ("meglio in prima", "it")])
def test_first_class_picks_no_offer(message: str, language: str):
    """It is a cabin, not the first of the list."""
    decision = decide(listed(), said(message, language=language))

    assert decision.state.slots["cabin"] == "first"
    assert brief(decision.actions) == ["search"]
