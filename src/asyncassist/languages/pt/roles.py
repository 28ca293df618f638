"""Portuguese words around places and dates that decide their roles."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.role_words import RoleWords
from asyncassist.languages.word_set import words

ROLES: Final = RoleWords(
    origin=words("de do da dos desde"),
    destination=words("para pra pro pros pras a ao aos ate p"),
    location=words("em no na"),
    via=words("via por"),
    skip=words("a o cidade aeroporto internacional linda bela talvez provavelmente capital"),
    place_nouns=words("cidade aeroporto capital destino"),
    departure_words=words(
        "sair saindo saio saimos sai saida saidas partir partindo parto partimos parte partida origem embarque"
        " embarcar embarcando embarco embarcamos moro moramos vivo estou estamos morando decolar"
    ),
    destination_words=words(
        "ir vou vamos chegar chegando chego chegada visitar visito visitando viajar viajando viajo voar voando destino"
        " conhecer ferias rumo pousar aterrissar passar viagem ida"
    ),
    return_words=words(
        "voltar volto voltando volta voltamos regressar regresso regressando retornar retorno retornando regressamos"
    ),
    trip_nouns=words("viagem ida"),
    weak_destination=words("a"),
    before_articles=words("para pra de em por desde ate"),
    route_links=words("a para"),
    residence_verbs=frozenset(),
    leave_for_verbs=frozenset(),
    boarding_stems=("embarqu",),
    third_persons=words("que quem ele ela filha"),
    third_person_residence=words("vive mora"),
    route_prepositions=words("para pra por"),
    predicate_words=words("e como sera"),
    copulas=words("e sera seria"),
    negations=words("nao nem exceto evitar menos"),
    bare_negations=words("nao"),
    denials=words("nao"),
    negation_fillers=words("quero queremos queria e era"),
    negation_pairs=frozenset({("vez", "de"), ("lugar", "de"), ("inves", "de")}),
    correction_words=words(
        "desculpa desculpe perdao espera alias melhor digo quis corrigindo mude muda troque troca mudar trocar sim mas"
    ),
    clause_conjunctions=words("e mas ou depois"),
    self_introduction=r"me chamo|nome e|sou(?: [oa])?|aqui e [oa]",
)
