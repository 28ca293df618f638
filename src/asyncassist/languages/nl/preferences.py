"""Dutch patterns of preferences: cabin, stops and budget."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.preference_patterns import BudgetPatterns, CabinPatterns, PreferencePatterns, StopPatterns
from asyncassist.languages.word_set import words

PREFERENCES: Final = PreferencePatterns(
    cabin=CabinPatterns(
        phrases={
            "economy": "(?:economy|eco|economische|toeristen|tweede) ?klas(?:se)?|toeristenklasse",
            "premium_economy": "premium ?klas(?:se)?",
            "business": "(?:business|zaken|biz) ?klas(?:se)?|zakenklasse|zakelijke klasse",
            "first": "eerste ?klas(?:se)?|1e klas(?:se)?",
        },
        words={
            "economy": "economy",
            "premium_economy": "premium",
            "business": "business",
        },
        clear_words=words("economy premium business"),
        negations="niet|geen|zonder|in plaats van|liever geen",
        negation_fillers="in|de",
        alternatives=words("of en"),
    ),
    stops=StopPatterns(
        stops="tussenstops?|tussenstoppen|tussenlanding(?:en)?|stops?|overstappen|overstap|overstapjes?",
        none="zonder(?: een)?|geen(?: enkele)?|zonder enige",
        one="een|een enkele",
        two="twee",
        limits="met|hoogstens|maximaal|maximum|ten hoogste|maximaal met|slechts|max",
        direct="rechtstreekse?|direct(?:e)?|directe vlucht(?:en)?|non ?stop",
        after_direct="vlucht(?:en)?|vliegen",
        one_stop=(
            r"niet(?: \w+){0,2} meer dan een keer"
            r"|(?:hoogstens|maximaal|maximum) (?:een keer|eenmaal) overstappen"
            r"|(?:een keer|eenmaal) overstappen(?: (?:maximaal|max))?"
        ),
        less_than="minder dan",
        more_than="meer dan",
    ),
    budget=BudgetPatterns(
        currencies={
            "USD": "dollars?",
            "EUR": "euros?",
            "GBP": "pond(?:en)?",
            "CHF": "frank(?:en)?",
            "JPY": "yen",
        },
        magnitudes={"honderd": 100, "duizend": 1000},
        limit_cues=(
            "niet boven|maximaal|maximum|max|budget(?: van| is)?|onder(?: de)?|hoogstens|ten hoogste|tot|minder dan"
            "|goedkoper dan|niet meer dan|uitgeven|niet duurder dan|heb(?: ongeveer)?|hebben(?: ongeveer)?"
        ),
        budget_cues="budget|uitgeven",
        before_amount="van|de",
        per="per",
        each=r"per persoon|per hoofd|de man|p\.? ?p\.?|elk|ieder",
        in_all="in totaal|alles bij elkaar|samen|voor iedereen|voor allemaal|totaal",
        limit_suffixes="hoogstens|maximaal|maximum|max|of minder|budget|maar niet meer|uitgeven",
        limit_hints="of minder|max|hoogst|niet meer",
    ),
)
