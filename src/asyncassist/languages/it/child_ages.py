"""Italian words of the ages of children."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.child_age_words import ChildAgeWords
from asyncassist.languages.word_set import words

CHILD_AGES: Final = ChildAgeWords(
    years=words("anno anni"),
    months=words("mese mesi"),
    old=frozenset(),
    links=words("di d da con"),
    child_hints=words("piccolo piccola altro altra uno una"),
    prepositions=words("di d"),
    hint_prepositions=frozenset(),
    conjunctions=words("e"),
)
