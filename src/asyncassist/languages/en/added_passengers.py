"""English words of passengers that a message adds."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.added_passenger_words import AddedPassengerWords
from asyncassist.languages.word_set import words

ADDED_PASSENGERS: Final = AddedPassengerWords(
    year_units=words("year years yr yrs yo"),
    before_stated_age=words("is age aged"),
    after_stated_age=words("and is"),
    relatives=words(
        "aunt uncle nephew niece grandma grandpa someone somebody he she they little bb boys boy girls girl lads"
        " lad guys guy mates mate bub hubby nana grandad granddad"
    ),
    pair_nouns=words("grandparents"),
    negations="not|can'?t|cannot|won'?t|isn'?t|doesn'?t|no|instead",
    lap_infant="(?:on|in) (?:my|our|her|his) lap|newborn|bb",
    not_negations="",
    capitalized_nouns=False,
)
