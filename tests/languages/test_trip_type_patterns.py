"""Patterns of trip types: complete in every language."""

from __future__ import annotations

import re

import pytest

from asyncassist.languages.registry import LANGUAGES, PACKS


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("field", ["round_trip", "one_way"])
def test_every_language_states_both_types(language: str, field: str):
    """Each pattern compiles and does not match an empty text."""
    pattern = getattr(PACKS[language].trip_types, field)
    assert pattern
    assert re.compile(pattern).fullmatch("") is None
