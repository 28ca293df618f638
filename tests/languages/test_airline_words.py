"""Words around airlines: complete and normalized in every language."""

from __future__ import annotations

import re

import pytest

from asyncassist.languages.registry import LANGUAGES, PACKS
from asyncassist.nlp.tokens import normalize
from tests.languages.word_parts import not_normalized


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_cues_and_denials(language: str):
    """Only some languages have prepositions between flight and airline, or suffixes of names."""
    own = PACKS[language].airlines
    assert all((own.cues, own.preference_words, own.polite_words, own.flight_words, own.denials))


@pytest.mark.parametrize("language", LANGUAGES)
def test_airline_words_are_normalized(language: str):
    """A word with an accent or a capital would never match; denials are phrases."""
    own = PACKS[language].airlines
    assert [pair for pair in not_normalized(own) if pair[0] != "denials"] == []
    assert {phrase for phrase in own.denials if phrase != " ".join(normalize(phrase).split())} == set()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("field", ["refusal", "flight_status"])
def test_patterns_need_words(language: str, field: str):
    """Each pattern compiles and does not match an empty text."""
    assert re.compile(getattr(PACKS[language].airlines, field)).fullmatch("") is None
