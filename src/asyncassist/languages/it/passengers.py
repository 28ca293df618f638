"""Italian words about passengers."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.passenger_words import PassengerWords
from asyncassist.languages.word_set import words

PASSENGERS: Final = PassengerWords(
    adults=words("persona persone passeggero passeggeri adulto adulti biglietto biglietti posti viaggiatori nonni"),
    children=words(
        "bambino bambini bambina bambine figlio figli figlia figlie ragazzi nipoti gemelli gemelle bimbo bimba"
        " bimbi bimbe ragazzini"
    ),
    infants=words("neonato neonati neonata lattante"),
    others=words("amici"),
    plural_child_nouns=words("bambini bambine figli figlie ragazzi nipoti neonati bimbi bimbe ragazzini"),
    twin_nouns=words("gemelli gemelle"),
    noun_modifiers=words("sola solo unica unico piccoli aerei e"),
    flight_nouns=words("voli"),
    flight_modifiers=frozenset(),
    ticket_nouns=words("biglietto biglietti posti"),
    collective_nouns=words("persone passeggeri"),
    companion_nouns=words(
        "moglie marito ragazza ragazzo fidanzata fidanzato compagna compagno madre padre mamma papa fratello"
        " sorella amica suocera suocero nonna nonno zia zio cugino cugina cognato cognata"
    ),
    companion_determiners=words("mio mia nostro nostra il la un una miei nostri i mie"),
    parent_nouns=words("genitori nonni suoceri"),
    possessives=words("mio mia nostro nostra"),
    indefinite_articles=words("un una uno"),
    definite_articles=words("il la le i lo"),
    list_connectors=words("con e ed piu per"),
    list_joiners=words("e ed con"),
    list_words=words("due tre per il la i mie"),
    with_words=words("con"),
    or_words=words("o"),
    plus_words=words("piu"),
    first_person=words("io me"),
    group_prepositions=words("in"),
    before_count=words("per siamo saremo"),
    before_answered_count=frozenset(),
    after_for_count=words("da a in"),
    after_group_count=words("in e"),
    before_bare_count=frozenset(),
    after_bare_count=frozenset(),
    not_people=words(
        "giorno giorni notte notti settimana settimane mese mesi anno anni ora ore valigie euro franchi scalo scali"
        " volo"
    ),
    group_nouns=words("gruppo famiglia"),
    group_noun_prepositions=words("di"),
    group_verb_adverbs=words("in solo"),
    real_adjectives=words("vera reale umana"),
    alone=(
        "solo io|soltanto io|da sol[oa]|viaggio da sol[oa]|solo per me|(?:uno solo|solo uno|una sola)(?= ?$| ?[.,!;])"
    ),
    couple="(?:in )?(?:una )?coppia",
    after_couple=r"di\b",
    two_people="noi due|in due",
    group_verbs="siamo|saremo|saremmo|viaggiamo|viaggeremo|partiamo|partiremo",
    group_counts={},
    group_phrases=frozenset(),
    visit_phrases=frozenset(),
    contact_verbs=frozenset(),
)
