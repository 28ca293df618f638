"""Words of the ages of children: complete and normalized in every language."""

from __future__ import annotations

import pytest

from asyncassist.languages.registry import LANGUAGES, PACKS
from tests.languages.word_parts import not_normalized


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_units_and_links_of_ages(language: str):
    """Only some languages say "old" or have a preposition that may follow "the little one"."""
    own = PACKS[language].child_ages
    assert all((own.years, own.months, own.links, own.child_hints, own.prepositions, own.conjunctions))
    assert own.hint_prepositions <= own.prepositions


@pytest.mark.parametrize("language", LANGUAGES)
def test_child_age_words_are_normalized(language: str):
    """A word with an accent or a capital would never match."""
    assert not_normalized(PACKS[language].child_ages) == []
