"""Type of the words by which the output guard finds prices and times in a model's text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class GuardWords:
    """Words of one language, folded: lower case without accents.

    Attributes:
        currency_names: Codes of currencies by their folded names; an empty code is of no currency.
        currency_noun_last: Whether the noun ends the name of a currency ("Polish zlotys", but "zlotys polonais").
        minor_units: Names of the hundredth part of a currency, separated by white space.
        no_currencies: Words in the names of currencies that mean something else without the rest of the name, separated
            by white space.
        round_numbers: Numbers that stand without the number that they multiply, as in "a hundred".
        before_hour: Words right before an hour, separated by white space.
        after_hour: Words right after an hour, separated by white space.
        subtracting: Words that make it the time before the hour: "a quarter to three"; separated by white space.
        ambiguous_calendar_words: Names and abbreviations of months and weekdays that are common words in some language
            too, separated by white space.
        duration_units: Hours and minutes.
        per_cent: Words of per cent.
        clock_suffix: Word that may follow the minutes of a time without a space, as it is written; may be empty.
    """

    currency_names: Mapping[str, str]
    currency_noun_last: bool
    minor_units: str
    no_currencies: str
    round_numbers: Mapping[str, int]
    before_hour: str
    after_hour: str
    subtracting: str
    ambiguous_calendar_words: str
    duration_units: str
    per_cent: str
    clock_suffix: str
