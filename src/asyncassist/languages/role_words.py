"""Words around places and dates that decide their roles."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
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
        outbound_pairs: Two words that make the place after them the origin: "flights out Chicago", not "checking out
            Chicago".
        origin_pairs: Two words that together are a preposition of the origin: "out of".
        stranded_origin: Prepositions of the origin that may end a clause: "Paris is where I start from".
        weak_destination: Prepositions of the destination that do not make a date the name of a city: "a Natal".
        after_date_name: Words that do, after the name of a date: "Natal to Lisbon".
        before_articles: Prepositions after which a word of `skip` that is a preposition too is an article: "para o
            Porto".
        compound_prepositions: Prepositions of the destination that may belong to a noun after the place.
        compound_nouns: Such nouns: "looking for Paris flights".
        return_fare_nouns: Nouns with which a word of the return names the trip type: "return flight to Paris".
        route_links: Words between the origin and the destination of a route.
        residence_verbs: Verbs that make the place after a preposition of the destination the origin: "je suis à Lyon".
        leave_for_verbs: Verbs of leaving that make the place after a preposition of location the destination: "partir
            en Corse".
        boarding_stems: Beginnings of verbs like the residence verbs: "nous embarquerons à Luxembourg".
        plane_nouns: Nouns of what is boarded where the trip begins: "je prends l'avion à Nantes".
        taking_stems: Beginnings of verbs before such a noun.
        third_persons: Words for a person other than the traveller, before a word of `third_person_residence`.
        third_person_residence: Verbs of where such a person lives, which make the place the destination.
        route_prepositions: Prepositions that introduce a whole route as well as a destination: "prices for Rome-Oslo".
        predicate_words: Words after a place whose role follows: "Paris is my destination".
        copulas: Words between a noun of the role and the place: "my destination is Paris".
        negations: Words that deny the place or date named next.
        bare_negations: Words that negate what follows them directly: "not alone".
        denials: Words that answer no, or deny the place before them: "Paris no, Lyon".
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
    outbound_pairs: frozenset[tuple[str, str]] = frozenset()
    origin_pairs: frozenset[tuple[str, str]] = frozenset()
    stranded_origin: frozenset[str] = frozenset()
    weak_destination: frozenset[str] = frozenset()
    after_date_name: frozenset[str] = frozenset()
    before_articles: frozenset[str] = frozenset()
    compound_prepositions: frozenset[str] = frozenset()
    compound_nouns: frozenset[str] = frozenset()
    return_fare_nouns: frozenset[str] = frozenset()
    route_links: frozenset[str]
    residence_verbs: frozenset[str]
    leave_for_verbs: frozenset[str]
    boarding_stems: tuple[str, ...]
    plane_nouns: frozenset[str] = frozenset()
    taking_stems: tuple[str, ...] = ()
    third_persons: frozenset[str]
    third_person_residence: frozenset[str]
    route_prepositions: frozenset[str]
    predicate_words: frozenset[str]
    copulas: frozenset[str]
    negations: frozenset[str]
    bare_negations: frozenset[str]
    denials: frozenset[str]
    negation_fillers: frozenset[str]
    negation_pairs: frozenset[tuple[str, str]]
    correction_words: frozenset[str]
    clause_conjunctions: frozenset[str]
    self_introduction: str
    prepositions: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "prepositions", self.origin | self.destination | self.location | self.via)
