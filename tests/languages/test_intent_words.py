"""Words of intents: complete, folded and without duplicates in every language."""

from __future__ import annotations

import pytest

from asyncassist.languages.registry import LANGUAGES, PACKS
from tests.languages.patterns import word_faults


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_are_folded_and_listed_once(language: str):
    """Words around a search, and beginnings of words for bags."""
    intents = PACKS[language].intents

    assert word_faults(intents, {"filler_words"}) == []
    assert word_faults(intents, {"baggage_stems", "no_baggage"}, separator=",", may_be_empty={"no_baggage"}) == []
