"""Reads the commands of a message from the dialogue acts of its sentences."""

from __future__ import annotations

import dataclasses
import itertools
from typing import TYPE_CHECKING, Any, Final, cast

from asyncassist.nlp.command_types import (
    AskAboutOffers,
    AskCheapestDay,
    AskTopic,
    Book,
    ChooseOffer,
    Command,
    Inform,
    Say,
    StartOver,
    Summarize,
    Undo,
)
from asyncassist.nlp.commands.acts import Sentence, act_model, mask_entities, sentence_features, split_sentences
from asyncassist.nlp.commands.references import find_compared, find_currency, find_reference

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from asyncassist.nlp.commands.acts import ActScore
    from asyncassist.nlp.models import Entity

# Below it a sentence counts as one about the trip, which the rules of the slots then read.
_MIN_CONFIDENCE: Final = 0.4
# A message has few sentences; the bound limits the time for a hostile text.
_MAX_SENTENCES: Final = 24
_COURTESIES: Final = {
    "affirm": "affirm",
    "deny": "deny",
    "greet": "greeting",
    "thank": "thanks",
    "leave": "goodbye",
    "help": "help",
}
_SIMPLE: Final[dict[str, Callable[..., Command]]] = {
    "flexible": AskCheapestDay,
    "choose": ChooseOffer,
    "book": Book,
    "undo": Undo,
    "start_over": StartOver,
    "summary": Summarize,
}
_CHAT: Final = frozenset({"abuse", "human", "identity", "joke", "smalltalk", "story"})
# Probability below which a sentence with a day or a place is about the trip after all, unless it is a question.
_MIN_ASIDE: Final = 0.6
_SURE: Final = 0.9
# Probability from which a part of a sentence that raises a topic is a preference of its own.
_SURE_PREFERENCE: Final = 0.6
_ROUTE: Final = frozenset({"origin", "destination"})
_DATES: Final = frozenset({"departure_date", "return_date", "date"})
# Slots that only a statement of the trip fills: a sentence with one of them is no courtesy and no choice.
_TRIP_ENTITIES: Final = frozenset(
    {"origin", "destination", "departure_date", "return_date", "date", "passengers", "via"}
)
# Questions about two offers, whose numbers may read as days: "between the 1 and the 2".
_COMPARED: Final = frozenset({"compare", "recommend"})
_COMPARISONS: Final = frozenset(f"offer.{attribute}" for attribute in _COMPARED)
# Most offers of a list.
_MAX_OFFERS: Final = 10
# Questions that ask for another search where they name a day or a place: "how much is it on Friday?".
_PRICE_QUESTIONS: Final = frozenset({"compare", "currency", "details", "price", "recommend", "superlative"})


def read_commands(text: str, language: str, entities: Sequence[Entity]) -> tuple[Command, ...]:
    """Return the commands of a text, one for each sentence, in order.

    Args:
        text: The message.
        language: Two-letter code of its language.
        entities: Its entities, in order.
    """
    found: list[Command] = []
    for sentence in list(split_sentences(text))[:_MAX_SENTENCES]:
        command = _read_sentence(text, language, entities, sentence)
        parts = _parts_with_entities(text, entities, sentence) if isinstance(command, AskTopic) else []
        read = [_read_sentence(text, language, entities, part) for part in parts]
        # "preferably Air France, I am a gold member": the preference is one, the topic stands beside it.
        preferences = [one for one in read if isinstance(one, Inform) and one.confidence >= _SURE_PREFERENCE]
        if preferences and preferences[0].start == sentence.start:
            command = dataclasses.replace(command, start=preferences[-1].end)
        elif preferences:
            command = dataclasses.replace(command, end=preferences[0].start)
        found += sorted([*preferences, command], key=lambda one: one.start)
    return tuple(found)


def _parts_with_entities(text: str, entities: Sequence[Entity], sentence: Sentence) -> list[Sentence]:
    """Return the parts of a sentence between commas that have entities; none for a question or a sentence without."""
    if sentence.question or "," not in text[sentence.start : sentence.end]:
        return []
    edges = [sentence.start, *(at + 1 for at in range(sentence.start, sentence.end) if text[at] == ","), sentence.end]
    parts = [Sentence(start, end, question=False) for start, end in itertools.pairwise(edges)]
    return [part for part in parts if any(part.start <= one.start and one.end <= part.end for one in entities)]


def _read_sentence(text: str, language: str, entities: Sequence[Entity], sentence: Sentence) -> Command:
    """Return the command of one sentence."""
    model = act_model(language)
    words = mask_entities(text, sentence.start, sentence.end, entities)
    best = model.classify(sentence_features(words, question=sentence.question))
    inside = [item for item in entities if sentence.start <= item.start < sentence.end]
    numbers = [item for item in inside if _is_pair_of_numbers(item)]
    if numbers and len(numbers) == sum(item.type in _TRIP_ENTITIES for item in inside):
        rest = [item for item in inside if item not in numbers]
        words = mask_entities(text, sentence.start, sentence.end, rest)
        act = model.classify(sentence_features(words, question=sentence.question))
        if act.name in _COMPARISONS and act.confidence >= _MIN_ASIDE:
            best, inside = act, rest
    span = {"start": sentence.start, "end": sentence.end}
    command = _build_command(best, {item.type for item in inside}, span, question=sentence.question)
    if not isinstance(command, AskAboutOffers | ChooseOffer | Book):
        return command
    attribute = command.attribute if isinstance(command, AskAboutOffers) else None
    own_text = text[sentence.start : sentence.end]
    offers = find_reference(own_text, language, inside, by_measure=attribute == "superlative")
    if attribute in _COMPARED and not offers.positions:
        offers = dataclasses.replace(offers, positions=find_compared(own_text))
    command = dataclasses.replace(command, offers=offers)
    if isinstance(command, AskAboutOffers) and attribute == "currency":
        return dataclasses.replace(command, currency=find_currency(own_text))
    return command


def _is_pair_of_numbers(item: Entity) -> bool:
    """Return whether a range of dates is two small numbers without a month, which may be those of two offers."""
    last = item.metadata.get("range_end")
    if item.type not in _DATES or last is None or item.metadata.get("cycle") != "month":
        return False
    return bool(max(item.value.day, last.day) <= _MAX_OFFERS and item.value.day != last.day)


def _is_request(kinds: set[str], confidence: float, *, question: bool) -> bool:
    """Return whether a sentence with a day or a place asks for a flight, whatever else it says."""
    if kinds >= _ROUTE:
        return bool(kinds & _DATES) or (not question and confidence < _SURE)
    return not question and confidence < _MIN_ASIDE


def _build_command(act: ActScore, kinds: set[str], span: dict[str, Any], *, question: bool) -> Command:
    """Return the command of a sentence by its act, the types of its entities, and whether it has a question mark."""
    span["confidence"] = round(act.confidence, 3)
    states_trip = bool(kinds & _TRIP_ENTITIES)
    group, _, detail = act.name.partition(".")
    if act.name == "trip" or act.confidence < _MIN_CONFIDENCE:
        return Inform(**span)
    if states_trip and group != "offer" and _is_request(kinds, act.confidence, question=question):
        return Inform(**span)
    if group == "topic" or group in _CHAT:
        return AskTopic(topic=cast("Any", detail or group), **span)
    if group == "offer":
        searches = detail in _PRICE_QUESTIONS and (states_trip or "cabin" in kinds)
        if searches or (kinds >= _ROUTE and kinds & _DATES):
            return Inform(**span)
        return AskAboutOffers(attribute=cast("Any", detail), **span)
    if states_trip and group not in {"start_over", "flexible", "book", "undo"}:
        return Inform(**span)
    if group in _COURTESIES:
        return Say(intent=cast("Any", _COURTESIES[group]), **span)
    if group == "book" and states_trip:
        return Inform(**span)
    return _SIMPLE[group](**span)
