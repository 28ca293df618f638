"""Type of the words of intents that are no phrases; those are in `nlp/data/phrases.txt`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class IntentWords:
    """Words of one language, folded: lower case without accents.

    Attributes:
        filler_words: Words that may surround the slots of a search without adding content, separated by white space,
            folded.
        baggage_stems: Beginnings of words, or phrases, that can only mean a bag; separated by commas, folded.
        no_baggage: Phrases with a word of baggage that mean something else; separated by commas, folded, may be empty.
    """

    filler_words: str
    baggage_stems: str
    no_baggage: str
