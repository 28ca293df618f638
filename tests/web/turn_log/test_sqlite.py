"""Turns in SQLite: the file and its expiry; the contract is tested for all stores together."""

from __future__ import annotations

import contextlib
import sqlite3
import stat

import pytest

from asyncassist.web.turn_log.sqlite import SQLiteTurnStore
from asyncassist.web.turn_log.store import MAX_DURATION, RETENTION


async def test_file_is_private_and_stands_beside_that_of_the_sessions(tmp_path):
    """It holds users' texts: only its owner may read it."""
    store = SQLiteTurnStore(tmp_path / "folder" / "state.sqlite")
    await store.begin("t", "owner", b"start\n{}")
    await store.aclose()

    assert stat.S_IMODE((tmp_path / "folder" / "state.sqlite-turns").stat().st_mode) == 0o600


async def test_expired_turns_are_deleted(tmp_path):
    """A new turn deletes those whose time is over, with their entries and claims."""
    now = 0.0
    store = SQLiteTurnStore(tmp_path / "state.sqlite", now=lambda: now)
    await store.begin("old", "owner", b"start\n{}")
    await store.claim("scope", "value", None)
    now = MAX_DURATION + RETENTION + 1.0
    await store.begin("new", "other", b"start\n{}")

    assert await store.read("old", 0) is None
    assert await store.last_turn("owner") is None
    assert await store.claim("scope", "another", None) == "another"
    await store.aclose()


async def test_failed_call_changes_nothing(tmp_path):
    """A turn whose id exists is refused, and the store works on."""
    store = SQLiteTurnStore(tmp_path / "state.sqlite")
    await store.begin("t", "owner", b"start\n{}")
    with pytest.raises(Exception, match="UNIQUE"):
        await store.begin("t", "other", b"start\n{}")
    await store.append("t", 2, b"done\n{}", "done")

    assert await store.last_turn("owner") == "t"
    await store.aclose()


async def test_what_a_reader_still_needs_is_not_counted_as_overwritten(tmp_path):
    """While another process reads the old state, its text stays in the log of the file: the call fails, to be repeated."""
    store = SQLiteTurnStore(tmp_path / "state.sqlite")
    await store.begin("t", "aa", b"start\n{marker}")
    await store._query("PRAGMA busy_timeout = 1")
    with contextlib.closing(sqlite3.connect(tmp_path / "state.sqlite-turns", isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM turns").fetchall()
        with pytest.raises(sqlite3.OperationalError, match="in use"):
            await store.forget_user("aa")
    await store.forget_user("aa")

    assert not any(b"marker" in path.read_bytes() for path in tmp_path.iterdir())
    await store.aclose()
