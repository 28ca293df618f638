"""Phrases about offers: the same placeholders in every language."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from asyncassist.languages.registry import LANGUAGES, PACKS

PLACEHOLDER = re.compile(r"\{(\w+)\}")


def placeholders(phrase: object) -> set[str]:
    """Return the names of the placeholders of a phrase."""
    texts = phrase.values() if isinstance(phrase, Mapping) else [phrase]
    return {name for text in texts for name in PLACEHOLDER.findall(str(text))}


@pytest.mark.parametrize("code", [code for code in PACKS if code != LANGUAGES[0]])
def test_placeholders_are_those_of_the_first_language(code: str):
    """No language names a value that the others do not know, and none leaves out the flight."""
    for key, phrase in PACKS[code].answers.items():
        mine, theirs = placeholders(phrase), placeholders(PACKS[LANGUAGES[0]].answers[key])  # type: ignore[literal-required]
        assert mine == theirs, key
