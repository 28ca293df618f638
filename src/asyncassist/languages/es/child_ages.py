"""Spanish words of the ages of children."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.child_age_words import ChildAgeWords
from asyncassist.languages.word_set import words

CHILD_AGES: Final = ChildAgeWords(
    years=words("ano anos anito anitos"),
    months=words("mes meses"),
    old=frozenset(),
    links=words("de con tiene que"),
    child_hints=words("pequeno pequena peque otro otra uno una"),
    prepositions=words("de tiene"),
    hint_prepositions=words("de tiene"),
    conjunctions=words("y e"),
    becomes_age=(
        r"(?:cumple|cumplen|cumplira|cumpliria|va a cumplir)(?: los| sus)? AGE(?: an(?:it)?os?)?"
        r"(?=\W*$|\s*[,;!?)]|\.(?:\s|$)|\s+(?:el|en|a|al|durante|antes|despues|y|pero|justo|alla|este|esta|durante|va)(?!\w))"
    ),
)
