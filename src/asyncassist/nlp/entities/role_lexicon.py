"""The words around places that give them a role, by language."""

from __future__ import annotations

from typing import Final

from asyncassist.nlp import place_role_words as words


class Grammar:
    """The words around places in one language."""

    def __init__(self, language: str) -> None:
        self.origin = words.FROM[language]
        self.destination = words.TO[language]
        self.at = words.AT[language]
        self.via = words.VIA[language]
        self.skip = words.SKIP[language]
        self.leaving = words.LEAVING[language]
        self.going = words.GOING[language]
        self.back = words.BACK[language]
        self.nots = words.NOT[language]
        self.instead = words.INSTEAD[language]
        self.prepositions = self.origin | self.destination | self.at | self.via


GRAMMARS: Final = {language: Grammar(language) for language in words.FROM}
