"""Type of the patterns of small words in follow-up messages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class FollowupPatterns:
    """Regular expressions of one language, for lower-case text without accents; each matches whole words.

    Attributes:
        language_verb: Verbs of a request to change the language of the conversation.
        language_preposition: Words before the name of the language.
        language_request_end: Words that may end a request with a verb.
        please: "Please" after the name of a language.
        language_negation: Words before a request that negate it.
        name_negation: Words before a name that exclude it: "not Ryanair, easyJet".
        name_joiner: Words that join two names in a list.
        name_lead_in: Prepositions and articles before a further name.
        after_passenger_count: Words that may follow a number of passengers without a noun.
        only: Words of a short message that wants one airline: "only".
        only_before_code: "Only" before the code of an airline, lower case with accents.
        only_after_code: "Only" and "please" after the code of an airline, lower case with accents; may be empty.
        restatement: Words before the complete count: "so two adults".
    """

    language_verb: str
    language_preposition: str
    language_request_end: str
    please: str
    language_negation: str
    name_negation: str
    name_joiner: str
    name_lead_in: str
    after_passenger_count: str
    only: str
    only_before_code: str
    only_after_code: str
    restatement: str
