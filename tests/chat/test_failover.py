"""Whatever breaks upstream: the user gets an answer that says what it is, and nothing broken is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import openai
import pytest

from asyncassist import Backend, Breaker, CachedChatbot, Retry, Timeout
from asyncassist.errors import AuthenticationError, ChatUnavailableError, StatusError, UpstreamError
from asyncassist.testing import FakeAnswer, FakeClock, FakeFault, FakeOpenAI
from tests.chat.conftest import PATIENT, QUICK
from tests.servers import free_port

if TYPE_CHECKING:
    from asyncassist._chat import Question
    from tests.chat.conftest import Make

ONCE = Retry(attempts=1)


def fails(count: int, *, kind: Any = "status", **facts: Any) -> list[FakeFault]:
    return [FakeFault(kind, **facts)] * count


# fault → reason of the reply without a stream, of a stream that broke before its first piece, and after it
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
async def test_a_fault_gives_a_fallback_and_keeps_nothing(make: Make, server: FakeOpenAI, name: str):
    """All attempts fail: the contextual fallback answers, says why, and the next question is asked anew."""
    fault, reason, _, _ = FAULTS[name]
    bot = await make(retry=Retry(attempts=2, base=0.1), timeout=QUICK if name == "stall" else PATIENT)
    server.script(fault, fault)

    reply = await bot.reply("hello", context={"language": "en"})
    asked = server.calls
    server.unscript()

    assert (reply.source, reply.degraded, reply.reason) == ("fallback", True, reason)
    assert reply.text
    assert reply.attempts == asked == (1 if name == "empty" else 2)
    assert bot.stats().cache.entries == 0
    healed = await bot.reply("hello")
    assert (healed.source, healed.degraded, healed.reason) == ("model", False, None)


@pytest.mark.parametrize("name", FAULTS)
async def test_a_stream_that_fails_before_its_first_piece_falls_back(make: Make, server: FakeOpenAI, name: str):
    """The listener sees one text only, whole."""
    fault, _, reason, _ = FAULTS[name]
    bot = await make(retry=Retry(attempts=2, base=0.1), timeout=QUICK if name == "stall" else PATIENT)
    server.script(fault, fault)

    async with bot.stream("hello") as stream:
        text = "".join([piece async for piece in stream])
    server.unscript()

    assert stream.reply.text == text
    assert (stream.reply.source, stream.reply.degraded, stream.reply.reason) == ("fallback", True, reason)
    assert (await bot.reply("hello")).source == "model"


@pytest.mark.parametrize("name", [name for name, row in FAULTS.items() if row[3] is not None])
async def test_a_stream_that_breaks_ends_marked(make: Make, server: FakeOpenAI, name: str):
    """After the first piece nothing is tried again and nothing is put in its place: the partial text, and why."""
    fault, _, _, reason = FAULTS[name]
    others = [Backend("backup", base_url=server.base_url)]
    bot = await make(others=others, timeout=Timeout(total=30.0, attempt=10.0, idle=0.3 if name == "stall" else 10.0))
    server.script(FakeFault(fault.kind, after=2, text="one two three four"))  # type: ignore[union-attr]

    async with bot.stream("hello") as stream:
        pieces = [piece async for piece in stream]

    reply = stream.reply
    assert pieces == ["one", " two"]
    assert (reply.text, reply.source, reply.degraded, reply.reason) == ("one two", "model", True, reason)
    assert reply.finish_reason is None
    assert server.calls == 1
    assert (await bot.reply("hello")).source == "model"


async def test_a_stream_with_an_error_inside_is_marked(make: Make, server: FakeOpenAI):
    """Some servers send an error where a piece should be."""
    bot = await make()
    server.script(FakeFault("error", after=1))

    async with bot.stream("hello") as stream:
        assert len([piece async for piece in stream]) == 1
    assert (stream.reply.degraded, stream.reply.reason) == (True, "error in the stream")


async def test_a_stream_that_drips_ends_at_the_deadline(make: Make, server: FakeOpenAI):
    """Pieces keep coming, the time for everything is over."""
    bot = await make(timeout=Timeout(total=1.0, attempt=None, idle=0.9))
    server.script(FakeAnswer(text=" ".join("x" * 300), pace=0.02))

    async with bot.stream("hello") as stream:
        pieces = [piece async for piece in stream]

    assert 1 < len(pieces) < 300
    assert (stream.reply.degraded, stream.reply.reason) == (True, "deadline")


async def test_a_retry_heals_unseen(make: Make, server: FakeOpenAI):
    """The user gets the model's answer, not degraded; `attempts` tells."""
    bot = await make()
    server.script(*fails(2), "fine")

    reply = await bot.reply("hello")

    assert (reply.text, reply.source, reply.degraded, reply.attempts) == ("fine", "model", False, 3)
    assert bot.stats().retries == 2
    assert bot.stats().failures == 2


async def test_the_sdk_does_not_retry_on_its_own(make: Make, server: FakeOpenAI):
    bot = await make(retry=None)
    server.script(*fails(5))

    await bot.reply("hello")

    assert server.calls == 1


@pytest.mark.parametrize(("header", "waited"), [("7", 7.0), (7.5, 7.5)])
async def test_retry_after_is_obeyed(make: Make, server: FakeOpenAI, clock: FakeClock, header: Any, waited: float):
    bot = await make(timeout=Timeout(total=60.0, attempt=None))
    server.script(FakeFault("status", 429, retry_after=header), "fine")
    started = clock()

    reply = await bot.reply("hello")

    assert reply.text == "fine"
    assert waited <= clock() - started < waited + 1.0


async def test_a_retry_after_longer_than_the_deadline_is_not_waited_for(
    make: Make, server: FakeOpenAI, clock: FakeClock
):
    bot = await make(timeout=Timeout(total=8.0, attempt=None))
    server.script(FakeFault("status", 429, retry_after=10))
    started = clock()

    reply = await bot.reply("hello")

    assert (reply.reason, reply.attempts) == ("rate limited", 1)
    assert clock() == started


async def test_a_spent_quota_is_not_asked_again(make: Make, server: FakeOpenAI):
    """Waiting does not fill it."""
    bot = await make()
    server.script(*fails(3, status=429, code="insufficient_quota"))

    reply = await bot.reply("hello")

    assert (reply.reason, server.calls) == ("quota spent", 1)


@pytest.mark.parametrize(("status", "error"), [(401, AuthenticationError), (403, AuthenticationError)])
async def test_refused_credentials_raise(make: Make, server: FakeOpenAI, status: int, error: type):
    bot = await make()
    server.script(FakeFault("status", status))

    with pytest.raises(error) as caught:
        await bot.reply("hello")
    assert (caught.value.status, caught.value.attempts) == (status, 1)
    assert server.calls == 1
    assert (await bot.messages("none")) == []


@pytest.mark.parametrize("status", [400, 404, 422])
async def test_a_refused_request_raises_in_streams_too(make: Make, server: FakeOpenAI, status: int):
    """A mistake in the model's name or in a parameter is told, not covered."""
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
    """The first fails for good: the second's answer is a model's answer, with the second's name."""
    async with FakeOpenAI(answer="from the second") as second:
        bot = await make(others=[Backend("backup", base_url=second.base_url)], retry=ONCE)
        server.script(*fails(1))

        reply = await bot.reply("hello")

        assert (reply.text, reply.source, reply.model, reply.degraded) == ("from the second", "model", "backup", False)
        assert reply.attempts == 2
        # kept as the second's answer: the first, well again, is asked
        assert (await bot.reply("hello")).model == "m"
        # and when the first fails again it is there without a call
        await bot.clear_cache()
        server.script(*fails(2))
        await bot.reply("hello")
        kept = await bot.reply("hello")
        assert (kept.source, kept.model, second.calls) == ("cache", "backup", 2)


async def test_a_backend_that_hangs_leaves_time_for_the_next(make: Make, server: FakeOpenAI):
    """Without a limit for one attempt, each backend has its share of the time."""
    server.script(FakeFault("stall"))
    async with FakeOpenAI(answer="in time") as second:
        bot = await make(others=[Backend("backup", base_url=second.base_url)], timeout=Timeout(total=0.8, attempt=None))

        reply = await bot.reply("hello")

    assert (reply.text, reply.model) == ("in time", "backup")


async def test_a_second_backend_that_is_set_up_wrong_does_not_hide_the_first_reason(make: Make, server: FakeOpenAI):
    async with FakeOpenAI(api_key="other") as second:
        bot = await make(others=[Backend("backup", "wrong", second.base_url)], retry=ONCE)
        server.script(*fails(1))

        reply = await bot.reply("hello")

    assert (reply.source, reply.reason) == ("fallback", "status 503")


async def test_a_kept_answer_past_its_time_stands_in(make: Make, server: FakeOpenAI, clock: FakeClock):
    bot = await make(ttl=60.0, stale_for=600.0, retry=ONCE)
    server.script("kept")
    await bot.reply("hello")
    clock.advance(100.0)
    server.script(*fails(2))

    reply = await bot.reply("hello")
    async with bot.stream("hello") as stream:
        text = "".join([piece async for piece in stream])

    assert (reply.text, reply.source, reply.degraded, reply.reason) == ("kept", "stale", True, "status 503")
    assert (reply.age, reply.attempts) == (100.0, 1)
    assert (text, stream.reply.source) == ("kept", "stale")
    assert bot.stats().stale == bot.stats().cache.stale == 2
    clock.advance(560.0)
    server.script(*fails(1))
    assert (await bot.reply("hello")).source == "fallback"


async def test_the_breaker_stops_asking(make: Make, server: FakeOpenAI, clock: FakeClock):
    """After enough failures nobody is asked until it is time for a probe; then it heals."""
    bot = await make(retry=ONCE, breaker=Breaker(min_calls=3, open_for=5.0))
    server.script(*fails(3))
    for _ in range(3):
        await bot.reply("hello")

    reply = await bot.reply("hello")

    assert (reply.reason, reply.attempts, server.calls) == ("circuit open", 0, 3)
    clock.advance(5.0)
    assert (await bot.reply("hello")).source == "model"


async def test_a_client_error_does_not_open_the_breaker(make: Make, server: FakeOpenAI):
    bot = await make(breaker=Breaker(min_calls=1))
    server.script(FakeFault("status", 404))
    with pytest.raises(StatusError):
        await bot.reply("hello")

    assert (await bot.reply("hello")).source == "model"


async def test_a_cancelled_probe_gives_its_place_back(make: Make, server: FakeOpenAI, clock: FakeClock):
    import asyncio

    bot = await make(retry=ONCE, breaker=Breaker(min_calls=1, open_for=5.0))
    server.script(*fails(1), FakeFault("stall"))
    await bot.reply("hello")
    clock.advance(5.0)
    probe = asyncio.ensure_future(bot.reply("hello"))
    await server.wait(lambda it: it.calls == 2)
    probe.cancel()
    await asyncio.wait([probe])

    assert (await bot.reply("hello")).source == "model"


async def test_nobody_listens(make: Make):
    bot = await make(base_url=f"http://127.0.0.1:{free_port()}/v1", retry=ONCE)

    reply = await bot.reply("hello")

    assert (reply.source, reply.reason) == ("fallback", "no connection")


async def test_a_body_that_is_no_completion_is_malformed(make: Make):
    """JSON, but not a chat completion."""
    from aiohttp import web
    from aiohttp.test_utils import TestServer

    bodies = iter(["{}", '{"choices": []}', '{"choices": [{"message": {"content": 7}}]}', '"text"', "[]", "null"])

    async def answer(request: web.Request) -> web.Response:
        return web.Response(text=next(bodies), content_type="application/json")

    app = web.Application()
    app.router.add_post("/v1/chat/completions", answer)
    async with TestServer(app) as odd:
        bot = await make(base_url=str(odd.make_url("/v1")), retry=ONCE, breaker=None)
        for _ in range(6):
            reply = await bot.reply("hello")
            assert (reply.source, reply.reason) == ("fallback", "malformed")


async def test_without_a_fallback_it_raises(make: Make, server: FakeOpenAI):
    bot = await make(fallback=None, retry=ONCE)
    server.script(*fails(2))

    with pytest.raises(ChatUnavailableError) as caught:
        await bot.reply("hello")
    assert caught.value.reason == "status 503"
    assert isinstance(caught.value.__cause__, StatusError)
    with pytest.raises(ChatUnavailableError):
        async with bot.stream("hello") as stream:
            async for _ in stream:
                pass


async def test_a_fallback_of_the_team_is_asked(make: Make, server: FakeOpenAI):
    """It gets everything that is known, and its text is the reply."""
    questions: list[Question] = []

    async def ours(question: Question) -> str | None:
        questions.append(question)
        return "call us" if len(questions) == 1 else None

    bot = await make(fallback=ours, retry=ONCE)
    server.script("hi")
    await bot.reply("hello", conversation_id="c", user="ann")
    server.script(*fails(2))

    reply = await bot.reply("e agora?", conversation_id="c", user="ann", context={"language": "pt", "slots": {"a": 1}})

    assert (reply.text, reply.source, reply.degraded) == ("call us", "fallback", True)
    asked = questions[0]
    assert (asked.message, asked.language, asked.reason) == ("e agora?", "pt", "status 503")
    assert (asked.user, asked.conversation_id, asked.context["slots"]) == ("ann", "c", {"a": 1})
    assert [message.content for message in asked.history] == ["hello", "hi"]
    with pytest.raises(ChatUnavailableError):
        await bot.reply("hello again")


async def test_a_fallback_that_fails_is_covered(make: Make, server: FakeOpenAI, caplog: pytest.LogCaptureFixture):
    """The built-in one answers, and the log says so once, without the text."""

    async def broken(question: Question) -> str | None:
        raise RuntimeError(question.message)

    bot = await make(fallback=broken, retry=ONCE)
    server.script(*fails(1))

    reply = await bot.reply("my secret")

    assert (reply.source, bool(reply.text)) == ("fallback", True)
    assert "RuntimeError" in caplog.text
    assert "my secret" not in caplog.text


async def test_degraded_is_said_once_in_the_log(make: Make, server: FakeOpenAI, caplog: pytest.LogCaptureFixture):
    bot = await make(retry=ONCE)
    server.script(*fails(2))
    await bot.reply("a")
    await bot.reply("b")
    await bot.reply("c")

    lines = [record.getMessage() for record in caplog.records if record.name == "asyncassist"]
    assert lines == ["the chatbot is degraded: status 503 (StatusError)", "the chatbot works again"]


async def test_an_offline_chatbot_says_so():
    """With nothing to ask, every reply is the fallback's, and health passes with a note."""
    async with CachedChatbot(model="m") as bot:
        reply = await bot.reply("hello")
        health = await bot.health()

    assert (reply.source, reply.degraded, reply.reason) == ("fallback", True, "no model configured")
    assert (health.status, health.note) == ("pass", "no model configured")


async def test_a_client_of_yours_is_used_and_stays_open(make: Make, server: FakeOpenAI):
    """Its own retries are switched off for our calls only."""
    client = openai.AsyncOpenAI(api_key="mine", base_url=server.base_url, max_retries=2)
    bot = await make(client=client, retry=ONCE)
    server.script(*fails(1))

    assert (await bot.reply("hello")).source == "fallback"
    assert server.calls == 1
    await bot.aclose()
    assert not client.is_closed()
    assert (await client.models.list()).data[0].id == "fake-model"
    assert server.requests[0].headers["authorization"] == "Bearer mine"
    await client.close()


async def test_a_wrapped_client_is_asked_by_its_create(make: Make, server: FakeOpenAI):
    """Tracing tools put a function around it; unknown parameters still reach the body, streams still stream."""
    asked: list[dict[str, Any]] = []
    async with openai.AsyncOpenAI(api_key="mine", base_url=server.base_url, max_retries=0) as client:
        bot = await make(client=client)
        completions = client.chat.completions
        inner = completions.create

        async def traced(*args: Any, **kwargs: Any) -> Any:
            asked.append(kwargs)
            return await inner(*args, **kwargs)

        completions.create = traced
        await bot.reply("hello", temperature=0.5, vendor_mode="fast", extra_headers={"X-A": "b"})
        async with bot.stream("more", vendor_mode="slow", stream_options={"include_usage": False}) as stream:
            assert len([piece async for piece in stream]) == 3

    assert [sorted(call) for call in asked] == [
        ["extra_body", "extra_headers", "messages", "model", "temperature"],
        ["extra_body", "messages", "model", "stream", "stream_options"],
    ]
    assert [request.body["vendor_mode"] for request in server.requests] == ["fast", "slow"]
    assert server.requests[0].headers["x-a"] == "b"
    assert stream.reply.usage is None


async def test_a_client_of_yours_that_you_closed_is_told(make: Make, server: FakeOpenAI):
    """An error of ours, not one of the SDK's transport."""
    client = openai.AsyncOpenAI(api_key="mine", base_url=server.base_url)
    bot = await make(client=client)
    await client.close()

    with pytest.raises(UpstreamError, match="set up"):
        await bot.reply("hello")


async def test_a_mistake_in_a_client_of_yours_is_seen(make: Make):
    """What is no fault of a server is not covered up."""

    class Completions:
        async def create(self, **request: Any) -> Any:
            raise ZeroDivisionError

    class Broken:
        chat = type("Chat", (), {"completions": Completions()})()
        models = type("Models", (), {"list": Completions().create})()

    bot = await make(client=Broken(), history=None)

    with pytest.raises(ZeroDivisionError):
        await bot.reply("hello")
    with pytest.raises(ZeroDivisionError):
        await bot.health()


async def test_a_server_without_credentials_needs_no_key(server: FakeOpenAI, clock: FakeClock):
    async with CachedChatbot(model="m", base_url=server.base_url, now=clock) as bot:
        assert (await bot.reply("hello")).source == "model"


async def test_the_environment_is_not_read(make: Make, server: FakeOpenAI, monkeypatch: pytest.MonkeyPatch):
    """What the SDK would take from the environment does not follow a request to another server."""
    monkeypatch.setenv("OPENAI_API_KEY", "from-env")
    monkeypatch.setenv("OPENAI_ORG_ID", "org-env")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "project-env")
    bot = await make(api_key="given")

    await bot.reply("hello")

    headers = server.requests[0].headers
    assert headers["authorization"] == "Bearer given"
    assert not {"openai-organization", "openai-project"} & set(headers)


async def test_bypass_takes_no_stand_in(make: Make, server: FakeOpenAI, clock: FakeClock):
    """Who wants nothing from the cache gets nothing from it."""
    bot = await make(retry=ONCE)
    await bot.reply("hello")
    server.script(*fails(1))

    assert (await bot.reply("hello", cache="bypass")).source == "fallback"


async def test_a_stale_answer_of_another_backend_comes_after_the_live_ones(
    make: Make, server: FakeOpenAI, clock: FakeClock
):
    """Past its time it is no answer while that backend answers, and one when nobody does."""
    async with FakeOpenAI(answer="second") as second:
        bot = await make(others=[Backend("backup", base_url=second.base_url)], retry=ONCE, ttl=60.0)
        server.script(*fails(3))
        await bot.reply("hello")
        clock.advance(60.0)

        assert (await bot.reply("hello")).source == "model"
        assert second.calls == 2
        clock.advance(60.0)
        second.script(*fails(1))
        reply = await bot.reply("hello")

    assert (reply.text, reply.source, reply.model, reply.reason) == ("second", "stale", "backup", "status 503")


async def test_a_backend_without_time_left_is_not_asked(make: Make, server: FakeOpenAI):
    """A first backend that takes its attempt's time, twice, leaves none."""
    async with FakeOpenAI() as second:
        bot = await make(
            others=[Backend("backup", base_url=second.base_url)],
            retry=None,
            breaker=None,
            timeout=Timeout(total=0.000001, attempt=None),
        )
        reply = await bot.reply("hello")

    assert (reply.source, reply.reason, second.calls) == ("fallback", "timeout", 0)


async def test_it_works_without_a_breaker(make: Make, server: FakeOpenAI):
    bot = await make(retry=None, breaker=None, timeout=Timeout(total=30.0, attempt=10.0, idle=0.3))
    server.script(FakeFault("stall", after=1), FakeFault("status"))
    async with bot.stream("hello") as stream:
        assert len([piece async for piece in stream]) == 1

    assert stream.reply.reason == "stalled"
    assert (await bot.reply("hello")).reason == "status 503"
    assert (await bot.reply("hello")).source == "model"


async def test_without_any_time_limit_it_waits(make: Make, server: FakeOpenAI):
    bot = await make(timeout=Timeout(total=None, attempt=None, connect=None, idle=None))
    server.script(FakeAnswer(text="a b", delay=0.05, pace=0.02), FakeAnswer(text="c", delay=0.05))
    async with bot.stream("hello") as stream:
        assert [piece async for piece in stream] == ["a", " b"]

    assert (await bot.reply("other")).text == "c"


async def test_a_mistake_while_cancelled_without_a_breaker(make: Make, server: FakeOpenAI):
    """Cancellation passes through as it is."""
    import asyncio

    bot = await make(breaker=None)
    server.script(FakeFault("stall"))
    waiting = asyncio.ensure_future(bot.reply("hello", cache="bypass"))
    await server.wait(lambda it: it.calls == 1)
    waiting.cancel()

    with pytest.raises(asyncio.CancelledError):
        await waiting
    await server.wait(lambda it: it.left == 1, within=1.0)


async def test_a_call_may_have_its_own_deadline(make: Make, server: FakeOpenAI):
    """Shorter than the chatbot's, for this call alone; the server does not hear of it."""
    bot = await make(timeout=Timeout(total=30.0, attempt=None))
    server.script(FakeFault("stall"))

    reply = await bot.reply("hello", timeout=0.2)

    assert (reply.source, reply.reason) == ("fallback", "timeout")
    assert "timeout" not in server.requests[0].body
