"""Type of the words of trips of several legs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class LegWords:
    """Regular expressions of one language, for lower-case text without accents; each matches whole words.

    Attributes:
        onward: Words between two legs: "then", "on to".
        home: Words of going home: "back home".
        exit: Words before a place from which the trip home begins, without a word of returning: "out of".
        noun: A leg: "leg", "stretch", "bit".
        middle: Words that name the leg in the middle.
        outbound: Words that name the first leg: "the way there".
        whole: Words of all legs together: "the whole trip".
        drop: Words by which a leg or a town is left out: "skip", "without".
        ground: Means of transport other than a plane: between two towns they make no leg.
    """

    onward: str
    home: str
    exit: str
    noun: str
    middle: str
    outbound: str
    whole: str
    drop: str
    ground: str
