"""Alternatives of a regular expression by their first letters, so that a word is compared with few of them.

The engine of `re` tries the alternatives of hundreds of words one after the other at each position.
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_QUANTIFIERS: Final = frozenset("?*+{")
_OPENING: Final = re.compile(r"\((?:\?(?:[:=!]|P<\w+>|<[=!]))?(?!\?)")
# An escaped character or a set of characters, in which signs have no meaning; else a sign with one.
_SIGN: Final = re.compile(r"(?s:\\.)|\[\^?\]?(?:\\.|[^\]\\])*\]|[()|]")


def group_by_letter(pattern: str, *, least: int = 8) -> str:
    """Return a pattern of the same matches whose alternatives share their first letters: "ab|x|ac" -> "a(?:b|c)|x".

    Alternatives that begin with different letters never match at one position, so their order is free; others keep it.

    Args:
        pattern: Regular expression.
        least: Fewest alternatives, those inside of groups included, that are worth grouping.
    """
    if pattern.count("|") + 1 < least:
        return pattern
    alternatives = list(dict.fromkeys(_with_grouped_insides(one, least) for one in _alternatives(pattern)))
    parts: list[str] = []
    for plain, run in itertools.groupby(alternatives, _begins_with_letter):
        if plain:
            rests: dict[str, list[str]] = {}
            for one in run:
                rests.setdefault(one[0], []).append(one[1:])
            parts += [letter + (f"(?:{'|'.join(rest)})" if rest[1:] else rest[0]) for letter, rest in rests.items()]
        else:
            parts += run
    return "|".join(parts)


def _begins_with_letter(pattern: str) -> bool:
    """Return whether a pattern begins with exactly one fixed letter or digit."""
    return pattern[:1].isalnum() and pattern[1:2] not in _QUANTIFIERS


def _signs(pattern: str) -> Iterator[tuple[str, int, int]]:
    """Yield the signs "(", ")" and "|" of a pattern with their offsets and their depth in groups."""
    depth = 0
    for match in _SIGN.finditer(pattern):
        sign = match[0]
        depth -= sign == ")"
        if len(sign) == 1:
            yield sign, match.start(), depth
        depth += sign == "("


def _alternatives(pattern: str) -> Iterator[str]:
    """Yield the alternatives of a pattern; those of an alternative that is a group without a name one by one."""
    bars = [at for sign, at, depth in _signs(pattern) if sign == "|" and depth == 0]
    for start, end in itertools.pairwise([-1, *bars, len(pattern)]):
        one = pattern[start + 1 : end]
        closed = next((at for sign, at, depth in _signs(one) if sign == ")" and depth == 0), None)
        if one.startswith("(?:") and closed == len(one) - 1:
            yield from _alternatives(one[3:-1])
        else:
            yield one


def _with_grouped_insides(pattern: str, least: int) -> str:
    """Return an alternative with the alternatives inside of its groups grouped too."""
    if pattern.count("|") + 1 < least:
        return pattern
    parts: list[str] = []
    done = start = 0
    for sign, at, depth in _signs(pattern):
        if depth or sign == "|":
            continue
        if sign == "(":
            start = at
        elif opening := _OPENING.match(pattern, start):
            parts += [pattern[done : opening.end()], group_by_letter(pattern[opening.end() : at], least=least)]
            done = at
    return "".join([*parts, pattern[done:]])
