"""Entities of several extractors made one list without overlaps."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from asyncassist.nlp.models import Entity


def without_overlaps(text: str, entities: Iterable[Entity]) -> tuple[Entity, ...]:
    """The surer entity wins, then the longer, then the earlier; what does not cut its own text is left out.

    Two dates of one range ("from 3 to 10 December") may share their words.
    """
    kept: list[Entity] = []
    ranked = sorted(entities, key=lambda one: (-one.confidence, one.start - one.end, one.start))
    for entity in ranked:
        if not 0 <= entity.start < entity.end <= len(text) or text[entity.start : entity.end] != entity.text:
            continue
        if all(_can_coexist(entity, other) for other in kept):
            kept.append(entity)
    return tuple(sorted(kept, key=lambda one: (one.start, one.end, one.type)))


def _can_coexist(one: Entity, two: Entity) -> bool:
    """Whether two entities may stand together."""
    if one.end <= two.start or two.end <= one.start:
        return True
    same = (one.start, one.end, one.source) == (two.start, two.end, two.source)
    return same and one.type != two.type and one.type.endswith("date") and two.type.endswith("date")
