"""Italian words of passengers that a message adds."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.added_passenger_words import AddedPassengerWords
from asyncassist.languages.word_set import words

ADDED_PASSENGERS: Final = AddedPassengerWords(
    year_units=words("anno anni"),
    before_stated_age=frozenset(),
    after_stated_age=words("e va viene"),
    relatives=words("zia zio nipote cognato cognata cugino cugina bimba qualcuno ragazzi ragazze"),
    pair_nouns=words("nonni suoceri"),
    negations="non|no",
    lap_infant="in braccio|sulle ginocchia|neonat[oa]",
    not_negations="",
    capitalized_nouns=False,
)
