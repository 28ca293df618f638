"""Type of the words of hours and parts of the day."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class TimeWords:
    """Regular expressions of the words of times of day. A word boundary is added; "h", "am" and "pm" are known.

    Those of the first group are matched with the text as written, in any case; those of the second with lower-case text
    without accents. An empty expression means that the language has no such word.

    Attributes:
        after_hour: Words after an hour in digits ("17 Uhr").
        after_minutes: Words after an hour with minutes in digits ("17:30 Uhr").
        after_digits: Words after an hour and minutes without a separator ("1730 hours").
        hour_nouns: Nouns of an hour as a duration ("3/4 hour").
        fraction_links: What may stand between a fraction and that noun, its space included ("3/4 of an hour").
        clock_units: Words after the hour in a request ("after 5 o'clock").
        hour_articles: Words before the hour in a request that are no article of a noun ("las" in "antes de las 5").
        spoken_units: Words between an hour in words and the part of the day ("cinco horas da tarde").
        part_of_day_links: Words before the part of the day ("da" in "cinco da tarde").
        afternoon: Parts of the day from noon to midnight, as they follow an hour.
        morning: Parts of the day before noon, as they follow an hour.
    """

    after_hour: str = ""
    after_minutes: str = ""
    after_digits: str = ""
    hour_nouns: str
    fraction_links: str = ""

    clock_units: str
    hour_articles: str = ""
    spoken_units: str = ""
    part_of_day_links: str = ""
    afternoon: str
    morning: str
