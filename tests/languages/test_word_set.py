"""Notation of word sets."""

from __future__ import annotations

from asyncassist.languages.word_set import words


def test_words_are_separated_by_any_white_space():
    """Several lines of a source text make one set."""
    assert words("von ab  aus vom") == {"von", "ab", "aus", "vom"}
    assert words("") == frozenset()
