"""Synchronous access to asynchronous components: many threads share one event loop and its connection pools."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import contextvars
import inspect
import os
import threading
import warnings
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
    """Call from a thread to the loop: a task on the loop, and a lock on which the calling thread waits."""

    __slots__ = ("_awaitable", "_context", "_done", "_error", "_result", "_task", "loop")

    def __init__(self, awaitable: Awaitable[T]) -> None:
        self.loop: asyncio.AbstractEventLoop | None = None  # set before the call is submitted
        self._awaitable = awaitable
        self._context = contextvars.copy_context()
        self._task: asyncio.Task[T] | None = None
        self._result: T | None = None
        self._error: BaseException | None = None
        # Held until the call is done. A bare lock: a Future or an Event would add a condition variable to it.
        self._done = threading.Lock()
        self._done.acquire()

    def start(self) -> None:
        """Start the task, in the caller's context; called on the loop."""
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
        """Cancel the call, or make sure that it never starts; safe at any moment, called on the caller's thread."""
        if self.loop is None:
            self._cancel_on_loop()
        else:
            with contextlib.suppress(RuntimeError):  # the loop is closed, and with it the task
                self.loop.call_soon_threadsafe(self._cancel_on_loop)

    def _cancel_on_loop(self) -> None:
        if self._task is not None:
            self._task.cancel()
        elif isinstance(self._awaitable, Coroutine):
            # Never started: closing it avoids the "never awaited" warning.
            self._awaitable.close()

    def wait(self, timeout: float | None) -> bool:
        """Wait for the call to end and return whether it did within the timeout; called on the caller's thread."""
        return self._done.acquire(timeout=-1 if timeout is None else max(0.0, timeout))

    def result(self) -> T:
        """Return the result or raise the error as it was raised; to be called once, after `wait`."""
        try:
            if self._error is not None:
                raise self._error
            return self._result  # type: ignore[return-value]
        finally:
            self._error = None  # breaks the reference cycle between the error and this frame


async def _as_coroutine(awaitable: Awaitable[T]) -> T:
    return await awaitable


class _ContextHold(Generic[T]):
    """Async context manager that one task enters, holds and exits, on request of another thread."""

    def __init__(self, manager: AbstractAsyncContextManager[T]) -> None:
        self._manager = manager
        self._exit_requested: asyncio.Future[BaseException | None] | None = None
        self.entered: concurrent.futures.Future[T] = concurrent.futures.Future()

    async def run(self) -> bool:
        """Enter the manager, wait for the exit request and exit; return whether the manager suppressed the error."""
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
        """Request the exit, with the error of the block or None; called on the loop. Only the first request counts."""
        if self._exit_requested is not None and not self._exit_requested.done():
            self._exit_requested.set_result(error)


class LoopThread:
    """Event loop in a thread of its own, for synchronous programs.

    The thread starts on first use, and anew in a child process after a fork. Any number of threads may use it
    concurrently. The loop runs each call with the context variables of its caller; errors are raised in the calling
    thread as they were raised on the loop. A call from a thread in which an event loop runs blocks that loop and gives
    a RuntimeWarning.

    Args:
        loop_factory: Function that creates the event loop, for example `uvloop.new_event_loop`; None for asyncio's
            default.

    Raises:
        ConfigurationError: `loop_factory` is not callable.
    """

    def __init__(self, *, loop_factory: Callable[[], asyncio.AbstractEventLoop] | None = None) -> None:
        if loop_factory is not None and not callable(loop_factory):
            raise ConfigurationError("loop_factory", "must be a function that makes an event loop")
        self._loop_factory = loop_factory or asyncio.new_event_loop
        # Held while a call is submitted and while closing: every submitted call starts before the loop stops.
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._stop_requested = threading.Event()
        self._closed = False
        _instances.add(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def run(self, awaitable: Awaitable[T], timeout: float | None = None) -> T:
        """Run an awaitable on the loop and wait for its result.

        Args:
            awaitable: A coroutine or any other awaitable.
            timeout: Seconds to wait; then the work is cancelled and its end awaited. None waits without a bound.

        Returns:
            The result of the awaitable.

        Raises:
            TimeoutError: The timeout passed.
            WrongLoopError: Called on the loop's own thread, which would deadlock.
            ClosedError: The loop thread is closed.
            concurrent.futures.CancelledError: The work was cancelled, or the loop thread was closed meanwhile.
            TypeError: `awaitable` is not awaitable, for example a function that was not called.
            BaseException: What the awaitable raised.
        """
        if not inspect.isawaitable(awaitable):
            name = getattr(awaitable, "__name__", "function")
            advice = f"; call it: run({name}(...))" if callable(awaitable) else ""
            raise TypeError(f"run() needs a coroutine or another awaitable, not {type(awaitable).__name__}{advice}")
        call = _BridgedCall(awaitable)
        try:
            self._submit(call)
            ended = call.wait(timeout)
        except BaseException:  # refused or interrupted: work without a caller must not go on
            call.cancel()
            raise
        if ended:
            return call.result()
        call.cancel()
        call.wait(None)
        with contextlib.suppress(concurrent.futures.CancelledError):
            return call.result()  # it ended at the same moment, or returned although cancelled
        raise TimeoutError(f"no result within {timeout} seconds")

    def stream(self, iterator: AsyncIterator[T]) -> Iterator[T]:
        """Iterate over an async iterator, fetching each item on demand.

        Closing the returned generator early closes the async iterator on the loop.

        Args:
            iterator: The async iterator; it runs on the loop.

        Raises:
            WrongLoopError: Used on the loop's own thread.
            ClosedError: The loop thread is closed.
            BaseException: What the iterator raised.
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
        """Use an async context manager as a synchronous one.

        One task on the loop enters and exits it: a cancel scope, a task group or a timeout may be exited only by the
        task that entered it.

        Args:
            manager: The async context manager.

        Raises:
            WrongLoopError: Called on the loop's own thread.
            ClosedError: The loop thread is closed.
            TypeError: `manager` is not an async context manager.
            BaseException: What the manager or the block raised.
        """
        if not isinstance(manager, contextlib.AbstractAsyncContextManager):
            raise TypeError(f"enter() needs an asynchronous context manager, not {type(manager).__name__}")
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
        """Stop the loop and its thread, cancelling and awaiting all tasks. Idempotent.

        Raises:
            WrongLoopError: Called on the loop's own thread, which would wait for itself.
        """
        self._check_not_own_loop()
        with self._lock:
            loop, thread = self._loop, self._thread
            self._loop = self._thread = None
            self._closed = True
            if loop is not None:
                loop.call_soon_threadsafe(_stop, loop, self._stop_requested)
        if thread is not None:
            thread.join()

    def _submit(self, call: _BridgedCall[Any]) -> asyncio.AbstractEventLoop:
        """Submit a call to the loop, starting the thread if it is not running."""
        self._check_not_own_loop()
        if _is_in_running_loop():
            warnings.warn(
                "LoopThread blocks the event loop that runs in this thread: await the call there, or move it to a"
                " thread with asyncio.to_thread",
                RuntimeWarning,
                stacklevel=3,
            )
        with self._lock:
            if self._closed:
                raise ClosedError("this LoopThread is closed; make a new one")
            call.loop = loop = self._loop or self._start_thread()
            loop.call_soon_threadsafe(call.start)
        return loop

    def _check_not_own_loop(self) -> None:
        # A wait on the loop's own thread for a task of that loop would never end.
        if threading.current_thread() is self._thread:
            raise WrongLoopError("called on the loop's own thread, where it would wait for itself: use await")

    def _start_thread(self) -> asyncio.AbstractEventLoop:
        """Start the thread and return its loop; the caller holds the lock."""
        loop = self._loop_factory()
        self._loop = loop
        self._stop_requested = threading.Event()
        self._thread = threading.Thread(
            target=_run_loop, args=(loop, self._stop_requested), name="asyncassist-loop", daemon=True
        )
        self._thread.start()
        return loop

    def _reset_after_fork(self) -> None:
        """Forget the thread, in a child process after a fork; the lock may be held by a thread that the child lacks."""
        self._lock = threading.Lock()
        if self._loop is not None:
            _inherited_loops.append(self._loop)
        self._loop = self._thread = None


def _is_in_running_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


_instances: weakref.WeakSet[LoopThread] = weakref.WeakSet()

# Loops of the parent process, never released: closing one in the child would unregister descriptors from the epoll
# instance that both processes share.
_inherited_loops: list[asyncio.AbstractEventLoop] = []


def _after_fork() -> None:
    for thread in list(_instances):
        thread._reset_after_fork()  # noqa: SLF001 - same module


# Windows has neither fork nor this function.
getattr(os, "register_at_fork", lambda **_: None)(after_in_child=_after_fork)


def _stop(loop: asyncio.AbstractEventLoop, stop_requested: threading.Event) -> None:
    stop_requested.set()
    loop.stop()


def _run_loop(loop: asyncio.AbstractEventLoop, stop_requested: threading.Event) -> None:
    """Run the loop until a stop is requested, then cancel the remaining tasks and close the loop.

    asyncio hands SystemExit and KeyboardInterrupt to the task that raised them, and raises them out of the running loop
    too. They belong to that task's caller alone; the loop goes on with what is ready.
    """
    asyncio.set_event_loop(loop)
    shared = contextlib.suppress(SystemExit, KeyboardInterrupt)
    try:
        while not stop_requested.is_set():
            with shared:
                loop.run_forever()
        # A loop: tasks that are being cancelled may start further tasks.
        while tasks := asyncio.all_tasks(loop):
            for task in tasks:
                task.cancel()
            with shared:
                loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.run_until_complete(loop.shutdown_default_executor())
    finally:
        asyncio.set_event_loop(None)
        loop.close()
