"""German patterns by which dialogue state tracking reads dates and places."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.tracking_patterns import TrackingPatterns

TRACKING: Final = TrackingPatterns(
    date_suffix=r"\.",
    denial_verb="ist",
    denial=r"unmoglich|geht (?:\w+ )?nicht|(?:kann|klappt) (?:ich |es )?nicht",
    before_return_day="ist|am|den|dann",
    back_to="zuruck zum",
    unit_days={"tag": 1, "tage": 1, "tagen": 1, "nacht": 1, "nachte": 1, "nachten": 1, "woche": 7, "wochen": 7},
    unit_months="monat monate monaten",
    one_words="ein eine einen einer",
    comparatives="",
    later="spater danach",
    earlier="fruher eher vorher davor",
    between_days="bis",
    same_days="(?:gleiche[nr]?|selbe[nr]?|dieselben) (?:tagen?|daten?|termine?n?|wochentagen?)",
    weekend_after=r"wochenende (?:danach|drauf|darauf|darauffolgend\w*)|(?:darauf)?folgende\w* wochenende",
    weekend_before="wochenende (?:davor|vorher|zuvor)",
    weekday_after="drauf|darauf|danach",
    weekday_before="davor|vorher|zuvor",
    following=r"(?:darauf)?folgende\w*",
    longer=(
        r"(?:noch )?\w+ (?:nacht|nachte|tag|tage|woche|wochen) (?:langer|mehr|dran\w*|zusatzlich)|"
        r"(?:noch )?(?:eine|einen|\w+) (?:weitere[nr]?|zusatzliche[nr]?) (?:nacht|nachte|tag|tage|woche|"
        r"wochen)|noch (?:eine|einen|\w+) (?:nacht|nachte|tag|tage|woche|wochen)(?! (?:fruher|spater))"
    ),
    shorter=r"\w+ (?:nacht|nachte|tag|tage|woche|wochen) (?:kurzer|weniger)",
    whole_trip="beides|alles|das ganze|die ganze reise|hin und ruck(?:flug)?|beide (?:fluge|tage)",
    place_negation="nicht",
    negated_place_lead_in="in",
    instead_of="(?:an)?statt",
    replace_verb=r"tausch\w*|ersetz\w*",
    replace_preposition="gegen|durch",
    replace_end="",
    proposal="warum nicht|sagen wir|vielleicht",
    proposal_preposition="in|nach",
    weekday_suffix="",
)
