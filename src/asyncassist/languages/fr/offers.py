"""French words of questions about offers."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.offer_words import OfferWords

OFFERS: Final = OfferWords(
    landing=r"arriv\w*|atterri\w*|rentr\w*|la-bas",
    early="plus tot|premier|en premier",
    late="plus tard|dernier|en dernier",
    cheap=r"moins cher\w*|economique",
    dear=r"plus cher\w*",
    fast="plus rapide|plus court|rapide",
    slow=r"plus long\w*",
    pair="deux premiers|les deux|ces deux",
    currency_preposition="en",
    stop_in=r"via|par|(?:escale|correspondance|arret|transit) (?:a|par|en|au)",
    stop_negation=r"pas|sans|evite\w*|jamais|surtout pas|aucune",
    alternative="ou|ou bien|ou alors",
)
