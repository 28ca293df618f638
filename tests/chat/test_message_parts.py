"""Messages of several parts: what is sent on both wires, cached, stored and refused."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import pytest

from asyncassist import CachedChatbot, File, Image, Message, Tool
from asyncassist._chat.message_parts import MAX_PART_BYTES, check_parts
from asyncassist._chat.prompt import render_turn
from asyncassist._stores.memory_history import MemoryHistory
from asyncassist.errors import InvalidInputError
from asyncassist.testing import FakeAnswer, FakeOpenAI
from tests.chat.conftest import BOTH_WIRES, Make

wire = BOTH_WIRES

PNG = b"\x89PNG\r\n\x1a\n" + b"p" * 20
OTHER_PNG = b"\x89PNG\r\n\x1a\n" + b"q" * 20
JPEG = b"\xff\xd8\xff\xe0" + b"j" * 20
WEBP = b"RIFF\x00\x00\x00\x00WEBPVP8 "
PDF = b"%PDF-1.7 text"
URL = "https://a.example/cat.png?signature=secret"


def content_of(server: FakeOpenAI, index: int = -1, message: int = -1) -> Any:
    body = server.requests[index].body
    return (body.get("messages") or body["input"])[message]["content"]


def data_url(media_type: str, data: bytes) -> str:
    return f"data:{media_type};base64,{base64.b64encode(data).decode()}"


async def test_each_part_is_sent_in_the_form_of_the_wire(bot: CachedChatbot, server: FakeOpenAI, wire: str):
    """In order; images by bytes or address, files with their name."""
    await bot.reply(["What?", Image(data=JPEG), Image(url=URL), File(PDF, "a.pdf", "application/pdf"), "Well?"])

    file = {"filename": "a.pdf", "file_data": data_url("application/pdf", PDF)}
    chat: list[dict[str, Any]] = [
        {"type": "text", "text": "What?"},
        {"type": "image_url", "image_url": {"url": data_url("image/jpeg", JPEG)}},
        {"type": "image_url", "image_url": {"url": URL}},
        {"type": "file", "file": file},
        {"type": "text", "text": "Well?"},
    ]
    responses = [
        {"type": "input_text", "text": "What?"},
        {"type": "input_image", "image_url": data_url("image/jpeg", JPEG), "detail": "auto"},
        {"type": "input_image", "image_url": URL, "detail": "auto"},
        {"type": "input_file", **file},
        {"type": "input_text", "text": "Well?"},
    ]
    assert content_of(server) == (chat if wire == "chat" else responses)


async def test_the_bytes_are_part_of_the_cache_key(bot: CachedChatbot, server: FakeOpenAI):
    """The same question about another image is another question, and so is its placeholder as text."""
    question = "What is this?"
    sources = [
        (await bot.reply(message)).source
        for message in (
            [question, Image(data=PNG)],
            [question, Image(data=OTHER_PNG)],
            [question, Image(data=PNG, media_type="image/png")],
            f"{question}\n[image: image/png]",
        )
    ]

    assert sources == ["model", "model", "cache", "model"]
    assert server.calls == 3


async def test_the_history_keeps_digests_and_addresses(bot: CachedChatbot, server: FakeOpenAI):
    """And no bytes; later turns have the image with an address, and placeholders for the others."""
    message = ["Look:", Image(data=PNG), Image(url=URL), File(PDF, "a.pdf", "application/pdf")]
    await bot.reply(message, conversation_id="c", user="ann")
    await bot.reply("and now?", conversation_id="c", user="ann")

    stored = (await bot.messages("c", user="ann"))[0]
    text = "Look:\n[image: image/png]\n[image: https://a.example/cat.png]\n[file: a.pdf]"
    assert stored.content == text
    assert [dict(part) for part in stored.metadata["parts"]] == [
        {"type": "image", "media_type": "image/png", "digest": hashlib.sha256(PNG).hexdigest(), "size": len(PNG)},
        {"type": "image", "url": URL, "digest": hashlib.sha256(URL.encode()).hexdigest()},
        {
            "type": "file",
            "name": "a.pdf",
            "media_type": "application/pdf",
            "digest": hashlib.sha256(PDF).hexdigest(),
            "size": len(PDF),
        },
    ]
    earlier = content_of(server, message=0)
    assert earlier[0]["type"].removeprefix("input_") == "text"
    assert earlier[0]["text"] == text
    assert len(earlier) == 2
    assert URL in str(earlier[1])


async def test_bytes_are_stored_on_request_and_sent_again(bot: CachedChatbot, server: FakeOpenAI):
    """In the form of the wire, by later turns too; the cache key holds the digest all the same."""
    message = [
        "Look:",
        Image(data=PNG, keep=True),
        Image(data=OTHER_PNG),
        File(PDF, "a.pdf", "application/pdf", keep=True),
    ]
    await bot.reply(message, conversation_id="c")
    await bot.reply("and now?", conversation_id="c")
    await bot.reply(message)

    first, again = content_of(server, 0, 0), content_of(server, 1, 0)
    assert server.calls == 2
    assert [part for part in first[1:] if data_url("image/png", OTHER_PNG) not in str(part)] == again[1:]
    assert again[0]["text"].startswith("Look:\n[image: image/png]")
    assert data_url("application/pdf", PDF) in str(again[2])


async def test_a_decision_in_another_process_has_the_stored_bytes(make: Make, server: FakeOpenAI):
    """The question is sent with its image again."""

    async def book() -> str:
        return "booked"

    history = MemoryHistory()
    call = {"id": "a", "type": "function", "function": {"name": "book", "arguments": "{}"}}
    server.script(FakeAnswer(tool_calls=[call], finish_reason="tool_calls"), "Done.")
    tools = [Tool(book, needs_approval=True)]
    await (await make(tools=tools, history=history)).reply(["It:", Image(data=PNG, keep=True)], conversation_id="c")
    reply = await (await make(tools=tools, history=history)).resolve("c", {"a": True})

    assert reply.text == "Done."
    assert data_url("image/png", PNG) in str(content_of(server, 1, 0))


@pytest.mark.parametrize(
    "part",
    [
        {"type": "image", "data": "YQ=="},
        {"type": "image", "data": 7, "media_type": "image/png"},
        {"type": "image", "data": "é===", "media_type": "image/png"},
        {"type": "image", "data": "YQ=", "media_type": "image/png"},
        {"type": "file", "data": "YQ==", "media_type": "text/plain"},
        "text",
    ],
)
def test_a_damaged_part_is_left_out(part: Any):
    """The text with its placeholder stays."""
    turn = [Message("user", "[image: image/png]", metadata={"parts": [part]}), Message("assistant", "I see.")]
    assert render_turn(turn)[0]["content"] == "[image: image/png]"


async def test_a_repeated_request_has_the_same_parts(bot: CachedChatbot, server: FakeOpenAI):
    """The stored reply is returned; another image under the same request id is refused."""
    given: dict[str, Any] = {"conversation_id": "c", "request_id": "r"}
    first = await bot.reply(["What?", Image(data=PNG)], **given)

    assert (await bot.reply(["What?", Image(data=PNG)], **given)).text == first.text
    for other in (["What?", Image(data=OTHER_PNG)], "What?\n[image: image/png]"):
        with pytest.raises(InvalidInputError) as caught:
            await bot.reply(other, **given)
        assert caught.value.field == "request_id"
    assert server.calls == 1


async def test_tools_get_the_parts_in_every_step(bot: CachedChatbot, server: FakeOpenAI):
    """The question of a turn with calls is sent with its image again, as long as its bytes are there."""

    async def name(kind: str) -> str:
        """Name a kind."""
        return kind

    call = {"id": "a", "type": "function", "function": {"name": "name", "arguments": '{"kind": "cat"}'}}
    server.script(FakeAnswer(tool_calls=[call], finish_reason="tool_calls"), "A cat.")
    reply = await bot.reply(["What?", Image(data=PNG)], tools=[Tool(name)], conversation_id="c")

    assert reply.text == "A cat."
    assert data_url("image/png", PNG) in str(content_of(server, 1, 0))
    assert "parts" in (await bot.messages("c"))[0].metadata


async def test_a_stream_takes_parts(bot: CachedChatbot, server: FakeOpenAI):
    """As `reply` does."""
    async with bot.stream([Image(data=WEBP)]) as stream:
        assert "".join([text async for text in stream]) == stream.reply.text
    assert data_url("image/webp", WEBP) in str(content_of(server))


async def test_images_count_in_the_budget_of_the_history(make: Make, server: FakeOpenAI):
    """An earlier turn with an image that is sent again may be too large for the prompt."""
    bot = await make(max_history_tokens=500)
    await bot.reply(["What?", Image(url=URL)], conversation_id="c")
    await bot.reply("and now?", conversation_id="c")

    assert content_of(server, message=0) == "and now?"


@pytest.mark.parametrize(
    ("message", "field"),
    [
        ([], "message"),
        (["x"] * 51, "message"),
        (b"bytes", "message"),
        (7, "message"),
        (["x", 7], "message[1]"),
        (["x", ""], "message[1]"),
        (["x", "\x00"], "message[1]"),
        (["x" * 3000, "y" * 2000], "message[1]"),
        ([File(b"x" * MAX_PART_BYTES, "a", "text/plain")] * 3, "message[2]"),
    ],
)
async def test_a_message_that_is_wrong_names_the_part(bot: CachedChatbot, server: FakeOpenAI, message: Any, field: str):
    """Nothing is sent."""
    with pytest.raises(InvalidInputError) as caught:
        await bot.reply(message)
    assert caught.value.field == field
    assert server.calls == 0


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "url"),
        ({"url": URL, "data": PNG}, "data"),
        ({"url": "file:///etc/passwd"}, "url"),
        ({"url": "https://"}, "url"),
        ({"url": "https://a.example/" + "x" * 9000}, "url"),
        ({"data": b""}, "data"),
        ({"data": "text"}, "data"),
        ({"data": b"<svg/>"}, "data"),
        ({"data": b"\xff\xd8\xff" + b"x" * MAX_PART_BYTES}, "data"),
        ({"data": PNG, "media_type": "image/jpeg"}, "media_type"),
        ({"data": PNG, "media_type": "image/svg+xml"}, "media_type"),
        ({"data": PNG, "keep": 1}, "keep"),
    ],
)
def test_an_image_that_is_wrong_names_the_field(given: dict[str, Any], field: str):
    """Type, size and address are checked when it is made."""
    with pytest.raises(InvalidInputError) as caught:
        Image(**given)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ((b"", "a", "text/plain"), "data"),
        ((b"x", "", "text/plain"), "name"),
        ((b"x", "../a", "text/plain"), "name"),
        ((b"x", "a\nb", "text/plain"), "name"),
        ((b"x", "a", "text"), "media_type"),
        ((b"x", "a", 7), "media_type"),
        ((b"x", "a.pdf", "application/pdf"), "media_type"),
    ],
)
def test_a_file_that_is_wrong_names_the_field(given: Any, field: str):
    """Bytes, name and type are checked when it is made."""
    with pytest.raises(InvalidInputError) as caught:
        File(*given)
    assert caught.value.field == field


def test_bytes_and_addresses_stand_in_no_repr():
    """An address may hold a signature."""
    assert repr(Image(data=PNG)) == "Image(media_type=None, keep=False)"
    assert "secret" not in repr(Image(url=URL))
    assert repr(File(PDF, "a.pdf", "application/pdf")) == "File(name='a.pdf', media_type='application/pdf', keep=False)"


def test_parts_of_text_alone_are_a_text():
    """They have the cache key of their joined text."""
    checked = check_parts(("one", "two"), 100)
    assert (checked.text, checked.content, checked.attachments) == ("one\ntwo", [], [])
    assert check_parts([Image(data=b"GIF89a...")], 100).text == "[image: image/gif]"
