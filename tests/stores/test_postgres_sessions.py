"""Sessions and locks in PostgreSQL: write ids, expiry and its cleaner, processes, outages, and older databases."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import textwrap

import asyncpg
import pytest

from asyncassist import AsyncStateManager
from asyncassist._stores.postgres import PostgresStore
from asyncassist._stores.postgres_migrations import MIGRATIONS
from asyncassist._stores.postgres_sessions import _CLEANING_BATCH
from asyncassist._stores.serialization import owner_digest
from asyncassist._stores.session_records import TOMBSTONE_TTL, RefusedWriteError, Write, WriteId
from asyncassist.errors import ClosedError, StateError, StateUnavailableError
from tests.proxy import Proxy
from tests.state.operations import increment
from tests.stores.test_postgres import create_database

_PASS = "UPDATE asyncassist.sessions SET expires_at = expires_at - $1 * interval '1 s'"


@pytest.fixture
async def database(empty_postgres_url):
    """A connection of the test's own to a database without sessions."""
    connection = await asyncpg.connect(empty_postgres_url, ssl=False, password="")
    yield connection
    await connection.close()


@pytest.fixture
async def store(empty_postgres_url, database):
    """A store whose sessions live for 100 seconds."""
    made = PostgresStore(empty_postgres_url, max_connections=5, timeout=10.0, ttl=100.0)
    await made.open()
    await made.probe()
    yield made
    await made.aclose()


def port_of(url):
    """Return the port of a URL."""
    return int(url.rpartition(":")[2].partition("/")[0])


async def test_a_write_id_is_applied_once(store):
    """A repeated write returns the first result; an older one of the same writer is not applied either."""
    first = await store.write("x", Write("any", b'{"n":1}', write_ids=(WriteId("w", 5),)))
    other = await store.write("x", Write("any", b'{"n":2}', write_ids=(WriteId("v", 1),)))
    again = await store.write("x", Write("any", b'{"n":1}', write_ids=(WriteId("w", 5),)))
    older = await store.write("x", Write("any", b'{"n":0}', write_ids=(WriteId("w", 4),)))

    assert [(result.written, result.record.version) for result in (first, other, again, older)] == [
        (True, 1),
        (True, 2),
        (True, 1),
        (True, 1),
    ]
    assert (again.record.body, (await store.read("x")).body) == (b'{"n":1}', b'{"n":2}')


async def test_the_writers_of_a_session_are_bounded(store, database):
    """The last writes of 64 writers and a few more are remembered."""
    for number in range(200):
        await store.write("x", Write("any", b"{}", write_ids=(WriteId(f"w{number}", 1),)))

    query = "SELECT array_agg(k) FROM asyncassist.sessions, jsonb_object_keys(writes) AS k"
    names = await database.fetchval(query)
    assert 64 <= len(names) <= 128
    assert {f"w{number}" for number in range(136, 200)} <= {*names}


async def test_a_replay_reads_what_was_applied(store):
    """The last sequence number of each writer; 0 for one that wrote nothing, and for a session that never was."""
    ids = (WriteId("w", 4), WriteId("v", 2), WriteId("w", 6))
    done = await store.write_many([("x", Write("exact", b"{}", change_count=3, write_ids=ids))])

    found = await store.read_for_replay([("x", ["w", "v", "u"]), ("y", ["w"])])

    assert done[0].record.version == 3
    assert [(record.version, last) for record, last in found] == [(3, {"w": 6, "v": 2, "u": 0}), (0, {"w": 0})]


@pytest.mark.parametrize(
    ("mode", "expected", "accepted"),
    [
        ("any", 0, {"never", "live"}),
        ("alive", 0, {"live"}),
        ("live", 1, {"live"}),
        ("live", 2, set()),
        ("free", 0, {"never", "deleted", "expired"}),
        ("never", 0, {"never", "expired"}),
        ("exact", 2, {"deleted"}),
    ],
)
async def test_conditions_are_those_of_every_store(store, database, mode, expected, accepted):
    """On a live session, a deleted one, one that expired, and one that never was; a refused write leaves nothing."""
    for name in ("live", "deleted", "expired"):
        await store.write(name, Write("any", b'{"n":1}', ttl=500.0 if name != "expired" else 50.0))
    await store.write("deleted", Write("alive", None))
    await database.execute(_PASS, 60.0)

    names = ["deleted", "expired", "live", "never"]
    results = await store.write_many([(name, Write(mode, b'{"n":2}', expected)) for name in names])

    written = {name for name, result in zip(names, results, strict=True) if result.written}
    assert written == (accepted | {"expired"} if "never" in accepted else accepted)
    by_name = dict(zip(names, results, strict=True))
    if "live" not in written:
        record = by_name["live"].record
        assert (record.version, record.body, record.ttl) == (1, b'{"n":1}', 500.0)
        assert 430.0 < record.expires_in < 440.0
    rows = await database.fetch("SELECT id FROM asyncassist.sessions WHERE version = 0 OR expires_at < now()")
    assert not rows


async def test_an_aged_write_has_the_rest_of_its_ttl(store, database):
    """Unless the session was used since; with nothing left it does not exist."""
    aged = await store.write("x", Write("any", b"{}", age=40.0))
    used = await store.write("x", Write("any", b"{}", age=90.0))
    own = await store.write("x", Write("any", b"{}", ttl=20.0, age=5.0))
    gone = await store.write("y", Write("any", b"{}", age=100.0))
    buried = await store.write("x", Write("alive", None))

    left = [round(result.record.expires_in) for result in (aged, used, own, buried)]
    assert left == [60, 60, 15, TOMBSTONE_TTL]
    assert gone.written
    assert (await store.read("y")).version == 0


async def test_a_read_extends_the_ttl_once_a_tenth_has_passed(store, database):
    """Each extension is a write, so a session just used is not extended; tombstones and `touch=False` never."""
    await store.write("x", Write("any", b"{}"))
    await store.write("own", Write("any", b"{}", ttl=60.0))
    await store.write("gone", Write("any", b"{}"))
    await store.write("gone", Write("alive", None))
    await database.execute(_PASS, 5.0)
    assert round((await store.read("x")).expires_in) == 95
    await database.execute(_PASS, 45.0)
    assert round((await store.read("x", touch=False)).expires_in) == 50

    records = await store.read_many(["x", "own", "gone", "none"])
    await store._touch_task
    again = await store.read_many(["x", "own", "gone", "none"], touch=False)

    assert [round(record.expires_in) for record in records] == [100, 60, TOMBSTONE_TTL - 50, 0]
    assert [round(record.expires_in) for record in again] == [100, 60, TOMBSTONE_TTL - 50, 0]
    await database.execute(_PASS, 100.0)
    assert (await store.read("x")).version == 0
    assert [name async for name in store.scan()] == []


async def test_an_extension_that_fails_harms_no_read(empty_postgres_url, database):
    """The read has its record; the next one asks for the extension again."""
    proxy = await Proxy.start(port_of(empty_postgres_url))
    store = PostgresStore(proxy.url_like(empty_postgres_url), max_connections=2, timeout=2.0, ttl=100.0)
    await store.open()
    await store.write("x", Write("any", b"{}"))
    await database.execute(_PASS, 50.0)

    reading = asyncio.ensure_future(store.read("x"))
    while store._touch_task is None:
        await asyncio.sleep(0)
    proxy.cut()
    await asyncio.wait([store._touch_task])
    await proxy.mend()
    record, again = await reading, await store.read("x", touch=False)
    await store.aclose()
    await proxy.aclose()

    assert (round(record.expires_in), round(again.expires_in)) == (100, 50)


async def test_expired_rows_are_deleted_in_small_batches(store, database):
    """Each statement of the cleaner is small; what lives stays, and so do locks that may be held."""
    writes = [store.write(f"s{number}", Write("any", b"{}")) for number in range(_CLEANING_BATCH + 1)]
    await asyncio.gather(*writes)
    await store.acquire("old", "a", 1.0)
    await database.execute(_PASS, 100.0)
    await database.execute("UPDATE asyncassist.locks SET expires_at = expires_at - interval '25 hours'")
    await store.write("alive", Write("any", b"{}"))
    await store.acquire("held", "a", 30.0)

    more = [await store.clean() for _ in range(2)]

    assert more == [True, False]
    assert await database.fetchval("SELECT array_agg(id) FROM asyncassist.sessions") == ["alive"]
    assert await database.fetchval("SELECT array_agg(name) FROM asyncassist.locks") == ["held"]


async def test_the_cleaner_runs_on_its_own(empty_postgres_url, database):
    """A store that writes sessions deletes expired ones regularly, until it is closed."""
    store = PostgresStore(empty_postgres_url, max_connections=2, timeout=10.0, ttl=100.0, cleaning_interval=0.01)
    await store.open()
    for _ in range(2):
        await store.write("x", Write("any", b"{}"))
        await database.execute(_PASS, 100.0)
        async with asyncio.timeout(20.0):
            while await database.fetchval("SELECT count(*) FROM asyncassist.sessions"):
                await asyncio.sleep(0.01)
    await store.aclose()


async def test_scan_reads_page_by_page(store):
    """All live sessions are found, however many there are, and no deleted one."""
    names = [f"s{number:04}" for number in range(1200)]
    await store.write_many([(name, Write("any", b"{}")) for name in names])
    await store.write(names[0], Write("alive", None))

    assert [name async for name in store.scan()] == names[1:]


async def test_tokens_of_a_lock_rise(store):
    """Also after a release, and after an expired lease; the owner renews with the token it has."""
    first = await store.acquire("l", "a", 30.0)

    assert await store.acquire("l", "b", 30.0) is None
    assert await store.acquire("l", "a", 0.001) == first
    await asyncio.sleep(0.01)
    second = await store.acquire("l", "b", 30.0)
    assert second > first
    assert await store.release("l", "a") is False
    assert await store.release("l", "b") is True
    assert await store.acquire("l", "c", 30.0) > second


async def test_a_refused_write_does_not_affect_its_neighbours(store, database):
    """Of a group of which the database refuses one, only that one fails, and its error quotes nothing."""
    await database.execute(
        "ALTER TABLE asyncassist.sessions ADD CONSTRAINT small CHECK (length(data) < 100 OR id <> 's3')"
    )
    try:
        body = b'"' + b"secret" * 20 + b'"'
        results = await store.write_many([(f"s{number}", Write("any", body)) for number in range(8)])
    finally:
        await database.execute("ALTER TABLE asyncassist.sessions DROP CONSTRAINT small")

    assert type(results[3]) is RefusedWriteError
    assert "secret" not in repr(results[3])
    assert [result.written for number, result in enumerate(results) if number != 3] == [True] * 7


async def test_a_write_that_ends_a_deadlock_is_repeated(postgres_url, prefix):
    """What the database rolled back because of others is no outage: the caller learns nothing of it."""
    trigger = """
        CREATE SEQUENCE calls;
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
          IF nextval('calls') = 1 THEN RAISE 'deadlock' USING ERRCODE = '40P01'; END IF;
          RETURN NEW;
        END $$;
        CREATE TRIGGER refuse BEFORE UPDATE ON asyncassist.sessions FOR EACH ROW EXECUTE FUNCTION refuse();
    """
    async with create_database(postgres_url, prefix[:-1]) as (url, _):
        connection = await asyncpg.connect(url, ssl=False, password="")
        async with AsyncStateManager(postgres=url, outage="raise") as state:
            await state.health()
            await connection.execute(trigger)
            found = await asyncio.gather(*(state.save(f"s{number}", {}) for number in range(5)))

        assert [session.version for session in found] == [1] * 5
        await connection.close()


async def test_writes_to_an_unreachable_database_fail_together():
    """A replay of several sessions raises, so that all of it is tried again."""
    store = PostgresStore("postgresql://x@127.0.0.1:1/x", max_connections=1, timeout=0.5)
    await store.open()

    with pytest.raises(StateUnavailableError):
        await store.write_many([(name, Write("any", b"{}")) for name in ("x", "y")])
    await store.aclose()
    with pytest.raises(ClosedError):
        await store.write("x", Write("any", b"{}"))


async def test_a_restart_forgets_nothing(empty_postgres_url):
    """Sessions and their versions are there for the next manager; health and `acked` name the store."""
    async with AsyncStateManager(postgres=empty_postgres_url) as state:
        saved = await state.save("x", {"n": 1})

    async with AsyncStateManager(postgres=empty_postgres_url) as state:
        found = await state.get("x")
        assert (found.data, found.version, saved.acked, found.acked) == ({"n": 1}, 1, "postgres", "postgres")
        assert [check.name for check in (await state.health()).checks] == ["postgres"]
        assert state.backend == "postgres"


async def test_processes_update_one_session_without_an_error(empty_postgres_url):
    """Four processes update one session 100 times each, and take turns meanwhile: 400 updates are stored."""
    program = textwrap.dedent(
        """
        import asyncio, sys
        from asyncassist import AsyncStateManager

        def increment(data):
            data["n"] = data.get("n", 0) + 1

        async def main(url):
            async with AsyncStateManager(postgres=url, timeout=30.0) as state:
                for _ in range(10):
                    await asyncio.gather(*(state.update("x", increment, create=True) for _ in range(10)))
                    await asyncio.gather(*(state.save(f"s{number}", {}) for number in range(20)))
                async with state.turn("turns"):
                    found = await state.get("turns")
                    await state.save("turns", {"n": (found.data["n"] if found else 0) + 1})

        asyncio.run(main(sys.argv[1]))
        """
    )
    command = [sys.executable, "-c", program, empty_postgres_url]
    processes = [
        await asyncio.to_thread(subprocess.Popen, command, stderr=subprocess.PIPE, text=True) for _ in range(4)
    ]
    errors = [(await asyncio.to_thread(process.communicate))[1] for process in processes]

    async with AsyncStateManager(postgres=empty_postgres_url) as state:
        assert errors == [""] * 4
        found = await state.get("x")
        assert (found.data, found.version) == ({"n": 400}, 400)
        assert (await state.get("turns")).data == {"n": 4}


async def test_an_outage_loses_and_doubles_nothing(empty_postgres_url):
    """Writes of an outage are replayed in order; one whose reply was lost is applied once."""
    proxy = await Proxy.start(port_of(empty_postgres_url))
    async with AsyncStateManager(postgres=proxy.url_like(empty_postgres_url), timeout=2.0) as state:
        await state.save("x", {"n": 1})
        proxy.swallow = True
        lost = await state.update("x", increment)
        proxy.cut()
        for _ in range(5):
            await state.update("x", increment)
        made = await state.create({"new": True}, session_id="y")
        with pytest.raises(StateUnavailableError):
            await state.get("unknown")

        assert (lost.acked, made.acked, state.backend) == ("journal", "journal", "journal")
        await proxy.mend()
        await state.flush(timeout=20.0)

        found = await state.get("x")
        assert (found.data, found.version, found.acked) == ({"n": 7}, 7, "postgres")
        assert (await state.get("y")).data == {"new": True}
        assert (state.stats().conflicts, state.backend) == (0, "postgres")
    await proxy.aclose()


async def test_a_journal_is_replayed_by_the_next_process(empty_postgres_url, tmp_path):
    """What an ended process acknowledged as journalled is served at once, and then stored."""
    (tmp_path / "journal").mkdir(mode=0o700)
    proxy = await Proxy.start(port_of(empty_postgres_url))
    options = {"postgres": proxy.url_like(empty_postgres_url), "journal": tmp_path / "journal", "timeout": 1.0}
    async with AsyncStateManager(**options) as state:
        await state.save("x", {"n": 1})
        proxy.cut()
        await state.update("x", increment)
    async with AsyncStateManager(**options) as state:
        assert (await state.get("x")).data == {"n": 2}
        await proxy.mend()
        await state.flush(timeout=20.0)

        found = await state.get("x")
        assert (found.data, found.version, found.acked) == ({"n": 2}, 2, "postgres")
    await proxy.aclose()


@pytest.mark.parametrize("done", range(2, len(MIGRATIONS)))
async def test_a_database_of_an_earlier_release_opens(postgres_url, prefix, done):
    """With any number of migrations, its conversations are there and are found, and sessions are stored beside them."""
    owner = owner_digest("ana")
    async with create_database(postgres_url, prefix[:-1]) as (url, _):
        connection = await asyncpg.connect(url, ssl=False, password="")
        for number, text in enumerate(MIGRATIONS[: done + 1]):
            await connection.execute(text)
            if number:
                await connection.execute("INSERT INTO asyncassist.migrations (number) VALUES ($1)", number)
        await connection.execute("INSERT INTO asyncassist.conversations VALUES ($1, 'c', 1, now())", owner)
        await connection.execute(
            "INSERT INTO asyncassist.messages VALUES ($1, 'c', 1, 'id', 'user', 'hi', NULL, NULL, now())", owner
        )
        await connection.close()
        async with AsyncStateManager(postgres=url, timeout=10.0) as state:
            await state.save("x", {"n": 1})

            assert [m.content for m in await state.messages("c", user="ana")] == ["hi"]
            again = [{"role": "user", "content": "again"}]
            assert await state.append("c", again, user="ana", expected_version=1) == 2
            assert [hit.message.seq for hit in await state.search("hi", user="ana")] == [1]
            assert (await state.get("x")).data == {"n": 1}


async def test_a_missing_table_is_an_error_of_the_schema(empty_postgres_url, database):
    """Health fails when the table of sessions is gone although its migration is recorded."""
    async with AsyncStateManager(postgres=empty_postgres_url) as state:
        await state.save("x", {})
        await database.execute("ALTER TABLE asyncassist.sessions RENAME TO away")
        try:
            assert (await state.health()).status == "fail"
            with pytest.raises(StateError):
                await state.save("x", {})
        finally:
            await database.execute("ALTER TABLE asyncassist.away RENAME TO sessions")
        assert (await state.health()).status == "pass"
