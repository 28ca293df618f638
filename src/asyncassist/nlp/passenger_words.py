"""Words about passengers, of all languages together."""

from __future__ import annotations

from typing import Final, Literal

from asyncassist.languages.registry import PACKS, union_over_packs

PassengerKind = Literal["adult", "child", "infant", "other"]
MAX_PASSENGERS: Final = 9

# Abbreviations of the airlines, the same in every language.
_ABBREVIATIONS: Final[dict[str, PassengerKind]] = {
    "pax": "adult", "adt": "adult", "adl": "adult", "chd": "child", "inf": "infant",
}  # fmt: skip
_WORDS_BY_KIND: Final[tuple[tuple[PassengerKind, frozenset[str]], ...]] = (
    *((kind, frozenset({word})) for word, kind in _ABBREVIATIONS.items()),
    ("adult", union_over_packs(lambda pack: pack.passengers.adults)),
    ("child", union_over_packs(lambda pack: pack.passengers.children)),
    ("infant", union_over_packs(lambda pack: pack.passengers.infants)),
    ("other", union_over_packs(lambda pack: pack.passengers.others)),
)
PERSON_NOUNS: Final[dict[str, tuple[PassengerKind, str]]] = {
    word: (kind, word) for kind, words in _WORDS_BY_KIND for word in words
}

CHILD_NOUNS: Final = frozenset(word for word, known in PERSON_NOUNS.items() if known[0] in {"child", "infant"})
# Plurals without a number: the ages that follow give it ("children of 5 and 8").
TWIN_NOUNS: Final = union_over_packs(lambda pack: pack.passengers.twin_nouns)
"""Nouns of two children."""
PLURAL_CHILD_NOUNS: Final = union_over_packs(lambda pack: pack.passengers.plural_child_nouns)
PERSON_WORDS: Final = frozenset(PERSON_NOUNS)
"""All nouns for people, in all languages."""

_AIRLINE_NAMES: Final = frozenset({"united", "american", "delta", "southwest", "alaska"})
# Words that may stand between a number and the noun that it counts: "two Delta tickets".
NOUN_MODIFIERS: Final = (
    union_over_packs(lambda pack: pack.passengers.noun_modifiers) | _AIRLINE_NAMES | frozenset({"-", "'"})
)
FLIGHT_NOUNS: Final = union_over_packs(lambda pack: pack.passengers.flight_nouns)
FLIGHT_MODIFIERS: Final = union_over_packs(lambda pack: pack.passengers.flight_modifiers)
TICKET_NOUNS: Final = union_over_packs(lambda pack: pack.passengers.ticket_nouns) | FLIGHT_NOUNS
COMPANION_NOUNS: Final = union_over_packs(lambda pack: pack.passengers.companion_nouns)
COMPANION_DETERMINERS: Final = union_over_packs(lambda pack: pack.passengers.companion_determiners)
PARENT_NOUNS: Final = union_over_packs(lambda pack: pack.passengers.parent_nouns)
INDEFINITE_ARTICLES: Final = union_over_packs(lambda pack: pack.passengers.indefinite_articles)
SINGULAR_DETERMINERS: Final = INDEFINITE_ARTICLES | union_over_packs(lambda pack: pack.passengers.possessives)
# "My son" is a passenger only as part of a list: "with my son", "my son and I", "me, my son".
LIST_CONNECTORS: Final = union_over_packs(lambda pack: pack.passengers.list_connectors) | frozenset("&,+-/:")
# Words that connect the people of one list, and all that may stand between them.
LIST_JOINERS: Final = union_over_packs(lambda pack: pack.passengers.list_joiners) | frozenset("&,")
LIST_WORDS: Final = LIST_JOINERS | union_over_packs(lambda pack: pack.passengers.list_words)
DEFINITE_ARTICLES: Final = union_over_packs(lambda pack: pack.passengers.definite_articles)
WITH_WORDS: Final = union_over_packs(lambda pack: pack.passengers.with_words)
OR_WORDS: Final = union_over_packs(lambda pack: pack.passengers.or_words)
# What follows these words is added to the total: "two plus a child" are three.
PLUS_WORDS: Final = union_over_packs(lambda pack: pack.passengers.plus_words) | {"+"}
# Up to this many tokens a text counts as a short answer.
SHORT_ANSWER_TOKENS: Final = 3
FIRST_PERSON: Final = union_over_packs(lambda pack: pack.passengers.first_person)
# Before a number that is not followed by a noun: "just two", "two please".
BEFORE_BARE_COUNT: Final = union_over_packs(lambda pack: pack.passengers.before_bare_count)
AFTER_BARE_COUNT: Final = union_over_packs(lambda pack: pack.passengers.after_bare_count)
# After a number, these words say that it does not count people.
NON_PERSON_FOLLOWERS: Final = union_over_packs(lambda pack: pack.passengers.not_people) | frozenset("$€£%h:/")
GROUP_PHRASES: Final = union_over_packs(lambda pack: pack.passengers.group_phrases)
# Words that may follow "we are three" and "for two".
AFTER_GROUP_COUNT: Final = union_over_packs(lambda pack: pack.passengers.after_group_count)
AFTER_FOR_COUNT: Final = union_over_packs(lambda pack: pack.passengers.after_for_count)
# "Zu dritt".
GROUP_COUNTS: Final = {
    phrase: count for pack in PACKS.values() for phrase, count in pack.passengers.group_counts.items()
}
# Nouns that count all passengers, children included.
COLLECTIVE_NOUNS: Final = union_over_packs(lambda pack: pack.passengers.collective_nouns)
REAL_ADJECTIVES: Final = union_over_packs(lambda pack: pack.passengers.real_adjectives)
# "Visit my son", "call my wife": they do not travel.
VISIT_PHRASES: Final = union_over_packs(lambda pack: pack.passengers.visit_phrases)
CONTACT_VERBS: Final = union_over_packs(lambda pack: pack.passengers.contact_verbs)
