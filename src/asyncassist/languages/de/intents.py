"""German words of intents that are no phrases."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.intent_words import IntentWords

INTENTS: Final = IntentWords(
    filler_words=(
        "ich wir mochte wurde brauche gerne gern ein eine einen der die das den und aber bitte dann so also"
        " ware kann mit mein meine ja hallo"
    ),
    baggage_stems="gepack,koffer,kinderwagen,kinderbuggy",
    no_baggage="",
)
