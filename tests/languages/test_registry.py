"""Registry of the languages: each pack once, English first."""

from __future__ import annotations

import re

from asyncassist.languages.registry import LANGUAGES, PACKS, any_of, join_patterns, union_over_packs


def test_a_pack_stands_under_its_code():
    """Two packs with one code would hide each other."""
    assert all(pack.code == code for code, pack in PACKS.items())
    assert len({pack.name for pack in PACKS.values()}) == len(PACKS)


def test_english_is_the_language_of_last_resort():
    """Whatever languages there are, a text without evidence of one is answered in English."""
    assert LANGUAGES[0] == "en"


def test_any_of_keeps_the_order_of_precedence():
    """The first alternative that matches wins, as in a pattern written by hand."""
    assert any_of(["solo yo", "solo"]) == "solo yo|solo"
    assert any_of([]) == ""


def test_joined_patterns_leave_out_empty_ones():
    """An empty alternative would match everywhere."""
    assert join_patterns(lambda pack: pack.code if pack.code in {"en", "it"} else "") == "(?:en|it)"


def test_without_any_pattern_nothing_matches():
    """An empty expression would match everywhere."""
    assert re.search(join_patterns(lambda pack: ""), "any text") is None


def test_a_union_holds_what_any_language_has():
    """What is selected of each pack stands in the union once; a language may have nothing."""
    words = {"en": "a b", "it": "b c"}
    assert union_over_packs(lambda pack: words.get(pack.code, "").split()) == {"a", "b", "c"}
