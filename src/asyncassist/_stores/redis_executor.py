"""Redis opened: one server, or the primary that sentinels name, by pipelines; a cluster by its own client."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from asyncassist._events import RollingWindow
from asyncassist._redis_client import RedisAddress, close_clients, create_client
from asyncassist._stores.redis_errors import verdict
from asyncassist._stores.redis_pipeline import Pipeline
from asyncassist.errors import ClosedError, StateUnavailableError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

_ROUND = 256  # commands of one pipeline of a cluster


async def open_gate(redis: Any, *, max_connections: int, timeout: float) -> RedisGate | ClusterGate:  # noqa: ASYNC109
    """A gate to an address of ours or a client of the caller's."""
    extras: tuple[Any, ...] = ()
    ours = isinstance(redis, RedisAddress)
    client = redis
    if isinstance(redis, RedisAddress):
        client, extras = await create_client(redis, max_connections=max_connections, timeout=timeout)
    closing = (client, *extras) if ours else ()
    if hasattr(client, "connection_pool"):
        return RedisGate(client, closing, max_connections=max_connections, timeout=timeout)
    return ClusterGate(client, closing, timeout=timeout)


class RedisGate:
    """One server.

    Args:
        client: A client of redis-py.
        closing: What is ours to close.
        max_connections: Connections used at once, at most.
        timeout: Seconds for one call.
    """

    def __init__(self, client: Any, closing: Sequence[Any], *, max_connections: int, timeout: float) -> None:
        self._closing = closing
        pool = client.connection_pool
        room = getattr(pool, "max_connections", None) or max_connections
        self.pool = pool
        self.pipeline = Pipeline(pool, max_lanes=min(max_connections, room), timeout=timeout, verdict=verdict)

    @property
    def latency(self) -> RollingWindow:
        """Seconds of the last batches."""
        return self.pipeline.latency

    def submit(self, args: tuple[bytes | str | int, ...]) -> asyncio.Future[Any]:
        """Hand a command over."""
        return self.pipeline.submit(args)

    async def scan(self, pattern: str, count: int) -> AsyncIterator[list[bytes]]:
        """Keys that match, page by page."""
        cursor = b"0"
        while True:
            cursor, keys = await self.submit(("SCAN", cursor, "MATCH", pattern, "COUNT", count))
            yield keys
            if int(cursor) == 0:
                return

    def figures(self) -> dict[str, Any]:
        """How the pipeline is doing."""
        pipeline = self.pipeline
        return {
            "batches": pipeline.batch_sizes.total_count,
            "batch_p50": pipeline.batch_sizes.percentile(0.5),
            "in_use": pipeline.in_use,
            "connections": pipeline.connections,
            "retries": pipeline.retries,
            **pipeline.latency.summary(),
        }

    async def aclose(self) -> None:
        """End the lanes and close what is ours."""
        await self.pipeline.aclose()
        await close_clients(self._closing)


class ClusterGate:
    """A cluster: the commands of one turn of the loop go in one pipeline of its client, which knows the slots.

    Args:
        client: A cluster client of redis-py.
        closing: What is ours to close.
        timeout: Seconds for one call.
    """

    def __init__(self, client: Any, closing: Sequence[Any], *, timeout: float) -> None:
        self._client = client
        self._closing = closing
        self._timeout = timeout
        self._waiting: list[tuple[tuple[bytes | str | int, ...], asyncio.Future[Any]]] = []
        self._rounds: set[asyncio.Task[None]] = set()
        self._closed = False
        self.batch_sizes = RollingWindow()
        self.latency = RollingWindow()

    def submit(self, args: tuple[bytes | str | int, ...]) -> asyncio.Future[Any]:
        """Hand a command over."""
        if self._closed:
            raise ClosedError("the connections to the store are closed")
        done: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        if not self._waiting:
            task = asyncio.get_running_loop().create_task(self._round())
            self._rounds.add(task)
            task.add_done_callback(self._rounds.discard)
        self._waiting.append((args, done))
        return done

    async def _round(self) -> None:
        """Send what has gathered."""
        waiting, self._waiting = self._waiting, []
        for start in range(0, len(waiting), _ROUND):
            await self._send(waiting[start : start + _ROUND])

    async def _send(self, batch: Sequence[tuple[tuple[bytes | str | int, ...], asyncio.Future[Any]]]) -> None:
        """One pipeline, its answers to those who wait."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            async with asyncio.timeout(self._timeout):
                pipe = self._client.pipeline()
                for args, _ in batch:
                    pipe.execute_command(*args, NEVER_DECODE=True)
                answers = await pipe.execute(raise_on_error=False)
        except TimeoutError:
            answers = [StateUnavailableError("the store did not answer in time") for _ in batch]
        except Exception as error:  # noqa: BLE001  # redis-py raises more than its own errors; the table sorts them
            answers = [verdict(error)[0] for _ in batch]
        self.batch_sizes.add(len(batch))
        self.latency.add(loop.time() - began)
        for (_, done), answer in zip(batch, answers, strict=True):
            if done.done():
                continue
            if isinstance(answer, Exception):
                done.set_exception(verdict(answer)[0])
            else:
                done.set_result(answer)

    async def scan(self, pattern: str, count: int) -> AsyncIterator[list[bytes]]:
        """Keys that match, page by page, from every primary."""
        page: list[bytes] = []
        try:
            async for key in self._client.scan_iter(match=pattern, count=count):
                page.append(key if isinstance(key, bytes) else key.encode())
                if len(page) >= count:
                    yield page
                    page = []
        except Exception as error:
            raise verdict(error)[0] from error
        yield page

    def figures(self) -> dict[str, Any]:
        """How the rounds are doing."""
        return {
            "batches": self.batch_sizes.total_count,
            "batch_p50": self.batch_sizes.percentile(0.5),
            "in_use": len(self._rounds),
            **self.latency.summary(),
        }

    async def aclose(self) -> None:
        """Let what was sent end, and close what is ours."""
        self._closed = True
        while self._rounds:
            await asyncio.wait(list(self._rounds))
        await close_clients(self._closing)
