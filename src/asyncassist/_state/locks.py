"""Distributed locks with fencing tokens; a lease is renewed while its lock is held."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
import random
import time
from typing import TYPE_CHECKING

from asyncassist._lifecycle import cancel_and_wait
from asyncassist._random_ids import random_id
from asyncassist._state.models import Lease
from asyncassist._stores.memory_history import KeyedLocks
from asyncassist.errors import AsyncAssistError, BusyError, StateUnavailableError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from asyncassist._stores.store import LockStore

logger = logging.getLogger("asyncassist")

TURN_TTL = 30.0
"""Seconds until the turn lock of a process that died expires."""
_MAX_UNCONFIRMED = 10_000  # locks with an unconfirmed release, at most; leases of further ones just expire
_MIN_POLL_INTERVAL, _MAX_POLL_INTERVAL = 0.005, 0.1  # seconds between polls for a lock that another process holds


class Locks:
    """Leases on named locks. They expire by the server's real time, not by the manager's clock.

    Args:
        store: Store of the locks.
    """

    def __init__(self, store: LockStore) -> None:
        self._store = store
        # Only one task of this process polls the store for a lock, so that local waiters acquire it in FIFO order.
        self._local_locks = KeyedLocks()
        # Owners, by lock, whose release was not confirmed: a frozen server may still run their ACQUIRE when it resumes.
        self._unconfirmed_owners: dict[str, list[str]] = {}
        self._releases: set[asyncio.Task[None]] = set()

    @contextlib.asynccontextmanager
    async def hold(self, name: str, *, ttl: float, wait: float | None) -> AsyncGenerator[Lease]:
        """Hold a lock while the block runs.

        Args:
            name: Name of the lock.
            ttl: Seconds until the lease expires when this process dies.
            wait: Seconds to wait for the lock, None for no limit.

        Raises:
            BusyError: Another holder did not release the lock in time.
            StateUnavailableError: The store is unavailable.
        """
        deadline = None if wait is None else time.monotonic() + wait
        async with self._local_locks.hold(name, wait=wait):
            owner = random_id(24)
            renewals: list[asyncio.Task[None]] = []
            timer: asyncio.TimerHandle | None = None
            try:
                lease = Lease(name, await self._poll_until_acquired(name, owner, ttl, deadline))
                renewal = functools.partial(self._renew, lease, name, owner, ttl, time.monotonic() + ttl)
                # Most holders leave before the first renewal: a timer costs less than a task.
                timer = asyncio.get_running_loop().call_later(
                    ttl / 3, lambda: renewals.append(asyncio.create_task(renewal()))
                )
                yield lease
            finally:
                if timer is not None:
                    timer.cancel()
                try:
                    await cancel_and_wait(*renewals)
                finally:
                    # Also after a failed attempt: the lock may be ours although the reply was lost.
                    await self._release(name, owner)

    @contextlib.asynccontextmanager
    async def turn(self, key: str) -> AsyncGenerator[None]:
        """Hold a conversation for one turn; while the store is unavailable only against tasks of this process.

        Args:
            key: Key of the conversation.
        """
        async with contextlib.AsyncExitStack() as stack:
            try:
                await stack.enter_async_context(self.hold(f"turn:{key}", ttl=TURN_TTL, wait=None))
            except StateUnavailableError:
                await stack.enter_async_context(self._local_locks.hold(f"turn:{key}"))
            yield

    async def _poll_until_acquired(self, name: str, owner: str, ttl: float, deadline: float | None) -> int:
        """Poll the store until the lock is acquired and return the fencing token.

        Raises:
            BusyError: The deadline passed.
            StateUnavailableError: The store is unavailable.
        """
        while unconfirmed := self._unconfirmed_owners.get(name):
            await self._store.release(name, unconfirmed[-1])
            unconfirmed.pop()
        self._unconfirmed_owners.pop(name, None)
        pause = _MIN_POLL_INTERVAL
        while True:
            token = await self._store.acquire(name, owner, ttl)
            if token is not None:
                return token
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left <= 0:
                raise BusyError("the lock is held")
            drawn = pause * random.uniform(0.5, 1.0)  # noqa: S311  # jitter: waiting processes must not poll in step
            await asyncio.sleep(drawn if left is None else min(drawn, left))
            pause = min(_MAX_POLL_INTERVAL, pause * 1.5)

    async def _renew(self, lease: Lease, name: str, owner: str, ttl: float, valid_until: float) -> None:
        """Renew the lease now and every third of its `ttl` until cancelled; mark it lost once it expired or was taken.

        Until `valid_until`, a monotonic time, the server surely holds it.
        """
        while True:
            requested_at = time.monotonic()
            try:
                token = await self._store.acquire(name, owner, ttl)
            except AsyncAssistError:
                # A failed renewal is no loss yet: the server holds the lease until `ttl` after the last renewal.
                token = lease.token if requested_at < valid_until else None
            else:
                valid_until = requested_at + ttl
            if token != lease.token:
                lease.lost = True
                logger.warning("a lease was lost while its lock was held: another process may hold the lock now")
                return
            await asyncio.sleep(ttl / 3)

    async def _release(self, name: str, owner: str) -> None:
        """Release a lock; if the holder is cancelled meanwhile, once more in the background."""
        try:
            await self._send_release(name, owner)
        except asyncio.CancelledError:
            # Whether it was sent is not known. A second one does no harm: it releases the lock of this owner only.
            task = asyncio.create_task(self._send_release(name, owner))
            self._releases.add(task)
            task.add_done_callback(self._releases.discard)
            raise

    async def drain(self) -> None:
        """Wait until no lock is being released in the background."""
        while self._releases:
            await asyncio.wait(list(self._releases))

    async def _send_release(self, name: str, owner: str) -> None:
        """Send the release of a lock.

        If the store is unavailable, this process releases the lock before it next acquires it; otherwise the lease
        expires.
        """
        try:
            await self._store.release(name, owner)
        except AsyncAssistError:
            if len(self._unconfirmed_owners) < _MAX_UNCONFIRMED:
                self._unconfirmed_owners.setdefault(name, []).append(owner)
