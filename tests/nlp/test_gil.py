"""Release of the GIL: only inside `cooperative`, and only in the thread that entered it."""

from __future__ import annotations

import threading
import time

import pytest

from asyncassist.nlp._gil import _PAUSE, cooperative, yield_gil

CALLS = 2000


def _seconds_to_yield() -> float:
    """Return how long many calls take; with pauses never less than their sum."""
    started = time.perf_counter()
    for _ in range(CALLS):
        yield_gil()
    return time.perf_counter() - started


def test_outside_nothing_is_paused():
    """On the event loop a call costs nothing, after a cooperative section too."""
    with cooperative():
        yield_gil()

    assert _seconds_to_yield() < CALLS * _PAUSE


def test_inside_every_call_pauses_the_thread():
    """A worker thread lets the others run at each call."""
    with cooperative():
        seconds = _seconds_to_yield()

    assert seconds >= CALLS * _PAUSE


def test_other_threads_are_not_paused():
    """The state belongs to one thread: the event loop beside a worker never pauses."""
    measured: list[float] = []
    other = threading.Thread(target=lambda: measured.append(_seconds_to_yield()))

    with cooperative():
        other.start()
        other.join()

    assert measured[0] < CALLS * _PAUSE


def test_an_error_ends_the_section():
    """After a failed analysis the thread of the pool is in its normal state again."""
    with pytest.raises(ValueError, match="broken"), cooperative():
        raise ValueError("broken")

    assert _seconds_to_yield() < CALLS * _PAUSE
