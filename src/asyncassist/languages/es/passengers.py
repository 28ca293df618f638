"""Spanish words about passengers."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.passenger_words import PassengerWords
from asyncassist.languages.word_set import words

PASSENGERS: Final = PassengerWords(
    adults=words(
        "persona personas pasajero pasajeros adulto adultos billete billetes boleto boletos pasaje pasajes asientos"
        " lugares viajeros abuelos"
    ),
    children=words(
        "nino ninos nina ninas hijo hijos hija hijas nietos nietas chamacos chicos peques nena nenas nene nenes"
        " crio crios gemelos gemelas mellizos mellizas"
    ),
    infants=words("bebe bebes"),
    others=words("amigos amigo colegas"),
    plural_child_nouns=words("ninos ninas hijos hijas nietos nietas chamacos chicos peques nenas nenes crios bebes"),
    twin_nouns=words("gemelos gemelas mellizos mellizas"),
    noun_modifiers=words("solo sola unica unico otras otros pequenas aereos aereas avion de total ida"),
    flight_nouns=words("vuelos"),
    flight_modifiers=words("vuelta"),
    ticket_nouns=words("billete billetes boleto boletos pasaje pasajes asientos lugares"),
    collective_nouns=words("personas pasajeros"),
    companion_nouns=words(
        "esposa esposo marido mujer pareja novia novio madre padre papa hermano hermana amigo amiga suegra suegro"
        " abuela abuelo colega compadre tia tio sobrino sobrina primo prima cunado cunada mama"
    ),
    companion_determiners=words("mi nuestro nuestra el la un una mis nuestros los"),
    parent_nouns=words("padres abuelos suegros"),
    possessives=words("mi nuestro nuestra"),
    indefinite_articles=words("un una uno"),
    definite_articles=words("el la lo"),
    list_connectors=words("con y e mas para"),
    list_joiners=words("y e con"),
    list_words=words("dos tres para la el los"),
    with_words=words("con c"),
    or_words=words("o"),
    plus_words=words("mas"),
    first_person=words("yo conmigo me servidora servidor"),
    group_prepositions=frozenset(),
    before_count=words("para somos seremos"),
    before_answered_count=frozenset(),
    after_for_count=words("por en de a"),
    after_group_count=words("en adultos y e total"),
    before_bare_count=frozenset(),
    after_bare_count=frozenset(),
    not_people=words(
        "dia dias noche noches semana semanas mes meses ano anos hora horas maletas euros euro dolares pesos escala"
        " escalas vuelo"
    ),
    group_nouns=words("grupo familia"),
    group_noun_prepositions=words("de"),
    group_verb_adverbs=words("solo"),
    real_adjectives=words("real verdadera humana"),
    alone=(
        "solo yo|solamente yo|yo solo|yo sola|viajo sol[oa]|viajando sol[oa]|ire sol[oa]|voy sol[oa]|solo para mi"
        "|(?:uno solo|uno nada mas|solo uno|una sola)(?= ?$| ?[.,!;])"
    ),
    couple="(?:en )?(?:una )?pareja|(?:en )?(?:un )?matrimonio(?= con)",
    after_couple=r"de\b",
    two_people="nosotros dos|nosotras dos|vamos (?:los|las) dos|somos (?:los|las) dos",
    group_verbs="somos|seremos|seriamos|viajamos|viajaremos|estamos|vamos",
    group_counts={},
    group_phrases=frozenset(),
    visit_phrases=frozenset(),
    contact_verbs=frozenset(),
)
