"""Italian words of hours and parts of the day."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.time_words import TimeWords

TIMES: Final = TimeWords(
    hour_nouns=r"or[ae]",
    fraction_links=r"di ",
    clock_units=r"ore",
    part_of_day_links=r"da|di|del|dell[ao]",
    afternoon=r"pomeriggio|sera",
    morning=r"mattin[oa]",
)
