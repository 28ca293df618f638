"""Words of hours of all languages: expressions that compile, match something and are written for their text."""

from __future__ import annotations

import dataclasses
import re

import pytest

from asyncassist.languages.registry import LANGUAGES, PACKS, join_patterns
from asyncassist.languages.time_words import TimeWords
from asyncassist.nlp.followup.cues import fold_chars

REQUIRED = ("hour_nouns", "clock_units", "afternoon", "morning")
FOLDED = ("clock_units", "spoken_units", "part_of_day_links", "afternoon", "morning")
NAMES = [field.name for field in dataclasses.fields(TimeWords)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_expressions_match_words_only(language: str):
    """An expression that matches the empty text would find a time everywhere; what every language has is there."""
    words = PACKS[language].times

    assert all(getattr(words, name) for name in REQUIRED)
    for name in NAMES:
        pattern = getattr(words, name)
        assert not pattern or not re.compile(pattern).fullmatch(""), name


@pytest.mark.parametrize("language", LANGUAGES)
def test_expressions_have_no_groups(language: str):
    """The readers number their own groups."""
    assert all(re.compile(getattr(PACKS[language].times, name)).groups == 0 for name in NAMES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_expressions_for_folded_text_are_folded(language: str):
    """Capitals and accents would never match there."""
    for name in FOLDED:
        assert getattr(PACKS[language].times, name) == fold_chars(getattr(PACKS[language].times, name)), name


def test_joined_patterns_match_what_any_language_matches():
    """Each alternative of each language, and nothing for languages that have none."""
    joined = re.compile(join_patterns(lambda pack: pack.times.after_minutes))
    hours = re.compile(join_patterns(lambda pack: pack.times.clock_units))

    assert joined.fullmatch("uhr")
    assert not joined.fullmatch("")
    assert all(hours.fullmatch(word) for word in ("o'clock", "horas", "heure", "uhr", "ore"))
    assert joined.groups == hours.groups == 0
