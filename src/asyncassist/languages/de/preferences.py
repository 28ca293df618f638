"""German patterns of preferences: cabin, stops and budget."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.preference_patterns import BudgetPatterns, CabinPatterns, PreferencePatterns, StopPatterns
from asyncassist.languages.word_set import words

PREFERENCES: Final = PreferencePatterns(
    cabin=CabinPatterns(
        phrases={
            "economy": "(?:economy|econ|eco|coach|economic|tourist) ?klasse|touristenklasse|holzklasse",
            "premium_economy": "premium klasse",
            "business": "(?:business|biz|executive|bussiness|buisness) ?klasse",
            "first": "(?:first ?|erste[rn]? )klasse",
        },
        words={
            "economy": "economy",
            "premium_economy": "premium",
            "business": "business",
        },
        clear_words=words("economy premium business"),
        negations="nicht|kein|keine|statt",
        negation_fillers="in|der|die",
        alternatives=words("oder und"),
    ),
    stops=StopPatterns(
        stops="zwischenstopps?|zwischenstops?|zwischenlandung(?:en)?|umstiege?|umsteigen|stopps?",
        none="ohne|keine?n?|keinerlei",
        one="ein|eine|einen|einem|einer",
        two="zwei",
        limits="mit|hochstens|maximal|maximum",
        direct="direkt(?:flug|fluge|e|er|en|verbindung)?",
        one_stop=(
            r"nicht(?: \w+){0,2} mehr als einmal"
            r"|(?:umsteigen|stop)\w* (?:(?:hochstens|maximal|maximum) )?einmal(?: (?:maximum|max))?"
        ),
        less_than="weniger als",
        more_than="mehr als",
    ),
    budget=BudgetPatterns(
        currencies={
            "USD": "dollars?",
            "EUR": "euros?|euronen",
            "GBP": "pfund",
            "CHF": "franken",
            "JPY": "yen",
        },
        magnitudes={"hundert": 100, "tausend": 1000},
        limit_cues=(
            "nicht uber|maximal|budget(?: von| ist)?|unter|hochstens|bis zu|weniger als|bis|nicht mehr als|ausgeben"
            "|habe?(?: etwa| ungefahr| so)?|haben(?: etwa| ungefahr)?"
        ),
        budget_cues="budget|ausgeben",
        before_amount="von",
        per="pro",
        each=r"pro person|pro kopf|pro nase|je person|jeder?|pp|p\. ?p\.",
        in_all="insgesamt|in allem|zusammen|alles in allem|gesamt|fur alle|fur beide",
        limit_suffixes="hochstens|maximal|aber nicht mehr|oder weniger|budget",
        limit_hints="oder weniger|max|hochst|nicht mehr",
    ),
)
