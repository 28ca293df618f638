"""Locks that several processes respect, with a fencing token, renewed while they are held."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import secrets
import time
from typing import TYPE_CHECKING, Protocol

from asyncassist._state.models import Lease
from asyncassist._stores.memory_history import KeyedLocks
from asyncassist.errors import AsyncAssistError, BusyError, StateUnavailableError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

logger = logging.getLogger("asyncassist")

TURN_TTL = 30.0
"""Seconds until the turn of a process that died is over."""
_MAX_UNCONFIRMED = 10_000
_MIN_POLL_INTERVAL, _MAX_POLL_INTERVAL = 0.005, 0.1  # seconds between two looks at a lock that another process holds


class LockStore(Protocol):
    """Where locks are kept for several processes."""

    async def acquire(self, name: str, owner: str, ttl: float) -> int | None:
        """Take or renew a lock; its fencing token, None when another has it."""
        ...

    async def release(self, name: str, owner: str) -> bool:
        """Give a lock back; whether it was the owner's."""
        ...


class Locks:
    """Leases on names. Leases end by real time, as the server counts it.

    Args:
        store: Shared by processes; None: this process alone, where a lease cannot outlive its holder.
    """

    def __init__(self, store: LockStore | None) -> None:
        self._store = store
        # One task of this process asks the store at a time, so that they take turns in the order they came.
        self._local_locks = KeyedLocks()
        self._last_token = 0
        # Owners, by lock, whose command had no answer: a server that stood still may take it up when it goes on.
        self._unconfirmed_owners: dict[str, list[str]] = {}

    @contextlib.asynccontextmanager
    async def hold(self, name: str, *, ttl: float, wait: float | None) -> AsyncGenerator[Lease]:
        """Hold the lock while the block runs.

        Args:
            name: Of the lock.
            ttl: Seconds until it falls open when this process dies.
            wait: Seconds to wait for it, None for as long as it takes.

        Raises:
            BusyError: It was not free in time.
            StateUnavailableError: The store is away.
        """
        deadline = None if wait is None else time.monotonic() + wait
        async with contextlib.AsyncExitStack() as stack:
            try:
                async with asyncio.timeout(wait):
                    await stack.enter_async_context(self._local_locks.hold(name))
            except TimeoutError:
                raise BusyError("the lock is held") from None
            if self._store is None:
                self._last_token += 1
                yield Lease(name, self._last_token)
            else:
                owner = secrets.token_hex(12)
                # Before the first try: it may be ours even if the answer never comes.
                stack.push_async_callback(self._release, self._store, name, owner)
                lease = Lease(name, await self._poll_until_acquired(self._store, name, owner, ttl, deadline))
                stack.push_async_callback(
                    cancel_and_wait, asyncio.create_task(self._renew(self._store, lease, name, owner, ttl))
                )
                yield lease

    @contextlib.asynccontextmanager
    async def turn(self, key: str) -> AsyncGenerator[None]:
        """Hold a conversation for one turn; only among the tasks of this process while the store is away.

        Args:
            key: Of the conversation.
        """
        async with contextlib.AsyncExitStack() as stack:
            try:
                await stack.enter_async_context(self.hold(f"turn:{key}", ttl=TURN_TTL, wait=None))
            except StateUnavailableError:
                await stack.enter_async_context(self._local_locks.hold(f"turn:{key}"))
            yield

    async def _poll_until_acquired(
        self, store: LockStore, name: str, owner: str, ttl: float, deadline: float | None
    ) -> int:
        """Look again and again until it is free; the fencing token."""
        while unconfirmed := self._unconfirmed_owners.get(name):
            await store.release(name, unconfirmed[-1])
            unconfirmed.pop()
        self._unconfirmed_owners.pop(name, None)
        pause = _MIN_POLL_INTERVAL
        while True:
            token = await store.acquire(name, owner, ttl)
            if token is not None:
                return token
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and left <= 0:
                raise BusyError("the lock is held")
            drawn = pause * random.uniform(0.5, 1.0)  # noqa: S311  # so that waiting processes do not look in step
            await asyncio.sleep(drawn if left is None else min(drawn, left))
            pause = min(_MAX_POLL_INTERVAL, pause * 1.5)

    async def _renew(self, store: LockStore, lease: Lease, name: str, owner: str, ttl: float) -> None:
        """Keep it until somebody stops this; say so when it is lost."""
        good_until = time.monotonic() + ttl
        while not lease.lost:
            await asyncio.sleep(ttl / 3)
            asked = time.monotonic()
            try:
                token = await store.acquire(name, owner, ttl)
            except AsyncAssistError:
                token = lease.token if asked < good_until else None
            else:
                good_until = asked + ttl
            if token != lease.token:
                lease.lost = True
                logger.warning("a lock was lost while it was held: another may hold it now")

    async def _release(self, store: LockStore, name: str, owner: str) -> None:
        """Release it; if the store is away, it is released before it is next taken here, or falls open by itself."""
        try:
            await store.release(name, owner)
        except AsyncAssistError:
            if len(self._unconfirmed_owners) < _MAX_UNCONFIRMED:
                self._unconfirmed_owners.setdefault(name, []).append(owner)


async def cancel_and_wait(task: asyncio.Task[None]) -> None:
    """Cancel a task of ours and wait for its end."""
    task.cancel()
    await asyncio.wait([task])
