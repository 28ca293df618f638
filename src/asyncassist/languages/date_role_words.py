"""Type of the words around dates that decide their roles."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class DateRoleWords:
    """Words of one language around dates, in lower case without accents.

    Attributes:
        before_date: Words that may stand between a negation and its date ("not on the 12th").
        refusals: Negations that answer a question where they begin a text: "no, the 12th" denies no date.
        trip_nouns: Nouns of a trip that say nothing about the direction.
        return_fares: Pairs of words of which the first is a return elsewhere: "a return ticket" names the trip type.
        outward_words: Words of the way out in the name of a round trip ("ida" in "ida e volta").
        direct_outward_words: Those of them that may stand right before the way back ("aller retour").
        round_trip_joins: Words between the two ways ("e").
        homeward_words: Words of the way back in the name of a round trip ("volta").
    """

    before_date: frozenset[str]
    refusals: frozenset[str]
    trip_nouns: frozenset[str]
    return_fares: frozenset[tuple[str, str]] = frozenset()
    outward_words: frozenset[str] = frozenset()
    direct_outward_words: frozenset[str] = frozenset()
    round_trip_joins: frozenset[str] = frozenset()
    homeward_words: frozenset[str] = frozenset()
