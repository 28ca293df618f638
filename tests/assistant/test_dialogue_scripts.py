"""Whole conversations in six languages, on the sandbox, on one fixed day."""

from __future__ import annotations

import collections

import pytest

from asyncassist import TravelAssistant
from asyncassist.testing import FakeClock
from tests.assistant.dialogue_scripts import NOW, Dialogue, all_dialogues, play


@pytest.mark.parametrize("dialogue", all_dialogues(), ids=str)
async def test_the_traveller_is_understood(dialogue: Dialogue):
    """Every turn of the dialogue is answered as its file says."""
    async with TravelAssistant(now=FakeClock(NOW.timestamp())) as assistant:
        wrong = await play(assistant, dialogue)

    assert not wrong, "\n".join(wrong)


def test_every_language_has_twenty():
    """Each of the six languages has at least twenty dialogues."""
    counts = collections.Counter(dialogue.language for dialogue in all_dialogues())

    assert {language for language, count in counts.items() if count >= 20} == {"en", "pt", "es", "fr", "de", "it"}
