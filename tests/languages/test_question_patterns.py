"""Patterns of questions: complete, folded and without duplicates in every language."""

from __future__ import annotations

import pytest

from asyncassist.languages.registry import LANGUAGES, PACKS
from tests.languages.patterns import pattern_faults


@pytest.mark.parametrize("language", LANGUAGES)
def test_patterns_can_be_joined_with_those_of_other_languages(language: str):
    """Each is folded, without groups, and says something unless it may be empty."""
    assert pattern_faults(PACKS[language].questions, may_be_empty={"lead_in", "trailing_preposition"}) == []
