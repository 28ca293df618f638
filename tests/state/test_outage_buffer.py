"""A store that goes away: nothing acknowledged is lost, nothing is doubled, and it says so."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import textwrap
import time

import pytest
import redis.asyncio as theirs

from asyncassist import AsyncStateManager
from asyncassist._clock import SYSTEM_CLOCK
from asyncassist._redis_client import parse_url
from asyncassist._state.outage_buffer import PROBE_INTERVAL
from asyncassist._stores.redis import RedisStore
from asyncassist._stores.redis_executor import open_redis_executor
from asyncassist._stores.serialization import prepare_messages
from asyncassist._stores.session_records import Write, WriteId
from asyncassist.errors import (
    BusyError,
    ConflictError,
    InvalidInputError,
    NotFoundError,
    StateUnavailableError,
)
from tests.proxy import Proxy


def increment(data):
    data["n"] = data.get("n", 0) + 1


def said(*texts):
    return [{"role": "user", "content": text} for text in texts]


async def settled(state: AsyncStateManager) -> None:
    """Everything is in the store again."""
    await state.flush(timeout=20.0)


async def test_writes_of_an_outage_are_journalled_and_replayed(valkey, caplog):
    """They are acknowledged at once, show in reads, and are in the store when it is back; it says so."""
    async with AsyncStateManager(redis=valkey.url, timeout=10.0) as state:
        await state.save("x", {"n": 0, "old": True})
        assert state.backend == "redis"
        valkey.kill()

        for _ in range(5):
            session = await state.update("x", increment)
        await state.patch("x", {"old": None})
        made = await state.create({"new": 1})
        await state.save("y", {"a": 1})
        await state.delete("y")

        assert (session.acked, session.data["n"], state.backend) == ("journal", 5, "journal")
        assert (await state.get("x")).data == {"n": 5}
        assert await state.get_many([made.id, "y"]) == [await state.get(made.id), None]
        assert state.stats().journal_depth == 9
        assert state.stats().journal_age >= 0.0
        health = await state.health()
        assert health.status == "warn"
        assert "journal" in health.note

        valkey.start()
        await settled(state)

        assert state.backend == "redis"
        assert (await state.health()).status == "pass"
        assert (state.stats().journal_depth, state.stats().replayed, state.stats().conflicts) == (0, 9, 0)
        assert state.stats().degraded_seconds > 0.0
        async with AsyncStateManager(redis=valkey.url, timeout=10.0) as other:
            found = await other.get("x")
            assert (found.data, found.version, found.acked) == ({"n": 5}, 7, "redis")
            assert (await other.get(made.id)).data == {"new": 1}
            assert await other.get("y") is None
    assert [record.message for record in caplog.records if "degraded" in record.message] != []
    assert sum("works again" in record.message for record in caplog.records) == 1


async def test_the_return_is_noticed_within_a_second(valkey):
    async with AsyncStateManager(redis=valkey.url, timeout=10.0) as state:
        await state.save("x", {})
        valkey.kill()
        await state.save("x", {"a": 1})
        valkey.start()

        began = time.monotonic()
        await settled(state)

        # Generous, because machines are slow; with this pause it is well within a second on any that is not.
        assert time.monotonic() - began < 10.0
        assert PROBE_INTERVAL <= 0.2


async def test_a_write_whose_answer_was_lost_is_not_doubled(valkey):
    """The server froze with the command in its buffer and does it after all when it thaws."""
    async with AsyncStateManager(redis=valkey.url, timeout=1.0) as state:
        await state.save("x", {"n": 0})
        await state.append("talk", said("first"))
        valkey.freeze()

        results = await asyncio.gather(
            *(state.update("x", increment) for _ in range(10)), state.append("talk", said("second"))
        )
        valkey.thaw()
        await settled(state)

        assert [result.acked for result in results[:10]] == ["journal"] * 10
        assert (await state.get("x")).data == {"n": 10}
        assert (await state.get("x")).version == 11
        assert [m.content for m in await state.messages("talk")] == ["first", "second"]


async def test_a_session_that_is_not_known_is_not_said_to_be_absent(valkey):
    async with AsyncStateManager(redis=valkey.url, timeout=10.0) as other:
        await other.save("there", {"a": 1})
    async with AsyncStateManager(redis=valkey.url, timeout=10.0) as state:
        valkey.kill()

        for call in (
            lambda: state.get("there"),
            lambda: state.get_many(["there"]),
            lambda: state.patch("there", {"a": 2}),
            lambda: state.update("there", increment),
            lambda: anext(aiter(state.scan())),
            lambda: state.lock("name").__aenter__(),
            lambda: state.session("there", create=False).__aenter__(),
        ):
            with pytest.raises(StateUnavailableError):
                await call()
        # what needs no knowledge goes on, and is merged
        await state.update("there", lambda data: {"b": 2}, create=True)
        valkey.start()
        await settled(state)

        assert (await state.get("there")).data == {"a": 1, "b": 2}


async def test_rules_hold_in_an_outage_too(valkey):
    """What is known to be wrong is refused also while the store is away."""
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
        await settled(state)

        assert second.version == 3
        assert (await state.get("x")).version == 3
        assert state.stats().conflicts == 1
        assert await state.get("unseen") is None


async def test_a_write_that_another_overtook_is_reported(valkey):
    """Only this process was cut off: the other's value stays, other keys are merged, the loss is told."""
    conflicts = []
    proxy = await Proxy.start(valkey.port)
    async with (
        AsyncStateManager(redis=valkey.url, timeout=10.0) as there,
        AsyncStateManager(redis=proxy.url, on_conflict=conflicts.append, timeout=10.0) as state,
    ):
        for name in ("versioned", "patched", "counted", "deleted", "blind"):
            await state.save(name, {"a": 0, "b": 0})
        proxy.cut()
        await state.save("versioned", {"mine": 1}, expected_version=1)
        await state.patch("patched", {"a": 1})
        await state.update("counted", lambda data: {**data, "a": 1, "b": 1})
        await state.patch("deleted", {"a": 1})
        await state.save("blind", {"mine": 1})
        await there.save("versioned", {"theirs": 1})
        await there.patch("patched", {"b": 2})
        await there.patch("counted", {"a": 2})
        await there.delete("deleted")
        await there.patch("blind", {"theirs": 1})

        await proxy.mend()
        await settled(state)

        assert (await there.get("versioned")).data == {"theirs": 1}
        assert (await there.get("patched")).data == {"a": 1, "b": 2}
        assert (await there.get("counted")).data == {"a": 2, "b": 1}
        assert await there.get("deleted") is None
        assert (await there.get("blind")).data == {"mine": 1}
        told = {conflict.id: conflict for conflict in conflicts}
        assert set(told) == {"versioned", "counted", "deleted"}
        assert (told["versioned"].data, told["versioned"].expected, told["versioned"].actual) == ({"mine": 1}, 1, 2)
        assert (told["counted"].keys, told["counted"].data) == (("a",), {"a": 1})
        assert told["deleted"].to_dict()["kind"] == "session"
        assert state.stats().conflicts == 3
        assert (await state.health()).status == "warn"
        assert (await state.get("versioned")).data == {"theirs": 1}
    await proxy.aclose()


async def test_a_callback_that_fails_does_not_stop_the_replay(valkey, caplog):
    def fail(conflict):
        raise LookupError

    async with AsyncStateManager(redis=valkey.url, on_conflict=fail, timeout=10.0) as state:
        valkey.kill()
        await state.save("a", {}, expected_version=9)
        await state.save("b", {"kept": True})
        valkey.start()
        await settled(state)

        assert (await state.get("b")).data == {"kept": True}
    assert any("on_conflict failed" in record.message for record in caplog.records)


async def test_a_write_that_the_store_never_takes_does_not_stop_the_others(valkey):
    """Something that is not ours stands in its place: that is told, and the rest is replayed."""
    conflicts = []
    proxy = await Proxy.start(valkey.port)
    async with AsyncStateManager(redis=proxy.url, on_conflict=conflicts.append, timeout=10.0) as state:
        await state.save("other", {})
        proxy.cut()
        await state.save("x", {"n": 1})
        await state.append("talk", said("lost"))
        await state.save("other", {"n": 2})
        client = theirs.Redis.from_url(valkey.url, driver_info=None)
        await client.set("asyncassist:s{x}", "not ours")
        await client.set("asyncassist:c{-:talk}", "not ours")
        await client.aclose()
        await proxy.mend()
        await settled(state)

        assert (await state.get("other")).data == {"n": 2}
        told = {conflict.kind: conflict for conflict in conflicts}
        assert (told["session"].id, told["session"].data) == ("x", {"n": 1})
        assert told["conversation"].id == "talk"
        assert told["conversation"].data["messages"][0]["content"] == "lost"
    await proxy.aclose()


async def test_conversations_go_on_with_what_is_known(valkey):
    async with AsyncStateManager(redis=valkey.url, timeout=10.0) as other:
        await other.append("unseen", said("before"))
    async with AsyncStateManager(redis=valkey.url, timeout=10.0) as state:
        await state.append("talk", said("one"), request_id="r1")
        await state.messages("talk")
        valkey.kill()

        assert await state.append("talk", said("two"), expected_version=1, request_id="r2") == 2
        assert await state.append("talk", said("two"), request_id="r2") == 2
        assert await state.append("talk", said("one"), request_id="r1") == 1
        with pytest.raises(ConflictError):
            await state.append("talk", said("x"), expected_version=1)
        assert await state.append("unseen", said("after")) == 1
        assert await state.append("dropped", said("x")) == 1
        assert await state.forget("dropped") is True
        async with state.turn("talk"):
            assert [m.content for m in await state.messages("talk")] == ["one", "two"]
        assert await state.messages("other") == []

        valkey.start()
        await settled(state)

        assert [m.content for m in await state.messages("talk")] == ["one", "two"]
        assert [m.content for m in await state.messages("unseen")] == ["before", "after"]
        assert await state.messages("dropped") == []
        assert await state.append("talk", said("two"), request_id="r2") == 2


async def test_an_outage_of_the_mode_memory_ends_with_it(valkey):
    """Writes live here until the store is back; then the store is right."""
    async with AsyncStateManager(redis=valkey.url, outage="memory", timeout=10.0) as state:
        await state.save("x", {"n": 1})
        valkey.kill()
        session = await state.patch("x", {"n": 2})
        await state.append("talk", said("here"))

        assert (session.acked, state.backend, state.stats().journal_depth) == ("memory", "memory", 0)
        assert (await state.get("x")).data == {"n": 2}

        valkey.start()
        async with asyncio.timeout(20.0):
            while state.backend != "redis":
                await asyncio.sleep(0.01)

        assert (await state.get("x")).data == {"n": 1}
        assert await state.messages("talk") == []


async def test_the_mode_raise_raises(valkey):
    """Every call says that the store is away; the first one after its return works."""
    async with AsyncStateManager(redis=valkey.url, outage="raise", timeout=10.0) as state:
        await state.save("x", {"n": 1})
        valkey.kill()

        for call in (
            lambda: state.save("x", {}),
            lambda: state.get("x"),
            lambda: state.get_many(["x"]),
            lambda: state.delete("x"),
            lambda: state.append("talk", said("x")),
            lambda: state.messages("talk"),
        ):
            with pytest.raises(StateUnavailableError):
                await call()
        assert (await state.health()).status == "fail"

        valkey.start()

        assert (await state.get("x")).data == {"n": 1}
        assert (await state.health()).status == "pass"


async def test_a_full_journal_refuses(valkey):
    async with AsyncStateManager(redis=valkey.url, max_journal=3, timeout=10.0) as state:
        await state.save("x", {})
        valkey.kill()
        for number in range(3):
            await state.save("x", {"n": number})

        with pytest.raises(StateUnavailableError) as caught:
            await state.save("x", {"n": 99})
        with pytest.raises(StateUnavailableError):
            await state.append("talk", said("x"))

        assert caught.value.depth == 3
        assert (await state.get("x")).data == {"n": 2}
        with pytest.raises(StateUnavailableError) as late:
            await state.flush(timeout=0.05)
        assert late.value.depth == 3
        valkey.start()
        await settled(state)
        assert (await state.get("x")).data == {"n": 2}


async def test_a_manager_may_begin_while_the_store_is_away(valkey):
    valkey.kill()
    async with AsyncStateManager(redis=valkey.url, timeout=10.0) as state:
        made = await state.create({"a": 1})
        valkey.start()
        await settled(state)

        assert (await state.get(made.id)).acked == "redis"


async def test_what_is_lost_at_the_end_is_said(valkey, caplog):
    """A journal in memory cannot outlive its process; that is an error in the log and a warning."""
    state = AsyncStateManager(redis=valkey.url, timeout=2.0)
    await state.save("x", {})
    valkey.kill()
    await state.save("x", {"n": 1})

    with pytest.warns(ResourceWarning, match="1 acknowledged write"):
        await state.aclose()

    assert any(record.levelname == "ERROR" for record in caplog.records)


async def test_a_journal_in_a_folder_survives_the_process(valkey, tmp_path):
    """The process is killed in the outage; the next one takes the journal over and replays it, once."""
    program = textwrap.dedent(
        """
        import asyncio, os, signal, sys
        from pathlib import Path
        from asyncassist import AsyncStateManager

        async def main(url, folder):
            state = AsyncStateManager(redis=url, journal=Path(folder))
            for number in range(20):
                await state.save(f"s{number % 5}", {"n": number})
            await state.append("talk", [{"role": "user", "content": "written"}])
            print("ready", flush=True)
            sys.stdin.readline()
            for number in range(20, 60):
                await state.save(f"s{number % 5}", {"n": number})
            await state.update("s0", lambda data: {**data, "more": True})
            await state.append("talk", [{"role": "user", "content": "kept"}])
            print("acknowledged", flush=True)
            sys.stdin.readline()

        asyncio.run(main(*sys.argv[1:]))
        """
    )
    process = await asyncio.to_thread(
        subprocess.Popen,
        [sys.executable, "-c", program, valkey.url, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert await asyncio.to_thread(process.stdout.readline) == "ready\n"
    valkey.kill()
    await asyncio.to_thread(process.stdin.write, "go\n")
    await asyncio.to_thread(process.stdin.flush)
    assert await asyncio.to_thread(process.stdout.readline) == "acknowledged\n"
    process.kill()
    await asyncio.to_thread(process.communicate)

    async with AsyncStateManager(redis=valkey.url, journal=tmp_path, timeout=10.0) as state:
        assert state.backend == "journal"
        assert (await state.get("s0")).data == {"n": 55, "more": True}
        assert [m.content for m in await state.messages("talk")] == ["kept"]
        valkey.start()
        await settled(state)

        assert [(await state.get(f"s{n}")).data["n"] for n in range(5)] == [55, 56, 57, 58, 59]
        assert (await state.get("s0")).version == 13
        assert [m.content for m in await state.messages("talk")] == ["written", "kept"]
    assert [path for path in tmp_path.iterdir() if path.suffix == ".sqlite"] == []


async def test_what_waits_in_a_folder_stays_there(valkey, tmp_path, caplog):
    state = AsyncStateManager(redis=valkey.url, journal=tmp_path, timeout=0.2)
    await state.save("x", {})
    valkey.kill()
    await state.save("x", {"n": 1})
    await state.aclose()
    assert any("stay in the journal" in record.message for record in caplog.records)

    valkey.start()
    async with AsyncStateManager(redis=valkey.url, journal=tmp_path, timeout=10.0) as after:
        await settled(after)

        assert (await after.get("x")).data == {"n": 1}


async def test_thousands_of_writes_are_replayed_in_order(valkey):
    """Many sessions with several writes each: the last one of each stands, and each write counts once."""
    async with AsyncStateManager(redis=valkey.url, timeout=5.0) as state:
        await state.save("x", {})
        valkey.kill()
        for turn in range(3):
            await asyncio.gather(*(state.save(f"s{number}", {"turn": turn}) for number in range(800)))
        await asyncio.to_thread(valkey.start)
        await settled(state)

        found = await state.get_many([f"s{number}" for number in range(800)])
        assert {(session.version, session.data["turn"]) for session in found} == {(3, 2)}
        assert state.stats().replayed == 2400


async def test_cut_connections_are_mended_without_an_outage(valkey):
    """A connection that breaks is replaced and the commands on it repeated; none is done twice."""
    proxy = await Proxy.start(valkey.port)
    async with AsyncStateManager(redis=proxy.url, timeout=10.0) as state:
        await state.save("x", {"n": 0})
        for _ in range(5):
            proxy.drop()
            await asyncio.gather(*(state.update("x", increment) for _ in range(20)))

        assert (await state.get("x")).data == {"n": 100}
        assert state.stats().retries > 0
    await proxy.aclose()


async def test_a_session_that_ended_by_itself_meanwhile_is_written_again(valkey):
    """It was used here all the time; that its server could not be told is no reason to lose it."""
    async with AsyncStateManager(redis=valkey.url, timeout=10.0) as state:
        await state.save("x", {"a": 1}, ttl=0.4)
        valkey.kill()
        await state.save("x", {"a": 1, "b": 1}, ttl=60.0)
        await state.patch("x", {"b": 2})
        await asyncio.sleep(0.5)
        valkey.start()
        await settled(state)

        assert (await state.get("x")).data == {"a": 1, "b": 2}


async def test_a_lock_needs_the_store(valkey):
    async with AsyncStateManager(redis=valkey.url, timeout=10.0) as state:
        async with state.lock("a"):
            with pytest.raises(BusyError):
                async with state.lock("a", wait=0.05):
                    pass
        valkey.kill()
        with pytest.raises(StateUnavailableError):
            async with state.lock("a"):
                pass
        with pytest.raises(StateUnavailableError):
            async with state.lock("a"):
                pass


async def test_an_outage_of_postgres_is_survived(postgres_url, prefix):
    """Conversations are journalled; what was stored without an answer is not stored twice."""
    proxy = await Proxy.start(int(postgres_url.rpartition(":")[2].partition("/")[0]))
    talk = f"{prefix}talk"
    async with AsyncStateManager(postgres=proxy.url_like(postgres_url), timeout=3.0) as state:
        await state.append(talk, said("one"))
        proxy.swallow = True
        version = await state.append(talk, said("two"), request_id="r")
        proxy.cut()
        await state.append(talk, said("three"))

        assert (version, state.backend) == (2, "journal")
        assert (await state.health()).status == "warn"
        await proxy.mend()
        await settled(state)

        assert [m.content for m in await state.messages(talk)] == ["one", "two", "three"]
        assert state.backend == "memory"
    await proxy.aclose()


@pytest.mark.parametrize("kind", ["redis", "postgres"])
async def test_what_was_forgotten_elsewhere_stays_forgotten(kind, redis_here, postgres_url, prefix):
    """What this process had journalled for it meanwhile is not written, and reported; other conversations merge."""
    given = redis_here if kind == "redis" else postgres_url
    proxy = await Proxy.start(int(given.rpartition(":")[2].partition("/")[0]))
    conflicts = []
    options = {"prefix": prefix, "timeout": 10.0}
    async with (
        AsyncStateManager(**{kind: given, **options}) as there,
        AsyncStateManager(**{kind: proxy.url_like(given), **options}, on_conflict=conflicts.append) as state,
    ):
        talks = {name: f"{prefix}{name}" for name in ("gone", "anew", "longer", "kept", "mine", "unseen")}
        for name in ("gone", "anew", "longer", "mine"):
            await state.append(talks[name], said("first"))
        await there.append(talks["kept"], said("zero"))
        await state.append(talks["kept"], said("first"))
        proxy.cut()
        for talk in talks.values():
            await state.append(talk, said("journalled"))
            await state.append(talk, said("and more"))
        await state.forget(talks["mine"])
        await state.append(talks["mine"], said("after"))
        for name in ("gone", "anew", "longer"):
            await there.forget(talks[name])
        await there.append(talks["anew"], said("new"))
        await there.append(talks["longer"], said("new", "newer", "newest"))
        await there.append(talks["kept"], said("theirs"))
        await proxy.mend()
        await settled(state)

        found = {name: [m.content for m in await there.messages(talk)] for name, talk in talks.items()}
        assert found == {
            "gone": [],
            "anew": ["new"],
            "longer": ["new", "newer", "newest"],
            "kept": ["zero", "first", "theirs", "journalled", "and more"],
            "mine": ["after"],
            "unseen": ["journalled", "and more"],
        }
        assert sorted(conflict.id for conflict in conflicts) == sorted(
            [talks[n] for n in ("gone", "anew", "longer")] * 2
        )
        told = next(conflict for conflict in conflicts if conflict.id == talks["longer"])
        assert (told.kind, told.expected, told.actual) == ("conversation", 1, 3)
        assert told.data["messages"][0]["content"] == "journalled"
    await proxy.aclose()


async def test_a_conversation_that_ended_by_itself_meanwhile_goes_on(valkey):
    """Its time was over while the store could not be told that it was used: that is no forgetting."""
    proxy = await Proxy.start(valkey.port)
    async with AsyncStateManager(redis=proxy.url, timeout=10.0) as state:
        await state.append("talk", said("first"))
        proxy.cut()
        await state.append("talk", said("journalled"))
        client = theirs.Redis.from_url(valkey.url, driver_info=None)
        assert await client.pexpire("asyncassist:c{-:talk}", -1)
        await client.aclose()
        await proxy.mend()
        await settled(state)

        assert [m.content for m in await state.messages("talk")] == ["journalled"]
        assert state.stats().conflicts == 0
    await proxy.aclose()


async def test_a_write_that_is_repeated_is_done_once(redis_here, prefix):
    """The answer was lost and the command sent again: it returns what it returned, and changes nothing."""
    gate = await open_redis_executor(parse_url("redis", redis_here), max_connections=2, timeout=10.0)
    store = RedisStore(gate, prefix=prefix, ttl=60.0, max_messages=10)
    first = Write("any", b'{"n":1}', ttl=30.0, write_ids=(WriteId("one", 1),))
    other = Write("any", b'{"n":2}', write_ids=(WriteId("two", 1),))

    assert (await store.write("x", first)).record.version == 1
    assert (await store.write("x", other)).record.version == 2
    again = await store.write("x", first)

    assert (again.written, again.record.version, again.record.ttl) == (True, 1, 30.0)
    assert ((await store.read("x")).version, (await store.read("x")).body) == (2, b'{"n":2}')
    await gate.aclose()


async def test_a_key_remembers_a_bounded_number_of_writers(redis_here, prefix):
    """Those that were silent for the longest time are forgotten; the last ones are known."""
    gate = await open_redis_executor(parse_url("redis", redis_here), max_connections=2, timeout=10.0)
    store = RedisStore(gate, prefix=prefix, ttl=60.0, max_messages=10)
    for number in range(100):
        await store.write("x", Write("any", b"{}", write_ids=(WriteId(f"w{number}", 1),)))
    client = theirs.Redis.from_url(redis_here, driver_info=None)

    assert await client.hlen(f"{prefix}s{{x}}") < 70
    assert (await store.write("x", Write("any", b"{}", write_ids=(WriteId("w99", 1),)))).record.version == 100
    await client.aclose()
    await gate.aclose()


async def test_an_append_that_arrived_and_was_forgotten_does_not_come_back(redis_here, prefix):
    """Only its answer was lost: what is forgotten remembers who had written."""
    gate = await open_redis_executor(parse_url("redis", redis_here), max_connections=2, timeout=10.0)
    store = RedisStore(gate, prefix=prefix, ttl=60.0, max_messages=10)
    ready = prepare_messages(said("once"), now=SYSTEM_CLOCK)

    assert await store.append("-:talk", ready, WriteId("one", 1)) == 1
    assert await store.forget("-:talk", WriteId("two", 1))
    await store.append("-:talk", ready, WriteId("one", 1), is_replay=True)

    assert await store.read_page("-:talk") == (0, [])
    await gate.aclose()


async def test_a_turn_begun_while_the_server_stood_still_locks_nobody_out(valkey):
    """The server takes up the lock when it goes on, after its caller has left: the next turn gives it back first."""
    async with AsyncStateManager(redis=valkey.url, timeout=0.5) as state:
        async with state.turn("talk"):
            pass
        valkey.freeze()
        async with state.turn("talk"):
            pass
        valkey.thaw()
        await state.flush(timeout=20.0)

        # Without that it would wait for the lease of 30 seconds.
        async with asyncio.timeout(20.0), state.turn("talk"):
            pass
