"""Portuguese words around the names of airlines."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.airline_words import AirlineWords
from asyncassist.languages.word_set import words

AIRLINES: Final = AirlineWords(
    cues=words("com pela pelo por via"),
    link_words=words("da de do"),
    preference_words=words("se possivel so de preferencia"),
    polite_words=words("por favor"),
    suffixes=frozenset(),
    other_meanings=frozenset(),
    flight_words=words("voo numero"),
    denials=frozenset({"nao", "nao quero", "melhor nao", "de jeito nenhum"}),
    refusal=r"e que nao\b|(?:eu |a gente |nos )?nao (?:voo|voamos|viajo|quero|gosto|da)\b|nem pensar\b",
    flight_status="atras|cheg|decol|embarc|pous",
)
