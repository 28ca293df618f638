"""English words of hours and parts of the day."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.time_words import TimeWords

TIMES: Final = TimeWords(
    after_hour=r"o['’]?\s?clock|hrs?",
    after_digits=r"hrs?|hours",
    hour_nouns=r"hrs?|hours?",
    fraction_links=r"of an |of ",
    clock_units=r"hrs|o'clock",
    spoken_units=r"o'clock",
    part_of_day_links=r"in the",
    afternoon=r"afternoon|evening",
    morning=r"morning",
)
