"""Requests to change the language of the conversation: "in English, please", "torniamo all'italiano"."""

from __future__ import annotations

import functools
import re

from babel import Locale

from asyncassist.languages.registry import LANGUAGES, join_patterns
from asyncassist.nlp.followup.cues import fold_chars

_VERB = join_patterns(lambda pack: pack.followup.language_verb)
_TO = join_patterns(lambda pack: pack.followup.language_preposition)
_END = join_patterns(lambda pack: pack.followup.language_request_end)
_PLEASE = join_patterns(lambda pack: pack.followup.please)
_NEGATION = re.compile(rf"(?<!\w){join_patterns(lambda pack: pack.followup.language_negation)}(?!\w)")
_NEGATION_DISTANCE = 20  # characters before a request in which a negation applies to it


class _Requests:
    """Names of the languages in each language ("englisch": "en"), and the patterns of requests that name one."""

    def __init__(self) -> None:
        self.codes = {
            fold_chars(str(Locale.parse(own).languages[code])): code for own in LANGUAGES for code in LANGUAGES
        }
        name = "|".join(sorted(self.codes, key=len, reverse=True))
        self.verb = re.compile(rf"(?<!\w){_VERB}\W+(?:\w+\W+){{0,3}}?(?:{_TO}\s*)?({name})(?!\w)(?:\W+{_END})?")
        self.preposition = re.compile(rf"(?<!\w){_TO}\s*({name})(?!\w)\W+(?:{_VERB}|{_PLEASE})(?!\w)")
        self.alone = re.compile(rf"\W*(?:\w+\W+){{0,2}}?({name})(?:\W+\w+){{0,2}}\W*")


@functools.cache
def _requests() -> _Requests:
    return _Requests()


def warm_up() -> None:
    """Load the names of the languages, which are read from files, before the first message."""
    _requests()


def requested_language(text: str) -> tuple[str, tuple[int, int]] | None:
    """Return the language that a message asks to continue in.

    Args:
        text: The message, in any of the supported languages.

    Returns:
        Two-letter code and the (start, end) offsets of the request; None if there is no request or it is negated.
    """
    folded = fold_chars(text)
    requests = _requests()
    for match in (requests.verb.search(folded), requests.preposition.search(folded), requests.alone.fullmatch(folded)):
        if match is not None and not _NEGATION.search(
            folded[max(0, match.start() - _NEGATION_DISTANCE) : match.start(1)]
        ):
            return requests.codes[match[1]], match.span()
    return None


def blank_span(text: str, span: tuple[int, int]) -> str:
    """Return the message with a span replaced by a comma and spaces; its length and offsets do not change.

    The words of a language request mean nothing else: "back to English" is no return flight.

    Args:
        text: The message.
        span: Offsets (start, end) of the words to blank; not empty.
    """
    return text[: span[0]] + "," + " " * (span[1] - span[0] - 1) + text[span[1] :]
