"""Italian patterns of the assistant's questions and of questions about offers."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.question_patterns import QuestionPatterns

QUESTIONS: Final = QuestionPatterns(
    joiner="e",
    lead_in="",
    question_word="quando|dove|da dove|quale",
    request="mi dica|indichi|dimmi",
    returning=r"ritorn\w*|tornare|rientr\w*",
    when="quando|data|giorno",
    where="dove|citta|aeroporto|destinazione|origine",
    origin="da dove|partenza|parti|partite|partire|origine",
    destination="destinazione|andare|arrivo|vuoi|vuole|va",
    origin_phrase="da dove",
    trailing_preposition="",
    passengers="quant[ie] (?:passeggeri|persone|biglietti)|in quanti",
    cabin="classe|cabina",
    airline="compagnia(?: aerea)?",
    budget="budget|spendere|prezzo massimo",
    trip_type="andata e ritorno o|solo andata o",
    max_stops="scali?|diretto",
    flight_number="numero (?:del|di) volo",
    offer_lead_in="e|ed|allora|si|grazie",
    offer_detail=r"a che ora|quando (?:arriv|part)\w*|qual e|da quale|in quale",
    offer_check="il volo (?:e|arriva|parte)",
    search=r"voli|un volo|volare|cerc\w*",
    arriving="arrivare|parte|atterra|aeroporto",
    not_travel="macchina a noleggio|tempo|meteo|camera|alloggio|ristorante",
    flying="volo|voli",
)
