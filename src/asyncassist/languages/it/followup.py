"""Italian patterns of small words in follow-up messages."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.followup_patterns import FollowupPatterns

FOLLOWUP: Final = FollowupPatterns(
    language_verb=(r"parl(?:are|iamo|[aio])|torn(?:iamo|are|a)|passiamo|rispond\w+|cambi\w+|continu\w+"),
    language_preposition="in|a|al|all'",
    language_request_end="per favore",
    please="per favore",
    language_negation="non|no",
    name_negation="non|no",
    name_joiner="o|e|ne",
    name_lead_in="con|la",
    after_passenger_count="adesso|in tutto|allora|raga|ragazzi|eh|comunque|alla fine",
    only="solo|soltanto|unicamente",
    only_before_code="solo",
    only_after_code="",
    restatement="quindi|cioe|dunque|ossia",
)
