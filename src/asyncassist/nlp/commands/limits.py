"""Limits of the price without a currency: "max 700 in all", "nicht mehr als 300 pro Person"."""

from __future__ import annotations

import bisect
import functools
import re
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from asyncassist.languages.registry import PACKS
from asyncassist.nlp.followup.cues import fold_chars
from asyncassist.nlp.numbers import parse_number
from asyncassist.nlp.tokens import TokenizedText

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asyncassist.nlp.models import Entity

# A smaller number is rather a day, an hour or a count.
_MIN_AMOUNT = 30
_AMOUNT = r"(?P<amount{0}>\d{{1,3}}(?:[.,' ]\d{{3}}){{1,3}}|\d{{2,6}})"


class Limit(NamedTuple):
    """A maximum price as a text states it.

    Attributes:
        amount: The amount.
        start: Offset of its first character.
        end: Offset after the last character.
    """

    amount: Decimal
    start: int
    end: int


class _Patterns(NamedTuple):
    """Compiled patterns of one language.

    Attributes:
        limit: An amount that is a limit by its words.
        again: An amount for each traveller, or in all, or a limit with more words: one where the trip has one already.
        each: Words of a price for each traveller.
        cue: Any word that makes an amount a limit.
    """

    limit: re.Pattern[str]
    again: re.Pattern[str]
    each: re.Pattern[str]
    cue: re.Pattern[str]


@functools.cache
def _patterns(language: str) -> _Patterns:
    """Return the patterns of a language."""
    words = PACKS[language].preferences.budget
    share = rf"(?:{words.each}|{words.in_all})"
    before = (
        rf"(?:(?<!\w)(?:{words.limit_cues}|max\.?)|<=?|≤) ?(?:(?:{words.before_amount or '(?!)'}) )?{_AMOUNT.format(1)}"
    )
    after = rf"{_AMOUNT.format(2)} (?:{words.limit_suffixes})"
    again = rf"(?:{share}|(?:{words.limit_suffixes}) (?:{PACKS[language].followup.after_passenger_count}))"
    alone = rf"(?= ?(?:$|[,;!?)](?!\d)|\.(?!\d))| {share}(?!\w))"
    return _Patterns(
        re.compile(rf"(?<![\d.,:/])(?:{before}|{after}){alone}"),
        re.compile(rf"(?<![\d.,:/\w]){_AMOUNT.format(1)} {again}(?!\w)"),
        re.compile(rf"(?<!\w)(?:{words.each})(?!\w)"),
        re.compile(rf"(?<!\w)(?:{words.limit_cues}|{words.limit_suffixes}|max|{share})(?!\w)"),
    )


def find_limit(text: str, language: str, entities: Sequence[Entity], *, has_budget: bool = False) -> Limit | None:
    """Return the limit of the price that a text states without a currency, None without one.

    Args:
        text: The message.
        language: Two-letter code of its language.
        entities: Its entities; their numbers are no prices.
        has_budget: Whether the trip has a limit: "600 in all" is then another one.
    """
    patterns, folded = _patterns(language), fold_chars(text)
    if not patterns.cue.search(folded) and "<" not in folded and "≤" not in folded:
        return None
    digits, offsets = _with_digits(text, folded, language)
    match = patterns.limit.search(digits) or (patterns.again.search(digits) if has_budget else None)
    if match is None:
        return None
    group = "amount1" if match["amount1"] else "amount2"
    start, end = (_source_offset(offsets, at) for at in match.span(group))
    amount = Decimal(re.sub(r"\D", "", match[group]))
    if amount < _MIN_AMOUNT or any(item.start < end and start < item.end for item in entities):
        return None
    return Limit(amount, start, end)


def _with_digits(text: str, folded: str, language: str) -> tuple[str, list[tuple[int, int]]]:
    """Return a folded text with its numbers in words as digits, and pairs of an offset in it and in the text."""
    tokens = TokenizedText.from_text(text).tokens
    parts, offsets, size, at, done = list[str](), [(0, 0)], 0, 0, 0
    while at < len(tokens):
        number = None if tokens[at].folded.isdecimal() else parse_number(tokens, at, language)
        if number is None or number[0] < _MIN_AMOUNT:
            at += 1 if number is None else number[1]
            continue
        last = at + number[1] - 1
        parts += [folded[done : tokens[at].start], str(number[0])]
        size += len(parts[-2])
        offsets.append((size, tokens[at].start))
        size, done, at = size + len(parts[-1]), tokens[last].end, last + 1
        offsets.append((size, done))
    return "".join([*parts, folded[done:]]), offsets


def _source_offset(offsets: list[tuple[int, int]], offset: int) -> int:
    """Return the offset in the text of one in the text with digits."""
    near = offsets[bisect.bisect_right(offsets, offset, key=lambda pair: pair[0]) - 1]
    return near[1] + offset - near[0]


def is_per_person(text: str, language: str) -> bool:
    """Return whether a text speaks of a price for each traveller: "300 each"."""
    return _patterns(language).each.search(fold_chars(text)) is not None
