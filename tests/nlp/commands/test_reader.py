"""Commands of messages."""

from __future__ import annotations

import datetime as dt

import pytest

from asyncassist import AsyncNLPEngine
from asyncassist.nlp.command_types import (
    AskAboutOffers,
    AskTopic,
    ChooseOffer,
    Inform,
    Say,
    StartOver,
    Undo,
)

NOW = dt.datetime(2026, 11, 21, 10, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("I need a flight from Lisbon to Rome on 4 December", [Inform]),
        ("Is the second one refundable? And how long does it take?", [AskAboutOffers, AskAboutOffers]),
        ("good morning!", [Say]),
        ("Do I need a visa for Vietnam in March?", [AskTopic]),
        ("the second one please", [ChooseOffer]),
        ("start over", [StartOver]),
        ("no, leave it as it was", [Undo]),
        ("how much is it on Friday?", [Inform]),
        ("I want Lisbon to Rome on 4 December and how many bags can I take", [Inform]),
    ],
)
async def test_each_sentence_is_a_command(text: str, kinds: list[type]):
    """In order, with its offsets; a sentence that asks for a flight is about the trip whatever else it says."""
    async with AsyncNLPEngine() as engine:
        analysis = await engine.analyze(text, now=NOW, language="en")

    assert [type(command) for command in analysis.commands] == kinds
    assert all(0 <= one.start < one.end <= len(text) for one in analysis.commands)


async def test_command_as_json():
    """The kind of command stands beside its fields."""
    async with AsyncNLPEngine() as engine:
        analysis = await engine.analyze("is the third one direct?", now=NOW, language="en")

    found = analysis.to_dict()["commands"][0]
    assert (found["command"], found["attribute"], found["offers"]["positions"]) == ("AskAboutOffers", "stops", [2])


async def test_hostile_text_has_few_commands():
    """However many sentences a text has."""
    async with AsyncNLPEngine() as engine:
        analysis = await engine.analyze("a. " * 1300, now=NOW)

    assert len(analysis.commands) == 24
