"""Migrations of SQLite: fresh files, concurrent openings, foreign and newer files."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3

import pytest

from asyncassist import AsyncStateManager
from asyncassist._stores.serialization import owner_digest
from asyncassist._stores.sqlite_migrations import APPLICATION_ID, MIGRATIONS
from asyncassist.errors import StateError, StateUnavailableError


async def test_concurrent_openings_migrate_once(tmp_path):
    """Whoever comes first migrates; every one finds the whole schema."""
    path = tmp_path / "state.sqlite"
    managers = [AsyncStateManager(sqlite=path) for _ in range(6)]

    await asyncio.gather(*(manager.save(f"s{number}", {}) for number, manager in enumerate(managers)))

    assert len([name async for name in managers[0].scan()]) == 6
    for manager in managers:
        await manager.aclose()
    with contextlib.closing(sqlite3.connect(path)) as file:
        found = [file.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")]
        assert found == [APPLICATION_ID, len(MIGRATIONS)]
        assert file.execute("PRAGMA journal_mode").fetchone() == ("wal",)


@pytest.mark.parametrize(
    ("statements", "words"),
    [
        (["CREATE TABLE theirs (x)"], "another program"),
        (["PRAGMA application_id=5"], "another program"),
        (["PRAGMA user_version=1"], "another program"),
        ([f"PRAGMA application_id={APPLICATION_ID}", "PRAGMA user_version=99"], "newer release"),
    ],
)
async def test_a_foreign_file_is_left_alone(tmp_path, statements, words):
    """A file of another program or a newer release is an error that says so, no outage; nothing in it changes."""
    path = tmp_path / "state.sqlite"
    with contextlib.closing(sqlite3.connect(path)) as file:
        for statement in statements:
            file.execute(statement)
    before = path.read_bytes()

    async with AsyncStateManager(sqlite=path) as state:
        for call in (state.save("x", {}), state.get("x"), state.append("c", [{"role": "user", "content": "x"}])):
            with pytest.raises(StateError, match=words) as caught:
                await call
            assert not isinstance(caught.value, StateUnavailableError)
        assert (await state.health()).status == "fail"
    assert path.read_bytes() == before


async def test_an_empty_file_becomes_a_store(tmp_path):
    """A file that was created and not written to is taken as new."""
    path = tmp_path / "state.sqlite"
    path.touch()

    async with AsyncStateManager(sqlite=path) as state:
        await state.save("x", {"n": 1})

        assert (await state.get("x")).data == {"n": 1}


async def test_conversations_of_an_earlier_release_are_listed(tmp_path):
    """A file that an earlier release made is migrated: its conversations are listed, and take a title."""
    path = tmp_path / "state.sqlite"
    with contextlib.closing(sqlite3.connect(path)) as file:
        for statement in MIGRATIONS[0]:
            file.execute(statement)
        owner = owner_digest("ana")
        file.execute("INSERT INTO conversations VALUES (1, ?, 'c', 1, 1700000000.25, 1700000001.5)", (owner,))
        file.execute("INSERT INTO messages VALUES (1, 1, 'm', 'user', 'hi', NULL, NULL, '2026-01-02T03:04:05+00:00')")
        file.execute(f"PRAGMA application_id={APPLICATION_ID}")
        file.execute("PRAGMA user_version=1")
        file.commit()

    async with AsyncStateManager(sqlite=path) as state:
        (found,) = await state.conversations(user="ana")
        await state.rename("c", "title", user="ana")
        (renamed,) = await state.conversations(user="ana")

    assert (found.id, found.title, found.messages) == ("c", None, 1)
    assert [found.created_at.timestamp(), found.updated_at.timestamp()] == [1700000000.25, 1700000001.5]
    assert renamed.title == "title"
