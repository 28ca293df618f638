"""Recognition of two airport or city codes at the start of a message, in any case: "cdg bcn 4/12"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from asyncassist._places import place_table
from asyncassist.languages.registry import PACKS

if TYPE_CHECKING:
    from asyncassist._types import Place

# Only a number may follow: three lower-case letters are a word far more often than a code.
_CODE_PAIR = re.compile(r"\W*([a-z]{3})(?:\s*[-–>/]+\s*|\s+)([a-z]{3})(?=\W*(?:\d|$))", re.IGNORECASE | re.ASCII)
_PAIR_LENGTH = 2
_COUNTRY_LANGUAGES = {country: code for code, pack in PACKS.items() for country in pack.identification.countries}


def find_code_pair(text: str) -> tuple[tuple[Place, tuple[int, int]], ...]:
    """Return the two places whose codes begin a message.

    Args:
        text: The message.

    Returns:
        Two pairs of place and (start, end) offsets of its code, in order; empty if the message does not begin with two
        known codes, or more than a number follows directly after them.
    """
    match = _CODE_PAIR.match(text)
    table = place_table()
    found = (
        [] if match is None else [(table.find_by_code(match[number].upper()), match.span(number)) for number in (1, 2)]
    )
    pair = tuple((table.place(index), span) for index, span in found if index is not None)
    return pair if len(pair) == _PAIR_LENGTH else ()


def language_of_origin(text: str) -> str | None:
    """Return the language of the origin's country for a message of two codes without words.

    Args:
        text: The message; "cdg bcn 4/12" is French, so that its date is read day first.

    Returns:
        Two-letter code; None if the message has words or the country has none of the supported languages.
    """
    pair = find_code_pair(text)
    codes_only = re.search(r"[^\W\d_]", text[pair[1][1][1] :]) is None if pair else False
    return _COUNTRY_LANGUAGES.get(pair[0][0].country) if codes_only else None
