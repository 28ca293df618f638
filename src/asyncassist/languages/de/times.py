"""German words of hours and parts of the day."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.time_words import TimeWords

TIMES: Final = TimeWords(
    after_hour=r"uhr",
    after_minutes=r"uhr",
    hour_nouns=r"stunden?|std",
    clock_units=r"uhr",
    hour_articles="um",
    spoken_units=r"uhr",
    part_of_day_links=r"am",
    afternoon=r"abends?|nachmittags?",
    morning=r"morgens?",
)
