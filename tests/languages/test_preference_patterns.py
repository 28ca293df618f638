"""Patterns of preferences: complete, folded and found in every language."""

from __future__ import annotations

import re

import pytest

from asyncassist.languages.registry import LANGUAGES, PACKS
from asyncassist.nlp.tokens import normalize
from tests.languages.patterns import pattern_faults
from tests.languages.word_parts import not_normalized

CABINS = ("economy", "premium_economy", "business", "first")
OPTIONAL = ("before_other_meaning", "after_other_meaning", "before_business", "after_direct", "before_amount")


@pytest.mark.parametrize("language", LANGUAGES)
def test_patterns_of_preferences_compile_and_are_folded(language: str):
    """Each is matched on normalized text and joined with those of the other languages."""
    preferences = PACKS[language].preferences
    for part in (preferences.cabin, preferences.stops, preferences.budget):
        assert pattern_faults(part, may_be_empty=OPTIONAL) == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("cabin", CABINS)
def test_every_language_names_every_cabin(language: str, cabin: str):
    """A pattern compiles, is folded and does not match an empty text."""
    part = PACKS[language].preferences.cabin
    for pattern in (part.phrases[cabin], part.words.get(cabin, "a word of its own")):
        assert re.compile(pattern).fullmatch("") is None
        assert pattern == pattern.lower()
        assert pattern.isascii()


@pytest.mark.parametrize("language", LANGUAGES)
def test_cabins_are_those_of_a_search(language: str):
    """A misspelled cabin would never be found."""
    part = PACKS[language].preferences.cabin
    assert set(part.phrases) == set(CABINS)
    assert set(part.words) <= set(CABINS)
    assert not_normalized(part) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_currencies_and_magnitudes_are_complete(language: str):
    """Every language names the dollar and the euro, and has words for hundred and thousand."""
    budget = PACKS[language].preferences.budget
    assert {"USD", "EUR"} <= set(budget.currencies)
    assert set(budget.magnitudes.values()) == {100, 1000}
    assert [word for word in budget.magnitudes if word != normalize(word)] == []
    for pattern in budget.currencies.values():
        assert re.compile(pattern).fullmatch("") is None
