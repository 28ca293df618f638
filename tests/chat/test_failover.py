"""Failover: retries, further backends, broken streams, circuit breaker, deadlines."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from asyncassist import Backend, Breaker, Price, Retry, Timeout
from asyncassist.errors import AuthenticationError, InvalidInputError, StatusError
from asyncassist.testing import FakeAnswer, FakeClock, FakeFault, FakeOpenAI
from tests.chat.conftest import BOTH_TRANSPORTS, BOTH_WIRES, LENIENT, NO_RETRY, QUICK, faults
from tests.servers import free_port

if TYPE_CHECKING:
    from tests.chat.conftest import Make

transport = BOTH_TRANSPORTS
wire = BOTH_WIRES


# Fault, and the reasons it gives: without streaming, of a stream that broke before its first token, and after it.
FAULTS = {
    "503": (FakeFault("status", 503), "status 503", "status 503", None),
    "429": (FakeFault("status", 429, retry_after=1), "rate limited", "rate limited", None),
    "408": (FakeFault("status", 408), "status 408", "status 408", None),
    "disconnect": (FakeFault("disconnect"), "disconnected", "disconnected", "disconnected"),
    "truncate": (FakeFault("truncate"), "disconnected", "truncated", "truncated"),
    "malformed": (FakeFault("malformed"), "malformed", "malformed", "malformed"),
    "stall": (FakeFault("stall"), "timeout", "stalled", "stalled"),
    "empty": (FakeAnswer(text=""), "empty answer", "empty answer", None),
}


@pytest.mark.parametrize("name", FAULTS)
async def test_a_failure_falls_back_and_is_not_cached(make: Make, server: FakeOpenAI, name: str):
    """After the last attempt the fallback answers with the reason; the next equal message asks the model."""
    fault, reason, _, _ = FAULTS[name]
    bot = await make(retry=Retry(attempts=2, base=0.1), timeout=QUICK if name == "stall" else LENIENT)
    server.script(fault, fault)

    reply = await bot.reply("hello", context={"language": "en"})
    calls = server.calls
    server.unscript()

    assert (reply.source, reply.degraded, reply.reason) == ("fallback", True, reason)
    assert reply.text
    assert reply.attempts == calls == (1 if name == "empty" else 2)
    assert bot.stats().cache.entries == 0
    next_reply = await bot.reply("hello")
    assert (next_reply.source, next_reply.degraded, next_reply.reason) == ("model", False, None)


@pytest.mark.parametrize("name", FAULTS)
async def test_a_stream_that_fails_before_its_first_token_falls_back(make: Make, server: FakeOpenAI, name: str):
    """The consumer sees one text only, complete."""
    fault, _, reason, _ = FAULTS[name]
    bot = await make(retry=Retry(attempts=2, base=0.1), timeout=QUICK if name == "stall" else LENIENT)
    server.script(fault, fault)

    async with bot.stream("hello") as stream:
        text = "".join([delta async for delta in stream])
    server.unscript()

    assert stream.reply.text == text
    assert (stream.reply.source, stream.reply.degraded, stream.reply.reason) == ("fallback", True, reason)
    assert (await bot.reply("hello")).source == "model"


@pytest.mark.parametrize("name", [name for name, row in FAULTS.items() if row[3] is not None])
async def test_a_stream_that_breaks_is_degraded(make: Make, server: FakeOpenAI, name: str):
    """After the first token there is no retry, failover or fallback: the partial text, with the reason."""
    fault, _, _, reason = FAULTS[name]
    others = [Backend("backup", base_url=server.base_url)]
    bot = await make(others=others, timeout=Timeout(total=30.0, attempt=10.0, idle=0.3 if name == "stall" else 10.0))
    server.script(FakeFault(fault.kind, after=2, text="one two three four"))  # type: ignore[union-attr]

    async with bot.stream("hello") as stream:
        deltas = [delta async for delta in stream]

    reply = stream.reply
    assert deltas == ["one", " two"]
    assert (reply.text, reply.source, reply.degraded, reply.reason) == ("one two", "model", True, reason)
    assert reply.finish_reason is None
    assert server.calls == 1
    assert (await bot.reply("hello")).source == "model"


async def test_a_retried_answer_is_not_degraded(make: Make, server: FakeOpenAI):
    """The reply is the model's answer; `attempts` and the statistics count the retries."""
    bot = await make()
    server.script(*faults(2), "fine")

    reply = await bot.reply("hello")

    assert (reply.text, reply.source, reply.degraded, reply.attempts) == ("fine", "model", False, 3)
    assert bot.stats().retries == 2
    assert bot.stats().failures == 2


@pytest.mark.parametrize(("header", "waited"), [("7", 7.0), (7.5, 7.5)])
async def test_retry_after_is_obeyed(make: Make, server: FakeOpenAI, clock: FakeClock, header: Any, waited: float):
    """The next attempt waits as long as the server demands, in whole seconds or fractions."""
    bot = await make(timeout=Timeout(total=60.0, attempt=None))
    server.script(FakeFault("status", 429, retry_after=header), "fine")
    started = clock()

    reply = await bot.reply("hello")

    assert reply.text == "fine"
    assert waited <= clock() - started < waited + 1.0


async def test_a_retry_after_longer_than_the_deadline_is_not_waited_for(
    make: Make, server: FakeOpenAI, clock: FakeClock
):
    """The reply falls back at once instead."""
    bot = await make(timeout=Timeout(total=8.0, attempt=None))
    server.script(FakeFault("status", 429, retry_after=10))
    started = clock()

    reply = await bot.reply("hello")

    assert (reply.reason, reply.attempts) == ("rate limited", 1)
    assert clock() == started


async def test_an_exhausted_quota_is_not_retried(make: Make, server: FakeOpenAI):
    """Waiting does not restore the quota."""
    bot = await make()
    server.script(*faults(3, status=429, code="insufficient_quota"))

    reply = await bot.reply("hello")

    assert (reply.reason, server.calls) == ("quota spent", 1)


@pytest.mark.parametrize(("status", "error"), [(401, AuthenticationError), (403, AuthenticationError)])
async def test_refused_credentials_raise(make: Make, server: FakeOpenAI, status: int, error: type):
    """Statuses 401 and 403 raise AuthenticationError after one attempt."""
    bot = await make()
    server.script(FakeFault("status", status))

    with pytest.raises(error) as caught:
        await bot.reply("hello")
    assert (caught.value.status, caught.value.attempts) == (status, 1)
    assert server.calls == 1
    assert (await bot.messages("none")) == []


@pytest.mark.parametrize("status", [400, 404, 422])
async def test_a_refused_request_raises_in_streams_too(make: Make, server: FakeOpenAI, status: int):
    """A wrong model name or parameter raises StatusError instead of falling back."""
    bot = await make()
    server.script(FakeFault("status", status, code="model_not_found"))

    with pytest.raises(StatusError, match="model_not_found") as caught:
        async with bot.stream("hello") as stream:
            async for _ in stream:
                pass
    assert caught.value.status == status
    with pytest.raises(StatusError):
        _ = stream.reply


async def test_another_backend_answers(make: Make, server: FakeOpenAI):
    """The second backend's answer is a model's answer with that backend's model; it is cached under that backend."""
    async with FakeOpenAI(answer="from the second") as second:
        bot = await make(others=[Backend("backup", base_url=second.base_url)], retry=NO_RETRY)
        server.script(*faults(1))

        reply = await bot.reply("hello")

        assert (reply.text, reply.source, reply.model, reply.degraded) == ("from the second", "model", "backup", False)
        assert reply.attempts == 2
        # cached under the second backend: the first, available again, is called
        assert (await bot.reply("hello")).model == "m"
        # when the first fails again, the cached answer of the second needs no call
        await bot.clear_cache()
        server.script(*faults(2))
        await bot.reply("hello")
        cached = await bot.reply("hello")
        assert (cached.source, cached.model, second.calls) == ("cache", "backup", 2)


async def test_a_backend_that_hangs_leaves_time_for_the_next(make: Make, server: FakeOpenAI):
    """Without a timeout for one attempt, each backend has its share of the total."""
    server.script(FakeFault("stall"))
    async with FakeOpenAI(answer="in time") as second:
        bot = await make(others=[Backend("backup", base_url=second.base_url)], timeout=Timeout(total=0.8, attempt=None))

        reply = await bot.reply("hello")

    assert (reply.text, reply.model) == ("in time", "backup")


async def test_a_misconfigured_second_backend_does_not_hide_the_first_reason(make: Make, server: FakeOpenAI):
    """The reply's reason is the failure of the first backend."""
    async with FakeOpenAI(api_key="other") as second:
        bot = await make(others=[Backend("backup", "wrong", second.base_url)], retry=NO_RETRY)
        server.script(*faults(1))

        reply = await bot.reply("hello")

    assert (reply.source, reply.reason) == ("fallback", "status 503")


async def test_an_open_circuit_sends_no_calls(make: Make, server: FakeOpenAI, clock: FakeClock):
    """After enough failures no call is sent until the probe, which closes the circuit."""
    bot = await make(retry=NO_RETRY, breaker=Breaker(min_calls=3, open_for=5.0))
    server.script(*faults(3))
    for _ in range(3):
        await bot.reply("hello")

    reply = await bot.reply("hello")

    assert (reply.reason, reply.attempts, server.calls) == ("circuit open", 0, 3)
    clock.advance(5.0)
    assert (await bot.reply("hello")).source == "model"


async def test_a_refused_request_does_not_open_the_circuit(make: Make, server: FakeOpenAI):
    """Status 404 is no outage."""
    bot = await make(breaker=Breaker(min_calls=1))
    server.script(FakeFault("status", 404))
    with pytest.raises(StatusError):
        await bot.reply("hello")

    assert (await bot.reply("hello")).source == "model"


async def test_an_unreachable_server_falls_back(make: Make):
    """A refused connection is the reason "no connection"."""
    bot = await make(base_url=f"http://127.0.0.1:{free_port()}/v1", retry=NO_RETRY)

    reply = await bot.reply("hello")

    assert (reply.source, reply.reason) == ("fallback", "no connection")


async def test_a_stale_answer_of_another_backend_is_served_only_in_an_outage(
    make: Make, server: FakeOpenAI, clock: FakeClock
):
    """Not while that backend answers; marked as stale and with that backend's model when none does."""
    async with FakeOpenAI(answer="second") as second:
        bot = await make(others=[Backend("backup", base_url=second.base_url)], retry=NO_RETRY, ttl=60.0)
        server.script(*faults(3))
        await bot.reply("hello")
        clock.advance(60.0)

        assert (await bot.reply("hello")).source == "model"
        assert second.calls == 2
        clock.advance(60.0)
        second.script(*faults(1))
        reply = await bot.reply("hello")

    assert (reply.text, reply.source, reply.model, reply.reason) == ("second", "stale", "backup", "status 503")


async def test_a_backend_without_remaining_time_is_not_called(make: Make, server: FakeOpenAI):
    """A first backend that uses up the total leaves none for the second."""
    async with FakeOpenAI() as second:
        bot = await make(
            others=[Backend("backup", base_url=second.base_url)],
            retry=None,
            breaker=None,
            timeout=Timeout(total=0.000001, attempt=None),
        )
        reply = await bot.reply("hello")

    assert (reply.source, reply.reason, second.calls) == ("fallback", "timeout", 0)


async def test_a_call_may_override_the_total_timeout(make: Make, server: FakeOpenAI):
    """`timeout` applies to this call alone and is not sent to the server."""
    bot = await make(timeout=Timeout(total=30.0, attempt=None))
    server.script(FakeFault("stall"))

    reply = await bot.reply("hello", timeout=0.2)

    assert (reply.source, reply.reason) == ("fallback", "timeout")
    assert "timeout" not in server.requests[0].body


async def test_a_call_may_ask_for_another_model(make: Make, server: FakeOpenAI):
    """Of the same server: it is sent, part of the cache key, and has its own price."""
    prices = {"large": Price(prompt=Decimal(1_000_000), completion=Decimal(0))}
    bot = await make(prices=prices)

    replies = [await bot.reply("hello", model=model) for model in ("large", None, "large", "m")]

    assert [reply.model for reply in replies] == ["large", "m", "large", "m"]
    assert [reply.source for reply in replies] == ["model", "model", "cache", "cache"]
    assert [request.body["model"] for request in server.requests] == ["large", "m"]
    assert replies[0].usage is not None
    assert replies[0].usage.cost == Decimal(replies[0].usage.prompt_tokens)


async def test_the_model_of_a_backend_is_asked_there(make: Make, server: FakeOpenAI):
    """A model that another backend is configured with is that backend's; the rest stay behind it for failover."""
    async with FakeOpenAI() as second:
        bot = await make(others=[Backend("other", base_url=second.base_url)], retry=Retry(attempts=1))
        first = await bot.reply("hello", model="other")
        second.script(FakeFault("status"))
        failed_over = await bot.reply("more", model="other")

        assert (first.model, failed_over.model) == ("other", "m")
        assert second.calls == 2
        assert server.calls == 1


async def test_a_refused_model_of_a_call_is_no_fault_of_the_chatbot(make: Make, server: FakeOpenAI):
    """It raises for the call, and health passes."""
    bot = await make()
    server.script(FakeFault("status", status=404))
    with pytest.raises(StatusError):
        await bot.reply("hello", model="unknown")
    assert (await bot.health()).status == "pass"
    for number in range(120):
        await bot.reply("hello", model=f"m{number}")


@pytest.mark.parametrize("model", ["", " ", 7, "x" * 300, "\ud800"])
async def test_the_model_of_a_call_is_checked(make: Make, model: Any):
    """Nothing is sent, and the error names the argument."""
    bot = await make()
    with pytest.raises(InvalidInputError) as caught:
        await bot.reply("hello", model=model)
    assert caught.value.field == "model"
