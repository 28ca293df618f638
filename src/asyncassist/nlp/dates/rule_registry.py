"""Registry of the date rules, and the patterns and helpers that the rules share."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TypeVar

from asyncassist.nlp.dates import calendar_math
from asyncassist.nlp.dates.models import DateContext, DateReading, ReadingSpan, RuleMatch

if TYPE_CHECKING:
    import datetime as dt

RuleAction = Callable[[RuleMatch], "DateReading | list[ReadingSpan] | None"]
_Action = TypeVar("_Action", bound=RuleAction)

NUMBER: Final = "n=(ART|D|N|CARD|CARDN|COUPLE)"
UNIT: Final = "unit=(UDAY|UWEEK|UFORT|UMONTH|UYEAR)"
MONTH: Final = "month=(MONTH|MONTHW)"
WEEKDAY: Final = "wd=(WDAY|WDAYW)"
YEAR: Final = "((DASH|SLASH)? DOT? COMMA? (OF|TIME)? (year=(YEAR|YEARW)|APOS yy=(D|N)))?"
MODIFIED_WEEK: Final = "(THE? MOD? mod=MOD UWEEK|THE? UWEEK post=POST)"
DAY_NUMBER: Final = "(D|ORD|ORDW|CARD)"

# Every rule: pattern, action, and whether it applies only where a date was asked for.
RULES: Final[list[tuple[str, RuleAction, bool]]] = []


def rule(*sources: str, expected: bool = False) -> Callable[[_Action], _Action]:
    """Register the decorated function as the action of date patterns.

    Args:
        sources: Patterns in the notation of `asyncassist.nlp.dates.patterns`.
        expected: Whether they apply only where a date was just asked for.
    """

    def add(action: _Action) -> _Action:
        RULES.extend((source, action, expected) for source in sources)
        return action

    return add


def number_of(match: RuleMatch, name: str = "day") -> int:
    """Return the number that a named word means; 0 if the match does not contain it."""
    return int(match.meaning(name, "D", "ORD", "ORDW", "CARD", "N", "CARDN", "COUPLE", "ART") or 0)


def year_of(match: RuleMatch) -> int | None:
    """Return the year of the match; None if it names none or an impossible one."""
    if match.position("yy") >= 0:
        short = number_of(match, "yy")
        return 2000 + short if short < 100 else None
    year = match.meaning("year", "YEAR", "YEARW")
    return None if year is None else int(year)


def weekday_of(match: RuleMatch) -> int | None:
    """Return the weekday of the match, Monday is 0; None if it names none."""
    weekday = match.meaning("wd", "WDAY", "WDAYW")
    return None if weekday is None else int(weekday)


def modifier_of(match: RuleMatch) -> str:
    """Return the modifier before or after the noun: "this", "next", "coming", "last", ...; "None" without one."""
    return str(match.meaning("mod", "MOD") or match.meaning("post", "POST"))


# Periods from the current one to the one meant.
MODIFIER_STEPS: Final = {"this": 0, "next": 1, "coming": 1, "last": -1, "last2": -2, "next2": 2, "follow": 1}


def offset_of(match: RuleMatch, number: str = "n", unit: str = "unit") -> tuple[int, int] | None:
    """Return a distance as days and months: "three weeks" is (21, 0).

    Args:
        match: The match.
        number: Name of the number's word; the number is 1 if the match does not contain it.
        unit: Name of the unit's word.

    Returns:
        Days and months, one of them 0; None without a unit, or above 20 000 days (54 years): no travel plan.
    """
    n = number_of(match, number) if match.position(number) >= 0 else 1
    for kind, days, months in _UNITS:
        if match.has_kind(unit, kind):
            fits = n * (days + 30 * months) <= 20_000
            return (n * days, n * months) if fits else None
    return None


# Kind of the unit, its days, its months.
_UNITS: Final = (
    ("UDAY", 1, 0),
    ("UNIGHT", 1, 0),
    ("UWEEK", 7, 0),
    ("UFORT", 14, 0),
    ("UMONTH", 0, 1),
    ("UYEAR", 0, 12),
)


def plus_offset(start: dt.date, days: int, months: int) -> dt.date:
    """Return the date `months` calendar months and then `days` days after `start`."""
    return calendar_math.plus_days(calendar_math.plus_months(start, months) if months else start, days)


def before_date(reading: DateReading, latest: dt.date) -> DateReading:
    """Return the reading of a day and month, moved to the year of a later date, or to the year before in a later month.

    A weekday with its day of the month moves to the last such day, if that has this weekday. Unchanged if the reading
    has its year, or if the result is after `latest` or not in the calendar.
    """
    if reading.cycle == "month" and reading.form == "date":
        day = calendar_math.previous_day_of_month(reading.value.day, latest)
        fits = day is not None and day.weekday() == reading.value.weekday()
        return reading.replace(value=day, cycle=None, alternatives=()) if fits else reading
    if reading.cycle != "year" or reading.form != "date" or reading.grain != "day":
        return reading
    month = reading.value.month
    value = calendar_math.date_or_none(latest.year - (month > latest.month), month, reading.value.day)
    if value is None or value > latest:
        return reading
    return reading.replace(value=value, cycle=None, alternatives=())


def no_date(context: DateContext) -> DateReading:
    """Return the reading of words that name a day or year the calendar does not have: no other rule reads them."""
    return DateReading(context.today, "dropped")


def clamp_to_today(start: dt.date, end: dt.date, context: DateContext) -> dt.date:
    """Return the first day of a period that is still possible: today if the period is under way, else its start."""
    return max(start, context.today) if end >= context.today else start


# First and last day of each part, as days after the first of the month.
_MONTH_PARTS: Final = {"early": (0, 9), "mid": (10, 19), "late": (20, 31)}


def period_reading(start: dt.date, end: dt.date, match: RuleMatch, grain: str) -> DateReading:
    """Return the reading of a period, or of the part of it that the match names ("early", "mid", "late").

    Args:
        start: First day of the whole period.
        end: Last day of the whole period.
        match: The match; its word "sub" names the part.
        grain: "week", "month" or "year".
    """
    part = match.meaning("sub", "SUB")
    if part and grain == "month":
        low, high = _MONTH_PARTS[part]
        start, end = calendar_math.plus_days(start, low), min(calendar_math.plus_days(start, high), end)
    elif part and grain == "week":
        low, high = {"early": (0, 1), "mid": (2, 3), "late": (3, 6)}[part]
        start, end = calendar_math.plus_days(start, low), calendar_math.plus_days(start, high)
    elif part:
        low, high = {"early": (0, 1), "mid": (5, 6), "late": (10, 11)}[part]
        start, end = (
            calendar_math.plus_months(start, low),
            calendar_math.month_end(calendar_math.plus_months(start, high)),
        )
    return DateReading(clamp_to_today(start, end, match.context), "period", grain, end=end)  # type: ignore[arg-type]
