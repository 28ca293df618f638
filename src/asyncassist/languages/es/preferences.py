"""Spanish patterns of preferences: cabin, stops and budget."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.preference_patterns import BudgetPatterns, CabinPatterns, PreferencePatterns, StopPatterns
from asyncassist.languages.word_set import words

PREFERENCES: Final = PreferencePatterns(
    cabin=CabinPatterns(
        phrases={
            "economy": "(?:clase|cabina|tarifa) (?:economica|eco|turista|turistica)",
            "premium_economy": "premium economica|(?:economica|turista) (?:premium|plus)",
            "business": "(?:clase|cabina) (?:business|ejecutiva|negocios)",
            "first": "primera clase|in primera(?= ?$| ?[.,!])",
        },
        words={
            "economy": "economica|turista",
            "premium_economy": "premium",
            "business": "ejecutiva",
        },
        clear_words=words("premium ejecutiva"),
        before_other_meaning="mas|en viaje de|viaje|de|menos",
        negations="no|en vez de",
        negation_fillers="en|a|la|de",
        alternatives=words("o y"),
    ),
    stops=StopPatterns(
        stops="escalas?|conexion(?:es)?|paradas?|transbordos?",
        none="sin|ninguna|cero|nada de",
        one="un|una|uno",
        two="dos",
        limits="con|como maximo|maximo",
        direct="directos?|directas?",
        one_stop=r"no(?: \w+){0,2} mas de una vez",
        less_than="menos de",
        more_than="mas de|tiene",
    ),
    budget=BudgetPatterns(
        currencies={
            "USD": "dolares?|dolar",
            "EUR": "euros?|pavos",
            "GBP": "libras?",
            "CHF": "francos?",
            "JPY": "yenes",
            "INR": "rupias?",
            "MXN": "pesos mexicanos|pesos",
            "ARS": "pesos argentinos",
        },
        magnitudes={"cien": 100, "mil": 1000},
        limit_cues=(
            "no por encima de|menos de|maximo(?: de)?|hasta|por debajo de|como maximo|presupuesto(?: de| es)?"
            "|budget(?: de| es)?|inferior a|gastar|no mas de|tengo(?: unos)?|tenemos(?: unos)?"
        ),
        budget_cues="budget|presupuesto|gastar",
        before_amount="de",
        per="por",
        each="por persona|por cabeza|cada uno|cada una|c/u|por barba",
        in_all="en total|en todo|por todo|todo incluido|para todos|para los dos",
        limit_suffixes="como maximo|(?:y|pero) no mas|o menos|maximo",
        limit_hints="o menos|max|no mas",
    ),
)
