"""What travellers in a hurry write: two codes in small letters, "cdg bcn 4/12". Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from asyncassist._places import place_table

if TYPE_CHECKING:
    from asyncassist._types import Place

# Nothing but a number may follow: three letters are a word far more often than a code.
_PAIR = re.compile(r"\W*([a-z]{3})(?:\s*[-–>/]+\s*|\s+)([a-z]{3})(?=\W*(?:\d|$))", re.IGNORECASE | re.ASCII)
_TWO = 2
_AT_HOME = {"FR": "fr", "DE": "de", "AT": "de", "IT": "it", "PT": "pt", "BR": "pt", "ES": "es", "MX": "es", "AR": "es"}


def code_pair(text: str) -> tuple[tuple[Place, tuple[int, int]], ...]:
    """The two places, with where their codes stand, of a message that begins with them; empty when it does not."""
    match = _PAIR.match(text)
    table = place_table()
    found = (
        [] if match is None else [(table.find_by_code(match[number].upper()), match.span(number)) for number in (1, 2)]
    )
    pair = tuple((table.place(index), span) for index, span in found if index is not None)
    return pair if len(pair) == _TWO else ()


def home_language(text: str) -> str | None:
    """The language of the land that codes without any word set out from, None where there are words or other lands."""
    pair = code_pair(text)
    bare = re.search(r"[^\W\d_]", text[pair[1][1][1] :]) is None if pair else False
    return _AT_HOME.get(pair[0][0].country) if bare else None
