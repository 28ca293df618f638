"""Italian patterns by which dialogue state tracking reads dates and places."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.tracking_patterns import TrackingPatterns

TRACKING: Final = TrackingPatterns(
    date_suffix="o|a",
    denial_verb="e",
    denial="non (?:va|posso|riesco|possiamo)",
    before_return_day="e|il|al|a",
    back_to=r"torn\w+ al",
    unit_days={"giorno": 1, "giorni": 1, "notte": 1, "notti": 1, "settimana": 7, "settimane": 7},
    one_words="un una uno",
    comparatives="piu",
    later="tardi dopo",
    earlier="prima presto",
    place_negation="non|no",
    negated_place_lead_in="in|da|di|la|quella",
    instead_of="invece (?:di|che)|anziche",
    replace_verb=r"cambi\w*|sostitui\w*",
    replace_preposition="contro|con",
    replace_end="",
    proposal="perche no|diciamo|facciamo",
    proposal_preposition="a|in",
    weekday_suffix="",
)
