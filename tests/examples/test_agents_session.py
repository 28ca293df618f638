"""Session of openai-agents on the state manager: alone, and under the runner."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from agents import Agent, OpenAIChatCompletionsModel, Runner, set_tracing_disabled
from agents.memory import Session, SessionSettings
from openai import AsyncOpenAI

from asyncassist import AsyncStateManager
from asyncassist.testing import FakeOpenAI
from examples.agents_session import StateSession

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

QUESTION: Any = {"role": "user", "content": "Flights to Lisbon?"}
CALL: Any = {"type": "function_call", "call_id": "1", "name": "find", "arguments": "{}"}
OUTPUT: Any = {"type": "function_call_output", "call_id": "1", "output": "three"}
ANSWER: Any = {"role": "assistant", "content": [{"type": "output_text", "text": "Three a day."}]}


@pytest.fixture(params=["memory", "sqlite"])
async def state(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[AsyncStateManager]:
    """A manager in memory, and one over a file."""
    path = tmp_path / "state.sqlite" if request.param == "sqlite" else None
    async with AsyncStateManager(sqlite=path) as manager:
        yield manager


async def test_items_come_back_as_they_were(state):
    """Items of every kind come back in order; `limit` gives the latest, from the call or the settings."""
    session = StateSession(state, "s", user="ana")
    assert isinstance(session, Session)
    await session.add_items([QUESTION, CALL])
    await session.add_items([])
    await session.add_items([OUTPUT, ANSWER])

    assert await session.get_items() == [QUESTION, CALL, OUTPUT, ANSWER]
    assert await session.get_items(limit=2) == [OUTPUT, ANSWER]
    limited = StateSession(state, "s", user="ana", session_settings=SessionSettings(limit=1))
    assert await limited.get_items() == [ANSWER]
    assert await StateSession(state, "s").get_items() == []
    assert [hit.conversation_id for hit in await state.search("lisbon", user="ana")] == ["s"]


@pytest.mark.parametrize("items", [[QUESTION, CALL, OUTPUT, ANSWER], [ANSWER, QUESTION], [CALL, OUTPUT]])
async def test_items_are_popped_from_the_end(state, items):
    """Each `pop_item` removes the latest one, whatever its kind, until there is none."""
    session = StateSession(state, "s", user="ana")
    await session.add_items(items)

    left = list(items)
    while left:
        assert await session.pop_item() == left.pop()
        assert await session.get_items() == left
    assert await session.pop_item() is None


async def test_a_cleared_session_is_empty(state):
    """Nothing is left, and it can be used again."""
    session = StateSession(state, "s")
    await session.add_items([QUESTION])
    await session.clear_session()
    assert await session.get_items() == []
    await session.add_items([ANSWER])
    assert await session.get_items() == [ANSWER]


async def test_items_added_at_once_stay_together(state):
    """Concurrent calls lose nothing, and the items of one call are consecutive."""
    session = StateSession(state, "s")
    await asyncio.gather(*(session.add_items([{**QUESTION, "content": f"{n}"}, ANSWER]) for n in range(10)))

    found: list[Any] = await session.get_items()
    assert sorted(item["content"] for item in found[::2]) == sorted(str(number) for number in range(10))
    assert found[1::2] == [ANSWER] * 10


async def test_the_runner_remembers(state):
    """The second run sends the first one's question and answer, without the caller's doing."""
    set_tracing_disabled(True)
    async with FakeOpenAI() as server, AsyncOpenAI(api_key="k", base_url=server.base_url) as client:
        model = OpenAIChatCompletionsModel(model="m", openai_client=client)
        agent = Agent(name="guide", instructions="Be brief.", model=model)
        session = StateSession(state, "s", user="ana")

        first = await Runner.run(agent, "Flights to Lisbon?", session=session)
        await Runner.run(agent, "And to Porto?", session=session)

        sent = [message["content"] for message in server.requests[-1].body["messages"]]
    assert "Flights to Lisbon?" in sent
    assert "And to Porto?" in sent
    assert any(first.final_output in str(content) for content in sent)
    assert len(await session.get_items()) == 4
