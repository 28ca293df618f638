"""What a message says about what was shown before: "cheaper", "the second one", "start over", "without Ryanair".

Pure: patterns per language on text without accents and in small letters, whose offsets are those of the text.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from asyncassist.languages.dialogue import PATTERNS, LanguagePatterns
from asyncassist.nlp.numbers import parse_number
from asyncassist.nlp.tokens import TokenizedText

if TYPE_CHECKING:
    from collections.abc import Mapping

# Words that no traveller needs and that try to steer a model; the phrase tables add the sentences of each language.
_INJECTION = re.compile(
    r"system prompt|(?<!\w)(system|assistant|developer)\s*:|<\|?/?\s*(im_start|im_end|system|endoftext|s)\s*\|?>|"
    r"\[/?inst\]|#{2,}\s*(system|instruction|prompt)|jailbreak|developer mode|\bdan mode\b|prompt injection"
)
# A time with minutes, or an hour with a word that says that it is one.
_CLOCK_TIME = re.compile(
    r"(?<![\d:.,])([01]?\d|2[0-3])(?:\s?[:h.]\s?([0-5]\d)(?!\d|\s?(?:eur|usd|€|\$))(?:\s?([ap])\.?m\b)?"
    r"|\s?([ap])\.?m\b|\s?(?:h|hs|hrs|uhr|heures?|horas?|o'clock|ore)\b)"
)
# An hour with its part of the day: "las cinco de la tarde", "3 in the afternoon".
_SPOKEN_HOUR = re.compile(
    r"(?<!\w)(\w+)(?: horas?| uhr| heures?| o'clock)? (?:de la|da|del|di|du|de l'|in the|am|dell[ao])? ?"
    r"(?:(tarde|noche|noite|pomeriggio|sera|apres-midi|soir|afternoon|evening|abends?|nachmittags?)|"
    r"(manana|manha|mattin[oa]|matin|morning|morgens?))(?!\w)"
)
# What may stand behind a number of travellers that has no noun.
_AFTER_PASSENGER_COUNT = (
    "of us|now|then|in total|actually|after all|leute|mann|insgesamt|jetzt|doch|finalement|en fait|maintenant|au total|"
    "na vdd|na verdade|no fim|alors|ahora|en total|al final|entonces|agora|no total|afinal|entao|adesso|in tutto|allora"
)
_BARE_NUMBER = re.compile(r"\W*(\d{1,2})\W*")
_NOON = 12
_NAME_SEPARATOR = re.compile(
    r"[\s,/]*(?:or|and|nor|ou|e|nem|o|y|ni|et|und|oder|noch|ne)?[\s,/]*(?:with|com|con|avec|mit|la|le|die|a|o)?\s*"
)


class _CharFolding(dict[int, str]):
    """One letter for each letter: small, without its accent."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        folded = "'" if char in "’‘ʼ`´" else unicodedata.normalize("NFKD", char)[0].casefold()[:1] or char
        self[code] = folded
        return folded


_CHAR_FOLDING = _CharFolding()


def fold_chars(text: str) -> str:
    """The text in small letters without accents, as long as it was."""
    return text.translate(_CHAR_FOLDING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cues:
    """What the words ask for.

    Attributes:
        spans: Cues by name, with the first place where they stand.
        ordinal: The place in the list that was named, from 0; -1 for the last; None when none was.
        ordinal_span: Where it stands, None when it was not named.
        points_at_offer: Whether the words point at one of several ("the ... one", "I'll take ...").
        minute_of_day: A time of day that was named, in minutes; None when none was.
        is_whole_hour: Whether that was an hour without its minutes.
        window: Minutes between which to depart, where the words say after or before which time; None when they do not.
        extra_adult: Whether one more adult travels.
        adults_mentioned: Whether the words count adults too.
        injection_at: Where words begin that try to steer the assistant; None when there are none.
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
    """The patterns of one language, ready to be matched."""

    def __init__(self, patterns: LanguagePatterns) -> None:
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
        self.after_time = re.compile(rf"(?<!\w)(?:{patterns.after_time})\s*(?:{patterns.article}|um|as|las)?\s*$")
        self.before_time = re.compile(rf"(?<!\w)(?:{patterns.before_time})\s*(?:{patterns.article}|um|as|las)?\s*$")
        self.extra_adult = re.compile(rf"(?<!\w)(?:{patterns.extra_adult})(?!\w)")
        self.adults_mentioned = re.compile(rf"(?<!\w)(?:{patterns.adults_mentioned})(?!\w)")
        self.stay_in = re.compile(rf"(?<!\w)(?:{patterns.stay_in})\s*(?:{patterns.article})?\s*$")
        self.return_ = re.compile(rf"(?<!\w)(?:{patterns.return_})")
        self.passenger_count = re.compile(
            rf"(?<!\w)(?:{patterns.passenger_count}) (\w+)(?=\W*$|\s*[,.!;]|\s(?:{_AFTER_PASSENGER_COUNT})(?!\w))"
        )
        self.departure = re.compile(rf"(?<!\w){patterns.departure}")


@functools.cache
def patterns_for(language: str) -> CompiledPatterns:
    """The patterns of a language; compiled once."""
    return CompiledPatterns(PATTERNS[language])


def find_cues(text: str, *, language: str, dates: tuple[tuple[int, int], ...] = ()) -> Cues:
    """What the words of a message ask for.

    Args:
        text: The message.
        language: One of the six.
        dates: Where dates stand in it: "the first of May" picks nothing. A date of an ordinal alone ("el segundo") may
            be either, and is left to the dialogue.
    """
    folded = fold_chars(text)
    patterns = patterns_for(language)
    spans = _resolve_overlaps(
        {name: match.span() for name, pattern in patterns.cues.items() if (match := pattern.search(folded))}
    )
    injections = [match.start() for match in (_INJECTION.search(folded), patterns.injection.search(folded)) if match]
    if language != "en" and (english := patterns_for("en").injection.search(folded)):
        injections.append(english.start())
    clock = _CLOCK_TIME.search(folded)
    ordinal, span = _find_ordinal(folded, patterns, dates) or (None, None)
    return Cues(
        spans=spans,
        ordinal=ordinal,
        ordinal_span=span,
        points_at_offer="select" in spans or bool(patterns.offer_reference.search(folded)),
        minute_of_day=_minute_of_day(clock) if clock else None,
        is_whole_hour=clock is not None and clock[2] is None,
        window=_find_window(folded, patterns, clock.start(), _minute_of_day(clock))
        if clock
        else _find_spoken_window(folded, patterns, language),
        extra_adult=bool(patterns.extra_adult.search(folded)),
        adults_mentioned=bool(patterns.adults_mentioned.search(folded)),
        injection_at=min(injections) if injections else None,
    )


# "A day later" is not "later", "the cheapest" not "cheaper": the first of each yields where both stand.
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
    """The cues without those that are part of another."""
    for name, stronger in _PRECEDENCE:
        if name in spans and any(_overlap(spans[name], spans[other]) for other in stronger if other in spans):
            del spans[name]
    return spans


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _find_ordinal(
    folded: str, patterns: CompiledPatterns, dates: tuple[tuple[int, int], ...]
) -> tuple[int, tuple[int, int]] | None:
    """The place in a list that is named, and where."""
    number = _BARE_NUMBER.fullmatch(folded) or patterns.offer_number.search(folded)
    if number:
        return int(number[1]) - 1, number.span(1)
    kept = patterns.not_ordinal.sub(lambda match: " " * len(match[0]), folded)
    kept = patterns.cues["first_class"].sub(lambda match: " " * len(match[0]), kept)
    for position, pattern in enumerate(patterns.ordinals):
        for match in pattern.finditer(kept):
            if not any(_overlap(match.span(), date) and _exceeds_ordinal(folded, match, date) for date in dates):
                return (position if position < len(patterns.ordinals) - 1 else -1), match.span()
    return None


def _exceeds_ordinal(folded: str, match: re.Match[str], date: tuple[int, int]) -> bool:
    """Whether a date is more than an ordinal and its article."""
    rest = folded[date[0] : match.start()] + folded[match.end() : date[1]]
    return match[0][0].isdigit() or len(rest.strip()) > 4


def _minute_of_day(clock: re.Match[str]) -> int:
    half = clock[3] or clock[4]
    hour = int(clock[1]) % 12 + (12 if half == "p" else 0) if half else int(clock[1])
    return hour * 60 + int(clock[2] or 0)


def _find_window(folded: str, patterns: CompiledPatterns, start: int, minute_of_day: int) -> tuple[int, int] | None:
    """Between which minutes to depart, by the word before the time; arrivals are not meant."""
    before = folded[:start]
    if patterns.after_time.search(before):
        return minute_of_day, 1439
    return (0, minute_of_day) if patterns.before_time.search(before) else None


def _find_spoken_window(folded: str, patterns: CompiledPatterns, language: str) -> tuple[int, int] | None:
    """The same of an hour that its part of the day completes: "after five in the afternoon"."""
    match = _SPOKEN_HOUR.search(folded)
    number = None if match is None else parse_number(TokenizedText.from_text(match[1]).tokens, 0, language)
    if match is None or number is None or not 0 < number[0] <= _NOON:
        return None
    hour = number[0] % _NOON + (_NOON if match[2] else 0)
    return _find_window(folded, patterns, match.start(), hour * 60)


def is_excluded(text: str, start: int, *, language: str) -> bool:
    """Whether the words before an airline's name say that it is not wanted."""
    return bool(patterns_for(language).excluded.search(fold_chars(text[:start])))


def is_enumerated(text: str, end: int, start: int) -> bool:
    """Whether what stands between two names only joins them: "Ryanair or easyJet"."""
    return bool(_NAME_SEPARATOR.fullmatch(fold_chars(text[end:start])))


_NEGATION = re.compile(r"(?<!\w)(?:not|pas|nicht|non|no|nao)\s+(?:\w+\s+)?$")


def is_contrast(text: str, first: int, end: int, start: int) -> bool:
    """Whether a comma sets what is wanted against what is not: "not Ryanair, easyJet"; "without" begins a list."""
    return text[end:start].strip() == "," and bool(_NEGATION.search(fold_chars(text[:first])))


def role_before(text: str, start: int, *, language: str) -> str | None:
    """The role that the words before a place give it: "origin", "destination" or None."""
    before = fold_chars(text[:start])
    patterns = patterns_for(language)
    if patterns.origin.search(before):
        return "origin"
    return "destination" if patterns.destination.search(before) else None


def is_stay_place(text: str, start: int, *, language: str) -> bool:
    """Whether the words before a place say that the traveller wants to be there: "a weekend in", "I must be in"."""
    return bool(patterns_for(language).stay_in.search(fold_chars(text[:start])))


def passenger_count_span(text: str, *, language: str) -> tuple[int, int] | None:
    """Where the number of travellers may stand: "three" in "on sera trois"; None where no words speak of it."""
    match = patterns_for(language).passenger_count.search(fold_chars(text))
    return None if match is None else match.span(match.lastindex or 0)


def find_unknown_place(text: str, role: str, *, language: str, known_spans: tuple[tuple[int, int], ...]) -> str | None:
    """A name that stands where a place is expected and that nobody knows: the "Xanadu" of "from Xanadu".

    Args:
        text: The message.
        role: "origin" or "destination".
        language: One of the six.
        known_spans: Where things stand that were understood.
    """
    patterns = PATTERNS[language]
    words = patterns.origin if role == "origin" else patterns.destination
    for match in re.finditer(rf"(?<!\w)(?:{words})\s+([^\W\d_][\w'’-]{{2,30}})", fold_chars(text)):
        start, end = match.span(match.lastindex or 0)
        name = text[start:end]
        if name[0].isupper() and not any(a < end and start < b for a, b in known_spans):
            return name
    return None


def warm_up() -> None:
    """Compile the patterns of all languages."""
    for language in PATTERNS:
        patterns_for(language)
