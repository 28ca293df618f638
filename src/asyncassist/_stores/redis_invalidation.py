"""Redis tells which sessions changed: client side caching with RESP3 push messages, for all keys of a prefix."""

from __future__ import annotations

import asyncio
import contextlib
import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_RECONNECT_DELAY = 0.2  # seconds before the next try to connect


class InvalidationListener:
    """One connection on which the server says what changed.

    As long as `is_listening` is true, every change of a key that was seen after `on_reset` is told, at most
    `liveness_timeout` seconds late: a connection that does not answer that long is given up.

    Args:
        pool: The pool of redis-py, for its way to connect.
        prefix: Of the keys to hear about.
        on_change: Called with each key that changed.
        on_reset: Called when nothing is sure any more.
        liveness_timeout: Seconds after which the server must have said something.
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
        """Listen, and connect again when it breaks."""
        while True:
            options = {**self._pool.connection_kwargs, "protocol": 3}
            connection = self._pool.connection_class(**options)
            try:
                await self._listen(connection)
            except Exception:  # noqa: BLE001, S110  # whatever broke: nothing is sure, and it is tried again
                pass
            finally:
                self.is_listening = False
                self._on_reset()
                with contextlib.suppress(Exception):
                    await connection.disconnect(nowait=True)
            await asyncio.sleep(_RECONNECT_DELAY)

    async def _listen(self, connection: Any) -> None:
        """Hear changes until the connection is silent for too long."""
        async with asyncio.timeout(self._liveness_timeout):
            await connection.connect()
            await connection.send_command("CLIENT", "TRACKING", "ON", "BCAST", "PREFIX", self._prefix)
            await connection.read_response()
        # The parser is the only door that redis-py leaves to these messages; connecting may have made a new one.
        connection._parser.set_invalidation_push_handler(self._on_message)  # noqa: SLF001
        self._on_reset()
        self.is_listening = True
        while True:
            async with asyncio.timeout(self._liveness_timeout):
                # An answer can only come after everything that was told before it.
                await connection.send_command("PING")
                await connection.read_response(disable_decoding=True, timeout=math.inf)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._liveness_timeout / 2):
                    while True:
                        await connection.read_response(
                            disable_decoding=True, timeout=math.inf, push_request=True, disconnect_on_error=False
                        )

    async def _on_message(self, message: list[Any]) -> None:
        """One message: the keys that changed, or that all did."""
        keys = message[1]
        if keys is None:
            self._on_reset()
            return
        for key in keys:
            self._on_change(key.decode() if isinstance(key, bytes) else key)

    async def aclose(self) -> None:
        """Stop listening."""
        self._task.cancel()
        await asyncio.wait([self._task])
