"""Portuguese words by which the output guard finds prices and times."""

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
        "reais": "BRL",
        "francos": "CHF",
    },
    currency_noun_last=False,
    minor_units="centavo centavos centimo centimos",
    no_currencies="ouro ouros zimbabwe novo novos sum sums sons",
    round_numbers={},
    before_hour="as a",
    after_hour="horas h",
    subtracting="menos",
    ambiguous_calendar_words="dom sab out set ago abr dez mar",
    duration_units="horas?|minutos?",
    per_cent="por ?cento",
    clock_suffix="",
)
