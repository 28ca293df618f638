"""Cues of follow-up messages: "cheaper", "the second one", "start over", "without Ryanair".

Pure: the patterns of each language are matched on text in lower case without accents, whose offsets are those of the
original text.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from asyncassist.languages.registry import LANGUAGES, PACKS, join_patterns
from asyncassist.nlp.numbers import parse_number
from asyncassist.nlp.tokens import TokenizedText

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asyncassist.languages.pack import MessagePatterns

# Prompt injection in any language: markup and keywords; the patterns of each language add its sentences.
_INJECTION = re.compile(
    r"system prompt|(?<!\w)(system|assistant|developer)\s*:|<\|?/?\s*(im_start|im_end|system|endoftext|s)\s*\|?>|"
    r"\[/?inst\]|(?<!#)#{2,}\s*(system|instruction|prompt)|jailbreak|developer mode|\bdan mode\b|prompt injection"
)
# A time with minutes, or an hour with its unit.
_CLOCK_TIME = re.compile(
    r"(?<![\d:.,])([01]?\d|2[0-3])(?:\s?[:h.]\s?([0-5]\d)(?!\d|\s?(?:eur|usd|€|\$))(?:\s?([ap])\.?m\b)?"
    rf"|\s?([ap])\.?m\b|\s?(?:h|{join_patterns(lambda pack: pack.times.clock_units)})\b)"
)
# An hour with a part of the day: "las cinco de la tarde", "3 in the afternoon".
_SPOKEN_HOUR = re.compile(
    rf"(?<!\w)(\w+)(?: {join_patterns(lambda pack: pack.times.spoken_units)})?"
    rf" {join_patterns(lambda pack: pack.times.part_of_day_links)}? ?"
    rf"(?:({join_patterns(lambda pack: pack.times.afternoon)})"
    rf"|({join_patterns(lambda pack: pack.times.morning)}))(?!\w)"
)
# What may follow a number of passengers that has no noun.
_AFTER_PASSENGER_COUNT = join_patterns(lambda pack: pack.followup.after_passenger_count)
_HOUR_ARTICLES = join_patterns(lambda pack: pack.times.hour_articles)
_BARE_NUMBER = re.compile(r"\W*(\d{1,2})\W*")
_NOON = 12
_NAME_SEPARATOR = re.compile(
    rf"[\s,/]*{join_patterns(lambda pack: pack.followup.name_joiner)}?[\s,/]*"
    rf"{join_patterns(lambda pack: pack.followup.name_lead_in)}?\s*"
)


class _CharFolding(dict[int, str]):
    """Translation table that maps each character to one lower-case character without its accent."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        folded = "'" if char in "’‘ʼ`´" else unicodedata.normalize("NFKD", char)[0].casefold()[:1] or char
        self[code] = folded
        return folded


_CHAR_FOLDING = _CharFolding()


def fold_chars(text: str) -> str:
    """Return the text in lower case without accents, with the same length and offsets."""
    return text.translate(_CHAR_FOLDING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cues:
    """Requests and references found in a message. `name in cues` tests for a cue.

    Attributes:
        spans: Offsets (start, end) of the first occurrence of each cue, by the cue's name.
        ordinal: Index of the offer that the message names, from 0; -1 is the last offer; None if it names none.
        ordinal_span: Offsets of the ordinal; None if there is none.
        points_at_offer: Whether the words refer to one of several offers ("the ... one", "I'll take ...").
        minute_of_day: Time of day that the message names, in minutes after midnight; None if it names none.
        is_whole_hour: Whether that time is an hour without minutes.
        window: Earliest and latest departure, in minutes after midnight, if the message gives a bound ("after 5 pm");
            else None.
        extra_adult: Whether the message adds one adult.
        adults_mentioned: Whether the message counts adults, not only children.
        injection_at: Offset at which a prompt injection begins; None if there is none.
    """

    spans: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    ordinal: int | None = None
    ordinal_span: tuple[int, int] | None = None
    points_at_offer: bool = False
    minute_of_day: int | None = None
    is_whole_hour: bool = False
    window: tuple[int, int] | None = None
    extra_adult: bool = False
    adults_mentioned: bool = False
    injection_at: int | None = None

    def __contains__(self, name: object) -> bool:
        return name in self.spans


class CompiledPatterns:
    """Compiled regular expressions of one language's patterns, with word boundaries and articles added."""

    def __init__(self, patterns: MessagePatterns) -> None:
        self.cues = {name: re.compile(rf"(?<!\w)(?:{pattern})(?!\w)") for name, pattern in patterns.cues.items()}
        self.injection = self.cues.pop("injection")
        self.ordinals = [
            re.compile(rf"(?<!\w)(?:{pattern})(?!\w)") for pattern in (*patterns.ordinals, patterns.last_ordinal)
        ]
        self.offer_number = re.compile(rf"(?<!\w){patterns.offer_number}(?![:.,]\d)")
        self.not_ordinal = re.compile(rf"(?<!\w)(?:{patterns.not_ordinal})(?!\w)")
        self.offer_reference = re.compile(patterns.offer_reference)
        self.excluded = re.compile(rf"(?<!\w)(?:{patterns.excluded})\s*(?:{patterns.article})?\s*$")
        self.origin = re.compile(rf"(?<!\w){patterns.origin}\s*(?:{patterns.article})?\s*$")
        self.destination = re.compile(rf"(?<!\w){patterns.destination}\s*(?:{patterns.article})?\s*$")
        self.after_time = re.compile(
            rf"(?<!\w)(?:{patterns.after_time})\s*(?:{patterns.article}|{_HOUR_ARTICLES})?\s*$"
        )
        self.before_time = re.compile(
            rf"(?<!\w)(?:{patterns.before_time})\s*(?:{patterns.article}|{_HOUR_ARTICLES})?\s*$"
        )
        self.extra_adult = re.compile(rf"(?<!\w)(?:{patterns.extra_adult})(?!\w)")
        self.adults_mentioned = re.compile(rf"(?<!\w)(?:{patterns.adults_mentioned})(?!\w)")
        self.stay_in = re.compile(rf"(?<!\w)(?:{patterns.stay_in})\s*(?:{patterns.article})?\s*$")
        self.return_ = re.compile(rf"(?<!\w)(?:{patterns.return_})")
        self.passenger_count = re.compile(
            rf"(?<!\w)(?:{patterns.passenger_count}) (\w+)(?=\W*$|\s*[,.!;]|\s{_AFTER_PASSENGER_COUNT}(?!\w))"
        )
        self.departure = re.compile(rf"(?<!\w){patterns.departure}")

    def without_other_ordinals(self, folded: str) -> str:
        """Return the text with blanks for phrases whose ordinal selects no offer: "first class", "the best ones first".

        The offsets stay.
        """
        for pattern in (self.not_ordinal, self.cues["first_class"], self.cues["best_first"]):
            folded = pattern.sub(lambda match: " " * len(match[0]), folded)
        return folded


@functools.cache
def patterns_for(language: str) -> CompiledPatterns:
    """Return the compiled patterns of a language; compiled once."""
    return CompiledPatterns(PACKS[language].patterns)


def find_cues(text: str, *, language: str, dates: tuple[tuple[int, int], ...] = ()) -> Cues:
    """Return the cues of a message.

    Args:
        text: The message.
        language: Two-letter code of one of the supported languages.
        dates: Offsets (start, end) of its dates: "the first of May" selects no offer. A date that is only an ordinal
            ("el segundo") may be either: the ordinal is returned and the dialogue policy decides.
    """
    folded = fold_chars(text)
    patterns = patterns_for(language)
    spans = find_cue_spans(folded, language=language)
    # Injections in English are also tried in conversations of other languages.
    tried = (_INJECTION, *(patterns_for(one).injection for one in dict.fromkeys((language, LANGUAGES[0]))))
    injections = [match.start() for pattern in tried if (match := pattern.search(folded))]
    minute_of_day, is_whole_hour, window = find_clock(folded, language=language)
    ordinal, span = _find_ordinal(folded, patterns, dates) or (None, None)
    return Cues(
        spans=spans,
        ordinal=ordinal,
        ordinal_span=span,
        points_at_offer="select" in spans or bool(patterns.offer_reference.search(folded)),
        minute_of_day=minute_of_day,
        is_whole_hour=is_whole_hour,
        window=window,
        extra_adult=bool(patterns.extra_adult.search(folded)),
        adults_mentioned=bool(patterns.adults_mentioned.search(folded)),
        injection_at=min(injections) if injections else None,
    )


def find_cue_spans(folded: str, *, language: str) -> dict[str, tuple[int, int]]:
    """Return the offsets (start, end) of the first occurrence of each cue in a folded text, by the cue's name."""
    return _resolve_overlaps(
        {
            name: match.span()
            for name, pattern in patterns_for(language).cues.items()
            if (match := pattern.search(folded))
        }
    )


def find_clock(folded: str, *, language: str) -> tuple[int | None, bool, tuple[int, int] | None]:
    """Return the first time in a folded text, whether it is an hour without minutes, and the bound that it is.

    Times are minutes after midnight; None without one, or without a bound.
    """
    patterns = patterns_for(language)
    clock = _CLOCK_TIME.search(folded)
    if clock is None:
        return None, False, _find_spoken_window(folded, patterns, language)
    minute = _minute_of_day(clock)
    return minute, clock[2] is None, _find_window(folded, patterns, clock.start(), minute)


# "A day later" is not "later", "the cheapest" not "cheaper": the cue on the left is dropped where one on the right
# overlaps it.
_PRECEDENCE = (
    ("later", ("day_after", "week_after", "latest")),
    ("earlier", ("day_before", "week_before", "earliest")),
    ("cheaper", ("cheapest", "flexible_dates")),
    ("day_after", ("flexible_dates",)),
    ("cheapest", ("flexible_dates",)),
    ("faster", ("fastest",)),
    ("latest", ("day_after", "week_after")),
    ("earliest", ("day_before", "week_before")),
    ("round_trip", ("one_way",)),
    ("direct", ("any_stops",)),
    ("book", ("start_over",)),
)


def _resolve_overlaps(spans: dict[str, tuple[int, int]]) -> dict[str, tuple[int, int]]:
    """Remove the cues that overlap a more specific one; return `spans`."""
    for name, stronger in _PRECEDENCE:
        if name in spans and any(_overlap(spans[name], spans[other]) for other in stronger if other in spans):
            del spans[name]
    return spans


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _find_ordinal(
    folded: str, patterns: CompiledPatterns, dates: tuple[tuple[int, int], ...]
) -> tuple[int, tuple[int, int]] | None:
    """Return the index of the offer that the text names (-1 is the last) and its offsets; None if it names none."""
    number = _BARE_NUMBER.fullmatch(folded) or patterns.offer_number.search(folded)
    if number:
        return int(number[1]) - 1, number.span(1)
    masked = patterns.without_other_ordinals(folded)
    for position, pattern in enumerate(patterns.ordinals):
        for match in pattern.finditer(masked):
            if not any(_overlap(match.span(), date) and _exceeds_ordinal(folded, match, date) for date in dates):
                return (position if position < len(patterns.ordinals) - 1 else -1), match.span()
    return None


def find_ordinals(folded: str, *, language: str) -> tuple[int, ...]:
    """Return the indices of all offers that a folded text names, from 0; -1 is the last offer."""
    patterns = patterns_for(language)
    number = _BARE_NUMBER.fullmatch(folded)
    if number:
        return (int(number[1]) - 1,)
    masked = patterns.without_other_ordinals(folded)
    found = [(match.start(), int(match[1]) - 1) for match in patterns.offer_number.finditer(masked)]
    last = len(patterns.ordinals) - 1
    found += [
        (match.start(), position if position < last else -1)
        for position, pattern in enumerate(patterns.ordinals)
        for match in pattern.finditer(masked)
    ]
    return tuple(dict.fromkeys(position for _, position in sorted(found)))


def _exceeds_ordinal(folded: str, match: re.Match[str], date: tuple[int, int]) -> bool:
    """Return whether a date is more than an ordinal with its article."""
    rest = folded[date[0] : match.start()] + folded[match.end() : date[1]]
    return match[0][0].isdigit() or len(rest.strip()) > 4


def _minute_of_day(clock: re.Match[str]) -> int:
    half = clock[3] or clock[4]
    hour = int(clock[1]) % 12 + (12 if half == "p" else 0) if half else int(clock[1])
    return hour * 60 + int(clock[2] or 0)


def _find_window(folded: str, patterns: CompiledPatterns, start: int, minute_of_day: int) -> tuple[int, int] | None:
    """Return the departure window that the words before a time define; None if they define none.

    Only the words right before the time count: a time of arrival ("arrive before 5 pm") is not told apart.
    """
    before = folded[:start]
    if patterns.after_time.search(before):
        return minute_of_day, 1439
    return (0, minute_of_day) if patterns.before_time.search(before) else None


def _find_spoken_window(folded: str, patterns: CompiledPatterns, language: str) -> tuple[int, int] | None:
    """Return the departure window of an hour given with its part of the day: "after five in the afternoon"."""
    match = _SPOKEN_HOUR.search(folded)
    number = None if match is None else parse_number(TokenizedText.from_text(match[1]).tokens, 0, language)
    if match is None or number is None or not 0 < number[0] <= _NOON:
        return None
    hour = number[0] % _NOON + (_NOON if match[2] else 0)
    return _find_window(folded, patterns, match.start(), hour * 60)


def is_excluded(text: str, start: int, *, language: str) -> bool:
    """Return whether the words before an airline's name exclude it ("without", "anything but").

    Args:
        text: The message.
        start: Offset at which the name begins.
        language: Two-letter code of one of the supported languages.
    """
    return bool(patterns_for(language).excluded.search(fold_chars(text[:start])))


def is_enumerated(text: str, end: int, start: int) -> bool:
    """Return whether the words between two names only join them in a list: "Ryanair or easyJet".

    Args:
        text: The message.
        end: Offset after the first name.
        start: Offset at which the second name begins.
    """
    return bool(_NAME_SEPARATOR.fullmatch(fold_chars(text[end:start])))


_NEGATION = re.compile(rf"(?<!\w){join_patterns(lambda pack: pack.followup.name_negation)}\s+(?:\w+\s+)?$")


def is_contrast(text: str, first: int, end: int, start: int) -> bool:
    """Return whether a comma contrasts an excluded name with a wanted one: "not Ryanair, easyJet".

    After "without" a comma continues a list instead.

    Args:
        text: The message.
        first: Offset at which the excluded name begins.
        end: Offset after the excluded name.
        start: Offset at which the other name begins.
    """
    return text[end:start].strip() == "," and bool(_NEGATION.search(fold_chars(text[:first])))


def role_before(text: str, start: int, *, language: str) -> str | None:
    """Return the role that the words before a place assign to it: "origin", "destination" or None.

    Args:
        text: The message.
        start: Offset at which the place's name begins.
        language: Two-letter code of one of the supported languages.
    """
    before = fold_chars(text[:start])
    patterns = patterns_for(language)
    if patterns.origin.search(before):
        return "origin"
    return "destination" if patterns.destination.search(before) else None


def is_stay_place(text: str, start: int, *, language: str) -> bool:
    """Return whether the words before a place say that the traveller stays there: "a weekend in", "I must be in".

    Args:
        text: The message.
        start: Offset at which the place's name begins.
        language: Two-letter code of one of the supported languages.
    """
    return bool(patterns_for(language).stay_in.search(fold_chars(text[:start])))


def passenger_count_span(text: str, *, language: str) -> tuple[int, int] | None:
    """Return the offsets of the word that may count the passengers ("trois" in "on sera trois"); None without one."""
    match = patterns_for(language).passenger_count.search(fold_chars(text))
    return None if match is None else match.span(match.lastindex or 0)


def find_unknown_place(text: str, role: str, *, language: str, known_spans: tuple[tuple[int, int], ...]) -> str | None:
    """Return a capitalized word where a place is expected that is no known entity: the "Xanadu" of "from Xanadu".

    Args:
        text: The message.
        role: "origin" or "destination".
        language: Two-letter code of one of the supported languages.
        known_spans: Offsets (start, end) of the recognized entities.

    Returns:
        The word as written; None if there is none.
    """
    patterns = PACKS[language].patterns
    words = patterns.origin if role == "origin" else patterns.destination
    for match in re.finditer(rf"(?<!\w)(?:{words})(?:\s+|(?<='))([^\W\d_][\w'’-]{{2,30}})", fold_chars(text)):
        start, end = match.span(match.lastindex or 0)
        name = text[start:end]
        if name[0].isupper() and not any(a < end and start < b for a, b in known_spans):
            return name
    return None


def warm_up() -> None:
    """Compile the patterns of all languages now instead of at the first message."""
    for language in PACKS:
        patterns_for(language)
