"""What is known about a message when the dialogue decides: facts alone, no engine."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from asyncassist.assistant.cues import Cues, find_cues, is_excluded, is_listed
from asyncassist.nlp.airlines import airline_by_code, find_airlines, is_denied_after
from asyncassist.nlp.text import Text

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from asyncassist.nlp import Analysis

_CODE = re.compile(r"\b(?:[A-Z]{2}|[A-Z]\d|\d[A-Z])\b")
_DATES = ("departure_date", "return_date", "date")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Something that a message names.

    Attributes:
        type: By the names of the NLP engine.
        value: Typed, as the engine gives it.
        start: Where it begins in the message.
        end: Where it ends.
        text: The traveller's own words.
        metadata: What else the engine says about it.
        excluded: Whether the traveller does not want it.
    """

    type: str
    value: Any
    start: int = 0
    end: int = 0
    text: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    excluded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """A message as the dialogue sees it.

    Attributes:
        text: The message.
        language: Of the answer.
        intent: By the names of the NLP engine.
        found: What the message names, in order.
        cues: What its words ask for.
        today: The traveller's day.
    """

    text: str
    language: str
    intent: str
    today: dt.date
    found: tuple[Found, ...] = ()
    cues: Cues = field(default_factory=Cues)

    @property
    def words(self) -> int:
        """How many words the message has."""
        return len(self.text.split())

    def of(self, *types: str) -> tuple[Found, ...]:
        """What was found of these types."""
        return tuple(item for item in self.found if item.type in types)


def read_facts(analysis: Analysis, *, today: dt.date) -> Facts:
    """The facts of an analysed message.

    Words that try to steer the assistant end the message: what stands behind them is not read.

    Args:
        analysis: What the engine read.
        today: The traveller's day.
    """
    language = analysis.language.code
    entities = analysis.entities
    dates = tuple((item.start, item.end) for item in entities if item.type in _DATES)
    cues = find_cues(analysis.text, language=language, dates=dates)
    text, intent = analysis.text, analysis.intent.name
    if cues.steered is not None:
        text = text[: cues.steered]
        entities = tuple(item for item in entities if item.end <= cues.steered)
        steered = cues.steered
        cues = find_cues(text, language=language, dates=dates)
        cues = dataclasses.replace(cues, steered=steered)
        intent = "search_flight" if entities else "unknown"
    found = [
        Found(
            type=item.type,
            value=item.value,
            start=item.start,
            end=item.end,
            text=item.text,
            metadata=item.metadata,
        )
        for item in entities
    ]
    unwanted = _unwanted(text, language)
    taken = {item.value.code for item in unwanted}
    found = [item for item in found if item.type != "airline" or item.value.code not in taken] + unwanted
    found.sort(key=lambda item: item.start)
    return Facts(text=text, language=language, intent=intent, found=tuple(found), cues=cues, today=today)


def _unwanted(text: str, language: str) -> list[Found]:
    """Airlines that are not wanted, by the words before them or as one of a list.

    The engine leaves out what is denied, so that it fills no slot; here it is just what is looked for.
    """
    tokens = Text.of(text)
    unwanted: list[Found] = []
    for named in find_airlines(tokens, expected=True):
        start, end = tokens.tokens[named.first].start, tokens.tokens[named.last].end
        listed = bool(unwanted) and is_listed(text, unwanted[-1].end, start)
        if listed or is_excluded(text, start, language=language) or is_denied_after(tokens, named.last, language):
            words = text[start:end]
            unwanted.append(Found(type="airline", value=named.airline, start=start, end=end, text=words, excluded=True))
    for match in _CODE.finditer(text):
        airline = airline_by_code(match[0])
        if airline is not None and is_excluded(text, match.start(), language=language):
            unwanted.append(
                Found(type="airline", value=airline, start=match.start(), end=match.end(), text=match[0], excluded=True)
            )
    return unwanted
