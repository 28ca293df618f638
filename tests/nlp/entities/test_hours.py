"""Hours: times, windows and parts of the day as entities, with the flight and the event that they are about."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from asyncassist._types import TimeWindow
from asyncassist.languages.registry import LANGUAGES
from asyncassist.nlp import AsyncNLPEngine, Entity
from asyncassist.nlp.models import Reading
from asyncassist.nlp.rule_extractor import extract_entities
from asyncassist.nlp.tokens import TokenizedText

DATA = Path(__file__).parents[1] / "data"


def hours(text: str, language: str = "en", **context: Any) -> list[Entity]:
    """Return the hours of a text."""
    reading = Reading(text=TokenizedText.from_text(text), language=language, today=dt.date(2026, 11, 21), **context)
    return [entity for entity in extract_entities(reading) if entity.type == "time"]


def as_text(time: dt.time | None) -> str | None:
    return None if time is None else time.strftime("%H:%M")


def windows(text: str, language: str = "en") -> list[str]:
    """Return the windows of a text as "earliest-latest", "" for an open end."""
    return [f"{as_text(one.value.earliest) or ''}-{as_text(one.value.latest) or ''}" for one in hours(text, language)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_of_each_language_are_read_correctly(language: str):
    """Windows, flights and events of sentences that were written before the patterns."""
    for line in (DATA / f"times_{language}.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        found = [
            {"earliest": as_text(one.value.earliest), "latest": as_text(one.value.latest), **one.metadata}
            for one in hours(row["text"], language)
        ]
        assert found == row["expect"], row["text"]


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "at 7:15pm", "19:15-19:15"),
        ("en", "around 7:15 pm", "18:15-20:15"),
        ("en", "at 1830 hrs", "18:30-18:30"),
        ("en", "at half past six", "18:30-18:30"),
        ("en", "12 am", "00:00-00:00"),
        ("en", "before midnight", "-23:59"),
        ("en", "leaving b4 noon", "-12:00"),
        ("en", "around midnight", "00:00-01:00"),
        ("en", "9 at night", "21:00-21:00"),
        ("en", "9 pm or earlier", "-21:00"),
        ("en", "after the early morning", "08:59-"),
        ("en", "from the late afternoon", "15:00-"),
        ("en", "until lunchtime", "-14:00"),
        ("en", "before the evening", "-18:00"),
        ("de", "24:00", "00:00-00:00"),
        ("de", "um 18.30", "18:30-18:30"),
        ("de", "um 17 Uhr 45", "17:45-17:45"),
        ("fr", "18h", "18:00-18:00"),
        ("es", "el vuelo de las 8:15", "08:15-08:15"),
        ("es", "a las 2 de la madrugada", "02:00-02:00"),
        ("pt", "o voo das 18h", "18:00-18:00"),
        ("it", "dalle 14 in poi", "14:00-"),
    ],
)
def test_hour_is_read(language: str, text: str, expected: str):
    """Exact times, approximate ones, bounds, and parts of the day that bound."""
    assert windows(text, language) == [expected]


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "2-5pm", "14:00-17:00"),
        ("en", "7 to 9 pm", "19:00-21:00"),
        ("en", "11am-1pm", "11:00-13:00"),
        ("en", "between 11 and 2", "11:00-14:00"),
        ("en", "between 2 and 4", "14:00-16:00"),
        ("en", "10 to 4 in the afternoon", "10:00-16:00"),
        ("de", "8 bis 22 Uhr", "08:00-22:00"),
        ("de", "8-11 Uhr", "08:00-11:00"),
        ("fr", "14h30-17h", "14:30-17:00"),
        ("fr", "de 8h à 11h", "08:00-11:00"),
        ("pt", "das 8 às 11", "08:00-11:00"),
    ],
)
def test_range_is_one_window(language: str, text: str, expected: str):
    """A half of the day that is said once holds for both hours where that makes a range."""
    assert windows(text, language) == [expected]


@pytest.mark.parametrize(
    ("text", "minute", "confidence"),
    [
        ("after 5", "17:00-", 0.7),
        ("after 6", "18:00-", 0.7),
        ("not before 6", "06:00-", 0.7),
        ("after 7", "07:00-", 0.95),
        ("after 5 am", "05:00-", 0.95),
        ("at 17:00", "17:00-17:00", 0.95),
    ],
)
def test_number_alone_means_the_likelier_half_of_the_day(text: str, minute: str, confidence: float):
    """From 1 to 6 that is mostly the afternoon; the assumption shows in the confidence."""
    assert windows(text) == [minute]
    assert hours(text)[0].confidence == confidence


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "for 4 to 6 days"),
        ("en", "between 2 and 4 people"),
        ("en", "after 3 nights in Rome"),
        ("en", "a flight of 2h 30"),
        ("en", "layover of max 2 h"),
        ("en", "about 5"),
        ("en", "$18.30"),
        ("en", "BA 715"),
        ("en", "good evening"),
        ("en", "not in the morning"),
        ("de", "zwei Kinder von 5 und 8 Jahren"),
        ("de", "guten Abend"),
        ("fr", "un vol de 2h30"),
        ("fr", "avant 10"),
        ("es", "para 2 o 3 personas"),
        ("es", "de 8 a 11"),
        ("pt", "o regresso é a 21"),
        ("it", "ma non di notte"),
    ],
)
def test_other_numbers_and_greetings_are_no_hours(language: str, text: str):
    """Counts, durations, prices, flight numbers and days, greetings, and what the traveller does not want."""
    assert windows(text, language) == []


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "tonight at 8", "20:00-20:00"),
        ("en", "at 8 tomorrow morning", "08:00-08:00"),
        ("de", "heute Abend um 8 Uhr", "20:00-20:00"),
        ("es", "mañana por la noche a las 8", "20:00-20:00"),
    ],
)
def test_part_of_the_day_of_a_date_decides_the_half(language: str, text: str, expected: str):
    """The date keeps the part of the day, and the hour beside it is in it."""
    assert windows(text, language) == [expected]


def test_part_of_the_day_of_a_date_is_no_entity():
    """It is the date's own fact; a part of the day elsewhere in the text is one."""
    assert windows("tomorrow morning") == []
    assert windows("tomorrow to Rome, in the morning") == ["04:00-11:59"]


def test_hour_beside_a_date_keeps_its_words():
    """Entities do not overlap: words of the date belong to the date."""
    (found,) = hours("às 10 da manhã de sexta", "pt")

    assert (found.text, found.value) == ("às 10", TimeWindow(earliest=dt.time(10), latest=dt.time(10)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("leave after 9", [(None, "departure")]),
        ("return flight leaving after 9", [("return", "departure")]),
        ("Leave. After 9", [(None, None)]),
        ("we leave on Friday, after 9 am", [(None, "departure")]),
        ("after 9 am and back before 8 pm", [("outbound", None), ("return", "arrival")]),
        ("after 9 am is when I land", [(None, "arrival")]),
        ("in the morning, and back in the evening", [("outbound", None), ("return", None)]),
    ],
)
def test_words_of_the_clause_say_flight_and_event(text: str, expected: list[tuple[str | None, str | None]]):
    """By the nearest words before the hours, else after them, else of the clause before; of two, one is outbound."""
    assert [(one.metadata["direction"], one.metadata["event"]) for one in hours(text)] == expected


def test_number_of_entities_is_bounded():
    """A list of times gives the first ones."""
    assert len(hours("; ".join(f"at {hour} am" for hour in range(1, 12)) + "; at 9 pm" * 50)) == 12


async def test_engine_returns_hours():
    """Beside the other entities, in a value with times."""
    async with AsyncNLPEngine() as engine:
        analysis = await engine.analyze("a flight to Rome on Friday after 6 pm", language="en")

    assert analysis.slots["time"] == TimeWindow(earliest=dt.time(18))
    assert analysis.to_dict()["entities"][-1]["value"] == {"earliest": "18:00:00", "latest": None}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("back in the evening, not before 7 pm", ["return", "return"]),
        ("back in the evening, departing after 9 am", ["return", "outbound"]),
    ],
)
def test_hours_after_those_of_the_return_are_its_own(text: str, expected: list[str]):
    """They are the outbound flight's only where the words name its departure."""
    assert [item.metadata["direction"] for item in hours(text)] == expected
