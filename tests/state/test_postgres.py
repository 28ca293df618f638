"""PostgreSQL: tables that migrate once, and a pool of yours."""

from __future__ import annotations

import asyncio
import sys

import asyncpg
import pytest

from asyncassist import AsyncStateManager
from asyncassist._stores.postgres import PostgresStore, _connection_options
from asyncassist._stores.postgres_migrations import MIGRATIONS
from asyncassist._stores.session_records import WriteId
from asyncassist.errors import AuthenticationError, ClosedError, ConflictError, StateError, StateUnavailableError
from tests.pooler import Pooler

SAID = [{"role": "user", "content": "x"}]


async def test_four_processes_migrate_at_once(postgres_url, prefix):
    """One does it, the others wait, and all of them work."""
    admin = await asyncpg.connect(postgres_url, ssl=False, password="")
    name = prefix[:-1]
    await admin.execute(f"CREATE DATABASE {name}")
    url = postgres_url.rpartition("/")[0] + f"/{name}"
    program = """
import asyncio, sys
from asyncassist import AsyncStateManager
async def main(url, number):
    async with AsyncStateManager(postgres=url, timeout=30.0) as state:
        for _ in range(5):
            await state.append("talk", [{"role": "user", "content": number}])
asyncio.run(main(*sys.argv[1:]))
"""
    processes = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", program, url, str(number)) for number in range(4)
    ]
    assert await asyncio.gather(*(process.wait() for process in processes)) == [0, 0, 0, 0]

    connection = await asyncpg.connect(url, ssl=False, password="")
    assert await connection.fetchval("SELECT count(*) FROM asyncassist.migrations") == len(MIGRATIONS) - 1
    assert await connection.fetchval("SELECT version FROM asyncassist.conversations") == 20
    await connection.close()
    await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await admin.close()


async def test_a_pool_of_yours_is_used_and_stays_open(postgres_url, prefix):
    async with asyncpg.create_pool(postgres_url, ssl=False, password="", min_size=1, max_size=3) as pool:
        async with AsyncStateManager(postgres=pool, timeout=5.0) as state:
            await state.append(f"{prefix}t", SAID, request_id="r")
            assert [check.name for check in (await state.health()).checks] == ["memory", "postgres"]

        assert await pool.fetchval("SELECT version FROM asyncassist.conversations WHERE id = $1", f"{prefix}t") == 1


async def test_a_repeated_append_is_known_by_its_messages(postgres_url, prefix):
    """What was stored without an answer is not stored again, also without a request id."""
    from asyncassist._clock import SYSTEM_CLOCK
    from asyncassist._stores.serialization import prepare_messages

    store = PostgresStore(postgres_url, max_connections=2, timeout=5.0)
    await store.open()
    ready = prepare_messages(SAID * 2, now=SYSTEM_CLOCK)
    key = f"-:{prefix}t"

    first = await store.append(key, ready, WriteId("w", 1))
    again = await store.append(key, ready, WriteId("w", 1), is_replay=True)

    assert (first, again) == (2, 2)
    assert (await store.read_page(key))[0] == 2
    await store.aclose()
    with pytest.raises(ClosedError):
        await store.append(key, ready, WriteId("w", 2))


async def test_a_refused_role_is_an_error_of_its_own(postgres_url):
    url = postgres_url.replace("postgres@", "nobody:secret@")
    async with AsyncStateManager(postgres=url, timeout=5.0) as state:
        with pytest.raises(AuthenticationError) as caught:
            await state.append("talk", SAID)
        assert "secret" not in str(caught.value)


async def test_a_missing_database_is_an_error_not_an_outage(postgres_url):
    url = postgres_url.rpartition("/")[0] + "/nosuch"
    async with AsyncStateManager(postgres=url, timeout=5.0) as state:
        with pytest.raises(StateError) as caught:
            await state.append("talk", SAID)
        assert not isinstance(caught.value, StateUnavailableError)
        assert state.backend == "memory"


async def test_the_mode_raise_raises_for_postgres():
    async with AsyncStateManager(postgres="postgresql://x@127.0.0.1:1/x", outage="raise", timeout=0.5) as state:
        with pytest.raises(StateUnavailableError):
            await state.append("talk", SAID)
        with pytest.raises(StateUnavailableError):
            await state.messages("talk")
        assert (await state.health()).status == "fail"


async def test_cancelled_appends_hurt_nobody(postgres_url, prefix):
    async with AsyncStateManager(postgres=postgres_url, timeout=5.0) as state:
        tasks = [asyncio.create_task(state.append(f"{prefix}{n}", SAID)) for n in range(40)]
        await asyncio.sleep(0)
        for task in tasks[::2]:
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)

        assert results[1::2] == [1] * 20
        assert all(isinstance(result, asyncio.CancelledError) for result in results[::2])


def test_a_look_at_the_disk_is_only_left_to_those_who_need_it(monkeypatch, tmp_path):
    """Passwords of a file and certificates of a server elsewhere are asyncpg's to find."""
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("PGPASSWORD", "PGPASSFILE", "PGSSLMODE"):
        monkeypatch.delenv(name, raising=False)

    assert _connection_options("postgresql://u@127.0.0.1/x") == {"password": "", "ssl": False}
    assert _connection_options("postgresql://u:p@example.org/x") == {}
    assert _connection_options("postgresql://u:p@localhost/x?sslmode=require") == {}
    (tmp_path / ".pgpass").write_text("")
    assert _connection_options("postgresql://u@example.org/x") == {}


async def test_a_pooler_between_does_no_harm(postgres_url, prefix):
    """Each transaction may meet another server: nothing is prepared under a name, nothing is left behind."""
    async with Pooler(int(postgres_url.rpartition(":")[2].partition("/")[0])) as pooler:
        async with AsyncStateManager(postgres=pooler.url, timeout=10.0) as state:
            talks = [f"{prefix}{number}" for number in range(60)]
            for version in (0, 1):
                appends = [
                    state.append(talk, SAID, expected_version=version, request_id=f"r{version}") for talk in talks
                ]
                assert set(await asyncio.gather(*appends)) == {version + 1}
            with pytest.raises(ConflictError):
                await state.append(talks[0], SAID, expected_version=1)
            assert await state.append(talks[0], SAID, request_id="r0") == 1
            pages = await asyncio.gather(*(state.messages(talk) for talk in talks))
            assert {len(page) for page in pages} == {2}
            assert await state.forget(talks[0]) is True
            assert state.backend == "memory"

        assert pooler.transactions > 60


async def test_a_pool_of_yours_may_go_through_a_pooler(postgres_url, prefix):
    async with (
        Pooler(int(postgres_url.rpartition(":")[2].partition("/")[0])) as pooler,
        asyncpg.create_pool(
            pooler.url, ssl=False, password="", min_size=2, max_size=4, statement_cache_size=0, reset=_nothing
        ) as pool,
        AsyncStateManager(postgres=pool, timeout=10.0) as state,
    ):
        for version in range(1, 10):
            assert await state.append(f"{prefix}t", SAID) == version
        assert len(await state.messages(f"{prefix}t")) == 9


async def test_a_connection_that_relies_on_its_server_fails_at_the_pooler(postgres_url):
    """The pooler of these tests is no mere proxy: a statement with a name is not found again."""
    async with Pooler(int(postgres_url.rpartition(":")[2].partition("/")[0])) as pooler:
        connection = await asyncpg.connect(pooler.url, ssl=False, password="")
        await connection.fetchval("SELECT 1")
        with pytest.raises(asyncpg.InvalidSQLStatementNameError):
            await connection.fetchval("SELECT 1")
        connection.terminate()


async def _nothing(_: object) -> None:
    """Leave a connection as it is."""
