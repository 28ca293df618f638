"""Calendar arithmetic: next matching dates, weekdays of a week or month, Easter and the holidays derived from it.

The only place of the package that computes dates. No function raises for a year outside the calendar (1 to 9999):
sums stop at its first or last day, and a date that it does not have is None.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Callable, Mapping
from typing import Final

from asyncassist.languages.registry import PACKS

# Leap days are at most eight years apart (1896 to 1904, because 1900 is no leap year): nine years contain one.
_MAX_LEAP_DAY_YEARS: Final = 9
MAX_YEAR: Final = 9999
# Years that people write. A date in any other one is no date.
WRITTEN_YEARS: Final = range(1900, 2200)


def date_or_none(year: int, month: int, day_of_month: int) -> dt.date | None:
    """Return the date, or None if the calendar does not have it (31 April)."""
    try:
        return dt.date(year, month, day_of_month)
    except ValueError:
        return None


def plus_days(start: dt.date, days: int) -> dt.date:
    """Return the date `days` days later (negative: earlier), clamped to the years 1 to 9999."""
    ordinal = min(max(start.toordinal() + days, 1), dt.date.max.toordinal())
    return dt.date.fromordinal(ordinal)


def plus_months(start: dt.date, months: int) -> dt.date:
    """Return the date `months` calendar months later (negative: earlier), clamped to the years 1 to 9999.

    In a month too short for the day, it is the last day of that month.
    """
    index = start.year * 12 + start.month - 1 + months
    year, month = index // 12, index % 12 + 1
    if not 1 <= year <= MAX_YEAR:
        return dt.date.max if year > MAX_YEAR else dt.date.min
    return dt.date(year, month, min(start.day, calendar.monthrange(year, month)[1]))


def next_month_day(month: int, day_of_month: int, today: dt.date) -> dt.date | None:
    """Return the next date with this month and day, today included; None if no year has it (30 February)."""
    for year in range(today.year, today.year + _MAX_LEAP_DAY_YEARS):
        found = date_or_none(year, month, day_of_month)
        if found is not None and found >= today:
            return found
    return None


def next_day_of_month(day_of_month: int, today: dt.date, *, weekday: int | None = None) -> dt.date | None:
    """Return the next date with this day of the month, today included.

    Args:
        day_of_month: Day of the month, from 1.
        today: First possible date.
        weekday: Required weekday (Monday is 0), searched within five years; None accepts any.

    Returns:
        The date; None if the search finds none.
    """
    for months in range(60 if weekday is not None else 14):
        first = plus_months(today.replace(day=1), months)
        found = date_or_none(first.year, first.month, day_of_month)
        if found is not None and found >= today and (weekday is None or found.weekday() == weekday):
            return found
    return None


def nearest_weekday(weekday: int, day: dt.date, today: dt.date) -> dt.date:
    """Return the day with this weekday (Monday is 0) nearest to `day`, none before `today` unless `day` is."""
    nearest = plus_days(day, (weekday - day.weekday() + 3) % 7 - 3)
    return plus_days(nearest, 7) if nearest < today <= day else nearest


def previous_day_of_month(day_of_month: int, latest: dt.date) -> dt.date | None:
    """Return the last date with this day of the month, on or before `latest`; None if no month has that day."""
    for months in range(3):
        first = plus_months(latest.replace(day=1), -months)
        found = date_or_none(first.year, first.month, day_of_month)
        if found is not None and found <= latest:
            return found
    return None


def month_end(start: dt.date) -> dt.date:
    """Return the last day of the month that `start` lies in."""
    return start.replace(day=calendar.monthrange(start.year, start.month)[1])


def monday_of_week(date: dt.date, weeks: int = 0) -> dt.date:
    """Return the Monday of the week of `date`, moved by `weeks` weeks."""
    return plus_days(date, -date.weekday() + 7 * weeks)


def next_weekday(weekday: int, today: dt.date) -> dt.date:
    """Return the next date on this weekday (Monday is 0) after today, today excluded."""
    return plus_days(today, (weekday - today.weekday() - 1) % 7 + 1)


def nth_weekday(year: int, month: int, weekday: int, nth: int) -> dt.date | None:
    """Return the first (`nth` 1), second, ... or last (`nth` -1) such weekday of a month; None if it has no fifth."""
    start = date_or_none(year, month, 1)
    if start is None:
        return None
    days = calendar.monthrange(year, month)[1]
    first = 1 + (weekday - start.weekday()) % 7
    if nth < 0:
        return dt.date(year, month, first + (days - first) // 7 * 7)
    return date_or_none(year, month, first + 7 * (nth - 1)) if first + 7 * (nth - 1) <= days else None


def easter_sunday(year: int) -> dt.date:
    """Return Easter Sunday of the western churches."""
    # The anonymous Gregorian algorithm (Meeus, Jones, Butcher); valid for every Gregorian year.
    golden = year % 19
    century, in_century = divmod(year, 100)
    leap, rest = divmod(century, 4)
    shift = (8 * century + 13) // 25
    epact = (19 * golden + century - leap - shift + 15) % 30
    quarter, in_quarter = divmod(in_century, 4)
    to_sunday = (32 + 2 * rest + 2 * quarter - epact - in_quarter) % 7
    correction = (golden + 11 * epact + 22 * to_sunday) // 451
    month, index = divmod(epact + to_sunday - 7 * correction + 114, 31)
    return dt.date(year, month, index + 1)


HolidayRule = Callable[[int], dt.date]


def _fixed(month: int, day_of_month: int) -> HolidayRule:
    return lambda year: dt.date(year, month, day_of_month)


def _easter(days: int) -> HolidayRule:
    return lambda year: plus_days(easter_sunday(year), days)


def _nth(month: int, weekday: int, nth: int, days: int = 0) -> HolidayRule:
    def rule(year: int) -> dt.date:
        found = nth_weekday(year, month, weekday, nth)
        assert found is not None, "no rule names a fifth weekday"
        return plus_days(found, days)

    return rule


def _french_mothers_day(year: int) -> dt.date:
    """Return Mother's Day in France: the last Sunday of May, or a week later if that is Pentecost."""
    last = nth_weekday(year, 5, 6, -1)
    assert last is not None
    return plus_days(last, 7) if last == plus_days(easter_sunday(year), 49) else last


def _repentance_day(year: int) -> dt.date:
    """Return the Wednesday before 23 November (Buß- und Bettag)."""
    latest = dt.date(year, 11, 22)
    return plus_days(latest, -((latest.weekday() - 2) % 7))


def _advent(nth: int) -> HolidayRule:
    def rule(year: int) -> dt.date:
        eve = dt.date(year, 12, 24)
        fourth = plus_days(eve, -((eve.weekday() - 6) % 7))
        return plus_days(fourth, 7 * (nth - 4))

    return rule


# Weekdays count from Monday (0). A holiday with another date in some country has a second key for it: "labor/US".
HOLIDAYS: Final[Mapping[str, HolidayRule]] = {
    "new_year": _fixed(1, 1), "epiphany": _fixed(1, 6), "mlk": _nth(1, 0, 3), "candlemas": _fixed(2, 2),
    "groundhog": _fixed(2, 2), "australia_day": _fixed(1, 26), "valentine": _fixed(2, 14),
    "presidents": _nth(2, 0, 3), "patrick": _fixed(3, 17), "joseph": _fixed(3, 19), "april_fools": _fixed(4, 1),
    "earth_day": _fixed(4, 22), "anzac": _fixed(4, 25), "carnival_saturday": _easter(-50),
    "carnival_sunday": _easter(-49), "rose_monday": _easter(-48), "shrove_tuesday": _easter(-47),
    "fat_thursday": _easter(-52), "ash_wednesday": _easter(-46), "palm_sunday": _easter(-7),
    "maundy_thursday": _easter(-3), "good_friday": _easter(-2), "holy_saturday": _easter(-1), "easter": _easter(0),
    "easter_monday": _easter(1), "ascension": _easter(39), "pentecost": _easter(49), "whit_monday": _easter(50),
    "trinity": _easter(56), "corpus_christi": _easter(60), "women": _fixed(3, 8), "cinco_de_mayo": _fixed(5, 5),
    "labor": _fixed(5, 1), "labor/US": _nth(9, 0, 1), "labor/CA": _nth(9, 0, 1), "may_day": _fixed(5, 1),
    "mothers_day": _nth(5, 6, 2), "mothers_day/GB": _easter(-21), "mothers_day/IE": _easter(-21),
    "mothers_day/FR": _french_mothers_day, "mothers_day/ES": _nth(5, 6, 1), "mothers_day/PT": _nth(5, 6, 1),
    "mothers_day/MX": _fixed(5, 10), "fathers_day": _nth(6, 6, 3), "fathers_day/DE": _easter(39),
    "fathers_day/ES": _fixed(3, 19), "fathers_day/PT": _fixed(3, 19), "fathers_day/IT": _fixed(3, 19),
    "fathers_day/BR": _nth(8, 6, 2), "memorial": _nth(5, 0, -1), "victory": _fixed(5, 8), "juneteenth": _fixed(6, 19),
    "john": _fixed(6, 24), "canada_day": _fixed(7, 1), "us_independence": _fixed(7, 4), "bastille": _fixed(7, 14),
    "assumption": _fixed(8, 15), "swiss": _fixed(8, 1), "german_unity": _fixed(10, 3), "austria": _fixed(10, 26),
    "columbus": _nth(10, 0, 2), "hispanic": _fixed(10, 12), "reformation": _fixed(10, 31),
    "halloween": _fixed(10, 31), "all_saints": _fixed(11, 1), "all_souls": _fixed(11, 2), "guy_fawkes": _fixed(11, 5),
    "veterans": _fixed(11, 11), "martin": _fixed(11, 11), "thanksgiving": _nth(11, 3, 4),
    "thanksgiving/CA": _nth(10, 0, 2), "black_friday": _nth(11, 3, 4, 1), "cyber_monday": _nth(11, 3, 4, 4),
    "repentance": _repentance_day, "advent1": _advent(1), "advent2": _advent(2), "advent3": _advent(3),
    "advent4": _advent(4), "nicholas": _fixed(12, 6), "immaculate": _fixed(12, 8), "christmas_eve": _fixed(12, 24),
    "christmas": _fixed(12, 25), "boxing": _fixed(12, 26), "new_year_eve": _fixed(12, 31),
    "innocents": _fixed(12, 28), "lovers": _fixed(6, 12), "lovers/PT": _fixed(2, 14), "tiradentes": _fixed(4, 21),
    "freedom_pt": _fixed(4, 25), "portugal": _fixed(6, 10), "brazil": _fixed(9, 7), "aparecida": _fixed(10, 12),
    "republic_br": _fixed(11, 15), "republic_pt": _fixed(10, 5), "black_awareness": _fixed(11, 20),
    "restoration_pt": _fixed(12, 1), "constitution_es": _fixed(12, 6), "mexico": _fixed(9, 16),
    "guadalupe": _fixed(12, 12), "diada": _fixed(9, 11), "liberation_it": _fixed(4, 25), "republic_it": _fixed(6, 2),
    "james": _fixed(7, 25), "children_br": _fixed(10, 12), "holy_week": _easter(-7), "stephen": _fixed(12, 26),
    "sylvester": _fixed(12, 31), "independence": _fixed(7, 4),
    **{name: rule for pack in PACKS.values() for name, rule in pack.date_rules.holidays.items()},
}  # fmt: skip


def holiday_date(name: str, year: int, country: str) -> dt.date:
    """Return the date of a holiday in a year.

    Args:
        name: Key of `HOLIDAYS`, without a country.
        year: Year of the date; the nearest one of the calendar if it is outside.
        country: Two letters, upper case; its own date is preferred where `HOLIDAYS` has one.

    Raises:
        KeyError: There is no holiday of that name.
    """
    rule = HOLIDAYS.get(f"{name}/{country}") or HOLIDAYS[name]
    return rule(min(max(year, 1), MAX_YEAR))


def next_holiday(name: str, today: dt.date, country: str) -> dt.date:
    """Return the next date of a holiday, today included."""
    this = holiday_date(name, today.year, country)
    return this if this >= today else holiday_date(name, today.year + 1, country)
