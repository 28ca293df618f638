"""Words of roles: complete and normalized in every language."""

from __future__ import annotations

import re

import pytest

from asyncassist.languages.registry import LANGUAGES, PACKS, union_over_packs
from asyncassist.nlp import role_words
from tests.languages.word_parts import not_normalized

# Every language needs these; the other fields hold constructions that only some languages have.
REQUIRED = (
    "origin", "destination", "location", "via", "skip", "place_nouns", "departure_words", "destination_words",
    "return_words", "trip_nouns", "third_persons", "third_person_residence", "route_prepositions", "predicate_words",
    "copulas", "negations", "negation_fillers", "correction_words", "clause_conjunctions", "self_introduction",
)  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_words_of_all_roles(language: str):
    """No set that every language needs is empty."""
    assert [name for name in REQUIRED if not getattr(PACKS[language].roles, name)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_role_words_are_normalized(language: str):
    """A word with an accent or a capital would never match."""
    assert not_normalized(PACKS[language].roles) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_prepositions_are_those_of_all_roles(language: str):
    """The union is built from the four sets."""
    roles = PACKS[language].roles
    assert roles.prepositions == roles.origin | roles.destination | roles.location | roles.via


@pytest.mark.parametrize("language", LANGUAGES)
def test_self_introduction_is_a_pattern_that_needs_words(language: str):
    """It compiles and does not match an empty text, in which every name would be the speaker's."""
    assert re.compile(PACKS[language].roles.self_introduction).fullmatch("") is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_of_one_language_are_words_of_all(language: str):
    """A new language needs no entry outside of its pack."""
    roles = PACKS[language].roles
    assert roles.place_nouns <= role_words.PLACE_NOUNS
    assert roles.negation_pairs <= role_words.NEGATION_PAIRS
    assert roles.clause_conjunctions <= role_words.CLAUSE_BOUNDARIES
    assert roles.prepositions | roles.correction_words <= role_words.ALL_WORDS
    assert role_words.role_words_of(language) is roles


def test_an_unknown_language_has_the_role_words_of_last_resort():
    """An engine may be given a language without a pack by an identifier of the application."""
    assert role_words.role_words_of("xx") is PACKS["en"].roles


def test_the_union_over_packs_holds_the_items_of_each():
    """What a function selects of each language, together."""
    assert union_over_packs(lambda pack: pack.code) == frozenset("".join(LANGUAGES))
    assert union_over_packs(lambda pack: [pack.code]) == set(LANGUAGES)
