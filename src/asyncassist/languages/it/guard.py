"""Italian words by which the output guard finds prices and times."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.guard_words import GuardWords

GUARD: Final = GuardWords(
    currency_names={
        "euro": "EUR",
        "dollaro": "USD",
        "dollari": "USD",
        "sterlina": "GBP",
        "sterline": "GBP",
        "franchi": "CHF",
        "yen": "JPY",
    },
    currency_noun_last=False,
    minor_units="centesimo centesimi",
    no_currencies="oro zimbabwe nuovi nuovo sum sums",
    round_numbers={},
    before_hour="alle ore",
    after_hour="ore h",
    subtracting="meno",
    ambiguous_calendar_words="mag gen dic ago mar mer ven gio dom lun sab set",
    duration_units="or[ae]|minut[oi]",
    per_cent="per cento",
    clock_suffix="",
)
