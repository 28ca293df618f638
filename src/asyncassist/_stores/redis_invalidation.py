"""Client-side caching: receives Redis invalidation messages (RESP3 push) for all keys of a prefix."""

from __future__ import annotations

import asyncio
import contextlib
import math
from typing import TYPE_CHECKING, Any

from asyncassist._lifecycle import cancel_and_wait

if TYPE_CHECKING:
    from collections.abc import Callable

_RECONNECT_DELAY = 0.2  # seconds


class InvalidationListener:
    """Connection that receives invalidation messages in broadcast mode.

    While `is_listening` is true, every change of a key read after `on_reset` is announced at most `liveness_timeout`
    seconds late: a connection that does not respond for that long is dropped.

    Args:
        pool: Connection pool of redis-py; supplies the connection options.
        prefix: Prefix of the keys to track.
        on_change: Called with each key that changed.
        on_reset: Called when changes may have been missed: every cached key must be invalidated.
        liveness_timeout: Seconds within which the server must respond.
    """

    def __init__(
        self,
        pool: Any,
        *,
        prefix: str,
        on_change: Callable[[str], None],
        on_reset: Callable[[], None],
        liveness_timeout: float,
    ) -> None:
        self.is_listening = False
        self._pool = pool
        self._prefix = prefix
        self._on_change = on_change
        self._on_reset = on_reset
        self._liveness_timeout = liveness_timeout
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def _run(self) -> None:
        """Listen, and reconnect when the connection breaks."""
        while True:
            options = {**self._pool.connection_kwargs, "protocol": 3}
            connection = self._pool.connection_class(**options)
            try:
                await self._listen(connection)
            except Exception:  # noqa: BLE001, S110  # any failure ends in a reset and a reconnect
                pass
            finally:
                self.is_listening = False
                self._on_reset()
                with contextlib.suppress(Exception):
                    await connection.disconnect(nowait=True)
            await asyncio.sleep(_RECONNECT_DELAY)

    async def _listen(self, connection: Any) -> None:
        """Receive invalidation messages until the connection fails or stops responding."""
        async with asyncio.timeout(self._liveness_timeout):
            await connection.connect()
            await connection.send_command("CLIENT", "TRACKING", "ON", "BCAST", "PREFIX", self._prefix)
            await connection.read_response()
        # redis-py offers these messages only through its parser, which `connect` may have replaced.
        connection._parser.set_invalidation_push_handler(self._on_message)  # noqa: SLF001
        self._on_reset()
        self.is_listening = True
        while True:
            async with asyncio.timeout(self._liveness_timeout):
                # The PONG arrives after every invalidation message sent before it, so it bounds their delay.
                await connection.send_command("PING")
                await connection.read_response(disable_decoding=True, timeout=math.inf)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._liveness_timeout / 2):
                    while True:
                        await connection.read_response(
                            disable_decoding=True, timeout=math.inf, push_request=True, disconnect_on_error=False
                        )

    async def _on_message(self, message: list[Any]) -> None:
        """Handle one invalidation message: the changed keys, or None for all keys."""
        keys = message[1]
        if keys is None:
            self._on_reset()
            return
        for key in keys:
            self._on_change(key.decode() if isinstance(key, bytes) else key)

    async def aclose(self) -> None:
        """Stop listening."""
        await cancel_and_wait(self._task)
