"""German words of questions about offers."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.offer_words import OfferWords

OFFERS: Final = OfferWords(
    landing=r"lande\w*|ankunft|ankomm\w*|ankam|kommt?\b.* an|bin ich|sind wir|da sein|zu ?hause",
    early=r"fruh\w*|zuerst|als erste\w*|erste\w*",
    late=r"spat\w*|zuletzt|letzte\w*",
    cheap=r"gunstig\w*|billig\w*",
    dear=r"teuerste\w*",
    fast=r"schnell\w*|kurzeste\w*",
    slow=r"langste\w*|am langsten",
    pair="ersten beiden|beiden|beide|die zwei",
    currency_preposition="in",
    stop_in=r"uber|via|(?:stopp?|umstieg|umsteigen|zwischenstopp|zwischenlandung|zwischenhalt|aufenthalt) (?:in|uber)",
    stop_negation=r"nicht|kein|keine|keinen|ohne|nie|nur nicht|bitte nicht|vermeide\w*",
    alternative="oder",
)
