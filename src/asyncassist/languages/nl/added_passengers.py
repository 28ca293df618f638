"""Dutch words of passengers that a message adds."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.added_passenger_words import AddedPassengerWords
from asyncassist.languages.word_set import words

ADDED_PASSENGERS: Final = AddedPassengerWords(
    year_units=words("jaar jaren"),
    before_stated_age=words("is wordt"),
    after_stated_age=words("en gaat komt"),
    relatives=words("tante oom neef nicht schoonzus zwager collega iemand oma opa"),
    pair_nouns=words("grootouders"),
    negations=r"niet|geen|in plaats van",
    lap_infant=r"op (?:de |mijn |onze )?schoot",
    not_negations="",
    capitalized_nouns=False,
)
