"""Words around places and dates that decide their roles."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleWords:
    """Words of one language that give a place or a date its role; all words are normalized.

    Attributes:
        origin: Prepositions directly before the origin.
        destination: Prepositions directly before the destination.
        location: Prepositions that fit both, depending on the verb.
        via: Prepositions of a stop on the way.
        skip: Words that may stand between a preposition and a place.
        place_nouns: Nouns that take the preposition for themselves, so that the place gets no role: "the city of".
        departure_words: Verbs and nouns that make the place near them the origin.
        destination_words: Verbs and nouns that make the place near them the destination.
        return_words: Verbs and nouns of the return.
        trip_nouns: Nouns of a trip, which give the place after them no role: in "Flug Berlin-Mallorca" Berlin is the
            origin.
        outbound_words: Words before "out" that make the place after it the origin: "flights out Chicago", not "checking
            out Chicago".
        residence_verbs: Verbs that make the place after a preposition of the destination the origin: "je suis à Lyon".
        leave_for_verbs: Verbs of leaving that make the place after a preposition of location the destination: "partir
            en Corse".
        boarding_stems: Beginnings of verbs like the residence verbs: "nous embarquerons à Luxembourg".
        third_persons: Words for a person other than the traveller, before a word of `third_person_residence`.
        third_person_residence: Verbs of where such a person lives, which make the place the destination.
        route_prepositions: Prepositions that introduce a whole route as well as a destination: "prices for Rome-Oslo".
        predicate_words: Words after a place whose role follows: "Paris is my destination".
        copulas: Words between a noun of the role and the place: "my destination is Paris".
        negations: Words that deny the place or date named next.
        negation_fillers: Words that may stand between a negation and what it denies: "I don't want to go to Paris".
        negation_pairs: Two words that together are a negation: "instead of".
        correction_words: Words that make the value named next replace the one before.
        clause_conjunctions: Conjunctions that end a clause.
        self_introduction: Pattern of the words directly before the speaker's own name.
        prepositions: Union of the prepositions of origin, destination, location and stop on the way.
    """

    origin: frozenset[str]
    destination: frozenset[str]
    location: frozenset[str]
    via: frozenset[str]
    skip: frozenset[str]
    place_nouns: frozenset[str]
    departure_words: frozenset[str]
    destination_words: frozenset[str]
    return_words: frozenset[str]
    trip_nouns: frozenset[str]
    outbound_words: frozenset[str]
    residence_verbs: frozenset[str]
    leave_for_verbs: frozenset[str]
    boarding_stems: tuple[str, ...]
    third_persons: frozenset[str]
    third_person_residence: frozenset[str]
    route_prepositions: frozenset[str]
    predicate_words: frozenset[str]
    copulas: frozenset[str]
    negations: frozenset[str]
    negation_fillers: frozenset[str]
    negation_pairs: frozenset[tuple[str, str]]
    correction_words: frozenset[str]
    clause_conjunctions: frozenset[str]
    self_introduction: str
    prepositions: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "prepositions", self.origin | self.destination | self.location | self.via)
