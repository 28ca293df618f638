"""Shorthands of the date tests: dates near a fixed day, and the spans found in a text."""

from __future__ import annotations

import datetime as dt
from typing import Any

from asyncassist.nlp.dates.parser import DateSpan, find_dates
from asyncassist.nlp.tokens import TokenizedText

TODAY = dt.date(2026, 11, 18)  # a Wednesday
SATURDAY = dt.date(2026, 11, 21)


def day(month: int, number: int, year: int | None = None) -> dt.date:
    """Return the date; without a year, the next such date from `TODAY` on."""
    year = year or (2026 if (month, number) >= (11, 18) else 2027)
    return dt.date(year, month, number)


def find_all(raw: str, language: str = "en", **options: Any) -> list[DateSpan]:
    """Find the dates of a text that is written on `TODAY` unless `today` is given."""
    return find_dates(TokenizedText.from_text(raw), language=language, today=options.pop("today", TODAY), **options)


def find_one(raw: str, language: str = "en", **options: Any) -> DateSpan:
    """Find the only date of a text."""
    (span,) = find_all(raw, language, **options)
    return span


def values(raw: str, language: str = "en", **options: Any) -> list[dt.date]:
    """Find the days of a text."""
    return [span.value for span in find_all(raw, language, **options)]
