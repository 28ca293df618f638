"""English words by which the output guard finds prices and times."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.guard_words import GuardWords

GUARD: Final = GuardWords(
    currency_names={
        "euro": "EUR",
        "euros": "EUR",
        "dollar": "USD",
        "dollars": "USD",
        "buck": "USD",
        "bucks": "USD",
        "pound": "GBP",
        "pounds": "GBP",
        "quid": "GBP",
        "francs": "CHF",
        "real": "BRL",
        "reais": "BRL",
        "yen": "JPY",
        "coin": "",
        "coins": "",
    },
    currency_noun_last=True,
    minor_units="cent cents penny pence",
    no_currencies="gold zimbabwe tongan tongans sum sums",
    round_numbers={"dozen": 12, "hundred": 100, "thousand": 1000},
    before_hour="at past to",
    after_hour="o h am pm",
    subtracting="to",
    ambiguous_calendar_words="may mar sat sun mon jan dec",
    duration_units="hours?|minutes?",
    per_cent="per ?cent",
    clock_suffix="",
)
