"""Words of hours of all languages: complete, normalized, and expressions that compile and match something."""

from __future__ import annotations

import dataclasses
import re

import pytest

from asyncassist.languages.hour_words import HourWords
from asyncassist.languages.registry import LANGUAGES, PACKS
from asyncassist.nlp.normalized import NormalizedText
from asyncassist.nlp.tokens import TokenizedText

OPTIONAL = {"units", "loose_units", "minute_links", "articles", "range_start"}
PATTERNS = [field.name for field in dataclasses.fields(HourWords) if field.type == "str"]
MAPPINGS = ("minutes_before_hour", "minutes_after_hour", "clocks", "windows")
LAST_MINUTE = 24 * 60 - 1


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PATTERNS)
def test_patterns_match_words_only(language: str, name: str):
    """An expression that matches the empty text would find hours everywhere; the reader numbers its own groups."""
    pattern = getattr(PACKS[language].hours, name)

    assert pattern or name in OPTIONAL
    assert not pattern or not re.compile(pattern).fullmatch("")
    assert re.compile(pattern).groups == 0
    assert pattern.isascii()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", MAPPINGS)
def test_phrases_are_normalized(language: str, name: str):
    """A phrase with an accent, a capital or a hyphen would never match."""
    for phrase in getattr(PACKS[language].hours, name):
        assert NormalizedText(TokenizedText.from_text(phrase)).string == phrase


@pytest.mark.parametrize("language", LANGUAGES)
def test_minutes_are_of_a_day(language: str):
    """Windows have a bound; the bounds are minutes of a day."""
    words = PACKS[language].hours

    for bounds in (*words.windows.values(), *((minute, None) for minute in words.clocks.values())):
        assert any(bound is not None for bound in bounds)
        assert all(bound is None or 0 <= bound <= LAST_MINUTE for bound in bounds)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_names_the_parts_of_the_day(language: str):
    """Noon and midnight, early morning to overnight, and the hours after work."""
    words = PACKS[language].hours

    assert {0, 720} <= set(words.clocks.values())
    assert len(set(words.windows.values())) >= 10
    assert (1020, None) in words.windows.values()


@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_follow_fields_that_exist(language: str):
    """A misspelled name would be ignored."""
    assert PACKS[language].hours.numbers_after <= {field.name for field in dataclasses.fields(HourWords)}
