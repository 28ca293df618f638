"""English patterns by which dialogue state tracking reads dates and places."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.tracking_patterns import TrackingPatterns

TRACKING: Final = TrackingPatterns(
    date_suffix="st|nd|rd|th",
    denial_verb="is|it",
    denial="impossible|no good|doesn'?t work|won'?t work|(?:i|we) can'?t",
    before_return_day="is|on|the|then",
    back_to="back to",
    unit_days={"day": 1, "days": 1, "night": 1, "nights": 1, "week": 7, "weeks": 7, "fortnight": 14},
    unit_months="month months",
    one_words="a an one",
    comparatives="",
    later="later after afterwards",
    earlier="earlier before sooner",
    between_days="to|till|until|thru",
    same_days="same (?:days?|dates?)",
    weekend_after="following weekend|weekend after(?: that)?(?! next)|the one after(?: that)?",
    weekend_before="weekend before(?! last)|previous weekend",
    weekday_after="after(?: that)?|afterwards|thereafter",
    weekday_before="before(?: that)?",
    following="following",
    longer=(
        r"(?:\w+ )?(?:more|extra|additional) (?:night|day|week)s?|another (?:\w+ )?(?:night|day|week)s?|"
        r"(?:a|one|\w+) (?:night|day|week)s? (?:longer|more|extra)"
    ),
    shorter=(
        r"(?:\w+ )?(?:fewer|less) (?:night|day|week)s?|(?:a|one|\w+) (?:night|day|week)s? (?:shorter|less|"
        "fewer)"
    ),
    whole_trip="both|everything|it all|the whole (?:thing|trip)|all of it",
    place_negation="not|no",
    negated_place_lead_in="in|a|the",
    instead_of="instead of|rather than",
    replace_verb="swap|change|switch|replace",
    replace_preposition="for|with|to",
    replace_end="",
    proposal="why not|how about|what about|let's say|say",
    proposal_preposition="in",
    weekday_suffix="",
)
