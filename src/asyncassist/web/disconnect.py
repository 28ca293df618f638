"""Work for a client that is still there: when it leaves, the work ends."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

T = TypeVar("T")

# Most answers are made sooner, and watching costs a task: only who waits longer is watched.
_WATCH_DELAY = 0.1


class ClientDisconnectedError(Exception):
    """The client left before its answer was there; what was done for it has been cancelled."""


async def cancel_on_disconnect(work: Awaitable[T], wait_for_disconnect: Callable[[], Awaitable[None]] | None) -> T:
    """The result of the work.

    Args:
        work: Is cancelled when the client leaves.
        wait_for_disconnect: Returns when the client has left; None where the server cannot tell.

    Raises:
        ClientGoneError: The client left first.
    """
    if wait_for_disconnect is None:
        return await work
    loop = asyncio.get_running_loop()
    # Without a time: it knows how to cancel its own block, and that block alone.
    cancel_scope = asyncio.timeout(None)
    watcher: asyncio.Task[None] | None = None

    async def watch() -> None:
        await wait_for_disconnect()
        cancel_scope.reschedule(loop.time())

    def start_watcher() -> None:
        nonlocal watcher
        watcher = loop.create_task(watch(), name="asyncassist-presence")

    timer = loop.call_later(_WATCH_DELAY, start_watcher)
    try:
        async with cancel_scope:
            try:
                return await work
            finally:
                timer.cancel()
                if watcher is not None:
                    watcher.cancel()
    except TimeoutError:
        if cancel_scope.expired():
            raise ClientDisconnectedError from None
        raise
