"""Redis opened: one server, or the primary that sentinels name, by pipelines; a cluster by its own client."""

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
    """A gate to an address of ours or a client of the caller's."""
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
    """One server.

    Args:
        client: A client of redis-py.
        owned: What is ours to close.
        max_connections: Connections used at once, at most.
        timeout: Seconds for one call.
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
        """Seconds of the last batches."""
        return self.batcher.latency

    def submit(self, args: tuple[bytes | str | int, ...]) -> asyncio.Future[Any]:
        """Hand a command over."""
        return self.batcher.submit(args)

    async def scan(self, pattern: str, count: int) -> AsyncIterator[list[bytes]]:
        """Keys that match, page by page."""
        cursor = b"0"
        while True:
            cursor, keys = await self.submit(("SCAN", cursor, "MATCH", pattern, "COUNT", count))
            yield keys
            if int(cursor) == 0:
                return

    def stats(self) -> dict[str, Any]:
        """How the pipeline is doing."""
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
        """End the lanes and close what is ours."""
        await self.batcher.aclose()
        await close_clients(self._owned)


class ClusterExecutor:
    """A cluster: the commands of one turn of the loop go in one pipeline of its client, which knows the slots.

    Args:
        client: A cluster client of redis-py.
        owned: What is ours to close.
        timeout: Seconds for one call.
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
        """Hand a command over."""
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
        """Send what has gathered."""
        waiting, self._pending = self._pending, []
        for start in range(0, len(waiting), _MAX_BATCH):
            await self._send(waiting[start : start + _MAX_BATCH])

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
        """Keys that match, page by page, from every primary."""
        page: list[bytes] = []
        try:
            async for key in self._client.scan_iter(match=pattern, count=count):
                page.append(key if isinstance(key, bytes) else key.encode())
                if len(page) >= count:
                    yield page
                    page = []
        except Exception as error:
            raise translate_error(error)[0] from error
        yield page

    def stats(self) -> dict[str, Any]:
        """How the rounds are doing."""
        return {
            "batches": self.batch_sizes.total_count,
            "batch_p50": self.batch_sizes.percentile(0.5),
            "in_use": len(self._flush_tasks),
            **self.latency.summary(),
        }

    async def aclose(self) -> None:
        """Let what was sent end, and close what is ours."""
        self._closed = True
        while self._flush_tasks:
            await asyncio.wait(list(self._flush_tasks))
        await close_clients(self._owned)
