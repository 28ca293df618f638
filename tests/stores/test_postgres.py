"""PostgresStore: borrowed pools, poolers (pgbouncer too where it is installed), replayed appends, and translated errors."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import traceback

import asyncpg
import pytest

from asyncassist import AsyncStateManager
from asyncassist._clock import SYSTEM_CLOCK
from asyncassist._stores.postgres import (
    PostgresStore,
    RolledBackError,
    _connection_options,
    _translate_error,
    check_postgres,
)
from asyncassist._stores.search import digest_words
from asyncassist._stores.serialization import owner_digest, prepare_messages
from asyncassist._stores.session_records import Append, RefusedWriteError, WriteId
from asyncassist.errors import (
    AsyncAssistError,
    AuthenticationError,
    ClosedError,
    ConfigurationError,
    ConflictError,
    StateError,
    StateUnavailableError,
)
from tests.pooler import Pooler
from tests.proxy import Proxy
from tests.servers import PgBouncer, find_pgbouncer
from tests.state.operations import increment

MESSAGES = [{"role": "user", "content": "x"}]


async def test_a_borrowed_pool_is_used_and_stays_open(postgres_url, prefix):
    """A pool of the caller's serves the store and is not closed by it."""
    async with asyncpg.create_pool(postgres_url, ssl=False, password="", min_size=1, max_size=3) as pool:
        async with AsyncStateManager(postgres=pool, timeout=5.0) as state:
            await state.append(f"{prefix}t", MESSAGES, request_id="r")
            assert [check.name for check in (await state.health()).checks] == ["postgres"]

        assert await pool.fetchval("SELECT version FROM asyncassist.conversations WHERE id = $1", f"{prefix}t") == 1


async def test_a_replayed_append_is_recognized_by_its_message_ids(postgres_url, prefix):
    """An append whose reply was lost is not stored again, also without a request id."""
    store = PostgresStore(postgres_url, max_connections=2, timeout=5.0)
    await store.open()
    prepared = prepare_messages(MESSAGES * 2, clock=SYSTEM_CLOCK)
    key = f"-:{prefix}t"

    first = await store.append(key, Append(prepared), WriteId("w", 1))
    again = await store.append(key, Append(prepared, is_replay=True), WriteId("w", 1))

    assert (first, again) == (2, 2)
    assert (await store.read_page(key))[0] == 2
    await store.aclose()
    with pytest.raises(ClosedError):
        await store.append(key, Append(prepared), WriteId("w", 2))


async def test_refused_credentials_raise_authentication_error(postgres_url):
    """A refused role is no outage, and the error does not show the password."""
    url = postgres_url.replace("postgres@", "nobody:secret@")
    async with AsyncStateManager(postgres=url, timeout=5.0) as state:
        with pytest.raises(AuthenticationError) as caught:
            await state.append("chat", MESSAGES)
        assert "secret" not in str(caught.value)


async def test_a_missing_database_is_an_error_not_an_outage(postgres_url):
    """A missing database raises StateError and nothing is journalled."""
    url = postgres_url.rpartition("/")[0] + "/nosuch"
    async with AsyncStateManager(postgres=url, timeout=5.0) as state:
        with pytest.raises(StateError) as caught:
            await state.append("chat", MESSAGES)
        assert not isinstance(caught.value, StateUnavailableError)
        assert state.backend == "postgres"


async def test_mode_raise_raises_for_postgres():
    """In mode "raise" appends and reads raise while PostgreSQL is unavailable."""
    async with AsyncStateManager(postgres="postgresql://x@127.0.0.1:1/x", outage="raise", timeout=0.5) as state:
        with pytest.raises(StateUnavailableError):
            await state.append("chat", MESSAGES)
        with pytest.raises(StateUnavailableError):
            await state.messages("chat")
        assert (await state.health()).status == "fail"


async def test_cancelled_appends_do_not_affect_their_group(postgres_url, prefix):
    """Of a group in which every other append is cancelled, the rest is committed."""
    async with AsyncStateManager(postgres=postgres_url, timeout=5.0) as state:
        tasks = [asyncio.create_task(state.append(f"{prefix}{n}", MESSAGES)) for n in range(40)]
        await asyncio.sleep(0)
        for task in tasks[::2]:
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)

        assert results[1::2] == [1] * 20
        assert all(isinstance(result, asyncio.CancelledError) for result in results[::2])


def test_connection_options_avoid_needless_file_lookups(monkeypatch, tmp_path):
    """asyncpg looks for password files and certificates only where the URL may need them."""
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("PGPASSWORD", "PGPASSFILE", "PGSSLMODE"):
        monkeypatch.delenv(name, raising=False)

    assert _connection_options("postgresql://u@127.0.0.1/x") == {"password": "", "ssl": False}
    assert _connection_options("postgresql://u:p@example.org/x") == {}
    assert _connection_options("postgresql://u:p@localhost/x?sslmode=require") == {}
    (tmp_path / ".pgpass").write_text("")
    assert _connection_options("postgresql://u@example.org/x") == {}


@pytest.fixture(params=["stand-in", *(["pgbouncer"] if find_pgbouncer() else [])])
async def pooled_url(request, empty_postgres_url):
    """URL of the database behind each pooler in turn: a stand-in that never reuses a connection, and pgbouncer."""
    port = int(empty_postgres_url.rpartition(":")[2].partition("/")[0])
    if request.param == "stand-in":
        async with Pooler(port) as pooler:
            yield pooler.url
        return
    server = await asyncio.to_thread(PgBouncer(find_pgbouncer(), port).start)
    yield server.url
    await asyncio.to_thread(server.stop)


async def test_the_store_works_behind_a_transaction_pooler(pooled_url, prefix):
    """Each transaction may run on another server connection: no named statements, no session state."""
    async with AsyncStateManager(postgres=pooled_url, timeout=10.0) as state:
        conversation_ids = [f"{prefix}{number}" for number in range(60)]
        for version in (0, 1):
            appends = [
                state.append(conversation_id, MESSAGES, expected_version=version, request_id=f"r{version}")
                for conversation_id in conversation_ids
            ]
            assert set(await asyncio.gather(*appends)) == {version + 1}
        with pytest.raises(ConflictError):
            await state.append(conversation_ids[0], MESSAGES, expected_version=1)
        assert await state.append(conversation_ids[0], MESSAGES, request_id="r0") == 1
        pages = await asyncio.gather(*(state.messages(conversation_id) for conversation_id in conversation_ids))
        assert {len(page) for page in pages} == {2}
        assert await state.forget(conversation_ids[0]) is True
        assert state.backend == "postgres"


async def test_sessions_and_locks_work_behind_a_transaction_pooler(pooled_url):
    """Two managers behind a pooler lose no update, and their turns exclude each other."""
    async with (
        AsyncStateManager(postgres=pooled_url, timeout=10.0) as one,
        AsyncStateManager(postgres=pooled_url, timeout=10.0) as other,
    ):
        names = [f"s{number}" for number in range(30)]
        for _ in range(3):
            await asyncio.gather(
                *(state.update(name, increment, create=True) for state in (one, other) for name in names)
            )

        async def turn(state):
            async with state.turn("c"):
                found = await state.messages("c")
                await state.append("c", MESSAGES, expected_version=len(found))

        await asyncio.gather(*(turn(state) for state in (one, other) for _ in range(5)))
        found = await one.get_many(names)
        assert [session.data for session in found] == [{"n": 6}] * 30
        assert await other.delete(names[0])
        assert sorted([name async for name in one.scan()]) == sorted(names[1:])
        await other.forget("c")


async def test_a_borrowed_pool_may_use_a_pooler(pooled_url, prefix):
    """A pool of the caller's works behind a transaction pooler."""
    async with (
        asyncpg.create_pool(
            pooled_url, ssl=False, password="", min_size=2, max_size=4, statement_cache_size=0, reset=_skip_reset
        ) as pool,
        AsyncStateManager(postgres=pool, timeout=10.0) as state,
    ):
        for version in range(1, 10):
            assert await state.append(f"{prefix}t", MESSAGES) == version
        assert len(await state.messages(f"{prefix}t")) == 9


async def test_the_test_pooler_breaks_named_statements(postgres_url):
    """The pooler of these tests is no mere proxy: a named statement is not found again."""
    async with Pooler(int(postgres_url.rpartition(":")[2].partition("/")[0])) as pooler:
        connection = await asyncpg.connect(pooler.url, ssl=False, password="")
        await connection.fetchval("SELECT 1")
        with pytest.raises(asyncpg.InvalidSQLStatementNameError):
            await connection.fetchval("SELECT 1")
        connection.terminate()


async def _skip_reset(_: object) -> None:
    """Leave a released connection as it is."""


@contextlib.asynccontextmanager
async def create_database(postgres_url, name, options=""):
    """Create a database, yield its URL and a connection to another database, and drop it."""
    admin = await asyncpg.connect(postgres_url, ssl=False, password="")
    await admin.execute(f"CREATE DATABASE {name} {options}")
    yield postgres_url.rpartition("/")[0] + f"/{name}", admin
    await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await admin.close()


async def _wait_for_failed_health(state):
    """Wait until health fails, and return it."""
    async with asyncio.timeout(20.0):
        while (health := await state.health()).status != "fail":
            await asyncio.sleep(0.01)
    return health


async def test_a_refused_append_does_not_affect_its_neighbours(postgres_url, prefix):
    """The database refuses one append of a group, live and on replay: only that one fails or is reported."""
    latin = "ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
    emoji = [{"role": "user", "content": "\N{GRINNING FACE}"}]
    far = [{"role": "user", "content": "x", "created_at": dt.datetime.max.replace(tzinfo=dt.timezone.min)}]
    lost = []
    async with create_database(postgres_url, prefix[:-1], latin) as (url, _):
        proxy = await Proxy.start(int(url.rpartition(":")[2].partition("/")[0]))
        async with AsyncStateManager(
            postgres=proxy.url_like(url), timeout=5.0, on_conflict=lambda conflict: lost.append(conflict.id)
        ) as state:
            appends = [state.append(f"live{number}", emoji if number == 3 else MESSAGES) for number in range(10)]
            results = await asyncio.gather(*appends, return_exceptions=True)
            proxy.cut()
            for number in range(10):
                messages = emoji if number == 3 else far if number == 6 else MESSAGES
                await state.append(f"replayed{number}", messages)
            await proxy.mend()
            await state.flush(timeout=20.0)

            assert type(results.pop(3)) is RefusedWriteError
            assert results == [1] * 9
            assert [bool(await state.messages(f"replayed{n}")) for n in range(10)] == [
                n not in {3, 6} for n in range(10)
            ]
            assert lost == ["replayed3", "replayed6"]
        await proxy.aclose()


async def test_a_refused_append_quotes_no_message(postgres_url, prefix):
    """Neither the error, nor a cause, nor a traceback shows the text: of a value, a constraint or a trigger."""
    far = dt.datetime.max.replace(tzinfo=dt.timezone.min)
    message = {"role": "user", "content": "my secret"}
    trigger = """
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'not %', NEW.content; END $$;
        CREATE TRIGGER refuse BEFORE INSERT ON asyncassist.messages FOR EACH ROW EXECUTE FUNCTION refuse();
    """
    changes = ["SELECT 1", "ALTER TABLE asyncassist.messages ADD CHECK (content <> 'my secret')", trigger]
    async with create_database(postgres_url, prefix[:-1]) as (url, _):
        database = await asyncpg.connect(url, ssl=False, password="")
        async with AsyncStateManager(postgres=url, timeout=5.0) as state:
            await state.append("chat", MESSAGES)
            for change in changes:
                await database.execute(change)
                with pytest.raises(StateError) as caught:
                    await state.append("chat", [{**message, "created_at": far} if change == "SELECT 1" else message])

                shown = [repr(caught.value), repr(caught.value.__cause__), *traceback.format_exception(caught.value)]
                assert not [text for text in shown if "my secret" in text]
        await database.close()


async def test_a_database_that_vanished_drops_no_acknowledged_append(postgres_url, prefix):
    """A server that came back without the database is no refusal of what waits: it is stored once the database is back."""
    name = prefix[:-1]
    lost = []
    async with create_database(postgres_url, name) as (url, admin):
        proxy = await Proxy.start(int(url.rpartition(":")[2].partition("/")[0]))
        async with AsyncStateManager(postgres=proxy.url_like(url), timeout=5.0, on_conflict=lost.append) as state:
            await state.append("chat", MESSAGES)
            proxy.cut()
            await state.append("chat", MESSAGES)
            async with asyncio.timeout(20.0):
                while await admin.fetchval("SELECT count(*) FROM pg_stat_activity WHERE datname = $1", name):
                    await asyncio.sleep(0.01)
            await admin.execute(f"ALTER DATABASE {name} RENAME TO {name}_away")
            await proxy.mend()
            health = await _wait_for_failed_health(state)
            await state.append("chat", MESSAGES)
            await admin.execute(f"ALTER DATABASE {name}_away RENAME TO {name}")
            await state.flush(timeout=20.0)

            assert "waiting" in health.checks[-1].note
            assert len(await state.messages("chat")) == 3
            assert not lost
        await proxy.aclose()


async def test_a_schema_that_vanished_is_created_again(postgres_url, prefix):
    """After the schema was dropped, every call works again at once, and an append of the outage is stored."""
    lost = []
    async with create_database(postgres_url, prefix[:-1]) as (url, _):
        database = await asyncpg.connect(url, ssl=False, password="")
        proxy = await Proxy.start(int(url.rpartition(":")[2].partition("/")[0]))
        async with AsyncStateManager(postgres=proxy.url_like(url), timeout=5.0, on_conflict=lost.append) as state:
            await state.append("chat", MESSAGES)
            for call in (state.append("chat", MESSAGES), state.messages("chat"), state.forget("chat"), state.health()):
                await database.execute("DROP SCHEMA asyncassist CASCADE")
                await call
            await state.append("chat", MESSAGES)
            proxy.cut()
            await state.append("other", MESSAGES)
            await database.execute("DROP SCHEMA asyncassist CASCADE")
            await proxy.mend()
            await state.flush(timeout=20.0)

            assert len(await state.messages("other")) == 1
            assert (await state.health()).status == "pass"
            assert not lost
        await proxy.aclose()
        await database.close()


async def test_a_schema_that_migrations_cannot_mend_fails_in_health(postgres_url, prefix):
    """A table is missing although its migration is recorded: health fails, and what was acknowledged waits."""
    lost = []
    async with create_database(postgres_url, prefix[:-1]) as (url, _):
        database = await asyncpg.connect(url, ssl=False, password="")
        proxy = await Proxy.start(int(url.rpartition(":")[2].partition("/")[0]))
        async with AsyncStateManager(postgres=proxy.url_like(url), timeout=5.0, on_conflict=lost.append) as state:
            await state.append("chat", MESSAGES)
            proxy.cut()
            await state.append("chat", MESSAGES)
            await database.execute("ALTER TABLE asyncassist.requests RENAME TO away")
            await proxy.mend()
            health = await _wait_for_failed_health(state)
            depth = state.stats().journal_depth
            await database.execute("ALTER TABLE asyncassist.away RENAME TO requests")
            await state.flush(timeout=20.0)

            check = next(check for check in health.checks if check.name == "postgres")
            assert (check.status, depth) == ("fail", 1)
            assert "schema" in check.note
            assert "1 waiting" in check.note
            assert len(await state.messages("chat")) == 2
            assert not lost
        await proxy.aclose()
        await database.close()


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (asyncpg.InvalidPasswordError("x"), AuthenticationError),
        (asyncpg.InsufficientPrivilegeError("x"), AuthenticationError),
        (asyncpg.InvalidCachedStatementError("x"), StateUnavailableError),
        (asyncpg.TooManyConnectionsError("x"), StateUnavailableError),
        (asyncpg.AdminShutdownError("x"), StateUnavailableError),
        (asyncpg.SerializationError("x"), RolledBackError),
        (asyncpg.DeadlockDetectedError("x"), RolledBackError),
        (asyncpg.StatementCompletionUnknownError("x"), StateUnavailableError),
        (asyncpg.ReadOnlySQLTransactionError("x"), StateUnavailableError),
        (asyncpg.LockNotAvailableError("x"), StateUnavailableError),
        (asyncpg.UniqueViolationError("x"), RefusedWriteError),
        (asyncpg.UntranslatableCharacterError("x"), RefusedWriteError),
        (asyncpg.InvalidCatalogNameError("x"), StateError),
        (asyncpg.InterfaceError("x"), StateUnavailableError),
        (ConnectionRefusedError("x"), StateUnavailableError),
        (TimeoutError(), StateUnavailableError),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else value.__name__,
)
def test_errors_of_asyncpg_are_translated(error, kind):
    """What a retry may cure is unavailable; wrong credentials and refused statements are not."""
    assert type(_translate_error(error)) is kind


@pytest.mark.parametrize("url", ["mysql://x", "postgres", ""], ids=repr)
def test_a_url_of_another_scheme_is_refused(url):
    """Only postgres:// and postgresql:// are accepted."""
    with pytest.raises(ConfigurationError) as caught:
        check_postgres("postgres", url)

    assert caught.value.field == "postgres"
    check_postgres("postgres", "postgresql://x")


@pytest.mark.parametrize("url", ["postgresql://app:S3CRET/x@127.0.0.1/db", "postgres://app:x@h:S3CRET/db"])
def test_a_url_with_an_unreadable_port_is_refused(url):
    """At construction, without a part of the password in the error or its causes."""
    with pytest.raises(ConfigurationError, match="host and port") as caught:
        check_postgres("postgres", url)

    assert "S3CRET" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    "url", ["postgresql://u:p@a:1,b:2/db", "postgresql://[::1]:5432/db", "postgresql:///db?host=x"]
)
def test_hosts_ports_and_sockets_are_accepted(url):
    """Several hosts, IPv6 addresses and no host at all."""
    check_postgres("postgres", url)


async def test_an_error_about_the_url_has_no_cause():
    """The driver's error may quote the URL."""
    store = PostgresStore("postgresql://app:S3CRET@127.0.0.1/db?port=S3CRET", max_connections=1, timeout=5.0)
    await store.open()
    try:
        with pytest.raises(AsyncAssistError) as caught:
            await store.probe()
    finally:
        await store.aclose()

    assert "S3CRET" not in "".join(traceback.format_exception(caught.value))


async def test_only_a_pool_of_asyncpg_is_accepted(postgres_url):
    """Any other object, a single connection too, is refused at construction; nothing is connected."""
    pool = asyncpg.create_pool(postgres_url, ssl=False, password="", min_size=0)
    connection = await asyncpg.connect(postgres_url, ssl=False, password="")

    check_postgres("postgres", pool)
    for other in (object(), connection, b"postgresql://x", 5):
        with pytest.raises(ConfigurationError) as caught:
            AsyncStateManager(postgres=other)
        assert caught.value.field == "postgres"
    await connection.close()


async def test_a_search_for_a_frequent_word_reads_only_the_newest_messages(postgres_url, prefix):
    """Of thousands of messages that hold it, no more are read than the newest thousand, twice at most."""
    user = f"ana {prefix}"
    async with AsyncStateManager(postgres=postgres_url, timeout=60.0) as state:
        for number in range(6):
            await state.append(f"c{number}", MESSAGES * 1000, user=user)
        await state.search("none", user=user)
        store = state._runtime._stores["postgres"]
        digests = digest_words({"x"}, await store.read_salt(owner_digest(user)))
    connection = await asyncpg.connect(postgres_url, ssl=False, password="")

    async with connection.transaction():
        found = await connection.fetch("SELECT * FROM asyncassist.find($1, $2, 20)", owner_digest(user), digests)
        read = "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'documents'"
        assert await connection.fetchval(read) < 2100

    await connection.close()
    assert len(found) == 20
