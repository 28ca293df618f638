"""Dutch words about passengers."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.passenger_words import PassengerWords
from asyncassist.languages.word_set import words

PASSENGERS: Final = PassengerWords(
    adults=words(
        "persoon personen pers passagier passagiers volwassene volwassenen volw reiziger reizigers mensen ticket"
        " tickets vliegtickets vliegticket kaartjes kaartje kaarten stoelen plaatsen zitplaatsen man senioren"
        " reisgenoten"
    ),
    children=words(
        "kind kinderen kindje kindjes zoon zoons zonen zoontje dochter dochters dochtertje tiener tieners kleinkinderen"
        " kleinkind kleinzoon kleindochter kids tweeling tweelingen"
    ),
    infants=words("baby babys babytje zuigeling zuigelingen peuter peuters"),
    others=words("vrienden vriendinnen collegas anderen"),
    plural_child_nouns=words(
        "kinderen kindjes zoons zonen dochters tieners kleinkinderen babys peuters zuigelingen kids"
    ),
    twin_nouns=words("tweeling tweelingen"),
    noun_modifiers=words(
        "kleine jonge volwassen totaal economy business enkele retour oude grote losse aparte extra volwassene"
    ),
    flight_nouns=words("vluchten"),
    flight_modifiers=words("retour economy business enkele"),
    ticket_nouns=words("ticket tickets vliegtickets vliegticket kaartjes kaartje kaarten stoelen plaatsen zitplaatsen"),
    collective_nouns=words("personen mensen passagiers man"),
    companion_nouns=words(
        "vrouw echtgenote echtgenoot man vriend vriendin partner moeder vader mama papa broer zus zusje oma opa collega"
        " schoonmoeder schoonvader madam neef nicht baas verloofde"
    ),
    companion_determiners=words("mijn m onze een ons me"),
    parent_nouns=words("ouders"),
    possessives=words("mijn onze ons"),
    indefinite_articles=words("een"),
    definite_articles=words("het"),
    list_connectors=words("met en plus voor"),
    list_joiners=words("en plus met"),
    list_words=words("twee drie"),
    with_words=words("met"),
    or_words=words("of"),
    plus_words=words("plus"),
    first_person=words("ik mij mezelf ikzelf"),
    group_prepositions=frozenset(),
    before_count=words("voor"),
    before_answered_count=words("zijn"),
    after_for_count=words("naar van vanaf op in alstublieft alsjeblieft aub graag"),
    after_group_count=words("in en personen"),
    before_bare_count=frozenset(),
    after_bare_count=frozenset(),
    not_people=words(
        "dag dagen dagje nacht nachten week weken maand maanden jaar jaren uur uren minuten koffer koffers euro dollar"
        " pond tas tassen stop stops tussenstop tussenstops overstap overstappen vluchten keer kilo opties vragen"
    ),
    group_nouns=words("groep gezin gezelschap familie"),
    group_noun_prepositions=words("van met"),
    group_verb_adverbs=words("maar slechts samen totaal"),
    real_adjectives=words("echt echte"),
    alone=(
        "alleen ik|ik alleen|alleen voor mij|alleen voor mezelf|voor mij alleen|in mijn eentje|ik reis alleen"
        "|ik ga alleen|ik vlieg alleen|(?:maar |slechts )?een persoon"
    ),
    couple="(?:als )?(?:een )?(?:echtpaar|stel|koppel)",
    after_couple=r"van\b|dagen|weken|maanden|uur|vragen",
    two_people=(
        "met (?:z n|zn|ons) (?:tweetjes|beiden|beidjes)|met z n tweeen|met zn tweeen"
        "|met ons tweeen|wij tweeen|wij beiden|wij twee|we zijn met twee"
    ),
    group_verbs=(
        "we zijn|we zijn met|wij zijn|wij zijn met|zijn we|zijn we met|we reizen met|wij reizen met|we gaan met"
        "|wij gaan met|we vliegen met|wij vliegen met|we komen met|er zijn|het zijn er"
    ),
    group_counts={
        "met z n drieen": 3,
        "met zn drieen": 3,
        "met ons drieen": 3,
        "met z n vieren": 4,
        "met zn vieren": 4,
        "met ons vieren": 4,
        "met z n vijven": 5,
        "met zn vijven": 5,
        "met ons vijven": 5,
        "met z n zessen": 6,
        "met zn zessen": 6,
        "met ons zessen": 6,
        "met z n zevenen": 7,
        "met zn zevenen": 7,
        "met z n achten": 8,
        "met zn achten": 8,
        "met z n negenen": 9,
    },
    group_phrases=frozenset(),
    visit_phrases=frozenset({("bezoek", "mijn"), ("bezoeken", "mijn"), ("bezoek", "onze"), ("bezoeken", "onze")}),
    contact_verbs=words("bezoek bezoeken ontmoet ontmoeten bel bellen"),
)
