"""Locale tags, and the words by which a text shows its region."""

from __future__ import annotations

import pytest

from asyncassist.languages.locale_tag import parse_locale, region_of_words, variant_of


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("pt", ("pt", None)),
        ("pt-BR", ("pt", "BR")),
        ("EN_gb", ("en", "GB")),
        ("es-419", ("es", "419")),
        ("de-Latn-CH-1996", ("de", "CH")),
        ("ja-JP", ("ja", "JP")),
    ],
)
def test_tag_is_read(tag: str, expected: tuple[str, str | None]):
    """Language and region, in any case, with hyphens or underscores; a script and variants are passed over."""
    assert parse_locale(tag) == expected


@pytest.mark.parametrize("tag", ["", "p", "pt-", "-BR", "pt BR", "portuguese", "pt-BR\n", "é", "en-" + "a-" * 5000])
def test_malformed_tag_is_none(tag: str):
    """Whatever a client sends."""
    assert parse_locale(tag) is None


def test_variant_covers_the_countries_of_its_region():
    """Australia has the words of the United Kingdom, Chile those of Latin America; an unknown region has none."""
    assert variant_of("en", "AU") is variant_of("en", "GB")
    assert variant_of("es", "CL") is variant_of("es", "419")
    assert variant_of("en", "GB") is not variant_of("en", "US")
    assert variant_of("en", "ZZ") is None
    assert variant_of("en", None) is None


def test_words_show_their_region():
    """One region counts; words of two regions, and words of all, show none."""
    assert region_of_words("en", ["a", "fortnight", "in", "rome"]) == "GB"
    assert region_of_words("pt", ["comboio"]) == "PT"
    assert region_of_words("en", ["vacation", "fortnight"]) is None
    assert region_of_words("it", ["vacanza"]) is None
