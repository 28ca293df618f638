"""Typed answers: schema, validation, repair, cache, stored replies and partial objects, on both wires."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import json
from typing import Any, TypedDict

import msgspec
import pydantic
import pytest

from asyncassist import CachedChatbot, PartialOutput, Tool
from asyncassist._chat.output import InvalidOutputError, PartialParser, parse_partial, read_output
from asyncassist._types import UNSET
from asyncassist.errors import DecodeError, InvalidInputError
from asyncassist.testing import FakeAnswer, FakeFault, FakeOpenAI
from tests.chat.conftest import BOTH_WIRES, NO_RETRY, Make, sent_messages

wire = BOTH_WIRES


class Stop(msgspec.Struct):
    city: str
    nights: int = 1


class Trip(msgspec.Struct):
    stops: list[Stop]
    start: dt.date | None = None


@dataclasses.dataclass
class Visit:
    city: str
    nights: int


class Row(TypedDict):
    city: str
    nights: int


class Model(pydantic.BaseModel):
    city: str
    nights: int = pydantic.Field(ge=1)


class Outer(msgspec.Struct):
    visit: Model


SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}, "nights": {"type": "integer"}}}
GOOD = '{"city": "Rome", "nights": 3}'
BAD = '{"city": "Rome", "nights": "three"}'


def sent_format(server: FakeOpenAI, index: int = 0) -> dict[str, Any]:
    body = server.requests[index].body
    return body["text"]["format"] if "text" in body else body["response_format"]["json_schema"]


@pytest.mark.parametrize(
    ("output", "value"),
    [
        (Stop, Stop("Rome", 3)),
        (Visit, Visit("Rome", 3)),
        (Row, {"city": "Rome", "nights": 3}),
        (Model, Model(city="Rome", nights=3)),
        (SCHEMA, {"city": "Rome", "nights": 3}),
    ],
)
async def test_the_answer_is_a_value_of_the_type(bot: CachedChatbot, server: FakeOpenAI, output: Any, value: Any):
    """A strict schema is sent, and the value is in `output`: from the model, from the cache, and by `extract`."""
    server.script(GOOD, GOOD)

    first = await bot.reply("where?", output=output)
    second = await bot.reply("where?", output=output)
    extracted = await bot.extract("I stay in Rome", instructions="Where?", type=output)

    assert (first.output, first.text, first.source) == (value, GOOD, "model")
    assert (second.output, second.source) == (value, "cache")
    assert extracted == value
    assert server.calls == 2
    sent = sent_format(server)
    assert sent["strict"] is True
    assert sent["schema"]["required"] == ["city", "nights"]
    assert sent["schema"]["additionalProperties"] is False
    assert first.to_dict()["output"] == {"city": "Rome", "nights": 3}


async def test_a_schema_that_cannot_be_strict_is_sent_as_it_is(bot: CachedChatbot, server: FakeOpenAI):
    """A mapping with any keys has no strict schema; the answer is validated here all the same."""

    @dataclasses.dataclass
    class Prices:
        by_city: dict[str, int]

    server.script('{"by_city": {"Rome": 3}}')

    assert (await bot.reply("prices?", output=Prices)).output == Prices({"Rome": 3})
    assert sent_format(server)["strict"] is False


async def test_an_invalid_answer_is_mended_once(bot: CachedChatbot, server: FakeOpenAI):
    """The model is told what is wrong and where; the mended answer is what is returned, kept and stored."""
    server.script(BAD, GOOD)

    reply = await bot.reply("where?", output=Stop, conversation_id="c")

    assert reply.output == Stop("Rome", 3)
    assert reply.attempts == 2
    assert reply.usage is not None
    assert reply.usage.completion_tokens == len(BAD.split()) + len(GOOD.split())
    roles = [role for role, _ in sent_messages(server)]
    assert roles == ["user", "assistant", "user"]
    assert "$.nights" in sent_messages(server)[-1][1]
    assert [message.content for message in await bot.messages("c")] == ["where?", GOOD]
    assert (await bot.reply("where?", output=Stop)).source == "cache"
    assert server.calls == 2


async def test_a_second_invalid_answer_raises(bot: CachedChatbot, server: FakeOpenAI):
    """The error names the place and quotes nothing; no answer of this kind is kept, and the turn is not stored."""
    for _ in range(2):
        server.script(BAD, BAD)
        with pytest.raises(DecodeError) as caught:
            await bot.reply("where?", output=Stop, conversation_id="c")
        assert caught.value.path == "$.nights"
        assert "three" not in str(caught.value)
        server.script(BAD, BAD)
        with pytest.raises(DecodeError):
            await bot.extract("Rome", instructions="Where?", type=Stop)

    assert server.calls == 8
    assert await bot.messages("c") == []


async def test_extract_mends_once(bot: CachedChatbot, server: FakeOpenAI):
    """As `reply` does; the mended value is cached."""
    server.script("no JSON", GOOD)
    for _ in range(2):
        assert await bot.extract("Rome", instructions="Where?", type=Visit) == Visit("Rome", 3)
    assert server.calls == 2


async def test_an_invalid_object_by_a_plain_schema_is_not_cached(bot: CachedChatbot, server: FakeOpenAI):
    """What raised is asked again the next time."""
    server.script("{}", '{"city": "Rome"}')
    schema = {"type": "object", "required": ["city"]}
    with pytest.raises(DecodeError):
        await bot.extract("Rome", instructions="Where?", schema=schema)
    assert await bot.extract("Rome", instructions="Where?", schema=schema) == {"city": "Rome"}


async def test_a_stored_reply_has_its_output(bot: CachedChatbot, server: FakeOpenAI):
    """A repeated request rebuilds the value; one that asks for another type raises."""
    server.script(GOOD)
    given: dict[str, Any] = {"conversation_id": "c", "request_id": "r"}
    await bot.reply("where?", output=Stop, **given)

    assert (await bot.reply("where?", output=Stop, **given)).output == Stop("Rome", 3)
    assert (await bot.reply("where?", output=Visit, **given)).output == Visit("Rome", 3)
    assert (await bot.reply("where?", **given)).output is None
    with pytest.raises(DecodeError):
        await bot.reply("where?", output=Trip, **given)
    assert server.calls == 1


async def test_no_answer_has_no_output(make: Make, server: FakeOpenAI):
    """A fallback, a refusal and a broken stream say what they are, and never raise."""
    bot = await make(retry=NO_RETRY)
    server.script(FakeFault("status"), FakeAnswer(refusal="No."), FakeFault("truncate", after=2, text=GOOD))

    fallback = await bot.reply("where?", output=Stop)
    refused = await bot.reply("where?", output=Stop)
    async with bot.stream("where?", output=Stop) as stream:
        texts = [text async for text in stream]

    assert (fallback.source, fallback.output) == ("fallback", None)
    assert (refused.refusal, refused.output) == (True, None)
    assert (stream.reply.degraded, stream.reply.output) == (True, None)
    assert "".join(texts) == stream.reply.text


async def test_a_stale_answer_has_its_output(make: Make, server: FakeOpenAI, clock: Any):
    """It is degraded, but a value of the type."""
    bot = await make(retry=NO_RETRY, ttl=10.0)
    server.script(GOOD, FakeFault("status"))
    await bot.reply("where?", output=Stop)
    clock.advance(20.0)

    stale = await bot.reply("where?", output=Stop)

    assert (stale.source, stale.output) == ("stale", Stop("Rome", 3))


async def test_a_stream_gives_the_object_as_it_grows(bot: CachedChatbot, server: FakeOpenAI):
    """Each part holds more than the one before; after a mended answer it begins anew, and the text is valid JSON."""
    server.script(BAD, GOOD)

    async with bot.stream("where?", output=Stop) as stream:
        parts = [part async for part in stream.partial()]
    async with bot.stream("and then?", output=Stop) as other:
        server.script(GOOD)
        events = [event async for event in other.events()]

    assert parts[0] == {}
    assert parts[-1] == {"city": "Rome", "nights": 3}
    assert {"city": "Rome", "nights": "three"} in parts
    assert stream.reply.output == Stop("Rome", 3)
    values = [event.value for event in events if isinstance(event, PartialOutput)]
    assert values[-1] == {"city": "Rome", "nights": 3}
    texts = [event.text for event in events if not isinstance(event, PartialOutput)]
    assert json.loads("".join(texts)) == {"city": "Rome", "nights": 3}


async def test_tools_go_before_a_typed_answer(bot: CachedChatbot, server: FakeOpenAI):
    """What the model says beside its calls is no part of the answer."""

    async def look_up(city: str) -> int:
        """Look up the nights."""
        return len(city)

    call = {"id": "a", "type": "function", "function": {"name": "look_up", "arguments": '{"city": "Rome"}'}}
    server.script(FakeAnswer(text="Let me look.", tool_calls=[call], finish_reason="tool_calls"), BAD, GOOD)

    reply = await bot.reply("where?", output=Stop, tools=[look_up])

    assert reply.output == Stop("Rome", 3)
    assert reply.text == GOOD
    assert [step.result for step in reply.steps] == [4]


async def test_a_decision_continues_a_typed_turn(bot: CachedChatbot, server: FakeOpenAI):
    """The model is asked for the same type, and `resolve` gives the value if it is told the type."""

    async def book(city: str) -> str:
        """Book a hotel."""
        return city

    tools = [Tool(book, needs_approval=True)]
    call = {"id": "a", "type": "function", "function": {"name": "book", "arguments": '{"city": "Rome"}'}}
    server.script(FakeAnswer(tool_calls=[call], finish_reason="tool_calls"), GOOD)
    waiting = await bot.reply("book", output=Stop, tools=tools, conversation_id="c")
    assert (waiting.output, len(waiting.pending)) == (None, 1)

    reply = await bot.resolve("c", {"a": True}, tools=tools, output=Stop)
    again = await bot.resolve("c", {"a": True}, tools=tools, output=Stop)

    assert reply.output == again.output == Stop("Rome", 3)
    assert sent_format(server, -1)["name"] == "Stop"


@pytest.mark.parametrize("output", [7, int, "Stop", list[int], Any, {"type": "text"}, {"x": object()}, object])
async def test_what_is_no_object_type_is_refused(bot: CachedChatbot, server: FakeOpenAI, output: Any):
    """Nothing is sent, and the error names the argument."""
    with pytest.raises(InvalidInputError) as caught:
        await bot.reply("where?", output=output)
    assert caught.value.field == "output"
    with pytest.raises(InvalidInputError) as caught:
        await bot.extract("where?", instructions="", type=output)
    assert caught.value.field == "type"
    assert server.calls == 0


async def test_two_formats_are_refused(bot: CachedChatbot):
    """`output` and `response_format` say the same, and so do `type` and `schema`."""
    with pytest.raises(InvalidInputError) as caught:
        await bot.reply("where?", output=Stop, response_format={"type": "json_object"})
    assert caught.value.field == "response_format"
    for given in ({}, {"type": Stop, "schema": SCHEMA}):
        with pytest.raises(InvalidInputError):
            await bot.extract("where?", instructions="", **given)  # type: ignore[call-overload]


@pytest.mark.parametrize(
    ("kind", "text", "path"),
    [
        (Trip, '{"stops": [{"city": "Rome", "nights": 1}, {"city": 3}]}', "$.stops[1].city"),
        (Trip, '{"stops": [], "start": "soon"}', "$.start"),
        (Stop, "{}", "$"),
        (Stop, "[]", "$"),
        (Stop, "three", "$"),
        (Model, '{"city": "Rome", "nights": 0}', "$.nights"),
        (Outer, '{"visit": {"city": "Rome", "nights": "x"}}', "$.visit.nights"),
        (SCHEMA, '{"nights": "x"}', "$.nights"),
    ],
)
def test_the_path_says_where(kind: Any, text: str, path: str):
    """Of Structs, of pydantic models within and without, and of schemas."""
    with pytest.raises(InvalidOutputError) as caught:
        read_output("output", kind).decode(text)
    assert caught.value.path == path


def test_keys_of_the_model_stand_in_no_path():
    """A pydantic path names the keys of mappings, which the model wrote."""

    class Nested(pydantic.BaseModel):
        beds: dict[str, list[int]]

    with pytest.raises(InvalidOutputError) as caught:
        read_output("output", Nested).decode('{"beds": {"secret": [1, "x"]}}')
    assert caught.value.path == "$.beds[...][1]"


def test_a_fence_and_nulls_for_defaults_are_read():
    """Servers without structured output fence their JSON; strict ones send null for what is left out."""
    schema = read_output("output", Stop)
    assert schema.decode('```json\n{"city": "Rome", "nights": null}\n```') == Stop("Rome", 1)


def test_a_recursive_type_keeps_its_definition():
    """The root is an object, as servers demand, and what refers to it still finds it."""

    class Node(msgspec.Struct):
        name: str
        kids: list[Node] = []

    # The name is looked up where the class is defined.
    Node.__annotations__["kids"] = list[Node]
    schema = read_output("output", Node)
    assert schema.schema["type"] == "object"
    assert schema.schema["$defs"]["Node"]["properties"].keys() == {"name", "kids"}
    assert schema.decode('{"name": "a", "kids": [{"name": "b", "kids": []}]}') == Node("a", [Node("b")])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", UNSET),
        ("Sure: ", UNSET),
        ("{", {}),
        ('{"a', {}),
        ('{"a"', {}),
        ('{"a":', {}),
        ('{"a": "x', {"a": "x"}),
        ('{"a": "x\\', {"a": "x"}),
        ('{"a": "x\\\\', {"a": "x\\"}),
        ('{"a": "x\\u00', {"a": "x"}),
        ('{"a": "x\\u00e9', {"a": "xé"}),
        ('{"a": 12', {}),
        ('{"a": 12,', {"a": 12}),
        ('{"a": tr', {}),
        ('{"a": [1, {"b": [true, nul', {"a": [1, {"b": [True]}]}),
        ('{"a": {"b": 1}, "c": "d"} and more', {"a": {"b": 1}, "c": "d"}),
        ("{a", {}),
        ('{"a": }', UNSET),
        ('```json\n{"a": "b', {"a": "b"}),
    ],
)
def test_the_beginning_of_an_object_is_read(text: str, value: Any):
    """Strings as far as they go, all else when it is complete; what is no JSON gives nothing."""
    assert parse_partial(text) == value


def test_each_part_of_an_object_fits_the_whole():
    """Whatever the text is cut into, parts only grow, and the last one is the value."""
    whole = {"a": ["x", 1, None, {"b": 'ü\n"\\', "c": []}], "d": -1.5e3, "e": True}
    parser = PartialParser()
    parts = [part for char in json.dumps(whole) if (part := parser.add(char)) is not UNSET]

    assert parts[-1] == whole
    assert len(parts) > 10
    assert all(set(one) <= set(other) for one, other in itertools.pairwise(parts))


def test_a_long_object_is_parsed_a_bounded_number_of_times():
    """Parsing every delta of a long answer would take quadratic time."""
    parser = PartialParser()
    parser.add('{"a": "')
    parts = [parser.add("x" * 10) for _ in range(20_000)]

    assert sum(part is not UNSET for part in parts) < 700
