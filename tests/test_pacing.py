"""Pacing of one service: units taken, waited for in order, given back, and learned from responses."""

from __future__ import annotations

import asyncio

import pytest

from asyncassist._clock import monotonic
from asyncassist._pacing import Pacer, Swapped
from asyncassist.errors import BusyError, RateLimitedError
from asyncassist.testing import FakeClock


@pytest.fixture
def pacer(clock):
    """A pacer by the test's clock, for five waiting calls."""
    return Pacer(now=monotonic(clock), clock=clock, max_waiting=5)


def forever() -> None:
    """Return no deadline."""


def announce(pacer, remaining, reset, *, limit=10, window=10, status=200, name="a", **headers):
    """Complete a call whose response announces this quota."""
    pacer.complete(
        status,
        {
            "RateLimit": f"{name};r={remaining};t={reset}",
            "RateLimit-Policy": f"{name};q={limit};w={window}",
            **{key.replace("_", "-"): value for key, value in headers.items()},
        },
    )


def test_without_a_quota_nothing_waits(pacer):
    """Any number of calls is sent, and responses without announcements change nothing."""
    assert all(pacer.try_acquire() for _ in range(100))
    for _ in range(100):
        pacer.complete(200, {"Content-Type": "text/plain"})

    assert not pacer.is_limited
    assert pacer.state() == (None, None)


def test_announced_units_are_counted_down(pacer, clock):
    """What was in flight at the first announcement counts too; the units come back at the reset."""
    assert all(pacer.try_acquire() for _ in range(3))
    announce(pacer, 4, 10)

    assert [pacer.try_acquire() for _ in range(3)] == [True, True, False]
    assert pacer.state() == (0.0, 10.0)
    clock.advance(12.0)
    assert [pacer.try_acquire() for _ in range(11)] == [True] * 10 + [False]


def test_response_with_nothing_in_flight_decides(pacer):
    """With calls in flight the lower count holds; alone, the service's own."""
    pacer.try_acquire()
    announce(pacer, 5, 10)
    pacer.try_acquire()
    pacer.try_acquire()

    announce(pacer, 9, 10)
    assert pacer.state()[0] == 3.0
    announce(pacer, 8, 10)
    assert pacer.state()[0] == 8.0


def test_what_others_use_is_noticed_within_eight_responses(pacer):
    """While the quotas are ample and calls are in flight, one response of eight is read."""
    pacer.try_acquire()
    announce(pacer, 1000, 10, limit=1000)
    for _ in range(20):
        pacer.try_acquire()

    for _ in range(7):
        announce(pacer, 0, 10, limit=1000)
    assert pacer.state()[0] == 980.0
    announce(pacer, 0, 10, limit=1000)
    assert pacer.state()[0] == 0.0


@pytest.mark.parametrize(
    ("first", "announced"),
    [
        ({"remaining": 240}, {}),
        ({}, {"status": 429}),
        ({}, {"status": 503}),
        ({"name": '"a";pk=:YQ==:'}, {"name": '"a";pk=:YQ==:'}),
    ],
    ids=["few left", "refused", "overloaded", "partition"],
)
def test_response_that_may_matter_is_read(pacer, first, announced):
    """Every response counts when few units are left, and each refusal does."""
    pacer.try_acquire()
    announce(pacer, **{"remaining": 1000, "reset": 10, "limit": 1000, **first})
    pacer.try_acquire()
    pacer.try_acquire()

    announce(pacer, 7, 10, limit=1000, **announced)

    assert pacer.remaining("requests") == 7.0


def test_units_of_a_cancelled_call_are_given_back(pacer):
    """A call that was not sent uses nothing."""
    pacer.try_acquire()
    announce(pacer, 1, 10)

    assert pacer.try_acquire()
    assert not pacer.try_acquire()
    pacer.cancel()
    assert pacer.try_acquire()


def test_one_call_goes_first_at_the_reset(pacer, clock):
    """Its response opens the window for the others; without a response they go after a second."""
    pacer.try_acquire()
    announce(pacer, 0, 10)
    clock.advance(10.0)

    assert [pacer.try_acquire(), pacer.try_acquire()] == [True, False]
    announce(pacer, 9, 10)
    assert pacer.try_acquire()

    announce(pacer, 0, 10)
    clock.advance(10.0)
    assert [pacer.try_acquire(), pacer.try_acquire()] == [True, False]
    clock.advance(1.0)
    assert pacer.try_acquire()


def test_call_that_fails_at_the_reset_lets_the_next_one_go(pacer, clock):
    """A connection failure says nothing about the quota."""
    pacer.try_acquire()
    announce(pacer, 0, 10)
    clock.advance(10.0)
    pacer.try_acquire()
    assert not pacer.try_acquire()

    pacer.complete()

    assert pacer.try_acquire()


def test_reset_that_was_announced_too_early_is_learned(pacer, clock):
    """A refusal at the reset shows that the service rounds down: a second is added from then on."""
    pacer.try_acquire()
    announce(pacer, 0, 10)
    clock.advance(10.0)
    pacer.try_acquire()

    announce(pacer, 0, 0, status=429)

    assert pacer.state() == (0.0, 1.0)
    clock.advance(1.0)
    assert pacer.try_acquire()
    announce(pacer, 0, 9)
    assert pacer.state() == (0.0, 10.0)


def test_late_response_of_an_earlier_window_changes_nothing(pacer, clock):
    """A response that was on its way at the reset is about units that are back."""
    pacer.try_acquire()
    announce(pacer, 5, 10)
    pacer.try_acquire()
    pacer.try_acquire()
    clock.advance(12.0)
    pacer.try_acquire()

    announce(pacer, 0, 0)

    assert pacer.state() == (9.0, 10.0)


def test_refilling_quota_lets_calls_go_one_by_one(pacer, clock):
    """60 requests that are full again in a minute: one each second; tokens are counted beside them."""
    headers = {
        "X-RateLimit-Limit-Requests": "60",
        "X-RateLimit-Remaining-Requests": "0",
        "X-RateLimit-Reset-Requests": "60s",
        "X-RateLimit-Limit-Tokens": "1000",
        "X-RateLimit-Remaining-Tokens": "100",
        "X-RateLimit-Reset-Tokens": "9s",
    }
    cost = {"requests": 1.0, "tokens": 200.0}
    pacer.try_acquire(cost=cost)
    pacer.complete(200, headers)

    assert not pacer.try_acquire(cost=cost)
    clock.advance(1.0)
    assert pacer.try_acquire(cost=cost)
    assert not pacer.try_acquire(cost=cost)
    clock.advance(2.0)
    assert pacer.try_acquire(cost={"requests": 1.0, "tokens": 5000.0}) is False


async def test_calls_wait_in_order(pacer):
    """The clock passes the windows; each call is sent after those before it."""
    pacer.try_acquire()
    announce(pacer, 0, 10, limit=1)
    order: list[int] = []

    async def call(number):
        await pacer.acquire(forever, url="http://a.example/")
        order.append(number)
        announce(pacer, 0, 10, limit=1)

    await asyncio.gather(*(call(number) for number in range(5)))

    assert order == [0, 1, 2, 3, 4]
    assert (pacer.delayed, pacer.refused, pacer.waiting) == (5, 0, 0)


async def test_late_calls_are_refused_when_they_come(pacer):
    """The error says how long to wait, and names no more than the host; the queue is bounded."""
    pacer.try_acquire()
    announce(pacer, 0, 10, limit=1)

    with pytest.raises(RateLimitedError) as refused:
        await pacer.acquire(lambda: 5.0, url="http://a.example/secret")

    assert refused.value.retry_after == 10.0
    assert "secret" not in str(refused.value)
    assert (pacer.refused, pacer.waiting) == (1, 0)


async def test_waiting_calls_are_refused_when_the_service_blocks(clock):
    """A Retry-After beyond their deadlines ends the wait of those that it concerns at once."""
    clock = FakeClock(auto=False)
    pacer = Pacer(now=monotonic(clock), clock=clock, max_waiting=2)
    pacer.try_acquire()
    pacer.try_acquire()
    announce(pacer, 0, 10, limit=1)
    tasks = [asyncio.ensure_future(pacer.acquire(lambda: 50.0, url="http://a.example/")) for _ in range(2)]
    await asyncio.sleep(0.01)
    with pytest.raises(BusyError):
        await pacer.acquire(forever, url="http://a.example/")

    pacer.complete(429, {"Retry-After": "100"})

    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(result) for result in results] == [RateLimitedError] * 2
    assert pacer.state()[1] == 100.0
    clock.advance(100.0)
    assert pacer.try_acquire()
    pacer.complete(200, {})
    assert pacer.state() == (0.0, 10.0)


async def test_cancelled_call_leaves_the_queue_to_the_next():
    """The first of the queue may leave; the others go on."""
    clock = FakeClock(auto=False)
    pacer = Pacer(now=monotonic(clock), clock=clock, max_waiting=5)
    pacer.try_acquire()
    announce(pacer, 0, 10, limit=2)
    first, second = [asyncio.ensure_future(pacer.acquire(forever, url="http://a.example/")) for _ in range(2)]
    await asyncio.sleep(0.01)

    first.cancel()
    await asyncio.wait([first])
    clock.advance(12.0)
    await second

    assert pacer.waiting == 0


async def test_partitions_are_separate(pacer):
    """Only callers of a partition wait for its quota, each behind its own."""
    pacer.try_acquire("one")
    pacer.complete(200, {"RateLimit": "a;r=0;t=10;pk=:MQ==:", "RateLimit-Policy": "a;q=1;w=10"}, "one")

    assert not pacer.try_acquire("one")
    assert pacer.try_acquire("two")
    with pytest.raises(RateLimitedError):
        await pacer.acquire(lambda: 5.0, url="http://a.example/", caller="one")


def test_number_of_quotas_is_bounded(pacer):
    """A service that names a new quota each time fills no memory."""
    for number in range(100):
        pacer.try_acquire()
        announce(pacer, 9, 10, name=f"q{number}")

    assert len(pacer.quotas) == 64


def test_quota_without_limit_and_reset_counts_a_minute(pacer):
    """What is not announced is assumed: the units last seen, in a minute."""
    pacer.try_acquire()
    pacer.complete(200, {"X-RateLimit-Remaining": "3"})
    pacer.try_acquire()
    pacer.complete(200, {"X-RateLimit-Remaining": "1"})

    assert pacer.state() == (1.0, 60.0)


def test_quota_without_window_counts_until_its_reset(pacer, clock):
    """The longest reset that was announced is taken for the window; a reset in a later window begins that one."""
    pacer.try_acquire()
    pacer.complete(200, {"X-RateLimit-Limit": "5", "X-RateLimit-Remaining": "3", "X-RateLimit-Reset": "20"})
    assert pacer.state() == (3.0, 20.0)
    pacer.try_acquire()
    pacer.complete(200, {"X-RateLimit-Limit": "5", "X-RateLimit-Remaining": "4", "X-RateLimit-Reset": "50"})

    assert pacer.state() == (4.0, 50.0)


async def test_call_that_need_not_wait_is_sent_at_once(pacer):
    """Nothing is counted as delayed, with or without a partition that is not the caller's."""
    pacer.try_acquire("one")
    pacer.complete(200, {"RateLimit": "a;r=0;t=10;pk=:MQ==:", "RateLimit-Policy": "a;q=1;w=10"}, "one")

    await pacer.acquire(forever, url="http://a.example/", caller="two")

    assert (pacer.delayed, pacer.waiting) == (0, 0)


async def test_partition_counts_the_calls_of_its_callers_only(pacer):
    """A call that waits behind one of another partition is not refused for that one's units."""
    pacer.try_acquire("one")
    pacer.complete(200, {"RateLimit": "a;r=0;t=10;pk=:MQ==:", "RateLimit-Policy": "a;q=1;w=10"}, "one")
    pacer.try_acquire("two")
    pacer.complete(200, {"RateLimit": "a;r=0;t=10;pk=:Mg==:", "RateLimit-Policy": "a;q=1;w=10"}, "two")
    first = asyncio.create_task(pacer.acquire(lambda: 15.0, url="http://a.example/", caller="one"))
    await asyncio.sleep(0)
    with pytest.raises(RateLimitedError) as caught:
        await pacer.acquire(lambda: 5.0, url="http://a.example/", caller="two")
    first.cancel()
    await asyncio.wait([first])

    assert caught.value.retry_after == 10.0


def test_call_without_units_of_a_quota_does_not_wait_for_it(pacer):
    """A call that costs no tokens is sent while the tokens are used up; the state is that of the requests."""
    headers = {
        "X-RateLimit-Limit-Requests": "60",
        "X-RateLimit-Remaining-Requests": "50",
        "X-RateLimit-Reset-Requests": "10s",
        "X-RateLimit-Limit-Tokens": "1000",
        "X-RateLimit-Remaining-Tokens": "0",
        "X-RateLimit-Reset-Tokens": "100s",
    }
    pacer.try_acquire(cost={"requests": 1.0, "tokens": 200.0})
    pacer.complete(200, headers)

    assert pacer.try_acquire()
    assert pacer.state() == (49.0, 10.0)


async def test_success_does_not_end_the_wait_of_another_response(pacer, clock):
    """Of two responses in flight, the one without Retry-After changes nothing; after the wait nothing is limited."""
    pacer.try_acquire()
    pacer.try_acquire()
    pacer.complete(503, {"Retry-After": "5"})
    pacer.complete(200, {})

    assert not pacer.try_acquire()
    clock.advance(5.0)
    assert pacer.try_acquire()
    pacer.complete(200, {})
    assert not pacer.is_limited


async def test_waiting_call_is_woken_once(pacer):
    """Two refusals before a waiting call has run again do not fail."""
    for _ in range(2):
        pacer.try_acquire()
    announce(pacer, 0, 10)
    calls = [
        asyncio.create_task(pacer.acquire(lambda left=left: left, url="http://a.example/")) for left in (15.0, 15.0)
    ]
    await asyncio.sleep(0)

    for _ in range(2):
        pacer.complete(429, {"Retry-After": "100"})
    results = await asyncio.gather(*calls, return_exceptions=True)

    assert [type(result) for result in results] == [RateLimitedError] * 2


class SharedMemory:
    """State that pacers of one process share, as Redis does for workers; may be made slow, unavailable or empty."""

    def __init__(self, clock):
        self.clock = clock
        self.held: dict[str, tuple[str, str]] = {}
        self.is_available = True
        self.before_swap = None

    async def swap(self, key, expected, state, version):
        """Replace the state if the version is the expected one."""
        await asyncio.sleep(0)
        if self.before_swap is not None:
            self.before_swap()
        if not self.is_available:
            return None
        held, known = self.held.get(key, ("", ""))
        time = 1e9 + self.clock()
        if held != expected:
            return Swapped(False, held, known, time)
        if state is None:
            return Swapped(False, held, "", time)
        self.held[key] = (version, state)
        return Swapped(True, version, "", time)


@pytest.fixture
def shared(clock):
    """State that pacers share."""
    return SharedMemory(clock)


@pytest.fixture
def pacers(clock, shared):
    """Two pacers of one service, as of two workers."""
    return [Pacer(now=monotonic(clock), clock=clock, max_waiting=5, shared=shared, key="k") for _ in range(2)]


async def send(pacer, **options):
    """Take the units of a call."""
    await pacer.acquire(forever, url="http://a.example/", **options)


def test_units_that_came_back_during_a_response_are_not_lost(clock):
    """A bucket refills while the response is on its way; what the service counted was true when it arrived there."""
    pacer = Pacer(now=monotonic(clock), clock=clock, max_waiting=5)
    headers = {
        "X-RateLimit-Limit-Requests": "100",
        "X-RateLimit-Remaining-Requests": "50",
        "X-RateLimit-Reset-Requests": "50s",
    }
    pacer.try_acquire()
    pacer.complete(200, headers)
    pacer.try_acquire()
    pacer.try_acquire()
    clock.advance(10.0)

    pacer.complete(200, headers, sent_at=0.0)

    assert pacer.state()[0] == pytest.approx(58.0)


async def test_workers_learn_the_quota_and_its_units_from_each_other(pacers, clock):
    """One announcement is enough for both, and both count in it."""
    one, two = pacers
    assert one.is_limited  # others may know of a quota
    await send(one)
    assert not one.is_limited
    announce(one, 3, 10)
    assert one.has_news
    await one.publish()

    await send(two)
    await send(one)
    await send(two)

    assert (one.delayed, two.delayed) == (0, 0)
    begun = clock()
    await send(one)
    assert clock() - begun >= 10.0
    assert one.delayed == 1


async def test_units_are_taken_once_when_two_workers_take_at_once(pacers):
    """The slower one takes from what the faster one left."""
    one, two = pacers
    await send(one)
    announce(one, 5, 1000, limit=1000)
    await one.publish()

    calls = [asyncio.ensure_future(send(pacer)) for pacer in (one, two, one, two, one)]
    await asyncio.gather(*calls)
    with pytest.raises(RateLimitedError):
        await two.acquire(lambda: 5.0, url="http://a.example/")

    assert two.state()[0] == 0.0


async def test_batch_is_a_share_of_the_quota(pacers, shared):
    """Several waiting calls take their units in one exchange, but not more than the share of a worker's turn."""
    one, _ = pacers
    await send(one)
    announce(one, 90, 1000, limit=100)
    await one.publish()
    exchanges = []
    shared.before_swap = lambda: exchanges.append(1)

    await asyncio.gather(*(send(one) for _ in range(5)))

    assert len(exchanges) == 3  # one call, then two and two


async def test_call_given_up_during_the_exchange_gives_its_units_back(pacers, shared):
    """Whether it is the first of the queue or behind it."""
    one, two = pacers
    await send(one)
    announce(one, 100, 1000, limit=1000)
    await one.publish()
    calls = [asyncio.ensure_future(send(one)) for _ in range(3)]
    shared.before_swap = calls[1].cancel
    await asyncio.gather(*calls, return_exceptions=True)
    shared.before_swap = None
    await one.publish()

    assert calls[1].cancelled()
    await send(two)
    assert two.state()[0] == 97.0


async def test_call_cancelled_when_its_units_were_taken_gives_them_back(pacers):
    """It was granted by the first of the queue and has not run yet."""
    one, _ = pacers
    await send(one)
    announce(one, 100, 1000, limit=1000)
    await one.publish()
    calls = [asyncio.ensure_future(send(one)) for _ in range(2)]
    calls[0].add_done_callback(lambda _: calls[1].cancel())
    while not calls[0].done():
        await asyncio.sleep(0)
        if one.state()[0] == 98.0:
            calls[1].cancel()
    await asyncio.gather(*calls, return_exceptions=True)
    await one.publish()

    assert calls[1].cancelled()
    assert one.state()[0] == 99.0


async def test_outage_leaves_each_worker_to_itself(pacers, shared):
    """What is known stays, units are counted here, and after the outage together again."""
    one, two = pacers
    await send(one)
    announce(one, 9, 1000)
    await one.publish()
    shared.is_available = False
    assert one.try_acquire()
    announce(one, 7, 1000)
    assert not one.has_news
    assert one.state()[0] == 7.0
    shared.is_available = True

    await send(one)
    await send(two)

    assert two.state()[0] <= 7.0


async def test_outage_during_the_exchange_does_not_stop_the_call(pacers, shared):
    """The units are then those that are counted here."""
    one, _ = pacers
    await send(one)
    announce(one, 9, 1000)
    await one.publish()

    def fail():
        shared.is_available = False

    shared.before_swap = fail
    await send(one)

    assert one.state()[0] == 8.0


async def test_state_that_expired_is_written_anew(pacers, shared):
    """What one worker knows is common knowledge again."""
    one, two = pacers
    await send(one)
    announce(one, 9, 1000)
    await one.publish()
    shared.held.clear()

    await send(one)
    await send(two)

    assert two.state()[0] == 7.0


async def test_clock_of_redis_that_is_set_is_measured_anew(pacers, shared, clock):
    """A jump of the common clock by an hour lengthens no window."""
    one, two = pacers
    await send(one)
    announce(one, 0, 10)
    await one.publish()
    shared.clock = lambda: clock() - 3600.0

    begun = clock()
    await send(two)
    await send(one)

    assert 10.0 <= clock() - begun <= 12.0


async def test_call_behind_the_first_is_cancelled_when_its_units_were_taken(pacers, shared):
    """Whether it has left the queue by then or not, its units are given back."""
    for pauses in (0, 2):
        one = pacers[pauses // 2]
        await send(one)
        announce(one, 100, 1000, limit=1000)
        await one.publish()
        calls = [asyncio.ensure_future(send(one)) for _ in range(3)]
        swap, exchanges = shared.swap, []

        async def cancelling(*arguments, calls=calls, swap=swap, exchanges=exchanges, pauses=pauses):
            exchanges.append(arguments)
            if len(exchanges) != 2:  # the second one takes the units of the second and the third call
                return await swap(*arguments)
            swapped = await swap(*arguments)
            calls[2].cancel()
            for _ in range(pauses):
                await asyncio.sleep(0)
            return swapped

        shared.swap = cancelling
        await asyncio.gather(*calls, return_exceptions=True)
        shared.swap = swap
        await one.publish()

        assert calls[2].cancelled()
        assert one.state()[0] == 98.0


async def test_news_are_published_over_those_of_a_faster_worker(pacers, shared):
    """They are applied to the state of the other; before anything was read, that is read first."""
    one, two = pacers
    announce(one, 50, 1000)  # before the first call: the clock of the others is not known yet
    await one.publish()
    await send(two)
    announce(one, 40, 1000)
    announce(two, 30, 1000)
    await one.publish()
    await two.publish()
    await send(one)

    assert one.state()[0] <= 30.0


async def test_units_are_taken_again_when_another_worker_was_faster(pacers, shared):
    """From its state."""
    one, two = pacers
    await send(one)
    announce(one, 100, 1000)
    await one.publish()
    await send(two)
    version, state = shared.held["k"]
    overtaken = []

    def overtake():
        if not overtaken:
            overtaken.append(version)
            shared.held["k"] = ("other", state)

    shared.before_swap = overtake
    await send(one)

    assert shared.held["k"][0] not in {"other", version}
    assert one.state()[0] == 98.0


async def test_units_that_another_worker_learned_of_are_taken(pacers, shared, clock):
    """A call that would have to wait by what is known here looks first."""
    one, _ = pacers
    await send(one)
    announce(one, 0, 1000)
    await one.publish()
    elsewhere = SharedMemory(clock)
    other = Pacer(now=monotonic(clock), clock=clock, max_waiting=5, shared=elsewhere, key="k")
    await send(other)
    announce(other, 5, 1000)
    await other.publish()
    shared.held["k"] = ("other", elsewhere.held["k"][1])
    await send(one)

    assert one.state()[0] == 4.0


async def test_calls_of_several_workers_are_sent_in_the_order_in_which_they_came(clock, shared):
    """Whoever of the workers looks first when units are back: none overtakes one that waits for much longer."""
    clock = FakeClock(auto=False)
    shared.clock = clock
    workers = [Pacer(now=monotonic(clock), clock=clock, max_waiting=50, shared=shared, key="k") for _ in range(3)]
    await send(workers[0])
    announce(workers[0], 0, 3, limit=4, window=3)
    await workers[0].publish()
    order: list[int] = []

    async def call(number):
        await send(workers[number * 7 % 3 if number % 4 else 0])
        order.append(number)

    tasks = []
    for number in range(12):
        tasks.append(asyncio.ensure_future(call(number)))
        await settle()
        clock.advance(0.2)
    for _ in range(1_000):
        if all(task.done() for task in tasks):
            break
        clock.advance(0.05)
        await settle()

    assert order == list(range(12))


async def settle():
    """Let everything run that needs no time."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_calls_of_other_workers_count_before_the_deadline():
    """What cannot be sent in time because others wait already is refused at once."""
    clock = FakeClock(auto=False)
    shared = SharedMemory(clock)
    one, two = [Pacer(now=monotonic(clock), clock=clock, max_waiting=5, shared=shared, key="k") for _ in range(2)]
    await send(one)
    announce(one, 0, 10, limit=2)
    await one.publish()
    waiting = [asyncio.ensure_future(send(one)) for _ in range(3)]
    await settle()
    clock.advance(1.0)  # the first one looks again, and tells of those behind it
    await settle()

    with pytest.raises(RateLimitedError) as refused:
        await two.acquire(lambda: 15.0, url="http://a.example/")
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    await one.publish()

    assert refused.value.retry_after == pytest.approx(19.0)
    task = asyncio.ensure_future(two.acquire(lambda: 15.0, url="http://a.example/"))
    await settle()
    assert two.waiting == 1  # those who left hold no other call back
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_redis_that_never_answered_stops_no_call(pacers, shared):
    """Before its clock is known each worker counts for itself."""
    one, _ = pacers
    shared.is_available = False
    one.try_acquire()
    announce(one, 5, 100)
    shared.is_available = True
    swap = shared.swap

    async def fail(*arguments):
        shared.is_available = False
        swapped = await swap(*arguments)
        shared.is_available = True
        return swapped

    shared.swap = fail
    async with asyncio.timeout(5.0):
        await send(one)
        await one.publish()

    assert one.state()[0] == 4.0
