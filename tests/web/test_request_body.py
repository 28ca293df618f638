"""Reading and validation of request bodies."""

from __future__ import annotations

import asyncio

import pytest

from asyncassist.errors import InvalidInputError
from asyncassist.web import Request
from asyncassist.web.http import BrokenBodyError
from asyncassist.web.problem import ProblemError
from asyncassist.web.request_body import check_media_type, read_body, read_fields
from asyncassist.web.request_schema import BodySchema, BooleanType, Field, TextType
from tests.web.components import service_of

OPTIONAL = BodySchema({"flag": Field(kind=BooleanType(), summary="a flag")})
REQUIRED = BodySchema({"message": Field(kind=TextType(10), summary="a message", required=True)})


class Chunks:
    """Body in chunks, which counts those that were read."""

    def __init__(self, *chunks: bytes, error: Exception | None = None) -> None:
        self.chunks = chunks
        self.error = error
        self.consumed = 0

    async def __aiter__(self):
        for chunk in self.chunks:
            self.consumed += 1
            yield chunk
        if self.error is not None:
            raise self.error


def request_of(body, **headers: str) -> Request:
    return Request("POST", "/chat", (), {name.replace("_", "-"): value for name, value in headers.items()}, body)


async def test_body_that_stops_gets_a_408(monkeypatch):
    """A body that stops in the middle does not occupy a worker forever."""
    from asyncassist.web import request_body

    async def never():
        yield b"{"
        await asyncio.Event().wait()

    monkeypatch.setattr(request_body, "BODY_TIMEOUT", 0.05)
    headers = {"content-type": "application/json"}
    async with service_of() as service:
        slow = await service.handle(Request("POST", "/chat", (), headers, never(), ""))

    assert slow.status == 408


async def test_chunks_are_joined():
    """A body in chunks is the same as one in bytes."""
    assert await read_body(request_of(Chunks(b"ab", b"", b"c")), 3) == b"abc"
    assert await read_body(request_of(bytearray(b"abc")), 3) == b"abc"


async def test_announced_length_is_rejected_without_reading():
    """A Content-Length above the limit gets a 413 before the first chunk, however many digits it has."""
    for length in ("4", "9" * 30):
        chunks = Chunks(b"abcd")
        with pytest.raises(ProblemError) as caught:
            await read_body(request_of(chunks, content_length=length), 3)

        assert (caught.value.status, chunks.consumed) == (413, 0)


async def test_reading_stops_at_the_limit():
    """Without a length, reading stops with the chunk that exceeds the limit."""
    chunks = Chunks(b"ab", b"cd", b"ef")
    with pytest.raises(ProblemError) as caught:
        await read_body(request_of(chunks), 3)

    assert (caught.value.status, chunks.consumed) == (413, 2)
    with pytest.raises(ProblemError):
        await read_body(request_of(b"abcd"), 3)


async def test_incomplete_body_gets_a_400():
    """The client disconnected, or the framing is invalid."""
    with pytest.raises(ProblemError) as caught:
        await read_body(request_of(Chunks(b"ab", error=BrokenBodyError())), 10)

    assert (caught.value.status, caught.value.code) == (400, "broken-body")


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"content_type": "application/json"}, None),
        ({"content_type": "Application/JSON; Charset=UTF-8"}, None),
        ({"content_type": 'application/json; charset="utf8"; x=y'}, None),
        ({"content_type": "application/json", "content_encoding": "identity"}, None),
        ({}, "media-type"),
        ({"content_type": "text/plain"}, "media-type"),
        ({"content_type": "application/json; charset=latin-1"}, "charset"),
        ({"content_type": "application/json", "content_encoding": "gzip"}, "encoding"),
    ],
)
def test_media_type_must_be_uncompressed_json_in_utf8(headers, code):
    """Anything else gets a 415 that says which part is wrong."""
    request = request_of(b"{}", **headers)

    if code is None:
        check_media_type(request)
    else:
        with pytest.raises(ProblemError) as caught:
            check_media_type(request)
        assert (caught.value.status, caught.value.code) == (415, code)


async def test_body_without_required_fields_may_be_absent():
    """No body and no media type is an empty object; a body needs its media type."""
    assert await read_fields(request_of(b""), OPTIONAL, 100) == {}
    assert await read_fields(request_of(b'{"flag": true}', content_type="application/json"), OPTIONAL, 100) == {
        "flag": True
    }
    with pytest.raises(ProblemError) as caught:
        await read_fields(request_of(b'{"flag": true}'), OPTIONAL, 100)
    assert caught.value.status == 415


async def test_body_with_required_fields_must_be_present():
    """An empty body gets a 400, an object without the field names the field."""
    with pytest.raises(ProblemError) as empty:
        await read_fields(request_of(b"", content_type="application/json"), REQUIRED, 100)
    with pytest.raises(InvalidInputError) as missing:
        await read_fields(request_of(b"{}", content_type="application/json"), REQUIRED, 100)

    assert (empty.value.status, empty.value.code) == (400, "no-body")
    assert missing.value.field == "message"
