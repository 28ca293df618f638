"""Checked calls: arguments by name, ids that are derived or generated, parameters that every wire can send."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from asyncassist import Backend, Tool
from asyncassist._chat.backend import BackendClient
from asyncassist._chat.call_validation import CallValidator
from asyncassist._proxy import NetworkOptions
from asyncassist._retry import Timeout
from asyncassist._types import UNSET
from asyncassist.errors import InvalidInputError

if TYPE_CHECKING:
    from asyncassist._chat.call_validation import ValidatedCall
    from asyncassist.testing import FakeClock


async def look_up(name: str) -> str:
    """Look something up."""
    return name


def validator(clock: FakeClock, *wires: Any, needs_approval: bool = False) -> CallValidator:
    backends = [
        BackendClient(
            Backend("m", api_key="k"),
            wire=wire,
            timeout=Timeout(),
            retry=None,
            breaker=None,
            clock=clock,
            now=clock,
            network=NetworkOptions(),
        )
        for wire in wires
    ]
    tools = {"look_up": Tool(look_up, needs_approval=needs_approval)}
    return CallValidator(backends, tools=tools, system="Be brief.", max_chars=20)


def validate(validator: CallValidator, message: object = "hello", **arguments: Any) -> ValidatedCall:
    given: dict[str, Any] = {
        "conversation_id": None, "user": None, "system": None, "context": None, "request_id": None,
        "cache": "default", "tools": UNSET, "output": None, "model": None, "extra": None, "params": {},
    }  # fmt: skip
    arguments = {**given, **arguments}
    return validator.validate(message, arguments.pop("params"), **arguments)


@pytest.mark.parametrize(
    ("field", "arguments"),
    [
        ("message", {"message": "x" * 21}),
        ("user", {"user": ""}),
        ("conversation_id", {"conversation_id": "a b"}),
        ("request_id", {"request_id": 7}),
        ("cache", {"cache": ["default"]}),
        ("tools", {"tools": "look_up"}),
        ("context", {"context": "x"}),
        (
            "response_format",
            {"output": {"type": "object", "properties": {}}, "params": {"response_format": {"type": "json_object"}}},
        ),
        ("model", {"model": 7}),
        ("extra", {"extra": "x"}),
        ("temperature", {"params": {"temperature": float("nan")}}),
    ],
)
def test_the_invalid_argument_is_named(clock: FakeClock, field: str, arguments: dict[str, Any]):
    """Before anything is awaited."""
    with pytest.raises(InvalidInputError) as caught:
        validate(validator(clock), **arguments)
    assert caught.value.field == field


def test_a_parameter_must_suit_every_wire(clock: FakeClock):
    """An outage of the first backend then changes nothing."""
    assert validate(validator(clock, "chat"), params={"seed": 1}).params == {"seed": 1}
    with pytest.raises(InvalidInputError, match="seed"):
        validate(validator(clock, "chat", "responses"), params={"seed": 1})


def test_ids_are_given_derived_or_generated(clock: FakeClock):
    """A repeated request of a user finds the conversation that the first began, in every process; another user does not."""
    one, other = validator(clock), validator(clock)

    def conversation(validator: CallValidator, **arguments: Any) -> str:
        return validate(validator, **arguments).conversation_id

    assert conversation(one, conversation_id="c", request_id="r") == "c"
    assert conversation(one, user="ann", request_id="r") == conversation(other, user="ann", request_id="r")
    assert conversation(one, user="ben", request_id="r") != conversation(one, user="ann", request_id="r")
    assert conversation(one, request_id="r") == conversation(one, request_id="r")
    assert conversation(one, request_id="r") != conversation(other, request_id="r")
    assert conversation(one) != conversation(one)
    assert validate(one).is_new_conversation
    assert not validate(one, request_id="r").is_new_conversation


def test_what_a_decision_needs_is_stored_with_calls_that_may_wait(clock: FakeClock):
    """Instructions, context, parameters and model of the call; not without a tool that needs approval."""
    arguments: dict[str, Any] = {"system": "", "context": {"a": 1}, "params": {"temperature": 0}, "model": "n"}

    assert validate(validator(clock), **arguments).settings == ""
    settings_call = validate(validator(clock, needs_approval=True), **arguments)
    assert settings_call.system is None
    assert '"temperature":0' in settings_call.settings
    assert validate(validator(clock, needs_approval=True), tools=None).settings == ""
    assert validate(validator(clock)).system == "Be brief."
