"""What is known about a message when the dialogue decides: facts alone, no engine."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from asyncassist._types import Passengers
from asyncassist.nlp.entities.airlines import airline_by_code, find_airlines, is_denied_after
from asyncassist.nlp.entities.passengers import find_passengers
from asyncassist.nlp.entities.preferences import find_budget
from asyncassist.nlp.followup.airport_codes import find_code_pair
from asyncassist.nlp.followup.cues import (
    Cues,
    find_cues,
    fold_chars,
    is_contrast,
    is_enumerated,
    is_excluded,
    passenger_count_span,
)
from asyncassist.nlp.normalized import NormalizedText
from asyncassist.nlp.numbers import parse_number
from asyncassist.nlp.tokens import TokenizedText

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from asyncassist._types import Money
    from asyncassist.nlp.models import Analysis

_AIRLINE_CODE = re.compile(r"\b(?:[A-Z]{2}|[A-Z]\d|\d[A-Z])\b")
_SHORT_MESSAGE = 6
_ONLY_WORDS = re.compile(
    r"(?<!\w)(?:only|just|nur|ausschlieslich|solo|so|apenas|somente|seulement|uniquement|que|rien que|soltanto|"
    r"solamente|unicamente|or nothing|nothing but)(?!\w)"
)
_BARE_AIRLINE_CODE = re.compile(
    r"\W*(?:only |just |nur |solo |so |só |sólo |apenas |seulement )?\w\w(?: only| bitte| please| nur)?\W*"
)
_PLACE_TYPES = ("origin", "destination")
_PAIR = 2
_MAX_PASSENGERS = 20
_DATE_TYPES = ("departure_date", "return_date", "date")


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundEntity:
    """Something that a message names.

    Attributes:
        type: By the names of the NLP engine.
        value: Typed, as the engine gives it.
        start: Where it begins in the message.
        end: Where it ends.
        text: The traveller's own words.
        metadata: What else the engine says about it.
        excluded: Whether the traveller does not want it.
    """

    type: str
    value: Any
    start: int = 0
    end: int = 0
    text: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    excluded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageFacts:
    """A message as the dialogue sees it.

    Attributes:
        text: The message.
        language: Of the answer.
        intent: By the names of the NLP engine.
        entities: What the message names, in order.
        cues: What its words ask for.
        today: The traveller's day.
        money: An amount with its currency that is not said to be a limit, None when there is none.
        language_requested: Whether the message asks to go on in this language.
    """

    text: str
    language: str
    intent: str
    today: dt.date
    entities: tuple[FoundEntity, ...] = ()
    cues: Cues = field(default_factory=Cues)
    money: Money | None = None
    language_requested: bool = False

    @property
    def word_count(self) -> int:
        """How many words the message has."""
        return len(self.text.split())

    def of_type(self, *types: str) -> tuple[FoundEntity, ...]:
        """What was found of these types."""
        return tuple(item for item in self.entities if item.type in types)


def extract_facts(analysis: Analysis, *, today: dt.date, language_requested: bool = False) -> MessageFacts:
    """The facts of an analysed message.

    Words that try to steer the assistant end the message: what stands behind them is not read.

    Args:
        analysis: What the engine read.
        today: The traveller's day.
        language_requested: Whether the message asks to go on in its language.
    """
    language = analysis.language.code
    entities = analysis.entities
    dates = tuple((item.start, item.end) for item in entities if item.type in _DATE_TYPES)
    cues = find_cues(analysis.text, language=language, dates=dates)
    text, intent = analysis.text, analysis.intent.name
    if cues.injection_at is not None:
        text = text[: cues.injection_at]
        entities = tuple(item for item in entities if item.end <= cues.injection_at)
        injection_at = cues.injection_at
        cues = find_cues(text, language=language, dates=dates)
        cues = dataclasses.replace(cues, injection_at=injection_at)
        intent = "search_flight" if entities else "unknown"
    found = [
        FoundEntity(
            type=item.type,
            value=item.value,
            start=item.start,
            end=item.end,
            text=item.text,
            metadata=item.metadata,
        )
        for item in entities
    ]
    if not any(item.type in _PLACE_TYPES for item in found):
        for kind, (place, (start, end)) in zip(_PLACE_TYPES, find_code_pair(text), strict=False):
            found.append(FoundEntity(type=kind, value=place, start=start, end=end, text=text[start:end]))
    tokens = TokenizedText.from_text(text)
    found = [_apply_restatement(item, text, language) if item.type == "passengers" else item for item in found]
    if not any(item.type == "passengers" for item in found):
        found += _find_passenger_count(tokens, language)
    airlines = _find_airlines(tokens, language)
    taken = {item.value.code for item in airlines}
    found = [item for item in found if item.type != "airline" or item.value.code not in taken] + airlines
    found.sort(key=lambda item: item.start)
    return MessageFacts(
        text=text,
        language=language,
        intent=intent,
        entities=tuple(found),
        cues=cues,
        today=today,
        money=_find_money(tokens, found, language),
        language_requested=language_requested,
    )


# "Two children, so two adults and two children": what comes last is all of them.
_RESTATEMENT = re.compile(
    r"(?<!\w)(?:so|that's|that makes|meaning|also|das (?:heist|macht|sind)|insgesamt|donc|c'est-a-dire|soit|ca fait|"
    r"quindi|cioe|dunque|ossia|entonces|o sea|es decir|asi que|por tanto|ou seja|entao|portanto)(?!\w)"
)


def _apply_restatement(item: FoundEntity, text: str, language: str) -> FoundEntity:
    """The travellers as the last words count them, where those say the first again."""
    matches = list(_RESTATEMENT.finditer(fold_chars(text), item.start, item.end))
    if not matches:
        return item
    restated = find_passengers(NormalizedText(TokenizedText.from_text(text[matches[-1].end() :])), language)
    return item if restated is None else dataclasses.replace(item, value=restated.value)


def _find_passenger_count(tokens: TokenizedText, language: str) -> list[FoundEntity]:
    """How many travel, where only a number says it: "on sera trois", "siamo in cinque"."""
    match = passenger_count_span(tokens.raw, language=language)
    if match is None:
        return []
    at = next((at for at, token in enumerate(tokens.tokens) if token.start == match[0]), None)
    number = None if at is None else parse_number(tokens.tokens, at, language)
    if number is None or not 0 < number[0] <= _MAX_PASSENGERS:
        return []
    words = tokens.raw[slice(*match)]
    return [
        FoundEntity(type="passengers", value=Passengers(adults=number[0]), start=match[0], end=match[1], text=words)
    ]


_AMOUNT = re.compile(r"\d\s?(?:€|\$|£|[a-z]{3})|[€$£]\s?\d", re.IGNORECASE)


def _find_money(text: TokenizedText, found: list[FoundEntity], language: str) -> Money | None:
    """An amount of money that is named with its currency."""
    if _AMOUNT.search(text.raw) is None:
        return None
    taken = {
        at
        for at, token in enumerate(text.tokens)
        if any(item.start < token.end and token.start < item.end for item in found)
    }
    money = find_budget(NormalizedText(text), taken, ("budget",), language)
    return None if money is None or money.guessed else money.value


def _find_airlines(tokens: TokenizedText, language: str) -> list[FoundEntity]:
    """Airlines that are not wanted, by the words before them or as one of a list, and those that are instead.

    The engine leaves out what is denied, so that it fills no slot; here it is just what is looked for. Beside one that
    is not wanted, a name that is also a word ("Swiss") is an airline.
    """
    text, found = tokens.raw, list[FoundEntity]()
    named = find_airlines(tokens, expected=True)
    for one in named:
        start, end = tokens.tokens[one.first].start, tokens.tokens[one.last].end
        denied = is_excluded(text, start, language=language) or is_denied_after(tokens, one.last, language)
        if not denied and found and found[-1].excluded:
            before = found[-1]
            pair = len(named) == _PAIR and is_contrast(text, before.start, before.end, start)
            denied = is_enumerated(text, before.end, start) and not pair
        words = text[start:end]
        found.append(FoundEntity(type="airline", value=one.airline, start=start, end=end, text=words, excluded=denied))
    for match in _AIRLINE_CODE.finditer(text):
        airline = airline_by_code(match[0])
        if airline is not None and not found and _BARE_AIRLINE_CODE.fullmatch(text):
            found.append(
                FoundEntity(type="airline", value=airline, start=match.start(), end=match.end(), text=match[0])
            )
        elif airline is not None and is_excluded(text, match.start(), language=language):
            start, end = match.span()
            found.append(FoundEntity(type="airline", value=airline, start=start, end=end, text=match[0], excluded=True))
    if any(item.excluded for item in found):
        return found
    return found if found and len(text.split()) <= _SHORT_MESSAGE and _ONLY_WORDS.search(fold_chars(text)) else []
