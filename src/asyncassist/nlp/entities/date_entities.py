"""Entities of dates, with the role of departure or return."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

from asyncassist.languages.registry import PACKS
from asyncassist.nlp import role_words
from asyncassist.nlp.models import Entity
from asyncassist.nlp.role_words import role_words_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asyncassist.languages.role_words import RoleWords
    from asyncassist.nlp.dates.parser import DateSpan
    from asyncassist.nlp.models import Reading
    from asyncassist.nlp.tokens import TokenizedText

_MAX_LOOKBACK: Final = 10
_SLOT_OF_ROLE: Final = {"departure": "departure_date", "return": "return_date"}
_DATE_SLOTS: Final = ("departure_date", "return_date")
_ROLE_WORDS: Final = tuple(pack.date_roles for pack in PACKS.values())
# A message may mix languages: the words of all of them count.
_BEFORE_DATE: Final = frozenset().union(*(words.before_date for words in _ROLE_WORDS))
_REFUSALS: Final = frozenset().union(*(words.refusals for words in _ROLE_WORDS))
_TRIP_NOUNS: Final = frozenset().union(*(words.trip_nouns for words in _ROLE_WORDS))
_RETURN_FARES: Final = frozenset().union(*(words.return_fares for words in _ROLE_WORDS))
_OUTWARD_WORDS: Final = frozenset().union(*(words.outward_words for words in _ROLE_WORDS))
_DIRECT_OUTWARD_WORDS: Final = frozenset({"-"}).union(*(words.direct_outward_words for words in _ROLE_WORDS))
_ROUND_TRIP_JOINS: Final = frozenset({"-"}).union(*(words.round_trip_joins for words in _ROLE_WORDS))
_HOMEWARD_WORDS: Final = frozenset().union(*(words.homeward_words for words in _ROLE_WORDS))


def build_date_entities(reading: Reading, spans: Sequence[DateSpan], *, homeward: bool) -> list[Entity]:
    """Return the dates of a text as entities with their roles, at most one per role.

    Args:
        reading: Text and dialogue context.
        spans: Dates of the text, in order.
        homeward: Whether the trip itself leads home: in "I'm in Rome and want to go back to Paris on Friday" the date
            is the departure.
    """
    text = reading.text
    lexicon = role_words_of(reading.language)
    bounds = [token_bounds(text, span) for span in spans]
    dates: list[tuple[DateSpan, int, int]] = []
    for span, (first, last) in zip(spans, bounds, strict=True):
        if _is_negated(text, lexicon, first):
            continue
        dates.append((span, first, last))
    slots = _assign_slots(reading, lexicon, dates)
    departure = reading.slots.get("departure_date")
    if homeward and len(dates) == 1 and departure is None and not reading.asked:
        slots = ["departure_date"]
    # "A week later" counts from the departure: from the one named before it, else from that of an earlier turn.
    stated = _stated_departure(dates, slots)
    for number, ((span, first, last), role) in enumerate(zip(dates, slots, strict=True)):
        start = departure if stated is None or span.start < stated.start else stated.value
        if role == "return_date" and isinstance(start, dt.date) and _depends_on_departure(span, start):
            dates[number] = span.resolve_after(start), first, last
    entities: dict[str, Entity] = {}
    for (span, first, _), role in zip(dates, slots, strict=True):
        if role == "":
            continue
        known = entities.get(role)
        if known is not None and not _is_correction(text, lexicon, known, first):
            continue
        entities[role] = build_date_entity(text, span, role)
    return sorted(entities.values(), key=lambda entity: (entity.start, entity.type))


def _stated_departure(dates: Sequence[tuple[DateSpan, int, int]], slots: Sequence[str | None]) -> DateSpan | None:
    """Return the departure that the text names first; None if it names none."""
    return next((span for (span, *_), slot in zip(dates, slots, strict=True) if slot == "departure_date"), None)


def _depends_on_departure(span: DateSpan, departure: dt.date) -> bool:
    """Return whether a return date must be resolved from the departure.

    That holds for "a week later", and for "the 12th" of a month before the departure.
    """
    return not span.anchored or (span.cycle is not None and span.value < departure)


def token_bounds(text: TokenizedText, span: DateSpan) -> tuple[int, int]:
    """Return the first and last token of a date."""
    inside = [index for index, token in enumerate(text.tokens) if token.start < span.end and span.start < token.end]
    return inside[0], inside[-1]


def build_date_entity(text: TokenizedText, span: DateSpan, kind: str, value: Any = None) -> Entity:
    """Build the entity of a date."""
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
    if span.instead_of is not None:
        metadata["instead_of"] = span.instead_of
    return Entity(
        type=kind,
        start=span.start,
        end=span.end,
        text=text.raw[span.start : span.end],
        value=value or span.value,
        confidence=0.8 if span.alternatives else 0.95,
        metadata=metadata,
    )


def _is_negated(text: TokenizedText, lexicon: RoleWords, first: int) -> bool:
    """Return whether the text denies the date: "not the 12th"."""
    words = text.words
    for index in range(first - 1, max(-1, first - 4), -1):
        word = words[index]
        if index and (words[index - 1], word) in role_words.NEGATION_PAIRS:
            return True
        if word in lexicon.negations:
            return index > 0 or word not in _REFUSALS
        if word not in _BEFORE_DATE:
            return False
    return False


def _is_correction(text: TokenizedText, lexicon: RoleWords, earlier: Entity, first: int) -> bool:
    """Return whether a later date replaces an earlier one."""
    between = [token.folded for token in text.tokens[:first] if token.start >= earlier.end]
    return any(word in lexicon.correction_words for word in between)


def _assign_slots(reading: Reading, lexicon: RoleWords, dates: Sequence[tuple[DateSpan, int, int]]) -> list[str]:
    """Return the slot of every date: by its context, then by the question, then by order."""
    text = reading.text
    roles: list[str | None] = []
    stop = -1
    for number, (span, first, last) in enumerate(dates):
        following = dates[number + 1][1] if number + 1 < len(dates) else len(text.tokens)
        role = _SLOT_OF_ROLE.get(span.role or "") or _slot_by_context(
            text, lexicon, first, last, stop=stop, following=following
        )
        roles.append(role)
        stop = last
    asked = [name for name in reading.asked if name in _DATE_SLOTS]
    for number, role in enumerate(roles):
        if role is None:
            corrects = _corrects_previous(text, lexicon, dates, number)
            roles[number] = _free_slot(dates, roles, number, asked, corrects=corrects)
    return [role or "" for role in roles]


def _free_slot(
    dates: Sequence[tuple[DateSpan, int, int]], roles: Sequence[str | None], number: int, asked: Sequence[str], *,
    corrects: bool,
) -> str:  # fmt: skip
    """Return the slot of a date that its context gives none: the one asked for, else the first free one.

    Args:
        dates: All dates of the text.
        roles: Their slots so far.
        number: Index of the date.
        asked: Slots of dates that were asked for.
        corrects: Whether the date corrects the one before it.
    """
    others = {other for other in roles if other}
    free = [name for name in asked if name not in others]
    if free and (len(asked) == 1 or number == 0 or len(free) == 1):
        return free[0]
    if "departure_date" in others and "return_date" not in others and not corrects:
        return "return_date" if _may_follow(dates[number][0], _stated_departure(dates, roles)) else ""
    return "departure_date"


def _may_follow(span: DateSpan, departure: DateSpan | None) -> bool:
    """Return whether a date that is not called the return can be it: none lies before the departure."""
    return departure is None or span.resolve_after(departure.value).value >= departure.value


def _corrects_previous(
    text: TokenizedText, lexicon: RoleWords, dates: Sequence[tuple[DateSpan, int, int]], number: int
) -> bool:
    """Return whether a date corrects the one before it."""
    if number == 0:
        return False
    between = text.words[dates[number - 1][2] + 1 : dates[number][1]]
    return any(word in lexicon.correction_words for word in between)


def _slot_by_context(
    text: TokenizedText, lexicon: RoleWords, first: int, last: int, *, stop: int, following: int
) -> str | None:
    """Return the slot by the nearest verb or noun: before the date, else after it in the same clause."""
    words = text.words
    for index in range(first - 1, max(stop, first - 1 - _MAX_LOOKBACK), -1):
        word = words[index]
        if word in lexicon.return_words and not _names_trip_type(words, index):
            return "return_date"
        if word in lexicon.departure_words or (word in lexicon.destination_words and word not in _TRIP_NOUNS):
            # "I want to go back on": the verb nearer to the date is "back"
            return "departure_date"
        if word in {".", "?", "!", ";"}:
            break
    for index in range(last + 1, min(following, last + 1 + 6)):
        word = words[index]
        if word in role_words.CLAUSE_BOUNDARIES:
            break
        if following < len(words) and not role_words.CLAUSE_BOUNDARIES.intersection(words[index:following]):
            break  # the word belongs to the next date: "Wednesday from Rome, returning on the 11th"
        if word in lexicon.return_words and not _names_trip_type(words, index):
            return "return_date"
        if word in lexicon.departure_words:
            return "departure_date"
    return None


def _names_trip_type(words: Sequence[str], index: int) -> bool:
    """Return whether "return" only names the trip type: "a return ticket", "ida y vuelta", "hin und zurück"."""
    after = words[index + 1] if index + 1 < len(words) else ""
    before = words[index - 1] if index else ""
    front = words[index - 2] if index > 1 else ""
    word = words[index]
    if (word, after) in _RETURN_FARES:
        return True
    follows_outward = (before in _ROUND_TRIP_JOINS and front in _OUTWARD_WORDS) or before in _DIRECT_OUTWARD_WORDS
    return follows_outward and word in _HOMEWARD_WORDS
