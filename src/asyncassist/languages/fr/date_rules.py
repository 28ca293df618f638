"""French rules of dates."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.date_rules import DateRules

DATE_RULES: Final = DateRules(
    default_country="FR",
    dotted_dates=True,
    spaced_dates=True,
    cardinal_first=False,
    next_skips_week=False,
    inclusive_days=frozenset({8, 15}),
)
