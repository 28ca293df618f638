"""Words of the output guard: complete, folded and without duplicates in every language."""

from __future__ import annotations

import pytest

from asyncassist.languages.registry import LANGUAGES, PACKS
from asyncassist.nlp.followup.cues import fold_chars
from tests.languages.patterns import pattern_faults, word_faults

WORDS = {"before_hour", "after_hour", "subtracting", "ambiguous_calendar_words"}
MAY_BE_EMPTY = {"clock_suffix"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_are_folded_and_listed_once(language: str):
    """Patterns and words alike."""
    assert pattern_faults(PACKS[language].guard, may_be_empty=MAY_BE_EMPTY, with_accents={"clock_suffix"}) == []
    assert word_faults(PACKS[language].guard, WORDS, may_be_empty=MAY_BE_EMPTY) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_currencies_are_folded_names_of_codes(language: str):
    """A name has a code of three letters, or none."""
    names = PACKS[language].guard.currency_names

    assert [name for name in names if name != fold_chars(name)] == []
    assert {len(code) for code in names.values()} <= {0, 3}
    assert "EUR" in names.values()


def test_a_currency_has_one_code_in_all_languages():
    """The names of all languages are looked up at once."""
    names = {item for pack in PACKS.values() for item in pack.guard.currency_names.items()}

    assert len({name for name, _ in names}) == len(names)
