"""Words, letters and countries that identify a language: of the form that the language identification reads."""

from __future__ import annotations

import collections

import pytest

from asyncassist.languages.registry import LANGUAGES, PACKS
from asyncassist.nlp.tokens import lower_chars, normalize


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_words_that_no_other_has(language: str):
    """Words of several languages weigh little: every language needs at least a hundred of its own."""
    others = {word for code in LANGUAGES if code != language for word in PACKS[code].identification.words.split()}

    assert len(set(PACKS[language].identification.words.split()) - others) >= 100


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_are_normalized(language: str):
    """Lower case without accents, as they are looked up."""
    words = PACKS[language].identification.words.split()

    assert [word for word in words if word != normalize(word)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_letters_are_single_lower_case_characters_outside_ascii(language: str):
    """Other characters are never looked up."""
    letters = PACKS[language].identification.letters

    assert [char for char in letters if len(char) != 1 or char.isascii() or char != lower_chars(char)] == []
    assert all(weight > 0 for weight in letters.values())


def test_a_country_stands_for_one_language():
    """A message of airport codes alone has one language."""
    countries = collections.Counter(country for pack in PACKS.values() for country in pack.identification.countries)

    assert all(len(country) == 2 and country.isupper() for country in countries)
    assert set(countries.values()) == {1}
