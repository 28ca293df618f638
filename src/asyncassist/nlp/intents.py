"""What the traveller wants, or that it is none of what this package knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asyncassist.nlp.models import Intent

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from asyncassist.nlp.flat import Flat


def classify(flat: Flat, language: str, kinds: Collection[str], asked: Sequence[str] = ()) -> Intent:
    """The intent of a text.

    Args:
        flat: The text.
        language: Two letters.
        kinds: Types of the entities found in it.
        asked: Slots just asked for.
    """
    del flat, language, asked
    if {"origin", "destination", "departure_date"} & set(kinds):
        return Intent(name="search_flight", confidence=0.8)
    return Intent(name="unknown", confidence=0.5)
