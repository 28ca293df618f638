"""Spanish words of intents that are no phrases."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.intent_words import IntentWords

INTENTS: Final = IntentWords(
    filler_words=(
        "yo nosotros quiero quisiera necesito gustaria un una el la los las y o pero por favor entonces "
        "puede ser con mi hola"
    ),
    baggage_stems="equipaje,maleta,valij,cochecito,carrito de bebe",
    no_baggage="",
)
