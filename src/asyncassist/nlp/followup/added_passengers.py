"""Extraction of added passengers: "granny's coming too", "y mi suegra también", "j'ai oublié bébé"."""

from __future__ import annotations

import re

from asyncassist._types import Passengers
from asyncassist.nlp import passenger_words
from asyncassist.nlp.followup.cues import fold_chars
from asyncassist.nlp.numbers import parse_number
from asyncassist.nlp.tokens import TokenizedText

_AGE_IN_MONTHS = re.compile(r"(?<=\w)[\s-](?:months?|mo|mes(?:es)?|mois|monate?n?|mes[ei])(?!\w)|\d\s?m\b")
_AGE_IN_YEARS = re.compile(r"(?<!\w)(\w+)[\s-](?:years?|yrs?|yo|an(?:itos?|os?)|ans?|jahren?|ann[io])(?!\w)")
_STATED_AGE = re.compile(
    r"(?<!\w)(?:is|tem|tiene|ist|age|aged) (\d{1,2})(?= ?(?:$|[.,;)!]|and|e|y|und|is|kommt|viene|"
    r"vai|va))"
)
# Words for a child too young for a seat of its own.
_LAP_INFANT = re.compile(
    r"(?<!\w)(?:(?:on|in) (?:my|our|her|his) lap|(?:ao|no) colo|en (?:brazos|el regazo)|sur (?:mes|les|nos) genoux|"
    r"auf de[mn] schos|in braccio|sulle ginocchia|bb|newborn|recien nacid[oa]|beb[ae]|neonat[oa])(?!\w)"
)
_NEGATION = re.compile(
    r"(?<!\w)(?:not|can'?t|cannot|won'?t|isn'?t|doesn'?t|nicht|kein\w*|pas|ne|no|nao|non|statt|instead)(?!\w)"
)
_RELATIVES = (
    "aunt uncle nephew niece tia tio tante onkel oncle zia zio sobrino sobrina sobrinho sobrinha neveu neffe nichte "
    "nipote cunhado cunhada cunado cunada cognato cognata schwager schwagerin primo prima cugino cugina kollege little "
    "bb beba bimba grandma grandpa someone somebody alguem alguien qualcuno jemand he she they vieille vieux"
)
_COUNTABLE_NOUNS = (
    passenger_words.PERSON_WORDS - passenger_words.TICKET_NOUNS
    | passenger_words.COMPANION_NOUNS
    | {word + "s" for word in passenger_words.COMPANION_NOUNS}
)
_PEOPLE = _COUNTABLE_NOUNS | passenger_words.PARENT_NOUNS | frozenset(_RELATIVES.split())
_PAIR_NOUNS = passenger_words.PARENT_NOUNS | {
    "grandparents",
    "avos",
    "abuelos",
    "grosseltern",
    "nonni",
    "suegros",
    "sogros",
}
# Fare ages in years: infants are under 2, children under 18. One message adds at most 6.
_MIN_CHILD_AGE, _MIN_ADULT_AGE, _MAX_ADDED = 2, 18, 6


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
    # "no colo" (Portuguese: on the lap) is no negation.
    if _NEGATION.search(folded.replace("no colo", "ao colo")) or not (
        _PEOPLE & set(tokenized.words) or _mentions_name(text, language)
    ):
        return None
    young = [word for word in tokenized.words if word in passenger_words.CHILD_NOUNS]
    count = _count_added(tokenized, language)
    if _AGE_IN_MONTHS.search(folded) or (_LAP_INFANT.search(folded) and not _AGE_IN_YEARS.search(folded)):
        return Passengers(adults=0, infants=count)
    years = _AGE_IN_YEARS.search(folded) or _STATED_AGE.search(folded)
    if years is not None:
        number = parse_number(TokenizedText.from_text(years[1]).tokens, 0, language)
        age = _MIN_ADULT_AGE if number is None else number[0]
        if age < _MIN_ADULT_AGE:
            infant = age < _MIN_CHILD_AGE
            return Passengers(adults=0, children=0 if infant else count, infants=count if infant else 0)
    if young:
        infant = passenger_words.PERSON_NOUNS[young[0]][0] == "infant"
        return Passengers(adults=0, children=0 if infant else count, infants=count if infant else 0)
    return Passengers(adults=count)


def _mentions_name(text: str, language: str) -> bool:
    """Return whether the text may hold a name ("Tom is coming too"); never in German, which capitalizes every noun."""
    return language != "de" and any(word[:1].isupper() and word[1:].islower() for word in text.split()[1:])


def _count_added(tokenized: TokenizedText, language: str) -> int:
    """Return how many passengers are added: a number before a noun of persons, two for parents, else one."""
    if _PAIR_NOUNS & set(tokenized.words):
        return 2
    for index in range(len(tokenized.words) - 1):
        number = parse_number(tokenized.tokens, index, language)
        follows = index + number[1] if number else len(tokenized.words)
        if number and follows < len(tokenized.words) and tokenized.words[follows] in _COUNTABLE_NOUNS:
            return min(number[0], _MAX_ADDED)
    return 1
