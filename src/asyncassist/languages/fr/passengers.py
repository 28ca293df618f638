"""French words about passengers."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.passenger_words import PassengerWords
from asyncassist.languages.word_set import words

PASSENGERS: Final = PassengerWords(
    adults=words(
        "personne personnes pers passager passagers adulte adultes billet billets ticket tickets places voyageurs"
        " seniors senior parents"
    ),
    children=words("enfant enfants fils fille filles gamins petitsenfants jumeaux jumelles garcons gosses petits"),
    infants=words("bebe bebes nourrisson nourrissons"),
    others=words("amis"),
    plural_child_nouns=words("enfants filles gamins petitsenfants bebes nourrissons garcons gosses fils"),
    twin_nouns=words("jumeaux jumelles"),
    noun_modifiers=words("seule seul avion d de des petits jeunes grands grand total"),
    flight_nouns=words("vols"),
    flight_modifiers=words("retour"),
    ticket_nouns=words("billet billets ticket tickets places"),
    collective_nouns=words("personnes passagers"),
    companion_nouns=words(
        "femme mari conjoint conjointe copine copain blonde chum fiancee fiance mere pere papa frere soeur ami"
        " amie mamie papi collegue cousin maman tante oncle neveu niece cousine beaupere bellemere"
    ),
    companion_determiners=words("mon ma notre la un une mes nos les"),
    parent_nouns=words("parents"),
    possessives=words("mon ma notre"),
    indefinite_articles=words("un une"),
    definite_articles=words("la le"),
    list_connectors=words("avec et plus pour"),
    list_joiners=words("et pis plus avec"),
    list_words=words("puis deux trois pour la le les"),
    with_words=words("avec"),
    or_words=words("ou"),
    plus_words=words("plus"),
    first_person=words("moi me"),
    group_prepositions=words("a"),
    before_count=words("pour serons"),
    before_answered_count=words("sommes est sera"),
    after_for_count=words("en de a s svp"),
    after_group_count=words("en et"),
    before_bare_count=frozenset(),
    after_bare_count=frozenset(),
    not_people=words(
        "jour jours nuit nuits semaine semaines mois an ans heure heures minutes valise valises dollars dollar euros"
        " euro francs vol"
    ),
    group_nouns=words("groupe famille"),
    group_noun_prepositions=words("de d"),
    group_verb_adverbs=words("a au"),
    real_adjectives=words("reelle humaine vraie"),
    alone=(
        "juste moi|seulement moi|moi seule?|tout seul|toute seule|voyage seule?|pars seule?|juste pour moi"
        "|(?:un seul|une seule)(?= ?$| ?[.,!;])"
    ),
    couple="(?:en )?(?:un )?couple",
    after_couple=r"(?:de|d)\b",
    two_people="nous deux|a deux",
    group_verbs="sommes|on est|on e|on sera|on serait|serons|serions|partons|voyageons",
    group_counts={},
    group_phrases=frozenset(),
    visit_phrases=frozenset(),
    contact_verbs=frozenset(),
)
