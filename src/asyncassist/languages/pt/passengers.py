"""Portuguese words about passengers."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.passenger_words import PassengerWords
from asyncassist.languages.word_set import words

PASSENGERS: Final = PassengerWords(
    adults=words(
        "pessoa pessoas passageiro passageiros adulto adultos bilhete bilhetes passagem passagens lugares viajantes"
        " avos"
    ),
    children=words(
        "crianca criancas filho filhos filha filhas menino menina meninos miudo miudos miuda miudas guri guris"
        " garotos netos netas gemeos gemeas"
    ),
    infants=words("bebe bebes"),
    others=words("amigos amigo colegas"),
    plural_child_nouns=words("criancas filhos filhas meninos miudos miudas guris garotos netos netas bebes"),
    twin_nouns=words("gemeos gemeas"),
    noun_modifiers=words("outras outros pequenas aereos aereas aviao de dos total ida e volta unica unico"),
    flight_nouns=words("voos"),
    flight_modifiers=words("volta"),
    ticket_nouns=words("bilhete bilhetes passagem passagens lugares"),
    collective_nouns=words("pessoas passageiros"),
    companion_nouns=words(
        "esposa marido mulher namorada namorado mae pai papa irmao irma amigo amiga sogra sogro avo colega"
        " compadre chefe companheira companheiro parceiro parceira tia tio sobrinho sobrinha primo prima cunhado"
        " cunhada"
    ),
    companion_determiners=words("meu minha nosso nossa a o um uma meus nossos os minhas"),
    parent_nouns=words("pais avos sogros"),
    possessives=words("meu minha nosso nossa"),
    indefinite_articles=words("um uma"),
    definite_articles=words("a o as os"),
    list_connectors=words("com e mais mas para pra"),
    list_joiners=words("e com"),
    list_words=words("dois duas tres para pra a o as os"),
    with_words=words("com c"),
    or_words=words("ou"),
    plus_words=words("mais mas"),
    first_person=words("eu mim comigo me"),
    group_prepositions=frozenset(),
    before_count=words("para pra somos seremos"),
    before_answered_count=frozenset(),
    after_for_count=words("por em de a"),
    after_group_count=words("em adultos e total"),
    before_bare_count=frozenset(),
    after_bare_count=frozenset(),
    not_people=words(
        "dia dias noite noites semana semanas mes meses ano anos hora horas mala malas reais euros euro dolares pesos"
        " escala escalas voo"
    ),
    group_nouns=words("grupo familia total"),
    group_noun_prepositions=words("de"),
    group_verb_adverbs=words("em so apenas"),
    real_adjectives=words("real humana"),
    alone="sozinh[oa]|so eu|apenas eu|somente eu|so para mim|(?:um so|so um)(?= ?$| ?[.,!;])",
    couple="(?:em )?(?:um )?casal",
    after_couple=r"de\b",
    two_people="nos dois|nos duas|vamos (?:os dois|as duas)|somos (?:os dois|as duas)",
    group_verbs="somos|seremos|seriamos|viajamos|viajaremos|estamos|vamos",
    group_counts={},
    group_phrases=frozenset(),
    visit_phrases=frozenset(),
    contact_verbs=frozenset(),
)
