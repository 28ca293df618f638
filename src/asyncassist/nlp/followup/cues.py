"""What a message says about what was shown before: "cheaper", "the second one", "start over", "without Ryanair".

Pure: patterns per language on text without accents and in small letters, whose offsets are those of the text.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from asyncassist.languages.dialogue import HEARD, Heard
from asyncassist.nlp.numbers import parse_number
from asyncassist.nlp.tokens import TokenizedText

if TYPE_CHECKING:
    from collections.abc import Mapping

# Words that no traveller needs and that try to steer a model; the phrase tables add the sentences of each language.
_STEERING = re.compile(
    r"system prompt|(?<!\w)(system|assistant|developer)\s*:|<\|?/?\s*(im_start|im_end|system|endoftext|s)\s*\|?>|"
    r"\[/?inst\]|#{2,}\s*(system|instruction|prompt)|jailbreak|developer mode|\bdan mode\b|prompt injection"
)
# A time with minutes, or an hour with a word that says that it is one.
_CLOCK = re.compile(
    r"(?<![\d:.,])([01]?\d|2[0-3])(?:\s?[:h.]\s?([0-5]\d)(?!\d|\s?(?:eur|usd|€|\$))(?:\s?([ap])\.?m\b)?"
    r"|\s?([ap])\.?m\b|\s?(?:h|hs|hrs|uhr|heures?|horas?|o'clock|ore)\b)"
)
# An hour with its part of the day: "las cinco de la tarde", "3 in the afternoon".
_HOUR = re.compile(
    r"(?<!\w)(\w+)(?: horas?| uhr| heures?| o'clock)? (?:de la|da|del|di|du|de l'|in the|am|dell[ao])? ?"
    r"(?:(tarde|noche|noite|pomeriggio|sera|apres-midi|soir|afternoon|evening|abends?|nachmittags?)|"
    r"(manana|manha|mattin[oa]|matin|morning|morgens?))(?!\w)"
)
# What may stand behind a number of travellers that has no noun.
_AFTER_HEADS = (
    "of us|now|then|in total|actually|after all|leute|mann|insgesamt|jetzt|doch|finalement|en fait|maintenant|au total|"
    "na vdd|na verdade|no fim|alors|ahora|en total|al final|entonces|agora|no total|afinal|entao|adesso|in tutto|allora"
)
_BARE = re.compile(r"\W*(\d{1,2})\W*")
_NOON = 12
_CHAIN = re.compile(
    r"[\s,/]*(?:or|and|nor|ou|e|nem|o|y|ni|et|und|oder|noch|ne)?[\s,/]*(?:with|com|con|avec|mit|la|le|die|a|o)?\s*"
)


class _Folding(dict[int, str]):
    """One letter for each letter: small, without its accent."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        folded = "'" if char in "’‘ʼ`´" else unicodedata.normalize("NFKD", char)[0].casefold()[:1] or char
        self[code] = folded
        return folded


_FOLDING = _Folding()


def fold(text: str) -> str:
    """The text in small letters without accents, as long as it was."""
    return text.translate(_FOLDING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cues:
    """What the words ask for.

    Attributes:
        names: Cues by name, with the first place where they stand.
        ordinal: The place in the list that was named, from 0; -1 for the last; None when none was.
        ordinal_span: Where it stands, None when it was not named.
        pointing: Whether the words point at one of several ("the ... one", "I'll take ...").
        minutes: A time of day that was named, in minutes; None when none was.
        whole_hour: Whether that was an hour without its minutes.
        window: Minutes between which to depart, where the words say after or before which time; None when they do not.
        one_more: Whether one more adult travels.
        adults: Whether the words count adults too.
        steered: Where words begin that try to steer the assistant; None when there are none.
    """

    names: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    ordinal: int | None = None
    ordinal_span: tuple[int, int] | None = None
    pointing: bool = False
    minutes: int | None = None
    whole_hour: bool = False
    window: tuple[int, int] | None = None
    one_more: bool = False
    adults: bool = False
    steered: int | None = None

    def __contains__(self, name: object) -> bool:
        return name in self.names


class _Ear:
    """The patterns of one language, ready to be matched."""

    def __init__(self, heard: Heard) -> None:
        self.cues = {name: re.compile(rf"(?<!\w)(?:{pattern})(?!\w)") for name, pattern in heard.cues.items()}
        self.steering = self.cues.pop("injection")
        self.ordinals = [re.compile(rf"(?<!\w)(?:{pattern})(?!\w)") for pattern in (*heard.ordinals, heard.last)]
        self.number = re.compile(rf"(?<!\w){heard.number}(?![:.,]\d)")
        self.not_ordinal = re.compile(rf"(?<!\w)(?:{heard.not_ordinal})(?!\w)")
        self.the_one = re.compile(heard.the_one)
        self.excluded = re.compile(rf"(?<!\w)(?:{heard.excluded})\s*(?:{heard.article})?\s*$")
        self.origin = re.compile(rf"(?<!\w){heard.origin}\s*(?:{heard.article})?\s*$")
        self.destination = re.compile(rf"(?<!\w){heard.destination}\s*(?:{heard.article})?\s*$")
        self.after = re.compile(rf"(?<!\w)(?:{heard.after})\s*(?:{heard.article}|um|as|las)?\s*$")
        self.before = re.compile(rf"(?<!\w)(?:{heard.before})\s*(?:{heard.article}|um|as|las)?\s*$")
        self.one_more = re.compile(rf"(?<!\w)(?:{heard.one_more})(?!\w)")
        self.adults = re.compile(rf"(?<!\w)(?:{heard.adults})(?!\w)")
        self.stays = re.compile(rf"(?<!\w)(?:{heard.stay})\s*(?:{heard.article})?\s*$")
        self.back = re.compile(rf"(?<!\w)(?:{heard.back})")
        self.heads = re.compile(rf"(?<!\w)(?:{heard.heads}) (\w+)(?=\W*$|\s*[,.!;]|\s(?:{_AFTER_HEADS})(?!\w))")
        self.leave = re.compile(rf"(?<!\w){heard.leave}")


@functools.cache
def ear(language: str) -> _Ear:
    """The patterns of a language; compiled once."""
    return _Ear(HEARD[language])


def find_cues(text: str, *, language: str, dates: tuple[tuple[int, int], ...] = ()) -> Cues:
    """What the words of a message ask for.

    Args:
        text: The message.
        language: One of the six.
        dates: Where dates stand in it: "the first of May" picks nothing. A date of an ordinal alone ("el segundo") may
            be either, and is left to the dialogue.
    """
    folded = fold(text)
    me = ear(language)
    names = _settled({name: match.span() for name, pattern in me.cues.items() if (match := pattern.search(folded))})
    steering = [match.start() for match in (_STEERING.search(folded), me.steering.search(folded)) if match]
    if language != "en" and (english := ear("en").steering.search(folded)):
        steering.append(english.start())
    clock = _CLOCK.search(folded)
    ordinal, span = _ordinal(folded, me, dates) or (None, None)
    return Cues(
        names=names,
        ordinal=ordinal,
        ordinal_span=span,
        pointing="pick" in names or bool(me.the_one.search(folded)),
        minutes=_minutes(clock) if clock else None,
        whole_hour=clock is not None and clock[2] is None,
        window=_window(folded, me, clock.start(), _minutes(clock)) if clock else _spoken_window(folded, me, language),
        one_more=bool(me.one_more.search(folded)),
        adults=bool(me.adults.search(folded)),
        steered=min(steering) if steering else None,
    )


# "A day later" is not "later", "the cheapest" not "cheaper": the first of each yields where both stand.
_YIELDS = (
    ("later", ("day_after", "week_after", "latest")),
    ("earlier", ("day_before", "week_before", "earliest")),
    ("cheaper", ("cheapest", "days")),
    ("day_after", ("days",)),
    ("cheapest", ("days",)),
    ("faster", ("fastest",)),
    ("latest", ("day_after", "week_after")),
    ("earliest", ("day_before", "week_before")),
    ("round_trip", ("one_way",)),
    ("direct", ("any_stops",)),
    ("book", ("start_over",)),
)


def _settled(names: dict[str, tuple[int, int]]) -> dict[str, tuple[int, int]]:
    """The cues without those that are part of another."""
    for name, stronger in _YIELDS:
        if name in names and any(_overlap(names[name], names[other]) for other in stronger if other in names):
            del names[name]
    return names


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _ordinal(folded: str, me: _Ear, dates: tuple[tuple[int, int], ...]) -> tuple[int, tuple[int, int]] | None:
    """The place in a list that is named, and where."""
    bare = _BARE.fullmatch(folded) or me.number.search(folded)
    if bare:
        return int(bare[1]) - 1, bare.span(1)
    kept = me.not_ordinal.sub(lambda match: " " * len(match[0]), folded)
    kept = me.cues["first_class"].sub(lambda match: " " * len(match[0]), kept)
    for place, pattern in enumerate(me.ordinals):
        for match in pattern.finditer(kept):
            if not any(_overlap(match.span(), date) and _says_more(folded, match, date) for date in dates):
                return (place if place < len(me.ordinals) - 1 else -1), match.span()
    return None


def _says_more(folded: str, match: re.Match[str], date: tuple[int, int]) -> bool:
    """Whether a date is more than an ordinal and its article."""
    rest = folded[date[0] : match.start()] + folded[match.end() : date[1]]
    return match[0][0].isdigit() or len(rest.strip()) > 4


def _minutes(clock: re.Match[str]) -> int:
    half = clock[3] or clock[4]
    hour = int(clock[1]) % 12 + (12 if half == "p" else 0) if half else int(clock[1])
    return hour * 60 + int(clock[2] or 0)


def _window(folded: str, me: _Ear, start: int, minutes: int) -> tuple[int, int] | None:
    """Between which minutes to depart, by the word before the time; arrivals are not meant."""
    before = folded[:start]
    if me.after.search(before):
        return minutes, 1439
    return (0, minutes) if me.before.search(before) else None


def _spoken_window(folded: str, me: _Ear, language: str) -> tuple[int, int] | None:
    """The same of an hour that its part of the day completes: "after five in the afternoon"."""
    match = _HOUR.search(folded)
    number = None if match is None else parse_number(TokenizedText.from_text(match[1]).tokens, 0, language)
    if match is None or number is None or not 0 < number[0] <= _NOON:
        return None
    hour = number[0] % _NOON + (_NOON if match[2] else 0)
    return _window(folded, me, match.start(), hour * 60)


def is_excluded(text: str, start: int, *, language: str) -> bool:
    """Whether the words before an airline's name say that it is not wanted."""
    return bool(ear(language).excluded.search(fold(text[:start])))


def is_listed(text: str, end: int, start: int) -> bool:
    """Whether what stands between two names only joins them: "Ryanair or easyJet"."""
    return bool(_CHAIN.fullmatch(fold(text[end:start])))


_BARE_NOT = re.compile(r"(?<!\w)(?:not|pas|nicht|non|no|nao)\s+(?:\w+\s+)?$")


def is_contrast(text: str, first: int, end: int, start: int) -> bool:
    """Whether a comma sets what is wanted against what is not: "not Ryanair, easyJet"; "without" begins a list."""
    return text[end:start].strip() == "," and bool(_BARE_NOT.search(fold(text[:first])))


def role_before(text: str, start: int, *, language: str) -> str | None:
    """The role that the words before a place give it: "origin", "destination" or None."""
    before = fold(text[:start])
    me = ear(language)
    if me.origin.search(before):
        return "origin"
    return "destination" if me.destination.search(before) else None


def stays_before(text: str, start: int, *, language: str) -> bool:
    """Whether the words before a place say that the traveller wants to be there: "a weekend in", "I must be in"."""
    return bool(ear(language).stays.search(fold(text[:start])))


def heads(text: str, *, language: str) -> tuple[int, int] | None:
    """Where the number of travellers may stand: "three" in "on sera trois"; None where no words speak of it."""
    match = ear(language).heads.search(fold(text))
    return None if match is None else match.span(match.lastindex or 0)


def unknown_name(text: str, role: str, *, language: str, known: tuple[tuple[int, int], ...]) -> str | None:
    """A name that stands where a place is expected and that nobody knows: the "Xanadu" of "from Xanadu".

    Args:
        text: The message.
        role: "origin" or "destination".
        language: One of the six.
        known: Where things stand that were understood.
    """
    heard = HEARD[language]
    words = heard.origin if role == "origin" else heard.destination
    for match in re.finditer(rf"(?<!\w)(?:{words})\s+([^\W\d_][\w'’-]{{2,30}})", fold(text)):
        start, end = match.span(match.lastindex or 0)
        name = text[start:end]
        if name[0].isupper() and not any(a < end and start < b for a, b in known):
            return name
    return None


def warm_up() -> None:
    """Compile the patterns of all languages."""
    for language in HEARD:
        ear(language)
