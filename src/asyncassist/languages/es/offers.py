"""Spanish words of questions about offers."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.offer_words import OfferWords

OFFERS: Final = OfferWords(
    landing=r"lleg\w*|aterriz\w*",
    early="mas temprano|antes|primero|mas pronto|temprano",
    late="mas tarde|ultimo|tarde",
    cheap=r"barat\w*|economic\w*",
    dear=r"mas car\w*",
    fast=r"rapid\w*|mas corto",
    slow=r"mas larg\w*",
    pair="dos primeros|los dos|ambos|esos dos",
    currency_preposition="en|a",
    stop_in=r"via|por|(?:escala|conexion|parada) (?:sea )?(?:en|por)",
    stop_negation=r"sin|no|nada de|evita\w*|menos|ni",
    alternative="o|u|o bien",
)
