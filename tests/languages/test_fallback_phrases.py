"""Phrases of the chatbot's default fallback: complete in every language."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping

import pytest

from asyncassist.languages.fallback_phrases import FallbackPhrases
from asyncassist.languages.registry import LANGUAGES, PACKS

TABLES = ("slots", "cabins", "trip_types", "intents", "travellers")


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_phrase_is_missing(language: str):
    """Every phrase says something, and every table has the keys of English."""
    phrases, english = PACKS[language].fallback, PACKS["en"].fallback

    for field in dataclasses.fields(FallbackPhrases):
        assert getattr(phrases, field.name), field.name
    for name in TABLES:
        table: Mapping[str, object] = getattr(phrases, name)
        assert table.keys() == getattr(english, name).keys()
        assert all(table.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_counts_have_their_placeholder(language: str):
    """Numbers of offers, stops and travellers stand where "{n}" is."""
    phrases = PACKS[language].fallback

    assert all("{n}" in phrase for phrase in (phrases.more, phrases.stops, *sum(phrases.travellers.values(), ())))


@pytest.mark.parametrize("language", LANGUAGES)
def test_function_words_are_found_as_they_are_written(language: str):
    """Each is one lower-case word of letters, listed once."""
    words = PACKS[language].fallback.function_words.split()

    assert [word for word in words if not re.fullmatch(r"[^\W\d_]+", word) or word != word.lower()] == []
    assert len(set(words)) == len(words)
