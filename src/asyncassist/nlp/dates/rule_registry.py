"""The book of date rules: how a rule is written down, and what rules share."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TypeVar

from asyncassist.nlp.dates import calendar_math as cal
from asyncassist.nlp.dates.models import Found, Item, Reading, Setting

if TYPE_CHECKING:
    import datetime as dt

Action = Callable[[Found], "Reading | list[Item] | None"]
_Action = TypeVar("_Action", bound=Action)

N: Final = "n=(ART|D|N|CARD|CARDN|COUPLE)"
UNIT: Final = "unit=(UDAY|UWEEK|UFORT|UMONTH|UYEAR)"
MONTH: Final = "month=(MONTH|MONTHW)"
WEEKDAY: Final = "wd=(WDAY|WDAYW)"
YEAR: Final = "(DOT? COMMA? OF? (year=(YEAR|YEARW)|APOS yy=(D|N)))?"
WEEK: Final = "(THE? MOD? mod=MOD UWEEK|THE? UWEEK post=POST)"
DAY: Final = "(D|ORD|ORDW|CARD)"

# Every rule: its pattern, what reads it, and whether it holds only where a date was asked for.
RULES: Final[list[tuple[str, Action, bool]]] = []


def rule(*sources: str, expected: bool = False) -> Callable[[_Action], _Action]:
    """The decorated function reads matches of these patterns; `expected` ones only where a date was asked for."""

    def add(action: _Action) -> _Action:
        RULES.extend((source, action, expected) for source in sources)
        return action

    return add


def number_of(found: Found, name: str = "day") -> int:
    """The number a named word stands for, 0 without it."""
    return int(found.meaning(name, "D", "ORD", "ORDW", "CARD", "N", "CARDN", "COUPLE", "ART") or 0)


def year_of(found: Found) -> int | None:
    """The year that was said, None where it was left open."""
    if found.at("yy") >= 0:
        short = number_of(found, "yy")
        return 2000 + short if short < 100 else None
    year = found.meaning("year", "YEAR", "YEARW")
    return None if year is None else int(year)


def weekday_of(found: Found) -> int | None:
    """The weekday that was said, Monday 0; None without one."""
    weekday = found.meaning("wd", "WDAY", "WDAYW")
    return None if weekday is None else int(weekday)


def which_of(found: Found) -> str:
    """This, next, coming, last, ... as it was said before or after its noun; "None" where it was not."""
    return str(found.meaning("mod", "MOD") or found.meaning("post", "POST"))


STEPS: Final = {"this": 0, "next": 1, "coming": 1, "last": -1, "last2": -2, "next2": 2, "follow": 1}


def distance(found: Found, number: str = "n", unit: str = "unit") -> tuple[int, int] | None:
    """Days and months of "three weeks"; None for what no traveller plans (more than fifty years)."""
    n = number_of(found, number) if found.at(number) >= 0 else 1
    for kind, days, months in _UNITS:
        if found.has(unit, kind):
            fits = n * (days + 30 * months) <= 20_000
            return (n * days, n * months) if fits else None
    return None


_UNITS: Final = (
    ("UDAY", 1, 0),
    ("UNIGHT", 1, 0),
    ("UWEEK", 7, 0),
    ("UFORT", 14, 0),
    ("UMONTH", 0, 1),
    ("UYEAR", 0, 12),
)


def moved(start: dt.date, days: int, months: int) -> dt.date:
    """A date so many months and days on."""
    return cal.plus_days(cal.plus_months(start, months) if months else start, days)


def clamp(start: dt.date, end: dt.date, setting: Setting) -> dt.date:
    """A period that has begun and is not over begins today."""
    return max(start, setting.today) if end >= setting.today else start


_PARTS: Final = {"early": (0, 9), "mid": (10, 19), "late": (20, 31)}


def period(start: dt.date, end: dt.date, found: Found, grain: str) -> Reading:
    """A week, month or year, or the part of it that was said."""
    part = found.meaning("sub", "SUB")
    if part and grain == "month":
        low, high = _PARTS[part]
        start, end = cal.plus_days(start, low), min(cal.plus_days(start, high), end)
    elif part and grain == "week":
        low, high = {"early": (0, 1), "mid": (2, 3), "late": (3, 6)}[part]
        start, end = cal.plus_days(start, low), cal.plus_days(start, high)
    elif part:
        low, high = {"early": (0, 1), "mid": (5, 6), "late": (10, 11)}[part]
        start, end = cal.plus_months(start, low), cal.month_end(cal.plus_months(start, high))
    return Reading(clamp(start, end, found.setting), "period", grain, end=end)  # type: ignore[arg-type]
