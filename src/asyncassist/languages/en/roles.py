"""English words around places and dates that decide their roles."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.role_words import RoleWords
from asyncassist.languages.word_set import words

ROLES: Final = RoleWords(
    origin=words("from frm fro form"),
    destination=words("to into towards toward 2 for"),
    location=words("in at near around on"),
    via=words("via through thru over"),
    skip=words(
        "the city of downtown beautiful sunny lovely airport international town old good great either probably maybe"
        " possibly perhaps both uh um like say our my their area somewhere around near"
    ),
    place_nouns=words("city airport town capital destination"),
    departure_words=words(
        "leave leaving leaves depart departing departs departure departures start starting starts origin live lives"
        " living based outbound takeoff located home currently originating originate am m"
    ),
    destination_words=words(
        "go going goes gonna get getting arrive arriving arrives arrival visit visiting visits head heading headed"
        " land landing reach reaching travel traveling travelling fly flying destination see explore vacation holiday"
        " trip bound attend attending inbound aunt uncle friend spend spending touring tour vacationing"
    ),
    return_words=words("return returning returns returned back inbound comeback home"),
    trip_nouns=words("trip vacation holiday voyage"),
    outbound_pairs=frozenset(
        (word, "out") for word in words("fly flying flight flights depart departing leave leaving go going head trip")
    ),
    origin_pairs=frozenset({("out", "of")}),
    stranded_origin=words("from"),
    after_date_name=words("to"),
    compound_prepositions=words("for"),
    compound_nouns=words("flights flight trip tickets"),
    return_fare_nouns=words("flight ticket trip"),
    route_links=words("to"),
    residence_verbs=frozenset(),
    leave_for_verbs=frozenset(),
    boarding_stems=(),
    third_persons=words("he she who they brother sister son daughter"),
    third_person_residence=words("lives live"),
    route_prepositions=words("for"),
    predicate_words=words("is as will would being where"),
    copulas=words("is will be would should"),
    negations=words("not don dont isn isnt wouldn except avoid neither nor wasn without"),
    bare_negations=words("not no"),
    denials=words("no"),
    negation_fillers=words("is t want wanna to need"),
    negation_pairs=frozenset(
        {
            ("instead", "of"),
            ("rather", "than"),
            ("other", "than"),
            ("anywhere", "but"),
            ("anything", "but"),
            ("any", "but"),
            ("but", "not"),
            ("rather", "not"),
        }
    ),
    correction_words=words(
        "sorry wait actually rather instead mean meant correction make change switch scratch oops no but"
    ),
    clause_conjunctions=words("and then but or"),
    self_introduction=r"name is|name s|i m|i am|this is",
)
