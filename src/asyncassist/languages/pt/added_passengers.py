"""Portuguese words of passengers that a message adds."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.added_passenger_words import AddedPassengerWords
from asyncassist.languages.word_set import words

ADDED_PASSENGERS: Final = AddedPassengerWords(
    year_units=words("ano anos"),
    before_stated_age=words("tem"),
    after_stated_age=words("e vai"),
    relatives=words("tia tio sobrinho sobrinha cunhado cunhada primo prima alguem bb"),
    pair_nouns=words("avos sogros"),
    negations="nao",
    lap_infant="(?:ao|no) colo|bebe",
    not_negations="no colo",
    capitalized_nouns=False,
)
