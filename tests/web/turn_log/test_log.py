"""Log of turns: readers, stops, interruptions, idempotency keys, bounds; in this process and with a store."""

from __future__ import annotations

import asyncio
import time
import traceback
from typing import Any

import pytest

from asyncassist.errors import StateUnavailableError
from asyncassist.web.chat_turns import reply_of
from asyncassist.web.problem import ProblemError
from asyncassist.web.turn_log import IdempotencyKey, parse_event_id
from asyncassist.web.turn_log.log import owner_of, owner_of_user, split_entry
from tests.web.turn_log.parts import OWNER, counting, drain, log_of, start

KEY = IdempotencyKey("scope", "f" * 32)


class HeldWork:
    """Work that emits one event, and waits then until it is released."""

    def __init__(self) -> None:
        self.release = asyncio.Event()
        self.runs = 0

    async def __call__(self, emit):
        self.runs += 1
        await emit("delta", {"text": "one "})
        await self.release.wait()
        await emit("done", {"reply": "one"})


def last_of(entries):
    name, data = split_entry(entries[-1])
    return name, data.decode()


async def test_turn_cut_at_each_place_is_whole_in_this_process():
    """400 events, read by another reader after each of them: nothing is lost and nothing doubled."""
    async with log_of() as log:
        whole = await drain(await start(log, counting(400)))
        turn_id = await log.find(OWNER)
        parts = [await drain(await log.read(turn_id, cut, OWNER)) for cut in range(400)]

    assert len(whole) == 400
    assert [whole[:cut] + part for cut, part in enumerate(parts)] == [whole] * 400


async def test_turn_cut_at_each_place_is_whole_in_any_worker(new_store):
    """400 events: readers in the same and in another worker, while the turn runs and after its end."""
    async with log_of(new_store()) as log, log_of(new_store()) as other:
        reader = await start(log, counting(400))
        running = [asyncio.ensure_future(_follow(other, reader.turn_id, cut)) for cut in range(0, 400, 20)]
        whole = await drain(reader)
        parts = await asyncio.gather(*running)
        same = [await _follow(log, reader.turn_id, cut) for cut in range(400)]
        another = [await _follow(other, reader.turn_id, cut) for cut in range(400)]

    assert len(whole) == 400
    assert [whole[:cut] + part for cut, part in zip(range(0, 400, 20), parts, strict=True)] == [whole] * 20
    for found in (same, another):
        assert [whole[:cut] + part for cut, part in enumerate(found)] == [whole] * 400


async def _follow(log, turn_id, cut):
    return await drain(await log.read(turn_id, cut, OWNER))


async def test_turn_runs_on_when_its_client_leaves():
    """Without any reader it goes on, and its events can be read afterwards."""
    held = HeldWork()
    async with log_of() as log:
        reader = await start(log, held)
        await reader.next(5.0)
        await reader.aclose()
        held.release.set()
        found = await drain(await log.read(reader.turn_id, 0, OWNER))

    assert [split_entry(entry)[0] for entry in found] == ["start", "delta", "done"]


async def test_last_reader_cancels_the_turn_if_asked_for():
    """With `cancels`, a turn lives as long as one of its readers."""
    held = HeldWork()
    async with log_of(cancels=True) as log:
        first = await start(log, held)
        second = await log.read(first.turn_id, 0, OWNER)
        await first.aclose()
        assert log.running == 1
        await second.aclose()
        assert log.running == 0
        again = await log.read(first.turn_id, 0, OWNER)
        assert '"status":409' in last_of(await drain(again))[1]


async def test_stop_ends_a_turn_in_this_process():
    """Readers get the reason as last event; without a running turn there is nothing to stop."""
    held = HeldWork()
    async with log_of() as log:
        assert not await log.stop(OWNER)
        reader = await start(log, held)
        await reader.next(5.0)
        assert await log.stop(OWNER)
        name, data = await reader.last()
        assert not await log.stop(OWNER)

    assert (name, reader.failure.code) == ("error", "stopped")
    assert b"stopped" in data


async def test_stop_reaches_the_worker_of_the_turn(new_store):
    """Another worker stops a turn within the interval of the renewals; what has ended cannot be stopped."""
    async with log_of(new_store()) as log, log_of(new_store()) as other:
        reader = await start(log, HeldWork(), owner=owner_of("ann", "stopped"))
        assert await other.stop(owner_of("ann", "stopped"))
        async with asyncio.timeout(2.0):
            name, data = await reader.last()
        assert not await other.stop(owner_of("ann", "stopped"))

    assert (name, b"stopped" in data) == ("error", True)


async def test_dead_worker_leaves_its_turn_interrupted(new_store):
    """Two seconds after the last renewal, a reader in another worker gets the interruption as last event."""
    log = log_of(new_store())
    async with log_of(new_store()) as other:
        reader = await start(log, HeldWork())
        await reader.next(5.0)
        log._renewal.cancel()  # as a process that is killed
        follower = await other.read(reader.turn_id, 0, OWNER)
        async with asyncio.timeout(2.0):
            entries = await drain(follower)
        assert "interrupted" in last_of(entries)[1]
        assert await follower.is_at_end()
        await log.aclose()
        assert (await drain(await other.read(reader.turn_id, 0, OWNER))) == entries


async def test_closing_interrupts_the_turns():
    """A worker that ends tells its readers so."""
    log = log_of()
    async with log:
        reader = await start(log, HeldWork())
        unrun = await start(log, HeldWork())
        await reader.next(5.0)
    assert reader.failure.code == "interrupted"
    assert unrun.failure.code == "interrupted"
    assert "interrupted" in last_of(await drain(reader))[1]


async def test_error_of_the_work_is_the_last_event():
    """It is translated by the caller."""

    async def fail(emit):
        raise ProblemError(422, "no", "nothing doing")

    async with log_of() as log:
        reader = await start(log, fail)
        name, data = await reader.last()

    assert (name, reader.failure.status) == ("error", 422)
    assert b"nothing doing" in data


async def test_work_that_ends_without_done_is_interrupted():
    """Every turn has an end."""

    async def nothing(emit):
        pass

    async with log_of() as log:
        assert (await (await start(log, nothing)).last())[0] == "error"


async def test_size_and_duration_of_a_turn_are_bounded():
    """Beyond a bound, the turn ends with a problem that names it."""

    async def large(emit):
        while True:
            await emit("delta", {"text": "x" * 100_000})

    async def own_timeout(emit):
        raise TimeoutError

    async with log_of(duration=0.05) as log:
        codes = []
        for work in (large, HeldWork()):
            reader = await start(log, work)
            await reader.last()
            codes.append(reader.failure.code)
        reader = await start(log, own_timeout)
        await reader.last()

    assert codes == ["turn-too-large", "turn-too-long"]
    assert reader.failure.code == "internal"


async def test_each_turn_has_an_error_of_its_own():
    """That one was reported, and raised by a request with its tracebacks, is nothing to the next: it is reported too."""

    async def large(emit):
        await emit("delta", {"text": "x" * 1000})

    def count_frames(error):
        return sum(1 for _ in traceback.walk_tb(error.__traceback__))

    errors = []
    async with log_of(turn_bytes=500, duration=0.01) as log:
        for work in (large, large, HeldWork(), HeldWork()):
            with pytest.raises(ProblemError) as caught:
                await reply_of(await start(log, work))
            errors.append((caught.value, count_frames(caught.value)))
    async with log_of() as log:
        for _ in range(2):
            reader = await start(log, HeldWork())
            assert await log.stop(OWNER)
            with pytest.raises(ProblemError) as caught:
                await reply_of(reader)
            errors.append((caught.value, count_frames(caught.value)))

    assert [error.code for error, _ in errors] == ["turn-too-large"] * 2 + ["turn-too-long"] * 2 + ["stopped"] * 2
    assert len({id(error) for error, _ in errors}) == len(errors)
    assert [frames for _, frames in errors[::2]] == [frames for _, frames in errors[1::2]]


async def test_owner_alone_reads_a_turn():
    """Another user, and the same one in another session, has no such turn; the beginning of the key is the user's."""
    async with log_of() as log:
        reader = await start(log, counting(3))
        await drain(reader)

        assert await log.read(reader.turn_id, 0, owner_of("bob", "session")) is None
        assert await log.read(reader.turn_id, 0, owner_of("ann", "other")) is None
        assert await log.read(reader.turn_id, 0, owner_of_user("bob")) is None
        assert await log.read(reader.turn_id, 0, owner_of_user("ann")) is not None
        assert await log.read("0" * 32, 0, OWNER) is None


@pytest.mark.parametrize("event_id", ["", "x", "-1", f"{'a' * 32}-0", f"{'a' * 32}-1x", f"{'A' * 32}-1", "a" * 9999])
def test_id_of_no_event_is_refused(event_id):
    """An id is that of a turn and a number from 1 on."""
    with pytest.raises(ProblemError):
        parse_event_id(event_id)


async def test_key_finds_the_turn_that_runs_or_succeeded():
    """The same message under the same key is answered once; another message is refused."""
    held = HeldWork()
    async with log_of() as log:
        first = await start(log, held, key=KEY)
        second = await start(log, held, key=KEY)
        held.release.set()
        assert await drain(first) == await drain(second)
        third = await start(log, held, key=KEY)
        with pytest.raises(ProblemError) as caught:
            await start(log, held, key=IdempotencyKey(KEY.scope, "0" * 32))

    assert third.turn_id == second.turn_id == first.turn_id
    assert held.runs == 1
    assert (caught.value.status, caught.value.field) == (422, "idempotency-key")


async def test_key_of_a_failed_turn_starts_another():
    """What did not succeed can be asked for again under the same key."""
    held = HeldWork()
    async with log_of() as log:
        first = await start(log, held, key=KEY)
        while first.position < 2:
            await first.next(5.0)
        await log.stop(OWNER)
        await first.last()
        second = await start(log, held, key=KEY)
        held.release.set()
        name, _ = await second.last()

    assert (name, held.runs) == ("done", 2)
    assert first.turn_id != second.turn_id


async def test_key_counts_in_all_workers(new_store):
    """Requests with one key at two workers at once are one turn; after an interruption it is another one."""
    key = IdempotencyKey(f"scope-{id(new_store)}", "f" * 32)
    held_works = HeldWork(), HeldWork()
    async with log_of(new_store()) as other:
        log = log_of(new_store())
        readers = await asyncio.gather(start(log, held_works[0], key=key), start(other, held_works[1], key=key))
        assert readers[0].turn_id == readers[1].turn_id
        await asyncio.sleep(0.05)
        assert held_works[0].runs + held_works[1].runs == 1
        await log.aclose()
        held_works[1].release.set()
        again = await start(other, held_works[1], key=key)
        found = await drain(again)

    assert last_of(found)[0] == "done"


async def test_turns_run_on_without_their_store(caplog):
    """While the store fails, turns are followed in their own worker; it is asked again after a second."""

    class Broken:
        calls = 0

        def __getattr__(self, name):
            async def fail(*args):
                if name != "aclose":
                    self.calls += 1
                    raise OSError

            return fail

    store = Broken()
    now = 0.0
    async with log_of(store, now=lambda: now) as log:
        reader = await start(log, counting(5), key=KEY)
        whole = await drain(reader)
        calls = store.calls
        assert await _follow(log, reader.turn_id, 2) == whole[2:]
        assert store.calls == calls
        assert log.degradation
        assert (await start(log, counting(5), key=KEY)).turn_id == reader.turn_id
        assert await log.find(OWNER) == reader.turn_id
        now = 2.0
        assert not await log.stop(owner_of("ann", "other"))
        assert store.calls == calls + 1

    assert len(whole) == 5


async def test_ended_turns_last_ten_minutes():
    """After that, and beyond the bound of bytes, they are gone, with their claims."""
    now = 0.0
    async with log_of(now=lambda: now) as log:
        reader = await start(log, counting(5), key=KEY)
        await drain(reader)
        now = 599.0
        assert await log.find(OWNER) == reader.turn_id
        now = 601.0
        assert await log.find(OWNER) is None
        assert await log.read(reader.turn_id, 0, OWNER) is None
        assert (await start(log, counting(5), key=KEY)).turn_id != reader.turn_id


async def test_memory_of_ended_turns_is_bounded():
    """The oldest are dropped first, and claims do not outlive their turns for long."""
    async with log_of(log_bytes=5000) as log:
        for number in range(60):
            key = IdempotencyKey(str(number), "f" * 32)
            reader = await start(log, counting(5), key=key, owner=owner_of("ann", str(number)))
            await drain(reader)

        assert await log.find(owner_of("ann", "0")) is None
        assert await log.find(owner_of("ann", "59")) is not None
        assert log._ended_bytes <= 5000
        assert len(log._claims) < 60


class FailingStore:
    """Store that does not answer."""

    async def forget_user(self, user: str) -> None:
        raise OSError

    async def aclose(self) -> None:
        pass


async def endless(emit: Any) -> None:
    """Work that goes on until it is stopped."""
    await emit("delta", {})
    await asyncio.Event().wait()


async def test_the_turns_of_a_user_end_and_go(new_store):
    """What runs is stopped, what has ended is deleted, here and in the store; turns of other users go on."""
    for store in (None, new_store()):
        async with log_of(store) as log:
            ended = await start(log, counting(5))
            await drain(ended)
            running = await start(log, endless, owner=owner_of("ann", "other"))
            foreign = await start(log, endless, owner=owner_of("bob", "session"))
            await log.forget_user("ann")

            assert running.failure is not None
            assert (running.failure.code, log.running) == ("stopped", 1)
            assert await log.find(OWNER) is None
            assert await log.find(owner_of("ann", "other")) is None
            assert await log.read(ended.turn_id, 0, OWNER) is None
            assert await log.find(owner_of("bob", "session")) == foreign.turn_id
            await running.aclose()
            await foreign.aclose()


async def test_a_turn_may_end_the_turns_of_its_user():
    """A tool that deletes the user's data does not wait for its own turn."""
    async with log_of() as log:

        async def work(emit: Any) -> None:
            await log.forget_user("ann")
            await emit("done", {})

        entries = await drain(await start(log, work))

    assert entries[-1].startswith((b"done", b"error"))


async def test_a_store_that_fails_keeps_the_turns_of_a_user_from_counting_as_deleted():
    """The call raises StateUnavailableError, so that it is repeated."""
    async with log_of(FailingStore()) as log:
        with pytest.raises(StateUnavailableError):
            await log.forget_user("ann")


async def test_forgotten_session_has_no_turns():
    """What ended in this process is deleted with the session."""
    async with log_of() as log:
        await drain(await start(log, counting(5)))
        await log.forget(OWNER)

        assert await log.find(OWNER) is None


async def test_forgetting_a_session_costs_nothing_for_the_turns_of_others():
    """Ten times as many ended turns of other sessions do not make it slower."""

    async def cpu_time(others: int) -> float:
        times = []
        async with log_of() as log:
            for number in range(others):
                await drain(await start(log, counting(2), owner=owner_of("ann", f"other {number}")))
            for _ in range(5):
                began = time.thread_time()
                for _ in range(100):
                    await log.forget(OWNER)
                times.append(time.thread_time() - began)
        return min(times)

    assert await cpu_time(3000) < 3 * await cpu_time(300) + 0.001
