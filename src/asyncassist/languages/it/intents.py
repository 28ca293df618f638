"""Italian words of intents that are no phrases."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.intent_words import IntentWords

INTENTS: Final = IntentWords(
    filler_words=(
        "io noi voglio vorrei serve un una il lo la gli le e o ma per favore allora sarebbe puo con mio mia si no ciao"
    ),
    baggage_stems="bagagli,valigi,franchi,passeggin",
    no_baggage="",
)
