"""Portuguese patterns by which dialogue state tracking reads dates and places."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.tracking_patterns import TrackingPatterns

TRACKING: Final = TrackingPatterns(
    date_suffix="o|a",
    denial_verb="e",
    denial="impos+ivel|no posso|nao (?:da|posso|consigo|podemos)",
    before_return_day="e|a|dia|em|no|para|o",
    back_to=r"volt\w+ (?:ao|para o|pro)",
    unit_days={"dia": 1, "dias": 1, "noite": 1, "noites": 1, "semana": 7, "semanas": 7},
    unit_months="mes meses",
    one_words="um uma",
    comparatives="mais no",
    later="tarde depois",
    earlier="antes cedo",
    between_days="ao?|ate",
    same_days="(?:os )?mesmos dias|(?:as )?mesmas datas",
    weekend_after="fim de semana (?:seguinte|depois|a seguir)|(?:final|fds) (?:de semana )?(?:seguinte|depois)",
    weekend_before="fim de semana (?:anterior|antes)",
    weekday_after="seguinte|depois|a seguir",
    weekday_before="antes|anterior",
    following="seguinte",
    longer=(
        r"mais \w+ (?:noites?|dias?|semanas?)(?! (?:cedo|tarde))|\w+ (?:noites?|dias?|"
        "semanas?) (?:a )?mais(?! (?:cedo|tarde))|outra (?:noite|semana)"
    ),
    shorter=r"menos \w+ (?:noites?|dias?|semanas?)|\w+ (?:noites?|dias?|semanas?) (?:a )?menos",
    whole_trip="tudo|ambos|as duas datas|a viagem toda|os dois",
    place_negation="nao",
    negated_place_lead_in="de|do|da|a",
    instead_of="em vez de|em lugar de",
    replace_verb=r"troc\w*|mud\w*|substitu\w*",
    replace_preposition="por|pra|para",
    replace_end="por favor",
    proposal="por que nao|que tal|digamos",
    proposal_preposition="a|para",
    weekday_suffix="feira",
)
