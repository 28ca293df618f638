"""Redis tells which sessions changed: client side caching with RESP3 push messages, for all keys of a prefix."""

from __future__ import annotations

import asyncio
import contextlib
import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_PAUSE = 0.2  # seconds before the next try to connect


class Watch:
    """One connection on which the server says what changed.

    As long as `live` is true, every change of a key that was seen after `reset` is told, at most `silence` seconds
    late: a connection that does not answer that long is given up.

    Args:
        pool: The pool of redis-py, for its way to connect.
        prefix: Of the keys to hear about.
        changed: Called with each key that changed.
        reset: Called when nothing is sure any more.
        silence: Seconds after which the server must have said something.
    """

    def __init__(
        self,
        pool: Any,
        *,
        prefix: str,
        changed: Callable[[str], None],
        reset: Callable[[], None],
        silence: float,
    ) -> None:
        self.live = False
        self._pool = pool
        self._prefix = prefix
        self._changed = changed
        self._reset = reset
        self._silence = silence
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
                self.live = False
                self._reset()
                with contextlib.suppress(Exception):
                    await connection.disconnect(nowait=True)
            await asyncio.sleep(_PAUSE)

    async def _listen(self, connection: Any) -> None:
        """Hear changes until the connection is silent for too long."""
        async with asyncio.timeout(self._silence):
            await connection.connect()
            await connection.send_command("CLIENT", "TRACKING", "ON", "BCAST", "PREFIX", self._prefix)
            await connection.read_response()
        # The parser is the only door that redis-py leaves to these messages; connecting may have made a new one.
        connection._parser.set_invalidation_push_handler(self._hear)  # noqa: SLF001
        self._reset()
        self.live = True
        while True:
            async with asyncio.timeout(self._silence):
                # An answer can only come after everything that was told before it.
                await connection.send_command("PING")
                await connection.read_response(disable_decoding=True, timeout=math.inf)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._silence / 2):
                    while True:
                        await connection.read_response(
                            disable_decoding=True, timeout=math.inf, push_request=True, disconnect_on_error=False
                        )

    async def _hear(self, message: list[Any]) -> None:
        """One message: the keys that changed, or that all did."""
        keys = message[1]
        if keys is None:
            self._reset()
            return
        for key in keys:
            self._changed(key.decode() if isinstance(key, bytes) else key)

    async def aclose(self) -> None:
        """Stop listening."""
        self._task.cancel()
        await asyncio.wait([self._task])
