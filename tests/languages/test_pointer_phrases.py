"""Pointers of every language: one for each topic, whole sentences, without placeholders."""

from __future__ import annotations

from typing import get_args

import pytest

from asyncassist.languages.registry import LANGUAGES, PACKS
from asyncassist.nlp.command_types import Topic


@pytest.mark.parametrize("code", PACKS)
def test_every_topic_has_words(code: str):
    """A pointer, or a phrase of the replies, in each language."""
    known = {*PACKS[code].pointers, *PACKS[code].phrases}

    assert set(get_args(Topic)) <= known


@pytest.mark.parametrize("code", PACKS)
def test_pointers_are_sentences(code: str):
    """Each begins with a capital or an opening mark, ends a sentence and has no placeholder."""
    for text in PACKS[code].pointers.values():
        assert text[0].isupper() or text[0] in "¡¿", text
        assert text[-1] in ".!?", text
        assert "{" not in text, text


def test_pointers_differ_between_languages():
    """No language has the texts of another."""
    first, *others = [dict(PACKS[code].pointers) for code in LANGUAGES]

    assert all(set(first.values()).isdisjoint(other.values()) for other in others)
