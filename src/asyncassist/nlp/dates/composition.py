"""Dates made of dates: "two weeks after Easter", "the morning of the 5th", "from Friday to Monday", "not Sunday"."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from asyncassist.nlp.dates import calendar_math as cal
from asyncassist.nlp.dates.grammar import rules
from asyncassist.nlp.dates.lexer import ALPHABET, OTHER, Atoms
from asyncassist.nlp.dates.models import Found, Item, Reading, Setting
from asyncassist.nlp.dates.patterns import Pattern, compile_pattern
from asyncassist.nlp.dates.rule_registry import distance, moved

if TYPE_CHECKING:
    import datetime as dt

_ANY: Final = ALPHABET.letter({"DATE"})
_NEAR: Final = ALPHABET.letter({"DATE", "NEAR"})  # days that people count weeks from: "a week on Friday"
_BARE: Final = ALPHABET.letter({"DATE", "NEAR", "BARE"})  # a weekday alone: "the Monday after Easter"
_LATER: Final = ALPHABET.letter({"DATE", "DUR"})

_N: Final = "n=(ART|D|N|CARD|CARDN|COUPLE)"
_UNIT: Final = "unit=(UDAY|UWEEK|UFORT|UMONTH|UYEAR|UNIGHT)"
_BEFORE_DATE: Final = "(ON|DATEON|THE|THED|FOR|OF|DAYW)"

Action = Callable[[Found], "list[Item] | None"]


class Reduced:
    """An utterance whose dates are single words: what the rules of this module match.

    Attributes:
        letters: One for each word.
        meanings: Of each word; a date's is its item.
        places: First and last word of the utterance that each stands for.
    """

    __slots__ = ("letters", "meanings", "places")

    def __init__(self, atoms: Atoms, items: list[Item]) -> None:
        letters: list[str] = []
        self.meanings: list[dict[str, Any]] = []
        self.places: list[tuple[int, int]] = []
        at = 0
        for item in [*items, None]:
            stop = item.first if item else len(atoms)
            letters.append(atoms.letters[at:stop])
            self.meanings += atoms.meanings[at:stop]
            self.places += [(place, place) for place in range(at, stop)]
            if item is not None:
                letters.append(_letter(item.reading))
                self.meanings.append({"DATE": item})
                self.places.append((item.first, item.last))
                at = item.last + 1
        self.letters = "".join(letters)


def _letter(reading: Reading) -> str:
    if reading.sort == "dropped":
        return OTHER
    if reading.sort in {"later", "duration"}:
        return _LATER
    if reading.sort == "weekday":
        return _BARE
    return _NEAR if reading.sort in {"modified", "relative"} else _ANY


@dataclass(frozen=True, slots=True)
class _Rule:
    pattern: Pattern
    action: Action


_RULES: list[tuple[str, Action]] = []


def _rule(*sources: str) -> Callable[[Action], Action]:
    def add(action: Action) -> Action:
        _RULES.extend((source, action) for source in sources)
        return action

    return add


@functools.cache
def compose_rules() -> dict[str, tuple[_Rule, ...]]:
    """The rules of this module by the letters they can begin with."""
    rules()  # all letters are known after it
    found: dict[str, list[_Rule]] = {}
    for source, action in _RULES:
        rule = _Rule(compile_pattern(source, ALPHABET), action)
        for letter in rule.pattern.first:
            found.setdefault(letter, []).append(rule)
    return {letter: tuple(group) for letter, group in found.items()}


def _item(found: Found, name: str) -> Item:
    item = found.meaning(name, "DATE")
    assert isinstance(item, Item)
    return item


def _over(found: Found, reading: Reading) -> list[Item]:
    """One item over all that matched."""
    first, last = found.span
    return [Item(_places(found)[first][0], _places(found)[last][1], reading)]


def _places(found: Found) -> list[tuple[int, int]]:
    assert isinstance(found.words, Reduced)
    return found.words.places


def _shift(found: Found, sign: int) -> list[Item] | None:
    step, anchor = distance(found), _item(found, "anchor").reading
    if step is None:
        return None
    days, months = step[0] * sign, step[1] * sign

    def move(day: dt.date) -> dt.date:
        return moved(day, days, months)

    reading = Reading(
        move(anchor.value), "date" if anchor.sort != "relative" else "relative",
        alternatives=tuple(move(day) for day in anchor.alternatives), part=anchor.part,
    )  # fmt: skip
    return _over(found, reading)


@_rule(
    f"{_N} {_UNIT} !BEFORE (FROM|AFTER) THE? anchor=DATE",
    f"{_N} unit=(UWEEK|UFORT|UMONTH) !BEFORE (ON|THE)? anchor=NEAR",
)
def _after_date(found: Found) -> list[Item] | None:
    return _shift(found, 1)


@_rule(f"{_N} {_UNIT} BEFORE THE? anchor=DATE")
def _before_date(found: Found) -> list[Item] | None:
    return _shift(found, -1)


@_rule("anchor=NEAR off=WKOFF")
def _weeks_on(found: Found) -> list[Item]:
    anchor = _item(found, "anchor").reading
    return _over(found, Reading(cal.plus_days(anchor.value, int(found.meaning("off", "WKOFF"))), "modified"))


@_rule(
    "THE? unit=(UDAY|UWEEK|UWEEKEND) side=(AFTER|BEFORE) THE? anchor=DATE",
    "THE? unit=(UWEEK|UWEEKEND) side=OF THE? DAYW? anchor=DATE",
)
def _beside(found: Found) -> list[Item]:
    day = _item(found, "anchor").reading.value
    sign = 1 if found.has("side", "AFTER") else -1 if found.has("side", "BEFORE") else 0
    if found.has("unit", "UDAY"):
        return _over(found, Reading(cal.plus_days(day, sign), "date"))
    start = cal.monday(day, sign)
    if found.has("unit", "UWEEK"):
        return _over(found, Reading(start, "period", "week", end=cal.plus_days(start, 6)))
    if sign and day.weekday() < 5:  # the weekend after a Wednesday is that week's
        start = cal.monday(day, min(sign, 0))
    return _over(found, Reading(cal.plus_days(start, 5), "period", "weekend", end=cal.plus_days(start, 6)))


@_rule("a=DUR (TO|OF|AFTER) THE? anchor=DATE")
def _later_than(found: Found) -> list[Item] | None:
    """The day or week after a date: "no dia seguinte ao Natal", "le lendemain du 5"."""
    a, anchor = _item(found, "a").reading, _item(found, "anchor").reading
    if a.sort != "later" or anchor.sort in {"later", "duration"}:
        return None
    return _over(found, Reading(moved(anchor.value, a.days, a.months), "date"))


@_rule("a=DATE side=(OF|AFTER|BEFORE) THE? DAYW? anchor=DATE")
def _weekend_beside(found: Found) -> list[Item] | None:
    """A weekend by a date: "the weekend of the 12th", "the weekend after Easter"."""
    if _item(found, "a").reading.grain != "weekend":
        return None
    return _beside(found)


@_rule("(THE|THED|ART) unit=(UDAY|UWEEK|UMONTH) (LATER|LATER2|AFTER) !(DATE|THE|THED|OF|ON|MOD|OTHER)")
def _the_day_after(found: Found) -> list[Item] | None:
    step = distance(found)
    if step is None:
        return None
    value = moved(found.setting.today, *step)
    return _over(found, Reading(value, "later", days=step[0], months=step[1]))


@_rule(f"a=DATE COMMA {_N} {_UNIT} !(LATER|LATER2|AFTER|BEFORE|FROM|THE|THED|OTHER|DATE)")
def _stay(found: Found) -> list[Item] | None:
    """A departure and how long: "next Saturday, a week"."""
    item, step = _item(found, "a"), distance(found)
    if step is None or item.reading.grain != "day" or item.reading.sort in {"later", "duration"}:
        return None
    first, last = _places(found)[found.at("n")][0], _places(found)[found.span[1]][1]
    back = Reading(moved(item.reading.value, *step), "duration", days=step[0], months=step[1])
    return [item, Item(first, last, back)]


@_rule("THE? a=BARE side=(AFTER|BEFORE) THE? anchor=DATE")
def _weekday_beside(found: Found) -> list[Item] | None:
    weekday, anchor = _item(found, "a").reading.value.weekday(), _item(found, "anchor").reading
    if anchor.sort in {"weekday", "later", "duration"}:
        return None
    after = cal.coming(weekday, anchor.value)
    if found.has("side", "AFTER"):
        return _over(found, Reading(after, "date"))
    return _over(found, Reading(cal.plus_days(after, -14 if weekday == anchor.value.weekday() else -7), "date"))


@_rule("FROM? THE? a=DATE (TO|DASH) THE? DAYW? b=DATE")
def _trip(found: Found) -> list[Item] | None:
    a, b = _item(found, "a"), _item(found, "b")
    if a.reading.sort in {"later", "duration"} or a.reading.head or b.reading.head:
        return None
    second = roll(b.reading, a.reading.value)
    if second.value < a.reading.value:
        return None
    if a.reading.grain == second.grain == "month":
        return [Item(a.first, b.last, a.reading.but(end=second.end))]
    return [
        Item(a.first, a.last, a.reading.but(end=a.reading.end or second.value, head="trip")),
        Item(b.first, b.last, second.but(head="back")),
    ]


@_rule(
    "THE? a=DATE (TO|DASH) (THE|THED)? DAYW? b=D DOT? !(COUNT|NOUN|TIME|UDAY|UWEEK|UMONTH|OF|DASH|SLASH)",
)
def _days(found: Found) -> list[Item] | None:
    head = _item(found, "a")
    if head.reading.sort != "day":
        return None
    end = cal.next_day_of_month(int(found.meaning("b", "D")), head.reading.value)
    if end is None:
        return None
    return [
        Item(head.first, head.last, head.reading.but(end=end, head="trip")),
        Item(*_places(found)[found.at("b")], Reading(end, "day", cycle="month", head="back")),
    ]


@_rule("BETWEEN THE? DAYW? a=DATE (AND|DASH|TO) THE? DAYW? b=DATE")
def _window(found: Found) -> list[Item] | None:
    a, b = _item(found, "a"), _item(found, "b")
    second = roll(b.reading, a.reading.value)
    if second.value < a.reading.value:
        return None
    return [Item(a.first, b.last, a.reading.but(end=second.end or second.value))]


@_rule(
    "a=DATE COMMA? (IN|ON|AT|OF|THED)? THE? part=PART",
    "part=PART (OF|ON|THED) THE? DAYW? a=DATE",
)
def _part(found: Found) -> list[Item] | None:
    reading = _item(found, "a").reading
    if reading.part is not None or reading.grain != "day":
        return None
    return _over(found, reading.but(part=found.meaning("part", "PART")))


@_rule(
    f"NOT {_BEFORE_DATE}? {_BEFORE_DATE}? a=DATE",
    f"EVERY {_BEFORE_DATE}? a=DATE",
)
def _dropped(found: Found) -> list[Item] | None:
    item = _item(found, "a")
    return [Item(item.first, item.last, item.reading.but(sort="dropped"))]


@_rule("a=NEAR (OR|AND|COMMA) THE? b=BARE")
def _then(found: Found) -> list[Item] | None:
    """The later weekday of a choice: "next Tuesday or Wednesday" is one week's."""
    a, b = _item(found, "a"), _item(found, "b")
    if a.reading.sort != "modified" or not found.setting.today <= b.reading.value < a.reading.value:
        return None
    return [a, Item(b.first, b.last, roll(b.reading, a.reading.value))]


@_rule("a=DATE (COMMA|OR|AND) (THE|THED)? b=DATE")
def _month_follows(found: Found) -> list[Item] | None:
    """The month said once, at the end: "the 1st, 2nd or 3rd of June"."""
    a, b = _item(found, "a"), _item(found, "b")
    if a.reading.sort != "day" or b.reading.sort != "date" or b.reading.cycle != "year":
        return None
    if a.reading.value.day >= b.reading.value.day:
        return None
    value = b.reading.value.replace(day=a.reading.value.day)
    if value < found.setting.today or value == a.reading.value:
        return None
    return [Item(a.first, a.last, a.reading.but(value=value, sort="date", cycle="year")), b]


@_rule("a=DATE !OR COMMA? (OF|IN|ON)? THE? b=DATE")
def _in_year(found: Found) -> list[Item] | None:
    """A date and its year apart: "5 May next year", "next year at Christmas"."""
    a, b = _item(found, "a").reading, _item(found, "b").reading
    day, year = (a, b) if b.grain == "year" else (b, a)
    if year.grain != "year" or day.grain == "year" or day.cycle != "year":
        return None
    value = cal.day(year.value.year, day.value.month, day.value.day)
    if value is None:
        return None
    end = None if day.end is None else cal.plus_days(value, (day.end - day.value).days)
    return _over(found, day.but(value=value, end=end, cycle=None))


@_rule("a=DATE COMMA? (ON|THE|THED|DAYW|DATEON)? (THE|THED|DAYW)? b=DATE")
def _day_of_that(found: Found) -> list[Item] | None:
    """A month and its day apart: "next month on the 5th", "im Mai, am 3."."""
    month, day = _item(found, "a").reading, _item(found, "b").reading
    if month.grain == "weekend" and month.end is not None and not day.head and day.grain == "day":
        # "at the weekend, on Sunday"
        return _over(found, day) if month.value <= day.value <= month.end and not month.head else None
    if month.grain != "month" or month.sort != "period" or day.sort != "day" or month.end is None:
        return None
    value = cal.day(month.end.year, month.end.month, day.value.day)
    if value is None or value < found.setting.today or (month.end - month.value).days > 31:
        return None
    return _over(found, day.but(value=value, sort="date", cycle=month.cycle))


@_rule(
    "part=PART (FROM|OF|ON|THED|BETWEEN|IN)? THE? a=DATE (TO|DASH|AND|ON|OF|FOR|SLASH)? (THE|THED)? b=DATE",
)
def _night_between(found: Found) -> list[Item] | None:
    """One night, by the days on both sides of it: "in der Nacht vom 3. auf den 4. Mai"."""
    a, b = _item(found, "a").reading, _item(found, "b").reading
    if found.meaning("part", "PART") != "night" or cal.plus_days(a.value, 1) != b.value or a.grain != "day":
        return None
    return _over(found, a.but(part="night", end=b.value, head=""))


@_rule("a=DATE !OR (COMMA|OPEN|THE|ON|DAYW)? (THE|THED|DAYW)? b=DATE")
def _twice(found: Found) -> list[Item] | None:
    """One day said twice: "tomorrow, the 5th", "12 March (Friday)", "next Friday, 8 March"."""
    a, b = _item(found, "a").reading, _item(found, "b").reading
    if a.grain != "day" or b.grain != "day" or a.head or b.head or "duration" in {a.sort, b.sort}:
        return None
    if a.value == b.value:
        best = a if a.sort in {"date", "relative"} else b
        return _over(found, best.but(part=a.part or b.part))
    near, named = (a, b) if a.sort in {"weekday", "modified"} else (b, a)
    if near.sort not in {"weekday", "modified"} or named.sort not in {"date", "day"}:
        return None
    if near.value.weekday() == named.value.weekday():
        return _over(found, named.but(part=a.part or b.part))
    return None


def roll(reading: Reading, start: dt.date) -> Reading:
    """The first meaning on or after a day, where the words left room."""
    if reading.sort in {"later", "duration"}:
        return reading.but(value=moved(start, reading.days, reading.months), alternatives=())
    value = rolled(reading.value, reading.cycle, start)
    if value is None or value == reading.value:
        return reading
    end = None if reading.end is None else cal.plus_days(value, (reading.end - reading.value).days)
    return reading.but(value=value, end=end, alternatives=())


def rolled(value: dt.date, cycle: str | None, start: dt.date) -> dt.date | None:
    """The value, or the first of its cycle on or after `start`; None where there is none."""
    if value >= start or cycle is None:
        return value
    if cycle == "week":
        return cal.plus_days(value, -(-(start - value).days // 7) * 7)
    if cycle == "month":
        return cal.next_day_of_month(value.day, start)
    return cal.next_month_day(value.month, value.day, start)


@functools.cache
def _units() -> frozenset[str]:
    rules()  # all letters are known after it
    return ALPHABET.letters("UDAY") | ALPHABET.letters("UWEEK")


def may_compose(atoms: Atoms) -> bool:
    """Whether words without a date among them can make one here ("the day after")."""
    return not _units().isdisjoint(atoms.letters)


def compose(atoms: Atoms, items: list[Item], setting: Setting) -> list[Item]:
    """Put dates together until nothing changes; three rounds are the deepest that people speak."""
    for _ in range(3):
        reduced = Reduced(atoms, items)
        made = _round(reduced, setting)
        if made == items:
            break
        items = made
    return items


def _round(reduced: Reduced, setting: Setting) -> list[Item]:
    by_letter, letters = compose_rules(), reduced.letters
    made: list[Item] = []
    at = 0
    while at < len(letters):
        best: tuple[int, list[Item]] | None = None
        for rule in by_letter.get(letters[at], ()):
            match = rule.pattern.regex.match(letters, at)
            if match is None or (best is not None and match.end() <= best[0]):
                continue
            items = rule.action(Found(match, reduced, setting))
            if items is not None:
                best = match.end(), items
        if best is not None:
            made += best[1]
            at = best[0]
            continue
        if "DATE" in reduced.meanings[at]:
            made.append(reduced.meanings[at]["DATE"])
        at += 1
    return made
