"""Lexicon of the words around places and dates that decide their roles, one per language."""

from __future__ import annotations

from typing import Final

from asyncassist.nlp import role_words


class RoleLexicon:
    """Words of one language that give a place or a date its role.

    Args:
        language: Two letters, a key of the tables in `role_words`.

    Attributes:
        origin: Prepositions of the origin.
        destination: Prepositions of the destination.
        location: Prepositions that fit both, depending on the verb.
        via: Prepositions of a stop on the way.
        skip: Words that may stand between a preposition and a place.
        departure_words: Verbs and nouns of the departure.
        destination_words: Verbs and nouns of the destination.
        return_words: Verbs and nouns of the return.
        negations: Words that deny what follows.
        correction_words: Words that introduce a correction.
        prepositions: Union of all prepositions.
    """

    def __init__(self, language: str) -> None:
        self.origin = role_words.ORIGIN_PREPOSITIONS[language]
        self.destination = role_words.DESTINATION_PREPOSITIONS[language]
        self.location = role_words.LOCATION_PREPOSITIONS[language]
        self.via = role_words.VIA_PREPOSITIONS[language]
        self.skip = role_words.SKIPPED_WORDS[language]
        self.departure_words = role_words.DEPARTURE_WORDS[language]
        self.destination_words = role_words.DESTINATION_WORDS[language]
        self.return_words = role_words.RETURN_WORDS[language]
        self.negations = role_words.NEGATIONS[language]
        self.correction_words = role_words.CORRECTION_WORDS[language]
        self.prepositions = self.origin | self.destination | self.location | self.via


ROLE_LEXICONS: Final = {language: RoleLexicon(language) for language in role_words.ORIGIN_PREPOSITIONS}
