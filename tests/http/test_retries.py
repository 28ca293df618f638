"""Failures are contained: retries, deadlines, the breaker, places, hedges."""

from __future__ import annotations

import asyncio
import time

import pytest
from aiohttp import web

from asyncassist import AsyncHandler, Breaker, Retry, Timeout
from asyncassist.errors import (
    CircuitOpenError,
    ConnectError,
    DeadlineExceededError,
    StatusError,
)
from asyncassist.testing import FakeClock
from tests.http.conftest import http_date, until
from tests.servers import free_port

FAST = Retry(attempts=3, base=0.001, cap=0.001)


async def drop(request):
    """The connection ends without an answer."""
    request.transport.close()
    return web.Response()


# -- retries -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
async def test_what_may_pass_is_tried_again(origin, clock, status):
    """Until it went well; the answer says how many attempts it took."""
    origin.replies(web.Response(status=status), web.Response(status=status), web.Response())

    async with AsyncHandler(now=clock) as http:
        response = await http.get(origin.url)

        assert (response.status, response.attempts, http.stats().retries) == (200, 3, 2)


@pytest.mark.parametrize("status", [400, 401, 404, 409, 422, 501])
async def test_what_will_not_pass_is_not_tried_again(origin, status):
    """The answer is handed back as it is."""
    origin.says(status)

    async with AsyncHandler(retry=FAST) as http:
        assert (await http.get(origin.url)).status == status
        assert origin.count == 1


async def test_the_last_answer_is_handed_back(origin, clock):
    """Or raised, where the caller says so."""
    origin.says(503)

    async with AsyncHandler(now=clock) as http:
        assert (await http.get(origin.url)).attempts == 3
        with pytest.raises(StatusError) as caught:
            await http.get(origin.url, raise_for_status=True)
        assert (caught.value.status, caught.value.attempts) == (503, 3)
        with pytest.raises(StatusError):
            await http.get_json(origin.url)


async def test_retry_none_means_one_attempt(origin):
    """For the handler or for the call."""
    origin.says(503)

    async with AsyncHandler() as http:
        assert (await http.get(origin.url, retry=None)).attempts == 1
    async with AsyncHandler(retry=None) as http:
        assert (await http.get(origin.url)).attempts == 1
        assert (await http.get(origin.url, retry=FAST)).attempts == 3


@pytest.mark.parametrize("method", ["POST", "PATCH"])
async def test_what_is_not_safe_to_repeat_is_not_repeated(origin, method):
    """Neither after an error nor after a broken connection; never twice at the server."""
    async with AsyncHandler(retry=FAST) as http:
        origin.says(503)
        assert (await http.request(method, origin.url, data=b"x")).status == 503
        origin.answer = drop
        with pytest.raises(ConnectError):
            await http.request(method, origin.url, data=b"x")

        assert origin.count == 2


async def test_an_idempotency_key_makes_a_post_safe_to_repeat(origin, clock):
    """The key goes with each attempt, and the body too."""
    origin.replies(web.Response(status=503), web.Response())

    async with AsyncHandler(now=clock) as http:
        response = await http.post(origin.url, json={"a": 1}, idempotency_key="abc")

        assert response.attempts == 2
        assert [r.headers["Idempotency-Key"] for r in origin.seen] == ["abc", "abc"]
        assert origin.bodies == [b'{"a":1}'] * 2


async def test_a_body_that_is_spent_is_not_repeated(origin):
    """A stream can be sent once."""

    async def body():
        yield b"x"

    origin.says(503)
    async with AsyncHandler(retry=FAST) as http:
        assert (await http.put(origin.url, data=body())).attempts == 1
        assert (await http.put(origin.url, data=b"x")).attempts == 3


async def test_what_was_never_sent_may_be_repeated_always():
    """A refused connection, also for a POST."""
    async with AsyncHandler(retry=FAST) as http:
        with pytest.raises(ConnectError) as caught:
            await http.post(f"http://127.0.0.1:{free_port()}/", data=b"x")

        assert caught.value.attempts == 3


async def test_an_idle_connection_that_was_closed_costs_no_attempt(raw):
    """Known for methods that may be repeated; it says nothing about the service."""
    connections = 0

    async def once(reader, writer):
        nonlocal connections
        connections += 1
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx")
        await writer.drain()
        if connections == 1:
            await reader.readuntil(b"\r\n\r\n")  # the next request arrives, and the connection ends without an answer

    url = await raw(once)
    async with AsyncHandler(retry=None) as http:
        for _ in range(2):
            assert (await http.get(url, cache="no-store")).attempts == 1
        assert connections == 2


@pytest.mark.parametrize("form", ["seconds", "date"])
async def test_retry_after_is_obeyed(origin, form):
    """As a number or as a date; the clock shows how long was waited."""
    clock = FakeClock()
    value = "7" if form == "seconds" else http_date(clock() + 7)
    origin.replies(web.Response(status=429, headers={"Retry-After": value}), web.Response())
    start = clock()

    async with AsyncHandler(now=clock) as http:
        assert (await http.get(origin.url)).attempts == 2
        assert 7 <= clock() - start < 7.2


async def test_a_retry_after_beyond_all_patience_is_given_up_at_once(origin, clock):
    """Longer than the policy allows, or than the deadline leaves."""
    start = clock()

    async with AsyncHandler(now=clock) as http:
        origin.says(503, retry_after="31")
        assert (await http.get(origin.url)).attempts == 1
        origin.says(503, retry_after="20")
        assert (await http.get(origin.url, timeout=10.0)).attempts == 1
        assert clock() == start


async def test_a_joiner_with_more_time_gives_the_leader_more(origin):
    """The wait that the leader could not afford, the joiner can."""
    clock = FakeClock()
    origin.gate = asyncio.Event()
    origin.replies(web.Response(status=503, headers={"Retry-After": "9"}), web.Response())

    async with AsyncHandler(now=clock) as http:
        leader = asyncio.create_task(http.get(origin.url, timeout=5.0))
        await until(lambda: origin.count == 1)
        joiner = asyncio.create_task(http.get(origin.url, timeout=None, cache="default"))
        await asyncio.sleep(0)
        origin.gate.set()

        assert (await joiner).status == 200
        assert (await leader).status == 200


async def test_waits_have_full_jitter(origin):
    """Between nothing and the doubled base, never all alike."""
    origin.says(503)
    waits = set()
    for _ in range(20):
        clock = FakeClock()
        start = clock()
        async with AsyncHandler(now=clock, retry=Retry(attempts=2, base=8.0)) as http:
            await http.get(origin.url)
        waits.add(round(clock() - start, 3))

    assert len(waits) > 10
    assert all(0 <= wait <= 8.0 for wait in waits)


async def test_retries_have_a_budget(origin, clock):
    """An outage is not doubled by its clients: ten are free, then a fifth of the calls."""
    origin.says(503)

    async with AsyncHandler(now=clock, breaker=None, retry=Retry(attempts=2, base=0.0)) as http:
        for n in range(100):
            await http.get(f"{origin.url}/{n}")

        assert 110 <= origin.count <= 131


# -- deadlines -----------------------------------------------------------------------------------------------------


async def test_one_deadline_covers_everything(origin):
    """Attempts, waits and the queue."""
    origin.gate = asyncio.Event()
    start = time.monotonic()

    async with AsyncHandler(timeout=Timeout(total=0.2, attempt=None)) as http:
        with pytest.raises(DeadlineExceededError) as caught:
            await http.get(origin.url)

        assert time.monotonic() - start < 2
        assert caught.value.host == origin.url.removeprefix("http://")


async def test_an_attempt_has_a_bound_of_its_own(origin):
    """A stuck attempt is given up and made again within the deadline."""
    stuck = asyncio.Event()

    async def answer(_):
        if origin.count == 1:
            await stuck.wait()
        return web.Response(text="second")

    origin.answer = answer
    async with AsyncHandler(timeout=Timeout(total=10.0, attempt=0.1), retry=FAST) as http:
        response = await http.get(origin.url)
        stuck.set()

        assert (response.text(), response.attempts) == ("second", 2)


async def test_a_timeout_without_retries_left_is_an_error(origin):
    """DeadlineExceededError, with the attempts."""
    origin.gate = asyncio.Event()

    async with AsyncHandler(timeout=Timeout(total=10.0, attempt=0.05), retry=FAST) as http:
        with pytest.raises(DeadlineExceededError) as caught:
            await http.get(origin.url)

        assert caught.value.attempts == 3


# -- the breaker ---------------------------------------------------------------------------------------------------


async def test_an_origin_that_keeps_failing_is_left_alone(origin, clock, caplog):
    """Nothing is sent while the circuit is open; health, log and the error say so."""
    origin.says(500)
    other = origin.url.replace("127.0.0.1", "localhost")

    async with AsyncHandler(now=clock, retry=None, breaker=Breaker(min_calls=4, open_for=5.0)) as http:
        for _ in range(4):
            await http.get(origin.url)
        with pytest.raises(CircuitOpenError) as caught:
            await http.get(origin.url)

        assert caught.value.retry_after == 5.0
        assert caught.value.host == origin.url.removeprefix("http://")
        assert origin.count == 4
        health = await http.health()
        assert (health.status, health.checks[0].status, health.checks[0].success_ratio) == ("warn", "fail", 0.0)
        assert sum("the circuit is open" in line for line in caplog.messages) == 1
        assert (await http.get(other)).status == 500  # every origin has a circuit of its own


async def test_half_open_lets_exactly_one_in(origin, clock):
    """The probe decides: one failure opens it again, one success closes it."""
    origin.says(500)

    async with AsyncHandler(now=clock, retry=None, breaker=Breaker(min_calls=4, open_for=5.0)) as http:
        for _ in range(4):
            await http.get(origin.url)
        clock.advance(5.0)
        origin.gate = asyncio.Event()
        tasks = [asyncio.create_task(http.get(f"{origin.url}/{n}")) for n in range(10)]
        await until(lambda: sum(task.done() for task in tasks) == 9 and origin.count == 5)
        assert (await http.health()).checks[0].status == "warn"
        origin.gate.set()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert sum(isinstance(result, CircuitOpenError) for result in results) == 9
        with pytest.raises(CircuitOpenError):
            await http.get(origin.url)
        clock.advance(5.0)
        origin.says(200)
        assert (await http.get(origin.url)).status == 200
        assert http.stats().origins[0].breaker == "closed"


async def test_a_cancelled_probe_gives_its_place_back(origin, clock):
    """The next caller is the probe."""
    origin.says(500)

    async with AsyncHandler(now=clock, retry=None, breaker=Breaker(min_calls=4, open_for=5.0)) as http:
        for _ in range(4):
            await http.get(origin.url)
        clock.advance(5.0)
        origin.gate = asyncio.Event()
        probe = asyncio.create_task(http.get(origin.url))
        await until(lambda: origin.count == 5)
        probe.cancel()
        await asyncio.gather(probe, return_exceptions=True)
        origin.gate.set()
        origin.says(200)

        assert (await http.get(origin.url)).status == 200


async def test_4xx_and_callers_who_leave_open_nothing(origin, clock):
    """They say nothing about the origin's health."""
    origin.says(404)

    async with AsyncHandler(now=clock, retry=None, breaker=Breaker(min_calls=2)) as http:
        for _ in range(5):
            await http.get(origin.url)
        origin.gate = asyncio.Event()
        for n in range(5):
            task = asyncio.create_task(http.get(origin.url))
            await until(lambda n=n: origin.count == 6 + n)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        origin.gate.set()

        assert (await http.get(origin.url)).status == 404


async def test_a_circuit_that_opens_between_attempts_ends_them(origin, clock):
    """No retry knocks at a closed door."""
    origin.says(500)

    async with AsyncHandler(now=clock, retry=Retry(attempts=9), breaker=Breaker(min_calls=2)) as http:
        with pytest.raises(CircuitOpenError):
            await http.get(origin.url)

        assert origin.count == 2
