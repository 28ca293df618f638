"""Italian words of questions about offers."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.offer_words import OfferWords

OFFERS: Final = OfferWords(
    landing=r"arriv\w*|atterr\w*",
    early="prima|piu presto|primo|presto",
    late="piu tardi|ultimo|tardi",
    cheap=r"economic\w*|meno car\w*|costa (?:di )?meno",
    dear=r"piu car\w*",
    fast=r"veloc\w*|piu (?:corto|breve)",
    slow=r"piu lung\w*",
    pair="primi due|i due|entrambi|quei due",
    currency_preposition="in",
    stop_in=r"via|passando (?:per|da)|passare (?:per|da)|(?:scalo|scali|coincidenza|sosta) (?:sia )?(?:a|in|ad)",
    stop_negation=r"senza|non|evita\w*|niente|nessuno|mai",
    alternative="o|oppure",
)
