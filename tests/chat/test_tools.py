"""Definition of tools: names, descriptions and what is refused at construction."""

from __future__ import annotations

from typing import Any

import pytest

from asyncassist import CachedChatbot, Tool
from asyncassist._chat.tools import split_tools
from asyncassist.errors import ConfigurationError, InvalidInputError
from asyncassist.testing import FakeAnswer, FakeOpenAI


async def find(city: str) -> str:
    """Find a hotel."""
    return city


def test_a_tool_is_described_by_its_function():
    """Or by its own name and description."""
    tool, named = Tool(find), Tool(find, name="look-up", description="Look.")

    assert (tool.name, tool.description) == ("find", "Find a hotel.")
    assert named.to_wire()["function"]["name"] == "look-up"
    assert named.to_wire()["function"]["description"] == "Look."
    assert repr(tool) == "Tool(name='find', needs_approval=False, repeatable=False)"


def starred(*cities: str) -> None: ...


@pytest.mark.parametrize(
    ("tools", "field"),
    [
        ([find, find], "tools.find"),
        ([find, Tool(find)], "tools.find"),
        ([starred], "tools.starred"),
        ([lambda: None], "tools.<lambda>"),
        ([3], "tools"),
        ([{"type": "function"}], "tools"),
        ("text", "tools"),
        (find, "tools"),
    ],
)
def test_wrong_tools_are_refused_at_construction(tools: Any, field: str):
    """The error names the tool."""
    with pytest.raises(ConfigurationError) as caught:
        CachedChatbot(model="m", tools=tools)

    assert caught.value.field == field


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"name": "a b"}, "tools.a b"),
        ({"name": "x" * 65}, "tools." + "x" * 65),
        ({"name": ""}, "tools"),
        ({"description": 3}, "tools.find"),
        ({"needs_approval": 1}, "tools.find.needs_approval"),
        ({"repeatable": None}, "tools.find.repeatable"),
        ({"expose_errors": "yes"}, "tools.find.expose_errors"),
        ({"timeout": 0}, "tools.find.timeout"),
        ({"max_result_chars": 0}, "tools.find.max_result_chars"),
    ],
)
def test_wrong_settings_of_a_tool_are_refused(settings: dict[str, Any], field: str):
    """The error names the tool and the setting."""
    with pytest.raises(ConfigurationError) as caught:
        Tool(find, **settings)

    assert caught.value.field == field


def test_max_steps_is_a_positive_number():
    """One step at least."""
    with pytest.raises(ConfigurationError, match="max_steps"):
        CachedChatbot(model="m", max_steps=0)


def test_tools_and_definitions_of_a_call():
    """Either, or none."""
    assert split_tools(None) == ({}, None)
    assert split_tools([]) == ({}, None)
    assert split_tools([{"type": "function"}]) == ({}, [{"type": "function"}])
    assert list(split_tools([find])[0]) == ["find"]


async def test_a_call_that_is_not_streamed_tells_its_tools():
    """As they begin and end; what is no function is refused before anything is sent."""
    events: list[Any] = []
    function = {"name": "find", "arguments": '{"city": "Rome"}'}
    asked = FakeAnswer(tool_calls=[{"id": "c1", "type": "function", "function": function}], finish_reason="tool_calls")
    async with FakeOpenAI() as server, CachedChatbot(model="m", base_url=server.base_url, tools=[find]) as chatbot:
        server.script(asked, "Done.")
        with pytest.raises(InvalidInputError, match="on_event"):
            await chatbot.reply("hello", on_event=3)  # type: ignore[arg-type]
        reply = await chatbot.reply("hello", on_event=events.append)

    assert reply.text == "Done."
    assert [type(event).__name__ for event in events] == ["ToolStarted", "ToolFinished"]
    assert events[1].step == reply.steps[0]
    assert "stream" not in server.requests[0].body
