"""Date rules for weeks, weekends, months, years and holidays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from asyncassist.nlp.dates import calendar_math
from asyncassist.nlp.dates.models import DateReading, Grain, RuleMatch
from asyncassist.nlp.dates.rule_registry import (
    MODIFIED_WEEK,
    MODIFIER_STEPS,
    MONTH,
    YEAR,
    clamp_to_today,
    modifier_of,
    no_date,
    number_of,
    period_reading,
    rule,
    year_of,
)

if TYPE_CHECKING:
    import datetime as dt


@rule(
    f"THE? nth=(ORD|ORDW|LASTN) UWEEK (OF|IN) THE? (UMONTH OF)? {MONTH} {YEAR}",
    "THE? nth=(ORD|ORDW|LASTN) UWEEK (OF|IN) THE? MOD? mod=MOD UMONTH",
    "THE? nth=(ORD|ORDW|LASTN) UWEEK (OF|IN) THE? UMONTH (post=POST)?",
)
def _nth_week(match: RuleMatch) -> DateReading | None:
    """Read the nth week of a month: days 1-7, 8-14 and so on, whatever their weekdays; the last one ends the month."""
    nth = -1 if match.has_kind("nth", "LASTN") else int(match.meaning("nth", "ORD", "ORDW"))
    month = _relative_month(match) if match.position("month") < 0 else _month(match)
    if month is None or month.end is None:
        return None
    if nth > 5:
        return no_date(match.context)
    first = month.end.replace(day=1)
    start = calendar_math.plus_days(month.end, -6) if nth < 0 else calendar_math.plus_days(first, 7 * (nth - 1))
    end = min(calendar_math.plus_days(start, 6), month.end)
    if end < match.context.today and month.cycle == "year":
        start, end = calendar_math.plus_months(start, 12), calendar_math.plus_months(end, 12)
    return DateReading(clamp_to_today(start, end, match.context), "period", "week", end=end)


@rule(
    f"THE? nth=(ORD|ORDW|LASTN) UFORT (OF|IN) THE? (UMONTH OF)? {MONTH} {YEAR}",
    "THE? nth=(ORD|ORDW|LASTN) UFORT (OF|IN) THE? MOD? mod=MOD UMONTH",
    "THE? nth=(ORD|ORDW|LASTN) UFORT (OF|IN) THE? UMONTH (post=POST)?",
)
def _half_of_month(match: RuleMatch) -> DateReading | None:
    """Read half a month, as Romance languages express it: "primera quincena de enero"."""
    month = _relative_month(match) if match.position("month") < 0 else _month(match)
    if month is None or month.end is None:
        return None
    first = month.end.replace(day=1)
    if match.has_kind("nth", "LASTN") or match.meaning("nth", "ORD", "ORDW") != 1:
        start, end = first.replace(day=16), month.end
    else:
        start, end = first, first.replace(day=15)
    if end < match.context.today and month.cycle == "year":
        start, end = calendar_math.plus_months(start, 12), calendar_math.plus_months(end, 12)
    return DateReading(clamp_to_today(start, end, match.context), "period", "month", end=end)


_COUNT: Final = "n=(D|N|CARD|CARDN|COUPLE)"


@rule(
    f"THE? LASTN {_COUNT} unit=(UDAY|UWEEK) (OF|IN) THE? (UMONTH OF)? {MONTH} {YEAR}",
    f"THE? {_COUNT} LASTN unit=(UDAY|UWEEK) (OF|IN) THE? (UMONTH OF)? {MONTH} {YEAR}",
)
def _last_days_of_month(match: RuleMatch) -> DateReading | None:
    """Read the last n days or weeks of a month: that many days up to its last one."""
    month, count = _month(match), number_of(match, "n")
    days = count * 7 if match.has_kind("unit", "UWEEK") else count
    if month is None or month.end is None:
        return None
    if not 1 <= days <= month.end.day:
        return no_date(match.context)
    start = calendar_math.plus_days(month.end, 1 - days)
    grain: Grain = "day" if days == 1 else "week"
    return DateReading(clamp_to_today(start, month.end, match.context), "period", grain, end=month.end)


@rule(f"(sub=SUB OF? THE?)? {MODIFIED_WEEK}", "sub=SUB OF? THE? UWEEK")
def _week(match: RuleMatch) -> DateReading:
    step = MODIFIER_STEPS[modifier_of(match)] if match.position("mod") >= 0 or match.position("post") >= 0 else 0
    start = calendar_math.monday_of_week(match.context.today, step)
    reading = period_reading(start, calendar_math.plus_days(start, 6), match, "week")
    if "follow" in {match.meaning("mod", "MOD"), match.meaning("post", "POST")}:
        return reading.replace(form="later", days=7)
    return reading


@rule(
    "THE? MOD? mod=MOD UWEEKEND !NOUN",
    "THE? UWEEKEND post=POST",
    "THE UWEEKEND !NOUN",
    "<(ON|DATEON|THED) UWEEKEND !NOUN",
)
def _weekend(match: RuleMatch) -> DateReading:
    today = match.context.today
    modifier = modifier_of(match) if match.position("mod") >= 0 or match.position("post") >= 0 else "this"
    this = calendar_math.plus_days(calendar_math.monday_of_week(today), 5)
    saturday = this
    other: tuple[dt.date, ...] = ()
    if modifier in {"last", "last2"}:
        saturday = calendar_math.plus_days(this, 7 * MODIFIER_STEPS[modifier])
    elif modifier == "next2":
        saturday = calendar_math.plus_days(this, 14)
    elif modifier in {"next", "follow"}:
        both = (
            (calendar_math.plus_days(this, 7), this)
            if match.context.rules.next_skips_week or today >= this
            else (this, calendar_math.plus_days(this, 7))
        )
        saturday, other = both[0], both[1:] if both[1] > today else ()
    end = calendar_math.plus_days(saturday, 1)
    return DateReading(clamp_to_today(saturday, end, match.context), "period", "weekend", end=end).replace(
        alternatives=tuple(other)
    )


@rule(
    f"<MONTHIN month=MONTH {YEAR}",
    f"<MONTHIN month=MONTHW {YEAR} !MODAL",
    f"sub=SUB OF? THE? (UMONTH OF)? {MONTH} {YEAR}",
    f"{MONTH} OF? year=YEAR",
    f"THE? UMONTH OF {MONTH} {YEAR}",
    f"[THE? MOD? mod=MOD {MONTH} !MODAL] (verb=OTHER)?",
    f"{MONTH} MOD? post=POST",
)
def _month(match: RuleMatch) -> DateReading | None:
    if match.has_kind("month", "CARD"):
        return None  # "de dez dias", "pour sept personnes": the word is a number
    if match.has_kind("month", "AUX") and match.position("verb") >= 0 and modifier_of(match) == "this":
        return None  # "this may take a while"
    today, month = match.context.today, int(match.meaning("month", "MONTH", "MONTHW"))
    modifier = modifier_of(match) if match.position("mod") >= 0 or match.position("post") >= 0 else ""
    year = year_of(match)
    if year is None:
        is_past = month < today.month or (modifier == "next" and month == today.month)
        year = today.year + is_past
        if modifier == "last":
            year = today.year - (month >= today.month)
    start = calendar_math.date_or_none(year, month, 1)
    if start is None:
        return None
    reading = period_reading(start, calendar_math.month_end(start), match, "month")
    if year_of(match) is not None or modifier == "last":
        return reading
    if reading.end is not None and reading.end < today:  # "early June" on 20 June
        start = calendar_math.plus_months(start, 12)
        reading = period_reading(start, calendar_math.month_end(start), match, "month")
    return reading.replace(cycle="year")


@rule(
    "(FROM|BETWEEN|IN|MONTHIN)? month=(MONTH|MONTHW) join=(TO|DASH|AND|OR) OF? last=MONTH"
    " (DOT? COMMA? OF? (year=(YEAR|YEARW)|APOS yy=(D|N)))? !(D|ORD)",
    "(FROM|BETWEEN|IN|MONTHIN) month=(MONTH|MONTHW) join=(TO|DASH|AND|OR) OF? last=MONTHW !(D|ORD)",
)
def _month_range(match: RuleMatch) -> DateReading | None:
    """Read a range of months: "from March to June", "in May or June"."""
    first, last = _month(match), int(match.meaning("last", "MONTH", "MONTHW"))
    if first is None:
        return None
    start = first.value.replace(day=1)
    end = calendar_math.month_end(calendar_math.plus_months(start, (last - start.month) % 12))
    return first.replace(end=end, value=clamp_to_today(start, end, match.context))


# First month of each season in the northern hemisphere; in the southern one, half a year later.
_SEASON_START_MONTHS: Final = {"spring": 3, "summer": 6, "autumn": 9, "winter": 12}
_SOUTHERN_COUNTRIES: Final = frozenset(
    {"BR", "AR", "CL", "UY", "PY", "BO", "PE", "AU", "NZ", "ZA", "AO", "MZ", "NA", "BW", "ZW"}
)


@rule(
    f"(IN|MONTHIN|THED|DATEON) (THE|THED)? [season=SEASON {YEAR}]",
    "(IN|MONTHIN)? THE? [mod=MOD season=SEASON]",
    "(IN|MONTHIN)? THE? [season=SEASON post=POST]",
    "THE? season=SEASON OF? year=YEAR",
)
def _season(match: RuleMatch) -> DateReading | None:
    """Read a season as its next three whole months: spring is March to May, in the south September to November."""
    first = _SEASON_START_MONTHS[match.meaning("season", "SEASON")]
    if match.context.country in _SOUTHERN_COUNTRIES:
        first = (first + 5) % 12 + 1
    return _three_months_from(match, first)


@rule(
    f"(IN|MONTHIN|THED|DATEON)? (THE|THED)? [nth=(ORD|ORDW|D|CARD) DOT? QUARTER {YEAR}]",
    f"[QUARTERQ nth=D {YEAR}]",
    f"(IN|MONTHIN|THED)? THE? [nth=LASTN QUARTER {YEAR}]",
)
def _quarter(match: RuleMatch) -> DateReading | None:
    nth = 4 if match.has_kind("nth", "LASTN") else int(match.meaning("nth", "ORD", "ORDW", "D", "CARD") or 0)
    return _three_months_from(match, 3 * nth - 2) if 1 <= nth <= 4 else None


@rule("(IN|MONTHIN)? THE? MOD? mod=MOD QUARTER !OF", "(IN|MONTHIN)? THE? QUARTER post=POST")
def _relative_quarter(match: RuleMatch) -> DateReading:
    """Read the quarter around today, or one before or after it: "next quarter"."""
    today = match.context.today
    first = today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1)
    start = calendar_math.plus_months(first, 3 * MODIFIER_STEPS[modifier_of(match)])
    end = calendar_math.month_end(calendar_math.plus_months(start, 2))
    return DateReading(clamp_to_today(start, end, match.context), "period", "month", end=end)


def _three_months_from(match: RuleMatch, first_month: int) -> DateReading | None:
    """Return the three months from `first_month` on: of the named year, else the next ones that are not over."""
    today, year = match.context.today, year_of(match)
    skip = match.position("mod") >= 0 and modifier_of(match) == "last"
    start = calendar_math.date_or_none(year or today.year - 1, first_month, 1)
    if start is None or skip:
        return None
    end = calendar_math.month_end(calendar_math.plus_months(start, 2))
    while year is None and end < today:
        start, end = calendar_math.plus_months(start, 12), calendar_math.month_end(calendar_math.plus_months(end, 12))
    following = (match.position("mod") >= 0 or match.position("post") >= 0) and modifier_of(match) == "next"
    if following and start <= today:
        start, end = calendar_math.plus_months(start, 12), calendar_math.month_end(calendar_math.plus_months(end, 12))
    return DateReading(clamp_to_today(start, end, match.context), "period", "month", end=end)


@rule(f"{MONTH} (OF|IN|COMMA)? THE? MOD? mod=MOD UYEAR", f"{MONTH} (OF|IN|COMMA)? THE? UYEAR post=POST")
def _month_of_relative_year(match: RuleMatch) -> DateReading | None:
    start = calendar_math.date_or_none(
        match.context.today.year + MODIFIER_STEPS[modifier_of(match)], match.meaning("month", "MONTH", "MONTHW"), 1
    )
    return None if start is None else period_reading(start, calendar_math.month_end(start), match, "month")


@rule("month=MONTH !(OTHER|NOUN|COUNT)", "month=MONTHW !(OTHER|NOUN|COUNT|MODAL)", expected=True)
def _expected_month(match: RuleMatch) -> DateReading | None:
    return _month(match)


@rule(
    "(sub=SUB OF? THE?)? THE? MOD? mod=MOD UMONTH",
    "(sub=SUB OF? THE?)? THE? UMONTH post=POST",
    "sub=SUB OF? THE? UMONTH",
)
def _relative_month(match: RuleMatch) -> DateReading:
    step = MODIFIER_STEPS[modifier_of(match)] if match.position("mod") >= 0 or match.position("post") >= 0 else 0
    start = calendar_math.plus_months(match.context.today.replace(day=1), step)
    reading = period_reading(start, calendar_math.month_end(start), match, "month")
    if (
        match.position("mod") < 0
        and match.position("post") < 0
        and reading.end is not None
        and reading.end < match.context.today
    ):
        start = calendar_math.plus_months(start, 1)  # "at the beginning of the month" on the 18th
        reading = period_reading(start, calendar_math.month_end(start), match, "month")
    return reading


@rule(
    "(sub=SUB OF? THE?)? THE? MOD? mod=MOD UYEAR",
    "THE? UYEAR post=POST",
    "IN year=(YEAR|YEARW)",
    "sub=SUB OF? THE? (UYEAR|year=YEAR)",
)
def _relative_year(match: RuleMatch) -> DateReading | None:
    step = MODIFIER_STEPS[modifier_of(match)] if match.position("mod") >= 0 or match.position("post") >= 0 else 0
    start = calendar_math.date_or_none(year_of(match) or match.context.today.year + step, 1, 1)
    return None if start is None else period_reading(start, start.replace(month=12, day=31), match, "year")


@rule(
    "(THE? MOD? mod=MOD)? hol=HOL (COMMA? OF? THE? year=YEAR)? (weekend=UWEEKEND)?",
    "hol=(HOL|HOLW) post=POST",
    "THE? MOD? mod=MOD hol=HOLW",
    "<(DATEON|AFTER|BEFORE) hol=HOLW (OF? year=YEAR)?",
    "hol=HOLW OF? year=YEAR",
)
def _holiday(match: RuleMatch) -> DateReading | None:
    name, context, year = match.meaning("hol", "HOL", "HOLW"), match.context, year_of(match)
    value = calendar_math.next_holiday(name, context.today, context.country)
    if year is not None:
        value = calendar_math.holiday_date(name, year, context.country)
    elif (match.position("mod") >= 0 or match.position("post") >= 0) and modifier_of(match) == "last":
        value = calendar_math.holiday_date(name, value.year - 1, context.country)
    if match.position("weekend") >= 0:
        saturday = calendar_math.plus_days(
            value, 5 - value.weekday() if 0 < value.weekday() < 6 else -2 if not value.weekday() else -1
        )
        end = max(calendar_math.plus_days(saturday, 1), value if value.weekday() == 0 else saturday)
        return DateReading(clamp_to_today(saturday, end, context), "holiday", "weekend", end=end)
    return DateReading(value, "holiday", cycle=None if year else "year")
