"""What is sent: pure functions, no loop."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from asyncassist import Message
from asyncassist._chat.prompt import estimate_tokens, render_context, select_history, split_words
from asyncassist._chat.token_counting import load_token_counter

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

messages = st.lists(
    st.builds(
        Message,
        st.sampled_from(["user", "assistant", "system", "tool"]),
        st.text("abcé語", min_size=1, max_size=5),
        metadata=st.sampled_from([{}, {}, {"degraded": True}]),
    ),
    max_size=12,
)


@given(messages, st.integers(0, 60))
def test_what_is_remembered_is_whole_turns_at_the_end(past: list[Message], budget: int):
    """It begins with the user, fits the budget, and is the end of the conversation."""
    kept = select_history(past, budget, len)

    usable = [m for m in past if m.role != "tool" and not m.metadata.get("degraded")]
    tail = usable[len(usable) - len(kept) :]
    assert [(m["role"], m["content"]) for m in kept] == [(m.role, m.content) for m in tail]
    assert not kept or kept[0]["role"] == "user"
    assert sum(len(m["content"]) + 4 for m in kept) <= budget


@given(messages)
def test_with_room_for_all_everything_from_the_first_question_on_is_remembered(past: list[Message]):
    kept = select_history(past, 10_000, len)

    usable = [m for m in past if m.role != "tool" and not m.metadata.get("degraded")]
    first = next((place for place, m in enumerate(usable) if m.role == "user"), len(usable))
    assert len(kept) == len(usable) - first


def test_a_turn_without_words_is_left_out():
    """A call of tools has no text; its question goes with it, so that no two questions stand side by side."""
    past = [
        Message("user", "a"), Message("assistant", "b"), Message("user", "c"), Message("assistant", ""),
        Message("user", "d"), Message("assistant", "e"),
    ]  # fmt: skip

    assert [message["content"] for message in select_history(past, 100, len)] == ["a", "b", "d", "e"]


@given(st.text())
def test_pieces_together_are_the_text(text: str):
    assert "".join(split_words(text)) == text


@given(st.text())
def test_an_estimate_is_rather_more(text: str):
    """Never none, and for scripts of many bytes a character at least two thirds of a token each."""
    assert estimate_tokens(text) >= 1
    assert estimate_tokens("語" * 30) >= 20


def test_a_long_context_is_bounded():
    """The first offers only, how many there were, and a last limit for everything."""
    text = render_context({"offers": [{"n": n} for n in range(50)]})
    assert '"offers_found":50' in text
    assert '{"n":9}' in text
    assert '{"n":10}' not in text
    assert len(render_context({"x": "y" * 100_000})) < 17_000


def test_without_tables_tokens_are_estimated(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Nothing is downloaded."""
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    for model in ("gpt-4o", "a-model-nobody-knows"):
        assert load_token_counter(model) is estimate_tokens
    monkeypatch.delenv("TIKTOKEN_CACHE_DIR")
    monkeypatch.setenv("DATA_GYM_CACHE_DIR", "")
    assert load_token_counter("gpt-4o") is estimate_tokens


def test_with_tables_tokens_are_counted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """By tiktoken, from the table in its folder."""
    import base64

    import tiktoken
    from tiktoken import registry

    address = "https://openaipublic.blob.core.windows.net/encodings/o200k_base.tiktoken"
    words = [bytes([n]) for n in range(256)] + [b"he", b"ll", b"hell", b"hello"]
    table = b"\n".join(base64.b64encode(word) + f" {rank}".encode() for rank, word in enumerate(words))
    (tmp_path / hashlib.sha1(address.encode()).hexdigest()).write_bytes(table)
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    made = tiktoken.Encoding(
        "o200k_base",
        pat_str=r"\S+|\s+",
        mergeable_ranks={word: rank for rank, word in enumerate(words)},
        special_tokens={},
    )
    monkeypatch.setitem(registry.ENCODINGS, "o200k_base", made)

    count = load_token_counter("gpt-4o")

    assert count("hello hello") == 3
    assert count("hello hello") == 3


def test_without_tiktoken_tokens_are_estimated(monkeypatch: pytest.MonkeyPatch):
    import importlib.util

    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)

    assert load_token_counter("gpt-4o") is estimate_tokens
