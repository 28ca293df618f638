"""Dutch patterns of small words in follow-up messages."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.followup_patterns import FollowupPatterns

FOLLOWUP: Final = FollowupPatterns(
    language_verb=r"spreek\w*|sprek\w+|praat|praten|verder|weer|terug|wissel\w*|schakel\w*|antwoord\w*|ga door",
    language_preposition="in|op|naar|het|over",
    language_request_end="alsjeblieft|alstublieft|aub|graag|weer|verder",
    please="alsjeblieft|alstublieft|aub|graag",
    language_negation="niet|geen",
    name_negation="niet|geen",
    name_joiner="en|of|noch",
    name_lead_in="met|de",
    after_passenger_count="mensen|man|in totaal|nu|toch",
    only="alleen|enkel|uitsluitend",
    only_before_code="alleen|enkel",
    only_after_code="alleen|alsjeblieft|graag",
    restatement="dus|dat (?:is|zijn|maakt)|in totaal",
)
