"""Adaptive concurrency: found by what the origin bears, one decision a round trip."""

from __future__ import annotations

import asyncio
import heapq

import pytest
from aiohttp import web

from asyncassist import AsyncHandler, Limits, Timeout
from asyncassist._http.adaptive import AdaptiveLimit
from asyncassist._http.bulkhead import Bulkhead, BulkheadReservation, SlotQueue
from tests.http.conftest import wait_until


def run_rounds(limit, capacity, rounds):
    """Simulate round trips of an origin that refuses what exceeds its capacity; return the share of it used."""
    accepted = 0
    for _ in range(rounds):
        sent = limit.limit
        accepted += min(sent, capacity)
        for number in range(sent):
            limit.record(refused=number >= capacity, in_flight=sent - number if number else sent)
    return accepted / (rounds * capacity)


def test_limit_follows_a_capacity_that_breaks_down_and_returns():
    """100, then 20, then 100 again: within a tenth of the best after three windows of 20 round trips."""
    limit = AdaptiveLimit(100)

    assert run_rounds(limit, 100, 60) >= 0.9
    run_rounds(limit, 20, 60)
    assert 18 <= limit.limit <= 22
    assert run_rounds(limit, 20, 20) >= 0.9
    run_rounds(limit, 100, 60)
    assert limit.limit >= 90
    assert run_rounds(limit, 100, 20) >= 0.9


def test_burst_of_errors_is_one_cut():
    """Five errors of one round trip lower the limit once, by their share."""
    limit = AdaptiveLimit(100)

    for number in range(100):
        limit.record(refused=number < 5, in_flight=100)

    assert limit.limit == 95


def run_slots(limit, capacity, seconds):
    """Simulate slots that are used again at once; the origin serves in 0.2 s and refuses in 0.02 s."""
    ends: list[tuple[float, int, bool]] = []
    accepted = served = number = 0
    now = 0.0
    while now < seconds:
        while len(ends) < limit.limit:
            is_refused = accepted >= capacity
            accepted += not is_refused
            heapq.heappush(ends, (now + (0.02 if is_refused else 0.2), number, is_refused))
            number += 1
        now, _, refused = heapq.heappop(ends)
        accepted -= not refused
        served += not refused and now >= 1.0  # the start, when nothing is in flight, does not count
        limit.record(refused=refused, in_flight=len(ends) + 1, elapsed=0.02 if refused else 0.2)
    return served / ((seconds - 1.0) * capacity / 0.2)


def test_origin_that_refuses_faster_than_it_serves_is_used_to_its_capacity():
    """One slot too many is refused ten times in a round trip, which is no reason to halve the others."""
    limit = AdaptiveLimit(100)

    assert run_slots(limit, 100, 10.0) >= 0.9
    run_slots(limit, 20, 10.0)
    assert run_slots(limit, 20, 10.0) >= 0.9
    run_slots(limit, 100, 12.0)
    assert run_slots(limit, 100, 10.0) >= 0.9


def test_timeouts_count_as_requests_and_not_by_their_time():
    """Five of a hundred that took fifty times as long are one gentle cut."""
    limit = AdaptiveLimit(100)

    for number in range(100):
        limit.record(refused=number < 5, in_flight=100, elapsed=10.0 if number < 5 else 0.2)

    assert limit.limit == 95


def test_limit_stays_within_its_bounds():
    """Never below 1, and never above the maximum; a limit that is not reached is not raised."""
    limit = AdaptiveLimit(4)
    for _ in range(50):
        limit.record(refused=True, in_flight=1)
    assert limit.limit == 1
    for _ in range(50):
        limit.record(refused=False, in_flight=4)
    assert limit.limit == 4

    idle = AdaptiveLimit(10)
    for _ in range(10):
        idle.record(refused=True, in_flight=10)
    lowered = idle.limit
    for _ in range(100):
        idle.record(refused=False, in_flight=1)
    assert idle.limit == lowered < 10


def test_slots_are_resized_without_losing_a_waiter():
    """Fewer slots apply as slots are released; further ones go to the waiters at once."""
    bulkhead, slots = Bulkhead(10, 10), SlotQueue(2)
    started: list[int] = []
    held = [BulkheadReservation(bulkhead, slots, "u") for _ in range(2)]
    assert all(one.try_acquire() for one in held)
    waiting = [BulkheadReservation(bulkhead, slots, "u") for _ in range(2)]
    for number, one in enumerate(waiting):
        one.enqueue(lambda number=number: started.append(number))

    slots.resize(1)
    held[0].release()
    assert (started, slots.in_use) == ([], 1)
    slots.resize(3)

    assert (started, slots.in_use) == ([0, 1], 3)


@pytest.mark.parametrize("fault", [429, 503, "timeout"])
async def test_overload_lowers_the_concurrency_of_the_origin(origin, fault):
    """429, 503 and timeouts lower it, successes raise it again; statistics and health show it."""

    async def answer(request):
        if request.path == "/ok":
            return web.Response()
        if fault == "timeout":
            await asyncio.sleep(5.0)
        return web.Response(status=fault)

    origin.handler = answer
    limits = Limits(per_host=4, adaptive=True)
    async with AsyncHandler(limits=limits, breaker=None, retry=None) as http:
        options = (
            {"cache": "no-store", "timeout": Timeout(total=9.0, attempt=0.2)}
            if fault == "timeout"
            else {"cache": "no-store"}
        )
        for _ in range(4):  # a round trip without refusals
            await http.get(f"{origin.url}/ok", cache="no-store")
        await asyncio.gather(*(http.get(f"{origin.url}/{n}", **options) for n in range(8)), return_exceptions=True)
        await wait_until(lambda: http.stats().origins[0].in_flight == 0)

        lowered = http.stats().origins[0].limit
        assert lowered < 4
        assert f"at most {lowered} of 4" in (await http.health()).checks[0].note

        for _ in range(12):
            await asyncio.gather(*(http.get(f"{origin.url}/ok", cache="no-store") for _ in range(4)))
        assert http.stats().origins[0].limit == 4
