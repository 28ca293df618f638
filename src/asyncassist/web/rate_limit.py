"""Sliding-window rate limit: an exact log of each client's accepted requests, in this process and in Redis."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import math
from collections import OrderedDict, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from asyncassist._events import Degradation
from asyncassist._lifecycle import Resource, cancel_and_wait
from asyncassist._redis_client import RedisResource
from asyncassist.errors import AsyncAssistError, ClosedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


@dataclass(frozen=True, slots=True)
class RateLimitResult:
    """Decision about a request, and what the client has left.

    Attributes:
        allowed: Whether the request is accepted.
        remaining: Further requests that would be accepted now.
        reset: Seconds until the oldest request leaves the window and one more is accepted; 0.0 if there is none.
    """

    allowed: bool
    remaining: int
    reset: float


class MemorySlidingWindow:
    """Sliding-window log in the memory of this process.

    A client is removed after its last request has left the window. At `max_clients` the client that has been idle
    longest is removed early, so that memory stays bounded.

    Args:
        limit: Requests of one client in any window.
        window: Length of the window in seconds.
        now: Monotonic clock in seconds.
        max_clients: Largest number of clients in the log.
    """

    def __init__(self, limit: int, window: float, *, now: Callable[[], float], max_clients: int = 20_000) -> None:
        self.limit = limit
        self.window = window
        self._now = now
        self._max_clients = max_clients
        # In order of the last accepted request, so that idle clients are removed from the front.
        self._clients: OrderedDict[str, deque[float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._clients)

    def peek(self, client: str) -> RateLimitResult:
        """Return the decision about a request now, without counting one."""
        now = self._now()
        log = self._clients.get(client)
        if log is None:
            return RateLimitResult(allowed=True, remaining=self.limit, reset=0.0)
        self._expire(log, now)
        used = len(log)
        reset = log[0] + self.window - now if log else 0.0
        return RateLimitResult(allowed=used < self.limit, remaining=max(0, self.limit - used), reset=reset)

    def hit(self, client: str) -> RateLimitResult:
        """Count a request if the limit allows it."""
        now = self._now()
        log = self._clients.get(client)
        if log is None:
            self._evict_idle(now)
            log = self._clients[client] = deque()
        else:
            self._expire(log, now)
        if len(log) >= self.limit:
            return RateLimitResult(allowed=False, remaining=0, reset=log[0] + self.window - now)
        log.append(now)
        self._clients.move_to_end(client)
        return RateLimitResult(allowed=True, remaining=self.limit - len(log), reset=log[0] + self.window - now)

    def _expire(self, log: deque[float], now: float) -> None:
        horizon = now - self.window
        while log and log[0] <= horizon:
            log.popleft()

    def _evict_idle(self, now: float) -> None:
        # Two removals for each new client: the table shrinks faster than it grows, and no request pays for a sweep.
        for _ in range(2):
            if not self._clients:
                return
            log = next(iter(self._clients.values()))
            if len(self._clients) >= self._max_clients or not log or log[-1] <= now - self.window:
                self._clients.popitem(last=False)


# A client's log is a list of microseconds, newest first, by the clock of the Redis server: one clock for all workers.
# A request is accepted if the log, without what has left the window, has fewer than `limit` entries. One call counts
# several requests. A clock that was set back never makes the log go backwards.
_SCRIPT = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local limit, window, wanted = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local newest = redis.call('LINDEX', KEYS[1], 0)
if newest and tonumber(newest) > now then now = tonumber(newest) end
local oldest = redis.call('LINDEX', KEYS[1], -1)
while oldest and tonumber(oldest) <= now - window do
  redis.call('RPOP', KEYS[1])
  oldest = redis.call('LINDEX', KEYS[1], -1)
end
local used = redis.call('LLEN', KEYS[1])
if used >= limit then return {0, 0, tonumber(oldest) + window - now} end
local accepted = math.min(wanted, limit - used)
for _ = 1, accepted do redis.call('LPUSH', KEYS[1], string.format('%.0f', now)) end
redis.call('PEXPIRE', KEYS[1], math.ceil(window / 1000) + 1)
if not oldest then oldest = now end
return {accepted, limit - used, tonumber(oldest) + window - now}
"""


# Concurrent calls of one worker: fewer than connections, so that none of them waits for one.
_MAX_CALLS = 8


class RedisSlidingWindow(RedisResource):
    """Sliding-window log in Redis, which all workers share.

    Args:
        url: URL of the Redis server.
        limit: Requests of one client in any window.
        window: Length of the window in seconds.
        prefix: Prefix of the keys; a digest of the client follows, so that Redis stores no addresses.
        timeout: Longest time in seconds of one call of Redis.
    """

    def __init__(
        self, url: str, limit: int, window: float, *, prefix: str = "asyncassist:limit:", timeout: float = 1.0
    ) -> None:
        super().__init__(url, timeout=timeout)
        self._limit = limit
        self._window = window
        self._prefix = prefix
        self._script: Any = None
        # Requests of each client that wait for the next call, and the tasks that make the calls. Waiting here is no
        # sign that Redis is unavailable: only a call itself has a timeout.
        self._waiting: dict[str, deque[asyncio.Future[RateLimitResult]]] = {}
        self._calls: set[asyncio.Task[None]] = set()

    async def _open(self) -> None:
        await super()._open()
        self._script = self._client.register_script(_SCRIPT)

        self._owned.push_async_callback(self._end_calls)

    async def _end_calls(self) -> None:
        await cancel_and_wait(*self._calls)
        self._fail_waiting(ClosedError("this rate limit is closed"))

    async def hit(self, client: str) -> RateLimitResult:
        """Count a request if the limit allows it.

        The requests that arrive during a call are counted together by the next one, so that a burst of any size takes a
        few calls.
        """
        await self._ensure_open()
        waiter: asyncio.Future[RateLimitResult] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(client, deque()).append(waiter)
        if len(self._calls) < _MAX_CALLS:
            self._calls.add(asyncio.ensure_future(self._count_waiting()))
        return await waiter

    async def _count_waiting(self) -> None:
        """Count what waits, client by client, until nothing does."""
        try:
            while self._waiting:
                client, waiters = self._waiting.popitem()
                try:
                    results = await self._count(client, len(waiters))
                except Exception as error:  # noqa: BLE001 - raised in all that wait: they would meet it one by one
                    self._fail_waiting(error, waiters)
                    return
                for waiter, result in zip(waiters, results, strict=True):
                    if not waiter.done():
                        waiter.set_result(result)
        finally:
            self._calls.discard(asyncio.current_task())

    def _fail_waiting(self, error: Exception, waiters: Iterable[asyncio.Future[RateLimitResult]] = ()) -> None:
        waiting, self._waiting = self._waiting, {}
        for waiter in itertools.chain(waiters, *waiting.values()):
            if not waiter.done():
                waiter.set_exception(error)

    async def _count(self, client: str, wanted: int) -> list[RateLimitResult]:
        """Count requests of one client in one call, and return the decision about each."""
        key = self._prefix + hashlib.sha256(client.encode()).hexdigest()[:32]
        async with self._acquire_client():
            answer = await self._script(keys=[key], args=[self._limit, int(self._window * 1_000_000), wanted])
        accepted, remaining, reset = (int(number) for number in answer)
        return [
            RateLimitResult(allowed=index < accepted, remaining=max(0, remaining - index - 1), reset=reset / 1_000_000)
            for index in range(wanted)
        ]


class RateLimiter(Resource):
    """Rate limit by the log of this process and, if Redis is configured, by the shared log.

    Both must allow a request: what this process accepted is part of what all workers accepted. While Redis is
    unavailable, the log of this process decides alone; it already has the requests that were accepted before.

    Args:
        limit: Requests of one client in any window; 0 disables the limit.
        window: Length of the window in seconds.
        redis: URL of a Redis server that workers share, None to count in this process only.
        now: Monotonic clock in seconds.
    """

    def __init__(self, limit: int, window: float, *, redis: str | None, now: Callable[[], float]) -> None:
        super().__init__()
        self.limit = limit
        self.window = window
        self._now = now
        self._local_window = MemorySlidingWindow(limit, window, now=now)
        self._shared_window = RedisSlidingWindow(redis, limit, window) if redis is not None and limit else None
        self._next_attempt = 0.0
        self.degradation = Degradation("the shared rate limit", now)
        self.policy = f'"default";q={limit};w={math.ceil(window)}'

    async def _open(self) -> None:
        if self._shared_window is not None:
            self._own_closable(self._shared_window)

    async def hit(self, client: str) -> RateLimitResult:
        """Count a request if the limit allows it."""
        if self._shared_window is None:
            return self._local_window.hit(client)
        local = self._local_window.peek(client)
        if not local.allowed:
            return local
        shared = await self._hit_shared(client)
        if shared is None:
            return self._local_window.hit(client)
        if not shared.allowed:
            return shared
        # Other requests of this process may have been counted during the await, so the local log decides again.
        local = self._local_window.hit(client)
        return shared if local.allowed else local

    async def _hit_shared(self, client: str) -> RateLimitResult | None:
        """Return the decision of the shared log, None while Redis is unavailable."""
        assert self._shared_window is not None
        if self.degradation:
            if self._now() < self._next_attempt:
                return None
            # One caller a second probes whether Redis is available again; the others do not wait for it.
            self._next_attempt = self._now() + 1.0
        try:
            result = await self._shared_window.hit(client)
        except AsyncAssistError:
            raise
        except Exception as error:  # noqa: BLE001 - clients of one server, Sentinel and Cluster raise different errors
            self._next_attempt = self._now() + 1.0
            self.degradation.begin("each worker counts for itself", error)
            return None
        self.degradation.end()
        return result

    def headers(self, result: RateLimitResult) -> list[tuple[str, str]]:
        """Return the `RateLimit-Policy` and `RateLimit` headers of a response."""
        state = f'"default";r={result.remaining};t={max(0, math.ceil(result.reset))}'
        return [("ratelimit-policy", self.policy), ("ratelimit", state)]
