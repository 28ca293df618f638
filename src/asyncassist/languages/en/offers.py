"""English words of questions about offers."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.offer_words import OfferWords

OFFERS: Final = OfferWords(
    landing=r"arriv\w*|land\w*|gets? (?:in|there|back|home)|be (?:there|home|back|in)|touch\w* down",
    early="first|earliest|soonest|early",
    late="last|latest",
    cheap="cheapest|cheaper|cheap|least expensive|lowest",
    dear="most expensive|priciest|dearest|expensive one",
    fast="fastest|quickest|shortest|fast|quick",
    slow="longest|slowest",
    pair="first two|both|these two|those two|the two|them",
    currency_preposition="in|to|into",
    stop_in=(
        r"via|through|over|"
        r"(?:stops?|stopover|layover|connections?|connect(?:ing)?|chang(?:e|ing)) (?:in|at|via)"
    ),
    stop_negation=r"no|not|without|don't|dont|do not|avoid|never|anything but|rather not|nothing|skip",
    alternative="or|either",
)
