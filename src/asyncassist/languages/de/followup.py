"""German patterns of small words in follow-up messages."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.followup_patterns import FollowupPatterns

FOLLOWUP: Final = FollowupPatterns(
    language_verb=r"sprech\w+|sprich\w*|reden|weiter\w*|wieder|zuruck|wechs\w+|antwort\w+",
    language_preposition="in|auf|ins|zu|zum",
    language_request_end="bitte|wieder|weiter",
    please="bitte",
    language_negation="nicht|keine?",
    name_negation="nicht",
    name_joiner="und|oder|noch",
    name_lead_in="mit|die",
    after_passenger_count="leute|mann|insgesamt|jetzt|doch|ubrigens|bitte|ok",
    only="nur|ausschlieslich",
    only_before_code="nur",
    only_after_code="bitte|nur",
    restatement="also|das (?:heist|macht|sind)|insgesamt",
)
