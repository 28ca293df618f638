"""Words of passengers that a message adds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class AddedPassengerWords:
    """Words of one language in "granny's coming too"; all words are normalized, and so is the text of the patterns.

    Attributes:
        year_units: Words of years after an age.
        before_stated_age: Words before an age without a unit: "is 5".
        after_stated_age: Words after such an age.
        relatives: Nouns and pronouns of one person, beside those that are counted.
        pair_nouns: Nouns of two people, beside "parents".
        negations: Pattern of words that deny the addition.
        lap_infant: Pattern of a child too young for a seat of its own.
        not_negations: Pattern of phrases that look like a negation and are none; "" for none.
        capitalized_nouns: Whether all nouns have a capital, so that a capital is no sign of a name.
    """

    year_units: frozenset[str]
    before_stated_age: frozenset[str]
    after_stated_age: frozenset[str]
    relatives: frozenset[str]
    pair_nouns: frozenset[str]
    negations: str
    lap_infant: str
    not_negations: str
    capitalized_nouns: bool
