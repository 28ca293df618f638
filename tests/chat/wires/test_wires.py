"""The choice of the wire, and what a chatbot promises on both of them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import openai
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from asyncassist import Backend, CachedChatbot, Retry
from asyncassist._chat.wires import choose_wire
from asyncassist.errors import ChatUnavailableError, ConfigurationError, InvalidInputError, StatusError
from asyncassist.testing import FakeAnswer, FakeFault, FakeOpenAI
from tests.chat.conftest import BOTH_TRANSPORTS, NO_RETRY, sent_messages

if TYPE_CHECKING:
    from tests.chat.conftest import Make

transport = BOTH_TRANSPORTS
BOTH = pytest.mark.parametrize("wire", ["chat", "responses"])
CALLS = [
    {"id": "call_1", "type": "function", "function": {"name": "time", "arguments": '{"zone":"UTC"}'}},
    {"id": "call_2", "type": "function", "function": {"name": "day", "arguments": "{}"}},
]
TOOL = {"type": "function", "function": {"name": "time", "parameters": {"type": "object", "properties": {}}}}


def azure(**settings: Any) -> openai.AsyncAzureOpenAI:
    return openai.AsyncAzureOpenAI(api_key="k", api_version="2026-01-01", **settings)


@pytest.mark.parametrize(
    ("backend", "name"),
    [
        (Backend("m", api_key="k"), "responses"),
        (Backend("m", base_url="https://api.openai.com/v1"), "responses"),
        (Backend("m", base_url="https://eu.api.openai.com/v1"), "responses"),
        (Backend("m", base_url="https://name.openai.azure.com/openai/v1"), "responses"),
        (Backend("m", base_url="https://api.openai.com.example.org/v1"), "chat"),
        (Backend("m", base_url="http://127.0.0.1:8000/v1"), "chat"),
        (Backend("m", client=openai.AsyncOpenAI(api_key="k", base_url="https://api.openai.com/v1")), "responses"),
        (Backend("m", client=openai.AsyncOpenAI(api_key="k", base_url="http://127.0.0.1:8000/v1")), "chat"),
        (Backend("m", client=azure(azure_endpoint="http://127.0.0.1:1")), "responses"),
        (Backend("m", client=azure(azure_endpoint="http://127.0.0.1:1", azure_deployment="d")), "responses"),
        (Backend("m", client=azure(base_url="http://127.0.0.1:1/openai/deployments/d")), "chat"),
        (Backend("m", client=SimpleNamespace(base_url="https://api.openai.com/v1", chat=object())), "chat"),  # type: ignore[arg-type]
    ],
)
def test_auto_is_the_responses_api_for_the_provider_itself(backend: Backend, name: str):
    """OpenAI's hosts and Azure; Chat Completions elsewhere, and for a client or an address without the other API."""
    assert choose_wire("auto", backend).name == name
    assert [choose_wire(choice, backend).name for choice in ("chat", "responses")] == ["chat", "responses"]


async def test_an_invalid_wire_is_named(make: Make):
    """ConfigurationError at construction, and at opening for a client that lacks the API."""
    with pytest.raises(ConfigurationError, match="wire"):
        CachedChatbot(model="m", wire="telegraph")  # type: ignore[arg-type]
    with pytest.raises(ConfigurationError, match="wire"):
        await make(client=SimpleNamespace(chat=object()), wire="responses")


@BOTH
async def test_the_reply_is_the_same_on_both(make: Make, server: FakeOpenAI):
    """Text, finish reason, usage, cost and cache; streamed and whole."""
    bot = await make()
    server.script(*[FakeAnswer(text="It is noon.", cached_tokens=1)] * 2)
    replies = [await bot.reply("what time is it"), await bot.reply("what time is it")]
    async with bot.stream("and in Rome") as stream:
        deltas = [delta async for delta in stream]
    replies.append(stream.reply)

    assert deltas == ["It", " is", " noon."]
    assert [(reply.text, reply.source, reply.finish_reason, reply.model) for reply in replies] == [
        ("It is noon.", "model", "stop", "m"),
        ("It is noon.", "cache", "stop", "m"),
        ("It is noon.", "model", "stop", "m"),
    ]
    assert [
        (reply.usage.prompt_tokens, reply.usage.completion_tokens, reply.usage.cached_tokens, reply.usage.saved_tokens)
        for reply in replies
        if reply.usage is not None
    ] == [(4, 3, 1, 0), (0, 0, 0, 7), (3, 3, 1, 0)]
    assert server.calls == 2


@BOTH
@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (FakeAnswer(tool_calls=CALLS, finish_reason="tool_calls", reasoning=["secret"]), ("", "tool_calls", False, 2)),
        (FakeAnswer(refusal="I cannot."), ("I cannot.", "stop", True, 0)),
        (FakeAnswer(text="cut", finish_reason="length"), ("cut", "length", False, 0)),
        (FakeAnswer(text="cut", finish_reason="content_filter"), ("cut", "content_filter", False, 0)),
    ],
)
async def test_what_is_no_plain_answer_is_the_same_on_both(
    make: Make, server: FakeOpenAI, answer: FakeAnswer, expected: tuple[Any, ...], streamed: bool
):
    """Parallel tool calls, refusals, cut-off and filtered answers; none of them is cached."""
    bot = await make()
    server.script(answer, answer)
    for _ in range(2):
        if streamed:
            async with bot.stream("hello", tools=[TOOL]) as stream:
                assert "".join([delta async for delta in stream]) == expected[0]
            reply = stream.reply
        else:
            reply = await bot.reply("hello", tools=[TOOL])
        assert (reply.text, reply.finish_reason, reply.refusal, len(reply.tool_calls)) == expected
        assert (reply.source, reply.degraded) == ("model", False)
        assert list(reply.tool_calls) == (CALLS if reply.tool_calls else [])


@BOTH
@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (FakeFault("truncate", after=2), "truncated"),
        (FakeFault("malformed", after=2), "malformed"),
        (FakeFault("disconnect", after=2), "disconnected"),
        (FakeFault("error", after=2, code="server_error"), "error in the stream"),
    ],
)
async def test_a_broken_stream_says_so_on_both(make: Make, server: FakeOpenAI, fault: FakeFault, reason: str):
    """What arrived is delivered, flagged, and not cached."""
    bot = await make(retry=NO_RETRY)
    server.script(fault)
    async with bot.stream("hello") as stream:
        assert [delta async for delta in stream] == ["an", " answer"]
    assert (stream.reply.degraded, stream.reply.reason) == (True, reason)
    assert (await bot.reply("hello")).source == "model"


async def test_a_request_to_the_responses_api_stores_nothing_there(make: Make, server: FakeOpenAI):
    """The history is sent each time; parameters have their names there; one conversation has one cache key."""
    bot = await make(wire="responses", system="Be brief.")
    first = await bot.reply("hello", user="ann", max_tokens=9)
    await bot.reply("again", user="ann", conversation_id=first.conversation_id)
    await bot.reply("hello", user="bob", conversation_id=first.conversation_id)

    assert server.requests[0].path == "/v1/responses"
    body = dict(server.requests[0].body)
    key = body.pop("prompt_cache_key")
    assert len(body.pop("safety_identifier")) == 32
    assert body == {
        "model": "m",
        "input": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "hello"}],
        "store": False,
        "max_output_tokens": 9,
    }
    assert first.conversation_id not in key
    assert [request.body["prompt_cache_key"] == key for request in server.requests] == [True, True, False]
    assert [role for role, _ in sent_messages(server, 1)] == ["system", "user", "assistant", "user"]


async def test_parameters_of_the_responses_api_pass_through(make: Make, server: FakeOpenAI):
    """Its own ones, unknown ones, headers, and the caller's own prompt cache key; also through a client passed in."""
    async with openai.AsyncOpenAI(api_key="k", base_url=server.base_url, max_retries=0) as client:
        for settings in ({}, {"client": client}):
            bot = await make(wire="responses", **settings)
            await bot.reply(
                "hello",
                reasoning={"summary": "auto"},
                reasoning_effort="low",
                vendor_mode="fast",
                prompt_cache_key="mine",
                extra_headers={"X-A": "b"},
            )
            body = server.requests[-1].body
            assert body["reasoning"] == {"summary": "auto", "effort": "low"}
            assert body["include"] == ["reasoning.encrypted_content"]
            assert (body["vendor_mode"], body["prompt_cache_key"]) == ("fast", "mine")
            assert server.requests[-1].headers["x-a"] == "b"
            async with bot.stream("more", stream_options={"include_usage": True}) as stream:
                assert len([delta async for delta in stream]) == 3
            assert stream.reply.usage is not None
            await bot.clear_cache()


@pytest.mark.parametrize(
    ("wire", "params", "name"),
    [
        ("responses", {"seed": 7}, "seed"),
        ("responses", {"stop": ["."]}, "stop"),
        ("responses", {"previous_response_id": "resp_1"}, "previous_response_id"),
        ("responses", {"input": "x"}, "input"),
        ("responses", {"max_tokens": 1, "max_output_tokens": 1}, "max_tokens"),
        ("chat", {"tools": [{"type": "web_search"}]}, "tools"),
    ],
)
async def test_what_a_wire_cannot_send_is_refused_by_name(
    make: Make, server: FakeOpenAI, params: dict[str, Any], name: str
):
    """InvalidInputError before anything is sent, from `stream` at once."""
    bot = await make()
    with pytest.raises(InvalidInputError) as caught:
        await bot.reply("hello", **params)
    with pytest.raises(InvalidInputError):
        bot.stream("hello", **params)

    assert caught.value.field == name
    assert server.calls == 0


async def test_a_server_without_the_responses_api_is_named(make: Make):
    """The 404 names the remedy; that of an unknown model does not."""
    async with (
        FakeOpenAI(wires=["chat"]) as old,
        FakeOpenAI(unknown_models=False) as strict,
    ):
        for server, hint in ((old, True), (strict, False)):
            bot = await make(base_url=server.base_url, wire="responses")
            with pytest.raises(StatusError) as caught:
                await bot.reply("hello")
            assert caught.value.status == 404
            assert ('wire="chat"' in str(caught.value)) is hint


async def test_wires_share_no_answers(make: Make, redis_url: str):
    """The API is part of what decides an answer."""
    for wire in ("chat", "responses"):
        bot = await make(redis=redis_url, wire=wire)
        assert (await bot.reply("a question about wires")).source == "model"
    await bot.clear_cache()


async def test_failover_crosses_wires(make: Make, server: FakeOpenAI):
    """A conversation begun on one API goes on over the other."""
    async with (
        FakeOpenAI(wires=["responses"]) as azure_like,
        azure(azure_endpoint=azure_like.base_url.removesuffix("/v1")) as client,
    ):
        bot = await make(client=client, others=[Backend("n", base_url=server.base_url)], retry=NO_RETRY)
        first = await bot.reply("hello")
        azure_like.script(FakeFault("status", 500))
        second = await bot.reply("again", conversation_id=first.conversation_id)

    assert (first.model, second.model) == ("m", "n")
    assert sent_messages(server) == [("user", "hello"), ("assistant", "You said: hello"), ("user", "again")]


@pytest.mark.parametrize(
    ("code", "reason", "attempts"),
    [
        ("server_error", "answer failed", 2),
        ("rate_limit_exceeded", "rate limited", 2),
        ("invalid_prompt", "answer failed", 1),
    ],
)
async def test_a_response_that_failed_is_a_failure(make: Make, code: str, reason: str, attempts: int):
    """Status "failed" with HTTP 200; repeated only where that may help, and the code is told."""

    async def fail(request: web.Request) -> web.Response:
        error = {"code": code, "message": "the prompt was: hello"}
        return web.json_response({"object": "response", "status": "failed", "error": error, "output": []})

    app = web.Application()
    app.router.add_post("/v1/responses", fail)
    async with TestServer(app) as failing:
        bot = await make(
            base_url=str(failing.make_url("/v1")), wire="responses", retry=Retry(attempts=2, base=0.0), breaker=None
        )
        reply = await bot.reply("hello")
        assert (reply.source, reply.reason, reply.attempts) == ("fallback", reason, attempts)
        strict = await make(base_url=str(failing.make_url("/v1")), wire="responses", retry=None, fallback=None)
        with pytest.raises(ChatUnavailableError) as caught:
            await strict.reply("hello")
        cause = str(caught.value.__cause__)
        assert "the prompt" not in cause
        assert code in cause or code == "rate_limit_exceeded"


@BOTH
async def test_a_streamed_character_may_come_in_two_halves(make: Make, wire: str):
    """Servers that escape JSON cut emoji in two: the deltas and the stored reply hold the character."""
    halves = (r"\ud83d", r"\ude00 hi")
    if wire == "chat":
        events = [f'{{"choices":[{{"index":0,"delta":{{"content":"{half}"}}}}]}}' for half in halves]
        events.append('{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}')
    else:
        events = [f'{{"type":"response.output_text.delta","delta":"{half}"}}' for half in halves]
        events.append('{"type":"response.completed","response":{"status":"completed","output":[]}}')

    async def answer(_: web.Request) -> web.Response:
        return web.Response(text="".join(f"data: {event}\n\n" for event in events), content_type="text/event-stream")

    app = web.Application()
    app.router.add_post("/v1/{path:.*}", answer)
    async with TestServer(app) as server:
        bot = await make(base_url=str(server.make_url("/v1")), retry=NO_RETRY, wire=wire)
        async with bot.stream("hello") as stream:
            deltas = [delta async for delta in stream]
    assert (deltas, stream.reply.text, stream.reply.degraded) == (["😀 hi"], "😀 hi", False)
