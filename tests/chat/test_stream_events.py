"""Events of a streamed reply."""

from __future__ import annotations

import json

from asyncassist import ReasoningDelta, TextDelta, ToolFinished, ToolStarted, ToolStep
from asyncassist.assistant import TextDelta as AssistantTextDelta


def test_events_are_values_that_become_json():
    """Each has its fields as a mapping."""
    step = ToolStep(call_id="a", name="f", result={"x": 1})
    events = [
        TextDelta(text="t"),
        ReasoningDelta(text="r"),
        ToolStarted(call_id="a", name="f"),
        ToolFinished(step=step),
    ]

    assert json.loads(json.dumps([event.to_dict() for event in events]))[3]["step"]["result"] == {"x": 1}


def test_the_text_event_of_chatbot_and_assistant_is_one():
    """A consumer of both needs one check."""
    assert AssistantTextDelta is TextDelta
