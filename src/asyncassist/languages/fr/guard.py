"""French words by which the output guard finds prices and times."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.guard_words import GuardWords

GUARD: Final = GuardWords(
    currency_names={"euro": "EUR", "euros": "EUR", "dollar": "USD", "dollars": "USD", "francs": "CHF", "yen": "JPY"},
    currency_noun_last=False,
    minor_units="centime centimes cent cents",
    no_currencies="or zimbabwe nouveau nouveaux sum sums sons",
    round_numbers={},
    before_hour="a vers",
    after_hour="heures heure h",
    subtracting="moins",
    ambiguous_calendar_words="mars avr dec mer ven lun mar",
    duration_units="heures?|minutes?",
    per_cent="pour ?cent",
    clock_suffix="",
)
