"""Words about passengers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class PassengerWords:
    """Words of one language that count passengers; all words are normalized, and so is the text of the patterns.

    Attributes:
        adults: Nouns of people who count as adults, and of their tickets.
        children: Nouns of children.
        infants: Nouns of children too young for a seat of their own.
        others: Nouns of people beside the speaker: "two friends".
        plural_child_nouns: Plurals of children and infants; without a number the ages that follow give it.
        twin_nouns: Nouns of two children of one age: "twins".
        noun_modifiers: Words that may stand between a number and the noun that it counts.
        flight_nouns: Nouns of flights, counted like tickets after one of `flight_modifiers`.
        flight_modifiers: Words of a kind of flight: "three one-way flights".
        ticket_nouns: Nouns of tickets and seats.
        collective_nouns: Nouns that count all passengers, children included.
        companion_nouns: Nouns of one person beside the speaker: "wife".
        companion_determiners: Words before such a noun.
        parent_nouns: Nouns of two people: "parents".
        possessives: Possessives in the singular.
        indefinite_articles: Indefinite articles.
        definite_articles: Definite articles.
        list_connectors: Words that make a child part of a list of passengers: "with my son", "my son and I".
        list_joiners: Conjunctions and the like between the people of a list.
        list_words: Further words that may stand between them, such as small numbers.
        with_words: "With".
        or_words: "Or".
        plus_words: Words whose object is added to the total: "two plus a child" are three.
        first_person: Pronouns of the speaker.
        group_prepositions: Words before a number that counts the group when it is a whole answer: "à trois".
        before_count: Words before a number of passengers: "for two".
        before_answered_count: Words before a number of passengers only in an answer.
        after_for_count: Words that may follow "for two".
        after_group_count: Words that may follow "we are three".
        before_bare_count: Words between which and `after_bare_count` a number counts passengers: "just two please".
        after_bare_count: Words after such a number.
        not_people: Words after a number of something other than people.
        group_nouns: Nouns of a group: "a party of four".
        group_noun_prepositions: Words between such a noun and its number.
        group_verb_adverbs: Words between one of `group_verbs` and its number.
        real_adjectives: Words of the question whether the assistant is a "real person".
        alone: Pattern of a single passenger: "just me".
        couple: Pattern of a noun of two people with the words before it.
        after_couple: Pattern of words after such a noun that make it a number: "a couple of days".
        two_people: Pattern of two passengers: "the two of us".
        group_verbs: Pattern of the words before the number of the group: "we are".
        group_counts: Numbers of passengers by the phrase that states them: "zu dritt".
        group_phrases: Preposition, determiner and noun after the number of a group: "four in my party".
        visit_phrases: Verb and determiner before a person who is visited and does not travel.
        contact_verbs: Verbs before a companion who does not travel.
    """

    adults: frozenset[str]
    children: frozenset[str]
    infants: frozenset[str]
    others: frozenset[str]
    plural_child_nouns: frozenset[str]
    twin_nouns: frozenset[str]
    noun_modifiers: frozenset[str]
    flight_nouns: frozenset[str]
    flight_modifiers: frozenset[str]
    ticket_nouns: frozenset[str]
    collective_nouns: frozenset[str]
    companion_nouns: frozenset[str]
    companion_determiners: frozenset[str]
    parent_nouns: frozenset[str]
    possessives: frozenset[str]
    indefinite_articles: frozenset[str]
    definite_articles: frozenset[str]
    list_connectors: frozenset[str]
    list_joiners: frozenset[str]
    list_words: frozenset[str]
    with_words: frozenset[str]
    or_words: frozenset[str]
    plus_words: frozenset[str]
    first_person: frozenset[str]
    group_prepositions: frozenset[str]
    before_count: frozenset[str]
    before_answered_count: frozenset[str]
    after_for_count: frozenset[str]
    after_group_count: frozenset[str]
    before_bare_count: frozenset[str]
    after_bare_count: frozenset[str]
    not_people: frozenset[str]
    group_nouns: frozenset[str]
    group_noun_prepositions: frozenset[str]
    group_verb_adverbs: frozenset[str]
    real_adjectives: frozenset[str]
    alone: str
    couple: str
    after_couple: str
    two_people: str
    group_verbs: str
    group_counts: Mapping[str, int]
    group_phrases: frozenset[tuple[str, str, str]]
    visit_phrases: frozenset[tuple[str, str]]
    contact_verbs: frozenset[str]
