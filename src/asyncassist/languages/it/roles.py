"""Italian words around places and dates that decide their roles."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.role_words import RoleWords
from asyncassist.languages.word_set import words

ROLES: Final = RoleWords(
    origin=words("da dal dalla dallo dai dall"),
    destination=words("a ad per verso al alla allo all"),
    location=words("in nel nella a presso"),
    via=words("via passando"),
    skip=words("la il l citta aeroporto internazionale bella forse capitale"),
    place_nouns=words("citta aeroporto capitale destinazione"),
    departure_words=words(
        "partire partendo parto partiamo parte partenza partenze origine vivo viviamo abito abitiamo sono siamo"
        " partirei decollare imbarco"
    ),
    destination_words=words(
        "andare vado andiamo arrivare arrivando arrivo visitare visitando visito viaggiare viaggiando volare volando"
        " destinazione vacanza vacanze atterrare passare viaggio recarmi meta"
    ),
    return_words=words(
        "tornare torno tornando ritorno ritornare ritorniamo torniamo rientrare rientro rientrando rientriamo"
        " ritornando"
    ),
    trip_nouns=words("viaggio"),
    weak_destination=words("a"),
    route_links=words("a ad"),
    residence_verbs=words(
        "abito abitiamo sono siamo vivo viviamo studio studiamo lavoro lavoriamo studente studentessa sede fuorisede"
    ),
    leave_for_verbs=frozenset(),
    boarding_stems=("imbarch", "decoll"),
    plane_nouns=words("aereo"),
    taking_stems=("pren",),
    third_persons=words("che lui lei ella figlia"),
    third_person_residence=words("vive abita"),
    route_prepositions=words("per"),
    predicate_words=words("e come"),
    copulas=words("e sarebbe"),
    negations=words("non no ne tranne eccetto evitare"),
    bare_negations=words("non"),
    denials=words("no non"),
    negation_fillers=words("voglio vogliamo vorrei e era"),
    negation_pairs=frozenset({("posto", "di"), ("invece", "di"), ("invece", "che"), ("piuttosto", "che")}),
    correction_words=words("scusa scusi aspetta anzi meglio intendevo volevo cambia cambiare bensi ma cioe no"),
    clause_conjunctions=words("e ma o poi"),
    self_introduction=r"mi chiamo|nome e|sono(?: la| il)?",
)
