"""Scripted conversations of `tests/dialogues` in every language, on the offline sandbox at one fixed time."""

from __future__ import annotations

import collections

import pytest

from asyncassist import TravelAssistant
from asyncassist.languages.registry import LANGUAGES
from asyncassist.testing import FakeClock
from tests.assistant.dialogue_scripts import NOW, Dialogue, all_dialogues, run_dialogue


@pytest.mark.parametrize("dialogue", all_dialogues(), ids=str)
async def test_dialogue_meets_its_expectations(dialogue: Dialogue):
    """Every turn of a dialogue meets the expectations of its script."""
    async with TravelAssistant(now=FakeClock(NOW.timestamp())) as assistant:
        failures = await run_dialogue(assistant, dialogue)

    assert not failures, "\n".join(failures)


def test_every_language_has_twenty_dialogues():
    """Each language of the registry has at least twenty dialogues."""
    counts = collections.Counter(dialogue.language for dialogue in all_dialogues())

    assert {language for language, count in counts.items() if count >= 20} == set(LANGUAGES)
