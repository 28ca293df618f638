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
    unit_months="mese mesi",
    one_words="un una uno",
    comparatives="piu",
    later="tardi dopo",
    earlier="prima presto",
    between_days="al",
    same_days="(?:gli )?stessi giorni|(?:le )?stesse date",
    weekend_after="(?:weekend|week-?end|fine settimana) (?:dopo|seguente|successivo)",
    weekend_before="(?:weekend|week-?end|fine settimana) (?:prima|precedente)",
    weekday_after="dopo|seguente|successiv[oa]",
    weekday_before="prima|precedente",
    following="seguente|successiv[oa]",
    longer=(
        r"\w+ (?:nott[ei]|giorn[oi]|settiman[ae]) (?:in )?piu(?! (?:tardi|presto))|"
        r"\w+ altr[aeio] (?:nott[ei]|giorn[oi]|settiman[ae])|un'altra (?:notte|settimana)"
    ),
    shorter=r"\w+ (?:nott[ei]|giorn[oi]|settiman[ae]) (?:in )?meno",
    whole_trip="tutto|entrambi|tutte e due|tutto il viaggio",
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
