"""English words of intents that are no phrases."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.intent_words import IntentWords

INTENTS: Final = IntentWords(
    filler_words=(
        "i we my our me us the a an it its is will would like ll d want need to be please and then so also "
        "but if possible or let s okay ok yes no hi hello hey thanks with just make prefer preferably about"
        " this that actually now think guess can you"
    ),
    baggage_stems="luggage,baggage,carry,checked bag,suitcase,pushchair,stroller",
    no_baggage="shopping list,packing list,buy a",
)
