"""What the traveller wants, or that it is none of what this package knows.

By phrases, in an order of their own: courtesy when nothing else is said, then what is done with a booking, then the
search, which is also what answers to the assistant's questions are. What speaks of other things is "unknown".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from asyncassist.nlp.intents import patterns
from asyncassist.nlp.intents.linear_model import intent_model
from asyncassist.nlp.models import Intent
from asyncassist.nlp.place_role_words import EVERY

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from asyncassist.nlp.models import Entity
    from asyncassist.nlp.normalized import Flat

# Beginnings of words that mean a bag and nothing else.
_BAGS: Final = frozenset(
    {
        "luggage", "baggage", "carry", "bagag", "equipaje", "gepack", "bagagli", "valise", "maleta", "mala", "koffer",
        "valigi", "valij", "checked bag", "suitcase", "franquia", "franchi",
    }
)  # fmt: skip
_SLOTS: Final = frozenset(
    {
        "origin", "destination", "departure_date", "return_date", "date", "passengers", "cabin", "airline",
        "max_stops", "budget", "trip_type",
    }
)  # fmt: skip
_TRIP: Final = frozenset({"origin", "destination"})
# Courtesies are told apart in this order: "thanks, bye" is a goodbye, "yes thanks" an answer.
_COURTESIES: Final = ("goodbye", "affirm", "deny", "thanks", "greeting")
# What people put around a piece of a trip.
_SMALL: Final = EVERY | frozenset(
    {
        "i", "we", "my", "our", "me", "us", "the", "a", "an", "it", "its", "is", "will", "would", "like", "ll", "d",
        "want", "need", "to", "be", "please", "and", "then", "so", "also", "but", "if", "possible", "or", "let", "s",
        "okay", "ok", "yes", "no", "hi", "hello", "hey", "thanks", "with", "just", "make", "prefer", "preferably",
        "about", "this", "that", "actually", "now", "think", "guess", "can", "you", "eu", "nos", "quero", "queria",
        "gostaria", "preciso", "um", "uma", "o", "os", "as", "e", "mas", "por", "favor", "entao", "sera", "seria",
        "pode", "ser", "com", "meu", "minha", "sim", "ola", "yo", "nosotros", "quiero", "quisiera", "necesito",
        "gustaria", "un", "una", "el", "la", "los", "las", "y", "pero", "entonces", "puede", "con", "mi", "hola",
        "je", "j", "nous", "veux", "voudrais", "aimerais", "il", "faut", "une", "le", "les", "l", "et", "mais",
        "vous", "plait", "alors", "serait", "peut", "avec", "mon", "ma", "oui", "bonjour", "ich", "wir", "mochte",
        "wurde", "brauche", "gerne", "gern", "ein", "eine", "einen", "der", "die", "das", "den", "und", "aber",
        "bitte", "dann", "ware", "kann", "mit", "mein", "meine", "ja", "hallo", "io", "noi", "voglio", "vorrei",
        "serve", "lo", "gli", "per", "favore", "allora", "sarebbe", "puo", "mio", "mia", "si", "ciao",
    }
)  # fmt: skip
# How sure the model must be to speak where phrases found nothing.
_MODEL_SPEAKS: Final = {"greeting": 0.25, "goodbye": 0.25, "thanks": 0.25, "affirm": 0.3, "deny": 0.3}
_SAYS_NOTHING: Final = Intent(name="unknown", confidence=0.9)


def classify(flat: Flat, language: str, entities: Sequence[Entity], asked: Sequence[str] = ()) -> Intent:
    """The intent of a text.

    Args:
        flat: The text.
        language: Two letters.
        entities: What was found in it.
        asked: Slots just asked for.
    """
    line = flat.line
    words = [word for word in line.split() if word.isalnum()]
    if not words:
        return _SAYS_NOTHING
    kinds = {entity.type for entity in entities}
    intent = _by_phrases(flat, words, entities, kinds, asked)
    sure = intent.name == "search_flight" and intent.confidence >= 0.9 and kinds >= _TRIP
    if language != "en" or sure or (asked and intent.name != "unknown"):
        return intent
    return _with_model(flat.text.raw, intent, kinds)


def _by_phrases(
    flat: Flat, words: Sequence[str], entities: Sequence[Entity], kinds: Collection[str], asked: Sequence[str]
) -> Intent:
    """The intent by phrases of six languages."""
    line = flat.line
    slots = _SLOTS & set(kinds)
    if not slots:
        courtesy = _courtesy(line, words)
        if courtesy is not None:
            return courtesy
    booking = _about_booking(line, kinds)
    if booking is not None:
        return booking
    searching = _searching(flat, slots, entities, asked)
    if searching is not None:
        return searching
    elsewhere = patterns.ELSEWHERE.search(line) is not None
    if not elsewhere and len(words) <= 12 and patterns.HELP.search(line):
        return Intent(name="help", confidence=0.85)
    courtesy = None if slots or elsewhere else _courtesy(line, words, most=2)
    return courtesy or Intent(name="unknown", confidence=0.55 if slots else 0.8)


def _with_model(raw: str, intent: Intent, kinds: Collection[str]) -> Intent:
    """What the small English model says where phrases are unsure, or against them where it is very sure."""
    name, chance = intent_model().classify(raw)
    if intent.name == "unknown":
        if name != "unknown" and chance >= _MODEL_SPEAKS.get(name, 0.5) and not (name in _COURTESIES and kinds):
            return Intent(name=name, confidence=round(chance, 3))
        return intent
    if name == intent.name:
        return intent
    if intent.name in _COURTESIES[1:] and name != "greeting" and name in _COURTESIES and chance >= 0.5:
        return Intent(name=name, confidence=round(chance, 3))
    loose = intent.name == "search_flight" and intent.confidence < 0.9
    # a flight number or two places are no accident
    if name == "unknown" and chance >= 0.97 and loose and "flight_number" not in kinds and not set(kinds) >= _TRIP:
        return Intent(name="unknown", confidence=round(chance, 3))
    if (
        intent.name == "search_flight"
        and name in {"flight_status", "baggage"}
        and chance >= 0.8
        and not set(kinds) >= _TRIP
    ):
        return Intent(name=name, confidence=round(chance, 3))
    return intent


def is_goodbye(flat: Flat) -> bool:
    """Whether the text takes leave and says nothing else: "see you tomorrow", "bis Freitag dann"."""
    if len(flat.line) > 60 or patterns.COURTESY["goodbye"].search(flat.line) is None:
        return False
    intent = _courtesy(flat.line, [word for word in flat.line.split() if word.isalnum()])
    return intent is not None and intent.name == "goodbye"


def _courtesy(line: str, words: Sequence[str], most: int = 0) -> Intent | None:
    """A courtesy, or yes or no, where little else is said."""
    if len(words) > 16:
        return None
    left: dict[str, int] = {}
    found: dict[str, int] = {}
    for name in _COURTESIES:
        spans = [match.span() for match in patterns.COURTESY[name].finditer(line)]
        if spans:
            found[name] = spans[0][0]
            left[name] = sum(end - start for start, end in spans)
    if not found:
        return None
    rest = line
    for name in found:
        rest = patterns.COURTESY[name].sub(" ", rest)
    remaining = [word for word in rest.split() if len(word) > 1 and word.isalnum() and word not in patterns.FILLERS]
    if len(remaining) > most or (remaining and not _at_an_end(line, found)):
        return None
    name = _strongest(found, left)
    return Intent(name=name, confidence=0.95 if not remaining else 0.75)


def _at_an_end(line: str, found: dict[str, int]) -> bool:
    """Whether a courtesy opens or closes what else is said: the "Tag" of "früher am Tag" greets nobody."""
    if min(found.values()) == len(line) - len(line.lstrip()):
        return True
    said = line.rstrip(" .!,")
    ends = [match.end() for name in found for match in patterns.COURTESY[name].finditer(said)]
    return set(found) != {"greeting"} and max(ends, default=0) == len(said)


def _strongest(found: dict[str, int], left: dict[str, int]) -> str:
    """Which of several courtesies is meant."""
    if "goodbye" in found:
        return "goodbye"
    if "deny" in found and ("affirm" not in found or found["deny"] <= found["affirm"]):
        return "deny"
    if "affirm" in found and not ({"thanks", "greeting"} & set(found) and left["affirm"] < max(left.values())):
        return "affirm"
    if "affirm" in found and found["affirm"] == 0 and "greeting" not in found:
        return "affirm"
    return "thanks" if "thanks" in found else "greeting" if "greeting" in found else next(iter(found))


def _about_booking(line: str, kinds: Collection[str]) -> Intent | None:
    """What is done with a booking, a bag or a flight that is known."""
    flight = patterns.FLIGHT.search(line) is not None or "flight_number" in kinds
    # "from Paris to Rome with hand luggage only" searches
    searching = set(kinds) >= _TRIP
    if not searching and patterns.BAGGAGE.search(line) and _is_baggage(line, flight=flight, kinds=kinds):
        return Intent(name="baggage", confidence=0.9)
    if patterns.CHECK_IN.search(line) and not patterns.ELSEWHERE.search(line):
        return Intent(name="check_in", confidence=0.9)
    cancel = patterns.CANCEL.search(line)
    if cancel is not None and not patterns.ELSEWHERE.search(line):
        known = patterns.BOOKED.search(line) is not None or len(line.split()) <= 4
        if known:
            return Intent(name="cancel_booking", confidence=0.9)
    if patterns.CHANGE.search(line) and not patterns.ELSEWHERE.search(line):
        return Intent(name="change_booking", confidence=0.85)
    if patterns.BOOK.search(line) and not _TRIP & set(kinds) and not patterns.ELSEWHERE.search(line):
        return Intent(name="book_flight", confidence=0.85)
    # "boarding" and "delayed" alone are no flight
    if flight and patterns.STATUS.search(line) and not (set(kinds) >= _TRIP and "flight_number" not in kinds):
        return Intent(name="flight_status", confidence=0.9)
    if "flight_number" in kinds:
        return Intent(name="flight_status", confidence=0.7)
    return None


def _is_baggage(line: str, *, flight: bool, kinds: Collection[str]) -> bool:
    """Whether a bag is the traveller's: lost, carried on, allowed."""
    if any(word in line for word in _BAGS):
        return not any(word in line for word in ("shopping list", "packing list", "buy a"))
    allowed = patterns.ALLOWED.search(line) is not None or patterns.LOST.search(line) is not None
    return flight or "airline" in kinds or allowed


def _searching(flat: Flat, slots: frozenset[str], entities: Sequence[Entity], asked: Sequence[str]) -> Intent | None:
    """A search, or a piece of one."""
    line = flat.line
    elsewhere = patterns.ELSEWHERE.search(line) is not None
    flight = patterns.FLIGHT.search(line) is not None
    # two plain searches: one pattern for both in any order would take time in the square of the length
    if flight and patterns.WANT.search(line) is not None and (slots or not elsewhere):
        return Intent(name="search_flight", confidence=0.95)
    if elsewhere and not flight:
        return None
    if slots and (flight or asked):
        return Intent(name="search_flight", confidence=0.9)
    if patterns.TRAVEL.search(line) and _TRIP & slots:
        return Intent(name="search_flight", confidence=0.9)
    asks = patterns.WANT.search(line) is not None and "departure_date" in slots
    if slots >= _TRIP or (_TRIP & slots and (len(slots) > 2 or asks)):
        return Intent(name="search_flight", confidence=0.85)
    if slots and not _beside(flat, entities):
        return Intent(name="search_flight", confidence=0.75)
    return None


def _beside(flat: Flat, entities: Sequence[Entity]) -> list[str]:
    """Words of content that stand beside the entities: none in "on Friday, for two"."""
    return [
        token.folded
        for token in flat.text.tokens
        if token.folded.isalpha()
        and token.folded not in _SMALL
        and not any(entity.start <= token.start < entity.end for entity in entities)
    ]
