"""RedisStore: keys, prefixes and stored messages."""

from __future__ import annotations

import datetime as dt
import json

import pytest
import redis.asyncio as aioredis

from asyncassist import AsyncStateManager, Message
from asyncassist._stores.redis import _decode_message, _encode_message
from asyncassist.errors import StateError, StateUnavailableError


async def test_prefixes_are_isolated(valkey_url, prefix):
    """No id and no prefix reaches the keys of another prefix."""
    async with (
        AsyncStateManager(redis=valkey_url, timeout=10.0, prefix=prefix) as one,
        AsyncStateManager(redis=valkey_url, timeout=10.0, prefix=f"{prefix}s") as two,
        AsyncStateManager(redis=valkey_url, timeout=10.0, prefix=f"{prefix}*") as three,
    ):
        for number, state in enumerate((one, two, three)):
            await state.save("x", {"n": number})
            await state.save(f"only{number}", {})

        for number, state in enumerate((one, two, three)):
            assert (await state.get("x")).data == {"n": number}
            assert {name async for name in state.scan()} == {"x", f"only{number}"}


async def test_keys_contain_session_ids_but_no_users(valkey_url, prefix):
    """Keys show session ids for operators; users appear as digests only."""
    client = aioredis.Redis.from_url(valkey_url, driver_info=None)
    async with AsyncStateManager(redis=valkey_url, timeout=10.0, prefix=prefix) as state:
        await state.save("id1", {})
        await state.append("chat", [{"role": "user", "content": "x"}], user="ann@example.org")
        keys = b" ".join([key async for key in client.scan_iter(f"{prefix}*")]).decode()

    assert "id1" in keys
    assert "ann" not in keys
    await client.aclose()


async def test_a_key_of_another_type_is_an_error_not_an_outage(valkey_url, prefix):
    """A foreign value under a session key raises StateError and nothing is journalled."""
    client = aioredis.Redis.from_url(valkey_url, driver_info=None)
    await client.set(f"{prefix}s{{x}}", "not ours")
    async with AsyncStateManager(redis=valkey_url, timeout=10.0, prefix=prefix) as state:
        with pytest.raises(StateError):
            await state.get("x")
        assert state.backend == "redis"
    await client.aclose()


def test_a_stored_message_round_trips():
    """Every field of a message survives its stored form; absent ones take no bytes."""
    when = dt.datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=dt.UTC)
    full = Message("user", "é\n", id="m1", seq=7, created_at=when, source="model", metadata={"a": [1]})
    short = Message("assistant", "", id="m2", seq=8)

    assert _decode_message(_encode_message(full), 7) == full
    assert _decode_message(_encode_message(short), 8) == short
    assert json.loads(_encode_message(short)) == {"r": "assistant", "c": "", "i": "m2"}


async def test_scan_takes_pattern_characters_of_a_prefix_literally(valkey_url, prefix):
    """`*`, `?` and brackets in a prefix do not match the keys of another one."""
    async with (
        AsyncStateManager(redis=valkey_url, timeout=10.0, prefix=f"{prefix}[ab]?") as bracketed,
        AsyncStateManager(redis=valkey_url, timeout=10.0, prefix=f"{prefix}ax") as plain,
    ):
        await bracketed.save("one", {})
        await plain.save("two", {})

        assert [name async for name in bracketed.scan()] == ["one"]


async def test_conversations_of_an_earlier_release_are_listed(valkey_url, prefix):
    """A conversation without times of its own has those of its first and last message."""
    first, last = (dt.datetime(2026, 1, day, tzinfo=dt.UTC) for day in (2, 3))
    client = aioredis.Redis.from_url(valkey_url, driver_info=None)
    async with AsyncStateManager(redis=valkey_url, prefix=prefix) as state:
        messages = [Message("user", "hi", created_at=first), Message("assistant", "hi", created_at=last)]
        await state.append("c", messages, user="ana")
        (key,) = await client.keys(f"{prefix}c*")
        await client.hdel(key, "b", "u")

        (found,) = await state.conversations(user="ana")

    assert (found.created_at, found.updated_at, found.messages) == (first, last, 2)
    await client.aclose()


async def test_a_foreign_value_among_conversations_is_an_error(valkey_url, prefix):
    """A key that another program wrote over is a StateError in a list, as in a read, and no outage."""
    client = aioredis.Redis.from_url(valkey_url, driver_info=None)
    async with AsyncStateManager(redis=valkey_url, prefix=prefix) as state:
        await state.append("c", [Message("user", "hi")], user="ana")
        (key,) = await client.keys(f"{prefix}c*")
        await client.set(key, "theirs")

        for call in (state.conversations(user="ana"), state.messages("c", user="ana")):
            with pytest.raises(StateError) as caught:
                await call
            assert not isinstance(caught.value, StateUnavailableError)
    await client.aclose()
