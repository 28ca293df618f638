"""French words of passengers that a message adds."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.added_passenger_words import AddedPassengerWords
from asyncassist.languages.word_set import words

ADDED_PASSENGERS: Final = AddedPassengerWords(
    year_units=words("an ans"),
    before_stated_age=frozenset(),
    after_stated_age=words("va"),
    relatives=words("tante oncle neveu vieille vieux"),
    pair_nouns=frozenset(),
    negations="pas|ne|non",
    lap_infant="sur (?:mes|les|nos) genoux|bebe",
    not_negations="",
    capitalized_nouns=False,
)
