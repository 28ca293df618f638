"""ReplyStream: the text deltas of a reply, or all its events, as an async iterator."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Any, Self

from asyncassist._chat.stream_events import PartialOutput
from asyncassist._lifecycle import AsyncOnly, cancel_and_wait
from asyncassist._types import TextDelta

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Mapping
    from types import TracebackType

    from asyncassist._chat.models import Reply
    from asyncassist._chat.stream_events import StreamEvent


class ReplyStream(AsyncOnly):
    """Async iterator over the text deltas of a reply; also the async context manager that runs the call.

    The deltas together are `reply.text`. Leaving the context early cancels the call to the model; nothing of the turn
    is stored, except that calls of tools with effects began.

    Args:
        work: Coroutine function that produces the reply; its argument is the function to call with each event.
    """

    def __init__(self, work: Callable[[Callable[[StreamEvent], None]], Coroutine[object, object, Reply]]) -> None:
        self._work = work
        self._events: deque[StreamEvent] = deque()
        self._task: asyncio.Task[Reply] | None = None
        self._waiter: asyncio.Future[None] | None = None

    async def __aenter__(self) -> Self:
        """Start the call.

        Raises:
            RuntimeError: The stream was entered before.
        """
        if self._task is not None:
            raise RuntimeError("a reply is streamed once; call stream() again")
        self._task = asyncio.ensure_future(self._work(self._push))
        self._task.add_done_callback(lambda _: self._notify())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Cancel the call if it is still running, and wait until it has ended."""
        task = self._task
        if task is None:
            return
        if not task.done():
            await cancel_and_wait(task)
        if not task.cancelled():
            task.exception()  # marks the error as retrieved, so that asyncio does not log it

    def __aiter__(self) -> AsyncIterator[str]:
        return self

    async def __anext__(self) -> str:
        """Return the next text delta; other events are passed over.

        Raises:
            StopAsyncIteration: The reply is complete; read it from `reply`.
            AsyncAssistError: The call failed, as documented for `CachedChatbot.reply`.
            RuntimeError: The stream was not entered, or was left before its end.
        """
        while True:
            event = await self._next_event()
            if event is None:
                raise StopAsyncIteration
            if isinstance(event, TextDelta):
                return event.text

    async def events(self) -> AsyncGenerator[StreamEvent]:
        """Iterate over all events instead of the text alone.

        Yields:
            `TextDelta`, `ReasoningDelta` (from servers that send the model's reasoning), `ToolStarted` and
            `ToolFinished`, as they happen. The texts together are `reply.text`. With `output` the text comes at the
            end, when it is known to be valid, and before it `PartialOutput`.

        Raises:
            AsyncAssistError: The call failed, as documented for `CachedChatbot.reply`.
            RuntimeError: The stream was not entered, or was left before its end.
        """
        while (event := await self._next_event()) is not None:
            yield event

    async def partial(self) -> AsyncGenerator[Mapping[str, Any]]:
        """Iterate over the typed answer as it grows, instead of its text; for a stream with `output`.

        Yields:
            The object as JSON gives it, as far as it has arrived and not validated yet: fields may be missing, and the
            last string may be cut. When the model is asked again because its answer is invalid, it begins anew. The
            validated value is `reply.output`.

        Raises:
            AsyncAssistError: The call failed, as documented for `CachedChatbot.reply`.
            RuntimeError: The stream was not entered, or was left before its end.
        """
        while (event := await self._next_event()) is not None:
            if isinstance(event, PartialOutput):
                yield event.value

    async def _next_event(self) -> StreamEvent | None:
        """Return the next event; None after the last one."""
        task = self._task
        if task is None:
            raise RuntimeError("enter the stream first: async with bot.stream(...) as stream")
        while not self._events:
            if task.done():
                if task.cancelled():
                    raise RuntimeError("the stream was closed before its end")
                task.result()
                return None
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
        return self._events.popleft()

    @property
    def reply(self) -> Reply:
        """The complete reply, available after the last delta.

        Raises:
            RuntimeError: The stream has not ended, or was left before its end.
            AsyncAssistError: The call failed.
        """
        if self._task is None or not self._task.done() or self._task.cancelled():
            raise RuntimeError("the reply is available after the last delta: iterate the stream to its end first")
        return self._task.result()

    def _push(self, event: StreamEvent) -> None:
        self._events.append(event)
        self._notify()

    def _notify(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
