"""Redis in all its forms: one server, clients of the caller's, sentinels, a cluster, a near cache, a crowd."""

from __future__ import annotations

import asyncio
import ssl
import statistics

import pytest
import redis.asyncio as theirs
import trustme

from asyncassist import AsyncStateManager
from asyncassist._redis_client import parse_url
from asyncassist._stores.redis_pipeline import pack, pack_in_python
from asyncassist.errors import (
    AuthenticationError,
    ClosedError,
    ConfigurationError,
    ConflictError,
    StateError,
    StateUnavailableError,
)
from tests.proxy import Proxy
from tests.servers import Sentinel, Valkey, free_port


def increment(data):
    data["n"] = data.get("n", 0) + 1


@pytest.mark.parametrize("decode", [False, True])
@pytest.mark.parametrize("protocol", [2, 3])
async def test_a_client_of_yours_is_used_and_stays_open(redis_here, prefix, decode, protocol):
    """Whether it decodes or not, and with both protocols."""
    client = theirs.Redis.from_url(redis_here, decode_responses=decode, protocol=protocol, driver_info=None)
    async with AsyncStateManager(redis=client, timeout=10.0, prefix=prefix) as state:
        await state.save("x", {"ä": "\x00ü"})
        await state.update("x", increment)
        await state.append("talk", [{"role": "user", "content": "é"}])
        async with state.lock("name") as lease:
            assert lease.token > 0

        assert (await state.get("x")).data == {"ä": "\x00ü", "n": 1}
        assert [m.content for m in await state.messages("talk")] == ["é"]
        assert [name async for name in state.scan()] == ["x"]
        await state.delete("x")
        with pytest.raises(ConflictError):
            await state.save("x", {})

    assert await client.ping()
    await client.aclose()


async def test_prefixes_do_not_meet(redis_here, prefix):
    """No id and no prefix reaches into another's keys."""
    async with (
        AsyncStateManager(redis=redis_here, timeout=10.0, prefix=prefix) as one,
        AsyncStateManager(redis=redis_here, timeout=10.0, prefix=f"{prefix}s") as two,
        AsyncStateManager(redis=redis_here, timeout=10.0, prefix=f"{prefix}*") as three,
    ):
        for number, state in enumerate((one, two, three)):
            await state.save("x", {"n": number})
            await state.save(f"only{number}", {})

        for number, state in enumerate((one, two, three)):
            assert (await state.get("x")).data == {"n": number}
            assert {name async for name in state.scan()} == {"x", f"only{number}"}


async def test_keys_show_session_ids_and_never_users(redis_here, prefix):
    client = theirs.Redis.from_url(redis_here, driver_info=None)
    async with AsyncStateManager(redis=redis_here, timeout=10.0, prefix=prefix) as state:
        await state.save("id1", {})
        await state.append("talk", [{"role": "user", "content": "x"}], user="ann@example.org")
        keys = b" ".join([key async for key in client.scan_iter(f"{prefix}*")]).decode()

    assert "id1" in keys
    assert "ann" not in keys
    await client.aclose()


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
def test_a_wrong_url_is_refused_by_name(url):
    with pytest.raises(ConfigurationError) as caught:
        AsyncStateManager(redis=url)

    assert caught.value.field == "redis"


def test_urls_of_sentinels_and_clusters_are_understood():
    sentinel = parse_url("redis", "rediss+sentinel://us%40er:p%3Aw@h1:26380,h2/service/3")
    cluster = parse_url("redis", "redis+cluster://h1,[::1]:7000/0")

    assert (sentinel.kind, sentinel.nodes, sentinel.service) == ("sentinel", (("h1", 26380), ("h2", 26379)), "service")
    assert sentinel.options == {"username": "us@er", "password": "p:w", "ssl": True, "db": 3}
    assert (cluster.kind, cluster.nodes) == ("cluster", (("h1", 6379), ("::1", 7000)))
    assert "p:w" not in repr(sentinel)


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
    ],
    ids=str,
)
def test_a_wrong_setting_is_refused_by_name(field, value):
    with pytest.raises(ConfigurationError) as caught:
        AsyncStateManager(**{field: value})

    assert caught.value.field == field


def test_the_environment_describes_one(monkeypatch, tmp_path):
    """Its three variables are read, and a wrong one is refused; with none everything is in memory."""
    for name in ("ASYNCASSIST_REDIS_URL", "ASYNCASSIST_POSTGRES_URL", "ASYNCASSIST_JOURNAL"):
        monkeypatch.delenv(name, raising=False)
    assert AsyncStateManager.from_env().backend == "memory"

    monkeypatch.setenv("ASYNCASSIST_REDIS_URL", "redis://127.0.0.1:1/0")
    monkeypatch.setenv("ASYNCASSIST_POSTGRES_URL", "postgresql://u:secret@127.0.0.1:1/x")
    monkeypatch.setenv("ASYNCASSIST_JOURNAL", str(tmp_path))
    state = AsyncStateManager.from_env()
    assert state.backend == "redis"
    assert "secret" not in repr(state)

    monkeypatch.setenv("ASYNCASSIST_REDIS_URL", "ftp://x")
    with pytest.raises(ConfigurationError):
        AsyncStateManager.from_env()


async def test_refused_credentials_are_an_error_of_their_own():
    """A wrong password is no outage: nothing is journalled for it."""
    server = await asyncio.to_thread(Valkey(options=("--requirepass", "right")).start)
    try:
        async with AsyncStateManager(redis=f"redis://:wrong@127.0.0.1:{server.port}/0", timeout=10.0) as state:
            with pytest.raises(AuthenticationError) as caught:
                await state.save("x", {})
            assert "wrong" not in str(caught.value)
            assert (await state.health()).status == "fail"
        async with AsyncStateManager(redis=f"redis://:right@127.0.0.1:{server.port}/0", timeout=10.0) as state:
            assert (await state.save("x", {})).acked == "redis"
    finally:
        await asyncio.to_thread(server.stop)


async def test_a_foreign_key_in_our_place_is_an_error_not_an_outage(redis_here, prefix):
    client = theirs.Redis.from_url(redis_here, driver_info=None)
    await client.set(f"{prefix}s{{x}}", "not ours")
    async with AsyncStateManager(redis=redis_here, timeout=10.0, prefix=prefix) as state:
        with pytest.raises(StateError):
            await state.get("x")
        assert state.backend == "redis"
    await client.aclose()


async def test_a_server_without_room_is_an_outage():
    """What it cannot take now is journalled, and reads go on."""
    server = await asyncio.to_thread(Valkey(options=("--maxmemory", "4mb", "--maxmemory-policy", "noeviction")).start)
    client = theirs.Redis.from_url(server.url, driver_info=None)
    try:
        async with AsyncStateManager(redis=server.url, timeout=10.0) as state:
            await state.save("x", {"n": 1})
            await client.config_set("maxmemory", "1")
            assert (await state.save("x", {"n": 2})).acked == "journal"
            await client.config_set("maxmemory", "0")
            await state.flush()

            assert (await state.get("x")).data == {"n": 2}
    finally:
        await client.aclose()
        await asyncio.to_thread(server.stop)


async def test_cancelled_calls_leave_nothing_behind(redis_here, prefix):
    """200 of 400 calls are cancelled in the middle: no wrong reply, no connection lost."""
    async with AsyncStateManager(redis=redis_here, timeout=10.0, prefix=prefix) as state:
        await asyncio.gather(*(state.save(f"s{n}", {"n": n}) for n in range(400)))
        tasks = [asyncio.create_task(state.get(f"s{n}")) for n in range(400)]
        await asyncio.sleep(0)
        for place, task in enumerate(tasks):
            if place % 2:
                task.cancel()
            if place % 50 == 0:
                await asyncio.sleep(0)
        results = await asyncio.gather(*tasks, return_exceptions=True)

        for place, result in enumerate(results):
            assert isinstance(result, asyncio.CancelledError) or result.data == {"n": place}
        assert sum(not isinstance(result, BaseException) for result in results) >= 200
        assert (await state.get("s7")).data == {"n": 7}
        async with asyncio.timeout(20.0):
            while state.stats().in_use:
                await asyncio.sleep(0)
        assert state.stats().connections >= 1
        assert state.stats().retries == 0


async def test_cancelled_writes_do_not_block_their_session(redis_here, prefix):
    async with AsyncStateManager(redis=redis_here, timeout=10.0, prefix=prefix) as state:
        tasks = [asyncio.create_task(state.update("x", increment, create=True)) for _ in range(100)]
        await asyncio.sleep(0)
        for task in tasks[::2]:
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)

        done = sum(not isinstance(result, BaseException) for result in results)
        assert done >= 50
        assert done <= (await state.update("x", increment)).data["n"] - 1 <= 100


async def test_nobody_starves_in_a_crowd(redis_here, prefix):
    """500 tasks on 50 connections: nobody waits for more than ten times as many answers as the median.

    Counted in answers that others got meanwhile, so that a slow machine waits no longer than a fast one.
    """
    waits: list[int] = []
    answers = 0
    async with AsyncStateManager(redis=redis_here, timeout=30.0, prefix=prefix) as state:
        await state.save("x", {"n": 1})

        async def work() -> None:
            nonlocal answers
            for _ in range(20):
                began = answers
                await state.get("x")
                answers += 1
                waits.append(answers - began)

        await asyncio.gather(*(work() for _ in range(500)))

        assert max(waits) < 10 * statistics.median(waits)
        assert state.stats().batch_p50 > 10


async def test_a_lane_that_cannot_connect_hurts_nobody(redis_here, prefix):
    """In a crowd more connections are wanted; while there are none, those who wait are served by the ones there are."""
    proxy = await Proxy.start(int(redis_here.rpartition(":")[2].partition("/")[0]))
    async with AsyncStateManager(redis=proxy.url, prefix=prefix, timeout=30.0) as state:
        await state.save("x", {"n": 1})
        proxy.refuse()
        found = await asyncio.gather(*(state.get("x") for _ in range(500)))

        assert {session.acked for session in found} == {"redis"}
        assert state.backend == "redis"
        async with asyncio.timeout(10.0):
            while state.stats().connections > 1:
                await asyncio.sleep(0)
    await proxy.aclose()


async def test_tls_is_spoken_and_the_server_is_known_by_its_certificate(redis_here, prefix, tmp_path):
    """Through TLS that ends in front of the server; a certificate that nobody vouches for is no server of ours."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    await asyncio.to_thread(authority.cert_pem.write_to_path, tmp_path / "ca.pem")
    proxy = await Proxy.start(int(redis_here.rpartition(":")[2].partition("/")[0]), context)
    url = f"rediss://127.0.0.1:{proxy.port}/0"

    async with AsyncStateManager(redis=f"{url}?ssl_ca_certs={tmp_path}/ca.pem", prefix=prefix, timeout=10.0) as state:
        await asyncio.gather(*(state.save(f"s{number}", {"n": number}) for number in range(100)))
        assert (await state.get("s7")).data == {"n": 7}
        assert state.backend == "redis"
    async with AsyncStateManager(redis=url, prefix=prefix, timeout=10.0, outage="raise") as state:
        with pytest.raises(StateUnavailableError):
            await state.get("s7")
    await proxy.aclose()


def test_a_command_is_packed_the_same_with_and_without_hiredis():
    args = ("GET", "ä{x}", b"\x00\xff\r\n", -17, "")
    text = b"*5\r\n$3\r\nGET\r\n$5\r\n\xc3\xa4{x}\r\n$4\r\n\x00\xff\r\n\r\n$3\r\n-17\r\n$0\r\n\r\n"

    assert pack_in_python(args) == pack(args) == text


async def test_two_processes_lose_no_increment(redis_here, prefix):
    """Two processes with 20 tasks each that increment one session 50 times make 2000."""
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
    import sys

    processes = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", program, redis_here, prefix) for _ in range(2)
    ]
    assert await asyncio.gather(*(process.wait() for process in processes)) == [0, 0]

    async with AsyncStateManager(redis=redis_here, timeout=10.0, prefix=prefix) as state:
        found = await state.get("x")
    assert (found.data, found.version) == ({"n": 2000}, 2000)


async def test_a_near_cache_hears_of_changes(redis_here, prefix):
    """Reads come from here until somebody changes the session; then they are new."""
    async with (
        AsyncStateManager(redis=redis_here, timeout=10.0, prefix=prefix, near_cache=True) as state,
        AsyncStateManager(redis=redis_here, timeout=10.0, prefix=prefix) as other,
    ):
        await other.save("x", {"n": 1})
        async with asyncio.timeout(20.0):
            while not state.stats().near_hits:
                assert (await state.get("x")).data == {"n": 1}
                await asyncio.sleep(0)
        batches = state.stats().batches
        for _ in range(10):
            assert (await state.get("x")).acked == "redis"
        assert state.stats().batches == batches

        for number in range(2, 30):
            await other.save("x", {"n": number})
            async with asyncio.timeout(20.0):
                while (await state.get("x")).data["n"] != number:
                    await asyncio.sleep(0)
        await other.delete("x")
        async with asyncio.timeout(20.0):
            while await state.get("x") is not None:
                await asyncio.sleep(0)


async def test_a_near_cache_trusts_nothing_when_it_cannot_hear(valkey):
    """The connection that tells of changes broke: every read asks again, until it is back."""
    async with AsyncStateManager(redis=valkey.url, near_cache=True, timeout=3.0) as state:
        await state.save("x", {"n": 1})

        async def until_near() -> None:
            hits = state.stats().near_hits
            async with asyncio.timeout(20.0):
                while state.stats().near_hits == hits:
                    await state.get("x")
                    await asyncio.sleep(0.005)

        await until_near()
        client = theirs.Redis.from_url(valkey.url, driver_info=None)
        await client.flushdb()
        async with asyncio.timeout(20.0):
            while await state.get("x") is not None:
                await asyncio.sleep(0)
        await state.save("x", {"n": 2})
        await client.client_kill_filter(_type="normal", skipme=True)
        await client.aclose()
        assert (await state.get("x")).data == {"n": 2}
        await until_near()
        valkey.kill()
        assert (await state.get("x")).data == {"n": 2}
        assert (await state.patch("x", {"n": 3})).acked == "journal"
        assert (await state.get("x")).data == {"n": 3}
        valkey.start()
        await state.flush()
        await until_near()
        assert (await state.get("x")).data == {"n": 3}


async def test_a_near_cache_needs_one_server():
    async with asyncio.timeout(20.0):
        with pytest.raises(ConfigurationError):
            async with AsyncStateManager(redis="redis+cluster://127.0.0.1:1", near_cache=True):
                pass


async def test_a_cluster_serves_sessions_and_conversations(cluster_url, prefix):
    async with AsyncStateManager(redis=cluster_url, prefix=prefix, timeout=5.0) as state:
        await asyncio.gather(*(state.save(f"s{n}", {"n": n}) for n in range(50)))
        await asyncio.gather(*(state.update("s0", increment) for _ in range(50)))
        await state.append("talk", [{"role": "user", "content": "x"}], user="ann")
        async with state.lock("a"), state.turn("talk"):
            pass

        found = await state.get_many([f"s{n}" for n in range(50)])
        assert [session.data["n"] for session in found] == [50, *range(1, 50)]
        assert len([name async for name in state.scan()]) == 50
        assert len(await state.messages("talk", user="ann")) == 1
        with pytest.raises(ConflictError):
            await state.save("s0", {}, expected_version=1)
        assert (await state.health()).status == "pass"
        assert state.stats().batches > 0


async def test_a_cluster_that_is_away_is_journalled(prefix):
    async with AsyncStateManager(redis=f"redis+cluster://127.0.0.1:{free_port()}", prefix=prefix, timeout=0.5) as state:
        assert (await state.create({"a": 1}, session_id="x")).acked == "journal"
        with pytest.raises(StateUnavailableError):
            await state.get("y")
        with pytest.warns(ResourceWarning):
            await state.aclose()


async def test_sentinels_name_the_primary_and_its_successor(prefix):
    """A failover is an outage that ends: writes are journalled and reach the new primary."""
    primary = await asyncio.to_thread(Valkey(durable=True).start)
    replica = await asyncio.to_thread(Valkey(durable=True, options=("--replicaof", f"127.0.0.1 {primary.port}")).start)
    sentinel = Sentinel(primary, patience=0.5)
    try:
        await asyncio.to_thread(sentinel.start)
        client = theirs.Redis(host="127.0.0.1", port=sentinel.port, decode_responses=True, driver_info=None)
        async with asyncio.timeout(20.0):
            while (
                not (await client.sentinel_slaves("main"))
                or (await client.sentinel_slaves("main"))[0].get("master-link-status") != "ok"
            ):
                await asyncio.sleep(0.1)
        async with AsyncStateManager(redis=sentinel.url, prefix=prefix, timeout=5.0) as state:
            assert (await state.save("x", {"n": 1})).acked == "redis"
            there = theirs.Redis(host="127.0.0.1", port=primary.port, driver_info=None)
            await there.execute_command("WAIT", 1, 2000)
            await there.aclose()
            primary.kill()
            assert (await state.patch("x", {"n": 2})).acked == "journal"
            await state.flush(timeout=25.0)

            assert (await state.get("x")).data == {"n": 2}
            assert (await state.get("x")).acked == "redis"
        await client.aclose()
    finally:
        await asyncio.to_thread(sentinel.stop)
        await asyncio.to_thread(primary.stop)
        await asyncio.to_thread(replica.stop)


async def test_a_lock_is_held_by_one_process(redis_here, prefix):
    """Others wait or are told that it is busy; each holder's token is higher than that of all before."""
    async with (
        AsyncStateManager(redis=redis_here, timeout=10.0, prefix=prefix) as one,
        AsyncStateManager(redis=redis_here, timeout=10.0, prefix=prefix) as two,
    ):
        tokens = []
        inside = 0

        async def work(state: AsyncStateManager) -> None:
            nonlocal inside
            async with state.lock("name") as lease:
                inside += 1
                assert inside == 1
                tokens.append(lease.token)
                await asyncio.sleep(0.002)
                inside -= 1

        await asyncio.gather(*(work(state) for state in (one, two) for _ in range(5)))

        assert tokens == sorted(set(tokens))
        assert len(tokens) == 10


async def test_a_held_lock_is_renewed_and_a_lost_one_says_so(redis_here, prefix):
    from asyncassist.errors import BusyError

    client = theirs.Redis.from_url(redis_here, driver_info=None)
    async with (
        AsyncStateManager(redis=redis_here, timeout=10.0, prefix=prefix) as one,
        AsyncStateManager(redis=redis_here, timeout=10.0, prefix=prefix) as two,
    ):
        async with one.lock("name", ttl=2.0) as lease:
            await asyncio.sleep(2.5)
            assert not lease.lost
            with pytest.raises(BusyError):
                async with two.lock("name", wait=0.02):
                    pass
            await client.delete(f"{prefix}l{{lock:name}}")
            async with two.lock("name") as other, asyncio.timeout(20.0):
                assert other.token > lease.token
                while not lease.lost:
                    await asyncio.sleep(0.01)
        assert "lost=True" in repr(lease)
    await client.aclose()


@pytest.mark.parametrize(
    "bad", [{"name": "a b"}, {"ttl": 0}, {"wait": -1}, {"wait": float("inf")}, {"wait": "x"}], ids=str
)
async def test_a_bad_lock_is_refused_by_name(state, bad):
    from asyncassist.errors import InvalidInputError

    with pytest.raises(InvalidInputError) as caught:
        state.lock(**{"name": "a", **bad})

    assert caught.value.field == next(iter(bad))


async def test_who_still_waits_at_the_end_is_told(valkey):
    state = AsyncStateManager(redis=valkey.url, timeout=5.0)
    await state.save("x", {})
    valkey.freeze()
    waiting = asyncio.create_task(state.get("x"))
    await asyncio.sleep(0.05)

    await state.aclose()

    with pytest.raises(ClosedError):
        await waiting
    with pytest.raises(ClosedError):
        await state.get("x")
