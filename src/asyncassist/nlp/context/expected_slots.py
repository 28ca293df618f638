"""Slots that the assistant's last message asked for, by which a short answer is interpreted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from asyncassist.languages.registry import join_patterns
from asyncassist.nlp.tokens import normalize

if TYPE_CHECKING:
    from collections.abc import Mapping


def _words(name: str) -> str:
    """Return the pattern of one kind of words in all languages."""
    return join_patterns(lambda pack: getattr(pack.questions, name))


def _compile(name: str) -> re.Pattern[str]:
    """Compile the pattern of one kind of whole words."""
    return re.compile(rf"\b(?:{_words(name)})\b")


_SENTENCE: Final = re.compile(r"[^.?!\n]*[.?!\n]?")
_CLAUSE: Final = re.compile(rf",|\b{_words('joiner')}\b|&")
_MAX_CHARS: Final = 600
_RETURN: Final = _compile("returning")
_WHEN: Final = _compile("when")
_WHERE: Final = _compile("where")
_ORIGIN: Final = _compile("origin")
_DESTINATION: Final = _compile("destination")
_ORIGIN_PHRASE: Final = _compile("origin_phrase")
_TRAILING_PREPOSITION: Final = re.compile(rf"\b{_words('trailing_preposition')} ?[?]")
_OTHER_SLOTS: Final = {
    slot: _compile(slot)
    for slot in ("passengers", "cabin", "airline", "budget", "trip_type", "max_stops", "flight_number")
}
_QUESTION_START: Final = re.compile(rf"\s*(?:{_words('lead_in')} )?{_words('question_word')}\b")
_REQUEST: Final = _compile("request")


def expected_slots(previous: str | None, context: Mapping[str, Any] | None = None) -> tuple[str, ...]:
    """Return the slots that the last message asks for, in its order, named like the entity types; empty if none.

    Args:
        previous: Last message of the assistant; only its last 600 characters are read. None: no message.
        context: Facts known to the application; `asked` in it (one slot or several) takes precedence over `previous`.
    """
    if context and context.get("asked"):
        asked = context["asked"]
        return (asked,) if isinstance(asked, str) else tuple(map(str, asked))
    if not previous:
        return ()
    found: dict[str, None] = {}
    for sentence in _SENTENCE.findall(normalize(previous[-_MAX_CHARS:])):
        if sentence.rstrip().endswith("?") or _QUESTION_START.match(sentence) or _is_request(sentence):
            for clause in _CLAUSE.split(sentence):
                found.update(dict.fromkeys(_slots_in_clause(clause, sentence)))
    return tuple(found)


def _is_request(sentence: str) -> bool:
    """Return whether a sentence asks for information without being a question: "please tell me ..."."""
    return _REQUEST.search(sentence) is not None


def _slots_in_clause(clause: str, sentence: str) -> list[str]:
    """Return the slots that one clause of a question asks for."""
    found = []
    if _WHEN.search(clause):
        found.append("return_date" if _RETURN.search(clause) else "departure_date")
    if _WHERE.search(clause) or _TRAILING_PREPOSITION.search(clause):
        found.append(_place_slot(clause) or _place_slot(sentence) or "destination")
    found += [name for name, pattern in _OTHER_SLOTS.items() if pattern.search(clause)]
    return found


def _place_slot(words: str) -> str | None:
    """Return whether the words ask for the "origin" or the "destination", None if they do not say."""
    origin, destination = _ORIGIN.search(words), _DESTINATION.search(words)
    if origin is None:
        return None if destination is None else "destination"
    # "departing destination", "where are you going to leave from"
    if destination is None or _ORIGIN_PHRASE.search(words) or origin.start() > destination.start():
        return "origin"
    return "destination"
