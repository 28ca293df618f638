"""Phrases of the fallback: complete in every language."""

from __future__ import annotations

import pytest

from asyncassist._chat.phrases import LANGUAGE_HINTS, PHRASES


@pytest.mark.parametrize("language", PHRASES)
def test_no_phrase_is_missing(language: str):
    """Every language has the same labels as English, placeholders included."""
    one, english = PHRASES[language], PHRASES["en"]

    for table in ("slots", "cabins", "trip_types", "intents", "travellers"):
        assert getattr(one, table).keys() == getattr(english, table).keys()
        assert all(getattr(one, table).values())
    assert "{n}" in one.more
    assert "{n}" in one.stops
    assert LANGUAGE_HINTS[language]
