"""The words around places that give them a role, by language."""

from __future__ import annotations

from typing import Final

from asyncassist.nlp import role_words


class RoleLexicon:
    """The words around places in one language."""

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
