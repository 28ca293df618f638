"""Portuguese patterns of preferences: cabin, stops and budget."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.preference_patterns import BudgetPatterns, CabinPatterns, PreferencePatterns, StopPatterns
from asyncassist.languages.word_set import words

PREFERENCES: Final = PreferencePatterns(
    cabin=CabinPatterns(
        phrases={
            "economy": "(?:classe|cabine|tarifa) (?:economica|eco|turista|turistica)",
            "premium_economy": "premium economica|economica (?:premium|plus)",
            "business": "(?:classe|cabine) (?:business|executiva|negocios)",
            "first": "primeira (?:classe|cabine)|em primeira(?= ?$| ?[.,])",
        },
        words={
            "economy": "economica|turista",
            "premium_economy": "premium",
            "business": "executiva",
        },
        clear_words=words("premium executiva"),
        before_other_meaning="mais|viagem|de|menos",
        negations="nao|em vez de",
        negation_fillers="em|a|de",
        alternatives=words("ou e"),
    ),
    stops=StopPatterns(
        stops="escalas?|conex(?:ao|oes)|paradas?|paragens?|paragem|transbordos?",
        none="sem|nada de|nenhuma|zero",
        one="um|uma",
        two="dois|duas",
        limits="com|no maximo|ate|maximo",
        direct="diret[oa]s?",
        one_stop=r"nao(?: \w+){0,2} mais (?:de|que) uma vez",
        less_than="menos de",
        more_than="mais de|tem",
    ),
    budget=BudgetPatterns(
        currencies={
            "USD": "dolares?|dolar",
            "EUR": "euros?",
            "GBP": "libras?",
            "BRL": "reais|real",
            "CHF": "francos?",
            "JPY": "ienes?",
            "INR": "rupias?",
        },
        magnitudes={"cem": 100, "cento": 100, "mil": 1000},
        limit_cues=(
            "nao acima de|ate|abaixo de|menos de|no maximo|maximo(?: de)?|orcamento(?: de| e)?|ate um maximo de"
            "|inferior a|gastar|nao mais que|nao mais de|tenho(?: uns)?|temos(?: uns)?"
        ),
        budget_cues="orcamento|gastar",
        before_amount="de|os",
        per="por",
        each="por pessoa|por cabeca|cada um|cada uma|cada",
        in_all="ao todo|no total|em tudo|no conjunto|para todos|para os dois",
        limit_suffixes="(?:e|mas) nao mais|ou menos|no maximo|maximo",
        limit_hints="ou menos|max|nao mais",
    ),
)
