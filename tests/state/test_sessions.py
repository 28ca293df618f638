"""Sessions: one contract over every store, concurrent writers, and outages."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import pytest
import redis.asyncio as aioredis

from asyncassist import AsyncStateManager
from asyncassist.errors import ConflictError, InvalidInputError, NotFoundError, StateError, StateUnavailableError
from tests.proxy import Proxy
from tests.state.operations import increment, wait_until_replayed


async def test_a_session_round_trips(state):
    """JSON data comes back exactly, with version, remaining TTL and location."""
    data = {"a": 1, "b": [1.5, None, True, {"c": "ü\n"}], "": {}, "big": 2**63, "empty": []}

    made = await state.create(data, ttl=60.0)
    found = await state.get(made.id)

    assert found is not None
    assert dict(found.data) == data
    assert (made.version, found.version) == (1, 1)
    assert 59.0 < found.expires_in <= 60.0
    assert found.acked == state.backend


async def test_a_missing_session_is_none(state):
    """Reads of a missing session return None, and deleting it returns False."""
    assert await state.get("nothing") is None
    assert await state.get_many(["nothing", "neither"]) == [None, None]
    assert await state.delete("nothing") is False


async def test_get_many_returns_sessions_in_order(state):
    """`get_many` returns sessions in the order of the ids, repeats and gaps included."""
    for name in ("a", "b"):
        await state.save(name, {"name": name})

    found = await state.get_many(["b", "gone", "a", "b"])

    assert [session and session.data["name"] for session in found] == ["b", None, "a", "b"]
    assert await state.get_many([]) == []


async def test_create_with_an_existing_id_is_a_conflict(state):
    """`create` with the id of a live session raises ConflictError and changes nothing."""
    await state.create({"first": True}, session_id="x")

    with pytest.raises(ConflictError) as caught:
        await state.create({}, session_id="x")

    assert (caught.value.key, caught.value.actual) == ("x", 1)
    assert (await state.get("x")).data == {"first": True}


async def test_save_with_an_outdated_version_is_a_conflict(state):
    """A save with the current version succeeds; one with an older version changes nothing."""
    first = await state.save("x", {"n": 1})
    second = await state.save("x", {"n": 2}, expected_version=first.version)

    with pytest.raises(ConflictError) as caught:
        await state.save("x", {"n": 3}, expected_version=first.version)

    assert (second.version, caught.value.expected, caught.value.actual) == (2, 1, 2)
    assert (await state.get("x")).data == {"n": 2}


async def test_expected_version_zero_requires_a_new_session(state):
    """`expected_version=0` creates a session and never replaces one."""
    made = await state.save("x", {"n": 1}, expected_version=0)

    with pytest.raises(ConflictError):
        await state.save("x", {"n": 2}, expected_version=0)

    assert made.version == 1


async def test_a_late_save_does_not_revive_a_deleted_session(state):
    """After a delete only `create` starts the session again, above the deleted version."""
    made = await state.save("x", {"n": 1})
    assert await state.delete("x") is True

    for expected in (None, 0, made.version, made.version + 1):
        with pytest.raises(ConflictError):
            await state.save("x", {"n": 2}, expected_version=expected)
    with pytest.raises(NotFoundError):
        await state.patch("x", {"n": 2})

    assert await state.get("x") is None
    assert await state.delete("x") is False
    assert (await state.create({"n": 3}, session_id="x")).version > made.version + 1


async def test_update_accepts_a_result_or_a_change_in_place(state):
    """The function may return the new data or change its argument."""
    await state.save("x", {"n": 1})

    returned = await state.update("x", lambda data: {"n": data["n"] + 1})
    changed = await state.update("x", lambda data: data.update(n=data["n"] + 1))

    assert (returned.data, changed.data, changed.version) == ({"n": 2}, {"n": 3}, 3)


async def test_update_creates_a_session_only_with_create(state):
    """`update` of a missing session raises NotFoundError unless `create` is on."""
    with pytest.raises(NotFoundError) as caught:
        await state.update("x", lambda data: {})
    assert caught.value.key == "x"

    made = await state.update("x", lambda data: {"before": dict(data)}, create=True)

    assert (made.data, made.version) == ({"before": {}}, 1)


async def test_an_update_that_raises_writes_nothing(state):
    """The exception of the function reaches its caller, and the session stays as it was."""
    await state.save("x", {"n": 1})

    def fail(data: dict[str, Any]) -> None:
        data["n"] = 99
        raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        await state.update("x", fail)

    assert (await state.get("x")).data == {"n": 1}


async def test_a_failing_update_does_not_affect_its_batch(state):
    """Of operations committed in one batch, only the failing ones fail."""
    await state.save("x", {"n": 0})

    def change(number: int):
        def apply(data: dict[str, Any]) -> None:
            if number % 3 == 0:
                raise LookupError(number)
            data["n"] += 1

        return apply

    results = await asyncio.gather(*(state.update("x", change(n)) for n in range(30)), return_exceptions=True)

    assert sum(isinstance(result, LookupError) for result in results) == 10
    assert (await state.get("x")).data == {"n": 20}


@pytest.mark.parametrize(
    "bad", [lambda data: 7, lambda data: {"x": {1, 2}}, None], ids=["number", "set", "no function"]
)
async def test_an_update_with_an_invalid_result_is_refused(state, bad):
    """A result that is not storable data, or no function at all, raises InvalidInputError."""
    await state.save("x", {"n": 1})

    with pytest.raises(InvalidInputError):
        await state.update("x", bad)

    assert (await state.get("x")).version == 1


async def test_an_async_update_function_is_refused(state):
    """A coroutine function would run between the read and the write."""
    await state.save("x", {"n": 1})

    async def change(data):
        return {}

    with pytest.raises(InvalidInputError, match="plain function"):
        await state.update("x", change)


async def test_patch_sets_and_deletes_keys(state):
    """`patch` sets top-level keys, None deletes one, and a missing session raises NotFoundError."""
    await state.save("x", {"a": 1, "b": 2, "c": {"d": 1}})

    made = await state.patch("x", {"a": None, "b": 3, "e": [1]})

    assert (made.data, made.version) == ({"b": 3, "c": {"d": 1}, "e": [1]}, 2)
    with pytest.raises(NotFoundError):
        await state.patch("nothing", {"a": 1})


async def test_concurrent_updates_lose_nothing(make_manager):
    """Concurrent updates of one session, by several tasks and managers, are all applied."""
    managers = [make_manager()]
    if managers[0].backend != "memory":
        managers.append(make_manager())

    def increment(data):
        data["n"] = data.get("n", 0) + 1

    await asyncio.gather(*(manager.update("x", increment, create=True) for manager in managers for _ in range(100)))

    found = await managers[0].get("x")
    assert found.data == {"n": 100 * len(managers)}
    assert found.version == 100 * len(managers)


async def test_scan_returns_live_sessions(state):
    """`scan` yields the ids of live sessions and no tombstones."""
    for name in ("a", "b:c", "d.e"):
        await state.save(name, {})
    await state.delete("a")

    assert {name async for name in state.scan()} == {"b:c", "d.e"}


async def test_a_session_retains_its_own_ttl(state):
    """Writes extend the TTL and retain a session's own; `touch=False` does not extend it."""
    await state.save("x", {"n": 1}, ttl=100.0)

    assert 99.0 < (await state.save("x", {"n": 2})).expires_in <= 100.0
    assert 99.0 < (await state.update("x", dict)).expires_in <= 100.0
    assert 99.0 < (await state.get("x", touch=False)).expires_in <= 100.0
    assert 49.0 < (await state.save("x", {"n": 3}, ttl=50.0)).expires_in <= 50.0
    await state.delete("x")
    assert (await state.create({}, session_id="x")).expires_in > 1000.0


async def test_cancelled_writes_do_not_block_their_session(valkey_url, prefix):
    """Half of 100 concurrent updates are cancelled: the others are applied and the session stays usable."""
    async with AsyncStateManager(redis=valkey_url, timeout=10.0, prefix=prefix) as state:
        tasks = [asyncio.create_task(state.update("x", increment, create=True)) for _ in range(100)]
        await asyncio.sleep(0)
        for task in tasks[::2]:
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)

        done = sum(not isinstance(result, BaseException) for result in results)
        assert done >= 50
        assert done <= (await state.update("x", increment)).data["n"] - 1 <= 100


async def test_two_processes_lose_no_increment(valkey_url, prefix):
    """Two processes with 20 tasks that each increment one session 50 times make 2000."""
    program = """
import asyncio, sys
from asyncassist import AsyncStateManager
def increment(data): data["n"] = data.get("n", 0) + 1
async def main(url, prefix):
    async with AsyncStateManager(redis=url, prefix=prefix, timeout=30.0) as state:
        async def work():
            for _ in range(50): await state.update("x", increment, create=True)
        await asyncio.gather(*(work() for _ in range(20)))
asyncio.run(main(*sys.argv[1:]))
"""
    processes = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", program, valkey_url, prefix) for _ in range(2)
    ]
    assert await asyncio.gather(*(process.wait() for process in processes)) == [0, 0]

    async with AsyncStateManager(redis=valkey_url, timeout=10.0, prefix=prefix) as state:
        found = await state.get("x")
    assert (found.data, found.version) == ({"n": 2000}, 2000)


async def test_an_uncached_session_is_unavailable_not_absent(valkey):
    """In an outage operations that need unknown data raise; those that need none are merged on recovery."""
    async with AsyncStateManager(redis=valkey.url, timeout=10.0) as other:
        await other.save("uncached", {"a": 1})
    async with AsyncStateManager(redis=valkey.url, timeout=10.0) as state:
        valkey.kill()

        for call in (
            lambda: state.get("uncached"),
            lambda: state.get_many(["uncached"]),
            lambda: state.patch("uncached", {"a": 2}),
            lambda: state.update("uncached", increment),
            lambda: anext(aiter(state.scan())),
            lambda: state.lock("name").__aenter__(),
            lambda: state.session("uncached", create=False).__aenter__(),
        ):
            with pytest.raises(StateUnavailableError):
                await call()
        # An operation that needs no current data succeeds and is merged on recovery.
        await state.update("uncached", lambda data: {"b": 2}, create=True)
        valkey.start()
        await wait_until_replayed(state)

        assert (await state.get("uncached")).data == {"a": 1, "b": 2}


async def test_write_conditions_hold_in_an_outage(valkey):
    """Conflicts with known data are detected during the outage, and versions continue from it."""
    async with AsyncStateManager(redis=valkey.url, timeout=10.0) as state:
        await state.save("x", {"n": 1})
        await state.save("gone", {})
        await state.delete("gone")
        valkey.kill()
        first = await state.save("x", {"n": 2}, expected_version=1)

        assert first.version == 2
        for wrong in (
            lambda: state.save("x", {"n": 3}, expected_version=1),
            lambda: state.create({}, session_id="x"),
            lambda: state.save("gone", {}),
        ):
            with pytest.raises(ConflictError):
                await wrong()
        with pytest.raises(NotFoundError):
            await state.patch("gone", {"a": 1})
        with pytest.raises(InvalidInputError):
            await state.update("x", lambda data: {"x": {1}})
        assert await state.delete("gone") is False
        assert await state.delete("unknown") is True
        second = await state.save("x", {"n": 3}, expected_version=first.version)
        await state.save("unseen", {"v": 1}, expected_version=4)

        valkey.start()
        await wait_until_replayed(state)

        assert second.version == 3
        assert (await state.get("x")).version == 3
        assert state.stats().conflicts == 1
        assert await state.get("unseen") is None


async def test_a_superseded_write_is_reported_on_replay(valkey):
    """Other processes wrote during the outage: their values prevail, other keys are merged, losses are reported."""
    conflicts = []
    proxy = await Proxy.start(valkey.port)
    async with (
        AsyncStateManager(redis=valkey.url, timeout=10.0) as other,
        AsyncStateManager(redis=proxy.url, on_conflict=conflicts.append, timeout=10.0) as state,
    ):
        for name in ("versioned", "patched", "counted", "deleted", "unconditional"):
            await state.save(name, {"a": 0, "b": 0})
        proxy.cut()
        await state.save("versioned", {"mine": 1}, expected_version=1)
        await state.patch("patched", {"a": 1})
        await state.update("counted", lambda data: {**data, "a": 1, "b": 1})
        await state.patch("deleted", {"a": 1})
        await state.save("unconditional", {"mine": 1})
        await other.save("versioned", {"theirs": 1})
        await other.patch("patched", {"b": 2})
        await other.patch("counted", {"a": 2})
        await other.delete("deleted")
        await other.patch("unconditional", {"theirs": 1})

        await proxy.mend()
        await wait_until_replayed(state)

        assert (await other.get("versioned")).data == {"theirs": 1}
        assert (await other.get("patched")).data == {"a": 1, "b": 2}
        assert (await other.get("counted")).data == {"a": 2, "b": 1}
        assert await other.get("deleted") is None
        assert (await other.get("unconditional")).data == {"mine": 1}
        reported = {conflict.id: conflict for conflict in conflicts}
        assert set(reported) == {"versioned", "counted", "deleted"}
        assert (reported["versioned"].data, reported["versioned"].expected, reported["versioned"].actual) == (
            {"mine": 1},
            1,
            2,
        )
        assert (reported["counted"].keys, reported["counted"].data) == (("a",), {"a": 1})
        assert reported["deleted"].to_dict()["kind"] == "session"
        assert state.stats().conflicts == 3
        assert (await state.health()).status == "warn"
        assert (await state.get("versioned")).data == {"theirs": 1}
    await proxy.aclose()


async def test_a_session_that_expired_in_an_outage_is_restored(valkey):
    """The session was in use here; its expiry in the unreachable store does not lose its data."""
    async with AsyncStateManager(redis=valkey.url, timeout=10.0) as state:
        await state.save("x", {"a": 1}, ttl=0.4)
        valkey.kill()
        await state.save("x", {"a": 1, "b": 1}, ttl=60.0)
        await state.patch("x", {"b": 2})
        await asyncio.sleep(0.5)
        valkey.start()
        await wait_until_replayed(state)

        assert (await state.get("x")).data == {"a": 1, "b": 2}


async def test_unreadable_data_of_one_session_does_not_stop_the_replay(valkey):
    """Data that is not ours is a StateError and a reported write; the writes of other sessions are replayed."""
    conflicts = []
    proxy = await Proxy.start(valkey.port)
    client = aioredis.Redis.from_url(valkey.url, driver_info=None)
    async with AsyncStateManager(redis=proxy.url, on_conflict=conflicts.append, timeout=10.0) as state:
        for name in ("foreign", "other"):
            await state.save(name, {})
        proxy.cut()
        for name in ("foreign", "other"):
            await state.patch(name, {"kept": True})
        await client.hset("asyncassist:s{foreign}", "d", "[not ours")
        await proxy.mend()
        await wait_until_replayed(state)

        with pytest.raises(StateError, match="cannot be read"):
            await state.get("foreign")
        assert (await state.get("other")).data == {"kept": True}
        assert [(conflict.id, conflict.data) for conflict in conflicts] == [("foreign", {"kept": True})]
    await client.aclose()
    await proxy.aclose()


async def test_a_ttl_runs_on_in_an_outage(valkey, clock):
    """After the replay a session has what is left of its TTL, and one whose TTL is over stays over."""
    proxy = await Proxy.start(valkey.port)
    async with AsyncStateManager(redis=proxy.url, timeout=10.0, now=clock) as state:
        await state.save("shortened", {})
        proxy.cut()
        code = await state.create({"code": 1}, ttl=30.0)
        await state.save("shortened", {"code": 2}, ttl=30.0)
        await state.save("again", {"life": 1}, ttl=30.0)
        await state.create({"basket": 1}, session_id="used", ttl=100.0)
        clock.advance(40.0)
        assert await state.get(code.id) is None
        assert await state.get("used") is not None
        again = await state.save("again", {"life": 2}, expected_version=0, ttl=100.0)
        await state.save("again", {"life": 3}, expected_version=again.version)
        clock.advance(25.0)
        await proxy.mend()
        await wait_until_replayed(state)

        assert state.stats().conflicts == 0
    async with AsyncStateManager(redis=valkey.url, timeout=10.0) as other:
        assert await other.get_many([code.id, "shortened"]) == [None, None]
        again, used = await other.get("again", touch=False), await other.get("used", touch=False)
        assert (again.data, used.data) == ({"life": 3}, {"basket": 1})
        assert 70.0 < again.expires_in <= 75.0
        assert 70.0 < used.expires_in <= 75.0
        assert await other.create(session_id="shortened")
    await proxy.aclose()


async def test_a_ttl_runs_on_while_a_journal_waits_for_a_process(valkey, clock, tmp_path):
    """A session of an earlier process lives from its last write, not from the start of the process that adopts it."""
    proxy = await Proxy.start(valkey.port)
    proxy.cut()
    async with AsyncStateManager(redis=proxy.url, timeout=0.5, now=clock, journal=tmp_path) as state:
        await state.create({}, session_id="over", ttl=30.0)
        await state.create({}, session_id="used", ttl=100.0)
    clock.advance(40.0)
    async with AsyncStateManager(redis=proxy.url, timeout=10.0, now=clock, journal=tmp_path) as state:
        assert await state.get("over") is None
        assert (await state.get("used", touch=False)).expires_in == 60.0
        await proxy.mend()
        await wait_until_replayed(state)

        assert await state.get("over") is None
        assert 50.0 < (await state.get("used", touch=False)).expires_in <= 60.0
    await proxy.aclose()


@pytest.mark.parametrize("is_lost", [False, True], ids=["durable", "data lost"])
async def test_a_second_outage_begins_from_what_the_first_wrote(valkey, is_lost):
    """After a replay a further outage shows what was written, also by others, and versions given stay valid."""
    proxy = await Proxy.start(valkey.port)
    client = aioredis.Redis.from_url(valkey.url, driver_info=None)
    async with (
        AsyncStateManager(redis=proxy.url, timeout=10.0) as state,
        AsyncStateManager(redis=valkey.url, timeout=10.0) as other,
    ):
        for name in ("put", "patched", "shared"):
            await state.save(name, {"n": 1})
        proxy.cut()
        put = await state.save("put", {"n": 2}, expected_version=1)
        patched = await state.patch("patched", {"n": 2})
        await state.patch("shared", {"n": 2})
        if is_lost:
            await client.flushall()
        await other.update("shared", lambda data: {**data, "theirs": True}, create=True)
        await proxy.mend()
        await wait_until_replayed(state)
        proxy.cut()

        assert [dict(found.data) for found in await state.get_many(["put", "patched"])] == [{"n": 2}] * 2
        assert (await state.get("shared")).data == {"n": 2, "theirs": True}
        await state.save("put", {"n": 3}, expected_version=put.version)
        await state.save("patched", {"n": 3}, expected_version=patched.version)
        await proxy.mend()
        await wait_until_replayed(state)
        assert state.stats().conflicts == 0
        assert [dict(found.data) for found in await other.get_many(["put", "patched"])] == [{"n": 3}] * 2
    await client.aclose()
    await proxy.aclose()
