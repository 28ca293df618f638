"""Dutch patterns of the assistant's questions and of questions about offers."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.question_patterns import QuestionPatterns

QUESTIONS: Final = QuestionPatterns(
    joiner="en",
    lead_in="en|dus|ook",
    question_word="wanneer|waarheen|waarvandaan|vanwaar|waar|welke?|hoeveel|met hoeveel",
    request=(
        "(?:geef|vertel|noem|zeg)(?: me| mij)?(?: alstublieft| alsjeblieft| even)?|laat (?:me|mij) weten|ik moet weten"
    ),
    returning=r"terug\w*|retour",
    when="wanneer|datum|dag|data",
    where="waar|waarheen|waarvandaan|vanwaar|stad|luchthaven|vliegveld|bestemming|vertrekplaats|plaats",
    origin=r"waarvandaan|vanwaar|vandaan|van welke|vanaf|vanuit|van waar|vertrek\w*|vertrekplaats",
    destination=r"waarheen|bestemming|waar naartoe|naartoe|heen|vliegen|reizen|aankomst|naar",
    origin_phrase=r"waarvandaan|vanwaar|van waar|vandaan|vanaf welke|vanuit welke|van welke|vertrek\w*",
    trailing_preposition="naartoe|heen|vandaan|naar|van",
    passengers=(
        "(?:hoeveel|met hoeveel) (?:personen|passagiers|mensen|tickets|reizigers|volwassenen)|met hoeveel|wie reist"
    ),
    cabin="klasse|klas|reisklasse",
    airline="maatschappij|luchtvaartmaatschappij|vliegmaatschappij|airline",
    budget="budget|prijs|uitgeven",
    trip_type="heen en terug of|enkele reis of|retour of",
    max_stops="tussenstops?|overstappen|rechtstreeks",
    flight_number="vluchtnummer",
    offer_lead_in="en|dus|dan|ja|bedankt|oke|ok|maar|prima|goed",
    offer_detail=(
        r"(?:wanneer|hoe laat) (?:kom|land|vertrek|vlieg|ga|ben|zijn|is)\w*|van welke?|op welke?|welke luchthaven"
        "|hoe ?lang"
    ),
    offer_check="is (?:het|dat|die|deze|dit|de)|zijn (?:ze|die|dat)|(?:komt|landt|vertrekt|gaat) (?:hij|die|de|het)",
    search=r"vluchten|een vlucht|vliegen|zoek\w*|boeken|goedkoopste|tickets? (?:naar|van|voor)",
    arriving=r"aankom\w*|aan|aankomst|land\w*|kom\w*|vertrek\w*|er zijn|daar",
    not_travel="hotel|huurauto|weer|kamer|accommodatie|restaurant|taxi|appartement|trein|bus",
    flying=r"vlieg\w*|vlucht\w*|tickets?",
)
