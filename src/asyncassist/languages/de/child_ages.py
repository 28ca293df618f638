"""German words of the ages of children."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.child_age_words import ChildAgeWords
from asyncassist.languages.word_set import words

CHILD_AGES: Final = ChildAgeWords(
    years=words("jahr jahre jahren jahrige jahriger jahriges jahrigen"),
    months=words("monat monate monaten"),
    old=words("alte alten alter altes"),
    links=words("von mit im alter ist der die das sie er"),
    child_hints=words("kleine kleiner kleinen anderes junge madchen"),
    prepositions=words("von alter ist"),
    hint_prepositions=frozenset(),
    conjunctions=words("und"),
    becomes_age=(
        r"(?:wird|werden|wurde)(?:\W+\w+){0,5}?\W+AGE(?: jahre?)?(?: alt)?"
        r"(?=\W*$|\s*[,;!?)]|\.\s*$|\s+(?:am|im|in|an|wahrend|bevor|wenn|und|kurz|noch|vor|nach|dann|unterwegs)(?!\w))"
    ),
)
