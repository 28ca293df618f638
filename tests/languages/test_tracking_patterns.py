"""Patterns of dialogue state tracking: complete, folded and without duplicates in every language."""

from __future__ import annotations

import pytest

from asyncassist.languages.registry import LANGUAGES, PACKS
from tests.languages.patterns import pattern_faults, word_faults

WORDS = {"one_words", "comparatives", "later", "earlier"}
MAY_BE_EMPTY = {"date_suffix", "denial_verb", "comparatives", "replace_end", "weekday_suffix"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_patterns_can_be_joined_with_those_of_other_languages(language: str):
    """Each is folded, without groups, and says something unless it may be empty."""
    assert pattern_faults(PACKS[language].tracking, may_be_empty=MAY_BE_EMPTY) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_are_folded_and_listed_once(language: str):
    """Each is one word; a language has words of both directions and counts one unit."""
    tracking = PACKS[language].tracking

    assert word_faults(tracking, WORDS, may_be_empty={"comparatives"}) == []
    assert set(tracking.later.split()).isdisjoint(tracking.earlier.split())


@pytest.mark.parametrize("language", LANGUAGES)
def test_lengths_of_stay_have_days_and_weeks(language: str):
    """Units are of one day and more; a stay can be given in days and in weeks."""
    assert set(PACKS[language].tracking.unit_days.values()) >= {1, 7}


def test_a_word_has_one_meaning_in_all_languages():
    """The words of all languages are looked up at once: none shifts to both sides or has two lengths."""
    later, earlier = (
        {word for pack in PACKS.values() for word in getattr(pack.tracking, name).split()}
        for name in ("later", "earlier")
    )
    units = {(word, days) for pack in PACKS.values() for word, days in pack.tracking.unit_days.items()}

    assert later.isdisjoint(earlier)
    assert len({word for word, _ in units}) == len(units)
