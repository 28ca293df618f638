"""German words around places and dates that decide their roles."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.role_words import RoleWords
from asyncassist.languages.word_set import words

ROLES: Final = RoleWords(
    origin=words("von ab aus vom"),
    destination=words("nach bis zum zur richtung"),
    location=words("in im am an bei nahe auf"),
    via=words("via uber"),
    skip=words("der die das den dem stadt flughafen schone schonen wunderschone vielleicht hauptstadt"),
    place_nouns=words("stadt flughafen hauptstadt ziel"),
    departure_words=words(
        "abfliegen abflug abflugort abfahrt starte starten start startet losfliegen wohne wohnen lebe leben bin"
        " abreise abreisen startort startflughafen abflughafen"
    ),
    destination_words=words(
        "gehen fliegen fliege flug reisen reise ankommen ankunft ankunftsort besuchen besuche ziel zielort reiseziel"
        " urlaub landen zielflughafen wollen will hin"
    ),
    return_words=words(
        "zuruck ruckflug ruckreise ruckkehr zuruckfliegen zuruckkommen zuruckkehren heimflug retour heim"
        " ruckreisedatum ruckflugdatum zuruckreisen hause"
    ),
    trip_nouns=words("flug reise urlaub trip"),
    route_links=words("nach"),
    residence_verbs=frozenset(),
    leave_for_verbs=frozenset(),
    boarding_stems=(),
    third_persons=words("er sie der die"),
    third_person_residence=words("wohnt lebt"),
    route_prepositions=words("fur"),
    predicate_words=words("ist als"),
    copulas=words("ist ware"),
    negations=words("nicht kein keine keinen ausser weder statt anstatt"),
    bare_negations=words("nicht"),
    denials=words("nein"),
    negation_fillers=words("mochte mochten ist"),
    negation_pairs=frozenset(),
    correction_words=words(
        "entschuldigung sorry moment warte lieber sondern meine doch besser andere andern stattdessen nein vielmehr"
    ),
    clause_conjunctions=words("und aber oder dann"),
    self_introduction=r"name ist|heisse|ich bin(?: der| die)?",
)
