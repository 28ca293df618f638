"""The date grammar: what patterns of words mean.

Reading rules, for all languages where nothing else is said:

- What was left open is filled by the next possible date, today included: "the 3rd", "3 March", "29 February".
- A bare weekday is the next one after today; said on that very day it means a week on, with today as an alternative.
- "This Friday" is that of the running week (today counts), once it is gone the coming one.
- "Next Friday" is, in English, the Friday of the next week, weeks beginning on Monday, with the coming one as an
  alternative; in the other languages it is the coming one, with the week after as an alternative. "Coming" is the
  coming one everywhere.
- "Next week", "next month", "next year" are those of the calendar; "in two weeks" is fourteen days on.
- A weekend is Saturday and Sunday. A period that has begun begins today.
- "Friday in two weeks" is two weeks after the coming Friday.
- A season is three whole months (spring: March to May, south of the equator September to November), a quarter three
  months of the calendar: both like "from March to May", with the grain of a month and the last day as the end.
- "Within three days" and "the next three days" begin today and end then. The night "from 3 to 4 May" is the 3rd's.
- Two figures behind a whole date are its year if it lies up to five years on.
- A holiday beside a date of the same trip says what the trip is for: "New Year in Prague, leaving on 30 December".
- "In" a month or year is that grain; early, mid and late are its days 1-10, 11-20 and from 21.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

# The rule modules add their rules to the registry when they are imported, in this order.
from asyncassist.nlp.dates import (
    rules_days,
    rules_periods,
    rules_weekdays,
)
from asyncassist.nlp.dates.lexer import ALPHABET, DATE_LEXICONS, get_lexicon_index
from asyncassist.nlp.dates.patterns import KindPattern, compile_pattern
from asyncassist.nlp.dates.rule_registry import RULES, RuleAction

RULE_MODULES = (rules_days, rules_weekdays, rules_periods)


@dataclass(frozen=True, slots=True)
class DateRule:
    """A pattern and what it means.

    Attributes:
        pattern: Over kinds of words.
        action: Reads a match; None where it makes no date after all.
    """

    pattern: KindPattern
    action: RuleAction


@functools.cache
def compile_rules() -> tuple[dict[str, tuple[DateRule, ...]], dict[str, tuple[DateRule, ...]]]:
    """The rules by the letters they can begin with: the usual ones, and all where a date was asked for."""
    for language in DATE_LEXICONS:
        get_lexicon_index(language)  # every word of every language has its letter before patterns are read
    default_rules: dict[str, list[DateRule]] = {}
    all_rules: dict[str, list[DateRule]] = {}
    for source, action, expected in RULES:
        rule = DateRule(compile_pattern(source, ALPHABET), action)
        for letter in rule.pattern.first_letters:
            all_rules.setdefault(letter, []).append(rule)
            if not expected:
                default_rules.setdefault(letter, []).append(rule)
    return {key: tuple(value) for key, value in default_rules.items()}, {
        key: tuple(value) for key, value in all_rules.items()
    }
