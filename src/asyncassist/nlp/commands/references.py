"""Finds which of the offers shown a sentence speaks of: "the second one", "the 10:30 flight", "the cheapest"."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Final

from asyncassist.languages.registry import PACKS, join_patterns
from asyncassist.nlp.command_types import OfferReference
from asyncassist.nlp.followup.cues import find_clock, find_ordinals, fold_chars, patterns_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asyncassist.nlp.command_types import Criterion
    from asyncassist.nlp.models import Entity


class _Words:
    """Compiled words of one language."""

    def __init__(self, language: str) -> None:
        words = PACKS[language].offers
        for name in ("landing", "early", "late", "cheap", "dear", "fast", "slow", "pair"):
            setattr(self, name, re.compile(rf"(?<!\w)(?:{getattr(words, name)})(?!\w)"))

    landing: re.Pattern[str]
    early: re.Pattern[str]
    late: re.Pattern[str]
    cheap: re.Pattern[str]
    dear: re.Pattern[str]
    fast: re.Pattern[str]
    slow: re.Pattern[str]
    pair: re.Pattern[str]


@functools.cache
def _words(language: str) -> _Words:
    return _Words(language)


def find_reference(
    sentence: str, language: str, entities: Sequence[Entity], *, by_measure: bool = False
) -> OfferReference:
    """Return which offers a sentence speaks of.

    Args:
        sentence: The sentence.
        language: Two-letter code of its language.
        entities: Entities of the sentence; their offsets are not used.
        by_measure: Whether the sentence asks for the first or last by some measure: "first" is no position then.
    """
    folded = fold_chars(sentence)
    minute, whole_hour, window = find_clock(folded, language=language)
    words = _words(language)
    positions = () if by_measure else find_ordinals(folded, language=language)
    if words.pair.search(folded) and len(positions) < 2:
        positions = (0, 1)
    landing = words.landing.search(folded) is not None
    return OfferReference(
        positions=positions,
        numbers=tuple(str(item.value) for item in entities if item.type == "flight_number"),
        carriers=tuple(item.value.code for item in entities if item.type == "airline"),
        departure=minute if window is None else None,
        whole_hour=whole_hour,
        window=window,
        criterion=None if positions else _find_criterion(words, folded, landing=landing),
        landing=landing,
        returning=patterns_for(language).return_.search(folded) is not None
        or any(item.type == "return_date" for item in entities),
    )


_NUMBER: Final = re.compile(
    r"(?<![\w.,:/])\d{1,2}(?![\d:/%]|[.,]\d|"
    rf"\s?(?:[ap]\.?m|{join_patterns(lambda pack: pack.hours.units or 'h')})(?!\w))"
)
_MAX_OFFERS: Final = 10
_PAIR: Final = 2


def find_compared(sentence: str) -> tuple[int, ...]:
    """Return the indices of the two offers that a comparison names by bare numbers; empty without exactly two."""
    numbers = tuple(dict.fromkeys(int(found) - 1 for found in _NUMBER.findall(fold_chars(sentence))))
    return numbers if len(numbers) == _PAIR and all(0 <= one < _MAX_OFFERS for one in numbers) else ()


def _find_criterion(words: _Words, folded: str, *, landing: bool) -> Criterion | None:
    """Return the superlative of a sentence."""
    if words.dear.search(folded):
        return "dearest"
    if words.cheap.search(folded):
        return "cheapest"
    if words.slow.search(folded):
        return "longest"
    if words.fast.search(folded):
        return "fastest"
    if words.late.search(folded):
        return "lands_last" if landing else "leaves_last"
    if words.early.search(folded):
        return "lands_first" if landing else "leaves_first"
    return None


_CODES: Final = ("AUD", "CAD", "CHF", "CZK", "DKK", "GBP", "HUF", "JPY", "MXN", "NOK", "PLN", "SEK", "USD")
_SIGNS: Final = {"€": "EUR", "$": "USD", "£": "GBP", "r$": "BRL"}


@functools.cache
def _currencies() -> tuple[re.Pattern[str], re.Pattern[str], dict[str, str]]:
    """Return the patterns of a currency, and of one after a preposition, and the code of each name."""
    names = {name: code for pack in PACKS.values() for name, code in pack.guard.currency_names.items() if code}
    table = {**{code.lower(): code for code in _CODES}, **names, **_SIGNS}
    name = "|".join(map(re.escape, sorted(table, key=len, reverse=True)))
    before = join_patterns(lambda pack: pack.offers.currency_preposition)
    any_one = re.compile(rf"(?<!\w)({name})(?!\w)")
    wanted = re.compile(rf"(?<!\w){before} (?:\w+ )?({name})(?!\w)")
    return any_one, wanted, table


def find_currency(text: str, *, wanted: bool = False) -> str | None:
    """Return the currency that a text names; None without one.

    Args:
        text: The text.
        wanted: Look only for one after a preposition: "prices in francs".
    """
    any_one, after_preposition, table = _currencies()
    found = (after_preposition if wanted else any_one).search(fold_chars(text))
    return None if found is None else table[found[1]]
