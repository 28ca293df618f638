"""Type of the patterns by which dialogue state tracking reads dates and places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class TrackingPatterns:
    """Regular expressions and words of one language, for lower-case text without accents; each matches whole words.

    Attributes:
        date_suffix: Endings of a day of the month: "12th"; may be empty.
        denial_verb: Verbs between a date and its denial; may be empty.
        denial: Words that rule out the date before them: "impossible".
        before_return_day: Function words between a word of returning and a day of the month.
        back_to: Words before an earlier choice of date that the traveller returns to: "back to".
        unit_days: Days of each unit of a length of stay, by its folded word.
        unit_months: Words of a month, separated by white space.
        one_words: Words that count one unit: "a week"; separated by white space.
        comparatives: Words between a length of time and its direction: "dos días más tarde"; separated by white space,
            may be empty.
        later: Words of a shift to a later date, separated by white space.
        earlier: Words of a shift to an earlier date, separated by white space.
        between_days: Words between the first and the last day of a trip: "17 to 21".
        same_days: Pattern of the days of the trip in another week or month: "same days".
        weekend_after: Pattern of the weekend after that of the trip: "the following weekend".
        weekend_before: Pattern of the weekend before it.
        weekday_after: Pattern of words after a weekday that is later than the date known: "the Saturday after".
        weekday_before: Pattern of words after a weekday that is earlier.
        following: Pattern of words beside a weekday that is later: "the following Saturday".
        longer: Pattern of a longer stay, its number and unit included: "one more night".
        shorter: Pattern of a shorter stay.
        whole_trip: Words of a shift of both directions: "everything two days later".
        place_negation: Words before a place that exclude it.
        negated_place_lead_in: Function words between the negation and the place.
        instead_of: Phrases between the new place and the old one: "instead of".
        replace_verb: Verbs of the exchange of one place for another.
        replace_preposition: Prepositions before the new place of an exchange.
        replace_end: Words that may end an exchange; may be empty.
        proposal: Words before a proposed place: "how about".
        proposal_preposition: Prepositions before a proposed place.
        weekday_suffix: Word that a weekday may have beside its name ("terça-feira"); may be empty.
    """

    date_suffix: str
    denial_verb: str
    denial: str
    before_return_day: str
    back_to: str
    unit_days: Mapping[str, int]
    unit_months: str
    one_words: str
    comparatives: str
    later: str
    earlier: str
    between_days: str
    same_days: str
    weekend_after: str
    weekend_before: str
    weekday_after: str
    weekday_before: str
    following: str
    longer: str
    shorter: str
    whole_trip: str
    place_negation: str
    negated_place_lead_in: str
    instead_of: str
    replace_verb: str
    replace_preposition: str
    replace_end: str
    proposal: str
    proposal_preposition: str
    weekday_suffix: str
