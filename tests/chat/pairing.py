"""Checker of the pairing rules of Chat Completions, and answers with calls of tools for the fake server."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from asyncassist.testing import FakeAnswer


def pairing_errors(messages: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the violations in the messages of a request, by the rules that providers enforce.

    Each assistant's message with calls is followed at once by exactly one result for each call; a result stands nowhere
    else; ids are texts and unique within a message; every message has text unless it has calls.
    """
    errors: list[str] = []
    expected: set[str] = set()
    for place, message in enumerate(messages):
        role = message.get("role")
        if role == "tool":
            call_id = message.get("tool_call_id")
            if call_id not in expected:
                errors.append(f"{place}: a result without its call")
            expected.discard(str(call_id))
            if not isinstance(message.get("content"), str):
                errors.append(f"{place}: a result without text")
            continue
        if expected:
            errors.append(f"{place}: calls without results before it")
            expected = set()
        calls = message.get("tool_calls")
        if calls is None:
            if not isinstance(message.get("content"), str) or not message["content"].strip():
                errors.append(f"{place}: neither text nor calls")
            continue
        if role != "assistant" or not calls:
            errors.append(f"{place}: calls in a wrong message")
        ids = [call.get("id") for call in calls]
        if len(set(ids)) != len(ids) or not all(isinstance(item, str) and item for item in ids):
            errors.append(f"{place}: ids of calls")
        for call in calls:
            function = call.get("function", {})
            if (
                call.get("type") != "function"
                or not function.get("name")
                or not isinstance(function.get("arguments"), str)
            ):
                errors.append(f"{place}: a malformed call")
        expected = set(ids)
    if expected:
        errors.append("calls without results at the end")
    return errors


def wire_call(call_id: str | None, name: str, arguments: object = None) -> dict[str, Any]:
    """Return a call in the form of the wire; arguments of text are sent as they are."""
    text = arguments if isinstance(arguments, str) else json.dumps({} if arguments is None else arguments)
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": text}}


def calling(*calls: tuple[str | None, str, object], text: str = "") -> FakeAnswer:
    """Return an answer with calls, each of id, name and arguments."""
    return FakeAnswer(text=text, tool_calls=[wire_call(*call) for call in calls], finish_reason="tool_calls")
