"""Dutch rules of dates, and the holidays of the Netherlands, Belgium and Suriname that no other language names."""

from __future__ import annotations

import datetime as dt
from typing import Final

from asyncassist.languages.date_rules import DateRules


def _kings_day(year: int) -> dt.date:
    """Return the date of Koningsdag: 27 April, the day before if that is a Sunday."""
    day = dt.date(year, 4, 27)
    return day.replace(day=26) if day.weekday() == 6 else day


def _budget_day(year: int) -> dt.date:
    """Return the date of Prinsjesdag: the third Tuesday of September."""
    return dt.date(year, 9, 15 + (1 - dt.date(year, 9, 15).weekday()) % 7)


DATE_RULES: Final = DateRules(
    default_country="NL",
    dotted_dates=True,
    closing_dot=False,
    cardinal_first=True,
    lone_short_weekdays=False,
    next_skips_week=False,
    inclusive_days=frozenset({8}),
    holidays={
        "kings_day": _kings_day,
        "remembrance_nl": lambda year: dt.date(year, 5, 4),
        "liberation_nl": lambda year: dt.date(year, 5, 5),
        "emancipation_sr": lambda year: dt.date(year, 7, 1),
        "flemish_community": lambda year: dt.date(year, 7, 11),
        "belgium": lambda year: dt.date(year, 7, 21),
        "budget_nl": _budget_day,
        "independence_sr": lambda year: dt.date(year, 11, 25),
        "saint_nicholas_eve": lambda year: dt.date(year, 12, 5),
    },
)
