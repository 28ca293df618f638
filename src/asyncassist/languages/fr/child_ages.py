"""French words of the ages of children."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.child_age_words import ChildAgeWords
from asyncassist.languages.word_set import words

CHILD_AGES: Final = ChildAgeWords(
    years=words("an ans"),
    months=words("mois"),
    old=frozenset(),
    links=words("de d a qui il elle"),
    child_hints=words("petit petite petits petites autre garcon"),
    prepositions=words("de d a"),
    hint_prepositions=words("de"),
    conjunctions=words("et"),
    becomes_age=(r"(?:aura|auront|fetera|va avoir|va feter|fete)(?: tout juste)?(?: ses)? AGE ans?(?!\w)"),
)
