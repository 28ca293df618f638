"""English words of the ages of children."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.child_age_words import ChildAgeWords
from asyncassist.languages.word_set import words

CHILD_AGES: Final = ChildAgeWords(
    years=words("year years yr yrs yo"),
    months=words("month months mo"),
    old=words("old olds yo"),
    links=words("of aged age ages"),
    child_hints=words("one"),
    prepositions=words("of aged age ages"),
    hint_prepositions=frozenset(),
    conjunctions=words("and"),
)
