"""Words of added passengers: complete and normalized in every language."""

from __future__ import annotations

import re

import pytest

from asyncassist.languages.registry import LANGUAGES, PACKS
from tests.languages.word_parts import not_normalized


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_units_relatives_and_negations(language: str):
    """Only some languages have words around an age without a unit, or phrases that look like a negation."""
    own = PACKS[language].added_passengers
    assert all((own.year_units, own.relatives, own.negations, own.lap_infant))
    assert own.year_units <= PACKS[language].child_ages.years


@pytest.mark.parametrize("language", LANGUAGES)
def test_added_passenger_words_are_normalized(language: str):
    """A word with an accent or a capital would never match."""
    assert not_normalized(PACKS[language].added_passengers) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_patterns_need_words(language: str):
    """Each pattern compiles and does not match an empty text."""
    own = PACKS[language].added_passengers
    assert re.compile(own.negations).fullmatch("") is None
    assert re.compile(own.lap_infant).fullmatch("") is None
