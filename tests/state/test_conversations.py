"""Conversations behave the same in every store."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest

from asyncassist import AsyncStateManager, Message
from asyncassist._clock import SYSTEM_CLOCK
from asyncassist._stores.memory_history import MemoryHistory
from asyncassist._types import History
from asyncassist.errors import ConfigurationError, ConflictError, InvalidInputError, SessionTooLargeError
from tests.state.conftest import SHARED

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable


@pytest.fixture(params=["history", "memory", *SHARED, "postgres"])
async def history(
    request: pytest.FixtureRequest, server_urls: Callable[[str], str], postgres_url: str, prefix: str
) -> AsyncIterator[Any]:
    """Each `History` there is."""
    options: dict[str, Any] = {}
    if request.param == "history":
        yield MemoryHistory()
        return
    if request.param == "postgres":
        options = {"postgres": postgres_url, "timeout": 10.0}
    elif request.param != "memory":
        options = {"redis": server_urls(request.param), "prefix": prefix, "timeout": 10.0}
    async with AsyncStateManager(**options) as manager:
        yield manager


@pytest.fixture
def talk(prefix: str) -> str:
    """A conversation id of the test's own, also in a database that tests share."""
    return f"{prefix}talk"


def said(*texts: str) -> list[dict[str, Any]]:
    return [{"role": "user" if place % 2 == 0 else "assistant", "content": text} for place, text in enumerate(texts)]


async def test_all_of_them_are_a_history(history):
    assert isinstance(history, History)


async def test_messages_come_back_in_order(history, talk):
    """What was stored comes back with a place, an id and a time; the version is the last place."""
    when = dt.datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=dt.UTC)

    first = await history.append(
        talk,
        [Message("user", "Olá\n", created_at=when), Message("assistant", "Hi", source="model", metadata={"a": [1]})],
    )
    second = await history.append(talk, said("more"))

    found = await history.messages(talk)
    assert (first, second) == (2, 3)
    assert [(m.seq, m.role, m.content) for m in found] == [
        (1, "user", "Olá\n"),
        (2, "assistant", "Hi"),
        (3, "user", "more"),
    ]
    assert (found[0].created_at, found[1].source, found[1].metadata) == (when, "model", {"a": [1]})
    assert len({m.id for m in found}) == 3
    assert all(m.created_at is not None and m.created_at.tzinfo is not None for m in found)


async def test_pages_go_backwards(history, talk):
    """`limit` gives the newest, `before` what came earlier; always oldest first."""
    await history.append(talk, said(*(str(n) for n in range(1, 11))))

    def seqs(found):
        return [message.seq for message in found]

    assert seqs(await history.messages(talk, limit=3)) == [8, 9, 10]
    assert seqs(await history.messages(talk, limit=3, before=8)) == [5, 6, 7]
    assert seqs(await history.messages(talk, before=3)) == [1, 2]
    assert seqs(await history.messages(talk, limit=100)) == list(range(1, 11))
    assert await history.messages(talk, limit=0) == []
    assert await history.messages(talk, before=1) == []
    assert await history.messages(f"{talk}.none") == []


async def test_an_expected_version_guards_an_append(history, talk):
    assert await history.append(talk, said("a"), expected_version=0) == 1
    assert await history.append(talk, said("b"), expected_version=1) == 2

    with pytest.raises(ConflictError) as caught:
        await history.append(talk, said("c"), expected_version=1)

    assert (caught.value.key, caught.value.expected, caught.value.actual) == (talk, 1, 2)
    assert len(await history.messages(talk)) == 2


async def test_a_conflict_leaves_no_conversation_behind(history, talk):
    with pytest.raises(ConflictError):
        await history.append(talk, said("a"), expected_version=7)

    assert await history.forget(talk) is False


async def test_a_repeated_request_stores_nothing(history, talk):
    """It returns what the first returned, whatever was said meanwhile."""
    first = await history.append(talk, said("a", "b"), request_id="r1")
    await history.append(talk, said("c"), request_id="r2")

    again = await history.append(talk, said("a", "b"), request_id="r1", expected_version=0)

    assert (first, again) == (2, 2)
    assert len(await history.messages(talk)) == 3


async def test_the_last_hundred_requests_are_remembered(history, talk):
    for number in range(105):
        await history.append(talk, said("x"), request_id=f"r{number}")

    assert await history.append(talk, said("x"), request_id="r50") == 51
    assert await history.append(talk, said("x"), request_id="r0") == 106


async def test_equal_requests_at_once_are_stored_once(history, talk):
    versions = await asyncio.gather(*(history.append(talk, said("a"), request_id="same") for _ in range(10)))

    assert set(versions) == {1}
    assert len(await history.messages(talk)) == 1


async def test_a_conversation_belongs_to_its_user(history, talk):
    """The same id of another user, or of nobody, is another conversation."""
    await history.append(talk, said("mine"), user="ann@example.org")
    await history.append(talk, said("theirs", "too"), user="bob")

    assert [m.content for m in await history.messages(talk, user="ann@example.org")] == ["mine"]
    assert await history.messages(talk) == []
    assert await history.forget(talk) is False
    assert await history.forget(talk, user="bob") is True
    assert len(await history.messages(talk, user="ann@example.org")) == 1


async def test_a_forgotten_conversation_begins_anew(history, talk):
    await history.append(talk, said("a", "b"), request_id="r")

    assert await history.forget(talk) is True
    assert await history.forget(talk) is False
    assert await history.messages(talk) == []
    assert await history.append(talk, said("c"), expected_version=0, request_id="r") == 1
    assert [m.content for m in await history.messages(talk)] == ["c"]


async def test_appends_at_once_are_all_kept(history, talk):
    """Nobody's message is lost, and all of one append stand together."""
    versions = await asyncio.gather(*(history.append(talk, said(f"q{n}", f"a{n}")) for n in range(40)))

    found = await history.messages(talk)
    assert sorted(versions) == list(range(2, 81, 2))
    assert [m.seq for m in found] == list(range(1, 81))
    assert all(found[place].content[1:] == found[place + 1].content[1:] for place in range(0, 80, 2))


async def test_one_turn_at_a_time(history, talk):
    """Turns of one conversation follow each other; another conversation does not wait."""
    running = 0
    most = 0

    async def turn(name):
        nonlocal running, most
        async with history.turn(name):
            running += 1
            most = max(most, running)
            await asyncio.sleep(0.001)
            running -= 1

    await asyncio.gather(*(turn(talk) for _ in range(5)))
    assert most == 1
    async with history.turn(talk), history.turn(talk, user="ann"), history.turn(f"{talk}2"):
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
async def test_a_bad_append_is_refused_by_name(history, talk, field, arguments):
    given = {"conversation_id": talk, "messages": said("good"), **arguments}

    with pytest.raises(InvalidInputError) as caught:
        await history.append(given.pop("conversation_id"), given.pop("messages"), **given)

    assert caught.value.field == field
    assert await history.messages(talk) == []


@pytest.mark.parametrize("bad", [{"limit": -1}, {"limit": 1.5}, {"before": "x"}, {"before": True}], ids=str)
async def test_a_bad_page_is_refused_by_name(history, talk, bad):
    with pytest.raises(InvalidInputError) as caught:
        await history.messages(talk, **bad)

    assert caught.value.field == next(iter(bad))


async def test_old_messages_go_from_memory_and_redis(make, talk):
    state = make(max_messages=5)
    for number in range(4):
        await state.append(talk, said(f"q{number}", f"a{number}"))

    assert [m.seq for m in await state.messages(talk)] == [4, 5, 6, 7, 8]
    assert [m.seq for m in await state.messages(talk, before=6)] == [4, 5]


async def test_postgres_keeps_everything(postgres_url, talk):
    async with AsyncStateManager(postgres=postgres_url, max_messages=2, timeout=5.0) as state:
        await state.append(talk, said("a", "b", "c"))

        assert len(await state.messages(talk)) == 3


async def test_a_message_may_not_be_larger_than_a_session(make, talk):
    state = make(max_session_bytes=100)

    with pytest.raises(SessionTooLargeError):
        await state.append(talk, said("x" * 101))

    assert await state.messages(talk) == []


async def test_unused_conversations_in_memory_end(clock):
    """By time when there is one, and the longest unused when there are too many."""
    history = MemoryHistory(ttl=60.0, max_conversations=2, now=clock)
    await history.append("a", said("x"))
    clock.advance(50.0)
    await history.messages("a")
    clock.advance(50.0)
    assert len(await history.messages("a")) == 1
    clock.advance(61.0)
    assert await history.messages("a") == []

    for name in ("a", "b", "c"):
        await history.append(name, said("x"))

    assert [bool(await history.messages(name)) for name in ("a", "b", "c")] == [False, True, True]
    assert len(history) == 2


def test_bounds_of_the_memory_history_are_checked():
    for bad in ({"max_messages": 0}, {"ttl": 0}, {"max_conversations": "x"}):
        with pytest.raises(ConfigurationError):
            MemoryHistory(**bad)
    assert MemoryHistory(now=SYSTEM_CLOCK) is not None
