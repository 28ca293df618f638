"""English patterns of preferences: cabin, stops and budget."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.preference_patterns import BudgetPatterns, CabinPatterns, PreferencePatterns, StopPatterns
from asyncassist.languages.word_set import words

PREFERENCES: Final = PreferencePatterns(
    cabin=CabinPatterns(
        phrases={
            "economy": (
                "(?:economy|econ|eco|coach|economic|tourist) ?(?:class|seats?|tickets?|cabin|fares?|flights?)"
                "|cattle class"
            ),
            "premium_economy": "premium (?:economy|eco|class|seats?|tickets?)|economy (?:premium|plus)|comfort plus",
            "business": (
                "(?:business|biz|executive|bussiness|buisness) ?(?:class|seats?|tickets?|cabin|fares?|flights?)"
            ),
            "first": "first ?(?:class|cabin)|in first(?= ?$| ?[.,!])",
        },
        words={
            "economy": "economy|econ|eco|coach|economic|tourist",
            "premium_economy": "premium",
            "business": "business|biz|executive|bussiness|buisness",
        },
        clear_words=words("economy coach premium business"),
        before_other_meaning="most|more|on|for|any|either|the",
        after_other_meaning=(
            "trips?|travels?|meetings?|partners?|lounge|hours|days?|card|loan|people|man|traveler|conference|friendly"
        ),
        before_business="on|for|my|a|our|the",
        negations="not|no|without|instead of|rather than|don t want|any class except",
        negation_fillers="in|the|a|fly|want",
        alternatives=words("or and"),
    ),
    stops=StopPatterns(
        stops="stops?|stopovers?|stop overs?|layovers?|connections?|transfers?",
        none="no|zero|without(?: any)?",
        one="one|a single",
        two="two",
        limits=r"at most|maximum(?: of)?|max\.?|up to|no more than|with|only|just",
        direct="direct(?:ly)?|non ?stop",
        after_direct="flights?|only",
        one_stop=(
            r"(?:no|not)(?: \w+){0,2} more than once"
            r"|(?:change|stop)\w* (?:(?:only|maximum|at most) )?once(?: (?:only|at most|maximum|max))?"
        ),
        less_than="less than|fewer than",
        more_than="more than|has|have|had",
    ),
    budget=BudgetPatterns(
        currencies={
            "USD": "dollars?|bucks|u s dollars?",
            "EUR": "euros?",
            "GBP": "pounds?|quid",
            "CHF": "francs?",
            "CAD": "canadian dollars?",
            "AUD": "australian dollars?",
            "JPY": "yen",
            "INR": "rupees?",
        },
        magnitudes={"hundred": 100, "thousand": 1000},
        limit_cues=(
            r"under|below|less than|cheaper than|up to|at most|max(?:imum)?(?: ?\.)?(?: of)?|no more than"
            "|not (?:over|above)|no over|not more than|within|budget(?: is| of)?(?: about| around)?(?: of)?|spend"
            "|can pay|afford|have(?: got)?(?: about| around)?|got(?: about| around)?|limit(?: is| of)?"
        ),
        budget_cues="budget|spend|afford",
        before_amount="of",
        per="per|a",
        each="each|per person|per head|a head|apiece|pp|for each of us",
        in_all="in all|in total|all in|altogether|for all of us|for (?:the )?(?:two|both|three) of us|total",
        limit_suffixes="or less|max(?:imum)?|tops|but no more|at most|budget",
        limit_hints="or less|tops|max|no more",
    ),
)
