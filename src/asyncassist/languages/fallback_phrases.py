"""Type of the phrases of the chatbot's default fallback, which answers when no model does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class FallbackPhrases:
    """Phrases of one language, and the words by which the fallback recognizes it.

    Attributes:
        unavailable: Sentence for a model that does not answer at the moment.
        no_model: Sentence for a chatbot without a configured model.
        moderated: Sentence for a message that moderation blocked.
        known_slots: Introduction of the known slots.
        offers: Introduction of the flights found.
        more: Number of flights not listed; contains "{n}".
        missing: Introduction of the missing slots.
        try_again: Advice to try again later.
        direct: Label for direct flights only.
        stops: Label for at most "{n}" stops.
        slots: Labels of the slots, by slot name.
        cabins: Names of the cabins, by cabin.
        trip_types: Names of the trip types, by trip type.
        intents: Sentences that state the user's intent, by intent; other intents are not mentioned.
        travellers: Singular and plural of "{n}" adults, children and infants.
        function_words: Frequent words with their accents, in lower case and separated by spaces. They are enough to
            choose the language of a fallback; the language identification of `asyncassist.nlp` has its own.
    """

    unavailable: str
    no_model: str
    moderated: str
    known_slots: str
    offers: str
    more: str
    missing: str
    try_again: str
    direct: str
    stops: str
    slots: Mapping[str, str]
    cabins: Mapping[str, str]
    trip_types: Mapping[str, str]
    intents: Mapping[str, str]
    travellers: Mapping[str, tuple[str, str]]
    function_words: str
