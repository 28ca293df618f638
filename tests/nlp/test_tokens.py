"""Tokenization: tokens cover the text, offsets refer to the original, normalization drops only case and accents."""

from __future__ import annotations

import re
import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asyncassist.nlp.tokens import TokenizedText, lower_chars, normalize


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("One-way to São Paulo", ["one", "-", "way", "to", "sao", "paulo"]),
        ("the 12th", ["the", "12", "th"]),
        ("TP1234", ["tp", "1234"]),
        ("l'aéroport", ["l", "'", "aeroport"]),
        ("I’ll pay €45", ["i", "'", "ll", "pay", "€", "45"]),
        ("GRÜSSE Grüße", ["grusse", "grusse"]),
        ("3º ŁÓDŹ malmø", ["3", "o", "lodz", "malmo"]),
        ("3–10", ["3", "-", "10"]),
        ("a_b", ["a", "_", "b"]),
        ("Москва 東京 القاهرة", ["москва", "東京", "القاهرة"]),
        ("हिन्दी", ["हिन्दी"]),
        ("", []),
        ("  \t\n ", []),
    ],
)
def test_words_digits_and_signs_are_tokens(raw, words):
    """Letters, digits and signs are separate tokens; accents and case are normalized."""
    assert list(TokenizedText.from_text(raw).words) == words


def test_offsets_refer_to_the_original_text():
    """A letter that normalizes to two, or is written as two, does not shift later offsets."""
    text = TokenizedText.from_text("Straße e\u0301te\u0301 12")

    cut = [text.raw[token.start : token.end] for token in text.tokens]

    assert cut == ["Straße", "e\u0301te\u0301", "12"]
    assert text.words == ("strasse", "ete", "12")


def test_composed_and_decomposed_text_normalize_alike():
    """The same word in NFC and in NFD has the same tokens."""
    composed = "Amanhã às nove em Düsseldorf"

    assert (
        TokenizedText.from_text(composed).words == TokenizedText.from_text(unicodedata.normalize("NFD", composed)).words
    )


def test_a_token_without_a_gap_is_adjacent():
    """ "th" is adjacent in "12th" and not in "12 th"; the first token has no predecessor."""
    text = TokenizedText.from_text("12th 12 th")

    assert [text.is_adjacent(index) for index in range(4)] == [False, True, False, False]


def test_a_span_has_the_original_spelling():
    """The span from one token to another is cut from the original text."""
    assert TokenizedText.from_text("on the 12th, please").span_text(1, 3) == "the 12th"


@settings(deadline=None)
@given(st.text(max_size=200))
def test_tokens_and_gaps_are_the_whole_text(raw):
    """Only white space is left out, and tokens never overlap."""
    text, end = TokenizedText.from_text(raw), 0

    for token in text.tokens:
        assert raw[end : token.start].strip() == ""
        assert token.start < token.end
        assert raw[token.start : token.end] == token.raw
        assert token.folded
        end = token.end
    assert raw[end:].strip() == ""


def test_lower_case_keeps_the_length_of_every_character():
    """Offsets in the lowered text are those of the text: no character becomes two."""
    everything = "".join(chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000)

    assert len(lower_chars(everything)) == len(everything)
    assert lower_chars("İZMİR, Ort ẞ") == "izmir, ort ß"
    assert lower_chars("ÀB") == "àb"


def test_accent_on_its_own_is_a_token():
    """A combining accent that continues no word is a sign like others: its folded form is not empty."""
    assert TokenizedText.from_text("1\u0300 a").words == ("1", "\u0300", "a")


@settings(deadline=None)
@given(st.text(max_size=60))
def test_normalized_text_has_no_latin_accents(raw):
    """Lookup tables need no entries with accents."""
    assert not re.search("[\u0300-\u036f]", normalize(raw))


@pytest.mark.parametrize("piece", ["é1.", "a ", "\u0301", "😀", "1", "ß-", "أ"])
def test_four_thousand_characters_take_a_few_milliseconds(piece):
    """Tokenization takes linear time for any characters."""
    raw = (piece * 4000)[:4000]

    def cost():
        started = time.thread_time()
        TokenizedText.from_text(raw)
        return time.thread_time() - started

    assert min(cost() for _ in range(3)) < 0.05  # usually 1-8 ms
