"""Journal entries with defaults."""

from __future__ import annotations

from typing import Any

from asyncassist._stores.journal import JournalEntry


def journal_entry(seq: int, **fields: Any) -> JournalEntry:
    """A put of session "x" by writer "w" that follows the write before it."""
    defaults = {
        "target": "redis",
        "kind": "put",
        "key": "x",
        "writer": "w",
        "base_version": seq - 1,
        "acknowledged_version": seq,
        "acknowledged_at": 0.0,
        "body": b"{}",
    }
    return JournalEntry(seq=seq, **{**defaults, **fields})
