"""Dutch words of intents that are no phrases."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.intent_words import IntentWords

INTENTS: Final = IntentWords(
    filler_words=(
        "ik wij we wil zou heb hebben nodig graag een de het en maar alsjeblieft alstublieft aub dan dus ook kan kunnen"
        " met mijn ja hallo hoi even gewoon liever misschien nu als mogelijk moet zoek zoeken"
    ),
    baggage_stems="bagage,koffer,handbagage,ruimbagage,kinderwagen,wandelwagen",
    no_baggage="",
)
