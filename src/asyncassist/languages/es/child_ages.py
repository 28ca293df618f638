"""Spanish words of the ages of children."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.child_age_words import ChildAgeWords
from asyncassist.languages.word_set import words

CHILD_AGES: Final = ChildAgeWords(
    years=words("ano anos anito anitos"),
    months=words("mes meses"),
    old=frozenset(),
    links=words("de con"),
    child_hints=words("pequeno pequena peque otro otra uno una"),
    prepositions=words("de"),
    hint_prepositions=words("de"),
    conjunctions=words("y e"),
)
