"""Fills the origin and destination slots: roles, ambiguous names, corrections, and unknown places."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from asyncassist._places import place_key, place_table
from asyncassist._types import Place
from asyncassist.assistant.actions import AskSlot, SayPhrase
from asyncassist.assistant.ambiguous_places import (
    candidate_places,
    country_name,
    find_namesake,
    nearest_candidate,
    region_name,
)
from asyncassist.assistant.areas import area_named, find_area, is_area
from asyncassist.languages.registry import LANGUAGES, join_patterns
from asyncassist.nlp.followup.cues import find_unknown_place, fold_chars, is_stay_place, patterns_for, role_before
from asyncassist.nlp.role_words import role_words_of
from asyncassist.nlp.rule_extractor import KNOWN_WORDS
from asyncassist.nlp.tokens import TokenizedText

if TYPE_CHECKING:
    from collections.abc import Callable

    from asyncassist.assistant.areas import Area
    from asyncassist.assistant.tracking.turn import TurnContext
    from asyncassist.nlp.commands.message_facts import FoundEntity, MessageFacts

PLACE_SLOTS = ("origin", "destination")
_MIN_NAME_LENGTH = 3
MAX_ALTERNATIVES = 2
"""Most further places that are searched beside an origin or a destination."""


def fill_places(turn: TurnContext) -> None:
    """Fill origin and destination from the places of the message."""
    if _apply_replacement(turn):
        return
    found = [item for item in turn.facts.of_type(*PLACE_SLOTS) if isinstance(item.value, Place)]
    _fill_named_places(turn, _resolve_choice(turn, found))
    if not found:
        _apply_instead_of(turn)
        _fill_proposed_place(turn)
        _swap_places(turn)
        _fill_namesake(turn)
    _reject_unknown_place(turn, found)


def _resolve_choice(turn: TurnContext, found: list[FoundEntity]) -> list[FoundEntity]:
    """Resolve an open choice ("which San José?") by number, country, code or name, else to the likeliest place.

    Returns:
        The places of the message that are not part of the answer.
    """
    state = turn.state
    if not state.choices or state.asked not in PLACE_SLOTS:
        return found
    slot, choices = state.asked, state.choices
    # Settled either way: the question about a name is posed only once per conversation.
    turn.state = state.replace(
        choices=(), choice_text="", settled=state.settled | {f"place:{fold_chars(state.choice_text)}"}
    )
    chosen = _match_choice(turn.facts, choices)
    if chosen is None and (found or is_area(state.choice_text)):
        return found
    turn.set_slot(slot, chosen or choices[0])
    codes = {place.code for place in choices}
    return [item for item in found if item.value.code not in codes]


_NEGATED_PLACE = re.compile(
    rf" {join_patterns(lambda pack: pack.tracking.place_negation)}"
    rf"(?: {join_patterns(lambda pack: pack.tracking.negated_place_lead_in)})* \w+(?= )"
)


def _match_choice(facts: MessageFacts, choices: tuple[Place, ...]) -> Place | None:
    """Return the choice that the message names, None if it names none or several."""
    codes = {item.value.code for item in facts.entities if isinstance(item.value, Place)}
    ordinal = facts.cues.ordinal
    if ordinal is not None and -1 <= ordinal < len(choices):
        return choices[ordinal]
    text = _NEGATED_PLACE.sub(" ", f" {_split_words(fold_chars(facts.text))} ")
    # Regions first: they distinguish namesakes, whose names are equal.
    for names in (_region_names(facts.language), _place_names):
        matching = [
            place
            for place in choices
            if any(f" {_split_words(fold_chars(name))} " in text for name in names(place) if name)
        ]
        if len(matching) == 1:
            return matching[0]
    matching = [place for place in choices if place.code in codes]
    return matching[0] if len(matching) == 1 and len(codes) == 1 else None


def _region_names(language: str) -> Callable[[Place], set[str]]:
    """Return a function that gives the names of a place's country and state, in the language and in English."""
    return lambda place: {
        country_name(place.country, language),
        country_name(place.country, LANGUAGES[0]),
        region_name(place),
    }


def _place_names(place: Place) -> set[str]:
    """Return the name and code of a place."""
    return {place.name, place.code}


def _split_words(folded: str) -> str:
    """Replace everything but letters and digits by spaces."""
    return "".join(char if char.isalnum() else " " for char in folded)


def _fill_named_places(turn: TurnContext, found: list[FoundEntity]) -> None:
    """Fill each place into the slot of its role; an ambiguous name leads to a question, once per name."""
    state = turn.state
    for item in found:
        slot = _place_slot(turn, item, alone=len(found) == 1)
        others_of_trip = [
            *(one.value for one in found if one is not item),
            *(place for name, place in state.slots.items() if name in PLACE_SLOTS and name != slot),
        ]
        options = candidate_places(item.value, item.metadata, name=item.text, known_places=others_of_trip)
        meant = nearest_candidate(options, others_of_trip) if options else None
        if (
            options
            and meant is None
            and turn.question is None
            and f"place:{fold_chars(item.text)}" not in state.settled
        ):
            turn.state = turn.state.with_slots(**{slot: None}).replace(choices=options, choice_text=item.text)
            turn.changed.add(slot)
            turn.question = turn.question or AskSlot(slot=slot, choices=options, name=item.text)
        else:
            turn.set_slot(slot, meant or item.value)
            others = tuple(other for first, other in turn.facts.alternatives if first == item.value)
            turn.set_slot(f"more_{slot}s", others[:MAX_ALTERNATIVES] or None)


def _swap_places(turn: TurnContext) -> None:
    """Swap origin and destination on "the other way round"."""
    slots = turn.state.slots
    dated = turn.facts.of_type("departure_date", "return_date", "date")
    if "swap" in turn.facts.cues and not dated and all(name in slots for name in PLACE_SLOTS):
        turn.state = turn.state.with_slots(
            origin=slots["destination"],
            destination=slots["origin"],
            more_origins=slots.get("more_destinations"),
            more_destinations=slots.get("more_origins"),
        )
        turn.changed.update(PLACE_SLOTS)


_INSTEAD_OF = re.compile(rf"(?<!\w){join_patterns(lambda pack: pack.tracking.instead_of)}(?!\w)")


def _apply_instead_of(turn: TurnContext) -> None:
    """Replace a place by a name that is also a common word, after "instead of": "faro em vez de porto"."""
    match = _INSTEAD_OF.search(fold_chars(turn.facts.text))
    if match is None:
        return
    new, old = (place_key(part).split() for part in (turn.facts.text[: match.start()], turn.facts.text[match.end() :]))
    for slot in PLACE_SLOTS:
        place = turn.state.slots.get(slot)
        given = _find_places([old[:size] for size in (3, 2, 1)])
        if place is None or place.city not in {one.city for one in given}:
            continue
        for one in _find_places([new[-size:] for size in (3, 2, 1)])[:1]:
            turn.set_slot(slot, one)
            return


_REPLACEMENT = re.compile(
    rf"(?<!\w){join_patterns(lambda pack: pack.tracking.replace_verb)}\s+(?:\w{{1,3}}\s+)?(\w[\w ]{{2,24}}?)\s+"
    rf"{join_patterns(lambda pack: pack.tracking.replace_preposition)}\s+(?:\w{{1,3}}\s+)?(\w[\w ]{{2,24}}?)\s*"
    rf"(?:[?!.,]|$|{join_patterns(lambda pack: pack.tracking.replace_end)})"
)


def _apply_replacement(turn: TurnContext) -> bool:
    """Replace one place by another: "troca Lisboa por Madri", "swap Rome for Milan"; return True if done."""
    match = _REPLACEMENT.search(fold_chars(turn.facts.text))
    if match is None:
        return False
    old, new = (_find_places([place_key(turn.facts.text[slice(*match.span(at))]).split()]) for at in (1, 2))
    for slot in PLACE_SLOTS:
        place = turn.state.slots.get(slot)
        if new and place is not None and place.city in {one.city for one in old}:
            turn.set_slot(slot, new[0])
            return True
    return False


def _find_places(names: list[list[str]]) -> list[Place]:
    """Return the places of the first known name; names are given as lists of words."""
    table = place_table()
    found = next((found for name in names if (found := table.find_by_name(" ".join(name)))), ())
    return [table.place(index) for index in found]


_PROPOSAL = re.compile(
    rf"(?<!\w){join_patterns(lambda pack: pack.tracking.proposal)}\s+"
    rf"(?:{join_patterns(lambda pack: pack.tracking.proposal_preposition)} )?(\w[\w -]{{2,24}}?)\s*[?!.]*$"
)


def _fill_proposed_place(turn: TurnContext) -> None:
    """Take a proposed name as the place that is asked for: "tiens, pourquoi pas rome"."""
    match = _PROPOSAL.search(fold_chars(turn.facts.text))
    if match is None or turn.state.asked not in PLACE_SLOTS:
        return
    found = _find_places([place_key(turn.facts.text[slice(*match.span(1))]).split()])
    if found:
        turn.set_slot(turn.state.asked, found[0])


def _fill_namesake(turn: TurnContext) -> None:
    """Replace a place by its namesake in the state or country that a message names, at any time after the question."""
    if turn.answered or turn.facts.entities:
        return
    text = _NEGATED_PLACE.sub(" ", f" {_split_words(fold_chars(turn.facts.text))} ")
    for slot in ("destination", "origin"):
        place = turn.state.slots.get(slot)
        other = None if place is None else find_namesake(place, text)
        if other is not None:
            turn.set_slot(slot, other)
            turn.answered = True
            return


def _place_slot(turn: TurnContext, item: FoundEntity, *, alone: bool) -> str:
    """Return the slot of a place: by the words before it, else by the open question, else as the engine assigned it."""
    asked, slots = turn.state.asked, turn.state.slots
    if not alone:
        return item.type
    text, language = turn.facts.text, turn.facts.language
    stated_role = role_before(text, item.start, language=language)
    if stated_role is None and item.type == "origin" and is_stay_place(text, item.start, language=language):
        return "destination"
    if stated_role is None and asked not in PLACE_SLOTS:
        # "Gatwick rather" after "from Luton": another airport of a city that is in the trip.
        near = [slot for slot in PLACE_SLOTS if slot in slots and _is_same_city(slots[slot], item.value)]
        if len(near) == 1 and item.type != near[0]:
            return near[0]
    if asked in PLACE_SLOTS and asked != item.type and stated_role is None and asked not in slots:
        return asked
    return item.type


def _is_same_city(one: Place, other: Place) -> bool:
    """Return True if two different places are in one city, such as two of its airports."""
    return one.code != other.code and one.country == other.country and bool(one.city) and one.city == other.city


def _reject_unknown_place(turn: TurnContext, found: list[FoundEntity]) -> None:
    """Reject a place name that is in no table, after a preposition or as a short answer to the question for a place."""
    facts, asked = turn.facts, turn.state.asked
    if turn.answered:
        return
    known = tuple((item.start, item.end) for item in facts.entities)
    mentioned = {item.type for item in found}
    for slot in PLACE_SLOTS:
        if slot in mentioned or slot in turn.state.slots:
            continue
        if _ask_in_area(turn, slot, find_area(facts.text, slot, language=facts.language, known_spans=known)):
            return
        name = find_unknown_place(facts.text, slot, language=facts.language, known_spans=known)
        name = name or (_unread_origin(turn) if slot == "origin" else None)
        if name:
            turn.reject_slot(slot, SayPhrase(key="unknown_place", values={"name": name}))
            return
    has_no_facts = (
        not facts.entities and not facts.cues.spans and facts.cues.ordinal is None and facts.cues.injection_at is None
    )
    if (
        asked in PLACE_SLOTS
        and has_no_facts
        and facts.intent == "unknown"
        and facts.word_count <= 3
        and "?" not in facts.text
    ):
        if _ask_in_area(turn, asked, area_named(facts.text)):
            return
        name = facts.text.strip(" .!,;:\"'“”«»\n\t")[:40]
        if name.replace(" ", "").replace("-", "").replace("'", "").isalpha():
            turn.reject_slot(asked, SayPhrase(key="unknown_place", values={"name": name}))


def _ask_in_area(turn: TurnContext, slot: str, area: Area | None) -> bool:
    """Ask for a city of a country or state, or take its only one; return False without an area."""
    if area is None:
        return False
    if len(area.cities) == 1:
        turn.set_slot(slot, area.cities[0])
        return True
    turn.state = turn.state.replace(choices=area.cities, choice_text=area.name)
    turn.changed.add(slot)
    turn.question = turn.question or AskSlot(slot=slot, choices=area.cities, name=area.name)
    return True


def _unread_origin(turn: TurnContext) -> str | None:
    """Return the unknown word before a destination and its preposition: the "manc" of "flights manc to krakow"."""
    place = next(iter(turn.facts.of_type("destination")), None)
    if place is None:
        return None
    text = TokenizedText.from_text(turn.facts.text[: place.start])
    if len(text.words) < 2 or text.words[-1] not in role_words_of(turn.facts.language).destination | {"-"}:
        return None
    token = text.tokens[-2]
    taken = any(item.start < token.end and token.start < item.end for item in turn.facts.entities)
    is_name = token.folded.isalpha() and len(token.folded) >= _MIN_NAME_LENGTH and token.folded not in KNOWN_WORDS
    return token.raw if is_name and not taken and text.words[-3:-2] and _is_route_start(turn, text.words[-3]) else None


def _is_route_start(turn: TurnContext, word: str) -> bool:
    """Return whether a route may begin after a word: "flights", "from"."""
    folded = patterns_for(turn.facts.language).cues["flight"]
    return folded.fullmatch(word) is not None or word in role_words_of(turn.facts.language).origin
