"""Dutch words of the ages of children."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.child_age_words import ChildAgeWords
from asyncassist.languages.word_set import words

CHILD_AGES: Final = ChildAgeWords(
    years=words("jaar jaren jarige jarig"),
    months=words("maand maanden"),
    old=words("oud oude"),
    links=words("van met is leeftijd"),
    child_hints=words("kleintje kleine jongste oudste meisje jongen ander"),
    prepositions=words("van leeftijd"),
    hint_prepositions=frozenset(),
    conjunctions=words("en"),
    becomes_age=(
        r"(?:wordt|worden|werd)(?:\W+\w+){0,5}?\W+AGE(?: jaar)?(?: oud)?"
        r"(?=\W*$|\s*[,;!?)]|\.\s*$|\s+(?:op|in|aan|tijdens|voor|voordat|als|wanneer|en|nog|na|dan|onderweg)(?!\w))"
    ),
)
