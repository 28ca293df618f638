"""Which date is the departure and which the return."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

from asyncassist.nlp import place_role_words as words
from asyncassist.nlp.entities.role_lexicon import GRAMMARS
from asyncassist.nlp.models import Entity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asyncassist.nlp.dates.parser import DateSpan
    from asyncassist.nlp.entities.role_lexicon import Grammar
    from asyncassist.nlp.models import Reading
    from asyncassist.nlp.tokens import Text

_SEEN: Final = 10
_KINDS: Final = {"departure": "departure_date", "return": "return_date"}
_DATES: Final = ("departure_date", "return_date")


def date_entities(reading: Reading, spans: Sequence[DateSpan], *, homeward: bool) -> list[Entity]:
    """The dates of a text as entities with their roles.

    Args:
        reading: The text and what is known.
        spans: Its dates, in order.
        homeward: Whether the whole trip is one home: "I'm in Rome and want to go back to Paris on Friday" departs.
    """
    text = reading.text
    grammar = GRAMMARS.get(reading.language, GRAMMARS["en"])
    bounds = [_tokens(text, span) for span in spans]
    kept: list[tuple[DateSpan, int, int]] = []
    for span, (first, last) in zip(spans, bounds, strict=True):
        if _denied(text, grammar, first):
            continue
        kept.append((span, first, last))
    roles = _roles(reading, grammar, kept)
    departure = reading.slots.get("departure_date")
    if homeward and len(kept) == 1 and departure is None and not reading.asked:
        roles = ["departure_date"]
    if isinstance(departure, dt.date):
        # "a week later": from the departure that is known from before
        kept = [
            (span.after(departure) if role == "return_date" and _open(span, departure) else span, first, last)
            for (span, first, last), role in zip(kept, roles, strict=True)
        ]
    entities: dict[str, Entity] = {}
    for (span, first, _), role in zip(kept, roles, strict=True):
        if role == "":
            continue
        known = entities.get(role)
        if known is not None and not _corrects(text, grammar, known, first):
            continue
        entities[role] = _entity(text, span, role)
    return sorted(entities.values(), key=lambda entity: (entity.start, entity.type))


def _open(span: DateSpan, departure: dt.date) -> bool:
    """Whether a return still has to be counted from the departure: "a week later", "the 12th" of an earlier month."""
    return not span.anchored or (span.cycle is not None and span.value < departure)


def _tokens(text: Text, span: DateSpan) -> tuple[int, int]:
    """The first and last token of a date."""
    inside = [index for index, token in enumerate(text.tokens) if token.start < span.end and span.start < token.end]
    return inside[0], inside[-1]


def _entity(text: Text, span: DateSpan, kind: str, value: Any = None) -> Entity:
    metadata: dict[str, Any] = {"grain": span.grain}
    if span.alternatives:
        metadata["alternatives"] = span.alternatives
    if span.range_end is not None:
        metadata["range_end"] = span.range_end
    if span.relative_to_departure is not None:
        metadata["after_departure"] = (span.relative_to_departure.days, span.relative_to_departure.months)
    if span.cycle is not None:
        metadata["cycle"] = span.cycle
    if span.part_of_day is not None:
        metadata["part_of_day"] = span.part_of_day
    return Entity(
        type=kind,
        start=span.start,
        end=span.end,
        text=text.raw[span.start : span.end],
        value=value or span.value,
        confidence=0.8 if span.alternatives else 0.95,
        metadata=metadata,
    )


def _denied(text: Text, grammar: Grammar, first: int) -> bool:
    """Whether the date is said to be what is not meant: "not the 12th"."""
    tokens = text.words
    for index in range(first - 1, max(-1, first - 4), -1):
        word = tokens[index]
        if index and (tokens[index - 1], word) in words.NOT_PAIRS:
            return True
        if word in grammar.nots:
            return index > 0 or (word not in {"no", "nao", "non"})
        if word not in {
            "on",
            "the",
            "em",
            "no",
            "el",
            "le",
            "am",
            "den",
            "il",
            "na",
            "dia",
            "para",
            "for",
            "in",
            "a",
            "'",
            "l",
        }:
            return False
    return False


def _corrects(text: Text, grammar: Grammar, known: Entity, first: int) -> bool:
    """Whether a later date takes the place of an earlier one."""
    between = [token.folded for token in text.tokens[:first] if token.start >= known.end]
    return any(word in grammar.instead for word in between)


def _roles(reading: Reading, grammar: Grammar, kept: Sequence[tuple[DateSpan, int, int]]) -> list[str]:
    """A role for every date; "" for one that says nothing of its own."""
    text = reading.text
    roles: list[str | None] = []
    stop = -1
    for number, (span, first, last) in enumerate(kept):
        following = kept[number + 1][1] if number + 1 < len(kept) else len(text.tokens)
        role = _KINDS.get(span.role or "") or _by_words(text, grammar, first, last, stop=stop, following=following)
        roles.append(role)
        stop = last
    asked = [name for name in reading.asked if name in _DATES]
    for number, role in enumerate(roles):
        if role is not None:
            continue
        others = {other for other in roles if other}
        free = [name for name in asked if name not in others]
        if free and (len(asked) == 1 or number == 0 or len(free) == 1):
            roles[number] = free[0]
        elif "departure_date" not in others:
            roles[number] = "departure_date"
        elif "return_date" not in others and not _same_clause_correction(text, grammar, kept, number):
            roles[number] = "return_date"
        else:
            roles[number] = "departure_date"
    return [role or "" for role in roles]


def _same_clause_correction(
    text: Text, grammar: Grammar, kept: Sequence[tuple[DateSpan, int, int]], number: int
) -> bool:
    """Whether a date corrects the one before it."""
    if number == 0:
        return False
    between = text.words[kept[number - 1][2] + 1 : kept[number][1]]
    return any(word in grammar.instead for word in between)


def _by_words(text: Text, grammar: Grammar, first: int, last: int, *, stop: int, following: int) -> str | None:
    """The role by the nearest word that says it: before the date, else after it in the same clause."""
    tokens = text.words
    for index in range(first - 1, max(stop, first - 1 - _SEEN), -1):
        word = tokens[index]
        if word in grammar.back and not _of_the_trip(tokens, index):
            return "return_date"
        if word in grammar.leaving or (
            word in grammar.going and word not in {"trip", "viagem", "viaje", "voyage", "viaggio"}
        ):
            # "I want to go back on": the verb nearer to the date is "back"
            return "departure_date"
        if word in {".", "?", "!", ";"}:
            break
    for index in range(last + 1, min(following, last + 1 + 6)):
        word = tokens[index]
        if word in words.CLAUSE:
            break
        if following < len(tokens) and not words.CLAUSE.intersection(tokens[index:following]):
            break  # it belongs to the next date: "Wednesday from Rome, returning on the 11th"
        if word in grammar.back and not _of_the_trip(tokens, index):
            return "return_date"
        if word in grammar.leaving:
            return "departure_date"
    return None


def _of_the_trip(tokens: Sequence[str], index: int) -> bool:
    """Whether "return" only names the kind of trip: "a return ticket", "ida y vuelta", "hin und zurück"."""
    after = tokens[index + 1] if index + 1 < len(tokens) else ""
    before = tokens[index - 1] if index else ""
    front = tokens[index - 2] if index > 1 else ""
    word = tokens[index]
    if word == "return" and after in {"ticket", "tickets", "fare", "flights"}:
        return True
    kind = (before in {"e", "y", "und", "-"} and front in {"ida", "andata", "hin", "aller"}) or before in {"aller", "-"}
    return kind and word in {"volta", "vuelta", "regreso", "regresso", "ritorno", "zuruck", "retour"}
