"""Resolution of overlapping entities from several extractors."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from asyncassist.nlp.models import Entity


def without_overlaps(text: str, entities: Iterable[Entity]) -> tuple[Entity, ...]:
    """Return the entities without overlaps, ordered by their start.

    Of overlapping entities the one with the higher confidence wins, then the longer one, then the earlier one. Two
    dates of one range ("from 3 to 10 December") may share a span. Entities whose offsets do not match their text are
    dropped.
    """
    resolved: list[Entity] = []
    ranked = sorted(entities, key=lambda one: (-one.confidence, one.start - one.end, one.start))
    for entity in ranked:
        if not 0 <= entity.start < entity.end <= len(text) or text[entity.start : entity.end] != entity.text:
            continue
        if all(_can_coexist(entity, other) for other in resolved):
            resolved.append(entity)
    return tuple(sorted(resolved, key=lambda one: (one.start, one.end, one.type)))


def _can_coexist(one: Entity, two: Entity) -> bool:
    """Return whether two entities do not overlap, or are the two dates of one range."""
    if one.end <= two.start or two.end <= one.start:
        return True
    same = (one.start, one.end, one.source) == (two.start, two.end, two.source)
    return same and one.type != two.type and one.type.endswith("date") and two.type.endswith("date")
