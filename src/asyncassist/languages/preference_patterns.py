"""Patterns of preferences: cabin, stops and budget."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class CabinPatterns:
    """Patterns of one language that name a cabin, for normalized text; "" where the language needs none.

    Attributes:
        phrases: Phrases of several words by cabin: economy, premium_economy, business or first.
        words: Single words by cabin, tried after the phrases of all languages.
        clear_words: Those single words that mean nothing but a cabin.
        before_other_meaning: Words before another single word that make it something else: "the most economic".
        after_other_meaning: Words after a name that make it something else: "business trip".
        before_business: Words before "business" that make it a trip on business: "on business".
        negations: Words that deny the preference named next: "not", "instead of".
        negation_fillers: Words that may stand between such a word and the preference.
        alternatives: Words between two cabins of which either will do: "business or economy".
    """

    phrases: Mapping[str, str]
    words: Mapping[str, str]
    clear_words: frozenset[str]
    before_other_meaning: str = ""
    after_other_meaning: str = ""
    before_business: str = ""
    negations: str
    negation_fillers: str
    alternatives: frozenset[str]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class StopPatterns:
    """Patterns of one language that limit the stops, for normalized text; "" where the language needs none.

    Attributes:
        stops: Nouns of a stop, in the singular and the plural.
        none: Words before such a noun that mean no stop.
        one: "One".
        two: "Two".
        limits: Words that may stand before the number: "at most".
        direct: Words that mean no stop.
        after_direct: Words after those that belong to the same phrase: "direct only".
        one_stop: Phrases of at most one stop without such a noun: "change only once".
        less_than: Words before the number that exclude it.
        more_than: Words before the number that make it no limit.
    """

    stops: str
    none: str
    one: str
    two: str
    limits: str
    direct: str
    after_direct: str = ""
    one_stop: str
    less_than: str
    more_than: str


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class BudgetPatterns:
    """Patterns of one language that state a maximum price, for normalized text; "" where the language needs none.

    Attributes:
        currencies: Names of currencies by ISO 4217 code; codes and signs are known.
        magnitudes: Value of each word that is an amount by itself or multiplies a small number: "two hundred".
        limit_cues: Words before an amount that make it a limit: "up to".
        budget_cues: Beginnings of those that speak of money, after which an amount needs no currency.
        before_amount: Words that may stand between a limit and its amount: "a budget of 500".
        per: Words between an amount and what it is for: "500 per person".
        each: Words of a price for each traveller: "per person".
        in_all: Words of a price for all travellers: "in all".
        limit_suffixes: Words after an amount that make it a limit: "500 or less".
        limit_hints: Parts of words that show a limit anywhere in a text.
    """

    currencies: Mapping[str, str]
    magnitudes: Mapping[str, int]
    limit_cues: str
    budget_cues: str
    before_amount: str = ""
    per: str
    each: str
    in_all: str
    limit_suffixes: str
    limit_hints: str


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class PreferencePatterns:
    """Patterns of the preferences of a search in one language.

    Attributes:
        cabin: Patterns of cabins.
        stops: Patterns of stops.
        budget: Patterns of the maximum price.
    """

    cabin: CabinPatterns
    stops: StopPatterns
    budget: BudgetPatterns
