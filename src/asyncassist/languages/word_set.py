"""Notation of the word sets of a language."""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    """Return the words of a text, separated by spaces, as a set."""
    return frozenset(text.split())
