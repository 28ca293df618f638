"""Redis command executors: batched pipelines to one server or the primary of a sentinel group, or to a cluster."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from asyncassist._events import RollingWindow
from asyncassist._redis_client import RedisAddress, close_clients, create_client
from asyncassist._stores.redis_errors import translate_error
from asyncassist._stores.redis_pipeline import CommandBatcher
from asyncassist.errors import ClosedError, StateUnavailableError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

_MAX_BATCH = 256  # commands of one pipeline of a cluster


async def open_redis_executor(redis: Any, *, max_connections: int, timeout: float) -> RedisExecutor | ClusterExecutor:  # noqa: ASYNC109
    """Create the executor for an address or for a client of the caller's.

    Args:
        redis: A `RedisAddress`, whose client is closed with the executor, or a client of redis-py, which is not.
        max_connections: Connections, at most.
        timeout: Seconds for one command.
    """
    extras: tuple[Any, ...] = ()
    ours = isinstance(redis, RedisAddress)
    client = redis
    if isinstance(redis, RedisAddress):
        client, extras = await create_client(redis, max_connections=max_connections, timeout=timeout)
    owned = (client, *extras) if ours else ()
    if hasattr(client, "connection_pool"):
        return RedisExecutor(client, owned, max_connections=max_connections, timeout=timeout)
    return ClusterExecutor(client, owned, timeout=timeout)


class RedisExecutor:
    """Executor for one server.

    Args:
        client: A client of redis-py.
        owned: Clients to close with the executor.
        max_connections: Concurrent connections, at most.
        timeout: Seconds for one command.
    """

    def __init__(self, client: Any, owned: Sequence[Any], *, max_connections: int, timeout: float) -> None:
        self._owned = owned
        pool = client.connection_pool
        pool_size = getattr(pool, "max_connections", None) or max_connections
        self.pool = pool
        self.batcher = CommandBatcher(
            pool, max_workers=min(max_connections, pool_size), timeout=timeout, translate_error=translate_error
        )

    @property
    def latency(self) -> RollingWindow:
        """Latency of recent batches in seconds."""
        return self.batcher.latency

    def submit(self, args: tuple[bytes | str | int, ...]) -> asyncio.Future[Any]:
        """Queue a command and return the future of its reply."""
        return self.batcher.submit(args)

    async def scan(self, pattern: str, count: int) -> AsyncIterator[list[bytes]]:
        """Iterate over matching keys, page by page."""
        cursor = b"0"
        while True:
            cursor, keys = await self.submit(("SCAN", cursor, "MATCH", pattern, "COUNT", count))
            yield keys
            if int(cursor) == 0:
                return

    def stats(self) -> dict[str, Any]:
        """Return the connection and batch fields of `StateStats`."""
        batcher = self.batcher
        return {
            "batches": batcher.batch_sizes.total_count,
            "batch_p50": batcher.batch_sizes.percentile(0.5),
            "in_use": batcher.in_use,
            "connections": batcher.connections,
            "retries": batcher.retries,
            **batcher.latency.summary(),
        }

    async def aclose(self) -> None:
        """Stop the batcher and close the owned clients."""
        await self.batcher.aclose()
        await close_clients(self._owned)


class ClusterExecutor:
    """Executor for a cluster: commands of one event loop iteration share a pipeline of its client, which routes them.

    Args:
        client: A cluster client of redis-py.
        owned: Clients to close with the executor.
        timeout: Seconds for one pipeline.
    """

    def __init__(self, client: Any, owned: Sequence[Any], *, timeout: float) -> None:
        self._client = client
        self._owned = owned
        self._timeout = timeout
        self._pending: list[tuple[tuple[bytes | str | int, ...], asyncio.Future[Any]]] = []
        self._flush_tasks: set[asyncio.Task[None]] = set()
        self._closed = False
        self.batch_sizes = RollingWindow()
        self.latency = RollingWindow()

    def submit(self, args: tuple[bytes | str | int, ...]) -> asyncio.Future[Any]:
        """Queue a command and return the future of its reply."""
        if self._closed:
            raise ClosedError("the connections to the store are closed")
        done: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        if not self._pending:
            task = asyncio.get_running_loop().create_task(self._flush())
            self._flush_tasks.add(task)
            task.add_done_callback(self._flush_tasks.discard)
        self._pending.append((args, done))
        return done

    async def _flush(self) -> None:
        """Send all queued commands."""
        waiting, self._pending = self._pending, []
        for start in range(0, len(waiting), _MAX_BATCH):
            await self._send(waiting[start : start + _MAX_BATCH])

    async def _send(self, batch: Sequence[tuple[tuple[bytes | str | int, ...], asyncio.Future[Any]]]) -> None:
        """Send one pipeline and resolve its futures."""
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
        except Exception as error:  # noqa: BLE001  # redis-py raises more than its own errors; translate_error maps all
            answers = [translate_error(error)[0] for _ in batch]
        self.batch_sizes.add(len(batch))
        self.latency.add(loop.time() - began)
        for (_, done), answer in zip(batch, answers, strict=True):
            if done.done():
                continue
            if isinstance(answer, Exception):
                done.set_exception(translate_error(answer)[0])
            else:
                done.set_result(answer)

    async def scan(self, pattern: str, count: int) -> AsyncIterator[list[bytes]]:
        """Iterate over matching keys of every primary, page by page."""
        page: list[bytes] = []
        try:
            async for key in self._client.scan_iter(match=pattern, count=count):
                page.append(key if isinstance(key, bytes) else key.encode())
                if len(page) >= count:
                    yield page
                    page = []
        except Exception as error:  # noqa: BLE001  # translated and raised
            translated, _ = translate_error(error)
            raise translated from translated.__cause__
        yield page

    def stats(self) -> dict[str, Any]:
        """Return the batch fields of `StateStats`."""
        return {
            "batches": self.batch_sizes.total_count,
            "batch_p50": self.batch_sizes.percentile(0.5),
            "in_use": len(self._flush_tasks),
            **self.latency.summary(),
        }

    async def aclose(self) -> None:
        """Wait for pipelines in flight and close the owned clients."""
        self._closed = True
        while self._flush_tasks:
            await asyncio.wait(list(self._flush_tasks))
        await close_clients(self._owned)
