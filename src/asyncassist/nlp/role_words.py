"""Words around places and dates that decide their roles: those of one language, and those of all."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from asyncassist.languages.registry import LANGUAGES, PACKS, union_over_packs

if TYPE_CHECKING:
    from asyncassist.languages.role_words import RoleWords

# Prepositions between a noun and a place that belong to the noun: "the city of".
PLACE_NOUNS: Final = union_over_packs(lambda pack: pack.roles.place_nouns)
# Between "not" and the denied place; the apostrophe is the one of "don't".
NEGATION_FILLERS: Final = union_over_packs(lambda pack: pack.roles.negation_fillers) | {"'"}
NEGATION_PAIRS: Final = union_over_packs(lambda pack: pack.roles.negation_pairs)
# A negation at the end of the text before a phrase.
BARE_NEGATION: Final = re.compile(
    rf"\b(?:{'|'.join(sorted(union_over_packs(lambda pack: pack.roles.bare_negations)))})$"
)
# Directly before the speaker's own name.
SELF_INTRODUCTION: Final = re.compile(
    rf"(?:^| )(?:{'|'.join(pack.roles.self_introduction for pack in PACKS.values())})$"
)
# Conjunctions and punctuation that end a clause.
CLAUSE_BOUNDARIES: Final = union_over_packs(lambda pack: pack.roles.clause_conjunctions) | frozenset(".;?!,&\n")
ALL_WORDS: Final = union_over_packs(
    lambda pack: (
        pack.roles.prepositions
        | pack.roles.skip
        | pack.roles.departure_words
        | pack.roles.destination_words
        | pack.roles.return_words
        | pack.roles.negations
        | pack.roles.correction_words
    )
)
"""Words of the roles themselves, over all languages."""


def role_words_of(language: str) -> RoleWords:
    """Return the words of a language; for one without a pack, those of the language of last resort."""
    return PACKS.get(language, PACKS[LANGUAGES[0]]).roles
