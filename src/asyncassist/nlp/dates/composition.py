"""Composition of dates: "two weeks after Easter", "the morning of the 5th", "from Friday to Monday", "not Sunday"."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from asyncassist.nlp.dates import calendar_math
from asyncassist.nlp.dates.grammar import compile_rules
from asyncassist.nlp.dates.lexer import ALPHABET, OTHER_LETTER, LexedText
from asyncassist.nlp.dates.models import DateContext, DateReading, ReadingSpan, RuleMatch
from asyncassist.nlp.dates.patterns import KindPattern, compile_pattern
from asyncassist.nlp.dates.rule_registry import before_date, no_date, offset_of, plus_offset

if TYPE_CHECKING:
    import datetime as dt

_DATE_LETTER: Final = ALPHABET.letter_for({"DATE"})
_NEAR_LETTER: Final = ALPHABET.letter_for({"DATE", "NEAR"})  # days that weeks are counted from: "a week on Friday"
_BARE_LETTER: Final = ALPHABET.letter_for({"DATE", "NEAR", "BARE"})  # unmodified weekdays: "the Monday after Easter"
_DURATION_LETTER: Final = ALPHABET.letter_for({"DATE", "DUR"})

_NUMBER: Final = "n=(ART|D|N|CARD|CARDN|COUPLE)"
_UNIT: Final = "unit=(UDAY|UWEEK|UFORT|UMONTH|UYEAR|UNIGHT)"
_HOUR: Final = "(COMMA? (AT|OPEN)? TIME CLOSEP?)?"
_DATE_PREFIX: Final = "(ON|DATEON|THE|THED|FOR|OF|DAYW)"

CompositionAction = Callable[[RuleMatch], "list[ReadingSpan] | None"]


class DateSequence:
    """An utterance in which every recognized date is one word: the input of the composition rules.

    Attributes:
        letters: Letters of the alphabet, one for each word.
        meanings: Meaning of each word, by kind; the meaning of a date is its `ReadingSpan`, of kind "DATE".
        word_spans: For each word, the first and last word of the lexed text that it covers.
    """

    __slots__ = ("letters", "meanings", "word_spans")

    def __init__(self, lexed: LexedText, items: list[ReadingSpan]) -> None:
        letters: list[str] = []
        self.meanings: list[dict[str, Any]] = []
        self.word_spans: list[tuple[int, int]] = []
        position = 0
        for item in [*items, None]:
            stop = item.first if item else len(lexed)
            letters.append(lexed.letters[position:stop])
            self.meanings += lexed.meanings[position:stop]
            self.word_spans += [(index, index) for index in range(position, stop)]
            if item is not None:
                letters.append(_letter_for(item.reading))
                self.meanings.append({"DATE": item})
                self.word_spans.append((item.first, item.last))
                position = item.last + 1
        self.letters = "".join(letters)


def _letter_for(reading: DateReading) -> str:
    if reading.form == "dropped":
        return OTHER_LETTER
    if reading.form in {"later", "duration"}:
        return _DURATION_LETTER
    if reading.form == "weekday":
        return _BARE_LETTER
    return _NEAR_LETTER if reading.form in {"modified", "relative"} else _DATE_LETTER


@dataclass(frozen=True, slots=True)
class _CompositionRule:
    pattern: KindPattern
    action: CompositionAction


_BETWEEN = "(ON|OF|OTHER|ART|THE|THED|CARD|N|AND)"
_RULES: list[tuple[str, CompositionAction]] = []


def _rule(*sources: str) -> Callable[[CompositionAction], CompositionAction]:
    def add(action: CompositionAction) -> CompositionAction:
        _RULES.extend((source, action) for source in sources)
        return action

    return add


@functools.cache
def compile_composition_rules() -> dict[str, tuple[_CompositionRule, ...]]:
    """Return the composition rules by the letters that their matches can begin with."""
    compile_rules()  # registers every letter: patterns compile only against letters that exist
    rules_by_letter: dict[str, list[_CompositionRule]] = {}
    for source, action in _RULES:
        rule = _CompositionRule(compile_pattern(source, ALPHABET), action)
        for letter in rule.pattern.first_letters:
            rules_by_letter.setdefault(letter, []).append(rule)
    return {letter: tuple(group) for letter, group in rules_by_letter.items()}


@functools.lru_cache(maxsize=1 << 14)
def _rules_beginning_with(pair: str) -> tuple[_CompositionRule, ...]:
    """Return the rules whose matches can begin with two letters, or with the last one of a text."""
    return tuple(rule for rule in compile_composition_rules().get(pair[0], ()) if rule.pattern.may_begin(pair))


def _captured_date(match: RuleMatch, name: str) -> ReadingSpan:
    item = match.meaning(name, "DATE")
    assert isinstance(item, ReadingSpan)
    return item


def _cover_match(match: RuleMatch, reading: DateReading) -> list[ReadingSpan]:
    """Return one span with this reading over the whole match."""
    first, last = match.span
    return [ReadingSpan(_word_spans(match)[first][0], _word_spans(match)[last][1], reading)]


def _word_spans(match: RuleMatch) -> list[tuple[int, int]]:
    assert isinstance(match.sequence, DateSequence)
    return match.sequence.word_spans


def _shift_anchor(match: RuleMatch, sign: int) -> list[ReadingSpan] | None:
    step, anchor = offset_of(match), _captured_date(match, "anchor").reading
    if step is None:
        return None
    days, months = step[0] * sign, step[1] * sign

    def move(day: dt.date) -> dt.date:
        return plus_offset(day, days, months)

    reading = DateReading(
        move(anchor.value), "date" if anchor.form != "relative" else "relative",
        alternatives=tuple(move(day) for day in anchor.alternatives), part_of_day=anchor.part_of_day,
    )  # fmt: skip
    return _cover_match(match, reading)


def _weekday_from(weekday: int, day: dt.date) -> dt.date:
    """Return the first such weekday from a day on, that day included."""
    return calendar_math.next_weekday(weekday, calendar_math.plus_days(day, -1))


@_rule(
    f"{_NUMBER} {_UNIT} !BEFORE (FROM|AFTER) THE? anchor=DATE",
    f"{_NUMBER} unit=(UWEEK|UFORT|UMONTH) !BEFORE (ON|THE)? anchor=NEAR",
)
def _after_date(match: RuleMatch) -> list[ReadingSpan] | None:
    return _shift_anchor(match, 1)


@_rule(f"{_NUMBER} {_UNIT} BEFORE THE? anchor=DATE")
def _before_date(match: RuleMatch) -> list[ReadingSpan] | None:
    return _shift_anchor(match, -1)


@_rule(f"anchor=DATE PLUS {_NUMBER} {_UNIT}")
def _date_plus_offset(match: RuleMatch) -> list[ReadingSpan] | None:
    return _shift_anchor(match, 1)


@_rule("anchor=NEAR off=WKOFF")
def _weekday_plus_weeks(match: RuleMatch) -> list[ReadingSpan]:
    """Read a weekday with weeks added: "Friday week"; on that very weekday they count from today."""
    anchor, today = _captured_date(match, "anchor").reading, match.context.today
    start = today if anchor.form == "weekday" and anchor.value.weekday() == today.weekday() else anchor.value
    return _cover_match(
        match, DateReading(calendar_math.plus_days(start, int(match.meaning("off", "WKOFF"))), "modified")
    )


@_rule(
    "THE? unit=(UDAY|UWEEK|UWEEKEND) side=(AFTER|BEFORE) THE? anchor=DATE",
    "THE? unit=(UWEEK|UWEEKEND) side=OF THE? DAYW? anchor=DATE",
)
def _period_around_date(match: RuleMatch) -> list[ReadingSpan]:
    anchor = _captured_date(match, "anchor").reading
    sign = 1 if match.has_kind("side", "AFTER") else -1 if match.has_kind("side", "BEFORE") else 0
    # "A weekend in March" lies in March, whatever day the first of March is.
    day = anchor.value if sign or anchor.grain != "month" else _weekday_from(5, anchor.value)
    if match.has_kind("unit", "UDAY"):
        return _cover_match(match, DateReading(calendar_math.plus_days(day, sign), "date"))
    start = calendar_math.monday_of_week(day, sign)
    if match.has_kind("unit", "UWEEK"):
        return _cover_match(match, DateReading(start, "period", "week", end=calendar_math.plus_days(start, 6)))
    if sign and day.weekday() < 5:  # the weekend after a Wednesday is in the same week
        start = calendar_math.monday_of_week(day, min(sign, 0))
    return _cover_match(
        match,
        DateReading(calendar_math.plus_days(start, 5), "period", "weekend", end=calendar_math.plus_days(start, 6)),
    )


@_rule("a=DUR (TO|OF|AFTER) THE? anchor=DATE")
def _offset_after_date(match: RuleMatch) -> list[ReadingSpan] | None:
    """Read the day or week after a date: "no dia seguinte ao Natal", "le lendemain du 5"."""
    a, anchor = _captured_date(match, "a").reading, _captured_date(match, "anchor").reading
    if a.form != "later" or anchor.form in {"later", "duration"}:
        return None
    return _cover_match(match, DateReading(plus_offset(anchor.value, a.days, a.months), "date"))


@_rule("a=DATE side=(OF|AFTER|BEFORE) THE? DAYW? anchor=DATE")
def _weekend_around_date(match: RuleMatch) -> list[ReadingSpan] | None:
    """Read a weekend given by a date: "the weekend of the 12th", "the weekend after Easter"."""
    if _captured_date(match, "a").reading.grain != "weekend":
        return None
    return _period_around_date(match)


@_rule(
    "THE? a=BARE (COMMA|OF|IN|MONTHIN|ON)? (OF|MONTHIN|THE)? b=DATE",
    f"b=DATE COMMA {_BETWEEN}? {_BETWEEN}? {_BETWEEN}? a=BARE !(AFTER|BEFORE|TO|DASH|AND|OR)",
)
def _weekday_in_month(match: RuleMatch) -> list[ReadingSpan] | None:
    """Read a weekday of a month or of a part of it: any is meant, so it is the month, unless there is only one."""
    weekday, month = _captured_date(match, "a").reading.value.weekday(), _captured_date(match, "b").reading
    if month.grain != "month" or month.end is None:
        return None
    first = _weekday_from(weekday, max(month.value, match.context.today))
    if first > month.end:
        return None
    is_only_one = calendar_math.plus_days(first, 7) > month.end
    return _cover_match(match, DateReading(first, "date") if is_only_one else month)


@_rule("(THE|THED|ART) unit=(UDAY|UWEEK|UMONTH) (LATER|LATER2|AFTER) !(DATE|THE|THED|OF|ON|MOD|OTHER)")
def _unit_after_departure(match: RuleMatch) -> list[ReadingSpan] | None:
    step = offset_of(match)
    if step is None:
        return None
    value = plus_offset(match.context.today, *step)
    return _cover_match(match, DateReading(value, "later", days=step[0], months=step[1]))


@_rule(f"a=DATE COMMA {_NUMBER} {_UNIT} !(LATER|LATER2|AFTER|BEFORE|FROM|THE|THED|OTHER|DATE)")
def _departure_with_stay(match: RuleMatch) -> list[ReadingSpan] | None:
    """Read a departure and the length of the stay: "next Saturday, a week"."""
    item, step = _captured_date(match, "a"), offset_of(match)
    if step is None or item.reading.grain != "day" or item.reading.form in {"later", "duration"}:
        return None
    first, last = _word_spans(match)[match.position("n")][0], _word_spans(match)[match.span[1]][1]
    back = DateReading(plus_offset(item.reading.value, *step), "duration", days=step[0], months=step[1])
    return [item, ReadingSpan(first, last, back)]


@_rule("THE? a=BARE side=(AFTER|BEFORE) THE? anchor=DATE")
def _weekday_around_date(match: RuleMatch) -> list[ReadingSpan] | None:
    weekday, anchor = _captured_date(match, "a").reading.value.weekday(), _captured_date(match, "anchor").reading
    if anchor.form in {"weekday", "later", "duration"}:
        return None
    after = calendar_math.next_weekday(weekday, anchor.value)
    if match.has_kind("side", "AFTER"):
        return _cover_match(match, DateReading(after, "date"))
    return _cover_match(
        match, DateReading(calendar_math.plus_days(after, -14 if weekday == anchor.value.weekday() else -7), "date")
    )


def _share_end(reading: DateReading, end: DateReading, today: dt.date) -> DateReading:
    """Return the first day of a range with the year or month that only its last day names, else unchanged."""
    if end.form == "date" and end.cycle is None:
        return before_date(reading, end.value)  # "10 August to 12 September 2028"
    if end.form != "date" or end.cycle != "year" or reading.cycle != "month":
        return reading
    shared = before_date(reading, end.value)  # "Monday 1st to Wednesday 10 July"
    return reading if shared is reading or shared.value < today else shared.replace(cycle="year")


@_rule(f"FROM? THE? a=DATE {_HOUR} (TO|DASH) THE? DAYW? b=DATE")
def _travel_range(match: RuleMatch) -> list[ReadingSpan] | None:
    a, b = _captured_date(match, "a"), _captured_date(match, "b")
    if a.reading.form in {"later", "duration"} or a.reading.range_leg or b.reading.range_leg:
        return None
    a = ReadingSpan(a.first, a.last, _share_end(a.reading, b.reading, match.context.today))
    second = move_to_next_occurrence(b.reading, a.reading.value)
    if second.value < a.reading.value:
        return None
    if a.reading.grain == second.grain == "month":
        return [ReadingSpan(a.first, b.last, a.reading.replace(end=second.end))]
    return [
        ReadingSpan(a.first, a.last, a.reading.replace(end=a.reading.end or second.value, range_leg="trip")),
        ReadingSpan(b.first, b.last, second.replace(range_leg="back")),
    ]


@_rule("NOW (TO|DASH) THE? DAYW? b=DATE")
def _range_from_now(match: RuleMatch) -> list[ReadingSpan] | None:
    """Read a range that begins today: "from now until Sunday"."""
    back = _captured_date(match, "b")
    start = _word_spans(match)[match.span[0]][0]
    if back.reading.form in {"later", "duration"} or back.reading.value < match.context.today:
        return None
    trip = DateReading(match.context.today, "relative", end=back.reading.value, range_leg="trip")
    return [ReadingSpan(start, start, trip), ReadingSpan(back.first, back.last, back.reading.replace(range_leg="back"))]


def _with_return_on_day(match: RuleMatch, out: ReadingSpan) -> list[ReadingSpan] | None:
    """Return the departure and, as its return, the day of the month "b" that follows it; None if there is none."""
    end = calendar_math.next_day_of_month(int(match.meaning("b", "D")), out.reading.value)
    if end is None:
        return None
    back = DateReading(end, "day", cycle="month", range_leg="back")
    return [
        ReadingSpan(out.first, out.last, out.reading.replace(end=end, range_leg="trip")),
        ReadingSpan(*_word_spans(match)[match.position("b")], back),
    ]


@_rule(
    "THE? a=DATE (TO|DASH) (THE|THED)? DAYW? b=D DOT? !(COUNT|NOUN|TIME|UDAY|UWEEK|UMONTH|OF|DASH|SLASH)",
)
def _day_range(match: RuleMatch) -> list[ReadingSpan] | None:
    first_date = _captured_date(match, "a")
    if first_date.reading.form != "day":
        return None
    return _with_return_on_day(match, first_date)


@_rule(
    "a=DATE DOT? COMMA? AND? THE? (RET|RETPOST) (ON|OF|FOR)? (THE|THED)? DAYW? b=D DOT? "
    "!(COUNT|NOUN|TIME|UDAY|UWEEK|UMONTH|OF|DASH|SLASH|DOT|D)",
)
def _return_on_day(match: RuleMatch) -> list[ReadingSpan] | None:
    """Read the day of the return after the departure: "13 November, back 16"."""
    out = _captured_date(match, "a")
    if out.reading.form not in {"date", "day"} or out.reading.grain != "day" or out.reading.range_leg:
        return None
    return _with_return_on_day(match, out)


@_rule("BETWEEN THE? DAYW? a=DATE (AND|DASH|TO) THE? DAYW? b=DATE")
def _between_range(match: RuleMatch) -> list[ReadingSpan] | None:
    a, b = _captured_date(match, "a"), _captured_date(match, "b")
    second = move_to_next_occurrence(b.reading, a.reading.value)
    if second.value < a.reading.value:
        return None
    return [ReadingSpan(a.first, b.last, a.reading.replace(end=second.end or second.value))]


@_rule(
    "a=DATE (COMMA|DASH)? (IN|ON|AT|OF|THED)? THE? part=PART",
    "part=PART (OF|ON|THED) THE? DAYW? a=DATE",
)
def _date_with_part_of_day(match: RuleMatch) -> list[ReadingSpan] | None:
    reading = _captured_date(match, "a").reading
    if reading.part_of_day is not None or reading.grain != "day":
        return None
    return _cover_match(match, reading.replace(part_of_day=match.meaning("part", "PART")))


@_rule(
    f"NOT {_DATE_PREFIX}? {_DATE_PREFIX}? a=DATE",
    f"EVERY {_DATE_PREFIX}? a=DATE",
    f"BIRTH (STOP|DASH|COMMA|OTHER)? {_DATE_PREFIX}? {_DATE_PREFIX}? a=DATE"
    f" ((COMMA|AND) AND? ({_DATE_PREFIX}|OTHER)? (b=DATE|YEAR))?"
    f" ((COMMA|AND) AND? ({_DATE_PREFIX}|OTHER)? (c=DATE|YEAR))?",
)
def _excluded_date(match: RuleMatch) -> list[ReadingSpan] | None:
    items = [_captured_date(match, name) for name in "abc" if match.position(name) >= 0]
    return [ReadingSpan(item.first, item.last, item.reading.replace(form="dropped")) for item in items]


@_rule("a=NEAR (OR|AND|COMMA) THE? b=BARE")
def _later_weekday_choice(match: RuleMatch) -> list[ReadingSpan] | None:
    """Read the second weekday of a choice in the week of the first: "next Tuesday or Wednesday"."""
    a, b = _captured_date(match, "a"), _captured_date(match, "b")
    if a.reading.form != "modified" or not match.context.today <= b.reading.value < a.reading.value:
        return None
    return [a, ReadingSpan(b.first, b.last, move_to_next_occurrence(b.reading, a.reading.value))]


@_rule("a=DATE (COMMA|OR|AND) (THE|THED)? b=DATE")
def _shared_month(match: RuleMatch) -> list[ReadingSpan] | None:
    """Apply a month named once, at the end of a list: "the 1st, 2nd or 3rd of June"."""
    a, b = _captured_date(match, "a"), _captured_date(match, "b")
    if a.reading.form != "day" or b.reading.form != "date" or b.reading.cycle != "year":
        return None
    if a.reading.value.day >= b.reading.value.day:
        return None
    value = b.reading.value.replace(day=a.reading.value.day)
    if value < match.context.today or value == a.reading.value:
        return None
    return [ReadingSpan(a.first, a.last, a.reading.replace(value=value, form="date", cycle="year")), b]


@_rule("a=DATE !OR COMMA? (OF|IN|ON)? THE? b=DATE")
def _date_with_year(match: RuleMatch) -> list[ReadingSpan] | None:
    """Join a date and a year named apart: "5 May next year", "next year on 5 May"."""
    a, b = _captured_date(match, "a").reading, _captured_date(match, "b").reading
    day, year = (a, b) if b.grain == "year" else (b, a)
    if year.grain != "year" or day.grain == "year" or day.cycle != "year":
        return None
    value = calendar_math.date_or_none(year.value.year, day.value.month, day.value.day)
    if value is None:
        return None
    end = None if day.end is None else calendar_math.plus_days(value, (day.end - day.value).days)
    return _cover_match(match, day.replace(value=value, end=end, cycle=None))


@_rule("a=DATE !OR COMMA? (ON|THE|THED|DAYW|DATEON|OF|IN|ART|CARD)? (THE|THED|DAYW|ART|CARD)? b=DATE")
def _day_of_period(match: RuleMatch) -> list[ReadingSpan] | None:
    """Join a period and a day of it named apart: "next month on the 5th", "im Mai, am 3.", "the 5th, next month"."""
    a, b = _captured_date(match, "a").reading, _captured_date(match, "b").reading
    if a.range_leg or b.range_leg:
        return None
    if a.grain == "weekend" and a.end is not None and b.grain == "day":
        return _cover_match(match, b) if a.value <= b.value <= a.end else None  # "at the weekend, on Sunday"
    period, day = (b, a) if a.form == "day" else (a, b)
    if period.form != "period" or period.grain not in {"week", "month"} or period.end is None:
        return None
    if period.grain == "month" and day.form == "weekday" and day is b:
        return _cover_match(match, period)  # "next month on a Friday": any of them
    if day.form != "day" or (period.end - period.value).days > 31:
        return None
    value = _day_in_period(period, day.value.day)
    if value is not None and value < match.context.today and period.cycle == "year":
        value = calendar_math.date_or_none(value.year + 1, value.month, value.day)
    if value is None:
        return _cover_match(match, no_date(match.context))
    return _cover_match(match, day.replace(value=value, form="date", cycle=period.cycle))


def _day_in_period(period: DateReading, day_of_month: int) -> dt.date | None:
    """Return the date with this day of the month in the week or month; None if it has none."""
    end = period.end
    assert end is not None
    if period.grain == "month":
        return calendar_math.date_or_none(end.year, end.month, day_of_month)
    week = (calendar_math.plus_days(end, -days) for days in range(7))
    return next((date for date in week if date.day == day_of_month), None)


@_rule(
    "part=PART (FROM|OF|ON|THED|BETWEEN|IN)? THE? a=DATE (TO|DASH|AND|ON|OF|FOR|SLASH)? (THE|THED)? b=DATE",
)
def _night_between_dates(match: RuleMatch) -> list[ReadingSpan] | None:
    """Read one night given by the days on both sides of it: "in der Nacht vom 3. auf den 4. Mai"."""
    a, b = _captured_date(match, "a").reading, _captured_date(match, "b").reading
    if match.meaning("part", "PART") != "night" or calendar_math.plus_days(a.value, 1) != b.value or a.grain != "day":
        return None
    return _cover_match(match, a.replace(part_of_day="night", end=b.value, range_leg=""))


@_rule("a=DATE OPEN? b=BARE")
def _contradicted_date(match: RuleMatch) -> list[ReadingSpan] | None:
    """Read a date and another weekday right after it: "24.8. Monday"; which of them is meant can only be asked."""
    a, b = _captured_date(match, "a").reading, _captured_date(match, "b").reading
    if a.form != "date" or a.grain != "day" or a.range_leg or b.range_leg or a.value.weekday() == b.value.weekday():
        return None
    other = calendar_math.nearest_weekday(b.value.weekday(), a.value, match.context.today)
    return _cover_match(match, a.replace(alternatives=(*a.alternatives, other)))


@_rule("a=DATE !OR (COMMA|OPEN|THE|ON|DAYW)? (THE|THED|DAYW)? b=DATE")
def _repeated_date(match: RuleMatch) -> list[ReadingSpan] | None:
    """Merge two expressions of one day: "tomorrow, the 5th", "12 March (Friday)", "next Friday, 8 March"."""
    a, b = _captured_date(match, "a").reading, _captured_date(match, "b").reading
    if a.grain != "day" or b.grain != "day" or a.range_leg or b.range_leg or "duration" in {a.form, b.form}:
        return None
    if a.value == b.value:
        best = a if a.form in {"date", "relative"} else b
        return _cover_match(match, best.replace(part_of_day=a.part_of_day or b.part_of_day))
    near, named = (a, b) if a.form in {"weekday", "modified"} else (b, a)
    if near.form not in {"weekday", "modified"} or named.form not in {"date", "day"}:
        return None
    if near.value.weekday() == named.value.weekday():
        return _cover_match(match, named.replace(part_of_day=a.part_of_day or b.part_of_day))
    return None


def move_to_next_occurrence(reading: DateReading, start: dt.date) -> DateReading:
    """Return the reading moved to its first possible date on or after `start`.

    A distance ("a week later") counts from `start`; a date given in full is returned unchanged.
    """
    if reading.form in {"later", "duration"}:
        return reading.replace(value=plus_offset(start, reading.days, reading.months), alternatives=())
    value = next_occurrence(reading.value, reading.cycle, start)
    if value is None or value == reading.value:
        return reading
    end = None if reading.end is None else calendar_math.plus_days(value, (reading.end - reading.value).days)
    return reading.replace(value=value, end=end, alternatives=())


def next_occurrence(value: dt.date, cycle: str | None, start: dt.date) -> dt.date | None:
    """Return `value` if it is on or after `start`, else its next occurrence from `start` on.

    Args:
        value: Date to move.
        cycle: "week", "month" or "year": what the words left open; None means that the date is fixed.
        start: First possible date.

    Returns:
        The date; None if the cycle has no such date.
    """
    if value >= start or cycle is None:
        return value
    if cycle == "week":
        return calendar_math.plus_days(value, -(-(start - value).days // 7) * 7)
    if cycle == "month":
        return calendar_math.next_day_of_month(value.day, start)
    return calendar_math.next_month_day(value.month, value.day, start)


@functools.cache
def _unit_letters() -> frozenset[str]:
    compile_rules()  # registers every letter
    return ALPHABET.letters_with("UDAY") | ALPHABET.letters_with("UWEEK")


def may_compose(lexed: LexedText) -> bool:
    """Return whether the text can hold a composed date without any simple one ("the day after")."""
    return not _unit_letters().isdisjoint(lexed.letters)


def compose_dates(lexed: LexedText, items: list[ReadingSpan], context: DateContext) -> list[ReadingSpan]:
    """Apply the composition rules until nothing changes, at most three times.

    Args:
        lexed: The lexed text.
        items: Dates found by the grammar, in order and without overlaps.
        context: Day, language and country of the utterance.

    Returns:
        The dates after composition, in order; rejected ones ("not Sunday") have the form "dropped".
    """
    # Three rounds: expressions nested more deeply do not occur in speech.
    for _ in range(3):
        sequence = DateSequence(lexed, items)
        result = _compose_once(sequence, context)
        if result == items:
            break
        items = result
    return items


def _compose_once(sequence: DateSequence, context: DateContext) -> list[ReadingSpan]:
    letters = sequence.letters
    result: list[ReadingSpan] = []
    position = 0
    while position < len(letters):
        best: tuple[int, list[ReadingSpan]] | None = None  # end and dates of the longest match so far
        for rule in _rules_beginning_with(letters[position : position + 2]):
            match = rule.pattern.regex.match(letters, position)
            if match is None or (best is not None and match.end() <= best[0]):
                continue
            items = rule.action(RuleMatch(match, sequence, context))
            if items is not None:
                best = match.end(), items
        if best is not None:
            result += best[1]
            position = best[0]
            continue
        if "DATE" in sequence.meanings[position]:
            result.append(sequence.meanings[position]["DATE"])
        position += 1
    return result
