"""Portuguese words of hours and parts of the day."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.time_words import TimeWords

TIMES: Final = TimeWords(
    after_hour=r"horas?",
    hour_nouns=r"horas?",
    fraction_links=r"de ",
    clock_units=r"horas?|hs",
    hour_articles="as",
    spoken_units=r"horas?",
    part_of_day_links=r"da",
    afternoon=r"tarde|noite",
    morning=r"manha",
)
