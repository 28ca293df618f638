"""What the rules left unread in a text: words of a date, names after a preposition of a place, and numbers."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from asyncassist.languages.registry import PACKS
from asyncassist.nlp.entities.places import is_all_caps
from asyncassist.nlp.numbers import CARDINALS
from asyncassist.nlp.role_words import role_words_of
from asyncassist.nlp.rule_extractor import KNOWN_WORDS
from asyncassist.nlp.tokens import normalize

if TYPE_CHECKING:
    from asyncassist.nlp.models import Analysis, Reading

# Shorter words after a preposition are rather particles than names.
_MIN_NAME_LENGTH: Final = 3
_TRIP_INTENTS: Final = frozenset({"search_flight", "book_flight", "change_booking", "flight_status"})
_DATE_KINDS: Final = ("MONTH", "WDAY")


@cache
def date_words(language: str) -> frozenset[str]:
    """Return the single words of months and weekdays of a language, folded."""
    lexicon = PACKS[language].dates
    lines = [line for kind in _DATE_KINDS for line in _spellings(lexicon.get(kind, ""))]
    return frozenset(normalize(word) for line in lines for word in line.split(", ") if word.isalpha())


def _spellings(entry: object) -> list[str]:
    """Return the lines of a kind of the lexicon."""
    return [entry] if isinstance(entry, str) else [str(line) for line in getattr(entry, "values", list)()]


def has_unread_words(reading: Reading, analysis: Analysis) -> bool:
    """Return whether a text about a trip has a word of a date, a name or a number that no entity covers."""
    if not (analysis.entities or reading.asked or analysis.intent.name in _TRIP_INTENTS):
        return False
    text, language = reading.text, reading.language
    lexicon = role_words_of(language)
    prepositions = lexicon.origin | lexicon.destination
    capitals_tell = not is_all_caps(text)
    numbers, dates = CARDINALS[language], date_words(language)
    for position, token in enumerate(text.tokens):
        if any(entity.start < token.end and token.start < entity.end for entity in analysis.entities):
            continue
        word = token.folded
        if word.isdecimal() or word in dates or any(not tail and value > 1 for tail, value in numbers.get(word, ())):
            return True
        named = position > 0 and text.words[position - 1] in prepositions and len(word) >= _MIN_NAME_LENGTH
        if named and word.isalpha() and word not in KNOWN_WORDS and (token.raw[0].isupper() and capitals_tell):
            return True
    return False
