"""Redis executors: borrowed clients, TLS, clusters and sentinels."""

from __future__ import annotations

import asyncio
import ssl

import pytest
import redis.asyncio as aioredis
import trustme

from asyncassist import AsyncStateManager
from asyncassist._redis_client import parse_url
from asyncassist._stores.redis_executor import RedisExecutor, open_redis_executor
from asyncassist.errors import ConflictError, StateUnavailableError
from tests.proxy import Proxy
from tests.servers import Sentinel, Valkey, free_port
from tests.state.operations import increment


@pytest.mark.parametrize("decode", [False, True])
@pytest.mark.parametrize("protocol", [2, 3])
async def test_a_borrowed_client_is_used_and_stays_open(valkey_url, prefix, decode, protocol):
    """A client of the caller's works with and without decoding, on both protocols, and is not closed."""
    client = aioredis.Redis.from_url(valkey_url, decode_responses=decode, protocol=protocol, driver_info=None)
    async with AsyncStateManager(redis=client, timeout=10.0, prefix=prefix) as state:
        await state.save("x", {"ä": "\x00ü"})
        await state.update("x", increment)
        await state.append("chat", [{"role": "user", "content": "é"}])
        async with state.lock("name") as lease:
            assert lease.token > 0

        assert (await state.get("x")).data == {"ä": "\x00ü", "n": 1}
        assert [m.content for m in await state.messages("chat")] == ["é"]
        assert [name async for name in state.scan()] == ["x"]
        await state.delete("x")
        with pytest.raises(ConflictError):
            await state.save("x", {})

    assert await client.ping()
    await client.aclose()


def test_sentinel_and_cluster_urls_are_parsed():
    """Nodes, service, credentials and database come from the URL, and `repr` hides the password."""
    sentinel = parse_url("redis", "rediss+sentinel://us%40er:p%3Aw@h1:26380,h2/service/3")
    cluster = parse_url("redis", "redis+cluster://h1,[::1]:7000/0")

    assert (sentinel.kind, sentinel.nodes, sentinel.service) == ("sentinel", (("h1", 26380), ("h2", 26379)), "service")
    assert sentinel.options == {"username": "us@er", "password": "p:w", "ssl": True, "db": 3}
    assert (cluster.kind, cluster.nodes) == ("cluster", (("h1", 6379), ("::1", 7000)))
    assert "p:w" not in repr(sentinel)


async def test_tls_verifies_the_server_certificate(valkey_url, prefix, tmp_path):
    """A rediss:// URL connects through TLS; an untrusted certificate makes the server unavailable."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    await asyncio.to_thread(authority.cert_pem.write_to_path, tmp_path / "ca.pem")
    proxy = await Proxy.start(int(valkey_url.rpartition(":")[2].partition("/")[0]), context)
    url = f"rediss://127.0.0.1:{proxy.port}/0"

    async with AsyncStateManager(redis=f"{url}?ssl_ca_certs={tmp_path}/ca.pem", prefix=prefix, timeout=10.0) as state:
        await asyncio.gather(*(state.save(f"s{number}", {"n": number}) for number in range(100)))
        assert (await state.get("s7")).data == {"n": 7}
        assert state.backend == "redis"
    async with AsyncStateManager(redis=url, prefix=prefix, timeout=10.0, outage="raise") as state:
        with pytest.raises(StateUnavailableError):
            await state.get("s7")
    await proxy.aclose()


async def test_a_cluster_serves_sessions_and_conversations(cluster_url, prefix):
    """Sessions, conversations, locks and turns work on a cluster."""
    async with AsyncStateManager(redis=cluster_url, prefix=prefix, timeout=5.0) as state:
        await asyncio.gather(*(state.save(f"s{n}", {"n": n}) for n in range(50)))
        await asyncio.gather(*(state.update("s0", increment) for _ in range(50)))
        await state.append("chat", [{"role": "user", "content": "x"}], user="ann")
        async with state.lock("a"), state.turn("chat"):
            pass

        found = await state.get_many([f"s{n}" for n in range(50)])
        assert [session.data["n"] for session in found] == [50, *range(1, 50)]
        assert len([name async for name in state.scan()]) == 50
        assert len(await state.messages("chat", user="ann")) == 1
        with pytest.raises(ConflictError):
            await state.save("s0", {}, expected_version=1)
        assert (await state.health()).status == "pass"
        assert state.stats().batches > 0


async def test_an_unreachable_cluster_is_an_outage(prefix):
    """Writes to an unreachable cluster are journalled."""
    async with AsyncStateManager(redis=f"redis+cluster://127.0.0.1:{free_port()}", prefix=prefix, timeout=0.5) as state:
        assert (await state.create({"a": 1}, session_id="x")).acked == "journal"
        with pytest.raises(StateUnavailableError):
            await state.get("y")
        with pytest.warns(ResourceWarning):
            await state.aclose()


async def test_a_sentinel_failover_is_a_short_outage(prefix):
    """Writes during the failover are journalled and reach the new primary."""
    primary = await asyncio.to_thread(Valkey(durable=True).start)
    replica = await asyncio.to_thread(Valkey(durable=True, options=("--replicaof", f"127.0.0.1 {primary.port}")).start)
    sentinel = Sentinel(primary, down_after=0.5)
    try:
        await asyncio.to_thread(sentinel.start)
        client = aioredis.Redis(host="127.0.0.1", port=sentinel.port, decode_responses=True, driver_info=None)
        async with asyncio.timeout(20.0):
            while (
                not (await client.sentinel_slaves("main"))
                or (await client.sentinel_slaves("main"))[0].get("master-link-status") != "ok"
            ):
                await asyncio.sleep(0.1)
        async with AsyncStateManager(redis=sentinel.url, prefix=prefix, timeout=5.0) as state:
            assert (await state.save("x", {"n": 1})).acked == "redis"
            other = aioredis.Redis(host="127.0.0.1", port=primary.port, driver_info=None)
            await other.execute_command("WAIT", 1, 2000)
            await other.aclose()
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


async def test_scan_reads_every_page(valkey_url, prefix):
    """Keys of several pages are all returned, each once."""
    executor = await open_redis_executor(parse_url("redis", valkey_url), max_connections=2, timeout=10.0)
    names = {f"{prefix}{number}".encode() for number in range(50)}
    await asyncio.gather(*(executor.submit(("SET", name, "x")) for name in names))

    pages = [page async for page in executor.scan(f"{prefix}*", 10)]

    assert len(pages) > 1
    assert sorted(key for page in pages for key in page) == sorted(names)
    assert isinstance(executor, RedisExecutor)
    assert executor.stats()["batches"] == executor.batcher.batch_sizes.total_count > 0
    await executor.aclose()
