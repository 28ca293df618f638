"""Variants of languages: what regions say and write in another way."""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from asyncassist.languages.region_variant import RegionVariant
from asyncassist.languages.registry import LANGUAGES, PACKS
from asyncassist.nlp.tokens import TokenizedText

VARIANTS = [(language, one) for language in LANGUAGES for one in PACKS[language].regions]


def texts(phrases: Mapping[str, Any]) -> Iterator[str]:
    """Yield all texts of a table, plural forms too."""
    for phrase in phrases.values():
        yield from phrase.values() if isinstance(phrase, Mapping) else (phrase,)


def placeholders(text: str) -> list[str]:
    """Return the names of the values of a text, in order."""
    return [name for _, name, _, _ in string.Formatter().parse(text) if name is not None]


def test_longest_replacement_counts():
    """A text is replaced once, by its longest match, in plural forms too; other texts stay."""
    variant = RegionVariant(
        territory="XX",
        territories=frozenset({"XX"}),
        replacements={"seat": "place", "a seat": "one place", "place": "!"},
    )
    phrases = {"one": "a seat, {n} seats", "many": {"one": "seat", "other": "seats"}, "none": "no flight"}
    assert variant.apply(phrases) == {
        "one": "one place, {n} places", "many": {"one": "place", "other": "places"}, "none": "no flight",
    }  # fmt: skip


def test_variant_without_replacements_has_the_phrases_of_the_language():
    """Its dates and clock differ only."""
    phrases = {"one": "a seat"}
    assert RegionVariant(territory="XX", territories=frozenset({"XX"})).apply(phrases) is phrases


@pytest.mark.parametrize(("language", "variant"), VARIANTS, ids=lambda value: getattr(value, "territory", value))
def test_every_replacement_occurs_and_keeps_the_values(language: str, variant: RegionVariant):
    """A text that no phrase holds would never be replaced; the values of a phrase stay, in their order."""
    pack = PACKS[language]
    tables = [pack.phrases, pack.answers, pack.pointers]
    written = [text for table in tables for text in texts(table)]
    for old in variant.replacements:
        assert any(old in text for text in written), old
    for table in tables:
        for before, after in zip(texts(table), texts(variant.apply(table)), strict=True):
            assert placeholders(before) == placeholders(after)


@pytest.mark.parametrize(("language", "variant"), VARIANTS, ids=lambda value: getattr(value, "territory", value))
def test_words_are_tokens_of_one_region(language: str, variant: RegionVariant):
    """Words are written as the tokenizer writes them; no word and no country is of two regions of a language."""
    assert variant.territory in variant.territories
    for word in variant.words:
        assert TokenizedText.from_text(word).words == (word,)
    for other in PACKS[language].regions:
        assert other is variant or not (other.words & variant.words or other.territories & variant.territories)
