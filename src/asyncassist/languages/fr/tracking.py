"""French patterns by which dialogue state tracking reads dates and places."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.tracking_patterns import TrackingPatterns

TRACKING: Final = TrackingPatterns(
    date_suffix="er|e",
    denial_verb="est",
    denial="impossible|(?:je|on) (?:ne )?peux? pas|ne va pas",
    before_return_day="est|le|a",
    back_to=r"reven\w+ au",
    unit_days={"jour": 1, "jours": 1, "nuit": 1, "nuits": 1, "semaine": 7, "semaines": 7},
    unit_months="mois",
    one_words="un une",
    comparatives="plus",
    later="tard apres",
    earlier="tot avant",
    between_days="au",
    same_days="(?:les )?memes (?:jours|dates)",
    weekend_after="week-?end (?:d'apres|suivant)|celui d'apres",
    weekend_before="week-?end (?:d'avant|precedent)|celui d'avant",
    weekday_after="d'apres|suivant|apres",
    weekday_before="d'avant|precedent|avant",
    following="suivant",
    longer=(
        r"\w+ (?:nuits?|jours?|semaines?) (?:de plus|supplementaires?|en plus)|(?:encore) \w+ (?:nuits?|"
        "jours?|semaines?)"
    ),
    shorter=r"\w+ (?:nuits?|jours?|semaines?) (?:de|en) moins",
    whole_trip="tout|les deux|le tout|tout le voyage",
    place_negation="pas|non",
    negated_place_lead_in="en|de|du|la|celle",
    instead_of="au lieu de|plutot que",
    replace_verb=r"remplace\w*|chang\w*",
    replace_preposition="par",
    replace_end="",
    proposal="pourquoi pas|disons|allez",
    proposal_preposition="a|au|en",
    weekday_suffix="",
)
