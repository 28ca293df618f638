"""FakeOpenAI: protocol, scripted answers, faults and restarts."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import aiohttp
import openai
import pytest

from asyncassist.errors import ConfigurationError
from asyncassist.testing import FakeAnswer, FakeFault, FakeOpenAI

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture
async def server() -> AsyncIterator[FakeOpenAI]:
    """A running server."""
    async with FakeOpenAI() as running:
        yield running


async def client_of(server: FakeOpenAI, **settings: object) -> openai.AsyncOpenAI:
    """Create an SDK client of a server, without retries."""
    return openai.AsyncOpenAI(**{"api_key": "k", "base_url": server.base_url, "max_retries": 0, **settings})  # type: ignore[arg-type]


REQUEST = {"model": "m", "messages": [{"role": "user", "content": "hello"}]}


async def test_the_sdk_reads_completions_streams_and_models(server: FakeOpenAI):
    """The openai SDK reads a completion, a stream with usage, and the list of models."""
    async with await client_of(server) as client:
        whole = await client.chat.completions.create(**REQUEST)  # type: ignore[call-overload]
        stream = await client.chat.completions.create(**REQUEST, stream=True, stream_options={"include_usage": True})  # type: ignore[call-overload]
        chunks = [chunk async for chunk in stream]
        models = await client.models.list()

    assert whole.choices[0].message.content == "You said: hello"
    assert whole.usage.total_tokens == 4
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks[:-1]) == "You said: hello"
    assert chunks[-2].choices[0].finish_reason == "stop"
    assert chunks[-1].usage.total_tokens == 4
    assert [model.id for model in models.data] == ["fake-model"]
    assert server.requests[0].body["messages"] == REQUEST["messages"]
    assert server.requests[0].path == "/v1/chat/completions"


async def test_steps_are_used_up_in_order(server: FakeOpenAI):
    """Scripted steps are consumed in order, then the default answer is back."""
    server.script("one", FakeAnswer(text="two", model="other"), FakeFault("status", 418))
    async with await client_of(server) as client:
        first = await client.chat.completions.create(**REQUEST)  # type: ignore[call-overload]
        second = await client.chat.completions.create(**REQUEST)  # type: ignore[call-overload]
        with pytest.raises(openai.APIStatusError):
            await client.chat.completions.create(**REQUEST)  # type: ignore[call-overload]
        fourth = await client.chat.completions.create(**REQUEST)  # type: ignore[call-overload]

    assert [it.choices[0].message.content for it in (first, second, fourth)] == ["one", "two", "You said: hello"]
    assert second.model == "other"
    server.script("a", "b")
    assert server.unscript() == 2


async def test_an_answer_may_be_a_function():
    """A function of the request's body, also an async one."""

    async def later(body: object) -> FakeAnswer:
        await asyncio.sleep(0)
        return FakeAnswer(text="later")

    async with FakeOpenAI(answer=later) as server, await client_of(server) as client:
        assert (await client.chat.completions.create(**REQUEST)).choices[0].message.content == "later"  # type: ignore[call-overload]


async def test_invalid_credentials_are_refused():
    """Status 401 for both routes; a refused completion is recorded."""
    async with FakeOpenAI(api_key="right") as server, await client_of(server) as client:
        with pytest.raises(openai.AuthenticationError):
            await client.models.list()
        with pytest.raises(openai.AuthenticationError):
            await client.chat.completions.create(**REQUEST)  # type: ignore[call-overload]
        assert server.calls == 1


async def test_a_body_that_is_no_json_is_a_bad_request(server: FakeOpenAI):
    """Status 400, and the request is not recorded."""
    address = f"{server.base_url}/chat/completions"
    async with aiohttp.ClientSession() as session, session.post(address, data=b"{") as response:
        assert response.status == 400
    assert server.calls == 0


async def test_error_and_stall_faults(server: FakeOpenAI):
    """Without streaming an error is status 500; a stalled stream counts the client's disconnect."""
    server.script(FakeFault("error"), FakeFault("stall", after=100, text="a b"))
    async with await client_of(server) as client:
        with pytest.raises(openai.InternalServerError):
            await client.chat.completions.create(**REQUEST)  # type: ignore[call-overload]
        stream = await client.chat.completions.create(**REQUEST, stream=True)  # type: ignore[call-overload]
        async with stream:
            got = [await anext(stream) for _ in range(3)]
        assert [chunk.choices[0].delta.content for chunk in got] == ["", "a", " b"]
    await server.wait(lambda it: it.left == 1)


async def test_a_restarted_server_has_the_same_port():
    """An outage and its end."""
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


async def test_wait_times_out(server: FakeOpenAI):
    """TimeoutError after `within` seconds."""
    with pytest.raises(TimeoutError):
        await server.wait(lambda it: it.calls == 1, within=0.01)


def test_an_invalid_answer_is_named():
    """ConfigurationError names the argument."""
    with pytest.raises(ConfigurationError, match="answer"):
        FakeOpenAI(answer=7)  # type: ignore[arg-type]


async def test_a_body_that_is_no_object_is_a_bad_request(server: FakeOpenAI):
    """On both APIs; the request is not recorded."""
    async with aiohttp.ClientSession() as session:
        for path in ("chat/completions", "responses"):
            async with session.post(f"{server.base_url}/{path}", json=["x"]) as response:
                assert response.status == 400
                assert "JSON" in (await response.json())["error"]["message"]
    assert server.calls == 0


async def test_the_apis_of_the_server_can_be_chosen():
    """The path of another one is not found."""
    async with FakeOpenAI(wires=["responses"]) as server, await client_of(server) as client:
        assert (await client.responses.create(model="m", input="hello")).output_text == "You said: hello"
        with pytest.raises(openai.NotFoundError):
            await client.chat.completions.create(**REQUEST)  # type: ignore[call-overload]
    with pytest.raises(ConfigurationError, match="wires"):
        FakeOpenAI(wires="chat")  # type: ignore[arg-type]


async def test_unknown_models_can_be_refused():
    """Status 404 with the provider's code, on both APIs; the script is untouched."""
    async with FakeOpenAI(unknown_models=False) as server, await client_of(server) as client:
        server.script("known")
        for create, request in (
            (client.chat.completions.create, REQUEST),
            (client.responses.create, {"model": "m", "input": "hello"}),
        ):
            with pytest.raises(openai.NotFoundError) as caught:
                await create(**request)  # type: ignore[operator]
            assert caught.value.code == "model_not_found"
        assert (await client.responses.create(model="fake-model", input="hello")).output_text == "known"


async def test_reasoning_models_can_refuse_functions_on_chat_completions():
    """The error names the other API; without reasoning they are accepted."""
    tools = [{"type": "function", "function": {"name": "f", "parameters": {}}}]
    async with FakeOpenAI(reasoning_models=["m"]) as server, await client_of(server) as client:
        with pytest.raises(openai.BadRequestError, match="use /v1/responses") as caught:
            await client.chat.completions.create(**REQUEST, tools=tools)  # type: ignore[call-overload]
        assert caught.value.param == "reasoning_effort"
        await client.chat.completions.create(**REQUEST, tools=tools, reasoning_effort="none")  # type: ignore[call-overload]
        await client.chat.completions.create(**REQUEST)  # type: ignore[call-overload]


@pytest.mark.parametrize("step", [503, None, FakeFault, {"text": "hello"}])
def test_a_step_that_is_none_is_refused(step: Any):
    """Neither queued nor assigned; the error names the argument."""
    server = FakeOpenAI()
    with pytest.raises(ConfigurationError, match="steps"):
        server.script("fine", step)
    with pytest.raises(ConfigurationError, match="answer"):
        server.answer = step

    assert server.unscript() == 0


async def test_the_answer_may_be_assigned(server: FakeOpenAI):
    """A fault too, and it holds from the next request on."""
    server.answer = FakeFault("status", 500)

    async with await client_of(server) as client:
        with pytest.raises(openai.InternalServerError):
            await client.chat.completions.create(model="fake-model", messages=[{"role": "user", "content": "hi"}])

    assert isinstance(server.answer, FakeFault)
