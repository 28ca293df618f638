"""Portuguese words of questions about offers."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.offer_words import OfferWords

OFFERS: Final = OfferWords(
    landing=r"cheg\w*|aterr\w*|pous\w*",
    early="mais cedo|primeiro|antes|cedo",
    late="mais tarde|ultimo|por ultimo|tarde",
    cheap=r"barat\w*|em conta|economic\w*",
    dear=r"mais car\w*",
    fast=r"rapid\w*|mais curto",
    slow="mais (?:longo|demorado)",
    pair="dois primeiros|os dois|ambos|esses dois",
    currency_preposition="em|para",
    stop_in=r"via|por|(?:escala|conexao|paragem|parada|ligacao) (?:seja )?(?:em|por|na|no)",
    stop_negation=r"sem|nao|evita\w*|nada de|nem",
    alternative="ou",
)
