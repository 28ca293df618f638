"""Words around places and dates that decide their roles, in six languages.

All words are normalized. Each table has one entry per language; a new language adds an entry to each table.
"""

from __future__ import annotations

import re
from typing import Final


def _word_sets(**lines: str) -> dict[str, frozenset[str]]:
    return {language: frozenset(words.split()) for language, words in lines.items()}


# Directly before a place: the origin.
ORIGIN_PREPOSITIONS: Final = _word_sets(
    en="from frm fro form",
    pt="de do da dos desde",
    es="de desde del dde dsd",
    fr="de d depuis du des",
    de="von ab aus vom",
    it="da dal dalla dallo dai dall",
)
# Directly before a place: the destination.
DESTINATION_PREPOSITIONS: Final = _word_sets(
    en="to into towards toward 2 for",
    pt="para pra pro pros pras a ao aos ate p",
    es="a para hacia hasta al pa",
    fr="a au aux pour vers jusqu",
    de="nach bis zum zur richtung",
    it="a ad per verso al alla allo all",
)
# Directly before a place: origin or destination, depending on the verb.
LOCATION_PREPOSITIONS: Final = _word_sets(
    en="in at near around on",
    pt="em no na",
    es="en",
    fr="en dans chez sur",
    de="in im am an bei nahe auf",
    it="in nel nella a presso",
)
# Directly before a place: a stop on the way.
VIA_PREPOSITIONS: Final = _word_sets(
    en="via through thru over",
    pt="via por",
    es="via por",
    fr="via par",
    de="via uber",
    it="via passando",
)
# Between a preposition and a place, as part of the phrase.
SKIPPED_WORDS: Final = _word_sets(
    en="the city of downtown beautiful sunny lovely airport international town old good great either"
    " probably maybe possibly perhaps both uh um like say our my their area somewhere around near",
    pt="a o cidade aeroporto internacional linda bela talvez provavelmente capital",
    es="la el ciudad aeropuerto internacional linda bella hermosa tal vez quizas capital",
    fr="la le l ville aeroport international belle peut etre capitale",
    de="der die das den dem stadt flughafen schone schonen wunderschone vielleicht hauptstadt",
    it="la il l citta aeroporto internazionale bella forse capitale",
)
# "the city of", "aeroporto de": the preposition belongs to this noun and gives the place no role.
PLACE_NOUNS: Final = frozenset(
    {
        "city", "airport", "town", "cidade", "aeroporto", "ciudad", "aeropuerto", "ville", "aeroport", "stadt",
        "flughafen", "citta", "capital", "capitale", "hauptstadt", "destino", "destination", "destinazione", "ziel",
    }
)  # fmt: skip
# Verbs and nouns that make the place near them the origin.
DEPARTURE_WORDS: Final = _word_sets(
    en="leave leaving leaves depart departing departs departure departures start starting starts origin live lives"
    " living based outbound takeoff located home currently originating originate am m",
    pt="sair saindo saio saimos sai saida saidas partir partindo parto partimos parte partida origem embarque embarcar"
    " embarcando embarco embarcamos moro moramos vivo estou estamos morando decolar",
    es="salir saliendo salgo salimos sale salida salidas salen saldre saldria partir partiendo parto partimos partida"
    " origen vivo vivimos estoy estamos embarcar despegar embarco embarcamos saliera",
    fr="partir pars part partons partant depart departs decoller origine habite habitons vis suis sommes quitter quitte"
    ""
    " provenance decollage embarquer",
    de="abfliegen abflug abflugort abfahrt starte starten start startet losfliegen wohne wohnen lebe leben bin abreise"
    " abreisen startort startflughafen abflughafen",
    it="partire partendo parto partiamo parte partenza partenze origine vivo viviamo abito abitiamo sono siamo partirei"
    " decollare imbarco",
)
# Verbs and nouns that make the place near them the destination.
DESTINATION_WORDS: Final = _word_sets(
    en="go going goes gonna get getting arrive arriving arrives arrival visit visiting visits head heading headed land"
    " landing reach reaching travel traveling travelling fly flying destination see explore vacation holiday trip"
    " bound attend attending inbound aunt uncle friend spend spending touring tour vacationing",
    pt="ir vou vamos chegar chegando chego chegada visitar visito visitando viajar viajando viajo voar voando destino"
    " conhecer ferias rumo pousar aterrissar passar viagem ida",
    es="ir voy vamos llegar llegando llego llegada visitar visitando viajar viajando viajo volar volando"
    " destino conocer"
    " vacaciones rumbo aterrizar pasar viaje ire iremos",
    fr="aller vais va allons arriver arrivant arrive arrivee visiter visite voyager voler destination vacances rendre"
    " atterrir decouvrir passer voyage rejoindre direction",
    de="gehen fliegen fliege flug reisen reise ankommen ankunft ankunftsort besuchen besuche ziel zielort reiseziel"
    " urlaub landen zielflughafen wollen will hin",
    it="andare vado andiamo arrivare arrivando arrivo visitare visitando visito viaggiare viaggiando volare volando"
    " destinazione vacanza vacanze atterrare passare viaggio recarmi meta",
)
# Verbs and nouns of the return.
RETURN_WORDS: Final = _word_sets(
    en="return returning returns returned back inbound comeback",
    pt="voltar volto voltando volta voltamos regressar regresso regressando retornar retorno retornando regressamos",
    es="volver vuelvo volviendo vuelta volvemos regresar regreso regresando regresamos volvere retorno retornar",
    fr="retour revenir reviens revenant revient revenons rentrer rentre rentrant rentrons retourner retours",
    de="zuruck ruckflug ruckreise ruckkehr zuruckfliegen zuruckkommen zuruckkehren heimflug retour heim ruckreisedatum"
    " ruckflugdatum zuruckreisen",
    it="tornare torno tornando ritorno ritornare ritorniamo torniamo rientrare rientro rientrando rientriamo"
    " ritornando",
)
# The place or date named next is denied.
NEGATIONS: Final = _word_sets(
    en="not don dont isn isnt wouldn except avoid neither nor wasn without",
    pt="nao nem exceto evitar menos",
    es="no ni excepto evitar",
    fr="pas ni sauf eviter non",
    de="nicht kein keine keinen ausser weder statt anstatt",
    it="non no ne tranne eccetto evitare",
)
# Between "not" and the denied place: "I don't want to go to Paris", "não é para o Recife".
NEGATION_FILLERS: Final = frozenset(
    {
        "is", "t", "'", "want", "wanna", "to", "need", "quero", "queremos", "queria", "e", "era", "quiero",
        "es", "veux", "voulons", "voudrais", "est", "plus", "mochte", "mochten", "ist", "voglio", "vogliamo", "vorrei",
    }
)  # fmt: skip
# Directly before the speaker's own name.
SELF_INTRODUCTION: Final = re.compile(
    r"(?:^| )(?:moi c est|m appelle|mi chiamo|me llamo|me chamo|name is|name s|nome e|nombre es|nom est|name ist"
    r"|heisse|ich bin(?: der| die)?|sono(?: la| il)?|soy(?: la| el)?|sou(?: [oa])?|aqui e [oa]|i m|i am|this is)$"
)
# "instead of Paris": pairs of words with the same meaning.
NEGATION_PAIRS: Final = frozenset(
    {
        ("instead", "of"), ("rather", "than"), ("other", "than"), ("anywhere", "but"),
        ("anything", "but"),
        ("any", "but"), ("but", "not"), ("vez", "de"),
        ("lugar", "de"), ("inves", "de"), ("lieu", "de"), ("plutot", "que"), ("place", "de"), ("posto", "di"),
        ("invece", "di"), ("invece", "che"), ("piuttosto", "che"), ("vez", "del"), ("rather", "not"),
    }
)  # fmt: skip
# The value named next replaces the one named before.
CORRECTION_WORDS: Final = _word_sets(
    en="sorry wait actually rather instead mean meant correction make change switch scratch oops no but",
    pt="desculpa desculpe perdao espera alias melhor digo quis corrigindo mude muda troque troca mudar trocar sim mas",
    es="perdon espera mejor digo quise corrijo cambia cambie cambiar sino disculpa bueno si pero",
    fr="pardon desole attends plutot mieux veux change changez changer mais non enfin",
    de="entschuldigung sorry moment warte lieber sondern meine doch besser andere andern stattdessen nein vielmehr",
    it="scusa scusi aspetta anzi meglio intendevo volevo cambia cambiare bensi ma cioe no",
)
# Conjunctions and punctuation that end a clause.
CLAUSE_BOUNDARIES: Final = frozenset(
    {
        ".", ";", "?", "!", ",", "and", "then", "but", "e", "y", "et", "und", "mas", "pero", "mais", "aber", "ma",
        "&", "or", "ou", "o", "oder", "dann", "luego", "puis", "poi", "depois", "\n",
    }
)  # fmt: skip

ALL_WORDS: Final = frozenset().union(
    *(
        line
        for table in (
            ORIGIN_PREPOSITIONS,
            DESTINATION_PREPOSITIONS,
            LOCATION_PREPOSITIONS,
            VIA_PREPOSITIONS,
            SKIPPED_WORDS,
            DEPARTURE_WORDS,
            DESTINATION_WORDS,
            RETURN_WORDS,
            NEGATIONS,
            CORRECTION_WORDS,
        )
        for line in table.values()
    )
)
"""Union of the tables above, over all languages."""
