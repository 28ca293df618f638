"""Spanish words of passengers that a message adds."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.added_passenger_words import AddedPassengerWords
from asyncassist.languages.word_set import words

ADDED_PASSENGERS: Final = AddedPassengerWords(
    year_units=words("ano anos anito anitos"),
    before_stated_age=words("tiene"),
    after_stated_age=words("y e viene va"),
    relatives=words("tia tio sobrino sobrina cunado cunada primo prima beba alguien bb chicos chicas"),
    pair_nouns=words("abuelos suegros"),
    negations="no",
    lap_infant="en (?:brazos|el regazo)|recien nacid[oa]|beb[ae]|bb",
    not_negations="",
    capitalized_nouns=False,
)
