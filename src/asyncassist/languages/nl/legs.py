"""Dutch words of trips of several legs."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.leg_words import LegWords

LEGS: Final = LegWords(
    onward="dan|daarna|vervolgens|verder|door naar|vandaar|van daar",
    home="naar huis|weer thuis",
    exit="",
    noun="etappe|traject|deel|stuk|gedeelte|leg",
    middle=r"middelste|in het midden",
    outbound="heenvlucht|heenreis|heenweg",
    whole="(?:hele|volledige|complete) (?:reis|route|traject)|alles samen|alle (?:trajecten|vluchten|etappes)",
    drop=r"sla\w*|laat\w*|weglaten|schrap\w*|zonder|niet meer|vergeet|vergeten|vervalt|eruit",
    ground="trein|bus|auto|huurauto|rijden|veerboot|boot|spoor",
)
