"""Quotas of requests and tokens that a model server announces are kept, by model and by all workers."""

from __future__ import annotations

import asyncio
import json
import uuid
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web

from asyncassist import Backend, CachedChatbot
from asyncassist._chat.fallback import default_fallback
from asyncassist._chat.transports.pacing import cost_of
from asyncassist.errors import ChatUnavailableError, RateLimitedError
from asyncassist.testing import FakeClock, FakeOpenAI
from tests.chat.transports.test_http import CHUNK, COMPLETION, serving

if TYPE_CHECKING:
    from aiohttp.test_utils import TestServer


class Announcing:
    """Model server with quotas that refill, as OpenAI announces them; counts what it is asked by model."""

    def __init__(self, *, requests: int = 1000, tokens: int = 100_000, reset: str = "60s", status: int = 200) -> None:
        self.limit = self.requests = requests
        self.tokens, self.reset, self.status = tokens, reset, status
        self.asked: list[str] = []

    async def answer(self, request: web.Request) -> web.Response:
        if request.method == "GET":  # the list of models, which the health asks for
            return web.json_response({"data": []})
        body = await request.json()
        self.asked.append(body["model"])
        self.requests -= 1
        self.tokens -= 500
        headers = {
            "x-ratelimit-limit-requests": str(self.limit),
            "x-ratelimit-remaining-requests": str(self.requests),
            "x-ratelimit-reset-requests": self.reset,
            "x-ratelimit-limit-tokens": "100000",
            "x-ratelimit-remaining-tokens": str(self.tokens),
            "x-ratelimit-reset-tokens": self.reset,
        }
        if body.get("stream"):
            events = f"data: {json.dumps(CHUNK)}\n\ndata: [DONE]\n\n"
            return web.Response(text=events, headers={**headers, "Content-Type": "text/event-stream"})
        return web.json_response(COMPLETION, headers=headers, status=self.status)


def chatbot(server: TestServer, **options: Any) -> CachedChatbot:
    """A chatbot without retries and without a fallback, so that what was not sent is an error."""
    given = {"model": "m", "api_key": "k", "base_url": str(server.make_url("/v1")), "retry": None, "fallback": None}
    return CachedChatbot(**{**given, **options})


async def test_used_up_tokens_hold_the_next_call_back_until_they_are_there():
    """A call waits for its own tokens within its timeout; they come back one by one."""
    api, clock = Announcing(tokens=700), FakeClock()
    async with serving(api.answer) as server, chatbot(server, now=clock) as bot:
        await bot.reply("first")  # 200 tokens are left, and 99 800 come back in 60 s
        begun = clock()
        reply = await bot.reply("x" * 3500)

        assert reply.source == "model"
        assert 0.3 <= clock() - begun <= 2.0


async def test_statistics_and_health_show_the_quotas():
    """What is left for each model, the calls that wait and when the next one may be sent; nothing before the first."""
    api, clock = Announcing(requests=2, tokens=700), FakeClock(auto=False)
    async with serving(api.answer) as server, chatbot(server, now=clock) as bot:
        assert bot.stats().quotas == ()
        await bot.reply("first")
        (left,) = bot.stats().quotas
        assert (left.model, left.requests_remaining, left.tokens_remaining) == ("m", 1.0, 200.0)
        assert (left.waiting, left.next_in, left.delayed, left.refused) == (0, 0.0, 0, 0)

        waiting = asyncio.ensure_future(bot.reply("x" * 3500))
        while not bot.stats().quotas[0].waiting:
            await asyncio.sleep(0.001)
        (quota,) = bot.stats().quotas
        note = (await bot.health()).checks[0].note
        waiting.cancel()
        await asyncio.wait([waiting])

    assert 0.3 <= quota.next_in <= 1.0
    assert note == f"1 calls wait for the quota of m, {quota.next_in:.0f} s"


async def test_what_cannot_be_sent_in_time_goes_to_the_next_backend():
    """It is not sent to the first one; without another, the error says why."""
    api, clock = Announcing(requests=1, reset="1h"), FakeClock()
    async with serving(api.answer) as server, FakeOpenAI() as second:
        other = Backend("second", api_key="k", base_url=second.base_url)
        async with chatbot(server, now=clock, others=[other]) as bot:
            await bot.reply("first")
            assert (await bot.reply("next")).model == "second"
        async with chatbot(server, now=clock) as bot:
            api.requests = 1
            await bot.reply("first")
            with pytest.raises(ChatUnavailableError) as caught:
                await bot.reply("next")
            assert isinstance(caught.value.__cause__, RateLimitedError)
            assert 3590.0 < (caught.value.__cause__.retry_after or 0.0) <= 3600.0
        assert len(api.asked) == 2


async def test_streams_are_paced_too():
    """Their quota is known as soon as the head of the response has arrived."""
    api, clock = Announcing(requests=1, reset="1h"), FakeClock()
    async with serving(api.answer) as server, chatbot(server, now=clock, fallback=default_fallback) as bot:
        for message in ("first", "next"):
            async with bot.stream(message) as stream:
                assert [delta async for delta in stream]
        assert len(api.asked) == 1
        assert (stream.reply.source, stream.reply.reason) == ("fallback", "rate limited")


async def test_models_of_one_server_have_quotas_of_their_own():
    """Used up for one, another one is still asked."""
    api, clock = Announcing(requests=1, reset="1h"), FakeClock()
    async with serving(api.answer) as server, chatbot(server, now=clock) as bot:
        await bot.reply("first")
        await bot.reply("next", model="other")

        assert api.asked == ["m", "other"]


async def test_workers_share_the_quota_through_redis(redis_url: str):
    """What one learned holds the other back, without a request."""
    api = Announcing(requests=1, reset="1h")
    async with serving(api.answer) as server:
        options: dict[str, Any] = {"redis": redis_url, "api_key": uuid.uuid4().hex}
        async with chatbot(server, **options) as one, chatbot(server, **options) as two:
            await one.reply("first")
            with pytest.raises(ChatUnavailableError):
                await two.reply("next")
            names = {check.name: check.status for check in (await two.health()).checks}

    assert api.asked == ["m"]
    assert names["quotas"] == "pass"


async def test_call_that_was_not_sent_is_no_probe_of_the_circuit():
    """A quota says nothing about the health of the server; the next call may probe it."""
    api, clock = Announcing(requests=1, reset="1h", status=500), FakeClock()
    async with serving(api.answer) as server, chatbot(server, now=clock) as bot:
        for _ in range(3):
            with pytest.raises(ChatUnavailableError):
                await bot.reply("again")

        assert len(api.asked) == 1
        health = await bot.health()
        assert "circuit" not in health.checks[0].note


def test_many_models_are_bounded():
    """Names of models may come from users."""

    async def main() -> int:
        api = Announcing()
        async with serving(api.answer) as server, chatbot(server) as bot:
            for number in range(70):
                await bot.reply(f"{number}", model=f"m{number}")
        return len(api.asked)

    assert asyncio.run(main()) == 70


@pytest.mark.parametrize(
    ("body", "data", "tokens"),
    [
        ({}, b"x" * 400, 100.0),
        ({"max_tokens": 50}, b"x" * 400, 150.0),
        ({"max_output_tokens": 7, "max_completion_tokens": None}, b"", 7.0),
        ({"max_tokens": "many"}, b"", 0.0),
        ({}, b"text " * 10 + b'"' + b"A" * 100_000 + b'"', 13.0),
    ],
)
def test_cost_is_estimated_from_the_text_and_the_longest_answer(body: dict[str, Any], data: bytes, tokens: float):
    """Images and files are no text."""
    assert cost_of(body, data) == {"requests": 1.0, "tokens": tokens}
