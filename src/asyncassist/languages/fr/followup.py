"""French patterns of small words in follow-up messages."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.followup_patterns import FollowupPatterns

FOLLOWUP: Final = FollowupPatterns(
    language_verb=(r"parle[rz]?|parlons|continuer|continuons|repass\w+|reven(?:ons|ir)|passons|repond\w+"),
    language_preposition="en|au|a",
    language_request_end="s'il (?:te|vous) plait|svp",
    please="svp|stp|s'il",
    language_negation="pas|non",
    name_negation="pas|non",
    name_joiner="ou|et|ni",
    name_lead_in="avec|la|le",
    after_passenger_count="finalement|en fait|maintenant|au total|alors|svp|hein|au fait",
    only="seulement|uniquement|que|rien que",
    only_before_code="seulement",
    only_after_code="",
    restatement="donc|c'est-a-dire|soit|ca fait",
)
