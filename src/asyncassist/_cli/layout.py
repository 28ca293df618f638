"""Fit text and tables to the width and the encoding of an output stream."""

from __future__ import annotations

import codecs
import io
import re
import textwrap
import unicodedata
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Sequence

_PARTS = re.compile(r"\n|[^\S\n]+|\S+")
# Characters without a decomposition into plain ones
_PLAIN = {
    "\u2013": "-", "\u2014": "-", "\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"',
    "\u2192": "->", "\u00b7": "*", "\u2022": "*", "\u00df": "ss", "\u20ac": "EUR",
}  # fmt: skip
_COLUMN_GAP = 2


class LineWrapper:
    """Wraps a text that arrives in pieces between words.

    Args:
        width: Columns of a line; None for no bound.
    """

    def __init__(self, width: int | None) -> None:
        self._width = width
        self._column = 0
        self._blank = ""

    def feed(self, piece: str) -> str:
        """Add a piece and return the text to print now. Blanks at its end are held back until a word follows."""
        if self._width is None:
            return piece
        found: list[str] = []
        for part in _PARTS.findall(piece):
            if part == "\n":
                found.append(part)
                self._blank, self._column = "", 0
            elif part.isspace():
                self._blank += part
            else:
                self._add_word(part, found, self._width)
        return "".join(found)

    def _add_word(self, word: str, found: list[str], width: int) -> None:
        size = _columns(word)
        if self._blank and self._column + len(self._blank) + size > width:
            found.append("\n")
            self._column = 0
        else:
            found.append(self._blank)
            self._column += len(self._blank)
        self._blank = ""
        while self._column + _columns(word) > width:  # wider than a line
            end = max(0, width - self._column)
            while self._column + _columns(word[:end]) > width:
                end -= 1
            end = max(end, 0 if self._column else 1)
            found += [word[:end], "\n"]
            word, self._column = word[end:], 0
        found.append(word)
        self._column += _columns(word)


def _columns(text: str) -> int:
    """Return the columns that a text takes in a terminal."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text
    )


def wrap_table(rows: Sequence[Sequence[str]], width: int | None) -> list[list[list[str]]]:
    """Return the lines of each cell, so that a table with gaps of two columns fits the width.

    The widest columns are narrowed first; words are broken only where the words alone do not fit.

    Args:
        rows: Cells, as many in each row; the headers are a row too.
        width: Columns of the table; None for no bound.
    """
    by_column = list(zip(*rows, strict=True))
    widths = [max(len(cell) for cell in cells) for cells in by_column]
    if width is not None:
        longest = [max(len(word) for cell in cells for word in (cell.split() or [""])) for cells in by_column]
        while sum(widths) + _COLUMN_GAP * (len(widths) - 1) > width and max(widths) > 1:
            wrappable = [index for index in range(len(widths)) if widths[index] > longest[index]]
            widest = max(wrappable or range(len(widths)), key=widths.__getitem__)
            widths[widest] -= 1
    return [
        [
            [cell] if len(cell) <= size else textwrap.wrap(cell, size, break_on_hyphens=False)
            for cell, size in zip(row, widths, strict=True)
        ]
        for row in rows
    ]


def write_any_text(stream: TextIO) -> None:
    """Make a stream replace what its encoding does not have by plain characters, instead of raising."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="asyncassist.plain")


def read_any_bytes(stream: TextIO) -> None:
    """Make a stream replace bytes that its encoding does not have, instead of raising."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="replace")


def _replace_unencodable(error: UnicodeError) -> tuple[str, int]:
    """Error handler of encodings: return the closest ASCII characters, or a question mark for each."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(_plain(char) for char in error.object[error.start : error.end]), error.end


def _plain(char: str) -> str:
    found = _PLAIN.get(char) or unicodedata.normalize("NFKD", char).encode("ascii", "ignore").decode()
    return found or ("" if unicodedata.combining(char) else "?")


codecs.register_error("asyncassist.plain", _replace_unencodable)
