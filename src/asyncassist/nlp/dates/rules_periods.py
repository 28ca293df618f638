"""Date rules for weeks, weekends, months, years and holidays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from asyncassist.nlp.dates import calendar_math as cal
from asyncassist.nlp.dates.models import Found, Reading
from asyncassist.nlp.dates.rule_registry import MONTH, STEPS, WEEK, YEAR, clamp, period, rule, which_of, year_of

if TYPE_CHECKING:
    import datetime as dt


@rule(
    f"THE? nth=(ORD|ORDW|LASTN) UWEEK (OF|IN) THE? {MONTH} {YEAR}",
    "THE? nth=(ORD|ORDW|LASTN) UWEEK (OF|IN) THE? MOD? mod=MOD UMONTH",
    "THE? nth=(ORD|ORDW|LASTN) UWEEK (OF|IN) THE? UMONTH (post=POST)?",
)
def _nth_week(found: Found) -> Reading | None:
    """The first week of a month is the one of its first Monday to Sunday days: 1-7, 8-14 and so on."""
    nth = -1 if found.has("nth", "LASTN") else int(found.meaning("nth", "ORD", "ORDW"))
    month = _that_month(found) if found.at("month") < 0 else _month(found)
    if month is None or month.end is None:
        return None
    if nth > 5:
        return Reading(found.setting.today, "dropped")
    first = month.end.replace(day=1)
    start = cal.plus_days(month.end, -6) if nth < 0 else cal.plus_days(first, 7 * (nth - 1))
    end = min(cal.plus_days(start, 6), month.end)
    if end < found.setting.today and month.cycle == "year":
        start, end = cal.plus_months(start, 12), cal.plus_months(end, 12)
    return Reading(clamp(start, end, found.setting), "period", "week", end=end)


@rule(
    f"THE? nth=(ORD|ORDW|LASTN) UFORT (OF|IN) THE? {MONTH} {YEAR}",
    "THE? nth=(ORD|ORDW|LASTN) UFORT (OF|IN) THE? MOD? mod=MOD UMONTH",
    "THE? nth=(ORD|ORDW|LASTN) UFORT (OF|IN) THE? UMONTH (post=POST)?",
)
def _half_of_month(found: Found) -> Reading | None:
    """The halves of a month that Latin languages speak of: "primera quincena de enero"."""
    month = _that_month(found) if found.at("month") < 0 else _month(found)
    if month is None or month.end is None:
        return None
    first = month.end.replace(day=1)
    if found.has("nth", "LASTN") or found.meaning("nth", "ORD", "ORDW") != 1:
        start, end = first.replace(day=16), month.end
    else:
        start, end = first, first.replace(day=15)
    if end < found.setting.today and month.cycle == "year":
        start, end = cal.plus_months(start, 12), cal.plus_months(end, 12)
    return Reading(clamp(start, end, found.setting), "period", "month", end=end)


@rule(f"(sub=SUB OF? THE?)? {WEEK}", "sub=SUB OF? THE? UWEEK")
def _week(found: Found) -> Reading:
    step = STEPS[which_of(found)] if found.at("mod") >= 0 or found.at("post") >= 0 else 0
    start = cal.monday(found.setting.today, step)
    reading = period(start, cal.plus_days(start, 6), found, "week")
    if "follow" in {found.meaning("mod", "MOD"), found.meaning("post", "POST")}:
        return reading.but(sort="later", days=7)
    return reading


@rule(
    "THE? MOD? mod=MOD UWEEKEND !NOUN",
    "THE? UWEEKEND post=POST",
    "THE UWEEKEND !NOUN",
    "<(ON|DATEON|THED) UWEEKEND !NOUN",
)
def _weekend(found: Found) -> Reading:
    today = found.setting.today
    which = which_of(found) if found.at("mod") >= 0 or found.at("post") >= 0 else "this"
    this = cal.plus_days(cal.monday(today), 5)
    saturday = this
    other: tuple[dt.date, ...] = ()
    if which in {"last", "last2"}:
        saturday = cal.plus_days(this, 7 * STEPS[which])
    elif which == "next2":
        saturday = cal.plus_days(this, 14)
    elif which in {"next", "follow"}:
        both = (
            (cal.plus_days(this, 7), this)
            if found.setting.language == "en" or today >= this
            else (this, cal.plus_days(this, 7))
        )
        saturday, other = both[0], both[1:] if both[1] > today else ()
    end = cal.plus_days(saturday, 1)
    return Reading(clamp(saturday, end, found.setting), "period", "weekend", end=end).but(alternatives=tuple(other))


@rule(
    f"<MONTHIN month=MONTH {YEAR}",
    f"<MONTHIN month=MONTHW {YEAR} !MODAL",
    f"sub=SUB OF? THE? {MONTH} {YEAR}",
    f"{MONTH} OF? year=YEAR",
    f"THE? UMONTH OF {MONTH} {YEAR}",
    f"THE? MOD? mod=MOD {MONTH} !MODAL",
    f"{MONTH} MOD? post=POST",
)
def _month(found: Found) -> Reading | None:
    if found.has("month", "CARD"):
        return None  # "de dez dias", "pour sept personnes": a number
    today, month = found.setting.today, int(found.meaning("month", "MONTH", "MONTHW"))
    which = which_of(found) if found.at("mod") >= 0 or found.at("post") >= 0 else ""
    year = year_of(found)
    if year is None:
        gone = month < today.month or (which == "next" and month == today.month)
        year = today.year + gone
        if which == "last":
            year = today.year - (month >= today.month)
    start = cal.day(year, month, 1)
    if start is None:
        return None
    reading = period(start, cal.month_end(start), found, "month")
    if year_of(found) is not None or which == "last":
        return reading
    if reading.end is not None and reading.end < today:  # "early June" on 20 June
        start = cal.plus_months(start, 12)
        reading = period(start, cal.month_end(start), found, "month")
    return reading.but(cycle="year")


@rule(
    "(FROM|BETWEEN|IN|MONTHIN)? month=(MONTH|MONTHW) join=(TO|DASH|AND|OR) OF? last=MONTH"
    " (DOT? COMMA? OF? (year=(YEAR|YEARW)|APOS yy=(D|N)))? !(D|ORD)",
    "(FROM|BETWEEN|IN|MONTHIN) month=(MONTH|MONTHW) join=(TO|DASH|AND|OR) OF? last=MONTHW !(D|ORD)",
)
def _months(found: Found) -> Reading | None:
    """Several months: "from March to June", "in May or June"."""
    first, last = _month(found), int(found.meaning("last", "MONTH", "MONTHW"))
    if first is None:
        return None
    start = first.value.replace(day=1)
    end = cal.month_end(cal.plus_months(start, (last - start.month) % 12))
    return first.but(end=end, value=clamp(start, end, found.setting))


# First month and number of months; south of the equator half a year on.
_SEASONS: Final = {"spring": 3, "summer": 6, "autumn": 9, "winter": 12}
_SOUTH: Final = frozenset({"BR", "AR", "CL", "UY", "PY", "BO", "PE", "AU", "NZ", "ZA", "AO", "MZ", "NA", "BW", "ZW"})


@rule(
    f"(IN|MONTHIN|THED|DATEON) (THE|THED)? [season=SEASON {YEAR}]",
    "(IN|MONTHIN)? THE? [mod=MOD season=SEASON]",
    "(IN|MONTHIN)? THE? [season=SEASON post=POST]",
    "THE? season=SEASON OF? year=YEAR",
)
def _season(found: Found) -> Reading | None:
    """Three whole months, the next such: spring is March to May, in the south September to November."""
    first = _SEASONS[found.meaning("season", "SEASON")]
    if found.setting.country in _SOUTH:
        first = (first + 5) % 12 + 1
    return _quarter_from(found, first)


@rule(
    f"(IN|MONTHIN|THED|DATEON)? (THE|THED)? [nth=(ORD|ORDW|D|CARD) DOT? QUARTER {YEAR}]",
    f"[QUARTERQ nth=D {YEAR}]",
    f"(IN|MONTHIN|THED)? THE? [nth=LASTN QUARTER {YEAR}]",
)
def _quarter(found: Found) -> Reading | None:
    nth = 4 if found.has("nth", "LASTN") else int(found.meaning("nth", "ORD", "ORDW", "D", "CARD") or 0)
    return _quarter_from(found, 3 * nth - 2) if 1 <= nth <= 4 else None


def _quarter_from(found: Found, first: int) -> Reading | None:
    """Three months from that one on, not yet over unless a year was said."""
    today, year = found.setting.today, year_of(found)
    skip = found.at("mod") >= 0 and which_of(found) == "last"
    start = cal.day(year or today.year - 1, first, 1)
    if start is None or skip:
        return None
    end = cal.month_end(cal.plus_months(start, 2))
    while year is None and end < today:
        start, end = cal.plus_months(start, 12), cal.month_end(cal.plus_months(end, 12))
    following = (found.at("mod") >= 0 or found.at("post") >= 0) and which_of(found) == "next"
    if following and start <= today:
        start, end = cal.plus_months(start, 12), cal.month_end(cal.plus_months(end, 12))
    return Reading(clamp(start, end, found.setting), "period", "month", end=end)


@rule(f"{MONTH} (OF|IN|COMMA)? THE? MOD? mod=MOD UYEAR", f"{MONTH} (OF|IN|COMMA)? THE? UYEAR post=POST")
def _month_of_that_year(found: Found) -> Reading | None:
    start = cal.day(found.setting.today.year + STEPS[which_of(found)], found.meaning("month", "MONTH", "MONTHW"), 1)
    return None if start is None else period(start, cal.month_end(start), found, "month")


@rule("month=MONTH !(OTHER|NOUN|COUNT)", "month=MONTHW !(OTHER|NOUN|COUNT|MODAL)", expected=True)
def _asked_month(found: Found) -> Reading | None:
    return _month(found)


@rule(
    "(sub=SUB OF? THE?)? THE? MOD? mod=MOD UMONTH",
    "(sub=SUB OF? THE?)? THE? UMONTH post=POST",
    "sub=SUB OF? THE? UMONTH",
)
def _that_month(found: Found) -> Reading:
    step = STEPS[which_of(found)] if found.at("mod") >= 0 or found.at("post") >= 0 else 0
    start = cal.plus_months(found.setting.today.replace(day=1), step)
    reading = period(start, cal.month_end(start), found, "month")
    if found.at("mod") < 0 and found.at("post") < 0 and reading.end is not None and reading.end < found.setting.today:
        start = cal.plus_months(start, 1)  # "at the beginning of the month" on the 18th
        reading = period(start, cal.month_end(start), found, "month")
    return reading


@rule(
    "(sub=SUB OF? THE?)? THE? MOD? mod=MOD UYEAR",
    "THE? UYEAR post=POST",
    "IN year=(YEAR|YEARW)",
    "sub=SUB OF? THE? (UYEAR|year=YEAR)",
)
def _that_year(found: Found) -> Reading | None:
    step = STEPS[which_of(found)] if found.at("mod") >= 0 or found.at("post") >= 0 else 0
    start = cal.day(year_of(found) or found.setting.today.year + step, 1, 1)
    return None if start is None else period(start, start.replace(month=12, day=31), found, "year")


@rule(
    "(THE? MOD? mod=MOD)? hol=HOL (COMMA? OF? THE? year=YEAR)? (weekend=UWEEKEND)?",
    "hol=(HOL|HOLW) post=POST",
    "THE? MOD? mod=MOD hol=HOLW",
    "<(DATEON|AFTER|BEFORE) hol=HOLW (OF? year=YEAR)?",
    "hol=HOLW OF? year=YEAR",
)
def _holiday(found: Found) -> Reading | None:
    name, setting, year = found.meaning("hol", "HOL", "HOLW"), found.setting, year_of(found)
    value = cal.next_holiday(name, setting.today, setting.country)
    if year is not None:
        value = cal.holiday(name, year, setting.country)
    elif (found.at("mod") >= 0 or found.at("post") >= 0) and which_of(found) == "last":
        value = cal.holiday(name, value.year - 1, setting.country)
    if found.at("weekend") >= 0:
        saturday = cal.plus_days(
            value, 5 - value.weekday() if 0 < value.weekday() < 6 else -2 if not value.weekday() else -1
        )
        end = max(cal.plus_days(saturday, 1), value if value.weekday() == 0 else saturday)
        return Reading(clamp(saturday, end, setting), "holiday", "weekend", end=end)
    return Reading(value, "holiday", cycle=None if year else "year")
