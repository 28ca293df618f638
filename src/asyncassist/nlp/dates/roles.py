"""What each date is for, where the wording says so: leaving or coming back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from asyncassist.nlp.dates import calendar_math as cal
from asyncassist.nlp.dates.composition import roll

if TYPE_CHECKING:
    import datetime as dt

    from asyncassist.nlp.dates.lexer import Atoms
    from asyncassist.nlp.dates.models import Item, Reading

Role = Literal["departure", "return"]

# Words looked at on each side of a date. A cue farther off belongs to something else.
_REACH: Final = 14
_CLOSE: Final = 3
# Words before "today" that may close a talk ("that is all I need for today").
_CLOSING_REACH: Final = 9


def _cue(atoms: Atoms, place: int) -> Role | None:
    meaning = atoms.meanings[place]
    return "return" if "RET" in meaning else "departure" if "DEP" in meaning else None


def roles(atoms: Atoms, items: list[Item]) -> list[Role | None]:
    """The role of each date: by the nearest word of going or returning before it in its sentence, else after it."""
    found: list[Role | None] = []
    for index, item in enumerate(items):
        if item.reading.head:
            found.append("departure" if item.reading.head == "trip" else "return")
            continue
        left = items[index - 1].last if index else -1
        right = items[index + 1].first if index + 1 < len(items) else len(atoms)
        behind = atoms.meanings[item.last + 1] if item.last + 1 < right else {}
        # "am 12. zurück", but not "ab 12. zurück 22."
        back = "RETPOST" in behind and not (item.last + 2 == right < len(atoms))
        if item.reading.sort == "duration" or back:
            found.append("return")
            continue
        if "DEPPOST" in behind:
            found.append("departure")
            continue
        role = _before(atoms, item.first, left)
        if role is None and index and _joined(atoms, left, item.first):
            role = found[-1]  # "returning on the 5th or the 6th"
        if role is None:
            role = _after(atoms, item.last, right)
        found.append(role)
    return found


def _joined(atoms: Atoms, left: int, right: int) -> bool:
    """Whether nothing but "or" and small words stand between two dates."""
    between = atoms.meanings[left + 1 : right]
    small = {"OR", "THE", "ON", "THED", "COMMA", "DAYW", "DATEON"}
    return any("OR" in meaning for meaning in between) and all(meaning.keys() & small for meaning in between)


def _before(atoms: Atoms, start: int, left: int) -> Role | None:
    for place in range(start - 1, max(left, start - 1 - _REACH), -1):
        if atoms.breaks[place]:
            return None
        role = _cue(atoms, place)
        if role is not None:
            return role
    return None


def _after(atoms: Atoms, end: int, right: int) -> Role | None:
    for place in range(end + 1, min(right, end + 1 + _REACH)):
        if atoms.breaks[place]:
            return None
        role = _cue(atoms, place)
        if role is not None:
            # "on the 9th and return on ...": a cue behind "and" opens the next date's clause.
            opened = any("AND" in atoms.meanings[other] for other in range(end + 1, place))
            # So does one that stands right before it: "on the 5th return on the 8th".
            commas = any("COMMA" in atoms.meanings[other] for other in range(place, min(right, len(atoms))))
            close = right < len(atoms) and right - place <= _CLOSE and not commas
            return None if opened or close else role
    return None


# Days between a holiday and a date that the trip is made for, and words between a cue and its date.
_OCCASION: Final = 10
_CUE: Final = 2


def without_occasions(atoms: Atoms, items: list[Item]) -> list[Item]:
    """The dates without holidays that only say what the trip is for: "New Year in Prague: leaving on 30 December"."""
    if len(items) < 2 or not any(item.reading.sort == "holiday" for item in items):
        return items
    given = [
        item.reading.value
        for item, role in zip(items, roles(atoms, items), strict=True)
        if item.reading.sort in {"date", "day"} and item.reading.grain == "day" and role != "return"
    ]
    return [
        item
        for item in items
        if item.reading.sort != "holiday"
        or item.reading.head
        or _moves_on(atoms, item)
        or all(abs((day - item.reading.value).days) > _OCCASION for day in given)
    ]


def _moves_on(atoms: Atoms, item: Item) -> bool:
    """Whether a word of going or coming back stands before a date, and no "for": "leaving on Christmas Eve"."""
    near = range(max(0, item.first - _CUE), item.first)
    meant_for = bool(item.first) and "FOR" in atoms.meanings[item.first - 1]
    return not meant_for and any(_cue(atoms, place) for place in near)


def elsewhere(atoms: Atoms) -> bool:
    """Whether the utterance is about a rental car or a room and not about flying: its dates are not the trip's."""
    kinds = {kind for meaning in atoms.meanings for kind in ("AWAY", "FLY") if kind in meaning}
    return kinds == {"AWAY"}


def closes_talk(atoms: Atoms, item: Item) -> bool:
    """Whether "today" belongs to thanks or small talk: "thanks for your help today", "how are you today?"."""
    if item.reading.sort != "relative" or item.first != item.last or atoms.meanings[item.first].get("REL") != 0:
        return False
    ahead = range(item.last + 1, min(item.last + 5, len(atoms)))
    # "per oggi è tutto": after "for today" the closing word may follow
    closing = bool(
        item.first
        and "FOR" in atoms.meanings[item.first - 1]
        and any("CLOSE" in atoms.meanings[place] for place in ahead)
    )
    for place in range(item.first - 1, max(-1, item.first - 1 - _CLOSING_REACH), -1):
        if atoms.breaks[place]:
            break
        meaning = atoms.meanings[place]
        if "GO" in meaning:
            return False
        closing = closing or "CLOSE" in meaning
    return closing


def anchor(readings: list[Reading], found: list[Role | None], departure: dt.date | None) -> list[Reading]:
    """The readings with the return read against the departure, and the departure against a return with a month."""
    leaving = next((i for i, role in enumerate(found) if role == "departure" and _plain(readings[i])), None)
    if leaving is None:
        leaving = next((i for i, role in enumerate(found) if role is None and _plain(readings[i])), None)
    changed = list(readings)
    back = next((i for i, role in enumerate(found) if role == "return" and _plain(readings[i])), None)
    if leaving is not None and back is not None:
        changed[leaving] = _up_to(readings[leaving], readings[back])
    start = changed[leaving].value if leaving is not None else departure
    if start is None:
        return changed
    for index, role in enumerate(found):
        reading = changed[index]
        if index != leaving and (role == "return" or reading.sort in {"later", "duration"}):
            changed[index] = _back_after(reading, start, None if leaving is None else changed[leaving])
    return changed


def _plain(reading: Reading) -> bool:
    return reading.sort not in {"later", "duration"}


def _up_to(first: Reading, second: Reading) -> Reading:
    """A departure "on the 5th" with a return "on 8 May" is the last 5th before it."""
    if first.sort != "day" or second.sort != "date" or second.value < first.value:
        return first
    value = cal.last_day_of_month(first.value.day, second.value)
    if value is None or value < first.value:
        return first
    return first.but(value=value, alternatives=(first.value,))


def _back_after(reading: Reading, start: dt.date, leaving: Reading | None) -> Reading:
    # who leaves "tomorrow" and returns on that weekday would have said "tomorrow" again
    again = leaving is None or leaving.sort == "relative"
    same = again or leaving is None or reading.part in {None, leaving.part}
    back = roll(reading, start)
    if reading.sort == "weekday" and back.value == start and same:
        return roll(reading, cal.plus_days(start, 1))  # "leave Friday, return Friday": a week later
    return back
