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
    unit_months="maand maanden",
    between_days="tot|t m|tot en met",
    same_days="(?:zelfde|dezelfde) (?:dag(?:en)?|datums?|data)",
    weekend_after=r"weekend (?:erna|daarna|erop|daarop|nadien)|(?:daarop)?volgende weekend daarop",
    weekend_before="weekend (?:ervoor|daarvoor)|(?:vorige|voorgaande) weekend",
    weekday_after="erna|daarna|erop|daarop|nadien",
    weekday_before="ervoor|daarvoor",
    following="daaropvolgende|daarop volgende",
    longer=(
        r"(?:nog )?\w+ (?:nacht|nachten|nachtje|nachtjes|dag|dagen|dagje|week|weken) (?:langer|meer|extra|erbij)|"
        r"nog (?:een|\w+) (?:nacht|nachten|nachtje|nachtjes|dag|dagen|dagje|week|weken)(?! (?:eerder|later))|"
        r"(?:een|\w+) (?:extra|bijkomende) (?:nacht|nachten|nachtje|dag|dagen|dagje|week|weken)"
    ),
    shorter=r"\w+ (?:nacht|nachten|nachtje|dag|dagen|dagje|week|weken) (?:korter|minder)",
    one_words="een",
    comparatives="",
    later="later erna daarna nadien",
    earlier="eerder vroeger ervoor daarvoor",
    whole_trip="alles|allebei|beide|het geheel|de hele reis",
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
