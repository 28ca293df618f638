"""Questions about an offered flight, whose entities are not slots of a new search.

"When will it arrive in Las Vegas? Is it economy?" asks about an offer; neither the city nor the cabin is a slot of the
next search. This holds only for replies to the assistant: at the start of a conversation the same words are a request.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from asyncassist.languages.registry import join_patterns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asyncassist.nlp.tokens import TokenizedText


def _words(name: str) -> str:
    """Return the pattern of one kind of words in all languages."""
    return join_patterns(lambda pack: getattr(pack.questions, name))


_OFFER_QUESTION: Final = re.compile(
    rf"^(?:{_words('offer_lead_in')} ?[,.!]? )*"
    rf"(?:(?P<when>{_words('offer_detail')})|(?P<is>{_words('offer_check')}))\b"
)
# Words that make a question a new search all the same.
_SEARCH: Final = re.compile(rf"\b{_words('search')}\b")
_ARRIVING: Final = re.compile(rf"\b{_words('arriving')}\b")
# Accommodation, restaurants, rental cars, weather: not part of the flight.
_NOT_TRAVEL: Final = re.compile(rf"\b{_words('not_travel')}\b")
_FLYING: Final = re.compile(rf"\b{_words('flying')}\b")
_SENTENCE_ENDS: Final = frozenset({".", "?", "!", ";", "\n"})


class QuestionSpans:
    """Tokens of questions about an offer, or of sentences about something other than flying.

    Args:
        text: Tokenized text.
        previous: Last message of the assistant, None at the start of a conversation.

    Attributes:
        ignored_place_tokens: Tokens whose places are not slots.
        ignored_detail_tokens: Tokens whose cabin and number of passengers are not slots.
    """

    __slots__ = ("ignored_detail_tokens", "ignored_place_tokens")

    def __init__(self, text: TokenizedText, previous: str | None) -> None:
        self.ignored_place_tokens: set[int] = set()
        self.ignored_detail_tokens: set[int] = set()
        for first, last, sentence, question in _split_sentences(text):
            if _NOT_TRAVEL.search(sentence):
                self.ignored_detail_tokens.update(range(first, last + 1))
                if not _FLYING.search(sentence):
                    self.ignored_place_tokens.update(range(first, last + 1))
            if previous is None:
                continue
            match = _OFFER_QUESTION.match(sentence)
            if match is None or _SEARCH.search(sentence):
                continue
            if question or match["when"]:
                if _ARRIVING.search(sentence):
                    self.ignored_place_tokens.update(range(first, last + 1))
                if match["is"] or question:
                    self.ignored_detail_tokens.update(range(first, last + 1))


def _split_sentences(text: TokenizedText) -> Iterator[tuple[int, int, str, bool]]:
    """Yield the first and last token of each sentence, its normalized string, and whether it ends with "?"."""
    words = text.words
    first = 0
    for index, word in enumerate(words):
        if word in _SENTENCE_ENDS or index == len(words) - 1:
            sentence = " ".join([one for one in words[first : index + 1] if one not in {"-", "'"}])
            yield first, index, sentence, word == "?"
            first = index + 1
