"""Sessions: changes line up per session and are committed by compare-and-set."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from asyncassist._state.queue import Job, KeyQueues
from asyncassist._stores.records import Put, Record, Write, compute, conflict

if TYPE_CHECKING:
    from asyncassist._state.values import Place
    from asyncassist._stores.records import Op, Sessions

_LONGEST_PAUSE = 0.05  # seconds before another try, when other processes are faster again and again


class Desk:
    """Changes of sessions, each applied once, whoever else writes.

    Args:
        store: Where sessions live.
        place: What to say when it has acknowledged.
    """

    def __init__(self, store: Sessions, place: Place) -> None:
        self._store = store
        self._place: Place = place
        self._queues: KeyQueues[Op] = KeyQueues(self._commit)

    async def read(self, session_id: str, *, touch: bool) -> tuple[Record, Place]:
        """What is there."""
        return await self._store.read(session_id, touch=touch), self._place

    async def read_many(self, ids: list[str]) -> list[tuple[Record, Place]]:
        """What is there, in order."""
        return [(record, self._place) for record in await self._store.read_many(ids)]

    async def change(self, session_id: str, op: Op) -> tuple[Record, Place]:
        """Apply a change; what it made, and where that is."""
        return cast("tuple[Record, Place]", await self._queues.run(session_id, op))

    async def _commit(self, key: str, jobs: list[Job[Op]]) -> None:
        """One change goes as one command if it can; others are computed on what is there."""
        op = jobs[0].op
        if len(jobs) == 1 and isinstance(op, Put):
            outcome = await self._store.write(key, op.as_write(()))
            if not outcome.written:
                raise conflict(key, op, outcome.record)
            jobs[0].succeed((outcome.record, self._place))
        else:
            await self._commit_batch(key, jobs)

    async def _commit_batch(self, key: str, jobs: list[Job[Op]]) -> None:
        """Compute the batch on what is there and set it; again when another process was faster."""
        found = await self._store.read(key, touch=False)
        tries = 0
        while True:
            made, results = compute(key, [job.op for job in jobs], found)
            if made is found:
                break
            write = Write("exact", made.body, found.version, made.ttl, made.version - found.version)
            outcome = await self._store.write(key, write)
            if outcome.written:
                made = outcome.record
                break
            found = outcome.record
            tries += 1
            await asyncio.sleep(min(_LONGEST_PAUSE, 0.001 * tries) * random.random())  # noqa: S311  # out of step
        for job, result in zip(jobs, results, strict=True):
            if isinstance(result, Exception):
                job.fail(result)
            else:
                job.succeed((replace(result, expires_in=made.expires_in), self._place))

    async def drain(self) -> None:
        """Wait until no change is under way."""
        await self._queues.drain()
