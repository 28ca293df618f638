"""Dutch words of questions about offers."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.offer_words import OfferWords

OFFERS: Final = OfferWords(
    landing=r"land\w*|aankomst\w*|aankom\w*|kom\w*\b.* aan|aan te komen|ben ik er|zijn we er|ben ik thuis|thuis",
    early=r"vroeg\w*|eerst\w*",
    late=r"laat\w*|laatst\w*",
    cheap=r"goedko\w*|voordelig\w*",
    dear=r"duurste",
    fast=r"snel\w*|kortste",
    slow=r"langst\w*|traagste|langzaamste",
    pair="eerste twee|alle ?twee|allebei|beide|beiden|die twee|de twee",
    currency_preposition="in",
    stop_in=r"via|over|(?:tussenstops?|stops?|overstap|overstappen|overstapje) (?:in|op|via)",
    stop_negation=r"niet|geen|zonder|nooit|liever niet|vermijd\w*",
    alternative="of",
)
