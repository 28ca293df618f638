"""MemoryHistory: expiry and eviction, pages, local copies, and keyed locks."""

from __future__ import annotations

import asyncio

import pytest

from asyncassist import Message
from asyncassist._clock import SYSTEM_CLOCK
from asyncassist._stores.memory_history import KeyedLocks, MemoryHistory, conversation_key, select_page, trim_start
from asyncassist._stores.serialization import prepare_messages, with_store_fields
from asyncassist.errors import ConfigurationError
from tests.state.operations import text_messages


async def test_unused_conversations_expire_or_are_evicted(clock):
    """A conversation expires after its TTL; the least recently used is evicted when there are too many."""
    history = MemoryHistory(ttl=60.0, max_conversations=2, now=clock)
    await history.append("a", text_messages("x"))
    clock.advance(50.0)
    await history.messages("a")
    clock.advance(50.0)
    assert len(await history.messages("a")) == 1
    clock.advance(61.0)
    assert await history.messages("a") == []

    for name in ("a", "b", "c"):
        await history.append(name, text_messages("x"))

    assert [bool(await history.messages(name)) for name in ("a", "b", "c")] == [False, True, True]
    assert len(history) == 2


def test_invalid_bounds_are_refused():
    """Bounds that are not positive numbers raise ConfigurationError."""
    for bad in ({"max_messages": 0}, {"ttl": 0}, {"max_conversations": "x"}):
        with pytest.raises(ConfigurationError):
            MemoryHistory(**bad)
    assert MemoryHistory(now=SYSTEM_CLOCK) is not None


def stored_messages(first: int, *texts: str) -> list[Message]:
    """Messages with consecutive `seq` from `first`."""
    prepared = prepare_messages(text_messages(*texts), clock=SYSTEM_CLOCK)
    return [
        with_store_fields(message, message.id, seq, message.created_at) for seq, message in enumerate(prepared, first)
    ]


@pytest.mark.parametrize(
    ("roles", "most", "appended", "left"),
    [
        ("uaua", 4, 2, "uaua"),
        ("uaua", 3, 2, "ua"),
        ("uatuat", 5, 3, "uat"),
        ("uaua", 1, 2, "ua"),
        ("uaaa", 2, 1, "aa"),
        ("aaaa", 2, 3, "aaa"),
        ("uuuu", 3, 4, "uuu"),
    ],
)
def test_whole_turns_are_trimmed(roles, most, appended, left):
    """What is left begins with a message of the user; of a turn beyond the bound the last append stays whole."""
    names = {"u": "user", "a": "assistant", "t": "tool"}

    start = trim_start([Message(names[letter], "x") for letter in roles], most, appended)

    assert roles[start:] == left


async def test_the_messages_of_a_request_expire_with_their_conversation(clock):
    """They are found as long as the conversation lives, which finding them extends."""
    history = MemoryHistory(ttl=60.0, now=clock)
    await history.append("a", text_messages("q", "a"), request_id="r")
    clock.advance(50.0)
    assert len(await history.request_messages("a", "r")) == 2
    clock.advance(50.0)
    assert len(await history.request_messages("a", "r")) == 2
    clock.advance(60.0)
    assert await history.request_messages("a", "r") == []


def test_select_page_returns_the_newest_below_a_seq():
    """`limit` counts from the newest, `before` excludes its `seq`, and the result is oldest first."""
    messages = stored_messages(3, "a", "b", "c", "d")

    def seqs(**page):
        return [message.seq for message in select_page(messages, page.get("limit"), page.get("before"))]

    assert seqs() == [3, 4, 5, 6]
    assert seqs(limit=2) == [5, 6]
    assert seqs(limit=2, before=5) == [3, 4]
    assert seqs(limit=9, before=4) == [3]
    assert seqs(limit=0) == []
    assert seqs(before=3) == []


def test_seed_adopts_the_newest_messages_of_another_store():
    """Appends continue from the seeded version, and a page that is known already replaces nothing."""
    history = MemoryHistory()
    known = stored_messages(4, "d", "e")
    history.seed("k", 5, known)
    history.seed("k", 5, known[1:])

    version = history.append_prepared("k", stored_messages(1, "f"), expected_version=5)

    assert version == 6
    assert [(m.seq, m.content) for m in history.read("k")] == [(4, "d"), (5, "e"), (6, "f")]


def test_seed_replaces_messages_that_were_undone_elsewhere():
    """A version may come back with other messages after an undo: those of the other store are the ones that count."""
    history = MemoryHistory()
    history.seed("k", 5, stored_messages(4, "d", "e"))

    history.seed("k", 5, stored_messages(5, "x"))

    assert [(m.seq, m.content) for m in history.read("k")] == [(5, "x")]


def test_seed_preserves_request_ids_and_version_zero_removes():
    """Results of earlier requests outlive a newer copy; an empty conversation in the store removes the copy."""
    history = MemoryHistory()
    history.append_prepared("k", stored_messages(1, "a"), request_id="r")

    history.seed("k", 3, stored_messages(2, "b", "c"))
    assert (history.request_result("k", "r"), history.request_result("k", "other")) == (1, None)
    history.seed("k", 0, [])

    assert (history.version("k"), history.read("k")) == (0, [])
    assert history.delete("k") is False


def test_conversation_keys_hide_the_user():
    """A key holds the id and a digest of the owner; without an owner it begins with "-"."""
    assert conversation_key("c1", None) == "-:c1"
    assert conversation_key("c1", "ann").endswith(":c1")
    assert "ann" not in conversation_key("c1", "ann")
    assert conversation_key("c1", "ann") != conversation_key("c1", "bob")


async def test_keyed_locks_are_fifo_and_leave_no_entries():
    """Waiters of a key get the lock in the order they came; an unused key takes no memory."""
    locks = KeyedLocks()
    order: list[int] = []

    async def work(number):
        async with locks.hold("a"):
            order.append(number)
            await asyncio.sleep(0)

    await asyncio.gather(*(work(number) for number in range(5)))

    assert order == [0, 1, 2, 3, 4]
    assert locks._locks == {}
