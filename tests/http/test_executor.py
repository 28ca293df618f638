"""Retries, hedging, circuit breakers and events of the attempts."""

from __future__ import annotations

import asyncio
import contextlib

import aiohttp
import pytest
from aiohttp import web

from asyncassist import AsyncHandler, Breaker, Limits, Retry, Timeout
from asyncassist._events import listen
from asyncassist._http.executor import RequestExecutor, was_never_sent
from asyncassist.errors import AsyncAssistError, CircuitOpenError, ConnectError, DeadlineExceededError, StatusError
from asyncassist.testing import FakeClock
from tests.http.conftest import http_date, wait_until
from tests.servers import free_port

FAST = Retry(attempts=3, base=0.001, cap=0.001)


async def drop_connection(request):
    """Close the connection without a response."""
    request.transport.close()
    return web.Response()


async def test_hedged_attempt_wins_over_a_slow_first(origin):
    """The losing attempt is cancelled and awaited: no task of it is left."""
    stuck = asyncio.Event()

    async def respond(_):
        if origin.count == 1:
            await stuck.wait()
        return web.Response(text=str(origin.count))

    origin.handler = respond
    async with AsyncHandler() as http:
        before = asyncio.all_tasks()
        response = await http.get(origin.url, hedge_after=0.02)
        remaining = {task for task in asyncio.all_tasks() - before if "handler" in repr(task.get_coro())}
        stuck.set()

        assert (response.text(), response.attempts) == ("2", 2)
        assert (http.stats().hedges, http.stats().hedges_won) == (1, 1)
        assert http.stats().origins[0].in_flight == 0
        assert remaining == set()


async def test_fast_first_attempt_is_not_hedged(origin):
    """One request is sent if the response arrives before `hedge_after`."""
    async with AsyncHandler() as http:
        await http.get(origin.url, hedge_after=5.0)

        assert (origin.count, http.stats().hedges) == (1, 0)


async def test_failed_hedge_does_not_hide_the_first_attempt(origin):
    """The first success is returned, whichever attempt it is; if both fail, one of the failures."""
    go = asyncio.Event()

    async def respond(_):
        if origin.count == 2:
            return web.Response(status=500)
        await go.wait()
        return web.Response(text="first")

    origin.handler = respond
    async with AsyncHandler(retry=None) as http:
        task = asyncio.create_task(http.get(origin.url, hedge_after=0.02))
        await wait_until(lambda: http.stats().origins and http.stats().origins[0].requests == 1)
        go.set()
        assert (await task).text() == "first"
        origin.respond(500)
        assert (await http.get(f"{origin.url}/2", hedge_after=0.001)).status == 500


async def test_hedges_are_taken_from_the_retry_budget(origin):
    """A slow origin does not get twice the requests for ever."""

    async def respond(_):
        await asyncio.sleep(0.005)
        return web.Response(headers={"Cache-Control": "no-store"})

    origin.handler = respond
    async with AsyncHandler(retry=Retry(budget=0.0)) as http:
        for n in range(15):
            await http.get(f"{origin.url}/{n}", hedge_after=0.001)

        assert http.stats().hedges == 10


async def test_number_of_origins_is_bounded():
    """The least recently used idle origins are evicted, those in use are not."""

    clock = FakeClock()
    executor = RequestExecutor(limits=Limits(), breaker=None, clock=clock, now=clock)
    busy = executor.origin("http://busy")
    busy.slots.in_use = 1
    for n in range(1500):
        executor.origin(f"http://{n}")

    assert len(executor.origins) == 1000
    assert executor.origin("http://busy") is busy
    for n in range(1500):
        executor.origin(f"http://{n}").in_flight = 1
    assert len(executor.origins) > 1000  # all in use: none can be evicted


async def test_events_follow_the_conventions_of_opentelemetry(origin):
    """One event per attempt, without path and query of the URL."""
    events = []
    origin.respond_with(web.Response(status=503), web.Response())

    async with AsyncHandler(retry=Retry(base=0.0)) as http:
        with listen(events.append):
            await http.get(f"{origin.url}/secret?token=secret")
            with contextlib.suppress(AsyncAssistError):
                await http.get(f"http://127.0.0.1:{free_port()}/secret", retry=None)

    assert [event.name for event in events] == ["http.client.request"] * 3
    assert events[0].attributes["http.request.method"] == "GET"
    assert events[0].attributes["http.response.status_code"] == 503
    assert events[0].attributes["error.type"] == events[0].error == "503"
    assert events[0].attributes["server.address"] == "127.0.0.1"
    assert events[0].attributes["url.scheme"] == "http"
    assert events[1].attributes["http.request.resend_count"] == 1
    assert events[2].error == "ConnectError"
    assert "secret" not in repr(events)


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
async def test_temporary_statuses_are_retried(origin, clock, status):
    """Until a success; `attempts` counts the requests sent."""
    origin.respond_with(web.Response(status=status), web.Response(status=status), web.Response())

    async with AsyncHandler(now=clock) as http:
        response = await http.get(origin.url)

        assert (response.status, response.attempts, http.stats().retries) == (200, 3, 2)


@pytest.mark.parametrize("status", [400, 401, 404, 409, 422, 501])
async def test_permanent_statuses_are_not_retried(origin, status):
    """The response is returned as it is."""
    origin.respond(status)

    async with AsyncHandler(retry=FAST) as http:
        assert (await http.get(origin.url)).status == status
        assert origin.count == 1


async def test_last_response_is_returned_when_retries_are_used_up(origin, clock):
    """Or raised as StatusError if the caller asks for that."""
    origin.respond(503)

    async with AsyncHandler(now=clock) as http:
        assert (await http.get(origin.url)).attempts == 3
        with pytest.raises(StatusError) as caught:
            await http.get(origin.url, raise_for_status=True)
        assert (caught.value.status, caught.value.attempts) == (503, 3)
        with pytest.raises(StatusError):
            await http.get_json(origin.url)


async def test_retry_none_means_a_single_attempt(origin):
    """For the handler or for the call."""
    origin.respond(503)

    async with AsyncHandler() as http:
        assert (await http.get(origin.url, retry=None)).attempts == 1
    async with AsyncHandler(retry=None) as http:
        assert (await http.get(origin.url)).attempts == 1
        assert (await http.get(origin.url, retry=FAST)).attempts == 3


@pytest.mark.parametrize("method", ["POST", "PATCH"])
async def test_unsafe_methods_are_not_retried(origin, method):
    """Neither after an error status nor after a broken connection: the server never gets the request twice."""
    async with AsyncHandler(retry=FAST) as http:
        origin.respond(503)
        assert (await http.request(method, origin.url, data=b"x")).status == 503
        origin.handler = drop_connection
        with pytest.raises(ConnectError):
            await http.request(method, origin.url, data=b"x")

        assert origin.count == 2


async def test_idempotency_key_makes_a_post_safe_to_retry(origin, clock):
    """The key and the body are sent with each attempt."""
    origin.respond_with(web.Response(status=503), web.Response())

    async with AsyncHandler(now=clock) as http:
        response = await http.post(origin.url, json={"a": 1}, idempotency_key="abc")

        assert response.attempts == 2
        assert [r.headers["Idempotency-Key"] for r in origin.requests] == ["abc", "abc"]
        assert origin.bodies == [b'{"a":1}'] * 2


async def test_consumed_body_is_not_retried(origin):
    """A stream can be sent once only."""

    async def body():
        yield b"x"

    origin.respond(503)
    async with AsyncHandler(retry=FAST) as http:
        assert (await http.put(origin.url, data=body())).attempts == 1
        assert (await http.put(origin.url, data=b"x")).attempts == 3


async def test_refused_connection_is_always_retried():
    """Nothing was sent, so even a POST is safe to retry."""
    async with AsyncHandler(retry=FAST) as http:
        with pytest.raises(ConnectError) as caught:
            await http.post(f"http://127.0.0.1:{free_port()}/", data=b"x")

        assert caught.value.attempts == 3


@pytest.mark.parametrize("form", ["seconds", "date"])
async def test_retry_after_is_obeyed(origin, form):
    """As seconds or as a date; the clock shows the wait."""
    clock = FakeClock()
    value = "7" if form == "seconds" else http_date(clock() + 7)
    origin.respond_with(web.Response(status=429, headers={"Retry-After": value}), web.Response())
    start = clock()

    async with AsyncHandler(now=clock) as http:
        assert (await http.get(origin.url)).attempts == 2
        assert 7 <= clock() - start < 7.2


async def test_retry_after_beyond_the_limits_ends_the_retries(origin, clock):
    """Longer than `max_retry_after` or than the deadline allows: no wait at all."""
    start = clock()

    async with AsyncHandler(now=clock, limits=Limits(pace=False)) as http:
        origin.respond(503, retry_after="31")
        assert (await http.get(origin.url)).attempts == 1
        origin.respond(503, retry_after="20")
        assert (await http.get(origin.url, timeout=10.0)).attempts == 1
        assert clock() == start


async def test_backoff_has_full_jitter(origin):
    """Waits are spread between 0 and the bound of the backoff."""
    origin.respond(503)
    waits = set()
    for _ in range(20):
        clock = FakeClock()
        start = clock()
        async with AsyncHandler(now=clock, retry=Retry(attempts=2, base=8.0)) as http:
            await http.get(origin.url)
        waits.add(round(clock() - start, 3))

    assert len(waits) > 10
    assert all(0 <= wait <= 8.0 for wait in waits)


async def test_retries_are_limited_by_the_budget(origin, clock):
    """Clients do not double the load of an outage: ten free retries, then a fifth of the calls."""
    origin.respond(503)

    async with AsyncHandler(now=clock, breaker=None, retry=Retry(attempts=2, base=0.0)) as http:
        for n in range(100):
            await http.get(f"{origin.url}/{n}")

        assert 110 <= origin.count <= 131


async def test_attempt_timeout_is_retried_within_the_total(origin):
    """A stuck attempt is cancelled and retried."""
    stuck = asyncio.Event()

    async def respond(_):
        if origin.count == 1:
            await stuck.wait()
        return web.Response(text="second")

    origin.handler = respond
    async with AsyncHandler(timeout=Timeout(total=10.0, attempt=0.1), retry=FAST) as http:
        response = await http.get(origin.url)
        stuck.set()

        assert (response.text(), response.attempts) == ("second", 2)


async def test_attempt_timeout_without_retries_left_is_an_error(origin):
    """DeadlineExceededError, with the number of attempts."""
    origin.release = asyncio.Event()

    async with AsyncHandler(timeout=Timeout(total=10.0, attempt=0.05), retry=FAST) as http:
        with pytest.raises(DeadlineExceededError) as caught:
            await http.get(origin.url)

        assert caught.value.attempts == 3


async def test_open_circuit_refuses_requests(origin, clock, caplog):
    """Nothing is sent while the circuit is open; health, log and error report it."""
    origin.respond(500)
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


async def test_half_open_circuit_admits_a_single_probe(origin, clock):
    """A failed probe opens the circuit again, a successful one closes it."""
    origin.respond(500)

    async with AsyncHandler(now=clock, retry=None, breaker=Breaker(min_calls=4, open_for=5.0)) as http:
        for _ in range(4):
            await http.get(origin.url)
        clock.advance(5.0)
        origin.release = asyncio.Event()
        tasks = [asyncio.create_task(http.get(f"{origin.url}/{n}")) for n in range(10)]
        await wait_until(lambda: sum(task.done() for task in tasks) == 9 and origin.count == 5)
        assert (await http.health()).checks[0].status == "warn"
        origin.release.set()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert sum(isinstance(result, CircuitOpenError) for result in results) == 9
        with pytest.raises(CircuitOpenError):
            await http.get(origin.url)
        clock.advance(5.0)
        origin.respond(200)
        assert (await http.get(origin.url)).status == 200
        assert http.stats().origins[0].breaker == "closed"


async def test_cancelled_probe_is_replaced_by_the_next_caller(origin, clock):
    """A probe cancelled by its caller does not block the circuit."""
    origin.respond(500)

    async with AsyncHandler(now=clock, retry=None, breaker=Breaker(min_calls=4, open_for=5.0)) as http:
        for _ in range(4):
            await http.get(origin.url)
        clock.advance(5.0)
        origin.release = asyncio.Event()
        probe = asyncio.create_task(http.get(origin.url))
        await wait_until(lambda: origin.count == 5)
        probe.cancel()
        await asyncio.gather(probe, return_exceptions=True)
        origin.release.set()
        origin.respond(200)

        assert (await http.get(origin.url)).status == 200


async def test_4xx_and_cancellations_do_not_open_the_circuit(origin, clock):
    """They are no evidence about the health of the origin."""
    origin.respond(404)

    async with AsyncHandler(now=clock, retry=None, breaker=Breaker(min_calls=2)) as http:
        for _ in range(5):
            await http.get(origin.url)
        origin.release = asyncio.Event()
        for n in range(5):
            task = asyncio.create_task(http.get(origin.url))
            await wait_until(lambda n=n: origin.count == 6 + n)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        origin.release.set()

        assert (await http.get(origin.url)).status == 404


async def test_circuit_opening_between_attempts_ends_the_retries(origin, clock):
    """No further attempt is sent to an origin whose circuit has opened."""
    origin.respond(500)

    async with AsyncHandler(now=clock, retry=Retry(attempts=9), breaker=Breaker(min_calls=2)) as http:
        with pytest.raises(CircuitOpenError):
            await http.get(origin.url)

        assert origin.count == 2


def test_only_a_failed_connection_counts_as_never_sent():
    """Any other error may have reached the server."""
    refused, reset = ConnectError("no connection"), ConnectError("the connection broke")
    refused.__cause__ = aiohttp.ClientConnectorError(None, OSError())
    reset.__cause__ = ConnectionResetError()

    assert was_never_sent(refused)
    assert not was_never_sent(reset)
