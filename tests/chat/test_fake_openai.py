"""The double itself: what users' tests rely on."""

from __future__ import annotations

import asyncio

import aiohttp
import openai
import pytest

from asyncassist.errors import ConfigurationError
from asyncassist.testing import FakeAnswer, FakeFault, FakeOpenAI


async def client_of(server: FakeOpenAI, **settings: object) -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(**{"api_key": "k", "base_url": server.base_url, "max_retries": 0, **settings})  # type: ignore[arg-type]


ASK = {"model": "m", "messages": [{"role": "user", "content": "hello"}]}


async def test_it_speaks_the_protocol(server: FakeOpenAI):
    """The SDK reads it: a completion, a stream with usage, the list of models."""
    async with await client_of(server) as client:
        whole = await client.chat.completions.create(**ASK)  # type: ignore[call-overload]
        stream = await client.chat.completions.create(**ASK, stream=True, stream_options={"include_usage": True})  # type: ignore[call-overload]
        chunks = [chunk async for chunk in stream]
        models = await client.models.list()

    assert whole.choices[0].message.content == "You said: hello"
    assert whole.usage.total_tokens == 4
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks[:-1]) == "You said: hello"
    assert chunks[-2].choices[0].finish_reason == "stop"
    assert chunks[-1].usage.total_tokens == 4
    assert [model.id for model in models.data] == ["fake-model"]
    assert server.requests[0].body["messages"] == ASK["messages"]
    assert server.requests[0].path == "/v1/chat/completions"


async def test_steps_are_used_up_in_order(server: FakeOpenAI):
    """Then the answer speaks again."""
    server.script("one", FakeAnswer(text="two", model="other"), FakeFault("status", 418))
    async with await client_of(server) as client:
        first = await client.chat.completions.create(**ASK)  # type: ignore[call-overload]
        second = await client.chat.completions.create(**ASK)  # type: ignore[call-overload]
        with pytest.raises(openai.APIStatusError):
            await client.chat.completions.create(**ASK)  # type: ignore[call-overload]
        fourth = await client.chat.completions.create(**ASK)  # type: ignore[call-overload]

    assert [it.choices[0].message.content for it in (first, second, fourth)] == ["one", "two", "You said: hello"]
    assert second.model == "other"
    server.script("a", "b")
    assert server.unscript() == 2


async def test_an_answer_may_be_a_function():
    """Of the body, also an async one."""

    async def later(body: object) -> FakeAnswer:
        await asyncio.sleep(0)
        return FakeAnswer(text="later")

    async with FakeOpenAI(answer=later) as server, await client_of(server) as client:
        assert (await client.chat.completions.create(**ASK)).choices[0].message.content == "later"  # type: ignore[call-overload]


async def test_wrong_credentials_are_refused():
    async with FakeOpenAI(api_key="right") as server, await client_of(server) as client:
        with pytest.raises(openai.AuthenticationError):
            await client.models.list()
        with pytest.raises(openai.AuthenticationError):
            await client.chat.completions.create(**ASK)  # type: ignore[call-overload]
        assert server.calls == 1


async def test_a_body_that_is_no_json_is_a_400(server: FakeOpenAI):
    address = f"{server.base_url}/chat/completions"
    async with aiohttp.ClientSession() as session, session.post(address, data=b"{") as response:
        assert response.status == 400
    assert server.calls == 0


async def test_an_error_inside_a_whole_answer_is_a_500(server: FakeOpenAI):
    server.script(FakeFault("error"), FakeFault("stall", after=100, text="a b"))
    async with await client_of(server) as client:
        with pytest.raises(openai.InternalServerError):
            await client.chat.completions.create(**ASK)  # type: ignore[call-overload]
        stream = await client.chat.completions.create(**ASK, stream=True)  # type: ignore[call-overload]
        async with stream:
            got = [await anext(stream) for _ in range(3)]
        assert [chunk.choices[0].delta.content for chunk in got] == ["", "a", " b"]
    await server.wait(lambda it: it.left == 1)


async def test_it_comes_back_on_the_same_port():
    """An outage, and its end."""
    server = FakeOpenAI()
    with pytest.raises(RuntimeError):
        _ = server.base_url
    async with server:
        address = server.base_url
        await server.aclose()
        async with await client_of(server) as client:
            with pytest.raises(openai.APIConnectionError):
                await client.models.list()
            await server.start()
            assert server.base_url == address
            assert (await client.models.list()).data
        await server.aclose()
    await server.aclose()


async def test_waiting_has_an_end(server: FakeOpenAI):
    with pytest.raises(TimeoutError):
        await server.wait(lambda it: it.calls == 1, within=0.01)


def test_a_wrong_answer_names_itself():
    with pytest.raises(ConfigurationError, match="answer"):
        FakeOpenAI(answer=7)  # type: ignore[arg-type]
