"""FakeOpenAI's Responses API: shapes and order of events, by the SDK's own types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import openai
import pytest
from openai.types.responses import Response, ResponseStreamEvent
from pydantic import TypeAdapter

from asyncassist.testing import FakeAnswer, FakeFault, FakeOpenAI

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

EVENT: TypeAdapter[Any] = TypeAdapter(ResponseStreamEvent)
CALLS = [
    {"id": call_id, "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}} for call_id in ("a", "b")
]
INCLUDE: Any = ["reasoning.encrypted_content"]
MESSAGE_EVENTS = [
    "output_item.added", "content_part.added", "output_text.delta", "output_text.delta", "output_text.done",
    "content_part.done", "output_item.done",
]  # fmt: skip
CALL_EVENTS = ["output_item.added", "function_call_arguments.delta", "function_call_arguments.done", "output_item.done"]
REASONING_EVENTS = ["output_item.added", "output_item.done"]
REFUSAL_EVENTS = [
    "output_item.added", "content_part.added", "refusal.delta", "refusal.done", "content_part.done", "output_item.done",
]  # fmt: skip


@pytest.fixture
async def server() -> AsyncIterator[FakeOpenAI]:
    """A running server."""
    async with FakeOpenAI() as running:
        yield running


@pytest.fixture
async def client(server: FakeOpenAI) -> AsyncIterator[openai.AsyncOpenAI]:
    """An SDK client of it, without retries."""
    async with openai.AsyncOpenAI(api_key="k", base_url=server.base_url, max_retries=0) as opened:
        yield opened


@pytest.mark.parametrize(
    ("answer", "kinds", "end"),
    [
        (FakeAnswer(text="a b"), MESSAGE_EVENTS, "completed"),
        (FakeAnswer(text="a b", finish_reason="length"), MESSAGE_EVENTS, "incomplete"),
        (FakeAnswer(refusal="no"), REFUSAL_EVENTS, "completed"),
        (
            FakeAnswer(tool_calls=CALLS, reasoning=["secret"], usage=False),
            [*REASONING_EVENTS, *CALL_EVENTS, *CALL_EVENTS],
            "completed",
        ),
    ],
)
async def test_a_stream_has_the_providers_events_in_order(
    server: FakeOpenAI, client: openai.AsyncOpenAI, answer: FakeAnswer, kinds: list[str], end: str
):
    """Each is valid by the SDK's types, numbered, and the last holds what the response without streaming is."""
    server.script(answer, answer)
    stream = await client.responses.create(model="m", input="hello", stream=True, include=INCLUDE)
    events = [event async for event in stream]
    whole = await client.responses.create(model="m", input="hello", include=INCLUDE)

    assert [event.type.removeprefix("response.") for event in events] == ["created", "in_progress", *kinds, end]
    assert [event.sequence_number for event in events] == list(range(len(events)))
    for event in events:
        EVENT.validate_python(event.to_dict(mode="python"))
    Response.model_validate(whole.to_dict(mode="python"))
    last: Any = events[-1]
    assert last.response.status == whole.status == end
    assert [item.type for item in last.response.output] == [item.type for item in whole.output]
    assert (whole.usage is not None) is answer.usage


async def test_reasoning_is_encrypted_only_where_that_is_asked_for(server: FakeOpenAI, client: openai.AsyncOpenAI):
    """Without `include` the item has no content."""
    server.script(*[FakeAnswer(text="a", reasoning=["secret"])] * 2)
    included = await client.responses.create(model="m", input="hello", include=INCLUDE)
    plain = await client.responses.create(model="m", input="hello")

    assert [response.output[0].to_dict().get("encrypted_content") for response in (included, plain)] == ["secret", None]


async def test_tokens_are_counted(server: FakeOpenAI, client: openai.AsyncOpenAI):
    """Of the input items; the cached ones as the script says."""
    server.script(FakeAnswer(text="a b c", cached_tokens=1))
    response = await client.responses.create(model="m", input=[{"role": "user", "content": "one two"}])

    assert response.usage is not None
    assert (response.usage.input_tokens, response.usage.output_tokens, response.usage.total_tokens) == (2, 3, 5)
    assert response.usage.input_tokens_details.cached_tokens == 1


async def test_faults_come_at_every_step(server: FakeOpenAI, client: openai.AsyncOpenAI):
    """An error event, malformed data, an end without the last event; without streaming broken bodies."""
    for fault in (FakeFault("error", after=1, code="server_error"), FakeFault("truncate", after=1)):
        server.script(fault)
        stream = await client.responses.create(model="m", input="hello", stream=True)
        kinds = [event.type async for event in stream]
        assert kinds.count("response.output_text.delta") == 1
        assert (kinds[-1] == "error") is (fault.kind == "error")
        assert "response.completed" not in kinds
    server.script(FakeAnswer(text="a", finish_reason=None))
    stream = await client.responses.create(model="m", input="hello", stream=True)
    assert "response.completed" not in [event.type async for event in stream]
    for kind in ("disconnect", "truncate"):
        server.script(FakeFault(kind))  # type: ignore[arg-type]
        with pytest.raises(openai.APIConnectionError):
            await client.responses.create(model="m", input="hello")
