"""Events and listeners, rolling windows, degradation tracking."""

import hypothesis.strategies as st
import pytest
from hypothesis import given

from asyncassist._events import Degradation, Event, RollingWindow, attributes, emit, has_listeners, listen, ratio


def test_listener_receives_events_while_its_block_runs():
    """Not before and not after."""
    received = []
    with listen(received.append):
        assert has_listeners()
        emit(Event(name="a", elapsed=0.5))
    emit(Event(name="b"))

    assert [event.name for event in received] == ["a"]
    assert not has_listeners()


def test_error_in_a_listener_is_logged_and_does_not_propagate(caplog):
    """The next listener still receives the event."""
    received = []

    def broken(event):
        raise RuntimeError("mine")

    with listen(broken), listen(received.append):
        emit(Event(name="a"))

    assert len(received) == 1
    assert "an event listener failed" in caplog.text


def test_empty_window_has_no_percentiles():
    """None, not zero."""
    window = RollingWindow()

    assert window.percentile(0.5) is None
    assert window.mean() is None
    assert window.summary() == {"p50": None, "p95": None, "p99": None}


@given(st.lists(st.floats(0, 100), min_size=1, max_size=40), st.integers(1, 20))
def test_window_holds_the_last_values(values, size):
    """Percentiles are among the last `size` values; `total_count` counts all."""
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


def test_degradation_is_logged_once_and_timed(caplog):
    """One line at its start and one at its end, however often `begin` and `end` are called."""
    time = 0.0
    state = Degradation("the store", lambda: time)
    assert not state
    assert state.seconds == 0.0

    state.begin("no connection", OSError("secret"))
    state.begin("no connection")
    time = 3.0
    assert state
    assert state.reason == "no connection"
    assert state.seconds == 3.0
    state.end()
    state.end()
    time = 9.0

    assert state.seconds == 3.0
    assert [record.getMessage() for record in caplog.records] == [
        "the store is degraded: no connection (OSError)",
        "the store works again",
    ]


def test_ratio_of_nothing_is_none():
    """There is no division by zero."""
    assert ratio(1, 0) is None
    assert ratio(1, 2) == 0.5


def test_attributes_have_dotted_names_and_no_none():
    """Keywords with double underscores become OpenTelemetry's dotted names; unknown values are left out."""
    assert attributes(server__address="h", error__type=None) == {"server.address": "h"}
