"""Spanish words by which the output guard finds prices and times."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.guard_words import GuardWords

GUARD: Final = GuardWords(
    currency_names={
        "euro": "EUR",
        "euros": "EUR",
        "dolar": "USD",
        "dolares": "USD",
        "libra": "GBP",
        "libras": "GBP",
        "real": "BRL",
        "reales": "BRL",
        "francos": "CHF",
        "yen": "JPY",
    },
    currency_noun_last=False,
    minor_units="centimo centimos centavo centavos",
    no_currencies="oro zimbabwe nuevo nuevos sum sums",
    round_numbers={},
    before_hour="las a",
    after_hour="horas h",
    subtracting="menos",
    ambiguous_calendar_words="dom lun sab mar ene ago abr dic",
    duration_units="horas?|minutos?",
    per_cent="por ciento",
    clock_suffix="",
)
