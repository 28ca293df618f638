"""StateRuntime: opening, reports of conflicts, journals of earlier processes, and closing."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import textwrap

import pytest
import redis.asyncio as aioredis

from asyncassist import AsyncStateManager
from asyncassist.errors import ConfigurationError
from tests.proxy import Proxy
from tests.state.operations import text_messages, wait_until_replayed


async def test_a_failing_on_conflict_does_not_stop_the_replay(valkey, caplog):
    """An exception of the callback is logged, and the other writes are replayed."""

    def fail(conflict):
        raise LookupError

    async with AsyncStateManager(redis=valkey.url, on_conflict=fail, timeout=10.0) as state:
        valkey.kill()
        await state.save("a", {}, expected_version=9)
        await state.save("b", {"kept": True})
        valkey.start()
        await wait_until_replayed(state)

        assert (await state.get("b")).data == {"kept": True}
    assert any("on_conflict failed" in record.message for record in caplog.records)


async def test_a_write_that_the_store_refuses_does_not_stop_the_replay(valkey):
    """A key of another type is in its place: the write is reported, and the others are replayed."""
    conflicts = []
    proxy = await Proxy.start(valkey.port)
    async with AsyncStateManager(redis=proxy.url, on_conflict=conflicts.append, timeout=10.0) as state:
        await state.save("other", {})
        proxy.cut()
        await state.save("x", {"n": 1})
        await state.append("chat", text_messages("lost"))
        await state.save("other", {"n": 2})
        client = aioredis.Redis.from_url(valkey.url, driver_info=None)
        await client.set("asyncassist:s{x}", "not ours")
        await client.set("asyncassist:c{-:chat}", "not ours")
        await client.aclose()
        await proxy.mend()
        await wait_until_replayed(state)

        assert (await state.get("other")).data == {"n": 2}
        reported = {conflict.kind: conflict for conflict in conflicts}
        assert (reported["session"].id, reported["session"].data) == ("x", {"n": 1})
        assert reported["conversation"].id == "chat"
        assert reported["conversation"].data["messages"][0]["content"] == "lost"
    await proxy.aclose()


async def test_open_succeeds_while_the_store_is_unavailable(valkey, caplog):
    """A manager opened in an outage logs it at once; it journals writes and replays them."""
    valkey.kill()
    async with AsyncStateManager(redis=valkey.url, timeout=10.0) as state:
        assert state.backend == "journal"
        assert [record.getMessage() for record in caplog.records if "Redis is degraded" in record.getMessage()]
        made = await state.create({"a": 1})
        valkey.start()
        await wait_until_replayed(state)

        assert (await state.get(made.id)).acked == "redis"


async def test_closing_with_an_in_memory_journal_reports_lost_writes(valkey, caplog):
    """A journal in memory cannot outlive its process: an error in the log and a ResourceWarning."""
    state = AsyncStateManager(redis=valkey.url, timeout=2.0)
    await state.save("x", {})
    valkey.kill()
    await state.save("x", {"n": 1})

    with pytest.warns(ResourceWarning, match="1 acknowledged write"):
        await state.aclose()

    assert any(record.levelname == "ERROR" for record in caplog.records)


async def test_a_journal_in_a_folder_survives_the_process(valkey, tmp_path):
    """The process is killed in the outage; the next one adopts its journal and replays it once."""
    program = textwrap.dedent(
        """
        import asyncio, os, signal, sys
        from pathlib import Path
        from asyncassist import AsyncStateManager

        async def main(url, folder):
            state = AsyncStateManager(redis=url, journal=Path(folder))
            for number in range(20):
                await state.save(f"s{number % 5}", {"n": number})
            await state.append("chat", [{"role": "user", "content": "written"}])
            print("ready", flush=True)
            sys.stdin.readline()
            for number in range(20, 60):
                await state.save(f"s{number % 5}", {"n": number})
            await state.update("s0", lambda data: {**data, "more": True})
            await state.append("chat", [{"role": "user", "content": "kept"}])
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
        assert [m.content for m in await state.messages("chat")] == ["kept"]
        valkey.start()
        await wait_until_replayed(state)

        assert [(await state.get(f"s{n}")).data["n"] for n in range(5)] == [55, 56, 57, 58, 59]
        assert (await state.get("s0")).version == 13
        assert [m.content for m in await state.messages("chat")] == ["written", "kept"]
    assert [path for path in tmp_path.iterdir() if path.suffix == ".sqlite"] == []


async def test_closing_leaves_buffered_writes_in_the_journal_folder(valkey, tmp_path, caplog):
    """Writes still buffered at `aclose` stay on disk, and the next manager replays them."""
    state = AsyncStateManager(redis=valkey.url, journal=tmp_path, timeout=0.2)
    await state.save("x", {})
    valkey.kill()
    await state.save("x", {"n": 1})
    await state.aclose()
    assert any("stay in the journal" in record.message for record in caplog.records)

    valkey.start()
    async with AsyncStateManager(redis=valkey.url, journal=tmp_path, timeout=10.0) as after:
        await wait_until_replayed(after)

        assert (await after.get("x")).data == {"n": 1}


async def test_the_journal_must_be_a_folder(tmp_path):
    """A `journal` that is a file raises ConfigurationError when the manager opens."""
    file = tmp_path / "file"
    file.write_text("")

    with pytest.raises(ConfigurationError) as caught:
        async with AsyncStateManager(redis="redis://127.0.0.1:1/0", journal=file):
            pass

    assert caught.value.field == "journal"


async def test_a_near_cache_is_refused_with_a_cluster():
    """`near_cache` with a cluster raises ConfigurationError when the manager opens."""
    async with asyncio.timeout(20.0):
        with pytest.raises(ConfigurationError):
            async with AsyncStateManager(redis="redis+cluster://127.0.0.1:1", near_cache=True):
                pass


async def test_processes_forked_from_one_manager_write_under_ids_of_their_own(valkey):
    """Every write that forked processes acknowledge is stored, although one process created their manager."""
    program = textwrap.dedent(
        """
        import asyncio, os, sys
        from asyncassist import AsyncStateManager

        state = AsyncStateManager(redis=sys.argv[1], timeout=10.0)

        async def work(name):
            async with state:
                for number in range(5):
                    await state.patch("counts", {f"{name}{number}": True})
                    await state.append("chat", [{"role": "user", "content": f"{name}{number}"}])

        children = []
        for name in "ab":
            if not (child := os.fork()):
                asyncio.run(work(name))
                os._exit(0)
            children.append(child)
        sys.exit(any([os.waitpid(child, 0)[1] for child in children]))
        """
    )
    async with AsyncStateManager(redis=valkey.url, timeout=10.0) as state:
        await state.create(session_id="counts")

        done = await asyncio.to_thread(subprocess.run, [sys.executable, "-c", program, valkey.url], check=False)

        written = {f"{name}{number}" for name in "ab" for number in range(5)}
        assert done.returncode == 0
        assert {*(await state.get("counts")).data} == written
        assert {message.content for message in await state.messages("chat")} == written


async def test_children_of_a_process_with_an_open_manager_write_with_their_own(valkey, tmp_path):
    """Forked while the parent writes: what each acknowledges is stored once; the parent's manager is refused in a child."""
    program = textwrap.dedent(
        """
        import multiprocessing, sys
        from asyncassist import AsyncStateManager, LoopThread
        from asyncassist.errors import WrongLoopError

        options = {"redis": sys.argv[1], "journal": sys.argv[2], "timeout": 10.0}
        loop, unopened, opened = LoopThread(), AsyncStateManager(**options), AsyncStateManager(**options)

        def write(state, name):
            for number in range(20):
                loop.run(state.append("chat", [{"role": "user", "content": f"{name}{number}"}]))
                loop.run(state.update("counts", lambda data: data.setdefault("marks", []).append(f"{name}{number}")))

        def work(name):
            write(unopened, name)
            try:
                loop.run(opened.append("chat", [{"role": "user", "content": "refused"}]))
            except WrongLoopError:
                loop.run(unopened.aclose())
                loop.close()
            else:
                sys.exit(1)

        fork = multiprocessing.get_context("fork")
        children = [fork.Process(target=work, args=[name]) for name in "ab"]
        loop.run(opened.create(session_id="counts"))
        write(opened, "before")
        for child in children:
            child.start()
        write(opened, "beside")
        for child in children:
            child.join()
        loop.run(opened.aclose())
        loop.close()
        sys.exit(any(child.exitcode for child in children))
        """
    )
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", program, valkey.url, str(tmp_path)]

    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=False)

    written = sorted(f"{name}{number}" for name in ("a", "b", "before", "beside") for number in range(20))
    async with AsyncStateManager(redis=valkey.url, timeout=10.0) as state:
        assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)
        assert sorted(message.content for message in await state.messages("chat")) == written
        assert sorted((await state.get("counts")).data["marks"]) == written
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("end", ["", "os._exit(0)", "os.kill(os.getpid(), signal.SIGKILL)"])
async def test_a_process_that_ends_without_closing_leaves_its_writes_in_the_journal(valkey, tmp_path, end):
    """Every write that it acknowledged during an outage is replayed once by the next process."""
    program = textwrap.dedent(
        """
        import os, signal, sys
        from asyncassist import AsyncStateManager, LoopThread

        loop = LoopThread()
        state = AsyncStateManager(redis=sys.argv[1], journal=sys.argv[2], timeout=0.5)
        for number in range(20):
            loop.run(state.append("chat", [{"role": "user", "content": str(number)}]))
            print(loop.run(state.save(f"s{number}", {})).acked, flush=True)
        """
    )
    valkey.kill()
    command = [sys.executable, "-W", "ignore", "-c", program + end, valkey.url, str(tmp_path)]

    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=False)

    assert done.stdout.split() == ["journal"] * 20
    valkey.start()
    async with AsyncStateManager(redis=valkey.url, journal=tmp_path, timeout=10.0) as state:
        await state.flush()
        assert [message.content for message in await state.messages("chat")] == [str(number) for number in range(20)]
        assert {session.version for session in await state.get_many([f"s{number}" for number in range(20)])} == {1}


async def leave_writes(folder, **options) -> None:
    """Leave a session and a message in the journal folder, as a process that ends in an outage does."""
    state = AsyncStateManager(journal=folder, timeout=0.2, **options)
    await state.save("order", {"total": 12})
    await state.append("talk", text_messages("hello"))
    await state.aclose()


async def test_writes_of_another_prefix_stay_in_the_journal_folder(valkey, tmp_path):
    """Two services share a folder: each replays its own writes only, and health tells of the others."""
    valkey.kill()
    await leave_writes(tmp_path, redis=valkey.url, prefix="shop:")
    valkey.start()

    async with AsyncStateManager(redis=valkey.url, prefix="crm:", journal=tmp_path, timeout=10.0) as other:
        await other.flush()
        assert await other.get("order") is None
        health = await other.health()
        assert (health.status, health.checks[-1].name) == ("warn", "journal")
        assert health.checks[-1].note == "2 writes of ended processes wait for a process that has their store"
        async with AsyncStateManager(redis=valkey.url, prefix="shop:", journal=tmp_path, timeout=10.0) as own:
            await own.flush()
            assert (await own.get("order")).data == {"total": 12}
            assert [message.content for message in await own.messages("talk")] == ["hello"]
            assert (await own.health()).status == "pass"
    assert list(tmp_path.iterdir()) == []


async def test_writes_for_a_store_that_the_process_lacks_stay_in_the_journal_folder(valkey, tmp_path):
    """A process without PostgreSQL replays the sessions and leaves the messages, also one without any store."""
    valkey.kill()
    await leave_writes(tmp_path, redis=valkey.url, postgres="postgres://127.0.0.1:1/app")
    valkey.start()

    async with AsyncStateManager(journal=tmp_path) as memory:
        assert (await memory.health()).checks[-1].name == "journal"
    async with AsyncStateManager(redis=valkey.url, journal=tmp_path, timeout=10.0) as state:
        await state.flush()
        assert (await state.get("order")).data == {"total": 12}
        assert await state.messages("talk") == []
        assert (await state.health()).checks[-1].note.startswith("1 writes")
    assert len(list(tmp_path.glob("*.sqlite"))) == 1


async def test_what_cannot_be_read_in_the_journal_folder_does_not_prevent_opening(valkey, tmp_path):
    """It stays where it is, and health tells of it."""
    (tmp_path / "journal-1-00000000.sqlite").symlink_to("/nonexistent/file")
    (tmp_path / "journal-2-00000000.sqlite").write_bytes(b"damaged")

    async with AsyncStateManager(redis=valkey.url, journal=tmp_path, timeout=10.0) as state:
        health = await state.health()

        assert health.status == "warn"
        assert health.checks[-1].note == "2 files or entries cannot be read"
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("end", ["", "os.kill(os.getpid(), signal.SIGTERM)"], ids=["end of the program", "SIGTERM"])
async def test_a_manager_with_a_journal_can_be_closed_from_atexit(valkey, tmp_path, end):
    """Executors take no work then: closing prints nothing, leaves no file, and writes what is still buffered."""
    program = textwrap.dedent(
        """
        import atexit, os, signal, sys
        from asyncassist import AsyncStateManager, LoopThread
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        loop = LoopThread()
        state = AsyncStateManager(redis=sys.argv[1], journal=sys.argv[2], timeout=10.0)
        @atexit.register
        def close():
            loop.run(state.aclose())
            loop.close()
            print("closed")
        print(loop.run(state.save("x", {"a": 1})).acked)
        """
    )
    command = [sys.executable, "-c", program + end, valkey.url, str(tmp_path)]

    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=False)

    assert (done.stdout.split(), done.stderr, done.returncode) == (["redis", "closed"], "", 0)
    assert list(tmp_path.iterdir()) == []
