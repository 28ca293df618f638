"""Spanish rules of dates."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.date_rules import DateRules

DATE_RULES: Final = DateRules(
    default_country="ES",
    dotted_dates=True,
    decimal_point=True,
    cardinal_first=True,
    next_skips_week=False,
    inclusive_days=frozenset({8, 15}),
)
