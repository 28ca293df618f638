"""Spanish patterns of small words in follow-up messages."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.followup_patterns import FollowupPatterns

FOLLOWUP: Final = FollowupPatterns(
    language_verb=(r"habl\w+|segui[rm]\w*|sigamos|volve[rm]\w*|volvamos|cambi\w+|respond\w+|continu\w+"),
    language_preposition="en|a|al",
    language_request_end="por favor",
    please="por favor",
    language_negation="no",
    name_negation="no",
    name_joiner="o|y|ni",
    name_lead_in="con|la",
    after_passenger_count="ahora|en total|al final|entonces|che|eh|porfa|por cierto|nomas|nada mas",
    only="solo|solamente|unicamente",
    only_before_code="solo|sólo",
    only_after_code="",
    restatement="entonces|o sea|es decir|asi que|por tanto",
)
