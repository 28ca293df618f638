"""What some words mean as a date, before roles and offsets: the currency of the date grammar."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias

if TYPE_CHECKING:
    import datetime as dt
    import re

    from asyncassist.nlp.dates.lexer import Meaning

Grain: TypeAlias = Literal["day", "week", "weekend", "month", "year"]
Cycle: TypeAlias = Literal["week", "month", "year"]
DateForm: TypeAlias = Literal[
    "weekday", "modified", "day", "date", "relative", "period", "holiday", "later", "duration", "dropped"
]


@dataclass(frozen=True, slots=True)
class DateReading:
    """A date as it was said.

    Attributes:
        value: The day, or the first of a longer time.
        form: How it was said: a bare "weekday", a "modified" one ("next Friday"), a "day" of the month alone, a "date"
            with its month, "relative" to today, a "period", a "holiday", "later" than another date, a "duration", or
            "dropped": a date the speaker does not mean ("every Friday", "not Monday").
        grain: How exactly.
        alternatives: Other days it may be.
        end: Last day of a range or of a grain wider than a day.
        days: Days after the departure, for "later" and "duration".
        months: Months after the departure, for the same.
        part_of_day: Part of the day.
        cycle: What was left open.
        range_leg: "trip" on the first and "back" on the second date of a range of travel; "" elsewhere.
    """

    value: dt.date
    form: DateForm
    grain: Grain = "day"
    alternatives: tuple[dt.date, ...] = ()
    end: dt.date | None = None
    days: int = 0
    months: int = 0
    part_of_day: str | None = None
    cycle: Cycle | None = None
    range_leg: Literal["", "trip", "back"] = ""

    def replace(self, **changes: Any) -> DateReading:
        """The same with some fields changed; the value never stays among the alternatives."""
        changed = replace(self, **changes)
        alternatives = tuple(dict.fromkeys(day for day in changed.alternatives if day != changed.value))
        return changed if alternatives == changed.alternatives else replace(changed, alternatives=alternatives)


@dataclass(frozen=True, slots=True)
class ReadingSpan:
    """A reading and the words it came from.

    Attributes:
        first: First of its words.
        last: Last of its words.
        reading: What they mean.
    """

    first: int
    last: int
    reading: DateReading


@dataclass(frozen=True, slots=True)
class DateContext:
    """What a reading depends on beside the words.

    Attributes:
        today: The day it was said.
        language: Of the utterance.
        country: Of the traveller or of the language: holidays differ.
        expected: A date was just asked for: a bare number may be one.
    """

    today: dt.date
    language: str
    country: str
    expected: bool = False


class LexedSequence(Protocol):
    """Words that a pattern can match."""

    letters: str
    meanings: list[Meaning]


class RuleMatch:
    """A match of a pattern: its named words and what they mean."""

    __slots__ = ("_match", "context", "sequence")

    def __init__(self, match: re.Match[str], sequence: LexedSequence, context: DateContext) -> None:
        self._match = match
        self.sequence = sequence
        self.context = context

    def position(self, name: str) -> int:
        """The place of a named word, -1 where the pattern left it out."""
        return int(self._match.start(name)) if name in self._match.re.groupindex else -1

    def meaning(self, name: str, *kinds: str) -> Any:
        """What a named word means as the first of these kinds that it is of; None without that word."""
        position = self.position(name)
        if position < 0:
            return None
        meaning = self.sequence.meanings[position]
        return next((meaning[kind] for kind in kinds if kind in meaning), None)

    def has_kind(self, name: str, kind: str) -> bool:
        """Whether a named word is there and of a kind."""
        position = self.position(name)
        return position >= 0 and kind in self.sequence.meanings[position]

    @property
    def span(self) -> tuple[int, int]:
        """First and last word of the date itself."""
        group = "span" if "span" in self._match.re.groupindex else 0
        start, end = self._match.span(group)
        return int(start), int(end) - 1
