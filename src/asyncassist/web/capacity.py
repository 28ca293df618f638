"""Bounds of what one client or one conversation may hold at the same time in a worker whose threads all share."""

from __future__ import annotations

import threading
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING

from asyncassist.errors import ConversationBusyError
from asyncassist.web.problem import ProblemError

if TYPE_CHECKING:
    from collections.abc import Generator


class SocketSlots:
    """Bound of the WebSockets that hold a thread each. May be used from any thread.

    Args:
        threads: Threads of the worker.
    """

    def __init__(self, threads: int) -> None:
        self._max_total = max(1, threads // 2)
        self._max_per_client = max(1, threads // 4)
        self._lock = threading.Lock()
        self._held: Counter[str] = Counter()

    def check(self, client: str) -> None:
        """Check that the client may open one more.

        Args:
            client: Key of the client, as for the rate limit.

        Raises:
            ProblemError: 429 when the client has its share, 503 when all are taken.
        """
        if self._held[client] >= self._max_per_client:
            raise ProblemError(
                429, "too-many-sockets", f"a client may open {self._max_per_client} WebSockets at the same time",
                headers={"retry-after": "10"},
            )  # fmt: skip
        if self._held.total() >= self._max_total:
            raise ProblemError(
                503, "too-many-sockets", "too many WebSockets are open; try again later", headers={"retry-after": "10"}
            )

    @contextmanager
    def hold(self, client: str) -> Generator[None]:
        """Hold one for the duration of the block; raises as `check` does."""
        with self._lock:
            self.check(client)
            self._held[client] += 1
        try:
            yield
        finally:
            with self._lock:
                self._held[client] -= 1
                self._held += Counter()  # drops the clients that hold none


class ConversationQueue:
    """Bound of the turns of one conversation that run or wait for one another in this process.

    Args:
        threads: Threads of the worker.
    """

    def __init__(self, threads: int) -> None:
        self._max_turns = max(1, threads // 4)
        self._turns: Counter[tuple[str | None, str]] = Counter()

    @contextmanager
    def enter(self, user: str | None, conversation_id: str) -> Generator[None]:
        """Count one turn for the duration of the block.

        Args:
            user: Id of the user, None for an anonymous one.
            conversation_id: Id of the conversation or session.

        Raises:
            ConversationBusyError: As many turns as may are running or waiting.
        """
        key = (user, conversation_id)
        if self._turns[key] >= self._max_turns:
            raise ConversationBusyError("too many turns of this conversation are waiting")
        self._turns[key] += 1
        try:
            yield
        finally:
            self._turns[key] -= 1
            if not self._turns[key]:
                del self._turns[key]
