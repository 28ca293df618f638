"""Server-sent events: lines and events under any cutting, what is data and what is not."""

from __future__ import annotations

import time

import pytest

from asyncassist._chat.transports.sse import EventDecoder


def decode(*pieces: bytes) -> list[bytes]:
    decoder = EventDecoder()
    return [data for piece in pieces for data in decoder.feed(piece)]


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n", b"\r"])
def test_events_are_the_same_under_any_cutting(line_end: bytes):
    """Whatever ends the lines, and also if each byte arrives alone, with empty pieces between."""
    text = b'\xef\xbb\xbfdata: {"a": 1}\n\nevent: x\nid: 7\ndata:two\ndata:  lines\n\n: comment\n\ndata: [DONE]\n\n'
    text = text.replace(b"\n", line_end)
    expected = [b'{"a": 1}', b"two\n lines", b"[DONE]"]

    assert decode(text) == expected
    assert decode(*[piece for byte in text for piece in (bytes([byte]), b"")]) == expected
    for cut in range(len(text)):
        assert decode(text[:cut], text[cut:]) == expected


def test_what_is_no_data_is_no_event():
    """Comments, fields without a value, events without data or with empty data, and one that is not complete."""
    assert decode(b": hi\n\nretry: 3\n\nevent: ping\n\ndata\n\ndata:\n\ndatax: 1\n\ndata: cut") == []
    assert decode(b"data: a\ndata\n\n") == [b"a\n"]


def test_a_byte_order_mark_is_one_only_at_the_beginning():
    """Later it belongs to the name of a field, which is then unknown."""
    assert decode(b"\xef\xbb\xbfdata: a\n\n\xef\xbb\xbfdata: b\n\n") == [b"a"]


def test_the_time_is_linear():
    """A long line in small pieces is not copied for each of them."""
    pieces = [b"data: ", *[b"x" * 16] * 100_000, b"\n\n"]
    started = time.process_time()

    assert len(decode(*pieces)[0]) == 1_600_000
    assert time.process_time() - started < 2.0
