"""Words of trips of several legs: patterns that compile, folded, in every language."""

from __future__ import annotations

import dataclasses
import re

import pytest

from asyncassist.languages.registry import PACKS
from asyncassist.nlp.followup.cues import fold_chars


@pytest.mark.parametrize("code", PACKS)
def test_patterns_are_folded_and_compile(code: str):
    """Texts are folded before they are matched, so that a pattern with an accent would never match."""
    for field in dataclasses.fields(PACKS[code].legs):
        pattern = getattr(PACKS[code].legs, field.name)
        re.compile(pattern)
        assert fold_chars(pattern) == pattern, field.name
