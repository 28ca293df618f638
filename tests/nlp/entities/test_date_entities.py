"""Entities of dates: departure and return by context, order, correction and known departure."""

from __future__ import annotations

import datetime as dt

import pytest

from asyncassist.nlp.dates.parser import find_dates
from asyncassist.nlp.entities.date_entities import build_date_entities
from asyncassist.nlp.models import Reading
from asyncassist.nlp.tokens import TokenizedText
from tests.nlp.extraction import TODAY, analyze_slots, extract

DEPARTURE = dt.date(2027, 5, 14)


def _build(raw, *, homeward=False, **context):
    text = TokenizedText.from_text(raw)
    spans = find_dates(text, language="en", region=None, today=TODAY, languages=("en",))
    reading = Reading(text=text, language="en", today=TODAY, **context)
    return build_date_entities(reading, spans, homeward=homeward)


@pytest.mark.parametrize(
    ("text", "departs", "returns"),
    [
        ("5 December, back on the 12th", "2026-12-05", "2026-12-12"),
        ("return on 5 December", None, "2026-12-05"),
        ("not 5 December, 6 December", "2026-12-06", None),
        ("5 December, no wait, 6 December", "2026-12-06", None),
        ("5 December and 12 December", "2026-12-05", "2026-12-12"),
        ("Friday from Rome, returning on 12 December", "2026-11-27", "2026-12-12"),
        ("a return ticket on 5 December", "2026-12-05", None),
        ("from 3 to 10 December", "2026-12-03", "2026-12-10"),
        ("instead of 5 December, 6 December", "2026-12-06", None),
        ("not on the 12th of December", None, None),
        ("on 5 December I return", None, "2026-12-05"),
        ("on 5 December I leave", "2026-12-05", None),
    ],
)
def test_departure_and_return(text, departs, returns):
    """Roles follow from the words beside a date, from the order and from corrections."""
    found = extract(text)
    slots = {kind: str(found[kind].value) if kind in found else None for kind in ("departure_date", "return_date")}
    assert (slots["departure_date"], slots["return_date"]) == (departs, returns)


def test_an_answer_takes_its_role_from_the_question():
    """A date without context fills the asked slot, else the departure."""
    assert [entity.type for entity in _build("5 December")] == ["departure_date"]
    assert [entity.type for entity in _build("5 December", asked=("return_date",))] == ["return_date"]


def test_a_trip_home_departs_on_its_date():
    """ "Back" is the return of a trip, and the departure if the whole trip leads home."""
    text = "back to Paris on Friday"

    assert [entity.type for entity in _build(text)] == ["return_date"]
    assert [entity.type for entity in _build(text, homeward=True)] == ["departure_date"]


def test_metadata_tell_how_a_date_was_stated():
    """The metadata hold the window, the part of the day and the duration from the departure."""
    (window,) = _build("between 3 and 10 December")
    (morning,) = _build("tomorrow morning")
    (later,) = _build("a week later", asked=("return_date",), slots={"departure_date": dt.date(2027, 3, 1)})

    assert window.metadata == {"grain": "day", "range_end": dt.date(2026, 12, 10), "cycle": "year"}
    assert morning.metadata["part_of_day"] == "morning"
    assert later.value == dt.date(2027, 3, 8)
    assert later.metadata["after_departure"] == (7, 0)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "back a week later"),
        ("pt", "volta uma semana depois"),
        ("es", "vuelta una semana después"),
        ("fr", "retour une semaine plus tard"),
        ("de", "Rückflug eine Woche später"),
        ("it", "ritorno una settimana dopo"),
        ("en", "for seven days"),
        ("de", "für sieben Tage"),
        ("en", "back on the 21st"),
        ("en", "coming back on Friday"),
    ],
)
async def test_a_return_counts_from_the_known_departure(language: str, text: str):
    """A relative return counts from the departure of an earlier turn, not from today, and leaves the departure unchanged."""
    assert await analyze_slots(text, language=language, departure_date=DEPARTURE) == {
        "return_date": dt.date(2027, 5, 21)
    }


@pytest.mark.parametrize(
    ("language", "text", "out", "back"),
    [
        ("en", "tomorrow morning, returning Sunday evening", dt.date(2026, 11, 22), dt.date(2026, 11, 29)),
        ("de", "nächsten Samstag, eine Woche", dt.date(2026, 11, 28), dt.date(2026, 12, 5)),
        ("en", "the 22nd, for ten days", dt.date(2026, 11, 22), dt.date(2026, 12, 2)),
        ("en", "between 3 and 10 December", dt.date(2026, 12, 3), None),
        ("en", "leaving between 3 and 10 December", dt.date(2026, 12, 3), None),
        ("pt", "hj", dt.date(2026, 11, 21), None),
    ],
)
async def test_a_duration_gives_a_return_and_a_window_does_not(
    language: str, text: str, out: dt.date, back: dt.date | None
):
    """ "Between" states a window for the departure and nothing about the return."""
    slots = await analyze_slots(text, language=language)

    assert (slots.get("departure_date"), slots.get("return_date")) == (out, back)


def test_a_return_that_the_words_do_not_name_never_lies_before_the_departure():
    """An earlier day beside the departure is not the return; an incomplete one is the next such day after it."""
    found = _build("leave on 20 May 2027, 3 May 2027")
    assert [(entity.type, entity.value) for entity in found] == [("departure_date", dt.date(2027, 5, 20))]

    found = _build("leave on 20 May 2027, the 3rd")
    assert [entity.value for entity in found] == [dt.date(2027, 5, 20), dt.date(2027, 6, 3)]


def test_a_return_that_the_words_name_is_not_moved():
    """An explicit return before the departure is left for the assistant to question."""
    found = _build("leave on 20 May 2027, return on 3 May 2027")

    assert [entity.value for entity in found] == [dt.date(2027, 5, 20), dt.date(2027, 5, 3)]


def test_a_period_that_ends_before_the_departure_hides_no_date():
    """ "This month" beside the day of the departure is no return, and the day stays."""
    found = _build("This month, I am booked for the 25th.")

    assert "return_date" not in {entity.type for entity in found}


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Madrid a Lisboa el lunes, ida y vuelta en el día", "es"),
        ("London to Glasgow on Monday, home same night", "en"),
    ],
)
def test_the_return_may_be_on_the_day_of_the_departure(text, language):
    """ "En el día" and "home same night" are returns on the same day."""
    found = extract(text, language)

    assert found["return_date"].value == found["departure_date"].value == dt.date(2026, 11, 23)
