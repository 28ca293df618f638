"""Dutch patterns by which dialogue state tracking reads dates and places."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.tracking_patterns import TrackingPatterns

TRACKING: Final = TrackingPatterns(
    date_suffix="e|de|ste",
    denial_verb="is",
    denial=r"onmogelijk|gaat (?:\w+ )?niet|(?:kan|lukt|past) (?:ik |het |me )?niet|komt (?:\w+ )?niet uit",
    before_return_day="is|op|de|dan",
    back_to="terug naar de|toch de",
    unit_days={
        "dag": 1,
        "dagen": 1,
        "dagje": 1,
        "nacht": 1,
        "nachten": 1,
        "nachtje": 1,
        "week": 7,
        "weken": 7,
        "weekje": 7,
    },
    one_words="een",
    comparatives="",
    later="later erna daarna nadien",
    earlier="eerder vroeger ervoor daarvoor",
    place_negation="niet",
    negated_place_lead_in="in|naar",
    instead_of=r"in plaats van|ipv|i\.p\.v\.",
    replace_verb=r"vervang\w*|ruil\w*|wissel\w*|verander\w*",
    replace_preposition="door|voor|in|naar",
    replace_end="",
    proposal="waarom niet|wat dacht je van|wat dacht u van|en als we|laten we zeggen|misschien|zullen we",
    proposal_preposition="in|naar",
    weekday_suffix="",
)
