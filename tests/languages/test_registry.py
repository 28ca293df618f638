"""Registry of the languages: each pack once, English first."""

from __future__ import annotations

from asyncassist.languages.registry import LANGUAGES, PACKS, join_patterns, join_words


def test_a_pack_stands_under_its_code():
    """Two packs with one code would hide each other."""
    assert all(pack.code == code for code, pack in PACKS.items())
    assert len({pack.name for pack in PACKS.values()}) == len(PACKS)


def test_english_is_the_language_of_last_resort():
    """Whatever languages there are, a text without evidence of one is answered in English."""
    assert LANGUAGES[0] == "en"


def test_joined_patterns_leave_out_empty_ones():
    """An empty alternative would match everywhere."""
    assert join_patterns(lambda pack: pack.code if pack.code in {"en", "it"} else "") == "(?:en|it)"


def test_joined_words_are_those_of_all_languages():
    """Words stand between white space or the separator; a language may have none."""
    assert join_words(lambda pack: {"en": "a b", "it": "b c"}.get(pack.code, "")) == {"a", "b", "c"}
    assert join_words(lambda pack: {"en": "buy a,bag"}.get(pack.code, ""), ",") == {"buy a", "bag"}
