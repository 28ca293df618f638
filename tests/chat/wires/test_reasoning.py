"""Reasoning items between an answer and the next request."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import Any

from asyncassist import Backend, Retry, Timeout
from asyncassist._chat.backend import BackendClient
from asyncassist._chat.completions import Answer
from asyncassist._chat.wires.reasoning import CarriedReasoning, mark_origin
from asyncassist._proxy import NetworkOptions
from asyncassist.testing import FakeAnswer, FakeClock, FakeOpenAI

CALL = {"id": "a", "type": "function", "function": {"name": "time", "arguments": "{}"}}


def test_an_item_is_sent_to_its_own_backend_only():
    """Another account or model could not decrypt it; an item that names no backend is sent to any."""
    item = {"type": "reasoning", "id": "rs_1", "encrypted_content": "secret"}
    answer = mark_origin(Answer(text="", model="m", reasoning=(item,)), "one")
    message = {"role": "assistant", "reasoning": answer.reasoning}

    assert list(CarriedReasoning(message, "one").before_text()) == [item]
    assert list(CarriedReasoning(message, "other").before_text()) == []
    assert list(CarriedReasoning({**message, "reasoning": [item]}, "other").before_text()) == [item]


async def test_the_exchange_of_calls_and_results_is_valid_by_the_providers_rules(server: FakeOpenAI, clock: FakeClock):
    """Reasoning comes back before its call, streamed or not; another key gets the exchange without it."""
    async with AsyncExitStack() as stack:
        one, other = [await opened(stack, server, clock, key) for key in ("one", "other")]
        question = {"role": "user", "content": "what time is it"}
        server.script(*[FakeAnswer(tool_calls=[CALL], finish_reason="tool_calls", reasoning=["secret"])] * 2)
        answers = [
            await one.complete([question], {}, time_limit=None),
            await one.stream([question], {}, lambda _: None, time_limit=None, deadline=None),
        ]
        for answer in answers:
            assistant: Any = {
                "role": "assistant",
                "content": None,
                "tool_calls": list(answer.tool_calls),
                "reasoning": list(answer.reasoning),
            }
            messages: Any = [question, assistant, {"role": "tool", "tool_call_id": "a", "content": "noon"}]
            for backend, kinds in (
                (one, ["message", "reasoning", "function_call", "function_call_output"]),
                (other, ["message", "function_call", "function_call_output"]),
            ):
                assert (await backend.complete(messages, {}, time_limit=None)).text == "You said: noon"
                sent = server.requests[-1].body["input"]
                assert [item.get("type", "message") for item in sent] == kinds
                assert all("secret" in str(item) for item in sent if item.get("type") == "reasoning")


async def opened(stack: AsyncExitStack, server: FakeOpenAI, clock: FakeClock, key: str) -> BackendClient:
    backend = BackendClient(
        Backend("gpt-5.4", key, server.base_url),
        wire="responses",
        timeout=Timeout(),
        retry=Retry(attempts=1),
        breaker=None,
        clock=clock,
        now=lambda: 0.0,
        network=NetworkOptions.checked(None, False, None),
    )
    await backend.open(stack)
    return backend
