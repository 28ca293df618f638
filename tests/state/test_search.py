"""Search over each store of conversations; `test_conversation_properties` compares it with a model."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import random
import sqlite3
from typing import TYPE_CHECKING, Any

import asyncpg
import pytest

from asyncassist import AsyncStateManager, Message
from asyncassist._stores.search import digest_words
from asyncassist._stores.serialization import owner_digest
from asyncassist._stores.sqlite_migrations import APPLICATION_ID, MIGRATIONS
from tests.state.conftest import CONVERSATION_STORES

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

STORES = [name for name in CONVERSATION_STORES if "+" not in name]


@pytest.fixture(params=STORES)
async def state(
    request: pytest.FixtureRequest, store_options: Callable[[str], dict[str, Any]]
) -> AsyncIterator[AsyncStateManager]:
    """A manager over each store of conversations in turn."""
    async with AsyncStateManager(**store_options(request.param)) as manager:
        yield manager


@pytest.fixture
def user(prefix: str) -> str:
    """A user that no other test uses."""
    return f"ana {prefix}"


def texts(hits: Any) -> list[str]:
    return [hit.message.content for hit in hits]


async def test_all_words_must_occur(state, user):
    """Case, accents and order make no difference; a hit has the message with all its fields, and the title."""
    await state.append("c1", [Message("user", "Flights to São Paulo", metadata={"a": [1]}, source="web")], user=user)
    await state.append("c2", [Message("assistant", "PAULO lives in Sao Tome")], user=user)
    await state.append("c2", [Message("user", "Paulo?")], user=user)
    await state.rename("c1", "Brazil", user=user)

    found = await state.search("sao PAULO", user=user)

    assert texts(found) == ["PAULO lives in Sao Tome", "Flights to São Paulo"]
    assert [(hit.conversation_id, hit.title, hit.message.seq) for hit in found] == [
        ("c2", None, 1),
        ("c1", "Brazil", 1),
    ]
    assert [found[1].message] == await state.messages("c1", user=user)
    assert texts(await state.search("paulo", user=user, limit=2)) == ["Paulo?", "PAULO lives in Sao Tome"]
    assert await state.search("rome", user=user) == []


async def test_only_the_users_own_messages_are_found(state, user):
    """Nothing of another user or of no user is ever a hit."""
    await state.append("c", [{"role": "user", "content": "secret"}], user=f"{user}2")
    await state.append(f"{user.split()[1]}c", [{"role": "user", "content": "secret"}])

    assert await state.search("secret", user=user) == []
    assert texts(await state.search("secret", user=f"{user}2")) == ["secret"]


@pytest.mark.parametrize("query", ['"', "a* b", "x') OR 1=1 --", "NEAR(a b)", "^a", "a:b", "a & !b | (c", "{a b}"])
async def test_a_query_has_no_syntax(state, user, query):
    """Whatever an index would take for an operator is punctuation, or a word."""
    await state.append("c", [{"role": "user", "content": "something else"}], user=user)

    try:
        assert await state.search(query, user=user) == []
    except ValueError:
        assert query == '"'


async def test_what_was_removed_is_not_found(state, user):
    """After an undo, new messages under the same `seq` are found, those removed are not; `forget` removes all."""
    await state.append("c", [{"role": "user", "content": "keep lisbon"}], user=user)
    await state.append("c", [{"role": "user", "content": "drop lisbon"}], user=user)
    assert len(await state.search("lisbon", user=user)) == 2

    await state.undo("c", user=user)
    assert texts(await state.search("lisbon", user=user)) == ["keep lisbon"]
    await state.append("c", [{"role": "user", "content": "new lisbon"}], user=user)
    assert texts(await state.search("lisbon", user=user)) == ["new lisbon", "keep lisbon"]
    await state.forget("c", user=user)
    assert await state.search("lisbon", user=user) == []
    await state.append("c", [{"role": "user", "content": "again lisbon"}], user=user)
    assert texts(await state.search("lisbon", user=user)) == ["again lisbon"]


async def test_many_messages_are_found_at_once_and_concurrently(state, user):
    """Searches at once over conversations that grow agree at the end, and each message is a hit once."""

    async def grow(number: int) -> None:
        for nth in range(5):
            batch = [{"role": "user", "content": f"word{number} number{nth} x{place}"} for place in range(20)]
            await state.append(f"c{number}", batch, user=user)
            assert await state.search(f"word{number} x7", user=user)

    await asyncio.gather(*map(grow, range(6)))

    found = await state.search("x7", user=user, limit=100)
    assert len({(hit.conversation_id, hit.message.seq) for hit in found}) == len(found) == 30
    assert len(await state.search("number3", user=user, limit=1000)) == 120


@pytest.mark.parametrize("stores", STORES)
async def test_the_newest_of_many_are_found(store_options, user, stores):
    """Whatever the times of messages and the order in which they came: the newest hits, those of one time in order."""
    moment = dt.datetime(2026, 1, 2, 3, 4, 5, 678_999, tzinfo=dt.UTC)
    steps = [dt.timedelta(0)] * 1100 + [dt.timedelta(microseconds=1), dt.timedelta(milliseconds=-1)] * 30
    times = [
        *(moment + step for step in steps),
        dt.datetime(1, 1, 2, tzinfo=dt.UTC),
        dt.datetime.max.replace(tzinfo=dt.UTC),
    ]
    options = store_options(stores) | {"max_messages": 5000, "timeout": 60.0}
    async with AsyncStateManager(**options) as state:
        expected = []
        for number, when in enumerate(random.Random(3).sample(times, len(times))):
            name = f"c{number % 3}"
            words = "often" if number % 2 else "often sometimes"
            expected.append((when, name, number // 3 + 1, words))
        for name in ("c2", "c0", "c1"):
            batch = [Message("user", words, created_at=when) for when, found, _, words in expected if found == name]
            await state.append(name, batch, user=user)

        async def check() -> None:
            for query in ("often", "sometimes", "sometimes often"):
                matches = [place for *place, words in sorted(expected, reverse=True) if query.split()[0] in words]
                for limit in (1, 20, 1000):
                    found = await state.search(query, user=user, limit=limit)
                    places = [[hit.message.created_at, hit.conversation_id, hit.message.seq] for hit in found]
                    assert places == matches[:limit]

        await check()
        await state.append("d", [Message("user", "later", created_at=times[-1])] * 1100, user=user)
        await check()
        assert len(await state.search("later", user=user, limit=1000)) == 1000


@pytest.mark.parametrize("stores", ["valkey", "sqlite", "postgres"])
async def test_two_processes_search_one_store(store_options, user, stores):
    """What one manager appended, undid or deleted is what the other finds."""
    options = store_options(stores)
    async with AsyncStateManager(**options) as one, AsyncStateManager(**options) as other:
        await one.append("c", [{"role": "user", "content": "first word"}], user=user)
        assert texts(await other.search("word", user=user)) == ["first word"]
        await other.append("c", [{"role": "user", "content": "second word"}], user=user)
        await asyncio.gather(*(state.search("word", user=user) for state in (one, other) for _ in range(4)))
        await one.undo("c", user=user)

        assert texts(await other.search("word", user=user)) == ["first word"]


async def test_a_search_extends_no_ttl(clock, user):
    """A conversation that is found again and again expires all the same."""
    async with AsyncStateManager(ttl=10.0, now=clock) as state:
        await state.append("c", [{"role": "user", "content": "word"}], user=user)
        for _ in range(3):
            clock.advance(3.0)
            assert await state.search("word", user=user)
        clock.advance(3.0)

        assert await state.search("word", user=user) == []


async def test_a_search_in_redis_extends_no_ttl(valkey_url, prefix, user):
    """Messages are read for a search without a command that extends the TTL."""
    import redis.asyncio as aioredis

    async with AsyncStateManager(redis=valkey_url, prefix=prefix, ttl=100.0) as state:
        await state.append("c", [{"role": "user", "content": "word"}], user=user)
        client = aioredis.Redis.from_url(valkey_url)
        (key,) = [key async for key in client.scan_iter(f"{prefix}c*")]
        await client.pexpire(key, 5000)
        assert await state.search("word", user=user)

        assert await client.pttl(key) <= 5000
        await client.aclose()


@pytest.mark.parametrize("version", [2, 3])
async def test_conversations_of_an_earlier_file_are_found(tmp_path, version):
    """A file of an earlier release is searched like a new one: its messages are added to the index, or indexed anew."""
    path = tmp_path / "state.sqlite"
    with contextlib.closing(sqlite3.connect(path)) as file:
        for statements in MIGRATIONS[:version]:
            for statement in statements:
                file.execute(statement)
        file.execute(
            "INSERT INTO conversations (number, owner, id, version, created_at, updated_at, title)"
            " VALUES (1, ?, 'c', 1, 1.0, 1.0, 'old')",
            (owner_digest("ana"),),
        )
        if version == 3:
            file.execute("UPDATE conversations SET indexed = 1")
            file.execute("INSERT INTO documents VALUES (1, 1, 1, 1767323045000000)")
            file.execute("INSERT INTO search (rowid, words) VALUES (1, 'w000000000001')")
        file.execute(
            "INSERT INTO messages VALUES (1, 1, 'm', 'user', 'Hi Ana', NULL, NULL, '2026-01-02T03:04:05+00:00')"
        )
        file.execute(f"PRAGMA application_id={APPLICATION_ID}")
        file.execute(f"PRAGMA user_version={version}")
        file.commit()

    async with AsyncStateManager(sqlite=path) as state:
        assert [(hit.title, hit.message.content) for hit in await state.search("hi", user="ana")] == [("old", "Hi Ana")]


async def test_a_damaged_row_is_an_error_of_the_store(tmp_path):
    """A message that another program wrote is a StateError, not an internal one."""
    from asyncassist.errors import StateError

    path = tmp_path / "state.sqlite"
    async with AsyncStateManager(sqlite=path) as state:
        await state.append("c", [{"role": "user", "content": "word"}], user="ana")
        with contextlib.closing(sqlite3.connect(path)) as file:
            file.execute("UPDATE messages SET metadata = 'x'")
            file.commit()
        with pytest.raises(StateError, match="cannot be read"):
            await state.search("word", user="ana")


async def test_indexes_hold_no_words(tmp_path, postgres_url, user):
    """The rows of both indexes are digests that differ between users."""
    path = tmp_path / "state.sqlite"
    for options in ({"sqlite": path}, {"postgres": postgres_url, "timeout": 10.0}):
        async with AsyncStateManager(**options) as state:
            for name in (user, f"{user}2"):
                await state.append("c", [{"role": "user", "content": "verysecret"}], user=name)
                assert await state.search("verysecret", user=name)
    with contextlib.closing(sqlite3.connect(path)) as file:
        words = [words for (words,) in file.execute("SELECT words FROM search")]
    connection = await asyncpg.connect(postgres_url, ssl=False, password="")
    owners = [owner_digest(name) for name in (user, f"{user}2")]
    rows = await connection.fetch("SELECT words FROM asyncassist.documents WHERE owner = ANY($1)", owners)
    await connection.close()

    assert len(set(words)) == 2
    assert all(word.startswith("w") and len(word) == 13 for word in words)
    assert len({tuple(row["words"]) for row in rows}) == 2


@pytest.mark.parametrize("stores", ["sqlite", "postgres"])
async def test_what_changes_while_it_is_indexed_is_left_out(store_options, user, stores):
    """Messages that were removed after they were read for the index are not found by their numbers afterwards."""
    async with AsyncStateManager(**store_options(stores)) as state:
        store: Any = state._runtime._stores[stores]
        owner = owner_digest(user)
        await state.append("c", [{"role": "user", "content": "old"}], user=user)
        await state.append("d", [{"role": "user", "content": "old"}], user=user)
        (key,) = await store.word_keys(owner)
        read = await store.read_unindexed(owner, 10)
        await state.undo("c", user=user)
        await state.append("c", [{"role": "user", "content": "new"}], user=user)
        documents = [(name, message, digest_words({"old"}, key)) for name, message in read]

        await store.add_to_index(owner, documents)
        await store.add_to_index(owner, documents)

        assert [hit.conversation_id for hit in await state.search("old", user=user)] == ["d"]
        assert [hit.conversation_id for hit in await state.search("new", user=user)] == ["c"]
