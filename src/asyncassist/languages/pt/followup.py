"""Portuguese patterns of small words in follow-up messages."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.followup_patterns import FollowupPatterns

FOLLOWUP: Final = FollowupPatterns(
    language_verb=r"fal[ae]\w*|volt(?:ar|emos|amos|e)|continu\w+|mud(?:ar|emos|e)|respond\w+",
    language_preposition="em|a|ao",
    language_request_end="por favor",
    please="por favor",
    language_negation="nao",
    name_negation="nao",
    name_joiner="ou|e|nem",
    name_lead_in="com|a|o",
    after_passenger_count="na vdd|na verdade|no fim|entao|agora|no total|afinal|ta|viu|gente|pessoal|tb|ja agora",
    only="so|apenas|somente|unicamente",
    only_before_code="so|só|apenas",
    only_after_code="",
    restatement="ou seja|entao|portanto",
)
