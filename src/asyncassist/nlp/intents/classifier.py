"""Intent classification by phrase patterns in a fixed order, refined by a linear model.

The order is: a courtesy if nothing else is said, then actions on a booking, then a flight search, which includes
answers to the assistant's questions. Messages about other topics are "unknown".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from asyncassist.languages.registry import union_over_packs
from asyncassist.nlp.intents import patterns
from asyncassist.nlp.intents.linear_model import intent_model
from asyncassist.nlp.models import Intent
from asyncassist.nlp.role_words import ALL_WORDS

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from asyncassist.nlp.models import Entity
    from asyncassist.nlp.normalized import NormalizedText

# Beginnings of words that can only mean a bag.
_BAGGAGE_STEMS: Final = union_over_packs(lambda pack: filter(None, pack.intents.baggage_stems.split(",")))
_NO_BAGGAGE: Final = union_over_packs(lambda pack: filter(None, pack.intents.no_baggage.split(",")))
_TRIP_SLOTS: Final = frozenset(
    {
        "origin", "destination", "departure_date", "return_date", "date", "passengers", "cabin", "airline",
        "max_stops", "budget", "trip_type",
    }
)  # fmt: skip
_ROUTE_SLOTS: Final = frozenset({"origin", "destination"})
# By precedence: "thanks, bye" is a goodbye, "yes thanks" an answer.
_COURTESIES: Final = ("goodbye", "affirm", "deny", "thanks", "greeting")
# Words that may surround the entities of a search without adding content.
_FILLER_WORDS: Final = ALL_WORDS | union_over_packs(lambda pack: pack.intents.filler_words.split())
# Minimum probability for the model to decide where no phrase matched.
_MIN_CHANCE: Final = 0.75
_MIN_COURTESY_CHANCE: Final = 0.6
# Minimum probability to replace the intent of a phrase by a request, and an unsure one by "unknown".
_MIN_REQUEST_CHANCE: Final = 0.8
_MIN_UNKNOWN_CHANCE: Final = 0.97
# Requests about a booking that the model tells from a search and from a courtesy: "no, an aisle seat please".
_REQUESTS: Final = frozenset(
    {"baggage", "cancel_booking", "change_booking", "check_in", "flight_status", "seats", "special_assistance"}
)
# Requests that have no phrases: the model tells them from all others.
_MODEL_REQUESTS: Final = frozenset({"seats", "special_assistance"})
_UNKNOWN: Final = Intent(name="unknown", confidence=0.9)


def classify(normalized: NormalizedText, entities: Sequence[Entity], asked: Sequence[str] = ()) -> Intent:
    """Return the intent of a text.

    Args:
        normalized: Normalized text.
        entities: Entities of the text.
        asked: Slots that the assistant just asked for.
    """
    string = normalized.string
    words = [word for word in string.split() if word.isalnum()]
    if not words:
        return _UNKNOWN
    kinds = {entity.type for entity in entities}
    intent = _classify_by_phrases(normalized, words, entities, kinds, asked)
    # a flight number or two places are strong evidence of what the phrases found
    sure = asked or "flight_number" in kinds or kinds >= _ROUTE_SLOTS
    if sure and intent.name != "unknown":
        return intent
    return _refine_with_model(string, intent, kinds)


def _classify_by_phrases(
    normalized: NormalizedText,
    words: Sequence[str],
    entities: Sequence[Entity],
    kinds: Collection[str],
    asked: Sequence[str],
) -> Intent:
    """Return the intent by the phrase patterns of all languages."""
    string = normalized.string
    slots = _TRIP_SLOTS & set(kinds)
    if not slots:
        courtesy = _classify_courtesy(string, words)
        if courtesy is not None:
            return courtesy
    booking = _classify_booking(string, kinds)
    if booking is not None:
        return booking
    searching = _classify_search(normalized, slots, entities, asked)
    if searching is not None:
        return searching
    off_topic = patterns.OFF_TOPIC.search(string) is not None
    if not off_topic and len(words) <= 12 and patterns.HELP.search(string):
        return Intent(name="help", confidence=0.85)
    courtesy = None if slots or off_topic else _classify_courtesy(string, words, max_extra_words=2)
    return courtesy or Intent(name="unknown", confidence=0.55 if slots else 0.8)


def _refine_with_model(string: str, intent: Intent, kinds: Collection[str]) -> Intent:
    """Return the intent after the model: it decides where phrases are unsure or it is very sure itself."""
    name, chance = intent_model().classify(string)
    if name != intent.name and _overrules(name, chance, intent, kinds, string):
        return Intent(name=name, confidence=round(chance, 3))
    return intent


def _overrules(name: str, chance: float, intent: Intent, kinds: Collection[str], string: str) -> bool:
    """Return whether the model's intent replaces that of the phrases."""
    if name == "book_flight":
        return False  # whether a text takes an offer is not to be seen in the text alone
    if intent.name == "unknown":
        least = _MIN_COURTESY_CHANCE if name in _COURTESIES else _MIN_CHANCE
        return chance >= least and not (name in _COURTESIES and kinds)
    if intent.name in _COURTESIES and intent.confidence >= 0.9:
        # nothing else is said: the model chooses among the courtesies of the text, such as "okay thanks"
        both = name in _COURTESIES and patterns.COURTESY[name].search(string) is not None
        return both and intent.name != "goodbye" and name != "greeting" and chance >= _MIN_CHANCE
    if name == "unknown":
        # no entity but a number of people: "two tickets for the opera", "cancel the pizza"
        unsupported = intent.name in {"search_flight", "cancel_booking"} and not set(kinds) - {"passengers"}
        return chance >= _MIN_UNKNOWN_CHANCE and (intent.confidence < 0.9 or unsupported) and intent.name != "help"
    if intent.name in _COURTESIES or intent.name == "help":
        return name != "greeting" and chance >= (_MIN_CHANCE if name in _COURTESIES else _MIN_REQUEST_CHANCE)
    return chance >= _MIN_REQUEST_CHANCE and name in (_REQUESTS if intent.name == "search_flight" else _MODEL_REQUESTS)


def is_goodbye(normalized: NormalizedText) -> bool:
    """Return whether the text is a goodbye and nothing else: "see you tomorrow", "bis dann"."""
    if len(normalized.string) > 60 or patterns.COURTESY["goodbye"].search(normalized.string) is None:
        return False
    intent = _classify_courtesy(normalized.string, [word for word in normalized.string.split() if word.isalnum()])
    return intent is not None and intent.name == "goodbye"


def _classify_courtesy(string: str, words: Sequence[str], max_extra_words: int = 0) -> Intent | None:
    """Return a courtesy, a yes or a no, if at most `max_extra_words` other words are said; else None."""
    if len(words) > 16:
        return None
    covered_chars: dict[str, int] = {}
    found: dict[str, int] = {}
    for name in _COURTESIES:
        spans = [match.span() for match in patterns.COURTESY[name].finditer(string)]
        if spans:
            found[name] = spans[0][0]
            covered_chars[name] = sum(end - start for start, end in spans)
    if not found:
        return None
    rest = string
    for name in found:
        rest = patterns.COURTESY[name].sub(" ", rest)
    remaining = [word for word in rest.split() if len(word) > 1 and word.isalnum() and word not in patterns.FILLERS]
    if len(remaining) > max_extra_words or (remaining and not _is_at_boundary(string, found)):
        return None
    name = _pick_courtesy(found, covered_chars)
    return Intent(name=name, confidence=0.95 if not remaining else 0.75)


def _is_at_boundary(string: str, found: dict[str, int]) -> bool:
    """Return whether a courtesy opens or closes the text: the "Tag" of "früher am Tag" is no greeting."""
    if min(found.values()) == len(string) - len(string.lstrip()):
        return True
    stripped = string.rstrip(" .!,")
    ends = [match.end() for name in found for match in patterns.COURTESY[name].finditer(stripped)]
    return set(found) != {"greeting"} and max(ends, default=0) == len(stripped)


def _pick_courtesy(found: dict[str, int], covered_chars: dict[str, int]) -> str:
    """Return the courtesy that is meant, if several match."""
    if "goodbye" in found:
        return "goodbye"
    if "deny" in found and ("affirm" not in found or found["deny"] <= found["affirm"]):
        return "deny"
    if "affirm" in found and not (
        {"thanks", "greeting"} & set(found) and covered_chars["affirm"] < max(covered_chars.values())
    ):
        return "affirm"
    if "affirm" in found and found["affirm"] == 0 and "greeting" not in found:
        return "affirm"
    return "thanks" if "thanks" in found else "greeting" if "greeting" in found else next(iter(found))


def _classify_booking(string: str, kinds: Collection[str]) -> Intent | None:
    """Return an intent about a booking, baggage or a known flight, None if there is none."""
    flight = patterns.FLIGHT.search(string) is not None or "flight_number" in kinds
    # "from Paris to Rome with hand luggage only" is a search
    searching = set(kinds) >= _ROUTE_SLOTS
    if not searching and patterns.BAGGAGE.search(string) and _is_baggage(string, flight=flight, kinds=kinds):
        return Intent(name="baggage", confidence=0.9)
    if patterns.CHECK_IN.search(string) and not patterns.OFF_TOPIC.search(string):
        return Intent(name="check_in", confidence=0.9)
    cancel = patterns.CANCEL.search(string)
    if cancel is not None and not patterns.OFF_TOPIC.search(string):
        known = patterns.BOOKED.search(string) is not None or len(string.split()) <= 4
        if known:
            return Intent(name="cancel_booking", confidence=0.9)
    if patterns.CHANGE.search(string) and not patterns.OFF_TOPIC.search(string):
        return Intent(name="change_booking", confidence=0.85)
    if not _ROUTE_SLOTS & set(kinds) and patterns.BOOK.search(string) and not patterns.OFF_TOPIC.search(string):
        return Intent(name="book_flight", confidence=0.85)
    # "boarding" and "delayed" alone need not be about a flight
    if flight and patterns.STATUS.search(string) and not (set(kinds) >= _ROUTE_SLOTS and "flight_number" not in kinds):
        return Intent(name="flight_status", confidence=0.9)
    if "flight_number" in kinds:
        return Intent(name="flight_status", confidence=0.7)
    return None


def _is_baggage(string: str, *, flight: bool, kinds: Collection[str]) -> bool:
    """Return whether the text is about a traveller's bag: lost, carried on, allowed."""
    if any(word in string for word in _BAGGAGE_STEMS):
        return not any(phrase in string for phrase in _NO_BAGGAGE)
    allowed = patterns.ALLOWED.search(string) is not None or patterns.LOST.search(string) is not None
    return flight or "airline" in kinds or allowed


def _classify_search(
    normalized: NormalizedText, slots: frozenset[str], entities: Sequence[Entity], asked: Sequence[str]
) -> Intent | None:
    """Return a flight search, or a piece of one; None if the text is not a search."""
    string = normalized.string
    off_topic = patterns.OFF_TOPIC.search(string) is not None
    flight = patterns.FLIGHT.search(string) is not None
    # two searches: one pattern for both in any order would take quadratic time
    if flight and patterns.WANT.search(string) is not None and (slots or not off_topic):
        return Intent(name="search_flight", confidence=0.95)
    if off_topic and not flight:
        return None
    if slots and (flight or asked):
        return Intent(name="search_flight", confidence=0.9)
    if patterns.TRAVEL.search(string) and _ROUTE_SLOTS & slots:
        return Intent(name="search_flight", confidence=0.9)
    wants_date = patterns.WANT.search(string) is not None and "departure_date" in slots
    if slots >= _ROUTE_SLOTS or (_ROUTE_SLOTS & slots and (len(slots) > 2 or wants_date)):
        return Intent(name="search_flight", confidence=0.85)
    if slots and not _content_words(normalized, entities):
        return Intent(name="search_flight", confidence=0.75)
    return None


def _content_words(normalized: NormalizedText, entities: Sequence[Entity]) -> list[str]:
    """Return the content words outside the entities: none in "on Friday, for two"."""
    return [
        token.folded
        for token in normalized.text.tokens
        if token.folded.isalpha()
        and token.folded not in _FILLER_WORDS
        and not any(entity.start <= token.start < entity.end for entity in entities)
    ]
