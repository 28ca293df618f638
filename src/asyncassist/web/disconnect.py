"""Cancel the work for a client that disconnects."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

T = TypeVar("T")

# Seconds. Watching the connection costs a task, and most responses are ready sooner: only slower ones are watched.
_WATCH_DELAY = 0.1


class ClientDisconnectedError(Exception):
    """The client disconnected before its response was ready; the work for it has been cancelled."""


async def cancel_on_disconnect(work: Awaitable[T], wait_for_disconnect: Callable[[], Awaitable[None]] | None) -> T:
    """Await the work and return its result; cancel it when the client disconnects.

    Args:
        work: The work to await.
        wait_for_disconnect: Returns when the client has disconnected; None where the server does not report it.

    Raises:
        ClientDisconnectedError: The client disconnected first.
    """
    if wait_for_disconnect is None:
        return await work
    loop = asyncio.get_running_loop()
    # A timeout without a deadline serves as cancel scope: it cancels this block only, and does not mistake a
    # cancellation from outside, or a TimeoutError of the work, for its own.
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
