"""Date rules for days: of a month, in digits, relative to today or to the departure."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

from asyncassist.nlp.dates import calendar_math
from asyncassist.nlp.dates.models import DateContext, DateReading, ReadingSpan, RuleMatch
from asyncassist.nlp.dates.rule_registry import (
    DAY_NUMBER,
    MODIFIER_STEPS,
    MONTH,
    NUMBER,
    UNIT,
    WEEKDAY,
    YEAR,
    before_date,
    modifier_of,
    no_date,
    number_of,
    offset_of,
    plus_offset,
    rule,
    weekday_of,
    year_of,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

# Two digits after a month are a year if it is at most so many years ahead; else they count something.
_MAX_YEARS_AHEAD: Final = 5


def with_weekday(match: RuleMatch, reading: DateReading) -> DateReading:
    """Return the reading of a date with the nearest day of the weekday that it is named with, if it has another one.

    Which of the two is meant can only be asked: the date is the value, the day of the weekday an alternative.
    """
    weekday = weekday_of(match)
    if weekday is None or reading.grain != "day" or reading.value.weekday() == weekday:
        return reading
    nearest = calendar_math.nearest_weekday(weekday, reading.value, match.context.today)
    return reading.replace(alternatives=(*reading.alternatives, nearest))


def month_day_reading(month: int, day_of_month: int, year: int | None, context: DateContext) -> DateReading | None:
    """Return the reading of a day and month; without a year it is the next such day, today included.

    Returns:
        The reading; None if the calendar does not have that day.
    """
    if year is not None:
        whole = calendar_math.date_or_none(year, month, day_of_month)
        return None if whole is None else DateReading(whole, "date")
    value = calendar_math.next_month_day(month, day_of_month, context.today)
    return None if value is None else DateReading(value, "date", cycle="year")


@rule(
    f"({WEEKDAY} DOT? COMMA? (THE|THED)?)? DAYW? day=(D|ORD) DOT? (OF|DASH|SLASH)? month=MONTH {YEAR}",
    f"({WEEKDAY} DOT? COMMA? (THE|THED)?)? DAYW? day=(D|ORD) DOT? (OF|DASH|SLASH)? month=MONTHW {YEAR} !MODAL",
    f"({WEEKDAY} DOT? COMMA? (THE|THED)?)? DAYW? day=(D|ORD) OF? THE? UMONTH OF {MONTH} {YEAR}",
    f"({WEEKDAY} COMMA? (THE|THED)?)? DAYW? day=(ORDW|CARD) of=OF {MONTH} {YEAR} !(D|ORD)",
    f"({WEEKDAY} COMMA? (THE|THED)?)? DAYW? day=(ORDW|CARD) month=MONTH {YEAR}",
    f"({WEEKDAY} DOT? COMMA?)? {MONTH} (DOT|DASH|SLASH)? THE? day=(D|ORD) {YEAR} !COUNT",
    f"day=ORD COMMA month=MONTH {YEAR}",
    f"{WEEKDAY} DOT? COMMA? (THE|THED)? day=D COMMA month=MONTH {YEAR}",
    f"month=MONTH COMMA day=ORD {YEAR}",
    f"({WEEKDAY} COMMA?)? month=MONTH THE? day=ORDW {YEAR}",
    f"({WEEKDAY} COMMA?)? month=MONTHW THE day=ORDW {YEAR}",
    f"month=MONTHW day=ORDW {YEAR} !(OTHER|NOUN|COUNT)",
    f"({WEEKDAY} COMMA?)? month=MONTH THE? day=CARD {YEAR} !(COUNT|NOUN)",
    f"year=YEAR (DASH|SLASH|COMMA|DOT)? {MONTH} (DASH|SLASH)? THE? day=(D|ORD) !COUNT",
)
def _month_day(match: RuleMatch) -> DateReading | None:
    reading = month_day_reading(
        match.meaning("month", "MONTH", "MONTHW"), number_of(match), year_of(match), match.context
    )
    if (
        match.has_kind("day", "CARD")
        and number_of(match) == 1
        and not (match.context.rules.cardinal_first or match.position("of") >= 0)
    ):
        return None  # "un mars": the planet or the chocolate bar, never 1 March
    return no_date(match.context) if reading is None else with_weekday(match, reading)


@rule(f"({WEEKDAY} DOT? COMMA? (THE|THED)?)? NODATE")
def _impossible_date(match: RuleMatch) -> DateReading:
    """Read "Friday 31/02" as no date, not as the weekday."""
    return no_date(match.context)


@rule(f"n=N DOT? OF? {MONTH} {YEAR} !{DAY_NUMBER}")
def _impossible_month_day(match: RuleMatch) -> DateReading | None:
    """Read "32 October" as no date, not as the month."""
    return no_date(match.context) if number_of(match, "n") < 100 else None


@rule(
    f"(head=(FROM|BETWEEN) (THE|THED)?)? DAYW? a={DAY_NUMBER} DOT? join=(TO|DASH|AND|OR) THE? DAYW? b={DAY_NUMBER} DOT?"
    f" OF? {MONTH} {YEAR}",
    f"(head=(FROM|BETWEEN))? month=MONTH THE? a=(ORDW|CARD) join=(TO|DASH|AND|OR) THE? b=(ORDW|CARD) {YEAR}"
    " !(COUNT|NOUN)",
    f"(head=(FROM|BETWEEN))? {MONTH} DOT? THE? a=(D|ORD) join=(TO|DASH|AND|OR) THE? b=(D|ORD) {YEAR}"
    " !(COUNT|MONTH|MONTHW)",
)
def _days_of_month(match: RuleMatch) -> list[ReadingSpan] | None:
    month, context = int(match.meaning("month", "MONTH", "MONTHW")), match.context
    second = month_day_reading(month, number_of(match, "b"), year_of(match), context)
    if second is None:
        return [ReadingSpan(*match.span, no_date(context))]
    earlier = number_of(match, "a") > number_of(match, "b") and not match.has_kind("join", "OR")
    start = calendar_math.plus_months(second.value.replace(day=1), -1 if earlier else 0)
    day = calendar_math.date_or_none(start.year, start.month, number_of(match, "a"))
    if day is None:
        return [ReadingSpan(*match.span, no_date(context))]
    first = second.replace(value=day)
    if second.cycle and min(day, second.value) < context.today:  # already begun: the whole range moves to next year
        moved = [calendar_math.plus_months(value, 12) for value in (day, second.value)]
        first, second = first.replace(value=moved[0]), second.replace(value=moved[1])
    return _build_pair(match, first, second)


@rule(
    f"part=PART (FROM|OF|IN|ON|THED|BETWEEN)? THE? a={DAY_NUMBER} DOT? (FOR|TO|AND|DASH) "
    f"(THE|THED)? b={DAY_NUMBER} DOT?"
    f" OF? {MONTH} {YEAR}"
)
def _night_of_month(match: RuleMatch) -> DateReading | None:
    """Read one night given by the days on both sides of it: "dans la nuit du 3 au 4 mai"."""
    if match.meaning("part", "PART") != "night":
        return None
    second = month_day_reading(
        int(match.meaning("month", "MONTH", "MONTHW")), number_of(match, "b"), year_of(match), match.context
    )
    first = None if second is None else calendar_math.plus_days(second.value, -1)
    if second is None or first is None or first.day != number_of(match, "a"):
        return None
    return second.replace(value=first, end=second.value, part_of_day="night")


@rule(
    f"(head=(FROM|BETWEEN) (THE|THED)?)? DAYW? a={DAY_NUMBER} DOT? join=(TO|DASH|AND|OR) THE? DAYW? b={DAY_NUMBER} DOT?"
    f" OF? {MONTH} OF? yy=(D|N) END"
)
def _days_of_month_short_year(match: RuleMatch) -> list[ReadingSpan] | None:
    """Read two digits after a range of days as its year where that is plausible: "15-17 September 28"."""
    return _days_of_month(match) if _has_plausible_year(match) else None


def _build_pair(match: RuleMatch, first: DateReading, second: DateReading) -> list[ReadingSpan]:
    """Return the spans of two joined dates: the two legs of a trip, one window of days, or two alternative days."""
    a, b = (min(match.position("a"), match.position("b")), max(match.position("a"), match.position("b")))
    start, end = (
        match.span
        if match.position("month") < match.position("a")
        else (a, max(match.position("month"), match.position("year"), b))
    )
    if match.has_kind("head", "BETWEEN") and first.value <= second.value:
        return [ReadingSpan(start, end, first.replace(end=second.value))]
    if match.has_kind("join", "TO") or match.has_kind("join", "DASH"):
        first, second = first.replace(end=second.value, range_leg="trip"), second.replace(range_leg="back")
    split = (a, a) if match.position("month") > a else (match.position("month"), a)
    return [ReadingSpan(*split, first), ReadingSpan(b, max(end, b), second)]


@rule(
    f"{WEEKDAY} DOT? COMMA? (article=(THE|THED))? DAYW? day=(D|ORD) DOT?+ !(COUNT|NOUN|UDAY|UWEEK|UMONTH)"
    " !((TO|DASH|AND|OR) TIME)",
    f"{WEEKDAY} COMMA? THE day=ORDW !(COUNT|NOUN|OTHER)",
    f"{WEEKDAY} COMMA? THE? DAYW day=(ORDW|CARD) !COUNT",
)
def _weekday_with_day(match: RuleMatch) -> DateReading | None:
    if match.has_kind("article", "AT"):
        return None  # "quarta às 11": a time of day
    today = match.context.today
    nearest = calendar_math.next_day_of_month(number_of(match), today)
    fitting = calendar_math.next_day_of_month(number_of(match), today, weekday=weekday_of(match))
    if nearest is None or fitting is None or match.has_kind("day", "WDAYW"):  # "de sexta a segunda"
        return None
    return DateReading(fitting, "date", cycle="month").replace(alternatives=(nearest,))


@rule(
    "day=ORD !(COUNT|NOUN)",
    "<THED day=D DOT?+ !(COUNT|NOUN|TIME|UDAY|UWEEK|UMONTH|DASH|SLASH|D|N)",
    "<(DEP THE) day=D !(OTHER|COUNT|NOUN|TIME|UDAY|UWEEK|UMONTH|DASH|SLASH|D|N|OF)",
    "<(RET THE) day=D !(OTHER|COUNT|NOUN|TIME|UDAY|UWEEK|UMONTH|DASH|SLASH|D|N)",
    "<THED day=CARD !(OTHER|COUNT|NOUN|TIME|UDAY|UWEEK|UMONTH|UYEAR|UNIGHT|D|N|CARD)",
    "<(RET THED) day=CARD !(COUNT|NOUN|TIME|UDAY|UWEEK|UMONTH|UYEAR|UNIGHT|D|N|CARD)",
    "<(DEP THED) day=CARD !(COUNT|NOUN|TIME|UDAY|UWEEK|UMONTH|UYEAR|UNIGHT|D|N|CARD)",
    "<ORDON day=ORDW !(OTHER|COUNT|NOUN|UDAY|UWEEK|UMONTH|UYEAR|WDAY|WDAYW|D|CARD)",
    "<(ORDON THE) day=ORDW !(OTHER|COUNT|NOUN|UDAY|UWEEK|UMONTH|UYEAR|WDAY|WDAYW|D|CARD)",
    f"DAYW day={DAY_NUMBER} DOT?+ !COUNT",
    f"day={DAY_NUMBER} DOT? OF THE? UMONTH",
)
def _day_of_month(match: RuleMatch) -> DateReading | None:
    value = calendar_math.next_day_of_month(number_of(match), match.context.today)
    return None if value is None else DateReading(value, "day", cycle="month")


# An ordinal in words up to this one rather selects one of several things.
_MAX_SELECTED: Final = 12


@rule("<THED day=ORDW !(OTHER|COUNT|NOUN|UDAY|UWEEK|UMONTH|UYEAR|WDAY|WDAYW|D|CARD)")
def _high_day_of_month(match: RuleMatch) -> DateReading | None:
    """Read an ordinal in words that is too high to select one of several things: "den fünfzehnten"."""
    return _day_of_month(match) if number_of(match) > _MAX_SELECTED else None


@rule(
    "day=(ORD|ORDW|CARD|D) DOT?+ !(COUNT|NOUN|LASTN|UDAY|UWEEK|UMONTH|UYEAR|UNIGHT|SLASH|DASH|TIME) (more=OTHER)?",
    expected=True,
)
def _expected_day(match: RuleMatch) -> DateReading | None:
    if match.has_kind("day", "WDAYW"):
        return None  # "sexta" means the weekday here
    # "the 12th please" begins with the day; in "it is 2 really" the number counts something.
    if match.position("more") >= 0 and (match.position("day") > 1 or match.has_kind("day", "CARD")):
        return None
    return _day_of_month(match)


@rule(
    "DAYW? day=ORD OF? THE? MOD? mod=MOD UMONTH",
    "DAYW? day=(D|ORDW|CARD) DOT? OF THE? MOD? mod=MOD UMONTH",
    "DAYW? day=(D|ORDW) DOT? MOD? mod=MOD UMONTH",
    f"DAYW? day={DAY_NUMBER} DOT? OF THE? UMONTH post=POST",
    f"DAYW? day={DAY_NUMBER} DOT? OF THE? UMONTH OF? mod=MOD",
)
def _day_of_relative_month(match: RuleMatch) -> DateReading | None:
    first = calendar_math.plus_months(match.context.today.replace(day=1), MODIFIER_STEPS[modifier_of(match)])
    value = calendar_math.date_or_none(first.year, first.month, number_of(match))
    return no_date(match.context) if value is None else DateReading(value, "date")


@rule(
    f"THE? nth=(ORD|ORDW|LASTN) UDAY (OF|IN) THE? {MONTH} {YEAR}",
    "THE? nth=(ORD|ORDW|LASTN) UDAY (OF|IN)? THE? MOD? mod=MOD (UMONTH|whole=UYEAR)",
    "THE? nth=(ORD|ORDW|LASTN) UDAY (OF|IN) THE? (UMONTH|whole=UYEAR) (post=POST)?",
)
def _nth_day(match: RuleMatch) -> DateReading | None:
    """Read the first or last day of a month or year."""
    today, last = match.context.today, match.has_kind("nth", "LASTN")
    nth = 1 if last else int(match.meaning("nth", "ORD", "ORDW"))
    step = MODIFIER_STEPS[modifier_of(match)] if match.position("mod") >= 0 or match.position("post") >= 0 else 0
    if match.position("month") >= 0:
        month = int(match.meaning("month", "MONTH", "MONTHW"))
        if not last:
            return month_day_reading(month, nth, year_of(match), match.context)
        year = year_of(match) or today.year + (month < today.month)
        first = calendar_math.date_or_none(year, month, 1)
        return None if first is None else DateReading(calendar_math.month_end(first), "date")
    if match.position("whole") >= 0:
        day = calendar_math.date_or_none(today.year + step, 12 if last else 1, 31 if last else nth)
    else:
        first = calendar_math.plus_months(today.replace(day=1), step)
        day = calendar_math.month_end(first) if last else calendar_math.date_or_none(first.year, first.month, nth)
    return None if day is None else DateReading(day, "date")


# The hour after a date that begins a range: "28.11. (14:00) - 30.11.".
_HOUR: Final = "(COMMA? OPEN? TIME CLOSEP?)?"
_BEFORE_DIGITS: Final = f"{WEEKDAY} DOT? (part=PART)? COMMA? THE?"


@rule(
    f"({_BEFORE_DIGITS})? date=NUMDATE !(COUNT|PARTS)",
    f"({_BEFORE_DIGITS})? date=(NUMDATE|NUMWEAK) (DASH|SLASH)? DOT? COMMA? OF? year=YEAR",
    f"{_BEFORE_DIGITS} date=NUMWEAK",
    "<(DATEON|THED|THE|FROM|TO) date=NUMWEAK !COUNT",
    "START date=NUMWEAK !(DOT (D|N)) END",
    "START [date=NUMWEAK] OPEN? (PART|TIME|FROM|BEFORE|AFTER|WDAY|WDAYW)",
    "START [date=NUMWEAK] (IN|AT|ON|DATEON|MONTHIN|ABOUT|LATER|OTHER|BEFORE|AFTER|COMMA|DASH) (THE|THED|OTHER)?"
    " (PART|TIME)",
    "<(ON|DAYW|DEP|RET|BEFORE|AFTER) [date=NUMWEAK] !(COUNT|PARTS|NOUN|UDAY|UWEEK|UMONTH|UYEAR|D|N|OTHER)",
)
def _numeric_date(match: RuleMatch) -> DateReading | None:
    options = match.meaning("date", "NUMDATE", "NUMWEAK")
    if year_of(match) and isinstance(options[0], dt.date):
        return None
    reading = _numeric_reading(options, year_of(match), match.context)
    fitting = [day for day in (reading.value, *reading.alternatives) if day.weekday() == weekday_of(match)]
    if fitting:
        reading = reading.replace(value=fitting[0], alternatives=tuple(fitting[1:]))  # "Friday 4/12": a Friday
    reading = with_weekday(match, reading)
    part = match.meaning("part", "PART")
    return reading.replace(part_of_day=part) if part else reading


def _numeric_reading(options: Sequence[Any], year: int | None, context: DateContext) -> DateReading:
    """Return the reading of a date in digits: of whole dates or of pairs of month and day, likeliest first."""
    if isinstance(options[0], dt.date):
        return DateReading(options[0], "date", alternatives=tuple(options[1:]))
    found = [month_day_reading(month, number, year, context) for month, number in options]
    readings = [reading for reading in found if reading is not None]
    if not readings:
        return no_date(context)
    return readings[0].replace(alternatives=tuple(reading.value for reading in readings[1:]))


@rule(
    f"FROM (THE|THED)? a=(NUMDATE|NUMWEAK) {_HOUR} DOT? (TO|DASH) (THE|THED)? b=NUMWEAK !(COUNT|PARTS)",
    f"a=NUMWEAK {_HOUR} DOT? (TO|DASH) (THE|THED)? b=NUMDATE !(COUNT|PARTS)",
    f"a=NUMDATE {_HOUR} DOT? (TO|DASH) (THE|THED)? b=NUMWEAK !(COUNT|PARTS|OTHER)",
    f"START a=NUMWEAK {_HOUR} DOT? (TO|DASH) (THE|THED)? b=NUMWEAK !(COUNT|PARTS|OTHER)",
)
def _numeric_range(match: RuleMatch) -> list[ReadingSpan] | None:
    """Read two dates in digits of which one alone might be an amount: "19.6 - 21.6", "vom 26.06 - 27.06"."""
    a, b = (_numeric_reading(match.meaning(name, "NUMDATE", "NUMWEAK"), None, match.context) for name in "ab")
    if b.cycle is None:
        a = before_date(a, b.value)
    elif (later := calendar_math.next_month_day(b.value.month, b.value.day, a.value)) is not None:
        b = b.replace(value=later)
    if "dropped" in {a.form, b.form} or b.value < a.value:
        return None
    first, second = match.position("a"), match.position("b")
    return [
        ReadingSpan(first, first, a.replace(end=b.value, alternatives=(), range_leg="trip")),
        ReadingSpan(second, second, b.replace(alternatives=(), range_leg="back")),
    ]


@rule(
    "FROM? (THE|THED)? a=D DOT? (TO|DASH) (THE|THED)? DAYW? [date=NUMDATE] !(COUNT|PARTS)",
    "<PART a=D DOT? (TO|DASH) (THE|THED)? DAYW? [date=NUMWEAK] !(COUNT|PARTS)",
    "FROM (THE|THED)? a=D DOT? (TO|DASH) (THE|THED)? DAYW? [date=NUMWEAK] !(COUNT|PARTS)",
    "START a=D DOT? (TO|DASH) (THE|THED)? DAYW? [date=NUMWEAK] !(COUNT|PARTS|OTHER)",
)
def _day_to_numeric_date(match: RuleMatch) -> list[ReadingSpan] | None:
    """Read two days of one month, the month given once: "de 10 a 15/12"."""
    back = _numeric_date(match)
    if back is None:
        return None
    day = calendar_math.date_or_none(back.value.year, back.value.month, number_of(match, "a"))
    if day is None or not match.context.today <= day < back.value:
        return None
    a, b = match.position("a"), match.position("date")
    return [
        ReadingSpan(a, a, DateReading(day, "date", end=back.value, cycle=back.cycle, range_leg="trip")),
        ReadingSpan(b, b, back.replace(range_leg="back")),
    ]


@rule("START a=D DOT (TO|DASH|AND) (THE|THED)? b=D DOT END")
def _days_with_dots(match: RuleMatch) -> list[ReadingSpan] | None:
    """Read an answer that is two days of the month: "11. bis 12."."""
    first = calendar_math.next_day_of_month(number_of(match, "a"), match.context.today)
    last = None if first is None else calendar_math.next_day_of_month(number_of(match, "b"), first)
    if first is None or last is None:
        return None
    a, b = match.position("a"), match.position("b")
    return [
        ReadingSpan(a, a, DateReading(first, "day", end=last, cycle="month", range_leg="trip")),
        ReadingSpan(b, b, DateReading(last, "day", cycle="month", range_leg="back")),
    ]


@rule("rel=REL")
def _relative_day(match: RuleMatch) -> DateReading:
    return DateReading(calendar_math.plus_days(match.context.today, match.meaning("rel", "REL")), "relative")


@rule(f"rel=REL IN {NUMBER} {UNIT}")
def _relative_day_plus_offset(match: RuleMatch) -> DateReading | None:
    """Read a distance from a relative day: "heute in einer Woche", "hoy en ocho días"."""
    step = offset_of(match)
    start = calendar_math.plus_days(match.context.today, match.meaning("rel", "REL"))
    return None if step is None else DateReading(plus_offset(start, *step), "relative")


@rule("rel=RELP")
def _relative_day_with_part(match: RuleMatch) -> DateReading:
    days, part = match.meaning("rel", "RELP")
    return DateReading(calendar_math.plus_days(match.context.today, days), "relative", part_of_day=part)


@rule("mod=MOD part=PART")
def _this_part_of_day(match: RuleMatch) -> DateReading | None:
    if modifier_of(match) != "this":
        return None
    return DateReading(match.context.today, "relative", part_of_day=match.meaning("part", "PART"))


@rule(f"IN {NUMBER} {UNIT} AND m=(ART|D|CARD) more=(UDAY|UWEEK|UMONTH) FROMNOW?")
def _combined_offset_from_today(match: RuleMatch) -> DateReading | None:
    """Read a distance of two units: "in two weeks and three days"."""
    step, more = offset_of(match), offset_of(match, "m", "more")
    if step is None or more is None:
        return None
    value = plus_offset(plus_offset(match.context.today, *step), *more)
    return DateReading(value, "relative")


@rule(
    f"(IN|WITHIN)? THE? mod=MOD {NUMBER} {UNIT}",
    f"WITHIN {NUMBER} {UNIT}",
    f"(IN|WITHIN|THE) THE? {NUMBER} mod=MOD {UNIT}",
)
def _window_from_today(match: RuleMatch) -> DateReading | None:
    """Read a window that begins today: "within three days", "in the next two weeks"."""
    step = offset_of(match)
    if step is None or (match.position("mod") >= 0 and modifier_of(match) not in {"next", "coming", "follow"}):
        return None
    today = match.context.today
    return DateReading(today, "relative", end=plus_offset(today, *step))


@rule(f"IN ABOUT? {NUMBER} {UNIT} FROMNOW? !AGO", f"{NUMBER} {UNIT} FROMNOW", f"START PLUS {NUMBER} {UNIT} END")
def _offset_from_today(match: RuleMatch) -> DateReading | None:
    step = offset_of(match)
    if step is None:
        return None
    value = plus_offset(match.context.today, *step)
    # "In acht Tagen", "dans quinze jours" count today too: often the same weekday, one or two weeks later.
    inclusive = step[0] in match.context.rules.inclusive_days and match.has_kind("unit", "UDAY")
    return DateReading(value, "relative", alternatives=(calendar_math.plus_days(value, -1),) if inclusive else ())


@rule(f"{NUMBER} {UNIT} AGO", f"AGOPRE {NUMBER} {UNIT}")
def _offset_before_today(match: RuleMatch) -> DateReading | None:
    step = offset_of(match)
    return None if step is None else DateReading(plus_offset(match.context.today, -step[0], -step[1]), "relative")


@rule(
    f"{NUMBER} {UNIT} LATER",
    f"{NUMBER} {UNIT} LATER2 !(HOL|HOLW|WDAY|REL|MONTH|D|ORD|NUMDATE|THE|THED|MOD)",
    f"AFTER {NUMBER} {UNIT}",
    f"LATERPRE {NUMBER} {UNIT}",
)
def _offset_from_departure(match: RuleMatch) -> DateReading | None:
    step = offset_of(match)
    if step is None:
        return None
    return DateReading(plus_offset(match.context.today, *step), "later", days=step[0], months=step[1])


@rule("THE? mod=MOD UDAY", "THE? UDAY post=POST", "same=SAMEDAY", "after=NEXTDAY")
def _same_or_next_day(match: RuleMatch) -> DateReading | None:
    if match.position("mod") < 0 and match.position("post") < 0:
        days = 0 if match.position("same") >= 0 else int(match.meaning("after", "NEXTDAY"))
    elif modifier_of(match) in {"next", "follow"}:
        days = 1
    else:
        return None
    return DateReading(calendar_math.plus_days(match.context.today, days), "later", days=days)


@rule(
    f"<(FOR|STAY) {NUMBER} unit=(UDAY|UWEEK|UFORT|UMONTH|UNIGHT)",
    f"{NUMBER} unit=(UDAY|UWEEK|UFORT|UMONTH|UNIGHT) DURPOST",
    f"{NUMBER} DASH? unit=UNIGHT !(AGO|LATER|LATER2)",
    f"{NUMBER} DASH? unit=(UDAY|UWEEK) TRIP",
    f"TRIP OF {NUMBER} unit=(UDAY|UWEEK|UFORT|UMONTH|UNIGHT)",
    f"<(COMMA|AND) {NUMBER} unit=(UDAY|UWEEK|UFORT|UMONTH) END",
)
def _duration(match: RuleMatch) -> DateReading | None:
    step = offset_of(match)
    if step is None:
        return None
    return DateReading(plus_offset(match.context.today, *step), "duration", days=step[0], months=step[1])


@rule(f"{NUMBER} unit=(UDAY|UWEEK|UFORT|UMONTH|UNIGHT) END", expected=True)
def _expected_duration(match: RuleMatch) -> DateReading | None:
    return _duration(match)


@rule(f"day=(D|ORD) DOT? OF? THE? {MONTH} OF? yy=(D|N) END", "month=MONTH day=ORD COMMA? yy=(D|N) END")
def _month_day_short_year(match: RuleMatch) -> DateReading | None:
    """Read two digits after a day and month as the year where that is plausible: "3. Mai 27"."""
    if not _has_plausible_year(match):
        return None
    month = int(match.meaning("month", "MONTH", "MONTHW"))
    return month_day_reading(month, number_of(match), year_of(match), match.context)


def _has_plausible_year(match: RuleMatch) -> bool:
    year = year_of(match)
    return year is not None and 0 <= year - match.context.today.year <= _MAX_YEARS_AHEAD
