"""The bridge from the synchronous world: many threads, one event loop, one set of pools."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import contextvars
import os
import threading
import weakref
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from asyncassist.errors import ClosedError, ConfigurationError, WrongLoopError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator
    from contextlib import AbstractAsyncContextManager
    from types import TracebackType

T = TypeVar("T")


class _BridgedCall(Generic[T]):
    """One coroutine on its way over the bridge: a task on that side, a lock to wait for on this side."""

    __slots__ = ("_awaitable", "_context", "_done", "_error", "_result", "_task", "loop")

    def __init__(self, awaitable: Awaitable[T]) -> None:
        self.loop: asyncio.AbstractEventLoop | None = None  # set before the call is given to it
        self._awaitable = awaitable
        self._context = contextvars.copy_context()
        self._task: asyncio.Task[T] | None = None
        self._result: T | None = None
        self._error: BaseException | None = None
        # A bare lock: a Future or an Event would wrap one in a condition variable.
        self._done = threading.Lock()
        self._done.acquire()

    def start(self) -> None:
        """On the loop: run it in a task with the caller's context."""
        self._task = asyncio.get_running_loop().create_task(_as_coroutine(self._awaitable), context=self._context)
        self._task.add_done_callback(self._on_task_done)

    def _on_task_done(self, task: asyncio.Task[T]) -> None:
        if task.cancelled():
            self._error = concurrent.futures.CancelledError()
        else:
            self._error = task.exception()
            if self._error is None:
                self._result = task.result()
        self._done.release()

    def cancel(self) -> None:
        """On the caller's thread: end it early, or see that it never starts; right at any moment."""
        if self.loop is None:
            self._cancel_on_loop()
        else:
            with contextlib.suppress(RuntimeError):  # the loop has ended, and the work with it
                self.loop.call_soon_threadsafe(self._cancel_on_loop)

    def _cancel_on_loop(self) -> None:
        if self._task is not None:
            self._task.cancel()
        elif isinstance(self._awaitable, Coroutine):
            self._awaitable.close()

    def wait(self, timeout: float | None) -> bool:
        """On the caller's thread: whether it ended in time."""
        return self._done.acquire(timeout=-1 if timeout is None else max(0.0, timeout))

    def result(self) -> T:
        """What it returned, or its error as it was raised. Call once, after `wait`."""
        try:
            if self._error is not None:
                raise self._error
            return self._result  # type: ignore[return-value]
        finally:
            self._error = None  # an error and this frame would hold each other


async def _as_coroutine(awaitable: Awaitable[T]) -> T:
    return await awaitable


class _ContextHold(Generic[T]):
    """An async context manager entered and left in one task, told from another thread when to leave."""

    def __init__(self, manager: AbstractAsyncContextManager[T]) -> None:
        self._manager = manager
        self._exit_requested: asyncio.Future[BaseException | None] | None = None
        self.entered: concurrent.futures.Future[T] = concurrent.futures.Future()

    async def run(self) -> bool:
        """Enter, wait, leave; whether the manager swallowed the error."""
        self._exit_requested = asyncio.get_running_loop().create_future()
        try:
            thing = await self._manager.__aenter__()
        except BaseException as failure:
            self.entered.set_exception(failure)
            raise
        self.entered.set_result(thing)
        try:
            error = await self._exit_requested
        except asyncio.CancelledError as cancelled:  # the loop thread is closing
            error = cancelled
        trace = None if error is None else error.__traceback__
        swallowed = await self._manager.__aexit__(None if error is None else type(error), error, trace)
        if isinstance(error, asyncio.CancelledError):
            raise error
        return bool(swallowed)

    def request_exit(self, error: BaseException | None) -> None:
        """On the loop: time to leave."""
        if self._exit_requested is not None and not self._exit_requested.done():
            self._exit_requested.set_result(error)


class LoopThread:
    """An event loop in a thread of its own, for programs whose code is synchronous.

    The thread starts at first use, and again in a child after a fork. Any number of threads may use it at once.
    Context variables of the caller are seen on the loop; errors arrive as they were raised.

    Args:
        loop_factory: Makes the event loop; None for asyncio's own.
    """

    def __init__(self, *, loop_factory: Callable[[], asyncio.AbstractEventLoop] | None = None) -> None:
        if loop_factory is not None and not callable(loop_factory):
            raise ConfigurationError("loop_factory", "must be a function that makes an event loop")
        self._loop_factory = loop_factory or asyncio.new_event_loop
        # Held while a call is handed over and while closing: what was handed over runs before the loop stops.
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._closed = False
        _instances.add(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def run(self, awaitable: Awaitable[T], timeout: float | None = None) -> T:
        """Run a coroutine on the loop and wait for its result.

        Args:
            awaitable: The coroutine.
            timeout: Seconds to wait; then it is cancelled, and its end awaited. None waits for ever.

        Raises:
            TimeoutError: It took longer.
            WrongLoopError: Called on the loop's own thread, where it would wait for itself.
            ClosedError: The loop thread is closed.
            concurrent.futures.CancelledError: It was cancelled, or the loop thread was closed meanwhile.
        """
        call = _BridgedCall(awaitable)
        try:
            self._submit(call)
            ended = call.wait(timeout)
        except BaseException:  # refused, or an interrupt at any point: what nobody waits for must not go on
            call.cancel()
            raise
        if ended:
            return call.result()
        call.cancel()
        call.wait(None)
        with contextlib.suppress(concurrent.futures.CancelledError):
            return call.result()  # it ended in the same moment, or had an answer to being cancelled
        raise TimeoutError(f"no result within {timeout} seconds")

    def stream(self, iterator: AsyncIterator[T]) -> Iterator[T]:
        """The items of an async iterator, each fetched when asked for.

        Leaving early closes the iterator on the loop.
        """
        steps = aiter(iterator)
        try:
            while True:
                try:
                    item = self.run(anext(steps))
                except StopAsyncIteration:
                    return
                yield item
        finally:
            close = getattr(steps, "aclose", None)
            if close is not None and not self._closed:
                self.run(close())

    @contextlib.contextmanager
    def enter(self, manager: AbstractAsyncContextManager[T]) -> Generator[T]:
        """An async context manager as a plain one; both its ends run on the loop, in one task.

        One task, because what it holds (a cancel scope, a task group, a timeout) may be left only by the task that
        entered it.
        """
        hold = _ContextHold(manager)
        call = _BridgedCall(hold.run())
        try:
            loop = self._submit(call)
            thing = hold.entered.result()
        except BaseException:
            call.cancel()
            raise
        try:
            yield thing
        except BaseException as error:
            loop.call_soon_threadsafe(hold.request_exit, error)
            call.wait(None)
            if not call.result():
                raise
        else:
            loop.call_soon_threadsafe(hold.request_exit, None)
            call.wait(None)
            call.result()

    def close(self) -> None:
        """Cancel what still runs, stop the loop and end its thread. A second call does nothing.

        Raises:
            WrongLoopError: Called on the loop's own thread.
        """
        self._check_not_own_loop()
        with self._lock:
            loop, thread = self._loop, self._thread
            self._loop = self._thread = None
            self._closed = True
            if loop is not None:
                loop.call_soon_threadsafe(loop.stop)
        if thread is not None:
            thread.join()

    def _submit(self, call: _BridgedCall[Any]) -> asyncio.AbstractEventLoop:
        """Give a call to the loop, starting the thread when there is none yet."""
        self._check_not_own_loop()
        with self._lock:
            if self._closed:
                raise ClosedError("this LoopThread is closed; make a new one")
            call.loop = loop = self._loop or self._start_thread()
            loop.call_soon_threadsafe(call.start)
        return loop

    def _check_not_own_loop(self) -> None:
        if threading.current_thread() is self._thread:
            raise WrongLoopError("called on the loop's own thread, where it would wait for itself: use await")

    def _start_thread(self) -> asyncio.AbstractEventLoop:
        """Start the thread; under the lock."""
        loop = self._loop_factory()
        self._loop = loop
        self._thread = threading.Thread(target=_run_loop, args=(loop,), name="asyncassist-loop", daemon=True)
        self._thread.start()
        return loop

    def _reset_after_fork(self) -> None:
        """In a child after a fork: the thread is gone, the lock may be held by a thread that is gone too."""
        self._lock = threading.Lock()
        if self._loop is not None:
            _inherited_loops.append(self._loop)
        self._loop = self._thread = None


_instances: weakref.WeakSet[LoopThread] = weakref.WeakSet()

# Loops of the parent, kept for ever: closing one in the child would take descriptors out of the parent's selector.
_inherited_loops: list[asyncio.AbstractEventLoop] = []


def _after_fork() -> None:
    for thread in list(_instances):
        thread._reset_after_fork()  # noqa: SLF001 - the same module


# Windows has no fork.
getattr(os, "register_at_fork", lambda **_: None)(after_in_child=_after_fork)


def _run_loop(loop: asyncio.AbstractEventLoop) -> None:
    """The life of the thread: run until stopped, then end what is left."""
    asyncio.set_event_loop(loop)
    try:
        loop.run_forever()
        while tasks := asyncio.all_tasks(loop):
            for task in tasks:
                task.cancel()
            loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.run_until_complete(loop.shutdown_default_executor())
    finally:
        asyncio.set_event_loop(None)
        loop.close()
