"""French patterns of the assistant's questions and of questions about offers."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.question_patterns import QuestionPatterns

QUESTIONS: Final = QuestionPatterns(
    joiner="et",
    lead_in="",
    question_word="quand|ou|quelle?",
    request="dites|indiquez|dis moi",
    returning="retour|revenir|rentrer",
    when="quand|jour|dates?",
    where="ou|ville|aeroport|d'ou|origine|destination",
    origin="d'ou|depart|partez|partir|origine",
    destination="aller|arrivee|rendre|va|destination",
    origin_phrase="d'ou",
    trailing_preposition="",
    passengers="combien de (?:passagers|personnes|billets|voyageurs)",
    cabin="classe|cabine",
    airline="compagnie(?: aerienne)?",
    budget="budget|combien voulez",
    trip_type="aller[- ]retour ou|aller simple ou",
    max_stops="escales?|direct",
    flight_number="numero de vol",
    offer_lead_in="et|alors|oui|merci",
    offer_detail=("a quelle heure|quand (?:arrive|part|est ce)|quel(?:le)? (?:est|aeroport)|de quel"),
    offer_check="est ce (?:que|qu|un|en)|c est|le vol (?:est|arrive|part)",
    search=r"vols|un vol|voler|cherch\w*",
    arriving=r"arriv\w*|part|atterr\w*",
    not_travel="voiture|meteo|chambre|logement|restaurant",
    flying="vols?",
)
