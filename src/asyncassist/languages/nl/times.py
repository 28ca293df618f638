"""Dutch words of hours and parts of the day."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.time_words import TimeWords

TIMES: Final = TimeWords(
    after_hour=r"uur|u",
    after_minutes=r"uur|u",
    hour_nouns=r"uur|uren",
    fraction_links="",
    clock_units=r"uur|u",
    hour_articles="om",
    spoken_units=r"uur",
    part_of_day_links="",
    afternoon=r"'?s (?:middags|avonds)|in de (?:middag|namiddag|avond)",
    morning=r"'?s (?:ochtends|morgens)|in de (?:ochtend|morgen|voormiddag)",
)
