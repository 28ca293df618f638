"""German words by which the output guard finds prices and times."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.guard_words import GuardWords

GUARD: Final = GuardWords(
    currency_names={"euro": "EUR", "euros": "EUR", "dollar": "USD", "pfund": "GBP", "franken": "CHF", "yen": "JPY"},
    currency_noun_last=True,
    minor_units="cent cents",
    no_currencies="gold zimbabwe herzegowina neue neuer sum sums",
    round_numbers={},
    before_hour="um gegen halb nach vor",
    after_hour="uhr h",
    subtracting="halb vor",
    ambiguous_calendar_words="so do mi mo di fr sa mar dez die jan",
    duration_units="stunden?|minuten?",
    per_cent="prozent",
    clock_suffix="Uhr",
)
