"""German words of passengers that a message adds."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.added_passenger_words import AddedPassengerWords
from asyncassist.languages.word_set import words

ADDED_PASSENGERS: Final = AddedPassengerWords(
    year_units=words("jahre jahren"),
    before_stated_age=words("ist"),
    after_stated_age=words("und kommt"),
    relatives=words("tante onkel neffe nichte schwager schwagerin kollege jemand jungs madels"),
    pair_nouns=words("grosseltern schwiegereltern"),
    negations=r"nicht|kein\w*|statt",
    lap_infant="auf de[mn] schos",
    not_negations="",
    capitalized_nouns=True,
)
