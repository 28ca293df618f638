"""German words of trips of several legs."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.leg_words import LegWords

LEGS: Final = LegWords(
    onward="dann|danach|anschlie(?:ss|s)end|weiter|von dort",
    home="nach hause|heim",
    exit="",
    noun="etappe|strecke|teilstrecke|abschnitt|teil|stuck|leg",
    middle=r"mittler\w*|in der mitte",
    outbound="hinflug|hinweg|hinreise",
    whole="(?:ganze|komplette|gesamte) (?:reise|route|strecke)|alles zusammen|alle (?:etappen|fluge|strecken)",
    drop=r"lass\w*|weglassen|streich\w*|ohne|nicht mehr|vergiss|vergessen|entfall\w*|raus",
    ground="zug|bahn|bus|auto|mietwagen|fahre|schiff|wohnmobil",
)
