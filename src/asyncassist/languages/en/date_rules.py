"""English rules of dates."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.date_rules import DateRules

DATE_RULES: Final = DateRules(
    default_country="US",
    month_first_countries=frozenset({"US", "PH", "PR", "GU", "VI"}),
    dotted_dates=True,
    decimal_point=True,
    cardinal_first=True,
    next_skips_week=True,
    inclusive_days=frozenset(),
)
