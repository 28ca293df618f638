"""The words around places that give them a role, by language."""

from __future__ import annotations

from typing import Final

from asyncassist.nlp import role_words as words


class RoleLexicon:
    """The words around places in one language."""

    def __init__(self, language: str) -> None:
        self.origin = words.ORIGIN_PREPOSITIONS[language]
        self.destination = words.DESTINATION_PREPOSITIONS[language]
        self.location = words.LOCATION_PREPOSITIONS[language]
        self.via = words.VIA_PREPOSITIONS[language]
        self.skip = words.SKIPPED_WORDS[language]
        self.departure_words = words.DEPARTURE_WORDS[language]
        self.destination_words = words.DESTINATION_WORDS[language]
        self.return_words = words.RETURN_WORDS[language]
        self.negations = words.NEGATIONS[language]
        self.correction_words = words.CORRECTION_WORDS[language]
        self.prepositions = self.origin | self.destination | self.location | self.via


ROLE_LEXICONS: Final = {language: RoleLexicon(language) for language in words.ORIGIN_PREPOSITIONS}
