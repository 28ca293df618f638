"""Encryption at rest over each store: what is in the files, keys that change, and what without them."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from typing import TYPE_CHECKING, Any

import asyncpg
import pytest

from asyncassist import AsyncStateManager, Encryption, Message
from asyncassist._redis_client import close_clients, create_client, parse_url
from asyncassist._stores.serialization import owner_digest
from asyncassist.errors import StateError, StateUnavailableError
from tests.state.conftest import REDIS_SERVERS

if TYPE_CHECKING:
    from collections.abc import Callable

MARKER = "markerqzx"
OLD, NEW = b"1" * 32, b"2" * 32
STORES = [*REDIS_SERVERS, "sqlite", "postgres", "sqlite+postgres"]


@pytest.fixture
def user(prefix: str) -> str:
    """A user that no other test uses."""
    return f"ana {prefix}"


@pytest.fixture(params=STORES)
def options(request: pytest.FixtureRequest, store_options: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
    """Arguments of a manager over each store that outlives it."""
    return store_options(request.param)


async def write(state: AsyncStateManager, user: str, text: str = MARKER) -> str:
    """Write a session, a message and a title with a text; return the session id."""
    session = await state.create({"note": text}, user=user)
    await state.patch(session.id, {"more": f"{text} {text}"})
    messages = [Message("user", f"{text} á", source=text, metadata={"m": text}), Message("assistant", "ok")]
    await state.append("c", messages, user=user, request_id="r")
    await state.rename("c", f"title {text}", user=user)
    return session.id


async def check(state: AsyncStateManager, user: str, session_id: str, text: str = MARKER) -> None:
    """Assert that everything `write` wrote is read."""
    session = await state.get(session_id)
    assert session is not None
    assert session.data == {"note": text, "more": f"{text} {text}"}
    assert (await state.get_many([session_id]))[0] == session or session.data
    found = await state.messages("c", user=user)
    assert [(m.content, m.source, m.metadata) for m in found[:2]] == [
        (f"{text} á", text, {"m": text}),
        ("ok", None, {}),
    ]
    assert await state.request_messages("c", "r", user=user) == found[:2]
    assert [info.title for info in await state.conversations(user=user)] == [f"title {text}"]
    (hit,) = await state.search(f"{text} A", user=user)
    assert (hit.title, hit.message) == (f"title {text}", found[0])
    lines = [line async for line in state.export(user)]
    assert len(lines) == 4


async def raw_data(options: dict[str, Any], user: str) -> bytes:
    """Return everything that the stores hold of a user, as bytes."""
    found = b""
    if "sqlite" in options:
        with contextlib.closing(sqlite3.connect(options["sqlite"])) as file:
            file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        found += options["sqlite"].read_bytes()
    if "redis" in options:
        client, more = await create_client(parse_url("redis", options["redis"]), max_connections=4, timeout=5.0)
        for key in [key async for key in client.scan_iter(f"{options['prefix']}*")]:
            values = await client.hgetall(key) if await client.type(key) == b"hash" else {b"": await client.get(key)}
            found += b"".join(part for pair in values.items() for part in pair)
        await close_clients((client, *more))
    if "postgres" in options:
        connection = await asyncpg.connect(options["postgres"], ssl=False, password="")
        for table in await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'asyncassist'"):
            for row in await connection.fetch(f"SELECT t::text FROM asyncassist.{table['tablename']} AS t"):
                found += row[0].encode() if owner_digest(user) in row[0] else b""
        await connection.close()
    return found


async def test_stores_hold_no_text(options, user):
    """Data of sessions, texts, sources, metadata and titles are in no store; everything is read as it was written."""
    async with AsyncStateManager(**options, encryption=Encryption([OLD])) as state:
        session_id = await write(state, user)
        await check(state, user, session_id)
        assert MARKER.encode() not in await raw_data(options, user)
        new_id = await state.rotate(session_id)
        branch = await state.branch("c", at=1, user=user)
        assert [message.content for message in await state.messages(branch, user=user)] == [f"{MARKER} á"]
        await state.forget(branch, user=user)

    async with AsyncStateManager(**options, encryption=Encryption([OLD])) as state:
        await check(state, user, new_id)
        await state.erase(user)
    async with AsyncStateManager(**options) as state:
        await write(state, user)
        assert MARKER.encode() in await raw_data(options, user)
        await state.erase(user)


async def test_keys_rotate(options, user):
    """The first key encrypts, all decrypt: old and new data is read and found, until the old key is dropped."""
    async with AsyncStateManager(**options, encryption=Encryption([OLD])) as state:
        session_id = await write(state, user)
        assert await state.search(MARKER, user=user)
    async with AsyncStateManager(**options, encryption=Encryption([NEW, OLD])) as state:
        await check(state, user, session_id)
        await state.append("c", [{"role": "user", "content": f"new {MARKER}"}], user=user)
        assert [hit.message.seq for hit in await state.search(MARKER, user=user)] == [3, 1]
        other = await state.create({"new": True}, user=user)
    async with AsyncStateManager(**options, encryption=Encryption([NEW])) as state:
        assert (await state.get(other.id)).data == {"new": True}
        assert (await state.messages("c", user=user, limit=1))[0].content == f"new {MARKER}"
        for call in (state.get(session_id), state.messages("c", user=user), state.conversations(user=user)):
            with pytest.raises(StateError, match="a key that is not configured") as caught:
                await call
            assert not isinstance(caught.value, StateUnavailableError)
    async with AsyncStateManager(**options) as state:
        await state.erase(user)


async def test_without_a_key_the_error_says_so(options, user):
    """Encrypted data is never returned as it is stored, nor copied, nor replaced by accident."""
    async with AsyncStateManager(**options, encryption=Encryption([OLD])) as state:
        session_id = await write(state, user)
    async with AsyncStateManager(**options) as state:
        for call in (
            state.get(session_id),
            state.get_many([session_id]),
            state.patch(session_id, {"x": 1}),
            state.messages("c", user=user),
            state.request_messages("c", "r", user=user),
            state.conversations(user=user),
            state.search(MARKER, user=user),
            state.branch("c", at=1, user=user),
            anext(state.export(user)),
        ):
            with pytest.raises(StateError, match="encrypted, and no key is configured"):
                await call
        await state.delete(session_id)
        await state.forget("c", user=user)


async def test_what_was_stored_before_stays_readable(options, user):
    """Data that was stored without encryption is read with it; what is written from then on is encrypted."""
    async with AsyncStateManager(**options) as state:
        session_id = await write(state, user, "before")
        assert await state.search("before", user=user)
    async with AsyncStateManager(**options, encryption=Encryption([OLD])) as state:
        await check(state, user, session_id, "before")
        await state.save(session_id, {"n": MARKER})
        await state.append("c", [{"role": "user", "content": f"before {MARKER}"}], user=user)
        assert len(await state.search("before", user=user)) == 2
        branch = await state.branch("c", at=1, user=user)
        assert [message.content for message in await state.messages(branch, user=user)] == ["before á"]
        assert len(await state.search(MARKER, user=user)) == 1

        assert MARKER.encode() not in await raw_data(options, user)
        await state.erase(user)


async def test_a_deleted_key_makes_copies_unreadable(store_options, tmp_path, user):
    """A copy of a row from before an erasure cannot be read afterwards, although the keys are there."""
    options = store_options("sqlite") | {"encryption": Encryption([OLD])}
    path = options["sqlite"]
    async with AsyncStateManager(**options) as state:
        session_id = await write(state, user)
        await state.append("d", [{"role": "user", "content": "later"}], user=user)
        with contextlib.closing(sqlite3.connect(path)) as file:
            session_row = file.execute("SELECT * FROM sessions WHERE id = ?", (session_id,)).fetchone()
            row = file.execute("SELECT id, content FROM messages ORDER BY conversation, seq LIMIT 1").fetchone()
            title = file.execute("SELECT title FROM conversations WHERE id = 'c'").fetchone()
        await state.erase(user)
        await state.append("c", [{"role": "user", "content": "again"}, {"role": "user", "content": "more"}], user=user)
        with contextlib.closing(sqlite3.connect(path)) as file:
            file.execute("UPDATE messages SET id = ?, content = ? WHERE seq = 1", row)
            file.execute("UPDATE conversations SET title = ?", title)
            file.execute("INSERT OR REPLACE INTO sessions VALUES (?, ?, ?, ?, ?)", session_row)
            file.commit()
    async with AsyncStateManager(**options) as state:
        assert [message.content for message in await state.messages("c", user=user)] == ["more"]
        assert [info.title for info in await state.conversations(user=user)] == [None]
        assert len(await state.search("more", user=user)) == 1
        with pytest.raises(StateError, match="erased"):
            await state.get(session_id)


async def test_what_is_written_right_after_an_erasure_is_readable(options, user):
    """The process that erases uses the new key of the user at once."""
    async with AsyncStateManager(**options, encryption=Encryption([OLD])) as state:
        for _ in range(3):
            session_id = await write(state, user)
            await check(state, user, session_id)
            await state.erase(user)


@pytest.mark.parametrize("change", ["content", "swap", "short", "text"])
async def test_changed_data_is_an_error(store_options, change, user):
    """Data that was changed or moved to another place in the store is a StateError, never another text."""
    options = store_options("sqlite") | {"encryption": Encryption([OLD])}
    async with AsyncStateManager(**options) as state:
        await state.append("c", [{"role": "user", "content": "one"}, {"role": "user", "content": "two"}], user=user)
        with contextlib.closing(sqlite3.connect(options["sqlite"])) as file:
            first, second = (text for (text,) in file.execute("SELECT content FROM messages ORDER BY seq"))
            new = {"content": first[:-8] + "AAAAAAAA", "swap": second, "short": first[:16], "text": "é"}[change]
            file.execute("UPDATE messages SET content = ? WHERE seq = 1", (new,))
            file.commit()
    async with AsyncStateManager(**options) as state:
        with pytest.raises(StateError, match=r"does not agree|cannot be read"):
            await state.messages("c", user=user)


async def test_the_journal_is_encrypted(valkey, prefix, user, tmp_path):
    """Entries of an outage are encrypted on disk; another process with the key replays them, one without leaves them."""
    options = {"redis": valkey.url, "prefix": prefix, "timeout": 0.5, "journal": tmp_path}
    state = AsyncStateManager(**options, encryption=Encryption([OLD]))
    session = await state.create({"note": "x"}, user=user)
    valkey.kill()
    await state.patch(session.id, {"note": MARKER})
    await state.append("c", [{"role": "user", "content": MARKER}], user=user)
    await state.aclose()
    files = [path.read_bytes() for path in tmp_path.iterdir()]
    assert files
    assert not any(MARKER.encode() in text for text in files)
    valkey.start()

    async with AsyncStateManager(**options) as state:
        assert "cannot be read" in str((await state.health()).checks)
    async with AsyncStateManager(**options, encryption=Encryption([NEW, OLD])) as state:
        await state.flush(timeout=20.0)
        assert (await state.get(session.id)).data == {"note": MARKER}
        assert [message.content for message in await state.messages("c", user=user)] == [MARKER]


async def test_concurrent_updates_are_all_applied(options, user):
    """Compare-and-set works on decrypted data, in two processes at once."""
    options = options | {"encryption": Encryption([OLD])}
    async with AsyncStateManager(**options) as one, AsyncStateManager(**options) as other:
        session = await one.create({"n": 0})

        def increment(data: dict[str, Any]) -> dict[str, Any]:
            return {"n": data["n"] + 1}

        await asyncio.gather(*(state.update(session.id, increment) for _ in range(20) for state in (one, other)))

        assert (await one.get(session.id)).data == {"n": 40}
        with pytest.raises(StateError):
            await other.save(session.id, {}, expected_version=3)
        assert await other.delete(session.id)
