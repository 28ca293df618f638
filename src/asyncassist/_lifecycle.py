"""Opened once, shared by many tasks, closed once.

What stands on the exit stack is ours and is closed by us; what we were handed never goes there.
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


class Closable(Protocol):
    """Anything with an `aclose`."""

    async def aclose(self) -> Any:
        """Close it."""
        ...


class _LifecycleState(enum.Enum):
    NEW = "new"
    OPEN = "open"
    CLOSED = "closed"


async def import_in_thread(name: str) -> ModuleType:
    """Import a heavy module without stalling the event loop."""
    module = sys.modules.get(name)
    # A module that another thread is still importing stands in sys.modules half made.
    if module is not None and not getattr(getattr(module, "__spec__", None), "_initializing", False):
        return module
    return await asyncio.to_thread(importlib.import_module, name)


class Resource:
    """The life of every class of ours: new, open, closed; it belongs to the loop that opened it."""

    _lifecycle_state = _LifecycleState.NEW
    _loop: asyncio.AbstractEventLoop | None = None

    def __init__(self) -> None:
        # Held while opening and closing, so that neither happens twice or in the middle of the other.
        self._lifecycle_lock = asyncio.Lock()
        self._owned = AsyncExitStack()
        self._taken_over: list[Any] = []

    async def _open(self) -> None:
        """Open what the class owns. Called once, under the lock; on an error all is closed again."""

    def _take_over(self, *things: Any) -> None:
        """Take over what was made for this object alone, before it opens: `_open` opens it and owns it from then on."""
        self._taken_over.extend(things)

    async def _own(self, thing: AbstractAsyncContextManager[T]) -> T:
        """Enter a context manager that is ours; `aclose()` leaves it."""
        return await self._owned.enter_async_context(thing)

    def _own_closable(self, thing: Closable) -> None:
        """Take over something that `aclose()` shall close."""
        self._owned.push_async_callback(thing.aclose)

    @property
    def _is_open_on_loop(self) -> bool:
        """Whether it is open on the running loop: the cheap question before the work."""
        return self._lifecycle_state is _LifecycleState.OPEN and self._loop is asyncio.get_running_loop()

    async def _ensure_open(self) -> None:
        """Open at first use.

        Raises:
            ClosedError: It was closed.
            WrongLoopError: It was opened on another loop.
        """
        if self._is_open_on_loop:
            return
        self._check_usable()
        async with self._lifecycle_lock:
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
        """Raise when it is closed or belongs to another loop."""
        name = type(self).__name__
        if self._lifecycle_state is _LifecycleState.CLOSED:
            raise ClosedError(f"this {name} is closed; make a new one")
        if self._loop is not None and self._loop is not asyncio.get_running_loop():
            raise WrongLoopError(
                f"this {name} belongs to another event loop: use it from the loop that opened it, make one per loop,"
                " or share one loop between threads with asyncassist.LoopThread"
            )

    async def __aenter__(self) -> Self:
        """Open now instead of at first use."""
        await self._ensure_open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        await self.aclose()

    async def aclose(self) -> None:
        """Close what is ours, last opened first; what was handed in stays open. A second call does nothing.

        Raises:
            WrongLoopError: It was opened on another loop.
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
        """Last words before what is owned is closed: flush, stop background work."""

    def __del__(self) -> None:
        if self._lifecycle_state is _LifecycleState.OPEN:
            name = type(self).__name__
            warnings.warn(
                f"unclosed {name}: use 'async with' or await aclose()", ResourceWarning, source=self, stacklevel=2
            )
