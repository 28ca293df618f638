"""Words that the rules left unread: of dates, names and numbers."""

from __future__ import annotations

import datetime as dt

import pytest

from asyncassist.languages.registry import LANGUAGES
from asyncassist.nlp import AsyncNLPEngine, Entity, Reading
from asyncassist.nlp.models import Analysis, Intent, Language
from asyncassist.nlp.tokens import TokenizedText
from asyncassist.nlp.unread import date_words, has_unread_words

TODAY = dt.date(2026, 11, 21)


def _is_unread(text: str, *covered: str, intent: str = "search_flight", language: str = "en") -> bool:
    reading = Reading(text=TokenizedText.from_text(text), language=language, today=TODAY)
    entities = tuple(
        Entity(type="cabin", start=text.index(words), end=text.index(words) + len(words), text=words, value="business")
        for words in covered
    )
    analysis = Analysis(
        text=text,
        language=Language(code=language, confidence=1.0),
        intent=Intent(name=intent, confidence=0.9),
        entities=entities,
    )
    return has_unread_words(reading, analysis)


@pytest.mark.parametrize(
    ("text", "covered", "unread"),
    [
        ("a flight next monday or so", (), True), ("a flight next monday or so", ("next monday",), False),
        ("fly to Zyxtown please", (), True), ("fly to Zyxtown please", ("Zyxtown",), False), ("fly to bed", (), False),
        ("FLY TO ZYXTOWN", (), False), ("seven of us", (), True), ("one flight", (), False), ("by the 7", (), True),
        ("a cheap flight please", (), False),
    ],
)  # fmt: skip
def test_words_of_dates_names_and_numbers_count(text: str, covered: tuple[str, ...], unread: bool) -> None:
    """A weekday, a name after a preposition and a number count, unless an entity covers them."""
    assert _is_unread(text, *covered) is unread


def test_other_talk_is_not_read_further() -> None:
    """A number in a text about something else is none of a trip."""
    assert not _is_unread("my code is 7", intent="unknown")
    assert _is_unread("my code is 7 in business", "business", intent="unknown")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_words_of_dates(language: str) -> None:
    """At least the names of the months and of the weekdays."""
    assert len(date_words(language)) >= 14


async def test_the_model_reads_what_the_rules_left() -> None:
    """A sure analysis with an unread name goes to the model; one that is read to the end does not."""

    class Model:
        def __init__(self) -> None:
            self.texts: list[str] = []

        async def extract(self, text: str, *, instructions: str, schema: object) -> dict[str, object]:
            self.texts.append(text)
            return {}

    model = Model()
    async with AsyncNLPEngine(model=model) as engine:
        now = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
        await engine.analyze("I want a flight from Rome to Zyxtown tomorrow", now=now)
        await engine.analyze("I want a flight from Rome to Paris tomorrow", now=now)

    assert model.texts == ["I want a flight from Rome to Zyxtown tomorrow"]
