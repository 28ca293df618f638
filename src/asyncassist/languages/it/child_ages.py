"""Italian words of the ages of children."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.child_age_words import ChildAgeWords
from asyncassist.languages.word_set import words

CHILD_AGES: Final = ChildAgeWords(
    years=words("anno anni"),
    months=words("mese mesi"),
    old=frozenset(),
    links=words("di d da con ha che e lui lei"),
    child_hints=words("piccolo piccola altro altra uno una"),
    prepositions=words("di d ha"),
    hint_prepositions=frozenset(),
    conjunctions=words("e"),
    becomes_age=(
        r"(?:compie|compira|compiera|compiono|fara)(?: i)? AGE(?: ann[oi])?"
        r"(?=\W*$|\s*[,;!?)]|\.(?:\s|$)|\s+(?:il|in|a|ad|durante|prima|dopo|e|ma|proprio|nel|tra|questo|questa)(?!\w))"
    ),
)
