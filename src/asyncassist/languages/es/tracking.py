"""Spanish patterns by which dialogue state tracking reads dates and places."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.tracking_patterns import TrackingPatterns

TRACKING: Final = TrackingPatterns(
    date_suffix="er|o|a",
    denial_verb="es",
    denial="imposible|no (?:puedo|podemos|me va)",
    before_return_day="es|el|a|al|dia",
    back_to=r"volv\w+ al",
    unit_days={"dia": 1, "dias": 1, "noche": 1, "noches": 1, "semana": 7, "semanas": 7},
    unit_months="mes meses",
    one_words="un una uno",
    comparatives="mas",
    later="tarde despues",
    earlier="antes temprano",
    between_days="al?",
    same_days="(?:los )?mismos dias|(?:las )?mismas fechas",
    weekend_after="(?:fin de semana|finde) (?:siguiente|despues|posterior)|siguiente (?:fin de semana|finde)",
    weekend_before="(?:fin de semana|finde) (?:anterior|antes|previo)",
    weekday_after="siguiente|despues|posterior",
    weekday_before="antes|anterior|previo",
    following="siguiente",
    longer=(
        r"(?:\w+) (?:noches?|dias?|semanas?) mas(?! (?:tarde|temprano|pronto))|(?:\w+) (?:noches?|dias?|"
        "semanas?) (?:extra|adicional(?:es)?)|otra (?:noche|semana)|otro dia mas"
    ),
    shorter=r"\w+ (?:noches?|dias?|semanas?) menos",
    whole_trip="todo|ambos|las dos fechas|todo el viaje|los dos vuelos",
    place_negation="no",
    negated_place_lead_in="en|de|el|la",
    instead_of="en vez de|en lugar de",
    replace_verb=r"cambi\w*|sustitu\w*",
    replace_preposition="por|para|con",
    replace_end="por favor",
    proposal="por que no|que tal|digamos",
    proposal_preposition="a|en|para",
    weekday_suffix="",
)
