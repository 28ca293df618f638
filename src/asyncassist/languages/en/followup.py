"""English patterns of small words in follow-up messages."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.followup_patterns import FollowupPatterns

FOLLOWUP: Final = FollowupPatterns(
    language_verb=("speak|talk|continue|carry on|go on|go back|back|switch|change|return|answer|reply"),
    language_preposition="in|to|the",
    language_request_end="please|again",
    please="please",
    language_negation=r"not|no|cannot|barely|\w*n't\w*",
    name_negation="not|no",
    name_joiner="or|and|nor",
    name_lead_in="with",
    after_passenger_count="of us|now|then|in total|actually|after all|btw|by the way|sorry|mate|x|lol|please",
    only="only|just|or nothing|nothing but",
    only_before_code="only|just",
    only_after_code="only|please",
    restatement="so|also|that's|that makes|meaning",
)
