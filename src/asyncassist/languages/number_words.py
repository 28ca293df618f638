"""Type of the number words of a language, and helpers that enumerate them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

Spelling = tuple[str, int]
"""Spelling of a number, of one or several words, and its value."""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class NumberWords:
    """Words of numbers of one language. Words that are compared with tokens are in lower case without accents.

    Attributes:
        cardinals: Yields the spellings of the numbers 0 to 99.
        ordinals: Yields the spellings of the ordinals 1 to 31; larger ones do no harm.
        ordinal_suffixes: What makes digits before it an ordinal ("th" in "12th").
        spaced_ordinals: Whether a space may stand between the digits and that suffix in a date ("12 th").
        hundred: Words that multiply the number before them by 100.
        hundreds: Value of each word of whole hundreds ("duzentos").
        thousand: Words that multiply the number before them by 1000.
        bare_multipliers: Whether "hundred" or "thousand" without a number before it is a number.
        conjunction: Word that may stand between hundreds or thousands and the rest.
        amount_units: Regular expression of the currencies and measures after an amount, as written in any case: "12.50
            dollars" is no date.
        compound_thousands: Parts at which a number written as one word is split into thousands and the rest; empty if
            the language writes numbers as several words.
        compound_hundred: Part at which such a word is split into hundreds and the rest; empty without such words.
        compound_conjunction: What may stand between hundreds and rest in such a word; empty for nothing.
    """

    cardinals: Callable[[], Iterable[Spelling]]
    ordinals: Callable[[], Iterable[Spelling]]
    ordinal_suffixes: frozenset[str]
    spaced_ordinals: bool = False
    hundred: frozenset[str] = frozenset()
    hundreds: Mapping[str, int] = field(default_factory=dict)
    thousand: frozenset[str]
    bare_multipliers: bool = True
    conjunction: str
    amount_units: str
    compound_thousands: tuple[str, ...] = ()
    compound_hundred: str = ""
    compound_conjunction: str = ""


def split_spellings(words: str) -> list[list[str]]:
    """Split a line into one entry per number; "|" separates the spellings of one number."""
    return [word.split("|") for word in words.split()]


def enumerate_spellings(words: Sequence[Sequence[str]], first: int = 0) -> Iterator[Spelling]:
    """Yield each spelling with its value, counting entries from `first`."""
    for value, names in enumerate(words, first):
        for name in names:
            yield name, value


def join_tens(units: Sequence[Sequence[str]], tens: Sequence[Sequence[str]], *joins: str) -> Iterator[Spelling]:
    """Yield the numbers from 20 to 99 that are composed of a ten, a connector and a unit."""
    for ten, names in enumerate(tens, 2):
        for name in names:
            yield name, 10 * ten
            for unit in range(1, 10):
                for small in units[unit]:
                    for join in joins:
                        yield f"{name}{join}{small}", 10 * ten + unit
