"""English words of the ages of children."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.child_age_words import ChildAgeWords
from asyncassist.languages.word_set import words

CHILD_AGES: Final = ChildAgeWords(
    years=words("year years yr yrs yo"),
    months=words("month months mo"),
    old=words("old olds yo"),
    links=words("of aged age ages is who she he it s"),
    child_hints=words("one"),
    prepositions=words("of aged age ages is"),
    hint_prepositions=frozenset(),
    conjunctions=words("and"),
    becomes_age=(
        r"(?:turn(?:s|ing|ed)?|becomes|(?:he|she|who|baby|one|kid|son|daughter|boy|girl|infant|toddler|child|bub)"
        r"(?:'?ll|'s| will| is| is going to) be(?:ing)?) AGE(?: years? old)?"
        r"(?=\W*$|\s*[,;!?)]|\.(?:\s|$)|\s+(?:on|in|at|by|before|after|during|while|when|the|this|next|tomorrow|soon|and|but|so|over)(?!\w))"
    ),
)
