"""Patterns of small words in follow-up messages: complete, folded and without duplicates in every language."""

from __future__ import annotations

import pytest

from asyncassist.languages.registry import LANGUAGES, PACKS
from tests.languages.patterns import pattern_faults


@pytest.mark.parametrize("language", LANGUAGES)
def test_patterns_can_be_joined_with_those_of_other_languages(language: str):
    """Each is folded unless it is matched on the text as written, without groups, and says something."""
    faults = pattern_faults(
        PACKS[language].followup,
        may_be_empty={"only_after_code"},
        with_accents={"only_before_code", "only_after_code"},
    )

    assert faults == []
