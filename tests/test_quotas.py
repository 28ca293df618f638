"""State of the quotas of one service: copied, handed to other workers, and read from them."""

from __future__ import annotations

import pytest

from asyncassist._quota_headers import QuotaNotice
from asyncassist._quotas import QuotaState, WaitingCalls, scarcest_of

NOTICE = QuotaNotice(name="a", limit=10.0, remaining=4.0, reset=30.0, window=60.0)


def observed(*notices: QuotaNotice, wait: float | None = None, caller: str | None = None) -> QuotaState:
    """Return a state that learned these notices at the time 100."""
    state = QuotaState()
    state.observe(notices, wait, 100.0, refused=False, caller=caller, in_flight=0)
    return state


def test_state_means_the_same_by_the_clock_of_another_worker():
    """Times are handed over by the common clock, and units as they are."""
    state = observed(NOTICE, wait=5.0)

    other = QuotaState.decode(state.encode(1000.0), 1090.0, 10.0)

    assert other.blocked_until == 15.0
    assert (other.quotas["a", None].reset_at, other.quotas["a", None].remaining) == (40.0, 4.0)
    assert other.delay(None, {"requests": 5.0}, 10.0) == 30.0
    assert QuotaState.decode(QuotaState().encode(1000.0), 500.0, 0.0).blocked_until == 0.0


def test_probe_and_callers_are_handed_over():
    """A window that one request opens, and whose requests count in a partition."""
    state = observed(
        QuotaNotice(name="a", limit=10.0, remaining=0.0, reset=30.0, window=60.0, partition="p"), caller="c"
    )
    state.take("c", {"requests": 1.0})
    assert state.delay("c", {"requests": 1.0}, 130.0) == 0.0
    state.take("c", {"requests": 1.0})

    other = QuotaState.decode(state.encode(0.0), 0.0, 130.0)

    assert other.delay("c", {"requests": 1.0}, 130.5) == 0.5
    assert other.delay("d", {"requests": 1.0}, 130.5) <= 0.0


@pytest.mark.parametrize("data", ["", "x", "[1]", '[0,[["a"]]]', "[0,[],1]", "[null,[]]"])
def test_state_of_another_version_is_none(data):
    """What another program or version wrote limits nothing and fails nothing."""
    assert not QuotaState.decode(data, 0.0, 0.0).is_limited


def test_common_clock_that_was_set_back_lengthens_no_window():
    """A window ends after its own length at the latest, and the next notice decides."""
    state = QuotaState.decode(observed(NOTICE).encode(0.0), -3600.0, 100.0)
    assert state.quotas["a", None].reset_at == 160.0

    state.observe([NOTICE], None, 100.0, refused=False, caller=None, in_flight=1)
    assert state.quotas["a", None].reset_at == 130.0


def test_window_after_a_pause_ends_when_the_service_says():
    """Nothing was sent for more than a window: its phase is not known until the next response."""
    state = observed(NOTICE)
    state.delay(None, {"requests": 1.0}, 220.0)
    state.take(None, {"requests": 1.0})
    assert state.quotas["a", None].reset_at == 280.0

    state.observe(
        [QuotaNotice(name="a", limit=10.0, remaining=9.0, reset=5.0, window=60.0)],
        None,
        221.0,
        refused=False,
        caller=None,
        in_flight=3,
    )

    assert (state.quotas["a", None].reset_at, state.quotas["a", None].remaining) == (226.0, 9.0)


def test_response_to_a_request_of_the_window_before_decides_nothing():
    """It was on its way for long; only the request that was sent after the reset says whether a window has begun."""
    state = observed(NOTICE)
    state.delay(None, {"requests": 1.0}, 130.0)
    state.take(None, {"requests": 1.0})
    late = QuotaNotice(name="a", limit=10.0, remaining=0.0, reset=50.0, window=60.0)

    state.observe([late], None, 130.4, refused=True, caller=None, in_flight=1, elapsed=0.5)
    assert (state.quotas["a", None].remaining, state.quotas["a", None].margin) == (9.0, 0.0)
    state.observe([late], None, 130.4, refused=False, caller=None, in_flight=1, elapsed=0.3)
    assert state.quotas["a", None].remaining == 0.0


def test_copy_is_independent():
    """Units taken from a copy are left in the original, and so are its callers."""
    state = observed(QuotaNotice(name="a", remaining=4.0, partition="p"), caller="c")
    other = state.copy()

    other.take("c", {"requests": 1.0})
    other.observe(
        [QuotaNotice(name="a", remaining=1.0, partition="p")], None, 100.0, refused=False, caller="d", in_flight=0
    )

    assert state.quotas["a", "p"].remaining == 4.0
    assert state.quotas["a", "p"].callers == {"c"}


def test_news_are_what_others_cannot_count():
    """A quota that is not known, and the answer to the request that opened a window; not fewer units."""
    state = observed(NOTICE)

    assert not state.is_news([NOTICE])
    assert state.is_news([QuotaNotice(name="b", remaining=1.0)])
    state.delay(None, {"requests": 1.0}, 130.0)
    assert state.is_news([NOTICE])


def test_scarcest_quota_counts_requests():
    """Tokens are no requests."""
    tokens = QuotaNotice(name="t", remaining=1.0, unit="tokens")
    more = QuotaNotice(name="b", remaining=5.0)

    assert scarcest_of(list(observed(NOTICE, tokens, more).quotas.values())).name == "a"
    assert scarcest_of(list(observed(tokens).quotas.values())) is None


def test_late_probe_finds_the_window_where_it_is():
    """Sent in the second half of a window, it says when that one ends; the phase is not lost for good."""
    state = observed(NOTICE)
    state.delay(None, {"requests": 1.0}, 130.9)
    state.take(None, {"requests": 1.0})

    late = QuotaNotice(name="a", limit=10.0, remaining=9.0, reset=20.0, window=60.0)
    state.observe([late], None, 131.0, refused=False, caller=None, in_flight=0)

    quota = state.quotas["a", None]
    assert (quota.reset_at, quota.remaining, quota.probe_until) == (151.0, 9.0, None)


def queue(first_at: float, position: int = 0, valid_until: float = 1000.0) -> WaitingCalls:
    """Return the calls of a worker that wait."""
    return WaitingCalls(first_at, position, {"requests": 5.0}, valid_until)


def test_turn_belongs_to_the_call_that_came_first():
    """Of several workers' calls, whoever looks; a worker that does not look any more holds no other back."""
    state = observed(NOTICE)
    state.queues = {"one": queue(100.0), "two": queue(103.0), "gone": queue(90.0, valid_until=104.0)}

    assert state.is_turn("one", 100.0, 0, 6.0, 105.0)
    assert not state.is_turn("two", 103.0, 0, 6.0, 105.0)
    assert state.is_turn("two", 100.1, 0, 6.0, 105.0)  # as good as at once
    assert state.is_turn("three", 99.0, 0, 6.0, 105.0)
    assert state.units_waiting("one", "requests", 105.0) == 5.0


def test_bursts_of_several_workers_are_served_in_turns():
    """Calls that came at once count by their position; the earliest one of all always has its turn."""
    state = observed(NOTICE)
    state.queues = {"one": queue(100.0, 10), "two": queue(100.0, 12)}

    assert state.is_turn("one", 100.0, 10, 1.0, 101.0)
    assert not state.is_turn("one", 100.0, 13, 1.0, 101.0)
    assert not state.is_turn("two", 100.0, 12, 1.0, 101.0)


def test_partitions_have_an_order_for_each_worker():
    """The first call of another worker may wait for the quota of another partition."""
    state = observed(QuotaNotice(name="a", remaining=4.0, partition="p"), caller="c")
    state.queues = {"one": queue(100.0)}

    assert state.is_turn("two", 110.0, 0, 1.0, 111.0)


def test_waiting_calls_are_handed_over_by_the_common_clock():
    """And copied; those of a worker that has gone are not."""
    state = observed(NOTICE)
    state.queues = {"one": queue(100.0, 3), "gone": queue(90.0, valid_until=100.0)}

    other = QuotaState.decode(state.copy().encode(1000.0), 1090.0, 12.0)

    assert other.queues == {"one": WaitingCalls(10.0, 3, {"requests": 5.0}, 910.0)}


def test_service_time_is_that_of_the_slowest_quota():
    """Units that come back at once are spread over their window."""
    tokens = QuotaNotice(name="t", limit=100.0, remaining=0.0, reset=50.0, unit="tokens", refills=True)
    state = observed(NOTICE, tokens)

    assert state.service_time(None, {"requests": 1.0}) == 6.0
    assert state.service_time(None, {"requests": 1.0, "tokens": 40.0}) == 20.0
    assert QuotaState().service_time(None, {"requests": 1.0}) == 0.0
