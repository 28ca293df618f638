"""Conversations: one contract over every store, and outages of Redis and PostgreSQL."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
import redis.asyncio as aioredis

from asyncassist import AsyncStateManager, ConversationInfo, Message
from asyncassist._stores.memory_history import MemoryHistory
from asyncassist._types import History
from asyncassist.errors import (
    ConflictError,
    InvalidInputError,
    NotFoundError,
    SessionTooLargeError,
    StateUnavailableError,
)
from tests.proxy import Proxy
from tests.state.conftest import CONVERSATION_STORES, REDIS_SERVERS
from tests.state.operations import text_messages, wait_until_replayed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable


@pytest.fixture(params=["history", *CONVERSATION_STORES])
async def history(request: pytest.FixtureRequest, store_options: Callable[[str], dict[str, Any]]) -> AsyncIterator[Any]:
    """Each implementation of `History` in turn."""
    if request.param == "history":
        yield MemoryHistory()
        return
    async with AsyncStateManager(**store_options(request.param)) as manager:
        yield manager


@pytest.fixture
def conversation_id(prefix: str) -> str:
    """An id that no other test uses, also in a database that tests share."""
    return f"{prefix}chat"


async def test_each_store_implements_history(history):
    """Each store of conversations satisfies the protocol `History`."""
    assert isinstance(history, History)


async def test_messages_come_back_in_order(history, conversation_id):
    """Messages round-trip with a `seq`, an id and a time; the version is the last `seq`."""
    when = dt.datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=dt.UTC)

    first = await history.append(
        conversation_id,
        [Message("user", "Olá\n", created_at=when), Message("assistant", "Hi", source="model", metadata={"a": [1]})],
    )
    second = await history.append(conversation_id, text_messages("more"))

    found = await history.messages(conversation_id)
    assert (first, second) == (2, 3)
    assert [(m.seq, m.role, m.content) for m in found] == [
        (1, "user", "Olá\n"),
        (2, "assistant", "Hi"),
        (3, "user", "more"),
    ]
    assert (found[0].created_at, found[1].source, found[1].metadata) == (when, "model", {"a": [1]})
    assert len({m.id for m in found}) == 3
    assert all(m.created_at is not None and m.created_at.tzinfo is not None for m in found)


async def test_limit_and_before_select_a_page(history, conversation_id):
    """`limit` selects the newest messages, `before` earlier ones; a page is always oldest first."""
    await history.append(conversation_id, text_messages(*(str(n) for n in range(1, 11))))

    def seqs(found):
        return [message.seq for message in found]

    assert seqs(await history.messages(conversation_id, limit=3)) == [8, 9, 10]
    assert seqs(await history.messages(conversation_id, limit=3, before=8)) == [5, 6, 7]
    assert seqs(await history.messages(conversation_id, before=3)) == [1, 2]
    assert seqs(await history.messages(conversation_id, limit=100)) == list(range(1, 11))
    assert await history.messages(conversation_id, limit=0) == []
    assert await history.messages(conversation_id, before=1) == []
    assert await history.messages(f"{conversation_id}.none") == []


async def test_append_with_an_outdated_version_is_a_conflict(history, conversation_id):
    """An append with an outdated `expected_version` raises ConflictError and stores nothing."""
    assert await history.append(conversation_id, text_messages("a"), expected_version=0) == 1
    assert await history.append(conversation_id, text_messages("b"), expected_version=1) == 2

    with pytest.raises(ConflictError) as caught:
        await history.append(conversation_id, text_messages("c"), expected_version=1)

    assert (caught.value.key, caught.value.expected, caught.value.actual) == (conversation_id, 1, 2)
    assert len(await history.messages(conversation_id)) == 2


async def test_a_conflict_creates_no_conversation(history, conversation_id):
    """A refused first append does not leave an empty conversation."""
    with pytest.raises(ConflictError):
        await history.append(conversation_id, text_messages("a"), expected_version=7)

    assert await history.forget(conversation_id) is False


async def test_a_repeated_request_id_stores_nothing(history, conversation_id):
    """A repeated request id returns the first result, whatever was appended meanwhile."""
    first = await history.append(conversation_id, text_messages("a", "b"), request_id="r1")
    await history.append(conversation_id, text_messages("c"), request_id="r2")

    again = await history.append(conversation_id, text_messages("a", "b"), request_id="r1", expected_version=0)

    assert (first, again) == (2, 2)
    assert len(await history.messages(conversation_id)) == 3


async def test_the_last_hundred_request_ids_are_remembered(history, conversation_id):
    """The 100 most recent request ids are idempotent; an older one appends again."""
    for number in range(105):
        await history.append(conversation_id, text_messages("x"), request_id=f"r{number}")

    assert await history.append(conversation_id, text_messages("x"), request_id="r50") == 51
    assert await history.append(conversation_id, text_messages("x"), request_id="r0") == 106


async def test_the_messages_of_a_request_are_found(history, conversation_id):
    """They are what the first append of the request stored, with all its fields, whatever was appended since."""
    await history.append(conversation_id, text_messages("before"))
    asked = [Message("user", "q"), Message("assistant", "a", source="model", metadata={"n": [1]})]
    await history.append(conversation_id, asked, request_id="r")
    await history.append(conversation_id, text_messages("other"), request_id="r")
    await history.append(conversation_id, text_messages("after"), request_id="s")

    found = await history.request_messages(conversation_id, "r")

    assert found == await history.messages(conversation_id, before=4, limit=2)
    assert (found[1].content, found[1].source, found[1].metadata) == ("a", "model", {"n": [1]})
    assert await history.request_messages(conversation_id, "t") == []
    assert await history.request_messages(f"{conversation_id}.none", "r") == []


async def test_concurrent_appends_with_one_request_id_are_stored_once(history, conversation_id):
    """Concurrent appends under one request id store the messages once and return one version."""
    versions = await asyncio.gather(
        *(history.append(conversation_id, text_messages("a"), request_id="same") for _ in range(10))
    )

    assert set(versions) == {1}
    assert len(await history.messages(conversation_id)) == 1


async def test_conversations_of_different_users_are_separate(history, conversation_id):
    """The same id of another user, or of no user, is another conversation."""
    await history.append(conversation_id, text_messages("mine"), user="ann@example.org")
    await history.append(conversation_id, text_messages("theirs", "too"), user="bob")

    assert [m.content for m in await history.messages(conversation_id, user="ann@example.org")] == ["mine"]
    assert await history.messages(conversation_id) == []
    assert await history.forget(conversation_id) is False
    assert await history.forget(conversation_id, user="bob") is True
    assert len(await history.messages(conversation_id, user="ann@example.org")) == 1


async def test_a_deleted_conversation_starts_again_from_version_zero(history, conversation_id):
    """After `forget`, the id starts an empty conversation without remembered requests."""
    await history.append(conversation_id, text_messages("a", "b"), request_id="r")

    assert await history.forget(conversation_id) is True
    assert await history.forget(conversation_id) is False
    assert await history.messages(conversation_id) == []
    assert await history.append(conversation_id, text_messages("c"), expected_version=0, request_id="r") == 1
    assert [m.content for m in await history.messages(conversation_id)] == ["c"]


async def test_concurrent_appends_are_all_stored(history, conversation_id):
    """Concurrent appends lose no message, and the messages of one append are consecutive."""
    versions = await asyncio.gather(
        *(history.append(conversation_id, text_messages(f"q{n}", f"a{n}")) for n in range(40))
    )

    found = await history.messages(conversation_id)
    assert sorted(versions) == list(range(2, 81, 2))
    assert [m.seq for m in found] == list(range(1, 81))
    assert all(found[place].content[1:] == found[place + 1].content[1:] for place in range(0, 80, 2))


async def test_one_turn_at_a_time(history, conversation_id):
    """Turns of one conversation exclude each other; those of other conversations do not wait."""
    running = 0
    most = 0

    async def turn(name):
        nonlocal running, most
        async with history.turn(name):
            running += 1
            most = max(most, running)
            await asyncio.sleep(0.001)
            running -= 1

    await asyncio.gather(*(turn(conversation_id) for _ in range(5)))
    assert most == 1
    async with (
        history.turn(conversation_id),
        history.turn(conversation_id, user="ann"),
        history.turn(f"{conversation_id}2"),
    ):
        pass


@pytest.mark.parametrize(
    ("field", "arguments"),
    [
        ("conversation_id", {"conversation_id": "a b"}),
        ("conversation_id", {"conversation_id": ""}),
        ("user", {"user": ""}),
        ("user", {"user": "a\x00"}),
        ("expected_version", {"expected_version": -1}),
        ("request_id", {"request_id": "a b"}),
        ("messages", {"messages": []}),
        ("messages", {"messages": "text"}),
        ("messages", {"messages": ["text"]}),
        ("messages", {"messages": {"role": "user", "content": "x"}}),
        ("role", {"messages": [{"role": "king", "content": "x"}]}),
        ("content", {"messages": [{"role": "user", "content": 5}]}),
        ("messages.content", {"messages": [{"role": "user"}]}),
        ("messages.extra", {"messages": [{"role": "user", "content": "x", "extra": 1}]}),
        ("messages.content", {"messages": [{"role": "user", "content": "a\x00b"}]}),
        ("messages.content", {"messages": [{"role": "user", "content": "\ud800"}]}),
        ("messages.source", {"messages": [{"role": "user", "content": "x", "source": 5}]}),
        ("messages.metadata", {"messages": [{"role": "user", "content": "x", "metadata": {"a": {1}}}]}),
        ("messages.created_at", {"messages": [{"role": "user", "content": "x", "created_at": "2026-01-01T00:00:00"}]}),
    ],
)
async def test_an_invalid_append_names_the_argument(history, conversation_id, field, arguments):
    """An invalid argument raises InvalidInputError with its name, and nothing is stored."""
    given = {"conversation_id": conversation_id, "messages": text_messages("good"), **arguments}

    with pytest.raises(InvalidInputError) as caught:
        await history.append(given.pop("conversation_id"), given.pop("messages"), **given)

    assert caught.value.field == field
    assert await history.messages(conversation_id) == []


@pytest.mark.parametrize("bad", [{"limit": -1}, {"limit": 1.5}, {"before": "x"}, {"before": True}], ids=str)
async def test_an_invalid_page_names_the_argument(history, conversation_id, bad):
    """An invalid `limit` or `before` raises InvalidInputError with its name."""
    with pytest.raises(InvalidInputError) as caught:
        await history.messages(conversation_id, **bad)

    assert caught.value.field == next(iter(bad))


@pytest.mark.parametrize("make_manager", ["memory", *REDIS_SERVERS], indirect=True)
async def test_max_messages_trims_memory_and_redis(make_manager, conversation_id):
    """Memory and Redis store the newest turns of a conversation, whole ones, and at most `max_messages`."""
    state = make_manager(max_messages=5)
    for number in range(4):
        await state.append(conversation_id, text_messages(f"q{number}", f"a{number}"))

    assert [m.seq for m in await state.messages(conversation_id)] == [5, 6, 7, 8]
    assert [m.seq for m in await state.messages(conversation_id, before=7)] == [5, 6]


@pytest.mark.parametrize("make_manager", ["memory", *REDIS_SERVERS], indirect=True)
async def test_a_turn_of_several_appends_is_trimmed_as_one(make_manager, conversation_id):
    """A turn begins with a message of the user, however many appends it took; a long one keeps its last append."""
    state = make_manager(max_messages=3)
    for role in ("user", "assistant", "user", "assistant"):
        await state.append(conversation_id, [Message(role, role)])
    assert [m.seq for m in await state.messages(conversation_id)] == [3, 4]

    await state.append(conversation_id, [Message("assistant", "x"), Message("tool", "y"), Message("tool", "z")])
    assert [m.seq for m in await state.messages(conversation_id)] == [5, 6, 7]

    await state.append(conversation_id, [Message("assistant", str(number)) for number in range(5)])
    assert [m.seq for m in await state.messages(conversation_id)] == [8, 9, 10, 11, 12]


async def test_the_messages_of_a_request_outlive_the_trimming(make_manager, conversation_id):
    """Those of the last hundred request ids are found, for their owner, until the conversation is deleted."""
    state = make_manager(max_messages=2)
    for number in range(102):
        await state.append(
            conversation_id, text_messages(f"q{number}", f"a{number}"), user="ana", request_id=f"r{number}"
        )

    async def found(request_id, user="ana"):
        messages = await state.request_messages(conversation_id, request_id, user=user)
        return [(message.seq, message.role, message.content) for message in messages]

    assert await found("r2") == [(5, "user", "q2"), (6, "assistant", "a2")]
    assert await found("r101") == [(203, "user", "q101"), (204, "assistant", "a101")]
    assert await found("r1") == await found("none") == await found("r2", "ben") == []
    assert await state.append(conversation_id, text_messages("again"), user="ana", request_id="r2") == 6
    await state.forget(conversation_id, user="ana")
    assert await found("r101") == []
    with pytest.raises(InvalidInputError, match="request_id"):
        await found("not an id")


@pytest.mark.parametrize("stores", ["postgres", "sqlite"])
async def test_max_messages_does_not_trim_durable_stores(stores, store_options, conversation_id):
    """PostgreSQL and SQLite store all messages whatever `max_messages` is."""
    async with AsyncStateManager(**store_options(stores), max_messages=2) as state:
        await state.append(conversation_id, text_messages("a", "b", "c"))

        assert len(await state.messages(conversation_id)) == 3


async def test_max_session_bytes_bounds_a_message(make_manager, conversation_id):
    """A message larger than `max_session_bytes` is refused."""
    state = make_manager(max_session_bytes=100)

    with pytest.raises(SessionTooLargeError):
        await state.append(conversation_id, text_messages("x" * 101))

    assert await state.messages(conversation_id) == []


async def test_conversations_continue_from_the_cache_in_an_outage(valkey):
    """In an outage appends are checked against the cached messages, journalled, and merged on recovery."""
    async with AsyncStateManager(redis=valkey.url, timeout=10.0) as other:
        await other.append("unseen", text_messages("before"))
    async with AsyncStateManager(redis=valkey.url, timeout=10.0) as state:
        await state.append("chat", text_messages("one"), request_id="r1")
        await state.messages("chat")
        valkey.kill()

        assert await state.append("chat", text_messages("two"), expected_version=1, request_id="r2") == 2
        assert await state.append("chat", text_messages("two"), request_id="r2") == 2
        assert await state.append("chat", text_messages("one"), request_id="r1") == 1
        with pytest.raises(ConflictError):
            await state.append("chat", text_messages("x"), expected_version=1)
        assert await state.append("unseen", text_messages("after")) == 1
        assert await state.append("dropped", text_messages("x")) == 1
        assert await state.forget("dropped") is True
        async with state.turn("chat"):
            assert [m.content for m in await state.messages("chat")] == ["one", "two"]
        assert await state.messages("other") == []

        valkey.start()
        await wait_until_replayed(state)

        assert [m.content for m in await state.messages("chat")] == ["one", "two"]
        assert [m.content for m in await state.messages("unseen")] == ["before", "after"]
        assert await state.messages("dropped") == []
        assert await state.append("chat", text_messages("two"), request_id="r2") == 2


async def test_the_ttl_of_a_conversation_runs_on_in_an_outage(valkey, clock, tmp_path):
    """After the replay a conversation lives from its last append on, and one whose TTL is over stays over."""
    proxy = await Proxy.start(valkey.port)
    options = {"ttl": 100.0, "now": clock}
    async with AsyncStateManager(redis=valkey.url, timeout=10.0, **options) as other:
        await other.append("shared", text_messages("theirs"))
        proxy.cut()
        async with AsyncStateManager(redis=proxy.url, timeout=0.5, journal=tmp_path, **options) as state:
            for conversation_id in ("over", "used", "shared"):
                await state.append(conversation_id, text_messages("q", "a"))
            clock.advance(70.0)
            await state.append("used", text_messages("more"))
        clock.advance(40.0)
        await proxy.mend()
        async with AsyncStateManager(redis=proxy.url, timeout=10.0, journal=tmp_path, **options) as state:
            await state.flush()

            assert state.stats().conflicts == 0
            assert await state.messages("over") == []
        async with aioredis.Redis.from_url(valkey.url, driver_info=None) as client:
            left = {name: await client.pttl(f"asyncassist:c{{-:{name}}}") for name in ("over", "used", "shared")}
        assert left["over"] == -2
        assert 55_000 < left["used"] <= 60_000
        assert 95_000 < left["shared"] <= 100_000
        assert [m.content for m in await other.messages("used")] == ["q", "a", "more"]
        assert [m.content for m in await other.messages("shared")] == ["theirs", "q", "a"]
    await proxy.aclose()


async def test_the_messages_of_a_request_are_replayed(valkey):
    """A request of an outage is found during the outage, in the cache, and after the replay by every process."""
    async with AsyncStateManager(redis=valkey.url, timeout=10.0, max_messages=2) as state:
        await state.append("chat", text_messages("q1", "a1"), request_id="r1")
        valkey.kill()
        await state.append("chat", text_messages("q2", "a2"), request_id="r2")

        async def found(manager):
            return [m.content for name in ("r1", "r2") for m in await manager.request_messages("chat", name)]

        assert await found(state) == ["q1", "a1", "q2", "a2"]
        valkey.start()
        await wait_until_replayed(state)
        async with AsyncStateManager(redis=valkey.url, timeout=10.0) as other:
            assert (await found(other))[-2:] == ["q2", "a2"]
            assert [m.content for m in await other.messages("chat")] == ["q2", "a2"]
        valkey.kill()
        async with AsyncStateManager(redis=valkey.url, timeout=0.5, outage="raise") as strict:
            with pytest.raises(StateUnavailableError):
                await found(strict)


async def test_an_outage_of_postgres_is_journalled_and_replayed(postgres_url, prefix):
    """Conversations are journalled; an append whose reply was lost is not stored twice."""
    proxy = await Proxy.start(int(postgres_url.rpartition(":")[2].partition("/")[0]))
    conversation_id = f"{prefix}chat"
    async with AsyncStateManager(postgres=proxy.url_like(postgres_url), timeout=3.0) as state:
        await state.append(conversation_id, text_messages("one"))
        proxy.swallow = True
        version = await state.append(conversation_id, text_messages("two"), request_id="r")
        proxy.cut()
        await state.append(conversation_id, text_messages("three"))

        assert (version, state.backend) == (2, "journal")
        assert (await state.health()).status == "warn"
        await proxy.mend()
        await wait_until_replayed(state)

        assert [m.content for m in await state.messages(conversation_id)] == ["one", "two", "three"]
        assert state.backend == "postgres"
    await proxy.aclose()


@pytest.mark.parametrize("kind", ["redis", "postgres"])
async def test_a_conversation_deleted_by_another_process_is_not_revived(kind, valkey_url, postgres_url, prefix):
    """Journalled appends to it are reported and not applied; other conversations are merged."""
    given = valkey_url if kind == "redis" else postgres_url
    proxy = await Proxy.start(int(given.rpartition(":")[2].partition("/")[0]))
    conflicts = []
    options = {"prefix": prefix, "timeout": 10.0}
    async with (
        AsyncStateManager(**{kind: given, **options}) as other,
        AsyncStateManager(**{kind: proxy.url_like(given), **options}, on_conflict=conflicts.append) as state,
    ):
        conversation_ids = {name: f"{prefix}{name}" for name in ("gone", "anew", "longer", "kept", "mine", "unseen")}
        for name in ("gone", "anew", "longer", "mine"):
            await state.append(conversation_ids[name], text_messages("first"))
        await other.append(conversation_ids["kept"], text_messages("zero"))
        await state.append(conversation_ids["kept"], text_messages("first"))
        proxy.cut()
        for conversation_id in conversation_ids.values():
            await state.append(conversation_id, text_messages("journalled"))
            await state.append(conversation_id, text_messages("and more"))
        await state.forget(conversation_ids["mine"])
        await state.append(conversation_ids["mine"], text_messages("after"))
        for name in ("gone", "anew", "longer"):
            await other.forget(conversation_ids[name])
        await other.append(conversation_ids["anew"], text_messages("new"))
        await other.append(conversation_ids["longer"], text_messages("new", "newer", "newest"))
        await other.append(conversation_ids["kept"], text_messages("theirs"))
        await proxy.mend()
        await wait_until_replayed(state)

        found = {
            name: [m.content for m in await other.messages(conversation_id)]
            for name, conversation_id in conversation_ids.items()
        }
        assert found == {
            "gone": [],
            "anew": ["new"],
            "longer": ["new", "newer", "newest"],
            "kept": ["zero", "first", "theirs", "journalled", "and more"],
            "mine": ["after"],
            "unseen": ["journalled", "and more"],
        }
        assert sorted(conflict.id for conflict in conflicts) == sorted(
            [conversation_ids[n] for n in ("gone", "anew", "longer")] * 2
        )
        reported = next(conflict for conflict in conflicts if conflict.id == conversation_ids["longer"])
        assert (reported.kind, reported.expected, reported.actual) == ("conversation", 1, 3)
        assert reported.data["messages"][0]["content"] == "journalled"
    await proxy.aclose()


async def test_a_conversation_that_expired_in_an_outage_is_restored(valkey):
    """An expiry that the store could not be told to extend does not count as a deletion."""
    proxy = await Proxy.start(valkey.port)
    async with AsyncStateManager(redis=proxy.url, timeout=10.0) as state:
        await state.append("chat", text_messages("first"))
        proxy.cut()
        await state.append("chat", text_messages("journalled"))
        client = aioredis.Redis.from_url(valkey.url, driver_info=None)
        assert await client.pexpire("asyncassist:c{-:chat}", -1)
        await client.aclose()
        await proxy.mend()
        await wait_until_replayed(state)

        assert [m.content for m in await state.messages("chat")] == ["journalled"]
        assert state.stats().conflicts == 0
    await proxy.aclose()


@pytest.mark.parametrize("kind", ["redis", "postgres"])
async def test_a_second_outage_begins_from_what_the_first_wrote(kind, valkey_url, postgres_url, prefix):
    """After a replay a further outage shows every message with the `seq` that the store gave it."""
    given = valkey_url if kind == "redis" else postgres_url
    proxy = await Proxy.start(int(given.rpartition(":")[2].partition("/")[0]))
    options = {"prefix": prefix, "timeout": 10.0}
    alone, shared = f"{prefix}alone", f"{prefix}shared"
    async with (
        AsyncStateManager(**{kind: proxy.url_like(given)}, **options) as state,
        AsyncStateManager(**{kind: given}, **options) as other,
    ):
        for name in (alone, shared):
            await state.append(name, text_messages("before"))
        proxy.cut()
        for name in (alone, shared):
            await state.append(name, text_messages("first outage"))
        await other.append(shared, text_messages("theirs"))
        await proxy.mend()
        await wait_until_replayed(state)
        proxy.cut()
        for name in (alone, shared):
            await state.append(name, text_messages("second outage"))

        ours, both = await state.messages(alone), await state.messages(shared)
        await proxy.mend()
        await wait_until_replayed(state)
        assert [message.content for message in ours] == ["before", "first outage", "second outage"]
        assert [message.content for message in both] == ["before", "theirs", "first outage", "second outage"]
        assert (ours, both) == (await other.messages(alone), await other.messages(shared))
        assert state.stats().conflicts == 0
    await proxy.aclose()


async def test_messages_that_a_store_lost_stay_known_in_a_second_outage(valkey):
    """Redis lost its data: the process still shows what it knew, and a further append is stored and not refused."""
    proxy = await Proxy.start(valkey.port)
    client = aioredis.Redis.from_url(valkey.url, driver_info=None)
    async with AsyncStateManager(redis=proxy.url, timeout=10.0) as state:
        await state.append("chat", text_messages("before", "answered"))
        proxy.cut()
        await state.append("chat", text_messages("first outage"))
        await client.flushall()
        await proxy.mend()
        await wait_until_replayed(state)
        proxy.cut()
        await state.append("chat", text_messages("second outage"))

        known = await state.messages("chat")
        await proxy.mend()
        await wait_until_replayed(state)
        assert [(message.seq, message.content) for message in known] == [
            (0, "before"),
            (0, "answered"),
            (1, "first outage"),
            (2, "second outage"),
        ]
        assert await state.messages("chat") == known[2:]
        assert state.stats().conflicts == 0
    await client.aclose()
    await proxy.aclose()


# lists, titles, branches and the removal of turns

QUESTION, ANSWER = {"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}
MANAGED_STORES = [name for name in CONVERSATION_STORES if "+" not in name]


@pytest.fixture(params=MANAGED_STORES)
async def managed(
    request: pytest.FixtureRequest, store_options: Callable[[str], dict[str, Any]]
) -> AsyncIterator[AsyncStateManager]:
    """A manager over each store of conversations in turn."""
    async with AsyncStateManager(**store_options(request.param)) as manager:
        yield manager


@pytest.fixture
def user(prefix: str) -> str:
    """A user that no other test uses."""
    return f"ana {prefix}"


async def test_conversations_are_listed_newest_first(managed, user):
    """A list has each conversation of the user with its times and its number of messages, the last updated first."""
    began = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=1)
    for name in ("c1", "c2", "c3"):
        await managed.append(name, [QUESTION, ANSWER], user=user)
    await managed.append("c1", [QUESTION], user=user)

    found = await managed.conversations(user=user)

    assert [(info.id, info.title, info.messages) for info in found] == [
        ("c1", None, 3),
        ("c3", None, 2),
        ("c2", None, 2),
    ]
    assert all(began < info.created_at <= info.updated_at for info in found)
    assert found[0].created_at < found[1].created_at < found[0].updated_at


async def test_pages_of_conversations_leave_none_out(managed, user):
    """Page after page, every conversation comes once and in order."""
    for number in range(7):
        await managed.append(f"c{number}", [QUESTION], user=user)

    pages: list[list[ConversationInfo]] = [await managed.conversations(user=user, limit=3)]
    while pages[-1]:
        pages.append(await managed.conversations(user=user, limit=3, before=pages[-1][-1]))

    assert [[info.id for info in page] for page in pages] == [["c6", "c5", "c4"], ["c3", "c2", "c1"], ["c0"], []]


async def test_conversations_of_others_are_invisible(managed, user):
    """Conversations of another user are not listed, renamed, branched or undone, nor are those without an owner."""
    await managed.append("c", [QUESTION, ANSWER], user=user)
    await managed.append("free", [QUESTION])
    other = f"{user}."

    assert await managed.conversations(user=other) == []
    for call in (
        lambda: managed.rename("c", "mine", user=other),
        lambda: managed.branch("c", at=1, user=other),
        lambda: managed.undo("c", user=other),
        lambda: managed.undo("c", user=None),
    ):
        with pytest.raises(NotFoundError) as caught:
            await call()
        assert caught.value.key == "c"
    assert [info.id for info in await managed.conversations(user=user)] == ["c"]
    assert len(await managed.messages("c", user=user)) == 2
    await managed.forget("free")


async def test_a_title_stays_until_the_conversation_is_deleted(managed, user):
    """`rename` sets the title, appends keep it, `forget` removes it with the conversation."""
    await managed.append("c", [QUESTION], user=user)
    before = (await managed.conversations(user=user))[0]

    await managed.rename("c", "Lisboa – em maio ✈", user=user)
    (renamed,) = await managed.conversations(user=user)
    await managed.append("c", [ANSWER], user=user)
    (appended,) = await managed.conversations(user=user)
    await managed.forget("c", user=user)
    gone = await managed.conversations(user=user)
    await managed.append("c", [QUESTION], user=user)
    (anew,) = await managed.conversations(user=user)

    assert (renamed.title, renamed.updated_at) == ("Lisboa – em maio ✈", before.updated_at)
    assert (appended.title, appended.created_at) == ("Lisboa – em maio ✈", before.created_at)
    assert (gone, anew.title) == ([], None)


async def test_undo_removes_the_newest_turns(managed, user):
    """A turn goes whole, with its request id; the next append takes its place."""
    await managed.append("c", [{"role": "system", "content": "s"}], user=user)
    await managed.append("c", [QUESTION, ANSWER], user=user, request_id="r1")
    await managed.append("c", [QUESTION, ANSWER, ANSWER], user=user, request_id="r2")
    await managed.append("c", [QUESTION, ANSWER], user=user, request_id="r3")

    assert await managed.undo("c", turns=2, user=user) == 3
    assert await managed.request_messages("c", "r2", user=user) == []
    assert len(await managed.request_messages("c", "r1", user=user)) == 2
    with pytest.raises(ConflictError):
        await managed.append("c", [QUESTION], user=user, expected_version=8)
    assert await managed.append("c", [QUESTION, ANSWER], user=user, expected_version=3, request_id="r3") == 5
    assert [message.content for message in await managed.messages("c", user=user)] == list("sqaqa")
    assert await managed.undo("c", user=user) == 3
    assert await managed.request_messages("c", "r3", user=user) == []
    assert await managed.undo("c", turns=9, user=user) == 1
    assert await managed.undo("c", user=user) == 1
    assert [info.messages for info in await managed.conversations(user=user)] == [1]


async def test_undo_of_everything_deletes_the_conversation(managed, user):
    """With its last turn the conversation goes, title and request ids included; it can begin anew."""
    await managed.append("c", [QUESTION, ANSWER], user=user, request_id="r")
    await managed.rename("c", "title", user=user)

    assert await managed.undo("c", user=user) == 0

    assert await managed.conversations(user=user) == []
    with pytest.raises(NotFoundError):
        await managed.undo("c", user=user)
    assert await managed.append("c", [QUESTION], user=user, expected_version=0, request_id="r") == 1
    assert [info.title for info in await managed.conversations(user=user)] == [None]


async def test_undo_and_appends_at_once_leave_whole_turns(managed, user):
    """Each undo removes one whole turn, whatever is appended meanwhile."""
    await managed.append("c", [QUESTION, ANSWER], user=user)

    await asyncio.gather(
        *(managed.append("c", [QUESTION, ANSWER], user=user) for _ in range(6)),
        *(managed.undo("c", user=user) for _ in range(3)),
    )

    found = await managed.messages("c", user=user)
    assert [message.role for message in found] == ["user", "assistant"] * 4
    assert [message.seq for message in found] == list(range(1, 9))


async def test_a_branch_is_a_conversation_of_its_own(managed, user):
    """A branch holds the messages up to `at`; both go on independently."""
    await managed.append("c", [QUESTION, {**ANSWER, "source": "model", "metadata": {"a": [1]}}], user=user)
    await managed.append("c", [QUESTION, ANSWER], user=user)
    await managed.rename("c", "title", user=user)

    new = await managed.branch("c", at=2, user=user)
    await managed.append(new, [{"role": "user", "content": "other"}], user=user)
    await managed.undo("c", turns=2, user=user)

    found = await managed.messages(new, user=user)
    assert [(m.seq, m.content, m.source) for m in found] == [(1, "q", None), (2, "a", "model"), (3, "other", None)]
    assert found[1].metadata == {"a": [1]}
    assert [(info.id, info.title) for info in await managed.conversations(user=user)] == [(new, None)]
    with pytest.raises(InvalidInputError) as caught:
        await managed.branch(new, at=4, user=user)
    assert caught.value.field == "at"


async def test_trimmed_conversations_count_what_is_stored(store_options, user):
    """Where old turns are trimmed, lists, branches and undo are about the messages that are left."""
    for stores in ("memory", "valkey"):
        async with AsyncStateManager(**store_options(stores), max_messages=4) as manager:
            for _ in range(4):
                await manager.append("c", [QUESTION, ANSWER], user=user)
            assert [info.messages for info in await manager.conversations(user=user)] == [4]
            with pytest.raises(NotFoundError):
                await manager.branch("c", at=4, user=user)
            new = await manager.branch("c", at=6, user=user)
            assert [message.seq for message in await manager.messages(new, user=user)] == [1, 2]
            assert await manager.undo("c", user=user) == 6
            assert await manager.undo("c", turns=2, user=user) == 0


@pytest.mark.parametrize(
    ("method", "arguments", "field"),
    [
        ("conversations", {"user": None}, "user"),
        ("conversations", {"user": "u", "limit": 0}, "limit"),
        ("conversations", {"user": "u", "limit": 1001}, "limit"),
        ("conversations", {"user": "u", "before": "c"}, "before"),
        ("rename", {"conversation_id": "c", "title": ""}, "title"),
        ("rename", {"conversation_id": "c", "title": " "}, "title"),
        ("rename", {"conversation_id": "c", "title": "x" * 201}, "title"),
        ("rename", {"conversation_id": "c", "title": "a\nb"}, "title"),
        ("rename", {"conversation_id": "c", "title": "\ud800"}, "title"),
        ("branch", {"conversation_id": "c", "at": 0}, "at"),
        ("branch", {"conversation_id": "c", "at": True}, "at"),
        ("search", {"text": "", "user": "u"}, "text"),
        ("search", {"text": " .,*\"-' ", "user": "u"}, "text"),
        ("search", {"text": "x" * 1001, "user": "u"}, "text"),
        ("search", {"text": " ".join(map(str, range(33))), "user": "u"}, "text"),
        ("search", {"text": b"x", "user": "u"}, "text"),
        ("search", {"text": "x", "user": ""}, "user"),
        ("search", {"text": "x", "user": "u", "limit": 0}, "limit"),
        ("undo", {"conversation_id": "c", "turns": 0}, "turns"),
        ("undo", {"conversation_id": "c", "turns": 1.5}, "turns"),
        ("undo", {"conversation_id": "c d"}, "conversation_id"),
    ],
    ids=repr,
)
async def test_an_invalid_argument_of_management_is_named(method, arguments, field):
    """What cannot be meant raises InvalidInputError with the name of the argument."""
    async with AsyncStateManager() as state:
        with pytest.raises(InvalidInputError) as caught:
            await getattr(state, method)(**arguments)

    assert caught.value.field == field


@pytest.mark.parametrize("outage", ["journal", "memory", "raise"])
async def test_management_needs_the_store(valkey, prefix, user, outage):
    """During an outage lists, searches, titles, branches and undo raise StateUnavailableError; afterwards they work again."""
    async with AsyncStateManager(redis=valkey.url, prefix=prefix, outage=outage, timeout=0.5) as manager:
        await manager.append("c", [QUESTION, ANSWER], user=user)
        calls = (
            lambda: manager.conversations(user=user),
            lambda: manager.rename("c", "title", user=user),
            lambda: manager.branch("c", at=2, user=user),
            lambda: manager.undo("c", user=user),
            lambda: manager.search("q", user=user),
        )
        valkey.kill()
        for call in calls:
            with pytest.raises(StateUnavailableError):
                await call()
        if outage == "journal":
            await manager.append("c", [QUESTION, ANSWER], user=user)
            with pytest.raises(StateUnavailableError) as caught:
                await manager.undo("c", user=user)
            assert caught.value.depth == 1
        valkey.start()
        await manager.flush()
        if outage != "journal":
            await wait_until_answered(manager, user)
            await manager.append("c", [QUESTION, ANSWER], user=user)
        assert await manager.undo("c", user=user) in {0, 2}


async def wait_until_answered(manager: AsyncStateManager, user: str) -> None:
    """Wait until the store answers again."""
    async with asyncio.timeout(10.0):
        while True:
            try:
                await manager.conversations(user=user)
            except StateUnavailableError:
                await asyncio.sleep(0.02)
            else:
                return


async def test_management_works_over_sentinel_and_cluster(any_redis, prefix, user):
    """Lists meet the keys of every node; titles, branches and undo work wherever a conversation is."""
    async with AsyncStateManager(redis=any_redis, prefix=prefix, timeout=10.0) as manager:
        for number in range(12):
            await manager.append(f"c{number}", [QUESTION, ANSWER], user=user)
        await manager.rename("c3", "title", user=user)
        new = await manager.branch("c3", at=1, user=user)
        assert await manager.undo("c5", user=user) == 0

        found = {info.id: (info.title, info.messages) for info in await manager.conversations(user=user)}

    rest = {f"c{number}": (None, 2) for number in range(12) if number != 5}
    assert found == {**rest, "c3": ("title", 2), new: (None, 1)}


@pytest.mark.parametrize("stores", [name for name in MANAGED_STORES if name != "memory"])
async def test_undo_in_one_process_and_appends_in_another(store_options, user, stores):
    """Two managers over one store: turns stay whole, and an undone message comes back in no read of either."""
    async with AsyncStateManager(**store_options(stores)) as one, AsyncStateManager(**store_options(stores)) as other:
        await one.append("c", [QUESTION, ANSWER] * 3, user=user)
        await asyncio.gather(
            *(one.append("c", [QUESTION, ANSWER], user=user) for _ in range(5)),
            *(other.undo("c", user=user) for _ in range(2)),
            *(other.append("c", [QUESTION, ANSWER], user=user) for _ in range(2)),
        )
        found = [await manager.messages("c", user=user) for manager in (one, other)]

    assert found[0] == found[1]
    assert [message.role for message in found[0]] == ["user", "assistant"] * 8
    assert [message.seq for message in found[0]] == list(range(1, 17))
    assert len({message.id for message in found[0]}) == 16
