"""The date grammar: what patterns of words mean.

Reading rules, for all languages where nothing else is said:

- What was left open is filled by the next possible date, today included: "the 3rd", "3 March", "29 February".
- A bare weekday is the next one after today; said on that very day it means a week on, with today as an alternative.
- "This Friday" is that of the running week (today counts), once it is gone the coming one.
- "Next Friday" is, in English, the Friday of the next week, weeks beginning on Monday, with the coming one as an
  alternative; in the other languages it is the coming one, with the week after as an alternative. "Coming" is the
  coming one everywhere.
- "Next week", "next month", "next year" are those of the calendar; "in two weeks" is fourteen days on.
- A weekend is Saturday and Sunday. A period that has begun begins today.
- "In" a month or year is that grain; early, mid and late are its days 1-10, 11-20 and from 21.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

from asyncassist.nlp import dates_calendar as cal
from asyncassist.nlp.dates_lexicon import ALPHABET, TABLES, lexicon
from asyncassist.nlp.dates_pattern import Pattern, compile_pattern
from asyncassist.nlp.dates_reading import Found, Item, Reading, Setting

Action = Callable[[Found], "Reading | list[Item] | None"]
_Action = TypeVar("_Action", bound=Action)

_N: Final = "n=(ART|D|N|CARD|CARDN|COUPLE)"
_UNIT: Final = "unit=(UDAY|UWEEK|UFORT|UMONTH|UYEAR)"
_MONTH: Final = "month=(MONTH|MONTHW)"
_WD: Final = "wd=(WDAY|WDAYW)"
_YEAR: Final = "(DOT? COMMA? OF? (year=(YEAR|YEARW)|APOS yy=(D|N)))?"
_WEEK: Final = "(THE? MOD? mod=MOD UWEEK|THE? UWEEK post=POST)"
_DAY: Final = "(D|ORD|ORDW|CARD)"


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern and what it means.

    Attributes:
        pattern: Over kinds of words.
        action: Reads a match; None where it makes no date after all.
    """

    pattern: Pattern
    action: Action


_RULES: list[tuple[str, Action, bool]] = []


def _rule(*sources: str, expected: bool = False) -> Callable[[_Action], _Action]:
    """The decorated function reads matches of these patterns; `expected` ones only where a date was asked for."""

    def add(action: _Action) -> _Action:
        _RULES.extend((source, action, expected) for source in sources)
        return action

    return add


@functools.cache
def rules() -> tuple[dict[str, tuple[Rule, ...]], dict[str, tuple[Rule, ...]]]:
    """The rules by the letters they can begin with: the usual ones, and all where a date was asked for."""
    for language in TABLES:
        lexicon(language)  # every word of every language has its letter before patterns are read
    usual: dict[str, list[Rule]] = {}
    wide: dict[str, list[Rule]] = {}
    for source, action, expected in _RULES:
        rule = Rule(compile_pattern(source, ALPHABET), action)
        for letter in rule.pattern.first:
            wide.setdefault(letter, []).append(rule)
            if not expected:
                usual.setdefault(letter, []).append(rule)
    return {key: tuple(value) for key, value in usual.items()}, {key: tuple(value) for key, value in wide.items()}


def _number(found: Found, name: str = "day") -> int:
    return int(found.meaning(name, "D", "ORD", "ORDW", "CARD", "N", "CARDN", "COUPLE", "ART") or 0)


def _year(found: Found) -> int | None:
    if found.at("yy") >= 0:
        short = _number(found, "yy")
        return 2000 + short if short < 100 else None
    year = found.meaning("year", "YEAR", "YEARW")
    return None if year is None else int(year)


def _weekday(found: Found) -> int | None:
    weekday = found.meaning("wd", "WDAY", "WDAYW")
    return None if weekday is None else int(weekday)


def month_day(month: int, number: int, year: int | None, setting: Setting) -> Reading | None:
    """A day of a month, with or without its year."""
    if year is not None:
        whole = cal.day(year, month, number)
        return None if whole is None else Reading(whole, "date")
    value = cal.next_month_day(month, number, setting.today)
    return None if value is None else Reading(value, "date", cycle="year")


@_rule(
    f"({_WD} DOT? COMMA?)? THE? DAYW? day=(D|ORD) DOT? (OF|DASH|SLASH)? month=MONTH (DASH|SLASH)? {_YEAR}",
    f"({_WD} DOT? COMMA?)? THE? DAYW? day=(D|ORD) DOT? (OF|DASH|SLASH)? month=MONTHW (DASH|SLASH)? {_YEAR} !MODAL",
    f"({_WD} DOT? COMMA?)? THE? DAYW? day=(D|ORD) OF? THE? UMONTH OF {_MONTH} {_YEAR}",
    f"({_WD} COMMA?)? THE? DAYW? day=(ORDW|CARD) OF {_MONTH} {_YEAR}",
    f"({_WD} COMMA?)? THE? DAYW? day=(ORDW|CARD) month=MONTH {_YEAR}",
    f"({_WD} DOT? COMMA?)? {_MONTH} (DOT|DASH|SLASH)? THE? day=(D|ORD) {_YEAR} !COUNT",
    f"({_WD} COMMA?)? month=MONTH THE? day=ORDW {_YEAR}",
    f"({_WD} COMMA?)? month=MONTHW THE day=ORDW {_YEAR}",
    f"month=MONTHW day=ORDW {_YEAR} !(OTHER|NOUN|COUNT)",
    f"({_WD} COMMA?)? month=MONTH THE? day=CARD {_YEAR} !(COUNT|NOUN)",
)
def _month_day(found: Found) -> Reading | None:
    return month_day(found.meaning("month", "MONTH", "MONTHW"), _number(found), _year(found), found.setting)


@_rule(
    f"(head=(FROM|BETWEEN))? THE? DAYW? a={_DAY} DOT? join=(TO|DASH|AND|OR) THE? DAYW? b={_DAY} DOT?"
    f" OF? {_MONTH} {_YEAR}",
    f"(head=(FROM|BETWEEN))? {_MONTH} DOT? THE? a=(D|ORD) join=(TO|DASH|AND|OR) THE? b=(D|ORD) {_YEAR}"
    " !(COUNT|MONTH|MONTHW)",
)
def _days_of_month(found: Found) -> list[Item] | None:
    month, setting = int(found.meaning("month", "MONTH", "MONTHW")), found.setting
    second = month_day(month, _number(found, "b"), _year(found), setting)
    if second is None:
        return None
    earlier = _number(found, "a") > _number(found, "b") and not found.has("join", "OR")
    start = cal.plus_months(second.value.replace(day=1), -1 if earlier else 0)
    day = cal.day(start.year, start.month, _number(found, "a"))
    if day is None:
        return None
    first = second.but(value=day)
    if second.cycle and min(day, second.value) < setting.today:  # under way: the whole range next year
        moved = [cal.plus_months(value, 12) for value in (day, second.value)]
        first, second = first.but(value=moved[0]), second.but(value=moved[1])
    return _pair(found, first, second)


def _pair(found: Found, first: Reading, second: Reading) -> list[Item]:
    """Two dates joined: a trip, a window of days, or a choice."""
    a, b = (min(found.at("a"), found.at("b")), max(found.at("a"), found.at("b")))
    start, end = found.span if found.at("month") < found.at("a") else (a, max(found.at("month"), found.at("year"), b))
    if found.has("head", "BETWEEN") and first.value <= second.value:
        return [Item(start, end, first.but(end=second.value))]
    if found.has("join", "TO") or found.has("join", "DASH"):
        first, second = first.but(end=second.value, head="trip"), second.but(head="back")
    split = (a, a) if found.at("month") > a else (found.at("month"), a)
    return [Item(*split, first), Item(b, max(end, b), second)]


@_rule(
    f"{_WD} DOT? COMMA? THE? DAYW? day=(D|ORD) DOT? !(COUNT|NOUN|UDAY|UWEEK|UMONTH)",
    f"{_WD} COMMA? THE day=ORDW !(COUNT|NOUN|OTHER)",
    f"{_WD} COMMA? THE? DAYW day=(ORDW|CARD) !COUNT",
)
def _weekday_day(found: Found) -> Reading | None:
    today = found.setting.today
    nearest = cal.next_day_of_month(_number(found), today)
    fitting = cal.next_day_of_month(_number(found), today, weekday=_weekday(found))
    if nearest is None or fitting is None:
        return None
    return Reading(fitting, "date", cycle="month").but(alternatives=(nearest,))


@_rule(
    "THE? day=ORD !(COUNT|NOUN)",
    "THED day=D DOT? !(COUNT|NOUN|TIME|UDAY|UWEEK|UMONTH|DASH|SLASH)",
    "<DATEON THE? day=ORDW !(OTHER|COUNT|NOUN|UDAY|UWEEK|UMONTH|UYEAR|WDAY|WDAYW|D|CARD)",
    f"THE? DAYW day={_DAY} DOT? !COUNT",
    f"THE? day={_DAY} DOT? OF THE? UMONTH",
)
def _day_of_month(found: Found) -> Reading | None:
    value = cal.next_day_of_month(_number(found), found.setting.today)
    return None if value is None else Reading(value, "day", cycle="month")


@_rule(
    "day=(ORD|ORDW|CARD|D) DOT? !(OTHER|COUNT|NOUN|UDAY|UWEEK|UMONTH|UYEAR|UNIGHT|SLASH|DASH|TIME)",
    expected=True,
)
def _asked_day(found: Found) -> Reading | None:
    return _day_of_month(found)


@_rule(
    "THE? DAYW? day=ORD OF? THE? MOD? mod=MOD UMONTH",
    "THE? DAYW? day=(D|ORDW|CARD) DOT? OF THE? MOD? mod=MOD UMONTH",
    "THE? DAYW? day=(D|ORDW) DOT? MOD? mod=MOD UMONTH",
    f"THE? DAYW? day={_DAY} DOT? OF THE? UMONTH post=POST",
    f"THE? DAYW? day={_DAY} DOT? OF THE? UMONTH OF? mod=MOD",
)
def _day_of_that_month(found: Found) -> Reading | None:
    first = cal.plus_months(found.setting.today.replace(day=1), _STEPS[_which(found)])
    value = cal.day(first.year, first.month, _number(found))
    return None if value is None else Reading(value, "date")


def _which(found: Found) -> str:
    return str(found.meaning("mod", "MOD") or found.meaning("post", "POST"))


_STEPS: Final = {"this": 0, "next": 1, "coming": 1, "last": -1, "next2": 2, "follow": 1}


@_rule(
    f"({_WD} COMMA? THE?)? date=NUMDATE !COUNT",
    f"{_WD} COMMA? THE? date=NUMWEAK",
    "<(DATEON|THED|THE|FROM|TO) date=NUMWEAK",
)
def _figures(found: Found) -> Reading | None:
    options = found.meaning("date", "NUMDATE", "NUMWEAK")
    setting = found.setting
    if isinstance(options[0], dt.date):
        return Reading(options[0], "date", alternatives=options[1:])
    if options[0] in {(7, 24), (24, 7)} and setting.language == "en":
        return None  # 24/7
    days = [day for month, number in options if (day := cal.next_month_day(month, number, setting.today))]
    return Reading(days[0], "date", alternatives=tuple(days[1:]), cycle="year")


@_rule("rel=REL")
def _relative(found: Found) -> Reading:
    return Reading(cal.plus_days(found.setting.today, found.meaning("rel", "REL")), "relative")


@_rule("rel=RELP")
def _relative_part(found: Found) -> Reading:
    days, part = found.meaning("rel", "RELP")
    return Reading(cal.plus_days(found.setting.today, days), "relative", part=part)


@_rule("mod=MOD part=PART")
def _this_part(found: Found) -> Reading | None:
    if _which(found) != "this":
        return None
    return Reading(found.setting.today, "relative", part=found.meaning("part", "PART"))


def distance(found: Found) -> tuple[int, int] | None:
    """Days and months of "three weeks"; None for what no traveller plans (more than fifty years)."""
    n = _number(found, "n") if found.at("n") >= 0 else 1
    for kind, days, months in _UNITS:
        if found.has("unit", kind):
            fits = n * (days + 30 * months) <= 20_000
            return (n * days, n * months) if fits else None
    return None


_UNITS: Final = (
    ("UDAY", 1, 0),
    ("UNIGHT", 1, 0),
    ("UWEEK", 7, 0),
    ("UFORT", 14, 0),
    ("UMONTH", 0, 1),
    ("UYEAR", 0, 12),
)


def moved(start: dt.date, days: int, months: int) -> dt.date:
    """A date so many months and days on."""
    return cal.plus_days(cal.plus_months(start, months) if months else start, days)


@_rule(f"IN {_N} {_UNIT} FROMNOW? !AGO", f"{_N} {_UNIT} FROMNOW")
def _in_units(found: Found) -> Reading | None:
    step = distance(found)
    if step is None:
        return None
    value = moved(found.setting.today, *step)
    # "In acht Tagen", "dans quinze jours": the counted day is often the same weekday, one or two weeks on.
    idiom = {8: -1, 15: -1}.get(step[0], 0) if found.setting.language != "en" and found.has("unit", "UDAY") else 0
    return Reading(value, "relative", alternatives=(cal.plus_days(value, idiom),) if idiom else ())


@_rule(f"{_N} {_UNIT} AGO", f"AGOPRE {_N} {_UNIT}")
def _ago(found: Found) -> Reading | None:
    step = distance(found)
    return None if step is None else Reading(moved(found.setting.today, -step[0], -step[1]), "relative")


@_rule(f"{_N} {_UNIT} LATER", f"AFTER {_N} {_UNIT}", f"LATERPRE {_N} {_UNIT}")
def _later(found: Found) -> Reading | None:
    step = distance(found)
    if step is None:
        return None
    return Reading(moved(found.setting.today, *step), "later", days=step[0], months=step[1])


@_rule("THE? mod=MOD UDAY", "THE? UDAY post=POST", "same=SAMEDAY", "after=NEXTDAY")
def _next_day(found: Found) -> Reading | None:
    if found.at("mod") < 0 and found.at("post") < 0:
        days = 0 if found.at("same") >= 0 else int(found.meaning("after", "NEXTDAY"))
    elif _which(found) in {"next", "follow"}:
        days = 1
    else:
        return None
    return Reading(cal.plus_days(found.setting.today, days), "later", days=days)


@_rule(
    f"<(FOR|STAY) {_N} unit=(UDAY|UWEEK|UFORT|UMONTH|UNIGHT)",
    f"{_N} unit=(UDAY|UWEEK|UFORT|UMONTH|UNIGHT) DURPOST",
)
def _duration(found: Found) -> Reading | None:
    step = distance(found)
    if step is None:
        return None
    return Reading(moved(found.setting.today, *step), "duration", days=step[0], months=step[1])


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
    if which == "last":
        last = cal.plus_days(today, -((today.weekday() - weekday - 1) % 7 + 1))
        return Reading(last, "modified")
    following = cal.plus_days(cal.monday(today, 1), weekday)
    if which == "next2":
        return Reading(cal.plus_days(coming, 7), "modified").but(alternatives=(cal.plus_days(following, 7),))
    if which == "next" and setting.language == "en":
        return Reading(following, "modified").but(alternatives=(coming,))
    # Once the coming one lies in the next week already, nobody means the one after it.
    later = () if which != "next" or coming >= following else (following,)
    return Reading(coming, "modified", alternatives=later, cycle="week")


@_rule("wd=WDAY", "<(ON|DATEON|RET|DEP|TO|FROM) wd=WDAYW !(NOUN|COUNT)", "[wd=WDAYW] PART")
def _bare_weekday(found: Found) -> Reading | None:
    weekday = _weekday(found)
    return None if weekday is None else weekday_reading(weekday, found.setting)


@_rule("nth=ORD FEIRA")
def _numbered_weekday(found: Found) -> Reading | None:
    """Portuguese counts its weekdays: "6ª-feira" is Friday."""
    nth = int(found.meaning("nth", "ORD"))
    return weekday_reading(nth - 2, found.setting) if 2 <= nth <= 6 else None


@_rule("wd=WDAYW !(OTHER|NOUN|COUNT)", expected=True)
def _asked_weekday(found: Found) -> Reading | None:
    return _bare_weekday(found)


@_rule(f"THE? MOD? mod=MOD {_WD} !NOUN", f"{_WD} MOD? post=POST")
def _modified_weekday(found: Found) -> Reading | None:
    weekday = _weekday(found)
    return None if weekday is None else weekday_reading(weekday, found.setting, _which(found))


@_rule(f"{_WD} (OF|ON|IN|COMMA)? {_WEEK}", f"{_WEEK} (ON|COMMA|OF)? THE? {_WD}")
def _weekday_of_week(found: Found) -> Reading | None:
    weekday = _weekday(found)
    start = cal.monday(found.setting.today, _STEPS[_which(found)])
    return None if weekday is None else Reading(cal.plus_days(start, weekday), "modified")


@_rule(f"{_WD} IN {_N} unit=(UWEEK|UFORT)")
def _weekday_in_weeks(found: Found) -> Reading | None:
    weekday, step = _weekday(found), distance(found)
    if weekday is None or step is None:
        return None
    today = found.setting.today
    value = cal.plus_days(cal.plus_days(cal.monday(today), weekday), step[0])
    return Reading(value, "modified").but(alternatives=(cal.plus_days(cal.coming(weekday, today), step[0]),))


@_rule(
    f"THE? nth=(ORD|ORDW|LASTN) {_WD} (OF|IN)? THE? {_MONTH} {_YEAR}",
    f"THE? nth=(ORD|ORDW|LASTN) {_WD} (OF|IN)? THE? MOD? mod=MOD UMONTH",
    f"THE? nth=(ORD|ORDW|LASTN) {_WD} (OF|IN)? THE? UMONTH (post=POST)?",
    f"THE? nth=(ORD|ORDW|LASTN) UWEEKEND (OF|IN) THE? {_MONTH} {_YEAR}",
    "THE? nth=(ORD|ORDW|LASTN) UWEEKEND (OF|IN) THE? MOD? mod=MOD UMONTH",
    "THE? nth=(ORD|ORDW|LASTN) UWEEKEND (OF|IN) THE? UMONTH (post=POST)?",
)
def _nth_weekday(found: Found) -> Reading | None:
    nth = -1 if found.has("nth", "LASTN") else int(found.meaning("nth", "ORD", "ORDW"))
    weekend = found.at("wd") < 0
    weekday = 5 if weekend else int(found.meaning("wd", "WDAY", "WDAYW"))
    value = _nth_in(found, weekday, nth)
    if value is None:
        return None
    return Reading(value, "date", "weekend", end=cal.plus_days(value, 1)) if weekend else Reading(value, "date")


def _nth_in(found: Found, weekday: int, nth: int) -> dt.date | None:
    """The nth weekday in the month that was said; the next such day where the month's year was left open."""
    today, month = found.setting.today, found.meaning("month", "MONTH", "MONTHW")
    if month is None:
        step = _STEPS[_which(found)] if found.at("mod") >= 0 or found.at("post") >= 0 else 0
        first = cal.plus_months(today.replace(day=1), step)
        return cal.nth_weekday(first.year, first.month, weekday, nth)
    year = _year(found)
    for candidate in [year] if year else range(today.year, min(today.year + 12, cal.LAST_YEAR)):
        value = cal.nth_weekday(candidate, month, weekday, nth)
        if value is not None and (year or value >= today):
            return value
    return None


def clamp(start: dt.date, end: dt.date, setting: Setting) -> dt.date:
    """A period that has begun and is not over begins today."""
    return max(start, setting.today) if end >= setting.today else start


_PARTS: Final = {"early": (0, 9), "mid": (10, 19), "late": (20, 31)}


def period(start: dt.date, end: dt.date, found: Found, grain: str) -> Reading:
    """A week, month or year, or the part of it that was said."""
    part = found.meaning("sub", "SUB")
    if part and grain == "month":
        low, high = _PARTS[part]
        start, end = cal.plus_days(start, low), min(cal.plus_days(start, high), end)
    elif part and grain == "week":
        low, high = {"early": (0, 1), "mid": (2, 3), "late": (3, 6)}[part]
        start, end = cal.plus_days(start, low), cal.plus_days(start, high)
    elif part:
        low, high = {"early": (0, 3), "mid": (4, 7), "late": (8, 11)}[part]
        start, end = cal.plus_months(start, low), cal.month_end(cal.plus_months(start, high))
    return Reading(clamp(start, end, found.setting), "period", grain, end=end)  # type: ignore[arg-type]


@_rule(f"(sub=SUB OF? THE?)? {_WEEK}", "sub=SUB OF? THE? UWEEK")
def _week(found: Found) -> Reading:
    step = _STEPS[_which(found)] if found.at("mod") >= 0 or found.at("post") >= 0 else 0
    start = cal.monday(found.setting.today, step)
    reading = period(start, cal.plus_days(start, 6), found, "week")
    if "follow" in {found.meaning("mod", "MOD"), found.meaning("post", "POST")}:
        return reading.but(sort="later", days=7)
    return reading


@_rule(
    "THE? MOD? mod=MOD UWEEKEND !NOUN",
    "THE? UWEEKEND post=POST",
    "THE UWEEKEND !NOUN",
    "<(ON|DATEON|THED) UWEEKEND !NOUN",
)
def _weekend(found: Found) -> Reading:
    today = found.setting.today
    which = _which(found) if found.at("mod") >= 0 or found.at("post") >= 0 else "this"
    this = cal.plus_days(cal.monday(today), 5)
    saturday = this
    other: tuple[dt.date, ...] = ()
    if which == "last":
        saturday = cal.plus_days(this, -7)
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


@_rule(
    f"<(MONTHIN|DATEON) THE? {_MONTH} {_YEAR}",
    f"sub=SUB OF? THE? {_MONTH} {_YEAR}",
    f"{_MONTH} OF? year=YEAR",
    f"THE? UMONTH OF {_MONTH} {_YEAR}",
    f"THE? MOD? mod=MOD {_MONTH} !MODAL",
    f"{_MONTH} MOD? post=POST",
)
def _month(found: Found) -> Reading | None:
    today, month = found.setting.today, int(found.meaning("month", "MONTH", "MONTHW"))
    which = _which(found) if found.at("mod") >= 0 or found.at("post") >= 0 else ""
    year = _year(found)
    if year is None:
        gone = month < today.month or (which == "next" and month == today.month)
        year = today.year + gone
        if which == "last":
            year = today.year - (month >= today.month)
    start = cal.day(year, month, 1)
    if start is None:
        return None
    reading = period(start, cal.month_end(start), found, "month")
    return reading.but(cycle="year" if found.at("year") < 0 and found.at("yy") < 0 and which != "last" else None)


@_rule("month=MONTH !(OTHER|NOUN|COUNT)", "month=MONTHW !(OTHER|NOUN|COUNT|MODAL)", expected=True)
def _asked_month(found: Found) -> Reading | None:
    return _month(found)


@_rule(
    "(sub=SUB OF? THE?)? THE? MOD? mod=MOD UMONTH",
    "(sub=SUB OF? THE?)? THE? UMONTH post=POST",
    "sub=SUB OF? THE? UMONTH",
)
def _that_month(found: Found) -> Reading:
    step = _STEPS[_which(found)] if found.at("mod") >= 0 or found.at("post") >= 0 else 0
    start = cal.plus_months(found.setting.today.replace(day=1), step)
    return period(start, cal.month_end(start), found, "month")


@_rule(
    "(sub=SUB OF? THE?)? THE? MOD? mod=MOD UYEAR",
    "THE? UYEAR post=POST",
    "IN year=(YEAR|YEARW)",
    "sub=SUB OF? THE? (UYEAR|year=YEAR)",
)
def _that_year(found: Found) -> Reading | None:
    step = _STEPS[_which(found)] if found.at("mod") >= 0 or found.at("post") >= 0 else 0
    start = cal.day(_year(found) or found.setting.today.year + step, 1, 1)
    return None if start is None else period(start, start.replace(month=12, day=31), found, "year")


@_rule(
    "(THE? MOD? mod=MOD)? hol=HOL (COMMA? OF? THE? year=YEAR)? (weekend=UWEEKEND)?",
    "hol=(HOL|HOLW) post=POST",
    "THE? MOD? mod=MOD hol=HOLW",
    "<(DATEON|OF|AFTER|BEFORE) hol=HOLW (OF? year=YEAR)?",
    "hol=HOLW OF? year=YEAR",
)
def _holiday(found: Found) -> Reading | None:
    name, setting, year = found.meaning("hol", "HOL", "HOLW"), found.setting, _year(found)
    value = cal.next_holiday(name, setting.today, setting.country)
    if year is not None:
        value = cal.holiday(name, year, setting.country)
    elif (found.at("mod") >= 0 or found.at("post") >= 0) and _which(found) == "last":
        value = cal.holiday(name, value.year - 1, setting.country)
    if found.at("weekend") >= 0:
        saturday = cal.plus_days(
            value, 5 - value.weekday() if 0 < value.weekday() < 6 else -2 if not value.weekday() else -1
        )
        end = max(cal.plus_days(saturday, 1), value if value.weekday() == 0 else saturday)
        return Reading(clamp(saturday, end, setting), "holiday", "weekend", end=end)
    return Reading(value, "holiday", cycle=None if year else "year")
