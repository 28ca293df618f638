"""Portuguese rules of dates."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.date_rules import DateRules

DATE_RULES: Final = DateRules(
    default_country="BR",
    dotted_dates=True,
    cardinal_first=True,
    lone_short_weekdays=True,
    numbered_weekdays={2: 0, 3: 1, 4: 2, 5: 3, 6: 4},
    next_skips_week=False,
    inclusive_days=frozenset({8, 15}),
)
