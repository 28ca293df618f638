"""Pauses of a thread that reads a long text: the event loop beside it gets its turn between two steps.

Threads share one interpreter. One that computes hands it on only when another has waited for 5 ms, so that each turn of
the loop would wait as long; a pause of a moment hands it on at once.
"""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Generator

# Seconds: enough for the loop's thread to wake, too little to be felt in an answer.
_PAUSE: Final = 50e-6
_thread_state = threading.local()


@contextmanager
def cooperative() -> Generator[None]:
    """Inside, `breathe` pauses this thread; elsewhere it does nothing."""
    _thread_state.pauses = True
    try:
        yield
    finally:
        _thread_state.pauses = False


def yield_gil() -> None:
    """Let other threads run, where `breathing` says so."""
    if getattr(_thread_state, "pauses", False):
        time.sleep(_PAUSE)
