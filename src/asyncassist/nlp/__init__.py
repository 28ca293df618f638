"""Language detection, intent classification and entity extraction for travel messages."""

from __future__ import annotations

from asyncassist._types import Airline, Money, Passengers, Place, TimeWindow
from asyncassist.nlp.command_types import (
    AskAboutOffers,
    AskCheapestDay,
    AskTopic,
    Book,
    ChooseOffer,
    Command,
    Inform,
    OfferReference,
    Say,
    StartOver,
    Summarize,
    Undo,
)
from asyncassist.nlp.engine import AsyncNLPEngine, NLPStats
from asyncassist.nlp.models import Analysis, Entity, Extractor, Intent, Language, Reading
from asyncassist.nlp.rule_extractor import RuleExtractor

__all__ = [
    "Airline",
    "Analysis",
    "AskAboutOffers",
    "AskCheapestDay",
    "AskTopic",
    "AsyncNLPEngine",
    "Book",
    "ChooseOffer",
    "Command",
    "Entity",
    "Extractor",
    "Inform",
    "Intent",
    "Language",
    "Money",
    "NLPStats",
    "OfferReference",
    "Passengers",
    "Place",
    "Reading",
    "RuleExtractor",
    "Say",
    "StartOver",
    "Summarize",
    "TimeWindow",
    "Undo",
]
