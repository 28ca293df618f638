"""Retention, export and erasure: over each store, nothing of a person is left in files, dumps and caches."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sqlite3
import subprocess
import time
from typing import TYPE_CHECKING, Any

import asyncpg
import pytest
import redis.asyncio as aioredis

from asyncassist import AsyncStateManager, CachedChatbot, Erased, Message
from asyncassist._stores.serialization import owner_digest
from asyncassist.errors import ConfigurationError, InvalidInputError, StateUnavailableError
from asyncassist.testing import FakeClock, FakeOpenAI
from tests.servers import Postgres
from tests.state.conftest import CONVERSATION_STORES

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

STORES = [name for name in CONVERSATION_STORES if "+" not in name]
MARKER = "markerqzx"


@pytest.fixture(params=CONVERSATION_STORES)
async def state(
    request: pytest.FixtureRequest, store_options: Callable[[str], dict[str, Any]]
) -> AsyncIterator[AsyncStateManager]:
    """A manager over each store, and each combination of stores, in turn."""
    async with AsyncStateManager(**store_options(request.param)) as manager:
        yield manager


@pytest.fixture
def user(prefix: str) -> str:
    """A user that no other test uses."""
    return f"ana {prefix}"


async def fill(state: AsyncStateManager, user: str) -> None:
    """Write a marker wherever a text of a user can be."""
    session = await state.create({"note": f"{MARKER} in a session", "n": 1}, user=user)
    await state.update(session.id, lambda data: {**data, "n": 2, "more": MARKER * 200})
    await state.patch(await state.rotate(session.id), {"more": None})
    for number in range(3):
        await state.append(
            f"c{number}",
            [
                Message("user", f"{MARKER} number{number}", metadata={"m": MARKER}, source=MARKER),
                Message("assistant", f"long {MARKER} " * 3000),
            ],
            user=user,
            request_id=f"{MARKER}.{number}",
        )
        await state.rename(f"c{number}", f"title {MARKER}", user=user)
    await state.undo("c2", user=user)
    assert len(await state.search(MARKER, user=user)) == 4
    await state.branch("c0", at=1, user=user)
    await state.forget("c1", user=user)
    async with state.turn("c0", user=user):
        await state.append("c0", [{"role": "user", "content": MARKER}], user=user)


def find_marker(folder: Path, *, without: tuple[str, ...] = ()) -> list[str]:
    """Return the files below a folder that hold the marker."""
    found = []
    for path in folder.rglob("*"):
        if path.is_file() and not any(part in without for part in path.parts) and MARKER.encode() in path.read_bytes():
            found.append(str(path))
    return found


async def test_erase_leaves_nothing_to_read(state, user):
    """Sessions, conversations, request ids and hits are gone; those of others stay, and the user can begin anew."""
    await fill(state, user)
    await fill(state, f"{user}2")
    before = [line async for line in state.export(f"{user}2")]

    erased = await state.erase(user)

    assert erased == Erased(sessions=1, conversations=2, messages=4)
    assert [line async for line in state.export(user)] == []
    assert await state.search(MARKER, user=user) == []
    assert await state.conversations(user=user) == []
    assert await state.messages("c0", user=user) == []
    assert [line async for line in state.export(f"{user}2")] == before
    assert await state.append("c0", [{"role": "user", "content": "x"}], user=user, request_id=f"{MARKER}.0") == 1
    assert await state.erase(user) == Erased(conversations=1, messages=1)
    assert await state.erase(user) == Erased()
    await state.erase(f"{user}2")


async def test_an_export_has_everything(state, user):
    """Each session, conversation and message is a line of JSON, in order, with all of its fields; nothing of others."""
    session = await state.create({"a": [1]}, user=user)
    await state.create({"b": 1})
    await state.create({"c": 1}, user=f"{user}2")
    for start in range(0, 450, 50):
        batch = [Message("user", f"n{number}", metadata={"n": number}) for number in range(start, start + 50)]
        await state.append("c1", batch, user=user)
    await state.rename("c1", "title", user=user)
    await state.append("c2", [{"role": "user", "content": "é"}], user=user)
    await state.append("c3", [{"role": "user", "content": "other"}], user=f"{user}2")

    lines = [json.loads(line) async for line in state.export(user)]

    assert lines[0] == {"type": "session", "id": session.id, "version": 1, "data": {"a": [1]}}
    c2, c1 = (line for line in lines if line["type"] == "conversation")
    assert (c1["id"], c1["title"], c1["messages"], c2["id"]) == ("c1", "title", 450, "c2")
    messages = [line for line in lines if line["type"] == "message"]
    assert [(line["conversation_id"], line["seq"], line["content"]) for line in messages] == [
        ("c2", 1, "é"),
        *(("c1", number + 1, f"n{number}") for number in range(450)),
    ]
    assert messages[5]["metadata"] == {"n": 4}
    assert len(lines) == 454
    await state.erase(user)


async def test_nothing_is_left_in_the_sqlite_files(tmp_path, user):
    """Neither the file nor its write-ahead log holds the marker, while it is open and afterwards."""
    path = tmp_path / "state.sqlite"
    async with AsyncStateManager(sqlite=path) as state, AsyncStateManager(sqlite=path) as other:
        await fill(state, user)
        assert len(await other.messages("c0", user=user)) == 3
        assert find_marker(tmp_path)

        await state.erase(user)

        assert find_marker(tmp_path) == []
        with contextlib.closing(sqlite3.connect(path)) as file:
            dump = "\n".join(file.iterdump())
        assert MARKER not in dump
        for table in ("conversations", "messages", "requests", "documents", "search", "owners", "locks"):
            with contextlib.closing(sqlite3.connect(path)) as file:
                assert file.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
    assert find_marker(tmp_path) == []


async def test_an_erasure_waits_for_readers_of_the_sqlite_file(tmp_path, user):
    """A reader of another program that holds the log delays the erasure, and one that never ends fails it."""
    from asyncassist._stores.sqlite import SQLiteStore

    path = tmp_path / "state.sqlite"
    store = SQLiteStore(path, ttl=10.0, clock=time.time, lock_timeout=0.3)
    await store.read_salt("owner")
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM owners").fetchone()
        with pytest.raises(StateUnavailableError, match="other processes"):
            await store.erase_owner("owner")
        reader.execute("COMMIT")
    await store.erase_owner("owner")
    await store.aclose()


async def test_nothing_is_left_in_the_files_of_redis(valkey, prefix, user):
    """No key holds the marker, nor do the append-only file and the snapshot once the server has rewritten them."""
    client = aioredis.Redis.from_url(valkey.url)
    async with AsyncStateManager(redis=valkey.url, prefix=prefix, timeout=10.0, near_cache=True) as state:
        await fill(state, user)
        assert find_marker(valkey.folder)

        await state.erase(user)

        assert not [key async for key in client.scan_iter("*") if MARKER.encode() in (await client.dump(key) or b"")]
        await client.bgrewriteaof()
        async with asyncio.timeout(20.0):
            while (await client.info("persistence"))["aof_rewrite_in_progress"] or find_marker(valkey.folder):
                await asyncio.sleep(0.05)
        await client.save()
        assert find_marker(valkey.folder) == []
    await client.aclose()


async def test_nothing_is_left_in_a_dump_of_postgres(prefix, user):
    """A dump does not hold the marker, nor do the files of the tables once the server has rewritten them."""
    server = await asyncio.to_thread(Postgres().start)
    try:
        async with AsyncStateManager(postgres=server.url, timeout=10.0) as state:
            await fill(state, user)
            assert MARKER in await asyncio.to_thread(dump, server)

            await state.erase(user)

            assert MARKER not in await asyncio.to_thread(dump, server)
        connection = await asyncpg.connect(server.url, ssl=False, password="")
        await connection.execute("VACUUM FULL")
        await connection.execute("CHECKPOINT")
        await connection.close()
        assert find_marker(server.folder / "data", without=("pg_wal",)) == []
    finally:
        await asyncio.to_thread(server.stop)


def dump(server: Postgres) -> str:
    """Return a dump of a database as SQL."""
    command = [str(server._bin / "pg_dump"), server.url]
    return subprocess.run(command, check=True, capture_output=True, text=True, cwd=server.folder).stdout


async def test_nothing_is_left_in_the_files_of_a_store_that_is_handed_in(store_options, tmp_path, user):
    """The files of the stores of `examples/` do not hold the marker."""
    async with AsyncStateManager(**store_options("handed-in")) as state:
        await fill(state, user)
        assert find_marker(tmp_path)

        await state.erase(user)

        assert find_marker(tmp_path) == []


async def test_nothing_is_left_in_the_journal(valkey, prefix, user, tmp_path):
    """Entries of an outage that are in the store now leave nothing in the journal's file and its log."""
    options = {"redis": valkey.url, "prefix": prefix, "timeout": 0.5, "journal": tmp_path}
    async with AsyncStateManager(**options) as state:
        session = await state.create({"note": MARKER}, user=user)
        valkey.kill()
        await state.patch(session.id, {"more": MARKER * 2000})
        await state.append("c", [{"role": "user", "content": MARKER}], user=user, request_id=MARKER)
        with pytest.raises(StateUnavailableError):
            await state.erase(user)
        assert find_marker(tmp_path)
        valkey.start()
        await state.flush(timeout=20.0)

        assert await state.erase(user) == Erased(sessions=1, conversations=1, messages=1)

        assert find_marker(tmp_path) == []


@pytest.mark.parametrize("shared", [False, True])
async def test_cached_answers_are_erased(shared, valkey_url, prefix, user):
    """The answers that a chatbot caches for the user go, in memory and in Redis; another user's stay."""
    redis = valkey_url if shared else None
    async with (
        FakeOpenAI() as server,
        AsyncStateManager() as state,
        CachedChatbot(model="m", api_key="k", base_url=server.base_url, history=state, redis=redis) as bot,
    ):
        for name in (user, f"{user}2"):
            await bot.reply(f"{MARKER}?", user=name)
        assert (await bot.reply(f"{MARKER}?", user=user)).source == "cache"

        erased = await state.erase(user)

        assert (erased.answers, erased.conversations) == (1, 2)
        assert (await bot.reply(f"{MARKER}?", user=f"{user}2")).source == "cache"
        assert (await bot.reply(f"{MARKER}?", user=user)).source == "model"
        await state.erase(f"{user}2")


async def test_a_chatbot_that_is_gone_is_not_asked(user):
    """A closed chatbot and one that no longer exists are no errors; chatbots are held weakly."""
    async with AsyncStateManager() as state:
        async with CachedChatbot(model="m", history=state) as bot:
            await bot.reply("hi", user=user)
        assert (await state.erase(user)).conversations == 1
        del bot
        async with CachedChatbot(model="m", history=state):
            pass
        assert await state.erase(user) == Erased()
        with pytest.raises(InvalidInputError):
            state.on_erase(lambda _: None)


async def test_invalid_users_are_refused():
    """Both calls name the argument."""
    async with AsyncStateManager() as state:
        with pytest.raises(InvalidInputError) as caught:
            await state.erase("")
        assert caught.value.field == "user"
        with pytest.raises(InvalidInputError) as caught:
            await anext(state.export(""))
        assert caught.value.field == "user"


# retention


@pytest.mark.parametrize("retention", [0, -1.0, float("nan"), "x"])
def test_an_invalid_retention_is_refused(retention):
    """It is a number of seconds above 0."""
    with pytest.raises(ConfigurationError) as caught:
        AsyncStateManager(retention=retention)
    assert caught.value.field == "retention"


async def test_unused_conversations_of_sqlite_are_deleted(tmp_path, user):
    """Those that were not written to for `retention` seconds go with index and request ids; the others stay."""
    clock, path = FakeClock(), tmp_path / "state.sqlite"
    async with AsyncStateManager(sqlite=path, now=clock) as state:
        for number in range(120):
            await state.append(f"old{number}", [{"role": "user", "content": "word"}], user=user, request_id="r")
        assert await state.search("word", user=user)
        clock.advance(50.0)
        await state.append("new", [{"role": "user", "content": "word"}], user=user)
    clock.advance(50.0)

    async with AsyncStateManager(sqlite=path, now=clock, retention=100.0) as state:
        async with asyncio.timeout(20.0):
            while len(await state.conversations(user=user, limit=1000)) > 1:
                await asyncio.sleep(0.02)
        assert [hit.conversation_id for hit in await state.search("word", user=user)] == ["new"]
        assert len(await state.messages("new", user=user)) == 1
    with contextlib.closing(sqlite3.connect(path)) as file:
        for table in ("conversations", "messages", "documents", "search"):
            assert file.execute(f"SELECT count(*) FROM {table}").fetchone() == (1,)
        assert file.execute("SELECT count(*) FROM requests").fetchone() == (0,)


async def test_unused_conversations_of_postgres_are_deleted(user):
    """Those that were not written to for `retention` seconds go with index and request ids; the others stay."""
    server = await asyncio.to_thread(Postgres().start)
    try:
        async with AsyncStateManager(postgres=server.url, timeout=10.0) as state:
            for number in range(120):
                await state.append(f"old{number}", [{"role": "user", "content": "word"}], user=user, request_id="r")
            assert await state.search("word", user=user)
            await state.append("new", [{"role": "user", "content": "word"}], user=user)
        connection = await asyncpg.connect(server.url, ssl=False, password="")
        await connection.execute(
            "UPDATE asyncassist.conversations SET updated_at = now() - interval '2 days' WHERE id LIKE 'old%'"
        )

        async with AsyncStateManager(postgres=server.url, timeout=10.0, retention=86_400.0) as state:
            async with asyncio.timeout(20.0):
                while len(await state.conversations(user=user, limit=1000)) > 1:
                    await asyncio.sleep(0.02)
            assert [hit.conversation_id for hit in await state.search("word", user=user)] == ["new"]
        for table, left in (("messages", 1), ("documents", 1), ("requests", 0)):
            assert await connection.fetchval(f"SELECT count(*) FROM asyncassist.{table}") == left
        await connection.close()
    finally:
        await asyncio.to_thread(server.stop)


async def test_retention_goes_on_after_an_outage(valkey_url, user):
    """While PostgreSQL is unavailable nothing is deleted; afterwards it is."""
    server = await asyncio.to_thread(Postgres().start)
    try:
        async with AsyncStateManager(postgres=server.url, timeout=2.0) as state:
            await state.append("c", [{"role": "user", "content": "x"}], user=user)
        await asyncio.to_thread(server.kill)
        async with AsyncStateManager(postgres=server.url, timeout=2.0, retention=0.5) as state:
            await asyncio.to_thread(server.start)
            async with asyncio.timeout(30.0):
                while True:
                    with contextlib.suppress(StateUnavailableError):
                        if not await state.conversations(user=user):
                            break
                    await asyncio.sleep(0.05)
    finally:
        await asyncio.to_thread(server.stop)


async def test_retention_is_the_ttl_of_conversations_in_memory(clock, user):
    """Conversations outlive sessions by it, and reads count as use."""
    async with AsyncStateManager(ttl=10.0, retention=100.0, now=clock) as state:
        await state.append("c", [{"role": "user", "content": "x"}], user=user)
        clock.advance(90.0)
        assert await state.messages("c", user=user)
        clock.advance(90.0)
        assert await state.messages("c", user=user)
        clock.advance(100.0)
        assert await state.messages("c", user=user) == []


async def test_retention_is_the_ttl_of_conversations_in_redis(valkey_url, prefix, user):
    """The keys of conversations expire after it, those of sessions after `ttl`."""
    client = aioredis.Redis.from_url(valkey_url)
    async with AsyncStateManager(redis=valkey_url, prefix=prefix, ttl=10.0, retention=1000.0) as state:
        await state.append("c", [{"role": "user", "content": "x"}], user=user)
        await state.messages("c", user=user)
        await state.save("s", {})

        assert 990 < await client.ttl(f"{prefix}c{{{owner_digest(user)}:c}}") <= 1000
        assert await client.ttl(f"{prefix}s{{s}}") <= 10
    await client.aclose()
