"""Words of the ages of children."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ChildAgeWords:
    """Words of one language around the age of a child; all words are normalized.

    Attributes:
        years: Units of years.
        months: Units of months.
        old: Words after the unit: "old".
        links: Words that may stand between the child and its age: "ein Kind mit 6 Jahren".
        child_hints: Words that mean a child if an age follows: "the little one".
        prepositions: Words before an age that needs neither a unit nor "old" after it: "children of 5".
        hint_prepositions: Those of them before an age of one of `child_hints`.
        conjunctions: Words between the ages of a list.
        becomes_age: Pattern of a birthday on which a child comes to an age, for lower-case text without accents; "AGE"
            stands for the number: "turns AGE".
    """

    years: frozenset[str]
    months: frozenset[str]
    old: frozenset[str]
    links: frozenset[str]
    child_hints: frozenset[str]
    prepositions: frozenset[str]
    hint_prepositions: frozenset[str]
    conjunctions: frozenset[str]
    becomes_age: str
