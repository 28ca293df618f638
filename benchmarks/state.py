"""Sessions and conversations compared with other clients, in one run: `python -m benchmarks.state [--quick]`."""

from __future__ import annotations

import asyncio
import gc
import json
import statistics
import sys
import time
from typing import TYPE_CHECKING, Any

from asyncassist import AsyncStateManager
from benchmarks.report import Report
from tests.servers import Postgres, Valkey

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

AT_ONCE = 50
DATA = {"user": "u-1234", "lang": "pt", "trip": {"from": "LIS", "to": "GRU", "date": "2026-12-01", "pax": 2}, "n": 7}
TEXT = json.dumps(DATA)
QUICK = "--quick" in sys.argv

Work = "Callable[[int], Awaitable[Any]]"


async def run_concurrently(work: Callable[[int], Awaitable[Any]], calls: int) -> tuple[float, float]:
    """Return the CPU seconds of the process per call and the calls per second, with AT_ONCE concurrent tasks."""

    async def one(start: int) -> None:
        for number in range(start, calls, AT_ONCE):
            await work(number)

    gc.collect()
    cpu, wall = time.process_time(), time.perf_counter()
    await asyncio.gather(*(one(start) for start in range(AT_ONCE)))
    return (time.process_time() - cpu) / calls, calls / (time.perf_counter() - wall)


async def ours(url: str) -> tuple[Any, Any, Any]:
    state = AsyncStateManager(redis=url, prefix="ours:")

    async def get(number: int) -> None:
        assert (await state.get(f"s{number % 500}")) is not None

    async def put(number: int) -> None:
        await state.save(f"s{number % 500}", DATA)

    return get, put, state.aclose


async def redis_py(url: str) -> tuple[Any, Any, Any]:
    import redis.asyncio as redis

    client = redis.Redis.from_pool(redis.BlockingConnectionPool.from_url(url, max_connections=AT_ONCE))

    async def get(number: int) -> None:
        json.loads(await client.getex(f"py:{number % 500}", ex=1800))

    async def put(number: int) -> None:
        await client.set(f"py:{number % 500}", json.dumps(DATA), ex=1800)

    return get, put, client.aclose


async def glide(url: str) -> tuple[Any, Any, Any]:
    import glide as g

    port = int(url.rpartition(":")[2].partition("/")[0])
    client = await g.GlideClient.create(g.GlideClientConfiguration([g.NodeAddress("127.0.0.1", port)]))
    expiry = g.ExpiryGetEx(g.ExpiryTypeGetEx.SEC, 1800)
    lasting = g.ExpirySet(g.ExpiryType.SEC, 1800)

    async def get(number: int) -> None:
        json.loads(await client.getex(f"gl:{number % 500}", expiry))

    async def put(number: int) -> None:
        await client.set(f"gl:{number % 500}", json.dumps(DATA), expiry=lasting)

    return get, put, client.close


async def coredis(url: str) -> tuple[Any, Any, Any]:
    import contextlib

    import coredis as c

    port = int(url.rpartition(":")[2].partition("/")[0])
    client = c.Redis(host="127.0.0.1", port=port)
    stack = contextlib.AsyncExitStack()
    if hasattr(client, "__aenter__"):
        await stack.enter_async_context(client)

    async def get(number: int) -> None:
        found = await client.getex(f"co:{number % 500}", ex=1800)
        assert found is not None
        json.loads(found)

    async def put(number: int) -> None:
        await client.set(f"co:{number % 500}", json.dumps(DATA), ex=1800)

    return get, put, stack.aclose


async def starsessions(url: str) -> tuple[Any, Any, Any]:
    import redis.asyncio as redis
    from starsessions import JsonSerializer
    from starsessions.stores.redis import RedisStore

    client = redis.Redis.from_pool(redis.BlockingConnectionPool.from_url(url, max_connections=AT_ONCE))
    store, serializer = RedisStore(connection=client), JsonSerializer()

    async def get(number: int) -> None:
        serializer.deserialize(await store.read(f"{number % 500}", 1800))

    async def put(number: int) -> None:
        await store.write(f"{number % 500}", serializer.serialize(DATA), 1800, 1800)

    return get, put, client.aclose


PEERS = {
    "asyncassist": (ours, "asyncassist"),
    "redis-py": (redis_py, "redis"),
    "valkey-glide": (glide, "valkey-glide"),
    "coredis": (coredis, "coredis"),
    "starsessions": (starsessions, "starsessions"),
}


async def throughput(report: Report, url: str) -> None:
    """Report get and set of all peers, in several interleaved rounds."""
    calls, rounds = (1_000, 3) if QUICK else (4_000, 5)
    peers: dict[str, Any] = {}
    for name, (open_peer, package) in PEERS.items():
        try:
            peers[name] = await open_peer(url)
        except ImportError:
            report.not_installed(package)
    seen: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for get, put, _ in peers.values():
        await run_concurrently(put, 500)
        await run_concurrently(get, 500)
    for _ in range(rounds):
        for name, (get, put, _) in peers.items():
            seen.setdefault((name, "set"), []).append(await run_concurrently(put, calls))
            seen.setdefault((name, "get"), []).append(await run_concurrently(get, calls))
    for _, _, close in peers.values():
        await close()
    for what in ("get", "set"):
        rates = {name: seen[name, what] for name in peers}
        compare(report, f"{what}, {AT_ONCE} concurrent", rates, "redis-py")


def compare(report: Report, what: str, rates: dict[str, list[tuple[float, float]]], base: str) -> None:
    """Add a row for each contestant: medians of its rounds and ratios to the baseline."""
    medians = {
        name: [statistics.median(column) for column in zip(*values, strict=True)] for name, values in rates.items()
    }
    for name, (cpu, rate) in medians.items():
        base_cpu, base_rate = medians[base]
        add(report, what, name, cpu=cpu, rate=rate, cpu_ratio=cpu / base_cpu, rate_ratio=rate / base_rate)


def add(report: Report, what: str, who: str, **values: float | None) -> None:
    """Add one row; ratios are to the baseline of its comparison."""
    forms = {"cpu": "{:.1f}", "rate": "{:.0f}", "cpu_ratio": "{:.2f}", "rate_ratio": "{:.2f}"}
    shown = dict.fromkeys(forms, "")
    for name, value in values.items():
        if value is not None:
            shown[name] = forms[name].format(value * 1e6 if name == "cpu" else value)
    report.row(what=what, who=who, cpu_us=shown.pop("cpu"), per_second=shown.pop("rate"), **shown)


async def contended(report: Report, url: str) -> None:
    """Report increments of one session by many tasks."""
    import redis.asyncio as redis

    count = 100 if QUICK else 1000
    client = redis.Redis.from_pool(redis.BlockingConnectionPool.from_url(url, max_connections=AT_ONCE))
    cas = client.register_script(
        "if redis.call('HGET', KEYS[1], 'v') ~= ARGV[1] then return 0 end "
        "redis.call('HSET', KEYS[1], 'v', ARGV[1] + 1, 'd', ARGV[2]) return 1"
    )

    async def watch(_: int) -> None:
        while True:
            async with client.pipeline() as pipe:
                try:
                    await pipe.watch("watched")
                    data = json.loads(await pipe.get("watched") or "{}")
                    data["n"] = data.get("n", 0) + 1
                    pipe.multi()
                    pipe.set("watched", json.dumps(data), ex=1800)
                    await pipe.execute()
                except redis.WatchError:
                    continue
                return

    async def lua(_: int) -> None:
        while True:
            version, text = await client.hmget("scripted", "v", "d")
            data = json.loads(text)
            data["n"] = data.get("n", 0) + 1
            if await cas(keys=["scripted"], args=[version, json.dumps(data)]):
                return

    def increment(data: dict[str, Any]) -> None:
        data["n"] = data.get("n", 0) + 1

    await client.hset("scripted", mapping={"v": 1, "d": "{}"})
    async with AsyncStateManager(redis=url, prefix="contended:") as state:

        async def update(_: int) -> None:
            await state.update("one", increment, create=True)

        rates: dict[str, list[tuple[float, float]]] = {}
        # The slow contestants run once: a thousand updates take many seconds, far more than the noise.
        for name, work in (("redis-py Lua CAS", lua), ("redis-py WATCH", watch), *(("asyncassist", update),) * 3):
            rates.setdefault(name, []).append(await run_concurrently(work, count))
        assert (await state.get("one")).data["n"] == 3 * count  # type: ignore[union-attr]
    compare(report, f"{count} updates of one session", rates, "redis-py WATCH")
    await client.aclose()


async def near(report: Report, url: str) -> None:
    """Report reads that the near cache serves without a request."""
    count = 20_000 if QUICK else 100_000
    async with AsyncStateManager(redis=url, prefix="near:", near_cache=True) as state:
        await state.save("x", DATA)
        while not state.stats().near_hits:
            await state.get("x")
            await asyncio.sleep(0.001)
        costs = []
        for _ in range(5):
            began = time.thread_time()
            for _ in range(count // 5):
                await state.get("x")
            costs.append((time.thread_time() - began) / (count // 5))
        add(report, "near cache read", "asyncassist", cpu=statistics.median(costs))


async def starvation(report: Report, url: str) -> None:
    """Report the longest wait among 500 tasks as a multiple of the median."""
    async with AsyncStateManager(redis=url, prefix="starvation:") as state:
        await state.save("x", DATA)
        waits: list[float] = []

        async def work() -> None:
            for _ in range(10 if QUICK else 40):
                began = time.perf_counter()
                await state.get("x")
                waits.append(time.perf_counter() - began)

        await asyncio.gather(*(work() for _ in range(500)))
        waits.sort()
        longest = waits[-1] / waits[len(waits) // 2]
        add(report, "500 tasks: longest wait / median", "asyncassist", rate_ratio=longest)


async def replay(report: Report) -> None:
    """Report the replay of an outage's journal, from the server's restart until every write is stored."""
    count = 2_000 if QUICK else 10_000
    server = await asyncio.to_thread(Valkey(durable=True).start)
    try:
        async with AsyncStateManager(redis=server.url, prefix="replay:") as state:
            await state.save("x", DATA)
            server.kill()
            await asyncio.gather(*(state.save(f"s{number}", DATA) for number in range(count)))
            await asyncio.to_thread(server.start)
            cpu, wall = time.process_time(), time.perf_counter()
            await state.flush(timeout=60.0)
            seconds = time.perf_counter() - wall
            cpu = (time.process_time() - cpu) / count
            add(report, f"{count} writes replayed in {seconds:.2f} s", "asyncassist", cpu=cpu, rate=count / seconds)
    finally:
        await asyncio.to_thread(server.stop)


async def appends(report: Report, url: str) -> None:
    """Report versioned appends of one message, compared with a transaction each and a statement each."""
    import asyncpg

    count = 500 if QUICK else 3_000
    pool = await asyncpg.create_pool(url, min_size=AT_ONCE, max_size=AT_ONCE)
    await pool.execute(
        "CREATE TABLE IF NOT EXISTS single_conversations (id text PRIMARY KEY, version bigint NOT NULL);"
        "CREATE TABLE IF NOT EXISTS single_messages (conversation text, seq bigint, content text,"
        " at timestamptz DEFAULT now(), PRIMARY KEY (conversation, seq))"
    )
    await pool.executemany(
        "INSERT INTO single_conversations VALUES ($1, 0) ON CONFLICT DO NOTHING", [(f"t{n}",) for n in range(AT_ONCE)]
    )
    seqs = dict.fromkeys(range(AT_ONCE), 0)

    async def single(number: int) -> None:
        index = number % AT_ONCE
        async with pool.acquire() as connection, connection.transaction():
            version = await connection.fetchval(
                "UPDATE single_conversations SET version = version + 1 WHERE id = $1 AND version = $2"
                " RETURNING version",
                f"t{index}",
                seqs[index],
            )
            await connection.execute(
                "INSERT INTO single_messages (conversation, seq, content) VALUES ($1, $2, $3)",
                f"t{index}",
                version,
                TEXT,
            )
        seqs[index] = version

    async def statement(number: int) -> None:
        index = number % AT_ONCE
        seqs[index] = await pool.fetchval(
            "WITH updated AS (UPDATE single_conversations SET version = version + 1 WHERE id = $1 AND version = $2"
            " RETURNING version)"
            " INSERT INTO single_messages (conversation, seq, content)"
            " SELECT $1, version, $3 FROM updated RETURNING seq",
            f"t{index}",
            seqs[index],
            TEXT,
        )

    async with AsyncStateManager(postgres=url, timeout=10.0) as state:
        versions = dict.fromkeys(range(AT_ONCE), 0)

        async def grouped(number: int) -> None:
            index = number % AT_ONCE
            versions[index] = await state.append(
                f"t{index}", [{"role": "user", "content": TEXT}], expected_version=versions[index]
            )

        works = {
            "asyncassist": grouped,
            "asyncpg, one transaction each": single,
            "asyncpg, one statement each": statement,
        }
        rates: dict[str, list[tuple[float, float]]] = {}
        for _ in range(3):
            for name, work in works.items():
                rates.setdefault(name, []).append(await run_concurrently(work, count))
    await pool.close()
    compare(report, f"PostgreSQL append, {AT_ONCE} concurrent", rates, "asyncpg, one transaction each")


async def run(report: Report, redis_url: str, postgres_url: str) -> None:
    await throughput(report, redis_url)
    await contended(report, redis_url)
    await near(report, redis_url)
    await starvation(report, redis_url)
    await replay(report)
    await appends(report, postgres_url)


def main() -> int:
    report = Report(
        "state",
        "Sessions and conversations; ratios to redis-py, to WATCH, to single transactions",
        ("redis", "hiredis", "valkey-glide", "coredis", "starsessions", "asyncpg", "msgspec"),
    )
    valkey, postgres = Valkey().start(), Postgres().start()
    try:
        asyncio.run(run(report, valkey.url, postgres.url))
    finally:
        valkey.stop()
        postgres.stop()
    report.write()
    return 0


if __name__ == "__main__":
    sys.exit(main())
