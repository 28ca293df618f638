"""Portuguese words of the ages of children."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.child_age_words import ChildAgeWords
from asyncassist.languages.word_set import words

CHILD_AGES: Final = ChildAgeWords(
    years=words("ano anos"),
    months=words("mes meses"),
    old=frozenset(),
    links=words("de com tem que"),
    child_hints=words("pequeno pequena outro outra"),
    prepositions=words("de tem"),
    hint_prepositions=words("de tem"),
    conjunctions=words("e"),
    becomes_age=(
        r"(?:faz|fara|vai fazer|completa|completara|vai completar)(?: os)? AGE(?: an(?:inh)?os?)?"
        r"(?=\W*$|\s*[,;!?)]|\.(?:\s|$)|\s+(?:a|em|no|na|dia|durante|antes|depois|e|mas|la|este|esta)(?!\w))"
    ),
)
