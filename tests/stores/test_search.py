"""Words of texts and queries, and the order of hits."""

from __future__ import annotations

import datetime as dt
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncassist import Message, SearchHit
from asyncassist._stores.search import check_query, contains_words, digest_words, fold, select_hits, split_words
from asyncassist.errors import InvalidInputError


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", set()),
        ("Hello, hello WORLD!", {"hello", "world"}),
        ("São Paulo/GRU", {"sao", "paulo", "gru"}),
        ("STRASSE Straße", {"strasse"}),
        ("İstanbul i\u0307stanbul ISTANBUL", {"istanbul"}),
        ("ﬁne ＴＥＸＴ", {"fine", "text"}),
        ("snake_case don't", {"snake", "case", "don", "t"}),
        ("東京へ行く", set("東京へ行く")),
        ("TP1234 é è", {"tp1234", "e"}),
        ("Ελλάδα ελλαδα", {"ελλαδα"}),
    ],
)
def test_words_are_runs_without_case_and_accents(text, words):
    """Letters and digits make words; case, accents, ligatures and width make no difference."""
    assert split_words(text) == words


@given(st.text(), st.text(min_size=1, max_size=30))
def test_a_text_contains_its_own_words(text, more):
    """Whatever stands around it, a text is found by each of its words, and folding twice changes nothing."""
    words = split_words(more)

    assert contains_words(f"{text} {more} {text}", words)
    assert fold(fold(more)) == fold(more)
    assert all(split_words(word) == {word} for word in words)


def test_parts_of_words_are_not_found():
    """A word is found whole or not at all."""
    assert not contains_words("Lisbon", frozenset({"lis"}))
    assert contains_words("lis bon", frozenset({"lis"}))


@pytest.mark.parametrize("text", [None, b"x", "", "?!", "x" * 1001, " ".join(map(str, range(33)))], ids=repr)
def test_a_query_needs_words(text):
    """What holds no word, too many words or too many characters is refused with the name of the argument."""
    with pytest.raises(InvalidInputError) as caught:
        check_query(text)

    assert caught.value.field == "text"
    assert check_query("a AND (b OR *") == {"a", "and", "b", "or"}


def test_long_texts_are_split_in_linear_time():
    """Ten times the text takes about ten times as long, whatever it holds."""

    def measure(text: str) -> float:
        began = time.process_time()
        split_words(text)
        return time.process_time() - began

    for unit in ("a", "é ", "\u0301", "\u6771", "_", "ﷺ"):
        assert (
            min(measure(unit * 100_000) for _ in range(3)) < 30 * min(measure(unit * 10_000) for _ in range(3)) + 0.02
        )


def test_digests_depend_on_the_key():
    """Equal words have equal digests for one owner and different ones for two; they have 48 bits, in order."""
    one, other = (digest_words({"lisbon", "rome", "\ud800"}, key) for key in (b"1" * 16, b"2" * 16))

    assert one == digest_words(["\ud800", "rome", "lisbon"], b"1" * 16)
    assert not set(one) & set(other)
    assert one == sorted(one)
    assert all(0 <= digest < 2**48 for digest in (*one, *other))


def test_hits_come_newest_first():
    """Of one time, the higher conversation id and `seq` come first; a message without a time comes last."""
    noon = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)
    later = dt.datetime(2026, 1, 1, 12, tzinfo=dt.timezone(dt.timedelta(hours=-1)))
    places = [("b", 1, later), ("b", 2, noon), ("b", 1, noon), ("a", 3, noon), ("z", 1, None)]
    hits = [
        SearchHit(conversation_id=name, title=None, message=Message("user", "x", seq=seq, created_at=when))
        for name, seq, when in places
    ]

    assert select_hits(reversed(hits), 9) == hits
    assert select_hits(hits, 2) == hits[:2]
