"""Data types of the date grammar: what words mean as a date, before roles and distances are resolved."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias

from asyncassist.languages.registry import PACKS

if TYPE_CHECKING:
    import datetime as dt
    import re

    from asyncassist.languages.date_rules import DateRules
    from asyncassist.nlp.dates.lexer import Meaning

Grain: TypeAlias = Literal["day", "week", "weekend", "month", "year"]
Cycle: TypeAlias = Literal["week", "month", "year"]
DateForm: TypeAlias = Literal[
    "weekday", "modified", "day", "date", "relative", "period", "holiday", "later", "duration", "dropped"
]


@dataclass(frozen=True, slots=True)
class DateReading:
    """A date and how it was expressed.

    Attributes:
        value: The day, or the first day of a period.
        form: Kind of expression: an unmodified "weekday", a "modified" one ("next Friday"), a "day" of the month
            alone, a "date" with its month, "relative" to today, a "period", a "holiday", "later" than another date, a
            "duration", or "dropped": a date that the speaker does not mean ("every Friday", "not Monday").
        grain: Precision of the expression.
        alternatives: Other days that the words may mean; never the value.
        end: Last day of a range or of a grain wider than a day; None for a single day.
        days: Days after the departure, for the forms "later" and "duration".
        months: Calendar months after the departure, for the forms "later" and "duration".
        part_of_day: "morning", "noon", "afternoon", "evening" or "night"; None if not mentioned.
        cycle: Period after which the incomplete expression repeats: "week" ("Friday"), "month" ("the 14th") or "year"
            ("3 March"); None if the date is complete or relative to today.
        range_leg: "trip" on the first and "back" on the second date of a travel range; "" elsewhere.
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
        """Return a copy with some fields changed and the new value removed from the alternatives."""
        changed = replace(self, **changes)
        alternatives = tuple(dict.fromkeys(day for day in changed.alternatives if day != changed.value))
        return changed if alternatives == changed.alternatives else replace(changed, alternatives=alternatives)


@dataclass(frozen=True, slots=True)
class ReadingSpan:
    """A reading and the words it was read from.

    Attributes:
        first: Index of its first word.
        last: Index of its last word, inclusive.
        reading: Meaning of these words as a date.
    """

    first: int
    last: int
    reading: DateReading


@dataclass(frozen=True, slots=True)
class DateContext:
    """Everything besides the words that a reading depends on.

    Attributes:
        today: Day of the utterance, where the traveller is.
        language: Two-letter code of the utterance's language.
        country: Two letters, upper case: the traveller's country or the language's default. Decides which day a holiday
            is and when seasons begin.
        expected: Whether a date was just asked for. The parser then also tries looser rules; no rule reads the flag.
    """

    today: dt.date
    language: str
    country: str
    expected: bool = False

    @property
    def rules(self) -> DateRules:
        """Rules by which the language writes and means dates."""
        return PACKS[self.language].date_rules


class LexedSequence(Protocol):
    """Protocol of a sequence of words that a pattern can match."""

    letters: str
    meanings: list[Meaning]


class RuleMatch:
    """A match of a pattern, with access to its named words and their meanings."""

    __slots__ = ("_match", "context", "sequence")

    def __init__(self, match: re.Match[str], sequence: LexedSequence, context: DateContext) -> None:
        self._match = match
        self.sequence = sequence
        self.context = context

    def position(self, name: str) -> int:
        """Return the index of a named word in the sequence; -1 if the match does not contain it."""
        return int(self._match.start(name)) if name in self._match.re.groupindex else -1

    def meaning(self, name: str, *kinds: str) -> Any:
        """Return the meaning of a named word as the first of these kinds that it has; None without the word or kind."""
        position = self.position(name)
        if position < 0:
            return None
        meaning = self.sequence.meanings[position]
        return next((meaning[kind] for kind in kinds if kind in meaning), None)

    def has_kind(self, name: str, kind: str) -> bool:
        """Return whether the match contains a named word and the word is of this kind."""
        position = self.position(name)
        return position >= 0 and kind in self.sequence.meanings[position]

    @property
    def span(self) -> tuple[int, int]:
        """Indices of the first and last word of the date, without words that the pattern only requires around it."""
        group = "span" if "span" in self._match.re.groupindex else 0
        start, end = self._match.span(group)
        return int(start), int(end) - 1
