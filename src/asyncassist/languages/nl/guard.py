"""Dutch words by which the output guard finds prices and times."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.guard_words import GuardWords

GUARD: Final = GuardWords(
    currency_names={
        "euro": "EUR",
        "euros": "EUR",
        "dollar": "USD",
        "dollars": "USD",
        "pond": "GBP",
        "frank": "CHF",
        "franken": "CHF",
        "yen": "JPY",
    },
    currency_noun_last=True,
    minor_units="cent cents eurocent",
    no_currencies="goud zimbabwe herzegovina nieuwe nieuw",
    round_numbers={},
    before_hour="om rond half over voor na tegen",
    after_hour="uur u",
    subtracting="half voor",
    ambiguous_calendar_words="ma di wo do vr za zo dec jan mei",
    duration_units="uur|uren|minuten|minuut",
    per_cent="procent",
    clock_suffix="",
)
