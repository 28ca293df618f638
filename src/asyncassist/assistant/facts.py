"""What is known about a message when the dialogue decides: facts alone, no engine."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from asyncassist.assistant.cues import Cues, find_cues, is_excluded, is_listed
from asyncassist.assistant.languages import LANGUAGES

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from asyncassist.nlp import Analysis

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


def read_facts(analysis: Analysis, *, today: dt.date, previous: str | None) -> Facts:
    """The facts of an analysed message.

    Words that try to steer the assistant end the message: what stands behind them is not read.

    Args:
        analysis: What the engine read.
        today: The traveller's day.
        previous: Language of the conversation so far, for a language that cannot be answered in.
    """
    language = analysis.language.code
    if language not in LANGUAGES:
        language = previous if previous in LANGUAGES else "en"
    entities = analysis.entities
    dates = tuple((item.start, item.end) for item in entities if item.type in _DATES)
    cues = find_cues(analysis.text, language=language, dates=dates)
    text, intent = analysis.text, analysis.intent.name
    if cues.steered is not None:
        text = text[: cues.steered]
        entities = tuple(item for item in entities if item.end <= cues.steered)
        steered = cues.steered
        cues = find_cues(text, language=language, dates=dates)
        cues = Cues(
            names=cues.names, ordinal=cues.ordinal, pointing=cues.pointing, minutes=cues.minutes, steered=steered
        )
        intent = "search_flight" if entities else "unknown"
    found: list[Found] = []
    for item in sorted(entities, key=lambda entity: entity.start):
        found.append(
            Found(
                type=item.type,
                value=item.value,
                start=item.start,
                end=item.end,
                text=item.text,
                metadata=item.metadata,
                excluded=item.type == "airline" and _excluded(text, item.start, language, found),
            )
        )
    return Facts(text=text, language=language, intent=intent, found=tuple(found), cues=cues, today=today)


def _excluded(text: str, start: int, language: str, before: list[Found]) -> bool:
    """Whether an airline is not wanted, by the words before it or as one of a list."""
    if is_excluded(text, start, language=language):
        return True
    last = next((item for item in reversed(before) if item.type == "airline"), None)
    return last is not None and last.excluded and is_listed(text, last.end, start)
