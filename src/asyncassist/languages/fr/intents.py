"""French words of intents that are no phrases."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.intent_words import IntentWords

INTENTS: Final = IntentWords(
    filler_words=(
        "je j nous veux voudrais aimerais il faut un une le la les l et mais s vous plait alors sera serait"
        " peut avec mon ma oui bonjour"
    ),
    baggage_stems="bagag,valise,franchi,poussette",
    no_baggage="",
)
