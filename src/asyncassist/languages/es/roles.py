"""Spanish words around places and dates that decide their roles."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.role_words import RoleWords
from asyncassist.languages.word_set import words

ROLES: Final = RoleWords(
    origin=words("de desde del dde dsd"),
    destination=words("a para hacia hasta al pa"),
    location=words("en"),
    via=words("via por"),
    skip=words("la el ciudad aeropuerto internacional linda bella hermosa tal vez quizas capital"),
    place_nouns=words("ciudad aeropuerto capital destino"),
    departure_words=words(
        "salir saliendo salgo salimos sale salida salidas salen saldre saldria partir partiendo parto partimos partida"
        " origen vivo vivimos estoy estamos embarcar despegar embarco embarcamos saliera"
    ),
    destination_words=words(
        "ir voy vamos llegar llegando llego llegada visitar visitando viajar viajando viajo volar volando destino"
        " conocer vacaciones rumbo aterrizar pasar viaje ire iremos"
    ),
    return_words=words(
        "volver vuelvo volviendo vuelta volvemos regresar regreso regresando regresamos volvere retorno retornar"
    ),
    trip_nouns=words("viaje ida"),
    weak_destination=words("a"),
    route_links=words("a para"),
    residence_verbs=frozenset(),
    leave_for_verbs=frozenset(),
    boarding_stems=("embarqu",),
    third_persons=words("que quien el ella hija"),
    third_person_residence=words("vive mora"),
    route_prepositions=words("para por"),
    predicate_words=words("es como sera"),
    copulas=words("es sera seria"),
    negations=words("no ni excepto evitar"),
    bare_negations=words("no"),
    denials=words("no"),
    negation_fillers=words("quiero era es"),
    negation_pairs=frozenset({("vez", "de"), ("vez", "del"), ("lugar", "de")}),
    correction_words=words("perdon espera mejor digo quise corrijo cambia cambie cambiar sino disculpa bueno si pero"),
    clause_conjunctions=words("y e pero o luego"),
    self_introduction=r"me llamo|nombre es|soy(?: la| el)?",
)
