"""Stores of examples/ that are handed in: several processes, failures of the folder, and what is left after erasure.

The contract tests in tests/state run over them too.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from asyncassist import AsyncStateManager
from asyncassist.errors import StateUnavailableError
from asyncassist.stores import ConversationStore, OwnerRecords, SessionStore
from examples.folder_conversations import FolderConversations
from examples.folder_sessions import FolderSessions
from tests.state.operations import increment
from tests.web.example_apps import ROOT

if TYPE_CHECKING:
    from pathlib import Path

UPDATES = """
import asyncio, sys
from asyncassist import AsyncStateManager
from examples.folder_sessions import FolderSessions
from tests.state.operations import increment

async def main():
    async with AsyncStateManager(session_store=FolderSessions(sys.argv[1])) as state:
        await asyncio.gather(*(state.update("s", increment, create=True) for _ in range(50)))

asyncio.run(main())
"""


def manager(folder: Path, **options: object) -> AsyncStateManager:
    """A manager over both stores of a folder."""
    return AsyncStateManager(
        session_store=FolderSessions(folder),
        conversation_store=FolderConversations(folder),
        **options,  # type: ignore[arg-type]
    )


def test_the_examples_are_stores(tmp_path):
    """They have every member of the protocols that the documentation describes."""
    assert isinstance(FolderSessions(tmp_path), SessionStore)
    assert isinstance(FolderConversations(tmp_path), ConversationStore)
    assert isinstance(FolderSessions(tmp_path), OwnerRecords)


async def test_updates_of_several_processes_are_all_applied(tmp_path):
    """Three processes change one session at the same time: no change is lost."""
    command = [sys.executable, "-c", UPDATES, str(tmp_path)]
    started = [subprocess.Popen(command, cwd=ROOT) for _ in range(3)]

    codes = [await asyncio.to_thread(process.wait, 60) for process in started]

    async with manager(tmp_path) as state:
        session = await state.get("s")
    assert codes == [0, 0, 0]
    assert session is not None
    assert (session.data["n"], session.version) == (150, 150)


async def test_an_unusable_folder_is_a_typed_error(tmp_path):
    """A call raises StateUnavailableError, health fails, and the next call tries again."""
    folder = tmp_path / "state"
    folder.write_text("")
    async with manager(folder) as state:
        with pytest.raises(StateUnavailableError):
            await state.save("s", {})
        health = await state.health()
        folder.unlink()
        saved = await state.save("s", {})

    assert health.status == "fail"
    assert {check.name for check in health.checks} == {"session_store", "conversation_store"}
    assert (saved.acked, state.backend) == ("session_store", "session_store")


async def test_a_store_handed_in_stays_open(tmp_path):
    """The manager does not close it: two managers may share one, one after the other or at the same time."""
    store = FolderSessions(tmp_path)
    async with AsyncStateManager(session_store=store) as one, AsyncStateManager(session_store=store) as two:
        await one.update("s", increment, create=True)
        await two.update("s", increment)
        async with one.lock("l") as first:
            pass
        async with two.lock("l") as second:
            pass

    assert (await store.read("s")).body == b'{"n":2}'
    assert second.token > first.token


async def test_nothing_of_an_erased_user_is_in_the_folder(tmp_path):
    """No file holds a text, a title, a session or the salt of the user afterwards."""
    async with manager(tmp_path) as state:
        for user in ("ada", "bob"):
            await state.create({"note": f"marker of {user}"}, user=user)
            async with state.turn("c", user=user):
                await state.append("c", [{"role": "user", "content": f"marker of {user}"}], user=user, request_id="r")
            await state.rename("c", f"title, marker of {user}", user=user)
        erased = await state.erase("ada")

    found = b"".join([path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()])
    assert (erased.sessions, erased.conversations, erased.messages) == (1, 1, 1)
    assert b"marker of ada" not in found
    assert b"marker of bob" in found
