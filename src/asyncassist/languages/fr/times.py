"""French words of hours and parts of the day."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.time_words import TimeWords

TIMES: Final = TimeWords(
    after_hour=r"heures?",
    hour_nouns=r"heures?",
    fraction_links=r"d['’]",
    clock_units=r"heures?",
    spoken_units=r"heures?",
    part_of_day_links=r"du|de l'",
    afternoon=r"apres-midi|soir",
    morning=r"matin",
)
