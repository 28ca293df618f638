"""Turns: repeated requests, typed answers of stored ones, and decisions about what waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from asyncassist import Tool
from asyncassist.errors import DecodeError, InvalidInputError
from tests.chat.conftest import BOTH_WIRES
from tests.chat.pairing import calling

if TYPE_CHECKING:
    from asyncassist.testing import FakeOpenAI
    from tests.chat.conftest import Make

wire = BOTH_WIRES


async def test_a_repeated_request_gets_the_stored_reply(make: Make, server: FakeOpenAI):
    """Also as a stream and with its typed value; a stored text that is not of the type raises."""
    bot = await make()
    server.script('{"value": 7}', "no JSON")
    schema = {"type": "object", "properties": {"value": {"type": "integer"}}}
    for text, request_id in (('{"value": 7}', "r1"), ("no JSON", "r2")):
        assert (await bot.reply("hello", user="ann", request_id=request_id, cache="bypass")).text == text

    repeated = await bot.reply("hello", user="ann", request_id="r1", output=schema)
    async with bot.stream("hello", user="ann", request_id="r1") as stream:
        assert [delta async for delta in stream] == ['{"value": 7}']
    with pytest.raises(DecodeError):
        await bot.reply("hello", user="ann", request_id="r2", output=schema)

    assert (repeated.output, stream.reply.text) == ({"value": 7}, '{"value": 7}')
    assert server.calls == 2


async def test_a_decision_is_about_a_call_of_the_last_turn(make: Make, server: FakeOpenAI):
    """Any other is refused, as is one for a conversation without a turn; a repeated one returns the stored reply."""
    booked: list[str] = []

    async def book(hotel: str) -> str:
        booked.append(hotel)
        return "booked"

    bot = await make(tools=[Tool(book, needs_approval=True)])
    server.script(calling(("a", "book", {"hotel": "Ritz"})), "Done.")
    asked = await bot.reply("book it", conversation_id="c")
    for conversation_id, call_id in (("c", "b"), ("d", "a")):
        with pytest.raises(InvalidInputError, match="decisions"):
            await bot.resolve(conversation_id, {call_id: True})

    replies = [await bot.resolve("c", {"a": True}) for _ in range(2)]

    assert [call.call_id for call in asked.pending] == ["a"]
    assert [reply.text for reply in replies] == ["Done."] * 2
    assert booked == ["Ritz"]
