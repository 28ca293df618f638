"""Portuguese words of the ages of children."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.child_age_words import ChildAgeWords
from asyncassist.languages.word_set import words

CHILD_AGES: Final = ChildAgeWords(
    years=words("ano anos"),
    months=words("mes meses"),
    old=frozenset(),
    links=words("de com"),
    child_hints=words("pequeno pequena outro outra"),
    prepositions=words("de"),
    hint_prepositions=words("de"),
    conjunctions=words("e"),
)
