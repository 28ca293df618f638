"""Language detection, intent classification and entity extraction for travel messages."""

from __future__ import annotations

from asyncassist._types import Airline, Money, Passengers, Place, TimeWindow
from asyncassist.nlp.engine import AsyncNLPEngine, NLPStats
from asyncassist.nlp.models import Analysis, Entity, Extractor, Intent, Language, Reading
from asyncassist.nlp.rule_extractor import RuleExtractor

__all__ = [
    "Airline",
    "Analysis",
    "AsyncNLPEngine",
    "Entity",
    "Extractor",
    "Intent",
    "Language",
    "Money",
    "NLPStats",
    "Passengers",
    "Place",
    "Reading",
    "RuleExtractor",
    "TimeWindow",
]
