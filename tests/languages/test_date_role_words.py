"""Words around dates of all languages: normalized, and complete where one needs another."""

from __future__ import annotations

import dataclasses

import pytest

from asyncassist.languages.registry import LANGUAGES, PACKS
from asyncassist.nlp.tokens import TokenizedText


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_are_normalized(language: str):
    """Each word is one token in lower case without accents."""
    words = PACKS[language].date_roles
    for field in dataclasses.fields(words):
        for entry in getattr(words, field.name):
            for word in entry if isinstance(entry, tuple) else (entry,):
                assert TokenizedText.from_text(word).words == (word,), field.name


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_round_trip_has_both_ways(language: str):
    """Words of the way out and words of the way back belong together."""
    words = PACKS[language].date_roles

    assert bool(words.outward_words) == bool(words.homeward_words)
    assert words.direct_outward_words <= words.outward_words
    assert words.outward_words.isdisjoint(words.homeward_words)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_can_name_a_round_trip(language: str):
    """As a fare, or by its two ways."""
    words = PACKS[language].date_roles

    assert words.return_fares or words.homeward_words
    assert words.before_date
