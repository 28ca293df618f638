"""English words of trips of several legs."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.leg_words import LegWords

LEGS: Final = LegWords(
    onward="then|onwards?|afterwards|thereafter|after that|from there|on to",
    home="home",
    exit="out of|home from",
    noun="legs?|stretch|bit|part|section|segment",
    middle="middle",
    outbound="outbound|way (?:there|out)|outward|first leg",
    whole=(
        r"(?:whole|entire|full|complete) (?:trip|journey|thing|route|itinerary)|all (?:the |of the |"
        r"three |four |five |six )?legs|everything (?:together|again)|all together"
    ),
    drop=(
        r"drop|skip|remove|leave out|cut|cancel|forget(?: about)?|scrap|ditch|without|no longer|"
        r"don't (?:need|want)|do not (?:need|want)"
    ),
    ground="train|bus|coach|car|drive|driving|ferry|boat|rail|road",
)
