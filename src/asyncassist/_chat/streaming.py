"""A reply as it comes: pieces of text, then the reply itself."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine
    from types import TracebackType

    from asyncassist._chat.models import Reply


class ReplyStream:
    """The pieces of a reply, as an async iterator; an async context manager around its life.

    The pieces together are `reply.text`. Leaving the context early ends the call to the model and keeps nothing of
    the turn.

    Args:
        work: Makes the reply; it is given the function to tell each piece to.
    """

    def __init__(self, work: Callable[[Callable[[str], None]], Coroutine[object, object, Reply]]) -> None:
        self._work = work
        self._deltas: deque[str] = deque()
        self._task: asyncio.Task[Reply] | None = None
        self._waiter: asyncio.Future[None] | None = None

    async def __aenter__(self) -> Self:
        """Begin."""
        if self._task is not None:
            raise RuntimeError("a reply is streamed once; call stream() again")
        self._task = asyncio.ensure_future(self._work(self._push))
        self._task.add_done_callback(lambda _: self._notify())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the work, if it has not ended, and wait for its end."""
        task = self._task
        if task is None:
            return
        if not task.done():
            task.cancel()
            await asyncio.wait([task])
        if not task.cancelled():
            task.exception()  # seen: it was raised while iterating, or nobody wanted to know

    def __aiter__(self) -> AsyncIterator[str]:
        return self

    async def __anext__(self) -> str:
        """The next piece.

        Raises:
            StopAsyncIteration: The reply is whole; see `reply`.
            AsyncAssistError: What `CachedChatbot.reply` raises too.
        """
        task = self._task
        if task is None:
            raise RuntimeError("enter the stream first: async with bot.stream(...) as stream")
        while not self._deltas:
            if task.done():
                if task.cancelled():
                    raise RuntimeError("the stream was left")
                task.result()
                raise StopAsyncIteration
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
        return self._deltas.popleft()

    @property
    def reply(self) -> Reply:
        """The whole reply, after the last piece.

        Raises:
            RuntimeError: It has not ended yet.
            AsyncAssistError: What ended it.
        """
        if self._task is None or not self._task.done() or self._task.cancelled():
            raise RuntimeError("the reply is there after the last piece")
        return self._task.result()

    def _push(self, text: str) -> None:
        self._deltas.append(text)
        self._notify()

    def _notify(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
