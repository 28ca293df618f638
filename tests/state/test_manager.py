"""AsyncStateManager: settings, argument checks, and the session block."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from asyncassist import AsyncStateManager
from asyncassist.errors import ConfigurationError, ConflictError, InvalidInputError, NotFoundError, SessionTooLargeError


@pytest.mark.parametrize(
    "url",
    [
        "http://x",
        "redis",
        "redis://",
        "localhost:6379",
        "redis://h:99999/0",
        "redis://h/abc",
        "",
        "redis+sentinel://h:1",
        "redis+sentinel://h:1/name/x",
        "redis+cluster://h:1/3",
        "redis+cluster://:5",
        "redis+cluster://h:x",
    ],
)
def test_an_invalid_redis_url_is_refused(url):
    """An invalid Redis URL raises ConfigurationError at construction."""
    with pytest.raises(ConfigurationError) as caught:
        AsyncStateManager(redis=url)

    assert caught.value.field == "redis"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("ttl", -1),
        ("ttl", 0),
        ("ttl", float("nan")),
        ("prefix", "a{b"),
        ("prefix", "a b"),
        ("prefix", "x" * 65),
        ("prefix", 5),
        ("outage", "retry"),
        ("journal", 5),
        ("journal", ""),
        ("max_journal", 0),
        ("max_session_bytes", 0),
        ("max_messages", 1.5),
        ("max_connections", 0),
        ("timeout", 0),
        ("on_conflict", "x"),
        ("postgres", "mysql://x"),
        ("sqlite", ""),
        ("sqlite", 5),
        ("sqlite", ":memory:"),
        ("sqlite", "file:x?mode=rw"),
        ("sqlite", "a\0b"),
    ],
    ids=str,
)
def test_an_invalid_setting_names_the_argument(field, value):
    """An invalid setting raises ConfigurationError with the name of the argument."""
    with pytest.raises(ConfigurationError) as caught:
        AsyncStateManager(**{field: value})

    assert caught.value.field == field


def test_from_env_reads_its_variables(monkeypatch, tmp_path):
    """The four variables are read and validated; without any of them all state is in memory."""
    for name in (
        *["ASYNCASSIST_REDIS_URL", "ASYNCASSIST_POSTGRES_URL"],
        *["ASYNCASSIST_SQLITE_PATH", "ASYNCASSIST_JOURNAL"],
    ):
        monkeypatch.delenv(name, raising=False)
    assert AsyncStateManager.from_env().backend == "memory"

    monkeypatch.setenv("ASYNCASSIST_SQLITE_PATH", str(tmp_path / "state.sqlite"))
    assert AsyncStateManager.from_env().backend == "sqlite"

    monkeypatch.setenv("ASYNCASSIST_REDIS_URL", "redis://127.0.0.1:1/0")
    monkeypatch.setenv("ASYNCASSIST_POSTGRES_URL", "postgresql://u:secret@127.0.0.1:1/x")
    monkeypatch.setenv("ASYNCASSIST_JOURNAL", str(tmp_path))
    state = AsyncStateManager.from_env()
    assert state.backend == "redis"
    assert "secret" not in repr(state)

    monkeypatch.setenv("ASYNCASSIST_REDIS_URL", "ftp://x")
    with pytest.raises(ConfigurationError):
        AsyncStateManager.from_env()


async def test_generated_ids_cannot_be_guessed(state):
    """Generated ids are unique and hold at least 128 bits."""
    ids = {(await state.create()).id for _ in range(50)}

    assert len(ids) == 50
    assert all(len(name) >= 23 for name in ids)


async def test_session_block_writes_the_changed_keys(state):
    """A clean exit writes the keys that were set and deletes those that were removed."""
    await state.save("x", {"a": 1, "b": 2})

    async with state.session("x") as draft:
        draft.data["a"] = 5
        del draft.data["b"]

    assert draft.version == 2
    assert (await state.get("x")).data == {"a": 5}


async def test_session_block_creates_a_session(state):
    """A block over a missing session creates it, unless `create` is off."""
    async with state.session("new") as draft:
        assert (draft.data, draft.version) == ({}, 0)
        draft.data["a"] = 1

    assert (await state.get("new")).data == {"a": 1}
    with pytest.raises(NotFoundError):
        async with state.session("other", create=False):
            pass


async def test_session_block_that_raises_writes_nothing(state):
    """An error in the block leaves the session as it was."""
    await state.save("x", {"a": 1})

    with pytest.raises(LookupError):
        async with state.session("x") as draft:
            draft.data["a"] = 2
            raise LookupError

    found = await state.get("x")
    assert (found.data, found.version) == ({"a": 1}, 1)


async def test_session_block_without_a_change_writes_nothing(state):
    """A block that changes nothing does not raise the version."""
    await state.save("x", {"a": 1})

    async with state.session("x"):
        pass

    assert (await state.get("x")).version == 1


async def test_concurrent_session_blocks_merge_different_keys(state):
    """Two blocks that change different keys are merged; the same key is a conflict."""
    await state.save("x", {"a": 1, "b": 1})

    async with state.session("x") as one:
        async with state.session("x") as two:
            two.data["b"] = 2
        one.data["a"] = 2
    with pytest.raises(ConflictError):
        async with state.session("x") as one:
            async with state.session("x") as two:
                two.data["a"] = 3
            one.data["a"] = 4

    assert (await state.get("x")).data == {"a": 3, "b": 2}


async def test_session_block_does_not_revive_a_deleted_session(state):
    """A block over a session that was deleted meanwhile raises ConflictError."""
    await state.save("x", {"a": 1})

    with pytest.raises(ConflictError):
        async with state.session("x") as draft:
            await state.delete("x")
            draft.data["a"] = 2

    assert await state.get("x") is None


async def test_locked_session_blocks_exclude_each_other(state):
    """With `lock=True` concurrent blocks run one after another and never conflict."""
    await state.save("x", {"n": 0})

    async def work():
        async with state.session("x", lock=True) as draft:
            before = draft.data["n"]
            await asyncio.sleep(0)
            draft.data["n"] = before + 1

    await asyncio.gather(*(work() for _ in range(5)))

    assert (await state.get("x")).data == {"n": 5}


@pytest.mark.parametrize(
    "name", ["", "a b", "../x", "a/b", "a\n", "a\x00", "x" * 10_000, "é", "{x}", "-a", 7, None, "*"]
)
async def test_an_invalid_id_names_the_argument(state, name):
    """An invalid id raises InvalidInputError with the name of the argument, and nothing is written."""
    calls = [
        lambda: state.get(name),
        lambda: state.save(name, {}),
        lambda: state.update(name, dict),
        lambda: state.patch(name, {}),
        lambda: state.delete(name),
        lambda: state.session(name).__aenter__(),
    ]
    for call in calls:
        with pytest.raises(InvalidInputError) as caught:
            await call()
        assert caught.value.field == "session_id"
    with pytest.raises(InvalidInputError, match="ids"):
        await state.get_many(["ok", name])

    assert [found async for found in state.scan()] == []


@pytest.mark.parametrize(
    "data",
    [
        {"x": b"bytes"},
        {"x": {1, 2}},
        {"x": (1, 2)},
        {"x": float("nan")},
        {"x": [float("inf")]},
        {1: "key"},
        {"x": {None: 1}},
        {"x": "\ud800"},
        {"x": 2**64},
        {"x": object()},
        [("a", 1)],
        "text",
    ],
)
async def test_data_that_json_cannot_represent_is_refused(state, data):
    """Data that would not round-trip through JSON raises InvalidInputError, and nothing is written."""
    for call in (lambda: state.create(data, session_id="x"), lambda: state.save("x", data)):
        with pytest.raises(InvalidInputError) as caught:
            await call()
        assert caught.value.field == "data"

    assert await state.get("x") is None


async def test_too_deep_or_too_large_data_is_refused(make_manager):
    """Depth and size are bounded for every kind of write."""
    state = make_manager(max_session_bytes=1000)
    deep: Any = []
    for _ in range(70):
        deep = [deep]

    with pytest.raises(InvalidInputError, match="deeper"):
        await state.save("x", {"deep": deep})
    with pytest.raises(SessionTooLargeError) as caught:
        await state.save("x", {"text": "x" * 1000})
    assert (caught.value.limit, caught.value.size) == (1000, 1011)
    await state.save("x", {"text": "x" * 900})
    with pytest.raises(SessionTooLargeError):
        await state.patch("x", {"more": "x" * 200})
    with pytest.raises(SessionTooLargeError):
        await state.update("x", lambda data: {**data, "more": "x" * 200})

    assert (await state.get("x")).version == 1


@pytest.mark.parametrize("ttl", [0, -1, float("nan"), float("inf"), "5", True, 1e12])
async def test_an_invalid_ttl_names_the_argument(state, ttl):
    """A TTL that is not a number above 0 raises InvalidInputError."""
    for call in (lambda: state.create({}, ttl=ttl), lambda: state.save("x", {}, ttl=ttl)):
        with pytest.raises(InvalidInputError) as caught:
            await call()
        assert caught.value.field == "ttl"


@pytest.mark.parametrize("version", [-1, 1.5, "1", True])
async def test_an_invalid_expected_version_names_the_argument(state, version):
    """An `expected_version` that is not a whole number from 0 raises InvalidInputError."""
    with pytest.raises(InvalidInputError, match="expected_version"):
        await state.save("x", {}, expected_version=version)


@pytest.mark.parametrize(
    "bad", [{"name": "a b"}, {"ttl": 0}, {"wait": -1}, {"wait": float("inf")}, {"wait": "x"}], ids=str
)
async def test_an_invalid_lock_argument_is_named(state, bad):
    """An invalid argument of `lock` raises InvalidInputError with its name."""
    with pytest.raises(InvalidInputError) as caught:
        state.lock(**{"name": "a", **bad})

    assert caught.value.field == next(iter(bad))


@pytest.mark.parametrize("value", [None, 7, "abc", [7]])
async def test_messages_and_ids_of_wrong_kinds_are_refused(value):
    """By an error that names the argument."""
    async with AsyncStateManager() as state:
        with pytest.raises(InvalidInputError, match="messages"):
            await state.append("c", value)
        with pytest.raises(InvalidInputError, match="ids"):
            await state.get_many(value)


async def test_a_missing_session_is_named(state):
    """The error of `update` and of a block names the id, and the argument that creates the session."""

    async def enter():
        async with state.session("trip-7", create=False):
            pass

    for call in (state.update("trip-7", dict), enter()):
        with pytest.raises(NotFoundError, match=r"trip-7.*create=True"):
            await call
    with pytest.raises(NotFoundError, match="trip-7"):
        await state.patch("trip-7", {})
