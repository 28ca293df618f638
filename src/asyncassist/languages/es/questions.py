"""Spanish patterns of the assistant's questions and of questions about offers."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.question_patterns import QuestionPatterns

QUESTIONS: Final = QuestionPatterns(
    joiner="y",
    lead_in="",
    question_word="cuando|donde|a donde|cual",
    request="(?:por favor )?(?:diga|informe|indique)|dime|digame",
    returning=r"vuelta|volver|retorn\w*",
    when="cuando|fechas?|dias?",
    where="donde|adonde|ciudad|aeropuerto|destino|origen",
    origin=r"desde|de donde|salida|salir|sales|saldra\w*|origen|partir",
    destination=r"adonde|a donde|hacia|llegar|viaja\w*|vas|va|quiere|destino|ir",
    origin_phrase="de donde|desde donde|salir|sales|saldra",
    trailing_preposition="",
    passengers="cuant[oa]s (?:pasajeros|personas|billetes)",
    cabin="clase|cabina",
    airline="aerolinea|compania",
    budget="presupuesto|gastar",
    trip_type="ida y vuelta o|solo ida o",
    max_stops="escalas?|directo",
    flight_number="numero de vuelo",
    offer_lead_in="y|entonces|si|gracias",
    offer_detail="a que horas?|cuando (?:llega|sale|aterriza|es)|en que aeropuerto|cual",
    offer_check="es (?:un|una|clase|directo|en)|el vuelo (?:es|llega|sale|tiene)",
    search=r"vuelos|un vuelo|volar|reserva\w*|buscar",
    arriving=r"lleg\w*|sale|parte|aterriz\w*",
    not_travel="coche|clima|habitacion|alojamiento|restaurante",
    flying=r"vuelo\w*",
)
