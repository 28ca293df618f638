"""Plural phrases of every language: both forms, and a number in them."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from asyncassist.languages.registry import PACKS


@pytest.mark.parametrize("code", PACKS)
def test_plural_phrases_have_both_forms(code: str):
    """Each has the forms for one and for other numbers, and the other form names the number."""
    tables = (PACKS[code].phrases, PACKS[code].answers)
    plurals = [phrase for table in tables for phrase in table.values() if isinstance(phrase, Mapping)]

    assert plurals
    assert all(set(phrase) == {"one", "other"} for phrase in plurals)
    assert all("{n}" in phrase["other"] for phrase in plurals)
