"""Limits of the price without a currency: "max 700 in all", "nicht mehr als 300 pro Person"."""

from __future__ import annotations

import functools
import re
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from asyncassist.languages.registry import PACKS
from asyncassist.nlp.followup.cues import fold_chars

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


@functools.cache
def _patterns(language: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return the pattern of a limit, and that of a price for each traveller."""
    words = PACKS[language].preferences.budget
    share = rf"(?:{words.each}|{words.in_all})"
    before = (
        rf"(?:(?<!\w)(?:{words.limit_cues}|max\.?)|<=?|≤) ?(?:(?:{words.before_amount or '(?!)'}) )?{_AMOUNT.format(1)}"
    )
    after = rf"{_AMOUNT.format(2)} (?:{words.limit_suffixes})"
    alone = rf"(?= ?(?:$|[,;!?)](?!\d)|\.(?!\d))| {share}(?!\w))"
    return re.compile(rf"(?<![\d.,:/])(?:{before}|{after}){alone}"), re.compile(rf"(?<!\w)(?:{words.each})(?!\w)")


def find_limit(text: str, language: str, entities: Sequence[Entity]) -> Limit | None:
    """Return the limit of the price that a text states without a currency, None without one.

    Args:
        text: The message.
        language: Two-letter code of its language.
        entities: Its entities; their numbers are no prices.
    """
    match = _patterns(language)[0].search(fold_chars(text))
    if match is None:
        return None
    group = "amount1" if match["amount1"] else "amount2"
    start, end = match.span(group)
    amount = Decimal(re.sub(r"\D", "", match[group]))
    if amount < _MIN_AMOUNT or any(item.start < end and start < item.end for item in entities):
        return None
    return Limit(amount, start, end)


def is_per_person(text: str, language: str) -> bool:
    """Return whether a text speaks of a price for each traveller: "300 each"."""
    return _patterns(language)[1].search(fold_chars(text)) is not None
