"""Date grammar: the compiled date rules, and how they resolve ambiguous expressions.

Interpretation of dates, for all languages unless stated otherwise:

- An incomplete date means the next possible one, today included: "the 3rd", "3 March", "29 February".
- An unmodified weekday is the next one after today. On that very weekday it means a week later, with today as an
  alternative.
- "This Friday" is the Friday of the current week (today counts); once that has passed, the coming Friday.
- "Next Friday" is, in English, the Friday of the next week (weeks begin on Monday), with the coming Friday as an
  alternative; in the other languages it is the coming Friday, with the week after as an alternative. "Coming" means
  the coming one in every language.
- "Next week", "next month" and "next year" are calendar periods; "in two weeks" is fourteen days from today.
- A weekend is Saturday and Sunday. A period already under way begins today.
- "Friday in two weeks" is two weeks after the coming Friday.
- A season is three whole months (spring: March to May; in the southern hemisphere September to November), a quarter
  three calendar months: both read like "from March to May", with the grain "month" and their last day as the end.
- "Within three days" and "the next three days" begin today and end that many days later. The night "from 3 to 4 May"
  belongs to the 3rd.
- Two digits after a complete day and month are its year if that is at most five years ahead. In a date of three
  numbers, two digits from 70 on are a year of the last century: a date of birth, no trip.
- A year at the end of a range is that of both days. Digits with a dot, a space or a hyphen between ("24.1", "17 02",
  "17-02") are a date where the language writes dates so, if they begin the utterance, follow a weekday or a word before
  dates, or are one end of a range; where decimal numbers have a point, the month has two digits or a dot after it.
- A weekday decides between day and month first ("Friday 4/12"). One that contradicts the date stays an alternative: the
  nearest such day.
- A holiday beside a date of the same trip is its occasion and no travel date: "New Year in Prague, leaving on 30
  December".
- "In" a month or year has that grain; early, mid and late in a month are its days 1-10, 11-20 and from 21.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

# The rule modules register their rules on import; among equally long matches the rule registered first wins, so the
# order of these imports matters.
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
    """A compiled pattern and the action that interprets its matches.

    Attributes:
        pattern: Pattern over kinds of words.
        action: Returns the reading of a match, or None if the match is no date.
    """

    pattern: KindPattern
    action: RuleAction


@functools.cache
def compile_rules() -> tuple[dict[str, tuple[DateRule, ...]], dict[str, tuple[DateRule, ...]]]:
    """Return the date rules by the letters that their matches can begin with; compiled once.

    Returns:
        The default rules, and all rules: the default ones and those that hold only where a date was asked for.
    """
    for language in DATE_LEXICONS:
        # Registers a letter for each word: a pattern compiles only against the letters that exist by then.
        get_lexicon_index(language)
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


@functools.lru_cache(maxsize=1 << 14)
def rules_beginning_with(pair: str, *, expected: bool) -> tuple[DateRule, ...]:
    """Return the rules whose matches can begin with two letters: one of six that can begin with the first one.

    Args:
        pair: The letter at a position and the one after it; one letter at the end of a text.
        expected: Whether the rules count that hold only where a date was asked for.
    """
    return tuple(rule for rule in compile_rules()[expected].get(pair[0], ()) if rule.pattern.may_begin(pair))
