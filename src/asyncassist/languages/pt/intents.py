"""Portuguese words of intents that are no phrases."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.intent_words import IntentWords

INTENTS: Final = IntentWords(
    filler_words=(
        "eu nos quero queria gostaria preciso um uma o os as e mas por favor entao sera seria pode ser com "
        "meu minha sim ola"
    ),
    baggage_stems="bagag,mala,franquia,carrinho de bebe",
    no_baggage="",
)
