"""Extraction of added passengers: "granny's coming too", "y mi suegra también", "j'ai oublié bébé"."""

from __future__ import annotations

import re

from asyncassist._types import Passengers
from asyncassist.languages.registry import PACKS, any_of, union_over_packs
from asyncassist.nlp import passenger_words
from asyncassist.nlp.entities.child_ages import MIN_ADULT_AGE, MIN_CHILD_AGE, MONTHS
from asyncassist.nlp.followup.cues import fold_chars
from asyncassist.nlp.numbers import parse_number
from asyncassist.nlp.tokens import TokenizedText

_WORDS = tuple(pack.added_passengers for pack in PACKS.values())
_AGE_IN_MONTHS = re.compile(rf"(?<=\w)[\s-](?:{any_of(sorted(MONTHS))})(?!\w)|\d\s?m\b")
_YEAR_UNITS = any_of(sorted(union_over_packs(lambda pack: pack.added_passengers.year_units)))
_AGE_IN_YEARS = re.compile(rf"(?<!\w)(\w+)[\s-](?:{_YEAR_UNITS})(?!\w)")
_BEFORE_STATED_AGE = any_of(sorted(union_over_packs(lambda pack: pack.added_passengers.before_stated_age)))
_AFTER_STATED_AGE = any_of(sorted(union_over_packs(lambda pack: pack.added_passengers.after_stated_age)))
_STATED_AGE = re.compile(rf"(?<!\w)(?:{_BEFORE_STATED_AGE}) (\d{{1,2}})(?= ?(?:$|[.,;)!]|{_AFTER_STATED_AGE}))")
# Words for a child too young for a seat of its own.
_LAP_INFANT = re.compile(rf"(?<!\w)(?:{any_of(words.lap_infant for words in _WORDS)})(?!\w)")
# "No colo" (Portuguese: on the lap) is no negation.
_NOT_NEGATIONS = any_of(words.not_negations for words in _WORDS if words.not_negations)
_NEGATION = re.compile(rf"(?<!\w)(?!{_NOT_NEGATIONS})(?:{any_of(words.negations for words in _WORDS)})(?!\w)")
_COUNTABLE_NOUNS = (
    passenger_words.PERSON_WORDS - passenger_words.TICKET_NOUNS
    | passenger_words.COMPANION_NOUNS
    | {word + "s" for word in passenger_words.COMPANION_NOUNS}
)
_RELATIVES = union_over_packs(lambda pack: pack.added_passengers.relatives)
PEOPLE = _COUNTABLE_NOUNS | passenger_words.PARENT_NOUNS | _RELATIVES
PAIR_NOUNS = passenger_words.PARENT_NOUNS | union_over_packs(lambda pack: pack.added_passengers.pair_nouns)
# One message adds at most so many.
_MAX_ADDED = 6


def find_added_passengers(text: str, language: str) -> Passengers | None:
    """Return the passengers that a message adds to those already counted.

    Args:
        text: A message with the cue "companions": someone travels along.
        language: Two-letter code of one of the supported languages.

    Returns:
        The added passengers, without the earlier ones: one adult unless the words say otherwise. None if the message
        is negated or names no person.
    """
    folded = fold_chars(text)
    tokenized = TokenizedText.from_text(text)
    if _NEGATION.search(folded) or not (PEOPLE & set(tokenized.words) or mentions_name(text, language)):
        return None
    young = [word for word in tokenized.words if word in passenger_words.CHILD_NOUNS]
    count = _count_added(tokenized, language)
    if _AGE_IN_MONTHS.search(folded) or (_LAP_INFANT.search(folded) and not _AGE_IN_YEARS.search(folded)):
        return Passengers(adults=0, infants=count)
    years = _AGE_IN_YEARS.search(folded) or _STATED_AGE.search(folded)
    if years is not None:
        number = parse_number(TokenizedText.from_text(years[1]).tokens, 0, language)
        age = MIN_ADULT_AGE if number is None else number[0]
        if age < MIN_ADULT_AGE:
            infant = age < MIN_CHILD_AGE
            return Passengers(adults=0, children=0 if infant else count, infants=count if infant else 0)
    elif young:
        infant = passenger_words.PERSON_NOUNS[young[0]][0] == "infant"
        return Passengers(adults=0, children=0 if infant else count, infants=count if infant else 0)
    return Passengers(adults=count)


def mentions_name(text: str, language: str) -> bool:
    """Return whether the text may hold a name ("Tom is coming too"); never where every noun has a capital."""
    if PACKS[language].added_passengers.capitalized_nouns:
        return False
    return any(word[:1].isupper() and word[1:].islower() for word in text.split()[1:])


def _count_added(tokenized: TokenizedText, language: str) -> int:
    """Return how many passengers are added: a number before a noun of persons, two for parents, else one."""
    if PAIR_NOUNS & set(tokenized.words):
        return 2
    for index in range(len(tokenized.words) - 1):
        number = parse_number(tokenized.tokens, index, language)
        follows = index + number[1] if number else len(tokenized.words)
        if number and follows < len(tokenized.words) and tokenized.words[follows] in _COUNTABLE_NOUNS:
            return min(number[0], _MAX_ADDED)
    return 1
