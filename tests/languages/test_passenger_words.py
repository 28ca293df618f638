"""Words about passengers: complete and normalized in every language."""

from __future__ import annotations

import re

import pytest

from asyncassist.languages.registry import LANGUAGES, PACKS
from asyncassist.nlp import passenger_words
from tests.languages.word_parts import not_normalized

# Every language needs these; the other fields hold constructions that only some languages have.
REQUIRED = (
    "adults", "children", "infants", "others", "plural_child_nouns", "noun_modifiers", "flight_nouns", "ticket_nouns",
    "collective_nouns", "companion_nouns", "companion_determiners", "parent_nouns", "possessives",
    "indefinite_articles", "definite_articles", "list_connectors", "list_joiners", "list_words", "with_words",
    "or_words", "plus_words", "first_person", "before_count", "after_for_count", "after_group_count", "not_people",
    "group_nouns", "group_noun_prepositions", "group_verb_adverbs", "alone", "couple", "after_couple", "two_people",
    "group_verbs",
)  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_counts_passengers(language: str):
    """No set that every language needs is empty."""
    assert [name for name in REQUIRED if not getattr(PACKS[language].passengers, name)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_passenger_words_are_normalized(language: str):
    """A word with an accent or a capital would never match; a phrase stands only in the counts of a group."""
    assert [pair for pair in not_normalized(PACKS[language].passengers) if pair[0] != "group_counts"] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_noun_has_one_kind(language: str):
    """A noun of adults is no noun of children; a plural is one of the nouns of children and infants."""
    own = PACKS[language].passengers
    kinds = (own.adults, own.children, own.infants, own.others)
    assert sum(map(len, kinds)) == len(frozenset().union(*kinds))
    assert own.plural_child_nouns <= own.children | own.infants
    for word in own.adults | own.children | own.infants | own.others:
        assert passenger_words.PERSON_NOUNS[word][1] == word


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("field", ["alone", "couple", "after_couple", "two_people", "group_verbs"])
def test_patterns_need_words(language: str, field: str):
    """Each pattern compiles and does not match an empty text."""
    assert re.compile(getattr(PACKS[language].passengers, field)).fullmatch("") is None
