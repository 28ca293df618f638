"""Voluntary release of the GIL, so that a worker thread analysing a long text does not starve the event loop.

A computing thread gives up the GIL only after another thread has waited for 5 ms (`sys.getswitchinterval`), so that
each step of the event loop would wait that long. A very short sleep releases the GIL at once.
"""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Generator

# Seconds: long enough for the event loop's thread to take the GIL, too short to matter for the latency of an analysis.
_PAUSE: Final = 50e-6


class _ThreadState(threading.local):
    """State of one thread."""

    pauses = False


_thread_state = _ThreadState()


@contextmanager
def cooperative() -> Generator[None]:
    """Let `yield_gil` pause the current thread inside this context; outside of it `yield_gil` does nothing."""
    _thread_state.pauses = True
    try:
        yield
    finally:
        _thread_state.pauses = False


def yield_gil() -> None:
    """Release the GIL for a moment if the current thread runs inside `cooperative`."""
    if _thread_state.pauses:
        time.sleep(_PAUSE)
