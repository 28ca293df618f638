"""Message history of pydantic-ai on the state manager, with runs of an agent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pydantic_ai import Agent
from pydantic_ai.models.test import TestModel

from asyncassist import AsyncStateManager
from examples.pydantic_ai_history import StateHistory

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture(params=["memory", "sqlite"])
async def state(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[AsyncStateManager]:
    """A manager in memory, and one over a file."""
    path = tmp_path / "state.sqlite" if request.param == "sqlite" else None
    async with AsyncStateManager(sqlite=path) as manager:
        yield manager


def make_agent() -> Any:
    """Return an agent with a tool and instructions, and a model that needs no network."""
    agent = Agent(TestModel(), system_prompt="Be brief.")

    @agent.tool_plain
    def find(place: str) -> str:
        return f"three to {place}"

    return agent


async def test_a_run_continues_from_what_was_stored(state):
    """Calls of tools, their results and usage come back equal; the next run sees them."""
    agent, history = make_agent(), StateHistory(state, "c", user="ana")
    assert await history.load() == []
    first = await agent.run("Flights to Lisbon?", message_history=await history.load())
    assert await history.save(first.new_messages()) == len(first.new_messages())

    loaded = await history.load()

    assert loaded == first.all_messages()
    second = await agent.run("And to Porto?", message_history=loaded)
    assert second.all_messages()[: len(loaded)] == loaded
    await history.save(second.new_messages())
    assert await history.load() == second.all_messages()
    assert await history.load(limit=1) == second.all_messages()[-1:]


async def test_messages_have_roles_and_texts(state):
    """What people said is searched, and turns can be undone."""
    agent, history = make_agent(), StateHistory(state, "c", user="ana")
    await history.save((await agent.run("Flights to Lisbon?")).new_messages(), request_id="r1")

    stored = await state.messages("c", user="ana")
    assert [message.role for message in stored] == ["user", "assistant", "tool", "assistant"]
    assert [hit.message.seq for hit in await state.search("lisbon", user="ana")] == [1]
    assert await state.undo("c", user="ana") == 0
    assert await history.load() == []


async def test_a_repeated_request_stores_nothing(state):
    """With a request id, a run is stored once."""
    history = StateHistory(state, "c")
    messages = (await make_agent().run("hi")).new_messages()
    assert await history.save(messages, request_id="r") == await history.save(messages, request_id="r")
    assert len(await history.load()) == len(messages)


async def test_instructions_alone_are_no_turn(state):
    """A request with a system prompt alone is stored as the system's."""
    from pydantic_ai import ModelRequest, SystemPromptPart

    history = StateHistory(state, "c")
    await history.save([ModelRequest(parts=[SystemPromptPart("Be brief.")])])
    assert [message.role for message in await state.messages("c")] == ["system"]
