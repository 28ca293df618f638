"""Questions beside the commands of a message: about matters other than the flight, or about a shown offer.

Pure: patterns are matched on folded text, whose offsets are those of the original text.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from asyncassist.languages.registry import PACKS
from asyncassist.nlp.followup.cues import fold_chars

if TYPE_CHECKING:
    from collections.abc import Iterator

_SENTENCE = re.compile(r"[^.!?\n]+(?:[.!?]+|\n|$)")
_WORD = re.compile(r"\w+")


@functools.cache
def _pattern(language: str, *names: str) -> re.Pattern[str]:
    """Return the pattern of some kinds of words in one language."""
    return re.compile(rf"(?<!\w)(?:{'|'.join(getattr(PACKS[language].patterns, name) for name in names)})(?!\w)")


def is_question(folded: str, language: str) -> bool:
    """Return True if a sentence ends in a question mark or begins as a question.

    Args:
        folded: The sentence, folded by `fold_chars`.
        language: Two-letter code of one of the supported languages.
    """
    first = _WORD.search(folded)
    begins = first is not None and _pattern(language, "question_start").match(folded, first.start()) is not None
    return begins or "?" in folded


def find_side_questions(text: str, *, language: str) -> Iterator[tuple[int, int]]:
    """Yield the offsets (start, end) of the sentences that ask about another matter than the flight.

    Such a sentence is a question, names a matter beside the flight ("pack", "weather", "get to the city") and has no
    word of flights or offers.

    Args:
        text: The message.
        language: Two-letter code of one of the supported languages.
    """
    folded = fold_chars(text)
    for match in _SENTENCE.finditer(folded):
        sentence = match[0]
        if (
            _pattern(language, "beside_trip").search(sentence)
            and is_question(sentence, language)
            and not _pattern(language, "flight_noun", "flight_talk").search(sentence)
        ):
            yield match.span()


def says_more_than_ordinal(text: str, span: tuple[int, int], *, language: str) -> bool:
    """Return True if a question has words beyond those that name an offer: not "and the second one?".

    Args:
        text: The message.
        span: Offsets of the ordinal that names the offer.
        language: Two-letter code of one of the supported languages.
    """
    folded = fold_chars(text)
    if not is_question(folded, language):
        return False
    naming = _pattern(language, "offer_naming")
    return any(
        naming.fullmatch(word[0]) is None
        for word in _WORD.finditer(folded)
        if word.end() <= span[0] or word.start() >= span[1]
    )
