"""German words about passengers."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.passenger_words import PassengerWords
from asyncassist.languages.word_set import words

PASSENGERS: Final = PassengerWords(
    adults=words(
        "person personen pers passagiere passagier erwachsene erwachsenen erwachsener erw ticket tickets platze"
        " reisende flugtickets karten erwachseni"
    ),
    children=words(
        "kind kinder kindern sohn tochter sohne enkel enkelin zwillinge zwillingen chind tochtern sohnen enkeln"
    ),
    infants=words("baby babys saugling sauglinge kleinkind kleinkinder"),
    others=words("freunde freunden"),
    plural_child_nouns=words("kinder kindern sohne enkel babys sauglinge kleinkinder sohnen enkeln"),
    twin_nouns=words("zwillinge zwillingen"),
    noun_modifiers=words("einzige einziger erwachsene kleine total economy business"),
    flight_nouns=words("fluge"),
    flight_modifiers=words("retour economy business"),
    ticket_nouns=words("ticket tickets flugtickets karten platze"),
    collective_nouns=words("personen passagiere"),
    companion_nouns=words(
        "frau mann freundin freund partner partnerin mutter vater papa bruder schwester oma opa kollege kollegin"
        " schwiegermutter schwiegervater cousin tante onkel neffe nichte grosmutter grosvater mama papi mami"
        " schwager schwagerin"
    ),
    companion_determiners=words(
        "mein meine meiner meinem meinen unser unsere unserem unserer ein eine einem einer einen die der"
    ),
    parent_nouns=words("eltern grosseltern schwiegereltern"),
    possessives=words("mein meine meinem meinen meiner unser unsere unserem"),
    indefinite_articles=words("ein eine einem einen einer"),
    definite_articles=words("der dem das"),
    list_connectors=words("mit und plus fur"),
    list_joiners=words("und plus mit"),
    list_words=words("zwei drei fur die der den"),
    with_words=words("mit"),
    or_words=words("oder"),
    plus_words=words("plus zuzuglich zzgl"),
    first_person=words("ich mir mich"),
    group_prepositions=words("zu"),
    before_count=words("fur"),
    before_answered_count=words("sind"),
    after_for_count=words("nach von am in bitte"),
    after_group_count=words("in und"),
    before_bare_count=frozenset(),
    after_bare_count=frozenset(),
    not_people=words(
        "tag tage tagen nacht nachte woche wochen monat monate monaten jahr jahre uhr stunden koffer euro euros dollar"
        " franken flug"
    ),
    group_nouns=words("gruppe familie"),
    group_noun_prepositions=words("von mit"),
    group_verb_adverbs=words("nur insgesamt"),
    real_adjectives=frozenset(),
    alone="nur ich|alleine?|nur fur mich|nur mich|fur mich allein|(?:nur einer|nur eine)(?= ?$| ?[.,!;])",
    couple="(?:als )?(?:ein )?ehepaar",
    after_couple=r"von\b",
    two_people="zu zweit|wir beide|wir zwei",
    group_verbs="wir sind|sind wir|wir waren|wir wollen|wir fliegen|wir reisen",
    group_counts={"zu dritt": 3, "zu viert": 4, "zu funft": 5, "zu sechst": 6, "zu siebt": 7, "zu acht": 8},
    group_phrases=frozenset(),
    visit_phrases=frozenset(),
    contact_verbs=frozenset(),
)
