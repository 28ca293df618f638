"""Turns in Redis: a stream for each turn, whose entries have the numbers of the events as ids."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncassist._redis_client import RedisResource, escape_pattern
from asyncassist.web.turn_log.store import LEASE, MAX_DURATION, PAGE_SIZE, RETENTION, TurnEndedError, TurnPage

if TYPE_CHECKING:
    from collections.abc import Iterable

_LEASE_MS, _RETENTION_MS, _RUNNING_MS = (
    int(seconds * 1000) for seconds in (LEASE, RETENTION, RETENTION + MAX_DURATION)
)

_MAX_TURNS = 1000  # turns that are known of a conversation
_SCAN_COUNT = 500

_INTERRUPT = """
if redis.call('EXISTS', KEYS[2]) == 1 then return 0 end
local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
if not last then return 0 end
for index = 1, #last[2], 2 do if last[2][index] == 'e' then return 0 end end
local number = tonumber(string.match(last[1], '^%d+')) + 1
redis.call('XADD', KEYS[1], string.format('%.0f-0', number), 'd', ARGV[1], 'e', 'interrupted')
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
"""
_CLAIM = """
local found = redis.call('GET', KEYS[1])
if found and found ~= ARGV[2] then return found end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[3])
return ARGV[1]
"""


class RedisTurnStore(RedisResource):
    """Store of turns in Redis.

    Args:
        url: URL of the Redis server.
        prefix: Prefix of the keys.
        timeout: Seconds for one call.
    """

    def __init__(self, url: str, *, prefix: str = "asyncassist:turn:", timeout: float = 1.0) -> None:
        super().__init__(url, timeout=timeout)
        self._prefix = prefix
        self._interrupt: Any = None
        self._claim: Any = None

    async def _open(self) -> None:
        await super()._open()
        self._interrupt = self._client.register_script(_INTERRUPT)
        self._claim = self._client.register_script(_CLAIM)

    def _keys(self, turn_id: str) -> tuple[str, str, str]:
        """Return the keys of the stream, of the lease and of the request to stop, in one slot of a cluster."""
        stream = f"{self._prefix}{{{turn_id}}}"
        return stream, f"{stream}:lease", f"{stream}:stop"

    async def begin(self, turn_id: str, owner: str, entry: bytes) -> None:
        """Create a turn."""
        stream, lease, _ = self._keys(turn_id)
        async with self._acquire_client() as client, client.pipeline(transaction=False) as pipe:
            pipe.execute_command("XADD", stream, "1-0", "d", entry, "o", owner)
            pipe.execute_command("PEXPIRE", stream, _RUNNING_MS)
            pipe.execute_command("SET", lease, "1", "PX", _LEASE_MS)
            turns = f"{self._prefix}turns:{owner}"
            pipe.execute_command("LPUSH", turns, turn_id)
            pipe.execute_command("LTRIM", turns, 0, _MAX_TURNS - 1)
            pipe.execute_command("PEXPIRE", turns, _RUNNING_MS)
            await pipe.execute()

    async def append(self, turn_id: str, number: int, entry: bytes, end: str | None) -> None:
        """Append an entry; the stream refuses a number that is not above its last one, and none is made again."""
        stream, lease, stop = self._keys(turn_id)
        async with self._acquire_client() as client:
            try:
                if end is None:
                    added = await client.execute_command("XADD", stream, "NOMKSTREAM", f"{number}-0", "d", entry)
                else:
                    async with client.pipeline(transaction=False) as pipe:
                        pipe.execute_command("XADD", stream, "NOMKSTREAM", f"{number}-0", "d", entry, "e", end)
                        pipe.execute_command("PEXPIRE", stream, _RETENTION_MS)
                        pipe.execute_command("DEL", lease, stop)
                        added, *_ = await pipe.execute()
            except Exception as error:
                if "equal or smaller" in str(error):
                    raise TurnEndedError from None
                raise
        if added is None:
            raise TurnEndedError

    async def renew(self, turn_ids: Iterable[str]) -> set[str]:
        """Renew leases."""
        ids = list(turn_ids)
        async with self._acquire_client() as client, client.pipeline(transaction=False) as pipe:
            for turn_id in ids:
                _, lease, stop = self._keys(turn_id)
                pipe.execute_command("SET", lease, "1", "PX", _LEASE_MS)
                pipe.execute_command("EXISTS", stop)
            answers = await pipe.execute()
        return {turn_id for turn_id, stop in zip(ids, answers[1::2], strict=True) if stop}

    async def read(self, turn_id: str, after: int) -> TurnPage | None:
        """Return a part of a turn."""
        stream, lease, _ = self._keys(turn_id)
        async with self._acquire_client() as client, client.pipeline(transaction=False) as pipe:
            pipe.xrange(stream, min=f"({after}-0" if after else "-", count=PAGE_SIZE)
            pipe.xrevrange(stream, count=1)
            pipe.execute_command("EXISTS", lease)
            found, last, alive = await pipe.execute()
        if not last:
            return None
        number, facts = last[0]
        end = facts.get(b"e")
        reached = found[-1][0] == number if found else int(number.partition(b"-")[0]) <= after
        return TurnPage(
            [entry[b"d"] for _, entry in found], end.decode() if end is not None and reached else None, bool(alive)
        )

    async def owner(self, turn_id: str) -> str | None:
        """Return the owner of a turn."""
        async with self._acquire_client() as client:
            found = await client.xrange(self._keys(turn_id)[0], count=1)
        return found[0][1][b"o"].decode() if found else None

    async def last_turn(self, owner: str) -> str | None:
        """Return the id of the last turn of an owner."""
        async with self._acquire_client() as client:
            found = await client.lindex(f"{self._prefix}turns:{owner}", 0)
        return None if found is None else found.decode()

    async def interrupt(self, turn_id: str, entry: bytes) -> None:
        """End a turn whose lease has expired."""
        stream, lease, _ = self._keys(turn_id)
        async with self._acquire_client():
            await self._interrupt(keys=[stream, lease], args=[entry, _RETENTION_MS])

    async def stop(self, turn_id: str) -> None:
        """Ask the worker of a turn to stop it."""
        async with self._acquire_client() as client:
            await client.execute_command("SET", self._keys(turn_id)[2], "1", "PX", _RUNNING_MS)

    async def claim(self, scope: str, value: str, replaces: str | None) -> str:
        """Claim an idempotency key."""
        async with self._acquire_client():
            found = await self._claim(
                keys=[f"{self._prefix}request:{scope}"], args=[value, replaces or "", _RUNNING_MS]
            )
        return found.decode() if isinstance(found, bytes) else str(found)

    async def forget(self, owner: str) -> None:
        """Delete all turns of an owner."""
        async with self._acquire_client() as client:
            await self._delete(client, f"{self._prefix}turns:{owner}")

    async def forget_user(self, user: str) -> None:
        """Delete all turns of owners whose keys begin so; it walks every key of the server."""
        pattern = f"{escape_pattern(f'{self._prefix}turns:{user}')}*"
        async with self._acquire_client() as client:
            for key in [key async for key in client.scan_iter(match=pattern, count=_SCAN_COUNT)]:
                await self._delete(client, key)

    async def _delete(self, client: Any, turns: Any) -> None:
        """Delete the turns of a list, and the list."""
        for turn_id in await client.lrange(turns, 0, -1):
            await client.delete(*self._keys(turn_id.decode()))
        await client.delete(turns)
