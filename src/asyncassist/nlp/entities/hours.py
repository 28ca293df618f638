"""Entities of hours: "after 6 pm", "between 9 and noon", "a red-eye", with flight and event where the text names them.

Interpretation of hours, for all languages:

- An hour after "at" is exact: it is the earliest and the latest time. "Around" means an hour before to an hour after.
- A number alone is an hour only after words that bound one ("before 10"), and if no noun follows that it counts. From 1
  to 5 it means the afternoon, likewise 6 unless it is the first possible hour; the confidence is then lower.
- An hour beside a word that also measures durations ("2 heures") needs a word before hours.
- A part of the day that belongs to a date is not repeated: it is the date's `part_of_day`.
"""

from __future__ import annotations

import datetime as dt
import functools
import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from asyncassist._types import TimeWindow
from asyncassist.languages.registry import LANGUAGES, PACKS, any_of
from asyncassist.nlp.models import Entity
from asyncassist.nlp.numbers import CARDINALS
from asyncassist.nlp.role_words import BARE_NEGATION
from asyncassist.nlp.tokens import normalize

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping, Sequence

    from asyncassist.languages.hour_words import HourWords, MinuteRange
    from asyncassist.nlp.normalized import NormalizedText
    from asyncassist.nlp.tokens import Token

_HOUR: Final = 60
_NOON: Final = 12 * _HOUR
_LAST_MINUTE: Final = 24 * _HOUR - 1
# Of a word before a time of departure or arrival, and of the text after the time.
_MAX_CONTEXT_CHARS: Final = 80
# A longer text has no more hours that matter; the limit bounds the time for a hostile one.
_MAX_ENTITIES: Final = 12
_STATED, _ASSUMED = 0.95, 0.7
# A later one is rather one of the morning if the text does not say more.
_LAST_ASSUMED_HOUR: Final = 6
_LEADS: Final = ("from_", "until", "after", "before", "between", "around", "at", "range_start")
_FIRST_BOUNDS: Final = frozenset({"after", "from_"})
_LAST_BOUNDS: Final = frozenset({"before", "until"})
_SENTENCE_END: Final = re.compile(r"[.?!;\n]")
_CLAUSE_EDGE: Final = re.compile(r"[.,?!;:\n]")
# Before and after digits that are part of something else: a price, a date, a code.
_NOT_BEFORE: Final = r"(?<!\S)(?:(?=[^\W\d])|(?<!\d )(?<!\d [:.,/] )(?<![#$€£¥] ))"
_NOT_AFTER: Final = r"(?! ?[:.,/] \d| ?[%$€£¥°]| (?:eur|usd|gbp|brl|chf|kg|km|euros?|dollars?)\b)"


class _Clock(NamedTuple):
    """A time of day and what shows that it is one.

    Attributes:
        minute: Minute of the day.
        stated: Whether nothing has to be assumed about the half of the day.
        halved: Whether words beside the hour say which half of the day it is.
        form: "clock" if the words can be nothing else, "loose" if they may be a duration, "number" for a number alone.
    """

    minute: int
    stated: bool
    halved: bool
    form: str


def _words(phrases: Iterable[str]) -> str:
    """Return the pattern of whole phrases, the longest first."""
    return any_of(sorted(map(re.escape, phrases), key=len, reverse=True)) or "(?!)"


def _optional(pattern: str) -> str:
    return pattern or "(?!)"


class HourPatterns:
    """Compiled patterns of the hours of one language.

    Attributes:
        words: Words of the language.
        range: Two hours and the words that join them.
        single: One hour or part of the day, with the words that bound it.
        hour_words: Last words of hours in words.
        window_words: Last words of parts of the day.
    """

    def __init__(self, language: str) -> None:
        self.words = words = PACKS[language].hours
        self.numbers = _hour_numbers(language)
        lead = any_of(rf"(?P<{name}>{getattr(words, name)})" for name in _LEADS if getattr(words, name))
        lead = rf"(?:(?:{lead}) (?:(?:(?P<about>{words.around})|{words.at}) )?(?:(?:{_optional(words.articles)}) )?)"
        window = rf"(?P<window>{_words(words.windows)})\b"
        inner_window = window.replace("window", "bounded")
        first, second = self._clock(words, "a"), self._clock(words, "b")
        tail = rf"(?: (?:(?P<or_later>{words.or_later})|(?P<or_earlier>{words.or_earlier}))\b)?"
        joint = rf" (?:(?P<and_>{words.and_})|(?P<to>{words.to})) (?:(?:{_optional(words.articles)}) )?"
        self.range = re.compile(rf"{_NOT_BEFORE}{lead}?{first}(?:{joint}| ){second}{_NOT_AFTER}")
        self.single = re.compile(
            rf"{_NOT_BEFORE}(?:{window}|{lead}(?:{first}|(?:(?:{words.window_articles}) )?{inner_window}){tail}|"
            rf"{self._clock(words, 'c')}{tail.replace('or_', 'and_')}){_NOT_AFTER}"
        )
        self.greetings = re.compile(rf"\b(?:{words.greetings})")
        self.durations = re.compile(rf" (?:{words.durations})\b")
        self.measures = re.compile(rf"\b(?:{words.before_durations}) $")
        self.followers = words.followers | _context_words(language)
        self.boundary = re.compile(rf"[,&]|\b(?:{_words(PACKS[language].roles.clause_conjunctions)})\b")
        self.events = {"arrival": _context(words.arrival, words.home), "departure": _context(words.departure)}
        self.directions = {"return": _context(words.return_, words.home), "outbound": _context(words.outbound)}
        self.nothing = re.compile(rf"(?:{words.nothing})\b")
        self.negation = re.compile(rf" (?:{_words(PACKS[language].roles.bare_negations)})\b")
        self._clock_groups = {
            prefix: tuple(f"{prefix}_{name}" for name in _ClockWords._fields) for prefix in ("a", "b", "c")
        }
        self.hour_words = frozenset(phrase.split()[-1] for phrase in (*words.clocks, *self.numbers))
        self.window_words = frozenset(phrase.split()[-1] for phrase in words.windows)

    def _clock(self, words: HourWords, prefix: str) -> str:
        """Return the pattern of one time of day, its groups' names with a prefix."""
        shifts, additions = _words(words.minutes_before_hour), _words(words.minutes_after_hour)
        links = f"|{words.minute_links}" if words.minute_links else ""
        pattern = (
            rf"(?:(?P<name>{_words(words.clocks)})\b"
            rf"|(?P<packed>(?:[01]\d|2[0-3])[0-5]\d) (?:h|hrs|hours|{_optional(words.units)})\b"
            rf"|(?:(?P<shift>{shifts}) )?(?P<hour>\b(?:[01]?\d|2[0-4])\b|{_words(self.numbers)}\b)"
            rf"(?: (?:(?P<sign>[:h])|\.{links}) (?P<minute>[0-5]\d)\b)?"
            rf"(?: (?P<half>{words.meridiems})(?: ?m\b| \. m\b(?: \.)?))?"
            rf"(?: (?P<add>{additions})\b)?"
            rf"(?: (?:(?P<unit>{_optional(words.units)})|(?P<loose>h|{_optional(words.loose_units)}))\b)?"
            rf"(?: (?P<more>{additions})\b)?"
            rf"(?:(?: ,)? (?:(?P<am>{words.before_noon})|(?P<pm>{words.after_noon})|(?P<night>{words.at_night}))\b)?)"
        )
        return re.sub(r"\(\?P<(\w+)>", rf"(?P<{prefix}_\1>", pattern)

    def read_clock(self, match: re.Match[str], prefix: str) -> _Clock | None:
        """Return the time of day of the groups with a prefix; None if there is none."""
        words = _ClockWords(*match.group(*self._clock_groups[prefix]))
        if words.name:
            return _Clock(self.words.clocks[words.name], stated=True, halved=True, form="clock")
        if words.packed:
            minute = int(words.packed[:2]) * _HOUR + int(words.packed[2:])
            return _Clock(minute, stated=True, halved=True, form="clock")
        if words.hour is None:
            return None
        hour = int(words.hour) if words.hour.isdecimal() else self.numbers[words.hour]
        day_half = words.half_of_day(hour)
        stated = bool(day_half) or hour > _LAST_ASSUMED_HOUR or not self._has_twelve_hours(words)
        if day_half is not None:
            hour = hour % 12 + (12 if day_half == "pm" else 0)
        minute = hour * _HOUR + int(words.minute or 0)
        minute += self.words.minutes_before_hour.get(words.shift or "", 0)
        minute += self.words.minutes_after_hour.get(words.add or words.more or "", 0)
        form = "clock" if day_half or words.are_of_clock else "loose" if words.loose else "number"
        return _Clock(minute % (24 * _HOUR), stated=stated, halved=bool(day_half), form=form)

    def _has_twelve_hours(self, words: _ClockWords) -> bool:
        """Return whether the words may mean either half of the day: "after 5", "half past six", not "17:00"."""
        if words.unit and not self.words.twelve_hour_units:
            return False
        return not (words.minute or words.loose) or not str(words.hour).isdecimal()


class _ClockWords(NamedTuple):
    """Words of one time of day, by the groups of their pattern.

    Attributes:
        name: Name of an hour ("noon").
        packed: Hours and minutes without a sign between ("1830").
        shift: Words before an hour that add or subtract minutes ("half past").
        hour: The hour, in digits or as a word.
        sign: ":" or "h" between hour and minutes.
        minute: Minutes in digits.
        half: "a" or "p" of "am" and "pm".
        add: Words after an hour that add or subtract minutes.
        unit: Unit that measures no duration.
        loose: Unit that measures durations too.
        more: The same as `add`, after the unit.
        am: Words of the morning.
        pm: Words of the afternoon and the evening.
        night: Words of the night.
    """

    name: str | None
    packed: str | None
    shift: str | None
    hour: str | None
    sign: str | None
    minute: str | None
    half: str | None
    add: str | None
    unit: str | None
    loose: str | None
    more: str | None
    am: str | None
    pm: str | None
    night: str | None

    @property
    def are_of_clock(self) -> bool:
        """Return whether something beside the hour shows that it is one."""
        return any((self.sign, self.unit, self.shift, self.add, self.more))

    def half_of_day(self, hour: int) -> str | None:
        """Return "am" or "pm" where the words say so; None where they do not, or the hour is past noon."""
        if hour > 12:
            return None
        if self.half:
            return f"{self.half}m"
        if self.night:
            return "pm" if 5 <= hour < 12 else "am"
        return "am" if self.am else "pm" if self.pm else None


def _hour_numbers(language: str) -> dict[str, int]:
    """Return the hours in words from two to twelve; "one" is mostly an article."""
    return {
        " ".join(word for word in (first, *tail) if word not in "-'"): value
        for first, spellings in CARDINALS[language].items()
        for tail, value in spellings
        if 2 <= value <= 12
    }


def _context_words(language: str) -> frozenset[str]:
    roles = PACKS[language].roles
    return roles.prepositions | roles.clause_conjunctions | roles.departure_words | roles.return_words


def _context(*patterns: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{any_of(patterns)})\b")


@functools.cache
def patterns_of(language: str) -> HourPatterns:
    """Return the patterns of a language, those of the language of last resort if it has no pack; compiled once."""
    return HourPatterns(language if language in PACKS else LANGUAGES[0])


class _TextContext(NamedTuple):
    """Text around hours, and what other entities it has.

    Attributes:
        text: Normalized text.
        claimed_tokens: Tokens of dates and flight numbers.
        parts_of_day: Parts of the day of dates, by their tokens.
    """

    text: NormalizedText
    claimed_tokens: Container[int]
    parts_of_day: Mapping[int, str]

    def is_claimed(self, match: re.Match[str], group: str) -> bool:
        """Return whether a group of a match begins or ends in a date or a flight number."""
        if match.start(group) < 0:
            return False
        first, last = self.text.token_span(match, group)
        return first in self.claimed_tokens or last in self.claimed_tokens

    def is_hyphenated(self, match: re.Match[str]) -> bool:
        """Return whether a sign stands between two hours that no word joins; the normalized text has no hyphens."""
        first, last = self.text.token_span(match)
        return any(self.text.text.words[index] in {"-", "~"} for index in range(first, last))

    def half_of_day(self, match: re.Match[str]) -> str | None:
        """Return "am" or "pm" by the part of the day of a date beside the hour; None without one."""
        first, last = self.text.token_span(match)
        near = (*range(first - 1, first - 4, -1), *range(last + 1, last + 4))
        part = next((self.parts_of_day[index] for index in near if index in self.parts_of_day), None)
        return None if part in {None, "noon"} else "am" if part == "morning" else "pm"


class _Found(NamedTuple):
    """Hours in the normalized text."""

    start: int
    end: int
    minutes: MinuteRange
    confidence: float


def find_hours(
    text: NormalizedText, language: str, claimed_tokens: Container[int], parts_of_day: Mapping[int, str]
) -> list[Entity]:
    """Return the hours of a text as entities of the type "time", in order.

    Args:
        text: Normalized text.
        language: Two letters.
        claimed_tokens: Tokens of dates and flight numbers, which are no hours.
        parts_of_day: Parts of the day of dates, by their tokens: "tonight at 8".
    """
    patterns = patterns_of(language)
    # Two of three texts have neither, and only ranges need two hours: a pattern costs more than this.
    hours_at_most = sum(
        (word in patterns.hour_words or _may_be_hour(word)) and index not in claimed_tokens
        for index, word in enumerate(text.text.words)
    )
    if not hours_at_most and patterns.window_words.isdisjoint(text.text.words):
        return []
    found: list[_Found] = []
    context = _TextContext(text, claimed_tokens, parts_of_day)
    readers = ((patterns.range, _read_range), (patterns.single, _read_single))
    for pattern, read in readers if hours_at_most > 1 else readers[1:]:
        for match in pattern.finditer(text.string):
            if any(match.start() < other.end and other.start < match.end() for other in found):
                continue
            hours = read(patterns, match, context)
            if hours is not None:
                found.append(hours)
            if len(found) >= _MAX_ENTITIES:
                break
    return _build_entities(text, patterns, sorted(found), claimed_tokens)


def _may_be_hour(word: str) -> bool:
    """Return whether digits can be an hour, or hours and minutes without a sign between."""
    return word.isdecimal() and (len(word) == 4 or (len(word) <= 2 and int(word) <= 24))


def _read_range(patterns: HourPatterns, match: re.Match[str], context: _TextContext) -> _Found | None:
    """Read two hours as a range; None if they are none."""
    if any(context.is_claimed(match, f"{name}_hour") for name in "ab"):
        return None
    lead = _lead(match)
    first, second = patterns.read_clock(match, "a"), patterns.read_clock(match, "b")
    if first is None or second is None or not _is_joined(match, lead, context):
        return None
    forms = {first.form, second.form}
    if "clock" not in forms:
        if lead is None or _continues_as_duration(patterns, match):
            return None
        if forms == {"number"} and (
            lead not in patterns.words.numbers_after or not _ends_as_hour(patterns, match, context)
        ):
            return None
    start, end = _same_half(first, second)
    stated = first.form == "clock" or second.stated
    return _Found(*match.span(), (start, end), _STATED if stated else _ASSUMED)


def _is_joined(match: re.Match[str], lead: str | None, context: _TextContext) -> bool:
    """Return whether the words between two hours make them a range: "9 - 12", "from 9 to 12", "between 9 and 12"."""
    if match["and_"]:
        return lead == "between"
    return bool(match["to"]) or context.is_hyphenated(match)


def _same_half(first: _Clock, second: _Clock) -> tuple[int, int]:
    """Return two times in the likeliest half of the day: "2 to 5 pm", "between 11 and 2"."""
    start, end = first.minute, second.minute
    half_day = 12 * _HOUR
    if second.halved:
        later = not first.halved and start + half_day < end
    else:
        later = not first.stated and not second.stated and start < 6 * _HOUR
    if later:
        start += half_day
    if second.form == "number" and end < half_day and end <= start < end + half_day:
        end += half_day
    return start, end


def _read_single(patterns: HourPatterns, match: re.Match[str], context: _TextContext) -> _Found | None:
    """Read one hour or part of the day; None if it is none."""
    if match.span() == match.span("c_hour"):
        return None  # a number alone: the most frequent case
    if match["window"] or match["bounded"]:
        return _read_window(patterns, match, context)
    lead = _lead(match)
    prefix = "c" if lead is None else "a"
    clock = None if context.is_claimed(match, f"{prefix}_hour") else patterns.read_clock(match, prefix)
    if clock is None or _is_denied(match):
        return None
    if match[f"{prefix}_sign"] == "h" and not clock.halved and _measures(patterns, match, lead):
        return None
    bound = _bound(match, lead)
    if clock.form != "clock" and not _is_hour(patterns, match, context, clock, bound):
        return None
    day_half = None if clock.halved or clock.minute >= _NOON + _HOUR else context.half_of_day(match)
    minute = _likely_minute(clock, day_half, bound)
    minutes = _bounded(minute, bound, named=bool(match[f"{prefix}_name"]))
    return _Found(*match.span(), minutes, _STATED if clock.stated or day_half else _ASSUMED)


def _likely_minute(clock: _Clock, day_half: str | None, bound: str | None) -> int:
    """Return the minute of the day: in a half that a date names, else in the likelier one if none is stated."""
    if day_half is not None:
        return clock.minute % _NOON + (_NOON if day_half == "pm" else 0)
    first_of_morning = _LAST_ASSUMED_HOUR + (bound != "from_")
    return clock.minute + (_NOON if not clock.stated and clock.minute < first_of_morning * _HOUR else 0)


def _lead(match: re.Match[str]) -> str | None:
    """Return the field of the words before an hour; None without any."""
    groups = match.re.groupindex
    return next((name for name in _LEADS if name in groups and match[name]), None)


def _bound(match: re.Match[str], lead: str | None) -> str | None:
    """Return how an hour bounds the time: by the words after it, else by those before it."""
    if match["or_later"] or match["and_later"]:
        return "from_"
    if match["or_earlier"] or match["and_earlier"]:
        return "until"
    return "around" if match["about"] and lead == "at" else lead


def _bounded(minute: int, bound: str | None, *, named: bool) -> MinuteRange:
    """Return the window that a time bounds."""
    if bound in _FIRST_BOUNDS:
        return minute, None
    if bound in _LAST_BOUNDS:
        return None, minute if minute or not named else _LAST_MINUTE  # "before midnight"
    if bound == "around":
        return max(0, minute - _HOUR), min(_LAST_MINUTE, minute + _HOUR)
    return minute, minute


def _is_hour(
    patterns: HourPatterns, match: re.Match[str], context: _TextContext, clock: _Clock, bound: str | None
) -> bool:
    """Return whether the words around a number, or around one with a unit of durations too, make it an hour."""
    if bound is None:
        # An answer that is nothing else.
        return clock.form == "loose" and match.end() - match.start() == len(match.string.rstrip(" .!"))
    if clock.form == "loose":
        return bound != "range_start" and not _continues_as_duration(patterns, match)
    return bound != "between" and bound in patterns.words.numbers_after and _ends_as_hour(patterns, match, context)


def _measures(patterns: HourPatterns, match: re.Match[str], lead: str | None) -> bool:
    """Return whether the words around hours and minutes make them a duration: "a flight of 2 h 30"."""
    before = match.string[max(0, match.start() - 24) : match.start()]
    return lead == "range_start" or bool(patterns.measures.search(before)) or _continues_as_duration(patterns, match)


def _continues_as_duration(patterns: HourPatterns, match: re.Match[str]) -> bool:
    return patterns.durations.match(match.string, match.end()) is not None


def _ends_as_hour(patterns: HourPatterns, match: re.Match[str], context: _TextContext) -> bool:
    """Return whether what follows a number is nothing that it counts."""
    after = match.string[match.end() : match.end() + 24].split()
    if not after or not after[0][0].isalnum() or after[0] in patterns.followers:
        return True
    return context.text.token_at(match.end() + 1) in context.claimed_tokens


def _read_window(patterns: HourPatterns, match: re.Match[str], context: _TextContext) -> _Found | None:
    """Read a part of the day; None for a greeting, and for a part that is denied or belongs to a date."""
    name = "window" if match["window"] else "bounded"
    if context.is_claimed(match, name) or _is_denied(match):
        return None
    around = match.string[max(0, match.start() - 12) : match.end() + 2]
    if patterns.greetings.search(around) or patterns.negation.match(match.string, match.end()):
        return None
    earliest, latest = patterns.words.windows[match[name]]
    bound = _bound(match, _lead(match))
    minutes = {
        "from_": (earliest, None),
        "after": (latest, None),
        "before": (None, earliest),
        "until": (None, latest),
    }.get(bound or "", (earliest, latest))
    return _Found(*match.span(), minutes, _STATED)


def _is_denied(match: re.Match[str]) -> bool:
    """Return whether a negation right before the hours denies them: "not in the evening"."""
    before = match.string[max(0, match.start() - 24) : match.start()]
    words = _CLAUSE_EDGE.split(before)[-1].split()
    return any(BARE_NEGATION.search(" ".join(words[: len(words) - skipped])) for skipped in range(3))


def _build_entities(
    text: NormalizedText, patterns: HourPatterns, found: list[_Found], claimed_tokens: Container[int]
) -> list[Entity]:
    """Build the entities of hours, with flight and event."""
    entities: list[Entity] = []
    stop = 0
    tokens = text.text.tokens
    for hours in found:
        first, last = text.token_at(hours.start), text.token_at(hours.end - 1)
        while first in claimed_tokens:
            first += 1
        while last in claimed_tokens:
            last -= 1
        if first > last or any(index in claimed_tokens for index in range(first, last + 1)):
            continue
        start, end = tokens[first].start, tokens[last].end
        earliest, latest = hours.minutes
        facts = _context_of(text.string, patterns, hours, stop)
        if patterns.nothing.match(text.string, hours.start):
            facts["every"] = True
        entities.append(
            Entity(
                type="time",
                start=start,
                end=end,
                text=text.text.raw[start:end],
                value=TimeWindow(earliest=_as_time(earliest), latest=_as_time(latest)),
                confidence=hours.confidence,
                metadata=facts,
            )
        )
        stop = hours.end
    return _with_outbound(entities, tokens, claimed_tokens)


def _as_time(minute: int | None) -> dt.time | None:
    return None if minute is None else dt.time(*divmod(minute, _HOUR))


def _context_of(string: str, patterns: HourPatterns, hours: _Found, stop: int) -> dict[str, Any]:
    """Return flight and event of hours: by the words of their clause, else by those of the clause before."""
    begin = max(stop, hours.start - _MAX_CONTEXT_CHARS)
    for end_of_sentence in _SENTENCE_END.finditer(string, begin, hours.start):
        begin = end_of_sentence.end()
    clause_start = begin
    for boundary in patterns.boundary.finditer(string, begin, hours.start):
        clause_start = boundary.end()
    after = string[hours.end : hours.end + _MAX_CONTEXT_CHARS]
    ends = [edge.start() for edge in (_SENTENCE_END.search(after), patterns.boundary.search(after)) if edge]
    after = after[: min(ends, default=len(after))]
    contexts = [(string[clause_start : hours.end], hours.start - clause_start, after)]
    if begin < clause_start:
        contexts.append((string[begin:clause_start], clause_start - begin, ""))
    for context in contexts:
        direction, event = _nearest(patterns.directions, *context), _nearest(patterns.events, *context)
        if direction or event:
            return {"direction": direction, "event": event}
    return {"direction": None, "event": None}


def _nearest(meanings: Mapping[str, re.Pattern[str]], before: str, stop: int, after: str) -> str | None:
    """Return the meaning whose words are the last ones that begin before an offset, else the first ones after.

    Args:
        meanings: Words of each meaning.
        before: Text up to the end of the hours: "home before" reaches into them.
        stop: Offset at which the hours begin.
        after: Text after the hours.

    Returns:
        The meaning; None if neither text has one.
    """
    last = {
        name: max((found.start() for found in words.finditer(before) if found.start() < stop), default=-1)
        for name, words in meanings.items()
    }
    name = max(last, key=lambda one: last[one])
    if last[name] >= 0:
        return name
    first = {name: found.start() for name, words in meanings.items() if (found := words.search(after))}
    return min(first, key=lambda one: first[one], default=None)


def _with_outbound(entities: list[Entity], tokens: Sequence[Token], claimed_tokens: Container[int]) -> list[Entity]:
    """Return the entities; of two hours of which only one is the return's, the other is the outbound flight's.

    It is the return's too where it follows without another day and without "leaving": "back in the evening, not
    before 7 pm".
    """
    directions = [entity.metadata["direction"] for entity in entities]
    if sorted(map(str, directions)) == ["None", "return"]:
        bare = entities[directions.index(None)]
        between = (at for at, one in enumerate(tokens) if entities[0].end <= one.start < entities[1].start)
        continues = bare is entities[1] and bare.metadata["event"] is None
        same = continues and not any(at in claimed_tokens for at in between)
        bare.metadata["direction"] = "return" if same else "outbound"  # type: ignore[index]
    return entities


def direct_hours_by_place(entities: Iterable[Entity], text: str, names: Mapping[str, Iterable[str]]) -> None:
    """Set the direction of hours whose clause names an end of the trip: "arriving in Zurich before 10" is outbound.

    Args:
        entities: Entities of `find_hours`.
        text: The text.
        names: Normalized names of the "origin" and the "destination" of the trip.
    """
    for entity in entities:
        event = entity.metadata["event"]
        if event is None or entity.metadata["direction"] is not None:
            continue
        clause = f" {normalize(_CLAUSE_EDGE.split(text[: entity.end])[-1])} "
        found = [end for end in names if any(f" {name} " in clause for name in names[end])]
        if len(found) == 1:
            outbound = (found[0] == "origin") == (event == "departure")
            entity.metadata["direction"] = "outbound" if outbound else "return"  # type: ignore[index]
