"""Token counting with tiktoken, or by estimate."""

from __future__ import annotations

import base64
import hashlib
import importlib.util
from typing import TYPE_CHECKING

from asyncassist._chat.prompt import estimate_tokens
from asyncassist._chat.token_counting import load_token_counter

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_without_tables_tokens_are_estimated(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Without a table on disk the tokens are estimated; nothing is downloaded."""
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    for model in ("gpt-4o", "an-unknown-model"):
        assert load_token_counter(model) is estimate_tokens
    monkeypatch.delenv("TIKTOKEN_CACHE_DIR")
    monkeypatch.setenv("DATA_GYM_CACHE_DIR", "")
    assert load_token_counter("gpt-4o") is estimate_tokens


def test_with_tables_tokens_are_counted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """tiktoken counts with the table in its cache directory."""
    import tiktoken
    from tiktoken import registry

    url = "https://openaipublic.blob.core.windows.net/encodings/o200k_base.tiktoken"
    words = [bytes([n]) for n in range(256)] + [b"he", b"ll", b"hell", b"hello"]
    table = b"\n".join(base64.b64encode(word) + f" {rank}".encode() for rank, word in enumerate(words))
    (tmp_path / hashlib.sha1(url.encode()).hexdigest()).write_bytes(table)
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    encoding = tiktoken.Encoding(
        "o200k_base",
        pat_str=r"\S+|\s+",
        mergeable_ranks={word: rank for rank, word in enumerate(words)},
        special_tokens={},
    )
    monkeypatch.setitem(registry.ENCODINGS, "o200k_base", encoding)

    count = load_token_counter("gpt-4o")

    assert count("hello hello") == 3
    assert count("hello hello") == 3


def test_without_tiktoken_tokens_are_estimated(monkeypatch: pytest.MonkeyPatch):
    """tiktoken is optional."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)

    assert load_token_counter("gpt-4o") is estimate_tokens
