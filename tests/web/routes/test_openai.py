"""OpenAI's Chat Completions: completions, streams, sessions, errors."""

from __future__ import annotations

import pytest

from asyncassist.errors import ConnectError
from asyncassist.web import strict_json
from asyncassist.web.routes.openai import CompletionEncoder
from tests.web.components import FakeAssistant, get, post, read, service_of

PATH = "/v1/chat/completions"


def request_of(*texts: str) -> dict:
    """Return a request whose messages are the user's and the assistant's in turn."""
    roles = ("user", "assistant")
    messages = [{"role": roles[n % 2], "content": text} for n, text in enumerate(texts)]
    return {"model": "asyncassist", "messages": messages}


async def chunks_of(response) -> list:
    lines = b"".join([piece async for piece in response.body]).decode().split("\n\n")
    found = [line.removeprefix("data: ") for line in lines if line.startswith("data: ")]
    assert found[-1] == "[DONE]"
    return [strict_json.decode(line.encode()) for line in found[:-1]]


async def test_completion_is_the_reply():
    """With content as text or as parts; what the assistant does not know is ignored."""
    async with service_of(interfaces=("openai",)) as service:
        plain = read(await service.handle(post(PATH, {**request_of("hello"), "temperature": 0.3})))
        parts = [{"type": "text", "text": "hel"}, {"type": "image_url"}, {"type": "text", "text": "lo"}]
        body = {"model": "asyncassist", "messages": [{"role": "user", "content": parts}]}
        of_parts = read(await service.handle(post(PATH, body)))

    assert plain["choices"][0]["message"] == {"role": "assistant", "content": "hello", "refusal": None}
    assert plain["object"] == "chat.completion"
    assert of_parts["choices"][0]["message"]["content"] == "hello"


@pytest.mark.parametrize("usage", [False, True])
async def test_stream_is_in_chunks(usage):
    """The role first, then the text, the reason of the end, and the usage if asked for."""
    body = {**request_of("one two"), "stream": True, "stream_options": {"include_usage": usage}}
    async with service_of(interfaces=("openai",)) as service:
        chunks = await chunks_of(await service.handle(post(PATH, body)))

    deltas = [chunk["choices"][0]["delta"] for chunk in chunks if chunk["choices"]]
    assert deltas == [{"role": "assistant", "content": ""}, {"content": "one"}, {"content": "two"}, {}]
    assert chunks[-1 - usage]["choices"][0]["finish_reason"] == "stop"
    assert ("usage" in chunks[-1]) is usage
    assert len({chunk["id"] for chunk in chunks}) == 1


async def test_answer_without_deltas_is_streamed_whole():
    """A repetition of a request that was not streamed has one text."""
    async with service_of(interfaces=("openai",)) as service:
        await service.handle(post(PATH, request_of("one two"), idempotency_key="1"))
        body = {**request_of("one two"), "stream": True}
        chunks = await chunks_of(await service.handle(post(PATH, body, idempotency_key="1")))

    assert [chunk["choices"][0]["delta"].get("content") for chunk in chunks] == ["", "one two", None]


@pytest.mark.parametrize("stream", [False, True])
async def test_conversation_goes_on_in_its_session(stream):
    """The history that a client sends names the session; another history, or another user's, is another session."""
    assistant = FakeAssistant()
    users = {"user": lambda request: request.header("x-user")}
    async with service_of(assistant, interfaces=("openai",), **users) as service:
        for texts, user in (
            (("one",), "ann"),
            (("one", "one", "two"), "ann"),
            (("one", "one", "two", "two", "three"), "ann"),
            (("one", "other", "two"), "ann"),
            (("one", "one", "two"), "bob"),
            (("one",), "ann"),
        ):
            response = await service.handle(post(PATH, {**request_of(*texts), "stream": stream}, **{"x-user": user}))
            if stream:
                await chunks_of(response)

    sessions = [call["session_id"] for call in assistant.calls]
    assert sessions[0] == sessions[1] == sessions[2]
    assert len(set(sessions)) == 4


@pytest.mark.parametrize(
    ("body", "status", "param", "kind"),
    [
        ({}, 422, "model", "invalid_request_error"),
        ({**request_of("hi"), "model": "gpt"}, 404, "model", "invalid_request_error"),
        ({**request_of("hi"), "n": 2}, 422, "n", "invalid_request_error"),
        ({"model": "asyncassist", "messages": []}, 422, "messages", "invalid_request_error"),
        ({"model": "asyncassist", "messages": [{"role": "robot"}]}, 422, "messages", "invalid_request_error"),
        (request_of("hi", "hello"), 422, "messages", "invalid_request_error"),
        (request_of("x" * 5000), 422, "messages", "invalid_request_error"),
        (b"{", 400, None, "invalid_request_error"),
        ([], 422, "body", "invalid_request_error"),
    ],
)
async def test_errors_are_in_the_form_of_the_protocol(body, status, param, kind):
    """With message, type, param and code, whatever is wrong."""
    async with service_of(interfaces=("openai",)) as service:
        response = await service.handle(post(PATH, body))
        error = read(response)["error"]

    assert (response.status, error["type"]) == (status, kind)
    assert error["param"] == param or (param == "model" and error["param"] in {"model", "body"})
    assert set(error) == {"message", "type", "param", "code"}


async def test_error_before_the_route_and_in_a_stream():
    """The rate limit has its form and its headers; an error in a stream is a chunk."""
    assistant = FakeAssistant()
    assistant.error = ConnectError("no")
    async with service_of(assistant, interfaces=("openai",), rate_limit=1) as service:
        chunks = await chunks_of(await service.handle(post(PATH, {**request_of("one"), "stream": True})))
        limited = await service.handle(post(PATH, request_of("hi")))

    assert chunks[-1]["error"]["type"] == "server_error"
    assert (limited.status, read(limited)["error"]["type"]) == (429, "rate_limit_error")
    assert limited.header("retry-after")


async def test_key_is_checked_by_the_application():
    """`Service(user=)` raises PermissionError for an unknown key: a 401, also for the list of models."""

    def user(request):
        if request.header("authorization") != "Bearer good":
            raise PermissionError
        return "ann"

    async with service_of(interfaces=("openai",), user=user) as service:
        refused = await service.handle(post(PATH, request_of("hi")))
        models = [
            await service.handle(get("/v1/models", **headers)) for headers in ({}, {"authorization": "Bearer good"})
        ]

    assert (refused.status, read(refused)["error"]["type"]) == (401, "authentication_error")
    assert refused.header("www-authenticate") == "Bearer"
    assert [answer.status for answer in models] == [401, 200]
    assert [model["id"] for model in read(models[1])["data"]] == ["asyncassist"]


async def test_interfaces_are_off_unless_named():
    """Without the setting their paths are not served; with it they stand in the OpenAPI document."""
    async with service_of() as off, service_of(interfaces=("openai", "ai-sdk", "ag-ui")) as on:
        assert [(await off.handle(post(path, {}))).status for path in (PATH, "/ui/chat", "/ag-ui")] == [404] * 3
        document = read(await on.handle(get("/openapi.json")))

    assert {PATH, "/v1/models", "/ui/chat", "/ui/chat/{id}/stream", "/ag-ui"} <= set(document["paths"])
    assert {"Completion", "CompletionRequest", "UIChatRequest", "RunAgentInput"} <= set(
        document["components"]["schemas"]
    )


def test_calls_of_tools_are_no_chunks():
    """The client would run them: the protocol has none for tools that the server runs."""
    encoder = CompletionEncoder(include_usage=False)
    assert encoder.encode("t-1", b'tool_started\n{"call_id":"c1","name":"x","arguments":{}}') == b""
