"""Date rules for weekdays: bare, of this or the next week, of a month."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asyncassist.nlp.dates import calendar_math as cal
from asyncassist.nlp.dates.models import Found, Reading, Setting
from asyncassist.nlp.dates.rule_registry import (
    MONTH,
    STEPS,
    WEEK,
    WEEKDAY,
    YEAR,
    N,
    distance,
    number_of,
    rule,
    weekday_of,
    which_of,
    year_of,
)

if TYPE_CHECKING:
    import datetime as dt


def weekday_reading(weekday: int, setting: Setting, which: str = "") -> Reading:
    """A weekday, bare or with this, next, coming, last."""
    today = setting.today
    coming = cal.coming(weekday, today)
    is_today = weekday == today.weekday()
    if not which:
        return Reading(coming, "weekday", alternatives=(today,) if is_today else (), cycle="week")
    this = cal.plus_days(today, weekday - today.weekday())
    if which == "this":
        value = this if this >= today else coming
        other = (cal.plus_days(value, 7),) if is_today else ()
        return Reading(value, "modified", alternatives=other, cycle="week")
    if which in {"last", "last2"}:
        last = cal.plus_days(today, -((today.weekday() - weekday - 1) % 7 + 1))
        return Reading(cal.plus_days(last, -7 if which == "last2" else 0), "modified")
    following = cal.plus_days(cal.monday(today, 1), weekday)
    if which == "next2":
        return Reading(cal.plus_days(coming, 7), "modified").but(alternatives=(cal.plus_days(following, 7),))
    if which == "next" and setting.language == "en":
        return Reading(following, "modified").but(alternatives=(coming,))
    # Once the coming one lies in the next week already, nobody means the one after it.
    later = () if which != "next" or coming >= following else (following,)
    return Reading(coming, "modified", alternatives=later, cycle="week")


@rule(
    "wd=WDAY", "<(ON|DATEON|RET|DEP|TO|FROM) wd=WDAYW !(NOUN|COUNT|OF)", "[wd=WDAYW] PART", "[wd=WDAYW] OR (WDAY|WDAYW)"
)
def _bare_weekday(found: Found) -> Reading | None:
    weekday = weekday_of(found)
    return None if weekday is None else weekday_reading(weekday, found.setting)


@rule("<COMMA wd=WDAYW END")
def _weekday_apart(found: Found) -> Reading | None:
    """A short weekday between commas; only those of Portuguese are whole words: "Faro, sexta"."""
    return _bare_weekday(found) if found.setting.language == "pt" else None


@rule("nth=ORD FEIRA")
def _numbered_weekday(found: Found) -> Reading | None:
    """Portuguese counts its weekdays: "6ª-feira" is Friday."""
    nth = int(found.meaning("nth", "ORD"))
    return weekday_reading(nth - 2, found.setting) if 2 <= nth <= 6 else None


@rule("wd=WDAYW !(OTHER|NOUN|COUNT)", expected=True)
def _asked_weekday(found: Found) -> Reading | None:
    return _bare_weekday(found)


@rule(f"THE? MOD? mod=MOD {WEEKDAY} !NOUN", f"{WEEKDAY} MOD? post=POST")
def _modified_weekday(found: Found) -> Reading | None:
    weekday = weekday_of(found)
    return None if weekday is None else weekday_reading(weekday, found.setting, which_of(found))


@rule(f"{WEEKDAY} (OF|ON|IN|COMMA)? {WEEK}", f"{WEEK} (ON|COMMA|OF)? THE? {WEEKDAY}")
def _weekday_of_week(found: Found) -> Reading | None:
    weekday = weekday_of(found)
    start = cal.monday(found.setting.today, STEPS[which_of(found)])
    return None if weekday is None else Reading(cal.plus_days(start, weekday), "modified")


@rule(f"{N} wd=WDAYPL FROMNOW", f"IN {N} wd=WDAYPL")
def _weekdays_on(found: Found) -> Reading | None:
    """Two Sundays from now: the second of those to come."""
    n = number_of(found, "n")
    if not 1 <= n <= 60:
        return None
    first = cal.coming(int(found.meaning("wd", "WDAYPL")), found.setting.today)
    return Reading(cal.plus_days(first, 7 * (n - 1)), "modified")


@rule(f"{WEEKDAY} IN {N} unit=(UWEEK|UFORT)")
def _weekday_in_weeks(found: Found) -> Reading | None:
    weekday, step = weekday_of(found), distance(found)
    if weekday is None or step is None:
        return None
    today = found.setting.today
    value = cal.plus_days(cal.coming(weekday, today), step[0])
    return Reading(value, "modified").but(
        alternatives=(cal.plus_days(cal.plus_days(cal.monday(today), weekday), step[0]),)
    )


@rule(
    f"THE? nth=(ORD|ORDW|LASTN) {WEEKDAY} (OF|IN)? THE? {MONTH} {YEAR}",
    f"THE? nth=(ORD|ORDW|LASTN) {WEEKDAY} (OF|IN)? THE? MOD? mod=MOD UMONTH",
    f"THE? nth=(ORD|ORDW|LASTN) {WEEKDAY} (OF|IN)? THE? UMONTH (post=POST)?",
    f"THE? nth=(ORD|ORDW|LASTN) UWEEKEND (OF|IN) THE? {MONTH} {YEAR}",
    "THE? nth=(ORD|ORDW|LASTN) UWEEKEND (OF|IN) THE? MOD? mod=MOD UMONTH",
    "THE? nth=(ORD|ORDW|LASTN) UWEEKEND (OF|IN) THE? UMONTH (post=POST)?",
)
def _nth_weekday(found: Found) -> Reading | None:
    nth = -1 if found.has("nth", "LASTN") else int(found.meaning("nth", "ORD", "ORDW"))
    weekend = found.at("wd") < 0
    weekday = 5 if weekend else int(found.meaning("wd", "WDAY", "WDAYW"))
    value = _nth_in(found, weekday, nth)
    if value is None:  # a fifth Monday that no such month has
        return Reading(found.setting.today, "dropped")
    return Reading(value, "date", "weekend", end=cal.plus_days(value, 1)) if weekend else Reading(value, "date")


def _nth_in(found: Found, weekday: int, nth: int) -> dt.date | None:
    """The nth weekday in the month that was said; the next such day where the month's year was left open."""
    today, month = found.setting.today, found.meaning("month", "MONTH", "MONTHW")
    if month is None:
        step = STEPS[which_of(found)] if found.at("mod") >= 0 or found.at("post") >= 0 else 0
        first = cal.plus_months(today.replace(day=1), step)
        return cal.nth_weekday(first.year, first.month, weekday, nth)
    year = year_of(found)
    for candidate in [year] if year else range(today.year, min(today.year + 12, cal.LAST_YEAR)):
        value = cal.nth_weekday(candidate, month, weekday, nth)
        if value is not None and (year or value >= today):
            return value
    return None
