"""Italian patterns of preferences: cabin, stops and budget."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.preference_patterns import BudgetPatterns, CabinPatterns, PreferencePatterns, StopPatterns
from asyncassist.languages.word_set import words

PREFERENCES: Final = PreferencePatterns(
    cabin=CabinPatterns(
        phrases={
            "economy": "(?:classe|cabina) (?:economica|eco|turista|turistica)",
            "premium_economy": "premium economica|economica (?:premium|plus)",
            "business": "(?:classe|cabina) business",
            "first": "prima classe|in prima(?= ?$| ?[.,!])",
        },
        words={
            "economy": "economica",
            "premium_economy": "premium",
            "business": "business",
        },
        clear_words=words("premium business"),
        before_other_meaning="piu|meno|viaggio",
        negations="non|invece di",
        negation_fillers="in|la|di",
        alternatives=words("o e"),
    ),
    stops=StopPatterns(
        stops="scal[oi]|transfers?",
        none="senza|nessuno?|zero",
        one="un|una|uno",
        two="due",
        limits="con|con al massimo|al massimo|massimo",
        direct="dirett[oiae]",
        one_stop=r"non(?: \w+){0,2} piu di una volta",
        less_than="meno di",
        more_than="piu di",
    ),
    budget=BudgetPatterns(
        currencies={
            "USD": "dollari|dollaro",
            "EUR": "euros?|euri",
            "GBP": "sterline",
            "CHF": "franchi",
            "JPY": "yen",
        },
        magnitudes={"cento": 100, "mille": 1000},
        limit_cues=(
            "non oltre|oltre i|budget(?: di| e)?|meno di|sotto i|sotto|fino a|al massimo|massimo|entro|inferiore a"
            "|spendere|non piu di|ho(?: circa)?|abbiamo(?: circa)?"
        ),
        budget_cues="budget|spendere",
        before_amount="di|i|le|l",
        per="per|a",
        each="a persona|per persona|a testa|ciascun[oa]|cadaun[oa]|l'uno",
        in_all=r"in tutto|in totale|totali|tutto compreso|per tutti|per entrambi|complessiv\w+",
        limit_suffixes="al massimo|ma non di piu|o meno",
        limit_hints="o meno|massim|non di piu",
    ),
)
