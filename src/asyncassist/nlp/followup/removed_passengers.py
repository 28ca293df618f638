"""Extraction of passengers who drop out: "my husband isn't coming", "sin mis padres", "der Kleine bleibt daheim"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from asyncassist._types import Passengers
from asyncassist.languages.registry import PACKS, join_patterns, union_over_packs
from asyncassist.nlp import passenger_words
from asyncassist.nlp.entities.child_ages import CHILD_HINTS, MONTHS, kind_of_age
from asyncassist.nlp.followup.added_passengers import PAIR_NOUNS, PEOPLE
from asyncassist.nlp.followup.cues import fold_chars
from asyncassist.nlp.numbers import parse_number
from asyncassist.nlp.tokens import TokenizedText, normalize

if TYPE_CHECKING:
    from asyncassist.nlp.passenger_words import PassengerKind

# Common words: a capital at the beginning of a message makes none of them a name.
_COMMON_WORDS = frozenset(normalize(word) for pack in PACKS.values() for word in pack.identification.words.split())
_YEARS = union_over_packs(lambda pack: pack.child_ages.years)
_AFTER_COUNT = join_patterns(lambda pack: pack.followup.after_passenger_count)
# Words between a number and the noun that it counts: "two of the boys".
_MAX_BEFORE_NOUN = 3


def find_removed_passengers(text: str, language: str, span: tuple[int, int]) -> Passengers | None:
    """Return the passengers that a message takes out of the party.

    Args:
        text: A message with the cue "dropouts": someone does not travel along.
        language: Two-letter code of one of the supported languages.
        span: Offsets (start, end) of that cue.

    Returns:
        The passengers that drop out: one adult unless the words say otherwise. None if the message names no person.
    """
    tokenized = TokenizedText.from_text(text)
    words = tokenized.words
    age = _stated_age(tokenized, language)
    named = [word for word in words if word in PEOPLE or word in CHILD_HINTS]
    if not named and age is None and not _follows_name(text[: span[0]]):
        return None
    young = [word for word in words if word in passenger_words.CHILD_NOUNS]
    kind: PassengerKind = "adult" if not young else passenger_words.PERSON_NOUNS[young[0]][0]
    if age is not None:
        kind = kind_of_age(age)
    count = 2 if not PAIR_NOUNS.isdisjoint(words) else _count(tokenized, language)
    counts = {"adult": 0, "child": 0, "infant": 0, kind: count}
    return Passengers(adults=counts["adult"], children=counts["child"], infants=counts["infant"])


def _follows_name(before: str) -> bool:
    """Return whether a text ends with a name: "Tom" of "Tom can't come"."""
    words = before.split()
    name = words[-1] if words else ""
    return name.isalpha() and name[0].isupper() and name[1:].islower() and normalize(name) not in _COMMON_WORDS


def _stated_age(text: TokenizedText, language: str) -> int | None:
    """Return the age in years by which a text names a traveller: "the 15yo", "celui de 16 ans"; None without one."""
    words = text.words
    for position in range(len(words) - 1):
        number = parse_number(text.tokens, position, language)
        if number is None:
            continue
        after = position + number[1]
        after += after < len(words) and words[after] == "-"
        unit = words[after] if after < len(words) else ""
        if unit in _YEARS or unit in MONTHS:
            return number[0] // 12 if unit in MONTHS else number[0]
    return None


def _count(text: TokenizedText, language: str) -> int:
    """Return how many drop out: a number at most three words before a noun of persons, else one."""
    words = text.words
    for position in range(len(words)):
        number = parse_number(text.tokens, position, language)
        if number is None:
            continue
        after = position + number[1]
        if not PEOPLE.isdisjoint(words[after : after + _MAX_BEFORE_NOUN]):
            return max(1, min(number[0], passenger_words.MAX_PASSENGERS))
    return 1


_REST = re.compile(
    rf"(?:,|(?<!\w){join_patterns(lambda pack: pack.followup.restatement)}) ?(?:\w+ )?(\w+)(?: {_AFTER_COUNT})?\W*$"
)


def stated_rest(text: str, language: str, end: int) -> int | None:
    """Return how many are left where a message says so after the words of the dropout: "so two"; None if it does not.

    Args:
        text: The message.
        language: Two-letter code of one of the supported languages.
        end: Offset after the words of the dropout.
    """
    match = _REST.search(fold_chars(text), end)
    number = None if match is None else parse_number(TokenizedText.from_text(match[1]).tokens, 0, language)
    return number[0] if number is not None and 0 < number[0] <= passenger_words.MAX_PASSENGERS else None


def without_passengers(known: Passengers, removed: Passengers) -> Passengers | None:
    """Return a party without some of it; a child that was not counted as one was counted as an adult.

    Returns:
        The rest; None if no adult would be left.
    """
    infants = max(0, known.infants - removed.infants)
    children = max(0, known.children - removed.children - max(0, removed.infants - known.infants))
    minors = removed.children + removed.infants
    missing = minors - (known.children + known.infants - children - infants)
    adults = known.adults - removed.adults - missing
    return None if adults < 1 else Passengers(adults=adults, children=children, infants=infants)
