"""Date rules for days: of a month, in figures, relative to today or to the departure."""

from __future__ import annotations

import datetime as dt
from typing import Final

from asyncassist.nlp.dates import calendar_math as cal
from asyncassist.nlp.dates.models import Found, Item, Reading, Setting
from asyncassist.nlp.dates.rule_registry import (
    DAY,
    MONTH,
    STEPS,
    UNIT,
    WEEKDAY,
    YEAR,
    N,
    distance,
    moved,
    number_of,
    rule,
    weekday_of,
    which_of,
    year_of,
)

# Two figures behind a month are a year up to so many years on, else they count something.
_YEARS_AHEAD: Final = 5
# Languages that never call the first of a month "one": they say "premier", "primo", "ersten".
_NO_FIRST: Final = frozenset({"fr", "it", "de"})


def month_day(month: int, number: int, year: int | None, setting: Setting) -> Reading | None:
    """A day of a month, with or without its year."""
    if year is not None:
        whole = cal.day(year, month, number)
        return None if whole is None else Reading(whole, "date")
    value = cal.next_month_day(month, number, setting.today)
    return None if value is None else Reading(value, "date", cycle="year")


@rule(
    f"({WEEKDAY} DOT? COMMA? (THE|THED)?)? DAYW? day=(D|ORD) DOT? (OF|DASH|SLASH)? month=MONTH (DASH|SLASH)? {YEAR}",
    f"({WEEKDAY} DOT? COMMA? (THE|THED)?)? DAYW? day=(D|ORD) DOT? (OF|DASH|SLASH)? month=MONTHW (DASH|SLASH)? {YEAR}"
    " !MODAL",
    f"({WEEKDAY} DOT? COMMA? (THE|THED)?)? DAYW? day=(D|ORD) OF? THE? UMONTH OF {MONTH} {YEAR}",
    f"({WEEKDAY} COMMA? (THE|THED)?)? DAYW? day=(ORDW|CARD) OF {MONTH} {YEAR}",
    f"({WEEKDAY} COMMA? (THE|THED)?)? DAYW? day=(ORDW|CARD) month=MONTH {YEAR}",
    f"({WEEKDAY} DOT? COMMA?)? {MONTH} (DOT|DASH|SLASH)? THE? day=(D|ORD) {YEAR} !COUNT",
    f"day=ORD COMMA month=MONTH {YEAR}",
    f"month=MONTH COMMA day=ORD {YEAR}",
    f"({WEEKDAY} COMMA?)? month=MONTH THE? day=ORDW {YEAR}",
    f"({WEEKDAY} COMMA?)? month=MONTHW THE day=ORDW {YEAR}",
    f"month=MONTHW day=ORDW {YEAR} !(OTHER|NOUN|COUNT)",
    f"({WEEKDAY} COMMA?)? month=MONTH THE? day=CARD {YEAR} !(COUNT|NOUN)",
)
def _month_day(found: Found) -> Reading | None:
    reading = month_day(found.meaning("month", "MONTH", "MONTHW"), number_of(found), year_of(found), found.setting)
    if found.has("day", "CARD") and number_of(found) == 1 and found.setting.language in _NO_FIRST:
        return None  # "un mars": the planet, the bar, one in March; never its first day
    # "31 April" is no day, and nobody means "in April" by it either.
    return reading or Reading(found.setting.today, "dropped")


@rule(
    f"(head=(FROM|BETWEEN) (THE|THED)?)? DAYW? a={DAY} DOT? join=(TO|DASH|AND|OR) THE? DAYW? b={DAY} DOT?"
    f" OF? {MONTH} {YEAR}",
    f"(head=(FROM|BETWEEN))? month=MONTH THE? a=(ORDW|CARD) join=(TO|DASH|AND|OR) THE? b=(ORDW|CARD) {YEAR}"
    " !(COUNT|NOUN)",
    f"(head=(FROM|BETWEEN))? {MONTH} DOT? THE? a=(D|ORD) join=(TO|DASH|AND|OR) THE? b=(D|ORD) {YEAR}"
    " !(COUNT|MONTH|MONTHW)",
)
def _days_of_month(found: Found) -> list[Item] | None:
    month, setting = int(found.meaning("month", "MONTH", "MONTHW")), found.setting
    second = month_day(month, number_of(found, "b"), year_of(found), setting)
    if second is None:
        return None
    earlier = number_of(found, "a") > number_of(found, "b") and not found.has("join", "OR")
    start = cal.plus_months(second.value.replace(day=1), -1 if earlier else 0)
    day = cal.day(start.year, start.month, number_of(found, "a"))
    if day is None:
        return None
    first = second.but(value=day)
    if second.cycle and min(day, second.value) < setting.today:  # under way: the whole range next year
        moved = [cal.plus_months(value, 12) for value in (day, second.value)]
        first, second = first.but(value=moved[0]), second.but(value=moved[1])
    return _pair(found, first, second)


@rule(
    f"part=PART (FROM|OF|IN|ON|THED|BETWEEN)? THE? a={DAY} DOT? (FOR|TO|AND|DASH) (THE|THED)? b={DAY} DOT?"
    f" OF? {MONTH} {YEAR}"
)
def _night_of_month(found: Found) -> Reading | None:
    """One night by the days on both sides: "dans la nuit du 3 au 4 mai"."""
    if found.meaning("part", "PART") != "night":
        return None
    second = month_day(
        int(found.meaning("month", "MONTH", "MONTHW")), number_of(found, "b"), year_of(found), found.setting
    )
    first = None if second is None else cal.plus_days(second.value, -1)
    if second is None or first is None or first.day != number_of(found, "a"):
        return None
    return second.but(value=first, end=second.value, part="night")


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


@rule(
    f"{WEEKDAY} DOT? COMMA? (THE|THED)? DAYW? day=(D|ORD) DOT?+ !(COUNT|NOUN|UDAY|UWEEK|UMONTH)",
    f"{WEEKDAY} COMMA? THE day=ORDW !(COUNT|NOUN|OTHER)",
    f"{WEEKDAY} COMMA? THE? DAYW day=(ORDW|CARD) !COUNT",
)
def _weekday_day(found: Found) -> Reading | None:
    today = found.setting.today
    nearest = cal.next_day_of_month(number_of(found), today)
    fitting = cal.next_day_of_month(number_of(found), today, weekday=weekday_of(found))
    if nearest is None or fitting is None or found.has("day", "WDAYW"):  # "de sexta a segunda"
        return None
    return Reading(fitting, "date", cycle="month").but(alternatives=(nearest,))


@rule(
    "day=ORD !(COUNT|NOUN)",
    "<THED day=D DOT?+ !(COUNT|NOUN|TIME|UDAY|UWEEK|UMONTH|DASH|SLASH|D|N)",
    "<(RET THE) day=D !(OTHER|COUNT|NOUN|TIME|UDAY|UWEEK|UMONTH|DASH|SLASH|D|N)",
    "<THED day=CARD !(OTHER|COUNT|NOUN|TIME|UDAY|UWEEK|UMONTH|UYEAR|UNIGHT|D|N|CARD)",
    "<ORDON day=ORDW !(OTHER|COUNT|NOUN|UDAY|UWEEK|UMONTH|UYEAR|WDAY|WDAYW|D|CARD)",
    "<(ORDON THE) day=ORDW !(OTHER|COUNT|NOUN|UDAY|UWEEK|UMONTH|UYEAR|WDAY|WDAYW|D|CARD)",
    f"DAYW day={DAY} DOT?+ !COUNT",
    f"day={DAY} DOT? OF THE? UMONTH",
)
def _day_of_month(found: Found) -> Reading | None:
    value = cal.next_day_of_month(number_of(found), found.setting.today)
    return None if value is None else Reading(value, "day", cycle="month")


@rule(
    "day=(ORD|ORDW|CARD|D) DOT?+ !(COUNT|NOUN|UDAY|UWEEK|UMONTH|UYEAR|UNIGHT|SLASH|DASH|TIME) (more=OTHER)?",
    expected=True,
)
def _asked_day(found: Found) -> Reading | None:
    if found.has("day", "WDAYW"):
        return None  # "sexta": the weekday is meant
    # "the 12th please" begins with it; "it is 2 really" counts something.
    if found.at("more") >= 0 and (found.at("day") > 1 or found.has("day", "CARD")):
        return None
    return _day_of_month(found)


@rule(
    "DAYW? day=ORD OF? THE? MOD? mod=MOD UMONTH",
    "DAYW? day=(D|ORDW|CARD) DOT? OF THE? MOD? mod=MOD UMONTH",
    "DAYW? day=(D|ORDW) DOT? MOD? mod=MOD UMONTH",
    f"DAYW? day={DAY} DOT? OF THE? UMONTH post=POST",
    f"DAYW? day={DAY} DOT? OF THE? UMONTH OF? mod=MOD",
)
def _day_of_that_month(found: Found) -> Reading | None:
    first = cal.plus_months(found.setting.today.replace(day=1), STEPS[which_of(found)])
    value = cal.day(first.year, first.month, number_of(found))
    return None if value is None else Reading(value, "date")


@rule(
    f"THE? nth=(ORD|ORDW|LASTN) UDAY (OF|IN) THE? {MONTH} {YEAR}",
    "THE? nth=(ORD|ORDW|LASTN) UDAY (OF|IN)? THE? MOD? mod=MOD (UMONTH|whole=UYEAR)",
    "THE? nth=(ORD|ORDW|LASTN) UDAY (OF|IN) THE? (UMONTH|whole=UYEAR) (post=POST)?",
)
def _nth_day(found: Found) -> Reading | None:
    """The first or last day of a month or year."""
    today, last = found.setting.today, found.has("nth", "LASTN")
    nth = 1 if last else int(found.meaning("nth", "ORD", "ORDW"))
    step = STEPS[which_of(found)] if found.at("mod") >= 0 or found.at("post") >= 0 else 0
    if found.at("month") >= 0:
        month = int(found.meaning("month", "MONTH", "MONTHW"))
        if not last:
            return month_day(month, nth, year_of(found), found.setting)
        year = year_of(found) or today.year + (month < today.month)
        return Reading(cal.month_end(dt.date(year, month, 1)), "date")
    if found.at("whole") >= 0:
        day = cal.day(today.year + step, 12 if last else 1, 31 if last else nth)
    else:
        first = cal.plus_months(today.replace(day=1), step)
        day = cal.month_end(first) if last else cal.day(first.year, first.month, nth)
    return None if day is None else Reading(day, "date")


@rule(
    f"({WEEKDAY} COMMA? THE?)? date=NUMDATE !(COUNT|PARTS)",
    f"{WEEKDAY} COMMA? THE? date=NUMWEAK",
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


@rule("FROM? (THE|THED)? a=D DOT? (TO|DASH) (THE|THED)? DAYW? [date=NUMDATE] !(COUNT|PARTS)")
def _days_to_figures(found: Found) -> list[Item] | None:
    """Two days of one month: "de 10 a 15/12"."""
    back = _figures(found)
    if back is None:
        return None
    day = cal.day(back.value.year, back.value.month, number_of(found, "a"))
    if day is None or not found.setting.today <= day < back.value:
        return None
    a, b = found.at("a"), found.at("date")
    return [
        Item(a, a, Reading(day, "date", end=back.value, cycle=back.cycle, head="trip")),
        Item(b, b, back.but(head="back")),
    ]


@rule("rel=REL")
def _relative(found: Found) -> Reading:
    return Reading(cal.plus_days(found.setting.today, found.meaning("rel", "REL")), "relative")


@rule(f"rel=REL IN {N} {UNIT}")
def _relative_and_on(found: Found) -> Reading | None:
    """Today in a week: "heute in einer Woche", "hoy en ocho días"."""
    step = distance(found)
    start = cal.plus_days(found.setting.today, found.meaning("rel", "REL"))
    return None if step is None else Reading(moved(start, *step), "relative")


@rule("rel=RELP")
def _relative_part(found: Found) -> Reading:
    days, part = found.meaning("rel", "RELP")
    return Reading(cal.plus_days(found.setting.today, days), "relative", part=part)


@rule("mod=MOD part=PART")
def _this_part(found: Found) -> Reading | None:
    if which_of(found) != "this":
        return None
    return Reading(found.setting.today, "relative", part=found.meaning("part", "PART"))


@rule(f"IN {N} {UNIT} AND m=(ART|D|CARD) more=(UDAY|UWEEK|UMONTH) FROMNOW?")
def _in_units_and(found: Found) -> Reading | None:
    """In two weeks and three days."""
    step, more = distance(found), distance(found, "m", "more")
    if step is None or more is None:
        return None
    value = moved(moved(found.setting.today, *step), *more)
    return Reading(value, "relative")


@rule(f"(IN|WITHIN)? THE? mod=MOD {N} {UNIT}", f"WITHIN {N} {UNIT}", f"(IN|WITHIN) THE? {N} mod=MOD {UNIT}")
def _within_units(found: Found) -> Reading | None:
    """Some day from today on: "within three days", "in the next two weeks"."""
    step = distance(found)
    if step is None or (found.at("mod") >= 0 and which_of(found) not in {"next", "coming", "follow"}):
        return None
    today = found.setting.today
    return Reading(today, "relative", end=moved(today, *step))


@rule(f"IN {N} {UNIT} FROMNOW? !AGO", f"{N} {UNIT} FROMNOW")
def _in_units(found: Found) -> Reading | None:
    step = distance(found)
    if step is None:
        return None
    value = moved(found.setting.today, *step)
    # "In acht Tagen", "dans quinze jours": the counted day is often the same weekday, one or two weeks on.
    idiom = {8: -1, 15: -1}.get(step[0], 0) if found.setting.language != "en" and found.has("unit", "UDAY") else 0
    return Reading(value, "relative", alternatives=(cal.plus_days(value, idiom),) if idiom else ())


@rule(f"{N} {UNIT} AGO", f"AGOPRE {N} {UNIT}")
def _ago(found: Found) -> Reading | None:
    step = distance(found)
    return None if step is None else Reading(moved(found.setting.today, -step[0], -step[1]), "relative")


@rule(
    f"{N} {UNIT} LATER",
    f"{N} {UNIT} LATER2 !(HOL|HOLW|WDAY|REL|MONTH|D|ORD|NUMDATE|THE|THED|MOD)",
    f"AFTER {N} {UNIT}",
    f"LATERPRE {N} {UNIT}",
)
def _later(found: Found) -> Reading | None:
    step = distance(found)
    if step is None:
        return None
    return Reading(moved(found.setting.today, *step), "later", days=step[0], months=step[1])


@rule("THE? mod=MOD UDAY", "THE? UDAY post=POST", "same=SAMEDAY", "after=NEXTDAY")
def _next_day(found: Found) -> Reading | None:
    if found.at("mod") < 0 and found.at("post") < 0:
        days = 0 if found.at("same") >= 0 else int(found.meaning("after", "NEXTDAY"))
    elif which_of(found) in {"next", "follow"}:
        days = 1
    else:
        return None
    return Reading(cal.plus_days(found.setting.today, days), "later", days=days)


@rule(
    f"<(FOR|STAY) {N} unit=(UDAY|UWEEK|UFORT|UMONTH|UNIGHT)",
    f"{N} unit=(UDAY|UWEEK|UFORT|UMONTH|UNIGHT) DURPOST",
    f"{N} DASH? unit=UNIGHT !(AGO|LATER|LATER2)",
    f"{N} DASH? unit=(UDAY|UWEEK) TRIP",
    f"TRIP OF {N} unit=(UDAY|UWEEK|UFORT|UMONTH|UNIGHT)",
    f"<(COMMA|AND) {N} unit=(UDAY|UWEEK|UFORT|UMONTH) END",
)
def _duration(found: Found) -> Reading | None:
    step = distance(found)
    if step is None:
        return None
    return Reading(moved(found.setting.today, *step), "duration", days=step[0], months=step[1])


@rule(f"{N} unit=(UDAY|UWEEK|UFORT|UMONTH|UNIGHT) END", expected=True)
def _asked_duration(found: Found) -> Reading | None:
    return _duration(found)


@rule(f"day=(D|ORD) DOT? OF? THE? {MONTH} OF? yy=(D|N) END", "month=MONTH day=ORD COMMA? yy=(D|N) END")
def _month_day_short_year(found: Found) -> Reading | None:
    """The year in two figures behind a whole date, where it can be a year: "3. Mai 27"."""
    year = year_of(found)
    if year is None or not 0 <= year - found.setting.today.year <= _YEARS_AHEAD:
        return None
    return month_day(int(found.meaning("month", "MONTH", "MONTHW")), number_of(found), year, found.setting)
