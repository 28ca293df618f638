"""Counting and timing in fixed memory."""

import hypothesis.strategies as st
import pytest
from hypothesis import given

from asyncassist import _events
from asyncassist._events import Degradation, Event, RollingWindow, attributes, emit, has_listeners, listen, ratio


def test_listeners_hear_events_while_they_listen():
    """Before and after, nobody does."""
    seen = []
    with listen(seen.append):
        assert has_listeners()
        emit(Event(name="a", elapsed=0.5))
    emit(Event(name="b"))

    assert [event.name for event in seen] == ["a"]
    assert not has_listeners()


def test_a_listener_that_fails_hurts_nobody(caplog):
    """The next one still hears, and the log says what happened."""
    seen = []

    def broken(event):
        raise RuntimeError("mine")

    with listen(broken), listen(seen.append):
        emit(Event(name="a"))

    assert len(seen) == 1
    assert "a listener of events failed" in caplog.text


def test_an_empty_window_has_no_percentiles():
    """None, not zero: nothing was seen."""
    window = RollingWindow()

    assert window.percentile(0.5) is None
    assert window.mean() is None
    assert window.summary() == {"p50": None, "p95": None, "p99": None}


@given(st.lists(st.floats(0, 100), min_size=1, max_size=40), st.integers(1, 20))
def test_a_window_keeps_the_last_values(values, size):
    """Percentiles are of values that were seen, among the last `size`."""
    window = RollingWindow(size)
    for value in values:
        window.add(value)

    last = sorted(values[-size:])
    assert len(window) == len(last)
    assert window.total_count == len(values)
    assert window.percentile(0.0) == last[0]
    assert window.percentile(1.0) == last[-1]
    assert window.percentile(0.5) == last[len(last) // 2]
    assert window.mean() == pytest.approx(sum(last) / len(last))


def test_degradation_is_said_once_and_counted(caplog):
    """One line at its start, one at its end, however often it is met."""
    time = 0.0
    state = Degradation("the store", lambda: time)
    assert not state
    assert state.seconds == 0.0

    state.begin("it is away", OSError("secret"))
    state.begin("it is away")
    time = 3.0
    assert state
    assert state.reason == "it is away"
    assert state.seconds == 3.0
    state.end()
    state.end()
    time = 9.0

    assert state.seconds == 3.0
    assert [record.getMessage() for record in caplog.records] == [
        "the store is degraded: it is away (OSError)",
        "the store works again",
    ]


def test_small_sums():
    """A share of nothing is None; attributes get dots and lose what is unknown."""
    assert ratio(1, 0) is None
    assert ratio(1, 2) == 0.5
    assert attributes(server__address="h", error__type=None) == {"server.address": "h"}
    assert _events._listeners == []
