"""Text: tokens cover the utterance, offsets stay true to it, folding forgets case and accents only."""

from __future__ import annotations

import re
import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asyncassist.nlp.tokens import TokenizedText, normalize


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
    """Letters, digits and signs part; accents and case fold."""
    assert list(TokenizedText.from_text(raw).words) == words


def test_offsets_cut_the_text_as_given():
    """A letter that folds to two, or is written as two, shifts nothing behind it."""
    text = TokenizedText.from_text("Straße e\u0301te\u0301 12")

    cut = [text.raw[token.start : token.end] for token in text.tokens]

    assert cut == ["Straße", "e\u0301te\u0301", "12"]
    assert text.words == ("strasse", "ete", "12")


def test_composed_and_decomposed_fold_alike():
    """The same word typed on two systems is the same word."""
    composed = "Amanhã às nove em Düsseldorf"

    assert (
        TokenizedText.from_text(composed).words == TokenizedText.from_text(unicodedata.normalize("NFD", composed)).words
    )


def test_is_adjacent_tells_gaps():
    """ "12th" is glued, "12 th" is not, and nothing stands before the first."""
    text = TokenizedText.from_text("12th 12 th")

    assert [text.is_adjacent(index) for index in range(4)] == [False, True, False, False]


def test_span_text_gives_the_raw_words():
    """From one token to another, as written."""
    assert TokenizedText.from_text("on the 12th, please").span_text(1, 3) == "the 12th"


@settings(deadline=None)
@given(st.text(max_size=200))
def test_tokens_and_gaps_are_the_whole_text(raw):
    """Nothing but white space is lost, and tokens never overlap."""
    text, at = TokenizedText.from_text(raw), 0

    for token in text.tokens:
        assert raw[at : token.start].strip() == ""
        assert token.start < token.end
        assert raw[token.start : token.end] == token.raw
        at = token.end
    assert raw[at:].strip() == ""


@settings(deadline=None)
@given(st.text(max_size=60))
def test_folding_leaves_no_accent_of_the_latin_kind(raw):
    """What is looked up has none, so tables need none either."""
    assert not re.search("[\u0300-\u036f]", normalize(raw))


@pytest.mark.parametrize("piece", ["é1.", "a ", "\u0301", "😀", "1", "ß-", "أ"])
def test_four_thousand_characters_take_a_few_milliseconds(piece):
    """Time is linear, whatever the characters are."""
    raw = (piece * 4000)[:4000]

    def cost():
        started = time.thread_time()
        TokenizedText.from_text(raw)
        return time.thread_time() - started

    assert min(cost() for _ in range(3)) < 0.05  # usually 1-8 ms
