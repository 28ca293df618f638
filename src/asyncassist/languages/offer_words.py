"""Type of the words by which a question says which of the offers it is about."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class OfferWords:
    """Regular expressions of one language, for lower-case text without accents; each matches whole words.

    Attributes:
        landing: Words of arriving: "which lands first?".
        early: Words of the first of several: "earliest".
        late: Words of the last of several: "latest".
        cheap: Words of a low price.
        dear: Words of the highest price.
        fast: Words of a short travel time.
        slow: Words of the longest travel time.
        pair: Words for two offers at once: "the first two", "both".
        currency_preposition: Words before the currency in which prices are wanted: "in euros".
        stop_in: Words right before a city in which a stop is made: "via", "a layover in".
        stop_negation: Words before these that refuse the stop.
        alternative: Words between two places of which either will do.
    """

    landing: str
    early: str
    late: str
    cheap: str
    dear: str
    fast: str
    slow: str
    pair: str
    currency_preposition: str
    stop_in: str
    stop_negation: str
    alternative: str
