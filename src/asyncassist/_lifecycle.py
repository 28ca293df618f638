"""Base class with the lifecycle of every component: opened once, shared by many tasks, closed once.

The exit stack holds what the component owns and closes; what the caller passed in never goes onto it.
"""

from __future__ import annotations

import asyncio
import enum
import importlib
import sys
import warnings
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any, NoReturn, Protocol, Self, TypeVar

from asyncassist.errors import ClosedError, WrongLoopError

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from contextlib import AbstractAsyncContextManager
    from types import ModuleType, TracebackType

T = TypeVar("T")

_CANCEL_INTERVAL = 0.5
"""Seconds after which a cancellation is repeated; long enough for a task to clean up."""


class Closable(Protocol):
    """Object with an asynchronous `aclose` method."""

    async def aclose(self) -> Any:
        """Close the object."""
        ...


class _LifecycleState(enum.Enum):
    NEW = "new"
    OPEN = "open"
    CLOSED = "closed"


async def import_in_thread(name: str) -> ModuleType:
    """Import a module in a worker thread, unless it is loaded already, so that the event loop is not blocked."""
    module = sys.modules.get(name)
    # sys.modules also holds a module that another thread is still importing: its attributes may be missing.
    if module is not None and not getattr(getattr(module, "__spec__", None), "_initializing", False):
        return module
    return await asyncio.to_thread(importlib.import_module, name)


async def cancel_and_wait(*tasks: asyncio.Task[Any]) -> None:
    """Cancel tasks and wait until all have ended; a cancelled caller leaves, and the tasks end without it.

    The cancellation is repeated, because one alone may be lost: before Python 3.12, `asyncio.wait_for`, with which
    client libraries connect, drops a cancellation that arrives together with its result.
    """
    running = [task for task in tasks if not task.done()]
    for task in running:
        _cancel_repeatedly(task)
    if running:
        await asyncio.wait(running)


def _cancel_repeatedly(task: asyncio.Task[Any]) -> None:
    """Cancel a task, and again at each interval until it has ended."""
    task.cancel()
    # A timer and not the caller repeats it: the caller itself may be cancelled while it waits.
    timer = task.get_loop().call_later(_CANCEL_INTERVAL, _cancel_repeatedly, task)
    task.add_done_callback(lambda _: timer.cancel())


async def run_to_end(cleanup: Coroutine[Any, Any, None]) -> None:
    """Run a clean-up to its end, whatever cancels the caller meanwhile; a cancellation is raised afterwards."""
    task = asyncio.get_running_loop().create_task(cleanup, name="asyncassist-cleanup")
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        discard_error(task)
        raise cancelled
    task.result()


def discard_error(task: asyncio.Task[Any]) -> None:
    """Mark the error of an ended task as retrieved, so that asyncio does not report it as unhandled."""
    if not task.cancelled():
        task.exception()


async def open_component(component: Resource) -> None:
    """Open a component ahead of its first use.

    Unlike a cancelled `async with`, a cancelled call neither ends the opening nor closes the component.
    """
    await component._ensure_open()  # noqa: SLF001 - same module


class AsyncOnly:
    """Base class of what is used by `async with`: a plain `with` is refused in words that say so."""

    # Not for type checkers, which report a `with` where these methods are missing.
    if not TYPE_CHECKING:  # pragma: no branch

        def __enter__(self) -> NoReturn:
            name = type(self).__name__
            raise TypeError(
                f"{name} is an asynchronous context manager: use 'async with'; in a synchronous program use"
                " asyncassist.LoopThread, 'with loop.enter(...)'"
            )

        def __exit__(self, *_: object) -> None:
            """Do nothing; `with` looks it up before it calls `__enter__`."""


class Resource(AsyncOnly):
    """Base class of every component: opened lazily, bound to the event loop that opened it, closed for good."""

    _lifecycle_state = _LifecycleState.NEW
    _loop: asyncio.AbstractEventLoop | None = None
    _opening: asyncio.Task[None] | None = None

    def __init__(self) -> None:
        self._owned = AsyncExitStack()
        self._taken_over: list[Any] = []

    async def _open(self) -> None:
        """Open what the component owns, in a task of the component; if it raises, what was opened is closed again."""

    def _take_over(self, *things: Any) -> None:
        """Hand over components made for this object alone, before it opens; its `_open` opens and owns them."""
        self._taken_over.extend(things)

    async def _own(self, thing: AbstractAsyncContextManager[T]) -> T:
        """Enter a context manager that the component owns; `aclose()` exits it."""
        return await self._owned.enter_async_context(thing)

    def _own_closable(self, thing: Closable) -> None:
        """Register an object that the component owns; `aclose()` closes it."""
        self._owned.push_async_callback(thing.aclose)

    @property
    def _is_open_on_loop(self) -> bool:
        """Return whether the component is open on the running loop; a cheap check for hot paths."""
        return self._lifecycle_state is _LifecycleState.OPEN and self._loop is asyncio.get_running_loop()

    async def _ensure_open(self) -> None:
        """Open the component unless it is open already.

        The opening belongs to the component: concurrent callers share it, and it goes on when a caller is cancelled.

        Raises:
            ClosedError: The component is closed, or the opening was cancelled.
            WrongLoopError: The component belongs to another event loop.
            BaseException: What the opening raised, to every caller that waits for it; a later call tries again.
        """
        if self._is_open_on_loop:
            return
        self._check_usable()
        opening = self._opening
        if opening is None:
            self._loop = asyncio.get_running_loop()
            opening = self._opening = self._loop.create_task(self._run_opening(), name="asyncassist-open")
            opening.add_done_callback(self._on_opening_done)
        await asyncio.wait([opening])
        self._check_usable()
        if opening.cancelled():
            # The opening was cancelled, not this caller: raising CancelledError would look like its own cancellation.
            raise ClosedError(f"the opening of this {type(self).__name__} was cancelled")
        opening.result()

    async def _run_opening(self) -> None:
        try:
            await self._open()
        except BaseException:
            await run_to_end(self._owned.aclose())
            raise
        if self._lifecycle_state is _LifecycleState.CLOSED:
            await run_to_end(self._close_owned())  # closed meanwhile, but the cancellation was lost
        else:
            self._lifecycle_state = _LifecycleState.OPEN

    def _on_opening_done(self, opening: asyncio.Task[None]) -> None:
        # A callback and not the end of the task: a task cancelled before its first step runs none of its code.
        self._opening = None
        if self._lifecycle_state is not _LifecycleState.OPEN:
            self._loop = None
        discard_error(opening)  # each caller that still waits raises it

    def _check_usable(self) -> None:
        """Raise ClosedError if the component is closed, WrongLoopError if it belongs to another loop."""
        name = type(self).__name__
        if self._lifecycle_state is _LifecycleState.CLOSED:
            raise ClosedError(f"this {name} is closed; make a new one")
        if self._loop is not None and self._loop is not asyncio.get_running_loop():
            raise WrongLoopError(
                f"this {name} belongs to another event loop: use it from the loop that opened it, make one per loop,"
                " or share one loop between threads with asyncassist.LoopThread"
            )

    async def __aenter__(self) -> Self:
        """Open the component now instead of on first use; if that is cancelled, close it, as leaving the block does."""
        try:
            await self._ensure_open()
        except asyncio.CancelledError:
            await self.aclose()  # the block is never entered, so `__aexit__` is not called
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the component."""
        await self.aclose()

    async def aclose(self) -> None:
        """Close what the component owns, last opened first; what was passed in stays open. Idempotent.

        Closing goes on to its end when the caller is cancelled; the cancellation is raised afterwards.
        An opening that is still running is cancelled and what it opened is closed; its callers get ClosedError.

        Raises:
            WrongLoopError: The component belongs to another event loop.
        """
        if self._lifecycle_state is _LifecycleState.CLOSED:
            return
        self._check_usable()
        previous, self._lifecycle_state = self._lifecycle_state, _LifecycleState.CLOSED
        if self._opening is not None:
            _cancel_repeatedly(self._opening)  # here, so that an opening that has not begun never does
        await run_to_end(self._close(previous))

    async def _close(self, previous: _LifecycleState) -> None:
        if self._opening is not None:
            await asyncio.wait([self._opening])
        if previous is _LifecycleState.OPEN:
            await self._close_owned()
        else:
            await self._owned.aclose()

    async def _close_owned(self) -> None:
        try:
            await self._before_close()
        finally:
            await self._owned.aclose()
            self._loop = None

    async def _before_close(self) -> None:
        """Run before owned resources are closed: flush, stop background work."""

    def __del__(self) -> None:
        if self._lifecycle_state is _LifecycleState.OPEN:
            name = type(self).__name__
            warnings.warn(
                f"unclosed {name}: use 'async with' or await aclose()", ResourceWarning, source=self, stacklevel=2
            )
