"""Type of the rules by which a language writes and means dates."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class DateRules:
    """How one language writes dates, and what their words mean.

    Attributes:
        default_country: Country whose holidays and seasons apply where no region is given: two letters, upper case.
        month_first_countries: Countries where dates in digits have the month first in this language ("12/24").
        dotted_dates: Whether digits with a dot may be a date ("24.12").
        closing_dot: Whether a second dot makes them a date without any other word ("24.12.").
        decimal_point: Whether decimal numbers have a point, so that "2.5" is none of them.
        spaced_dates: Whether a day and a month in digits may have only a space between them ("le 17 2").
        cardinal_first: Whether "one" beside a month may be its first day; False where only the ordinal is ("le premier
            mai").
        lone_short_weekdays: Whether a weekday's short form is one after a comma, without a preposition ("Faro, sexta").
        numbered_weekdays: Weekday (Monday is 0) of each number before a word of the kind FEIRA.
        next_skips_week: Whether "next Friday" is mostly that of the next week, not the coming one.
        inclusive_days: Numbers of days that often count today too ("in acht Tagen" for a week).
        holidays: Date in a year of each holiday that `asyncassist.nlp.dates.calendar_math` does not have, by key.
    """

    default_country: str
    month_first_countries: frozenset[str] = frozenset()
    dotted_dates: bool
    closing_dot: bool = False
    decimal_point: bool = False
    spaced_dates: bool = False
    cardinal_first: bool
    lone_short_weekdays: bool = False
    numbered_weekdays: Mapping[int, int] = field(default_factory=dict)
    next_skips_week: bool
    inclusive_days: frozenset[int]
    holidays: Mapping[str, Callable[[int], dt.date]] = field(default_factory=dict)
