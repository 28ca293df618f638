"""French words around places and dates that decide their roles."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.role_words import RoleWords
from asyncassist.languages.word_set import words

ROLES: Final = RoleWords(
    origin=words("de d depuis du des"),
    destination=words("a au aux pour vers jusqu"),
    location=words("en dans chez sur"),
    via=words("via par"),
    skip=words("la le l ville aeroport international belle peut etre capitale"),
    place_nouns=words("ville aeroport capitale destination"),
    departure_words=words(
        "partir pars part partons partant depart departs decoller origine habite habitons vis suis sommes quitter"
        " quitte provenance decollage embarquer"
    ),
    destination_words=words(
        "aller vais va allons arriver arrivant arrive arrivee visiter visite voyager voler destination vacances rendre"
        " atterrir decouvrir passer voyage rejoindre direction"
    ),
    return_words=words(
        "retour revenir reviens revenant revient revenons rentrer rentre rentrant rentrons retourner retours"
    ),
    trip_nouns=words("voyage"),
    weak_destination=words("a"),
    route_links=words("a"),
    residence_verbs=words(
        "suis sommes habite habitons vis vivons etudie etudions travaille travaillons etudiant etudiante"
    ),
    leave_for_verbs=words("partir pars part partons partez partirai partirons"),
    boarding_stems=("embarqu", "decoll"),
    plane_nouns=words("avion"),
    taking_stems=("pren",),
    third_persons=words("qui que elle il"),
    third_person_residence=words("vit habite"),
    route_prepositions=words("pour"),
    predicate_words=words("est comme sera"),
    copulas=words("est sera"),
    negations=words("pas ni sauf eviter non"),
    bare_negations=words("pas non"),
    denials=words("non"),
    negation_fillers=words("veux voulons voudrais est plus"),
    negation_pairs=frozenset({("lieu", "de"), ("plutot", "que"), ("place", "de")}),
    correction_words=words("pardon desole attends plutot mieux veux change changez changer mais non enfin"),
    clause_conjunctions=words("et mais ou puis"),
    self_introduction=r"moi c est|m appelle|nom est",
)
