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
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeVar

from asyncassist.errors import ClosedError, WrongLoopError

if TYPE_CHECKING:
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
    """Cancel tasks and wait until all have ended.

    The cancellation is repeated, because one alone may be lost: before Python 3.12, `asyncio.wait_for`, with which
    client libraries connect, drops a cancellation that arrives together with its result.
    """
    waiting = set(tasks)
    while waiting:
        for task in waiting:
            task.cancel()
        _, waiting = await asyncio.wait(waiting, timeout=_CANCEL_INTERVAL)


class Resource:
    """Base class of every component: opened lazily, bound to the event loop that opened it, closed for good."""

    _lifecycle_state = _LifecycleState.NEW
    _loop: asyncio.AbstractEventLoop | None = None

    def __init__(self) -> None:
        # Held while opening and while closing: each happens once, and never during the other.
        self._lifecycle_lock = asyncio.Lock()
        self._owned = AsyncExitStack()
        self._taken_over: list[Any] = []

    async def _open(self) -> None:
        """Open what the component owns. Called under the lock; if it raises, what was opened is closed again."""

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

        Raises:
            ClosedError: The component is closed.
            WrongLoopError: The component belongs to another event loop.
        """
        if self._is_open_on_loop:
            return
        self._check_usable()
        async with self._lifecycle_lock:
            # Checked again: another task may have opened or closed it while this one waited for the lock.
            self._check_usable()
            if self._lifecycle_state is _LifecycleState.OPEN:
                return
            self._loop = asyncio.get_running_loop()
            try:
                await self._open()
            except BaseException:
                self._loop = None
                await self._owned.aclose()
                raise
            self._lifecycle_state = _LifecycleState.OPEN

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
        """Open the component now instead of on first use."""
        await self._ensure_open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the component."""
        await self.aclose()

    async def aclose(self) -> None:
        """Close what the component owns, last opened first; what was passed in stays open. Idempotent.

        Raises:
            WrongLoopError: The component belongs to another event loop.
        """
        if self._lifecycle_state is _LifecycleState.CLOSED:
            return
        self._check_usable()
        async with self._lifecycle_lock:
            previous, self._lifecycle_state = self._lifecycle_state, _LifecycleState.CLOSED
            try:
                # Another task may have closed it while this one waited for the lock.
                if previous is _LifecycleState.OPEN:
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
