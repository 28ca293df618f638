"""Date rules for weekdays: unmodified, of this or the next week, of a month."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from asyncassist.nlp.dates import calendar_math
from asyncassist.nlp.dates.models import DateContext, DateReading, ReadingSpan, RuleMatch
from asyncassist.nlp.dates.rule_registry import (
    MODIFIED_WEEK,
    MODIFIER_STEPS,
    MONTH,
    NUMBER,
    UNIT,
    WEEKDAY,
    YEAR,
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
    import datetime as dt


def weekday_reading(weekday: int, context: DateContext, modifier: str = "") -> DateReading:
    """Return the reading of a weekday.

    Args:
        weekday: The weekday, Monday is 0.
        context: Day and language of the utterance: "next" differs by language.
        modifier: "this", "next", "coming", "last", "last2", "next2" or "follow"; "" without one.
    """
    today = context.today
    coming = calendar_math.next_weekday(weekday, today)
    is_today = weekday == today.weekday()
    if not modifier:
        return DateReading(coming, "weekday", alternatives=(today,) if is_today else (), cycle="week")
    this = calendar_math.plus_days(today, weekday - today.weekday())
    if modifier == "this":
        value = this if this >= today else coming
        other = (calendar_math.plus_days(value, 7),) if is_today else ()
        return DateReading(value, "modified", alternatives=other, cycle="week")
    if modifier in {"last", "last2"}:
        last = calendar_math.plus_days(today, -((today.weekday() - weekday - 1) % 7 + 1))
        return DateReading(calendar_math.plus_days(last, -7 if modifier == "last2" else 0), "modified")
    following = calendar_math.plus_days(calendar_math.monday_of_week(today, 1), weekday)
    if modifier == "next2":
        return DateReading(calendar_math.plus_days(coming, 7), "modified").replace(
            alternatives=(calendar_math.plus_days(following, 7),)
        )
    # English: "next Friday" is mostly the one of the next week; other languages mean the coming one.
    if modifier == "next" and context.rules.next_skips_week:
        return DateReading(following, "modified").replace(alternatives=(coming,))
    # If the coming one is already in the next week, "next" cannot mean the one after it.
    later = () if modifier != "next" or coming >= following else (following,)
    return DateReading(coming, "modified", alternatives=later, cycle="week")


@rule(
    "wd=WDAY",
    "START wd=WDAYW DOT END",
    "START [wd=WDAYW] (IN THE? PART|AT|TIME)",
    "<(ON|DATEON|RET|DEP|TO|FROM) wd=WDAYW !(NOUN|COUNT|OF)",
    "[wd=WDAYW] PART",
    "[wd=WDAYW] OR (WDAY|WDAYW)",
)
def _bare_weekday(match: RuleMatch) -> DateReading | None:
    weekday = weekday_of(match)
    return None if weekday is None else weekday_reading(weekday, match.context)


@rule("<COMMA wd=WDAYW END")
def _weekday_between_commas(match: RuleMatch) -> DateReading | None:
    """Read a short weekday between commas, where it is a full word, as in Portuguese: "Faro, sexta"."""
    return _bare_weekday(match) if match.context.rules.lone_short_weekdays else None


@rule("nth=ORD FEIRA")
def _numbered_weekday(match: RuleMatch) -> DateReading | None:
    """Read a numbered weekday of Portuguese: "6ª-feira" is Friday."""
    weekday = match.context.rules.numbered_weekdays.get(int(match.meaning("nth", "ORD")))
    return None if weekday is None else weekday_reading(weekday, match.context)


@rule(f"nth=ORD FEIRA (OF|ON|IN|COMMA)? {MODIFIED_WEEK}", f"{MODIFIED_WEEK} COMMA? (ON|OF)? THE? nth=ORD FEIRA")
def _numbered_weekday_of_week(match: RuleMatch) -> DateReading | None:
    weekday = match.context.rules.numbered_weekdays.get(int(match.meaning("nth", "ORD")))
    start = calendar_math.monday_of_week(match.context.today, MODIFIER_STEPS[modifier_of(match)])
    return None if weekday is None else DateReading(calendar_math.plus_days(start, weekday), "modified")


@rule("wd=WDAYW !(OTHER|NOUN|COUNT)", expected=True)
def _expected_weekday(match: RuleMatch) -> DateReading | None:
    return _bare_weekday(match)


@rule(f"THE? MOD? mod=MOD {WEEKDAY} !NOUN", f"{WEEKDAY} MOD? post=POST")
def _modified_weekday(match: RuleMatch) -> DateReading | None:
    weekday = weekday_of(match)
    return None if weekday is None else weekday_reading(weekday, match.context, modifier_of(match))


@rule(f"{WEEKDAY} (OF|ON|IN|COMMA)? {MODIFIED_WEEK}", f"{MODIFIED_WEEK} (ON|COMMA|OF)? THE? {WEEKDAY}")
def _weekday_of_week(match: RuleMatch) -> DateReading | None:
    weekday = weekday_of(match)
    start = calendar_math.monday_of_week(match.context.today, MODIFIER_STEPS[modifier_of(match)])
    return None if weekday is None else DateReading(calendar_math.plus_days(start, weekday), "modified")


@rule(f"{WEEKDAY} OF THE? UWEEK (LATER|LATER2|AFTER) !(D|ORD|MONTH|HOL)")
def _weekday_of_following_week(match: RuleMatch) -> DateReading | None:
    """Read a weekday of the week after: "mercoledì della settimana dopo"."""
    weekday, start = weekday_of(match), calendar_math.monday_of_week(match.context.today, 1)
    return None if weekday is None else DateReading(calendar_math.plus_days(start, weekday), "modified")


@rule("START a=(WDAY|WDAYW) (DASH|TO) b=WDAYW END", "START a=WDAYW (DASH|TO) b=WDAY END")
def _short_weekday_range(match: RuleMatch) -> list[ReadingSpan]:
    """Read an answer that is two short weekdays: "Fri - Sun"."""
    first, last = (int(match.meaning(name, "WDAY", "WDAYW")) for name in "ab")
    a = weekday_reading(first, match.context)
    end = calendar_math.next_weekday(last, a.value)
    b = DateReading(end, "weekday", cycle="week", range_leg="back")
    positions = match.position("a"), match.position("b")
    trip = a.replace(end=end, alternatives=(), range_leg="trip")
    return [ReadingSpan(positions[0], positions[0], trip), ReadingSpan(positions[1], positions[1], b)]


@rule(f"{NUMBER} {UNIT} post=POST {WEEKDAY} !NOUN")
def _offset_after_next_weekday(match: RuleMatch) -> DateReading | None:
    """Read a distance from next weekday where "after next" is also a modifier: "two days after next Friday"."""
    weekday, step = weekday_of(match), offset_of(match)
    if modifier_of(match) != "next2" or weekday is None or step is None:
        return None
    anchor = weekday_reading(weekday, match.context, "next")
    days = tuple(plus_offset(day, *step) for day in (anchor.value, *anchor.alternatives))
    return DateReading(days[0], "date", alternatives=days[1:])


@rule(f"{NUMBER} wd=WDAYPL FROMNOW", f"IN {NUMBER} wd=WDAYPL")
def _nth_coming_weekday(match: RuleMatch) -> DateReading | None:
    """Read a count of weekdays from now: "two Sundays from now" is the second one to come."""
    n = number_of(match, "n")
    if not 1 <= n <= 60:
        return None
    first = calendar_math.next_weekday(int(match.meaning("wd", "WDAYPL")), match.context.today)
    return DateReading(calendar_math.plus_days(first, 7 * (n - 1)), "modified")


_JOINED_WEEKDAY: Final = f"COMMA? !(OR|AND) (ON|DATEON|OF|IN)? (THE|THED|ART|CARD)? {WEEKDAY}"


@rule(
    f"IN {NUMBER} unit=(UWEEK|UFORT|UMONTH|UYEAR) {_JOINED_WEEKDAY}",
    f"{NUMBER} unit=(UWEEK|UFORT|UMONTH|UYEAR) FROMNOW {_JOINED_WEEKDAY}",
    f"{WEEKDAY} IN {NUMBER} unit=(UMONTH|UYEAR)",
)
def _weekday_after_offset(match: RuleMatch) -> DateReading | None:
    """Read the first such weekday after a distance from today: "in two months on a Friday"."""
    weekday, step = weekday_of(match), offset_of(match)
    if weekday is None or step is None:
        return None
    earliest = plus_offset(match.context.today, *step)
    return DateReading(calendar_math.next_weekday(weekday, calendar_math.plus_days(earliest, -1)), "modified")


@rule(f"{WEEKDAY} IN {NUMBER} unit=(UWEEK|UFORT)")
def _weekday_in_weeks(match: RuleMatch) -> DateReading | None:
    weekday, step = weekday_of(match), offset_of(match)
    if weekday is None or step is None:
        return None
    today = match.context.today
    value = calendar_math.plus_days(calendar_math.next_weekday(weekday, today), step[0])
    return DateReading(value, "modified").replace(
        alternatives=(
            calendar_math.plus_days(calendar_math.plus_days(calendar_math.monday_of_week(today), weekday), step[0]),
        )
    )


@rule(
    f"THE? nth=(ORD|ORDW|LASTN) {WEEKDAY} (OF|IN)? THE? {MONTH} {YEAR}",
    f"THE? nth=(ORD|ORDW|LASTN) {WEEKDAY} (OF|IN)? THE? MOD? mod=MOD UMONTH",
    f"THE? nth=(ORD|ORDW|LASTN) {WEEKDAY} (OF|IN)? THE? UMONTH (post=POST)?",
    f"THE? nth=(ORD|ORDW|LASTN) UWEEKEND (OF|IN) THE? {MONTH} {YEAR}",
    "THE? nth=(ORD|ORDW|LASTN) UWEEKEND (OF|IN) THE? MOD? mod=MOD UMONTH",
    "THE? nth=(ORD|ORDW|LASTN) UWEEKEND (OF|IN) THE? UMONTH (post=POST)?",
)
def _nth_weekday(match: RuleMatch) -> DateReading | None:
    nth = -1 if match.has_kind("nth", "LASTN") else int(match.meaning("nth", "ORD", "ORDW"))
    weekend = match.position("wd") < 0
    weekday = 5 if weekend else int(match.meaning("wd", "WDAY", "WDAYW"))
    value = _nth_weekday_of_month(match, weekday, nth)
    if value is None:  # a fifth Monday that the month does not have
        return no_date(match.context)
    return (
        DateReading(value, "date", "weekend", end=calendar_math.plus_days(value, 1))
        if weekend
        else DateReading(value, "date")
    )


def _nth_weekday_of_month(match: RuleMatch, weekday: int, nth: int) -> dt.date | None:
    """Return the nth weekday of the named month, in its next such year if none is named; None if there is none."""
    today, month = match.context.today, match.meaning("month", "MONTH", "MONTHW")
    if month is None:
        step = MODIFIER_STEPS[modifier_of(match)] if match.position("mod") >= 0 or match.position("post") >= 0 else 0
        first = calendar_math.plus_months(today.replace(day=1), step)
        return calendar_math.nth_weekday(first.year, first.month, weekday, nth)
    year = year_of(match)
    for candidate in [year] if year else range(today.year, today.year + 12):
        value = calendar_math.nth_weekday(candidate, month, weekday, nth)
        if value is not None and (year or value >= today):
            return value
    return None
