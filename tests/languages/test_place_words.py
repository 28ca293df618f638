"""Words around places: complete and normalized in every language."""

from __future__ import annotations

import pytest

from asyncassist.languages.registry import LANGUAGES, PACKS
from asyncassist.nlp.entities import places
from tests.languages.word_parts import not_normalized


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_home_countries_and_a_word_for_airports(language: str):
    """Countries are two capital letters; names that are also words are few and need not be in every language."""
    own = PACKS[language].places
    assert own.home_countries
    assert own.airport_words
    assert all(len(country) == 2 and country.isupper() for country in own.home_countries)


@pytest.mark.parametrize("language", LANGUAGES)
def test_place_words_are_normalized(language: str):
    """A word with an accent or a capital would never match; codes have three letters."""
    own = PACKS[language].places
    assert [pair for pair in not_normalized(own) if pair[0] not in {"home_countries", "not_codes"}] == []
    assert {word for word in own.not_codes if not (word.isalpha() and word.islower())} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_of_one_language_are_words_of_all(language: str):
    """A new language needs no entry outside of its pack."""
    assert PACKS[language].places.route_connectors <= places.ROUTE_CONNECTORS
