"""Decoder of server-sent events (WHATWG HTML, section 9.2), of which a model server uses the data alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_LINE_END = re.compile(rb"\r\n|\n|\r")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class EventDecoder:
    """Incremental decoder of a stream; its time is linear in the bytes, its memory is that of the event at hand."""

    def __init__(self) -> None:
        self._line_pieces: list[bytes] = []
        self._data: list[bytes] = []
        self._is_first_line = True
        self._after_cr = False

    def feed(self, received: bytes) -> Iterator[bytes]:
        """Yield the data of each event that is complete with these bytes; an event without data is none.

        Args:
            received: The next bytes; they may end anywhere.
        """
        if self._after_cr and received.startswith(b"\n"):
            received = received[1:]  # the second half of a CRLF
        self._after_cr = received.endswith(b"\r") or (self._after_cr and not received)
        *lines, rest = _LINE_END.split(received)
        for line in lines:
            if self._line_pieces:
                line = b"".join((*self._line_pieces, line))  # noqa: PLW2901
                self._line_pieces.clear()
            if self._is_first_line:
                self._is_first_line = False
                line = line.removeprefix(_BYTE_ORDER_MARK)  # noqa: PLW2901
            if line.startswith(b"data:"):
                self._data.append(line[6:] if line.startswith(b" ", 5) else line[5:])
            elif not line and self._data:
                data = b"\n".join(self._data)
                self._data.clear()
                if data:
                    yield data
            elif line == b"data":
                self._data.append(b"")
        if rest:
            self._line_pieces.append(rest)
