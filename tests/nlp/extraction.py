"""Helpers of the tests of entity extraction: the rules and the engine on one text."""

from __future__ import annotations

import datetime as dt
from typing import Any

from asyncassist._places import load_places, place_by_code
from asyncassist.nlp import AsyncNLPEngine, Entity, Reading
from asyncassist.nlp.rule_extractor import extract_entities
from asyncassist.nlp.tokens import TokenizedText

# A Saturday.
TODAY = dt.date(2026, 11, 21)
NOW = dt.datetime(2026, 11, 21, 10, tzinfo=dt.UTC)


def extract(text: str, language: str = "en", **context: Any) -> dict[str, Entity]:
    """Return the entities that the rules find in a text, by type."""
    reading = Reading(text=TokenizedText.from_text(text), language=language, today=TODAY, **context)
    return {entity.type: entity for entity in extract_entities(reading)}


def place_codes(text: str, language: str = "en", **context: Any) -> tuple[str | None, ...]:
    """Return the codes of the origin and the destination that the rules find, None for a place that is missing."""
    found = extract(text, language, **context)
    return tuple(found[kind].value.code if kind in found else None for kind in ("origin", "destination"))


async def analyze_slots(text: str, *, language: str, **slots: Any) -> dict[str, Any]:
    """Return the slots of the engine's analysis, codes for places and airlines; `slots` are known before."""
    await load_places()
    known = {name: place_by_code(value) if isinstance(value, str) else value for name, value in slots.items()}
    async with AsyncNLPEngine() as engine:
        analysis = await engine.analyze(text, language=language, now=NOW, context={"slots": known})
    return {name: getattr(value, "code", value) for name, value in analysis.slots.items()}
