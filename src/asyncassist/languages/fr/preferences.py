"""French patterns of preferences: cabin, stops and budget."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.preference_patterns import BudgetPatterns, CabinPatterns, PreferencePatterns, StopPatterns
from asyncassist.languages.word_set import words

PREFERENCES: Final = PreferencePatterns(
    cabin=CabinPatterns(
        phrases={
            "economy": "(?:classe|cabine) (?:economique|eco|touriste)",
            "premium_economy": "premium (?:economique|eco)|economique (?:premium|plus)",
            "business": "(?:classe|cabine) (?:business|affaires)",
            "first": "premiere classe|en premiere(?! fois)|in premiere(?= ?$| ?[.,!])",
        },
        words={
            "economy": "economique",
            "premium_economy": "premium",
            "business": "(?<!d )affaires",
        },
        clear_words=words("premium"),
        before_other_meaning="plus|d|voyage|de",
        negations="ne|pas|non|au lieu de",
        negation_fillers="en|a|la|de",
        alternatives=words("ou et"),
    ),
    stops=StopPatterns(
        stops="escales?|correspondances?",
        none="sans(?: aucune)?|aucune?|pas d|pas de",
        one="un|une",
        two="deux",
        limits="avec|au maximum|au plus|maximum",
        direct="directe?s?",
        one_stop=r"ne(?: \w+){0,2} plus d une fois|change\w* (?:maximum )?une (?:seule )?fois(?: (?:maximum|max))?",
        less_than="moins de",
        more_than="plus d|plus de",
    ),
    budget=BudgetPatterns(
        currencies={
            "USD": "dollars?",
            "EUR": "euros?|balles",
            "GBP": "livres?(?: sterling)?",
            "CHF": "francs?",
        },
        magnitudes={"cent": 100, "mille": 1000},
        limit_cues=(
            "pas au dessus de|budget(?: de| est| max(?:imum)?)?|moins de|moins que|jusqu a|maximum|au maximum|sous"
            "|depenser|pas plus de|j ai(?: environ)?|on a(?: environ)?|nous avons"
        ),
        budget_cues="budget|depenser",
        before_amount="de|le|l",
        per="par",
        each="par personne|par tete|chacun|chacune",
        in_all="en tout|au total|tout compris|pour tous|pour nous deux|a deux",
        limit_suffixes="grand max|maxi|max(?:imum)?|au maximum|mais pas plus|ou moins",
        limit_hints="ou moins|max|pas plus",
    ),
)
