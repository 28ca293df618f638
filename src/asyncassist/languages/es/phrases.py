"""Spanish phrases of the assistant's replies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from asyncassist.languages.pack import ReplyPhrases

PHRASES: Final[ReplyPhrases] = {
    "greeting": "¡Hola! ¿Adónde quiere volar, y cuándo?",
    "greeting_back": "¡Hola de nuevo!",
    "thanks": "¡De nada!",
    "goodbye": "¡Adiós, y buen viaje!",
    "help": "Busco vuelos. Dígame desde dónde, adónde y qué día; después, “más barato”, “solo directo”, “sin” una"
    " aerolínea o “el segundo” para seguir.",
    "baggage": "El equipaje depende de la aerolínea y de la tarifa: la mayoría incluye un bolso de mano "
    "pequeño, y las más"
    " baratas a menudo no incluyen maleta facturada. La aerolínea muestra lo que está incluido antes del pago, "
    "y allí se"
    " pueden añadir maletas.",
    "check_in": "La facturación se hace con la aerolínea, normalmente en línea, de 24 a 48 horas antes de la "
    "salida. No puedo"
    " hacerla por usted, pero puedo buscar vuelos.",
    "flight_status": "No veo el estado de los vuelos en directo. Lo saben la aerolínea o el aeropuerto; yo puedo buscar"
    " vuelos.",
    "change_booking": "No puedo cambiar una reserva: pregunte a la aerolínea o a la agencia donde reservó. "
    "Puedo buscar otro"
    " vuelo.",
    "cancel_booking": "No puedo cancelar una reserva: pregunte a la aerolínea o a la agencia donde reservó.",
    "other": "Eso está fuera de mi alcance: puedo ayudar a encontrar vuelos.",
    "refused": "Solo puedo ayudar a encontrar vuelos.",
    "cant_book": "No vendo billetes. Puede reservar el {flight} con la aerolínea o en una agencia.",
    "restarted": "De acuerdo, empezamos de nuevo.",
    "what_change": "De acuerdo. ¿Qué quiere cambiar?",
    "which_offer": "¿Cuál prefiere? Diga su número, del 1 al {count}.",
    "no_such_offer": {
        "one": "Solo he mostrado un vuelo.",
        "other": "He mostrado {n} vuelos: diga un número del 1 al {n}.",
    },
    "nothing_shown": "Todavía no he mostrado ningún vuelo.",
    "ask_origin": "¿Desde dónde quiere volar?",
    "ask_destination": "¿Adónde quiere volar?",
    "ask_departure_date": "¿Qué día quiere viajar?",
    "ask_leg_date": "¿Qué día quiere volar de {origin} a {destination}?",
    "ask_return_date": "¿Y qué día quiere volver?",
    "ask_day": "¿Qué día de {month}?",
    "ask_passengers": "¿Cuántas personas viajan?",
    "ask_split_party": "¿Busco para el primer grupo?",
    "ask_any_stops": "¿Busco vuelos con escala?",
    "which_place": "¿Qué {name} es: {choices}?",
    "which_city": "{name}: ¿qué ciudad, por ejemplo {choices}?",
    "past_date": "{date} ya ha pasado.",
    "too_far_ahead": "{date} queda demasiado lejos: se venden plazas con alrededor de un año de antelación.",
    "return_before": "La vuelta el {back} sería antes de la ida el {out}.",
    "leg_before": "El vuelo del {date} sería antes del vuelo del {before}.",
    "same_place": "La salida y el destino son ambos {place}.",
    "unknown_place": "No conozco ningún lugar llamado “{name}”.",
    "unknown_date": "No he entendido qué día es.",
    "not_understood": "No lo he entendido.",
    "not_understood_name": "No he entendido “{name}”.",
    "example_place": "Basta una ciudad o el código de su aeropuerto, por ejemplo “Lisboa” o “LIS”.",
    "example_date": "Puede decir, por ejemplo, “4 de diciembre”, “el próximo viernes” o “en dos semanas”.",
    "example_passengers": "Basta un número, por ejemplo “2 adultos y 1 niño”.",
    "example_yes": "Basta un “sí” o un “no”.",
    "example_trip": "Puede decir, por ejemplo, “de Lisboa a Berlín el 4 de diciembre, dos adultos”.",
    "other_ways": "Puede decir, por ejemplo, el número de un vuelo, “más barato”, “solo directo”, otro día u "
    "otro lugar.",
    "too_many": "Puedo buscar para nueve viajeros como máximo.",
    "split_party": "Las aerolíneas venden como máximo nueve plazas por reserva, así que {party} necesitan "
    "varias reservas: primero {first} y después {rest}.",
    "need_adult": "Tiene que viajar al menos un adulto.",
    "too_many_infants": "Cada bebé viaja en el regazo de un adulto: no puede haber más bebés que adultos.",
    "infant_age_counts": "Cuenta la edad el día de cada vuelo: desde los 2 años un niño necesita su propio asiento.",
    "infant_by_departure": "Con 2 años un niño necesita su propio asiento; cuento un niño en lugar de un bebé.",
    "infant_by_return": "Un niño que cumple 2 años el {date} necesita su propio asiento en el vuelo de vuelta;"
    " la mayoría de las aerolíneas venden entonces un billete de niño para todo el viaje, así que cuento un niño"
    " en lugar de un bebé.",
    "infant_after_trip": "El cumpleaños es después del último vuelo: un bebé viaja en brazos y no necesita"
    " asiento propio.",
    "child_age_counts": "Cuenta la edad el día de cada vuelo: desde los 12 años se paga la tarifa de adulto.",
    "child_by_departure": "Desde los 12 años se paga la tarifa de adulto; cuento un adulto.",
    "child_by_return": "Quien cumple 12 años el {date} vuela a la ida con tarifa de niño; para la vuelta la"
    " aerolínea puede pedir la tarifa de adulto.",
    "child_after_trip": "El cumpleaños es después del último vuelo: para todo el viaje vale la tarifa de niño.",
    "route": "{origin} – {destination}",
    "outbound_date": "{date}",
    "round_trip_dates": "{out}, vuelta {back}",
    "found": {"one": "He encontrado un vuelo, {trip}:", "other": "He encontrado {n} vuelos, {trip}:"},
    "best_of": "Estos son los {shown} mejores de {n} vuelos, {trip}:",
    "cheaper": "Los más baratos, {trip}:",
    "no_cheaper": "No hay nada más barato; estos son los precios más bajos, {trip}:",
    "earlier": "Estos salen más temprano, {trip}:",
    "no_earlier": "Ninguno sale más temprano; estos son los primeros vuelos, {trip}:",
    "later": "Estos salen más tarde, {trip}:",
    "no_later": "Ninguno sale más tarde; estos son los últimos vuelos, {trip}:",
    "faster": "Los más rápidos, {trip}:",
    "no_faster": "No hay nada más rápido; estos son los vuelos más cortos, {trip}:",
    "by_day": "Precios por día, {trip}:",
    "day_price": "{date}: {price}",
    "no_cheaper_day": "Ningún día cercano es más barato: {date} cuesta {price}.",
    "several_legs": "Puedo buscar hasta seis vuelos como un solo viaje: diga cada uno con su día, por ejemplo "
    "“de Berlín a Roma el 3 de mayo, luego a Madrid el 8 de mayo y de vuelta el 12 de mayo”.",
    "more": "Más vuelos, {trip}:",
    "last_more": "Los últimos; estos son todos los vuelos, {trip}:",
    "no_more": "Eso era todo: no tengo más vuelos, {trip}.",
    "no_flights": "No he encontrado vuelos, {trip}.",
    "no_direct_flights": "No hay vuelos directos, {trip}. ¿Busco vuelos con escala?",
    "with_checked_bags": "con maleta facturada",
    "with_refundable": "reembolsable",
    "no_matching_fares": "Ninguna tarifa cumple todos sus deseos, {trip}.",
    "fares": "Hay tarifas {fares}.",
    "fare_bag": "con maleta facturada desde {price}",
    "fare_no_bag": "sin maleta facturada desde {price}",
    "fare_refundable": "reembolsables desde {price}",
    "fare_not_refundable": "no reembolsables desde {price}",
    "no_matching_flights": "Ningún vuelo cumple todos sus deseos, {trip}. ¿Cuál puedo dejar de lado?",
    "chosen": "Ha elegido el {flight}, {when}. Precio: {price}.",
    "price_changed": "El precio ha cambiado: ahora {price}, antes {old}.",
    "offer_unknown": "No sé eso de este vuelo; la aerolínea lo indica antes de pagar.",
    "price_unchecked": "No he podido confirmar el precio ahora.",
    "details": "{flight}: {when}. Precio: {price}.",
    "next_steps": "Diga un número para elegir, o “más barato”, “más temprano”, “solo directo”.",
    "search_failed": "Ahora no puedo consultar los vuelos. He guardado su viaje: {trip}. Inténtelo de nuevo en "
    "un momento.",
    "partial": "No todas las fuentes han respondido; puede haber más vuelos.",
    "summary": "Hasta ahora: {trip}.",
    "nothing_known": "Todavía no sé nada de su viaje.",
    "direct": "directo",
    "stops": {"one": "{n} escala", "other": "{n} escalas"},
    "adults": {"one": "{n} adulto", "other": "{n} adultos"},
    "children": {"one": "{n} niño", "other": "{n} niños"},
    "infants": {"one": "{n} bebé", "other": "{n} bebés"},
    "for_passengers": "para {passengers}",
    "economy": "en turista",
    "premium_economy": "en turista premium",
    "business": "en business",
    "first": "en primera clase",
    "with_airline": "con {airline}",
    "without_airlines": "sin {airlines}",
    "within_budget": "hasta {money}",
    "hours_between": "entre las {start} y las {end}",
    "hours_after": "a partir de las {start}",
    "hours_before": "antes de las {end}",
    "outbound_departure_window": "salida {hours}",
    "outbound_arrival_window": "llegada {hours}",
    "return_departure_window": "vuelta con salida {hours}",
    "return_arrival_window": "vuelta con llegada {hours}",
    "stop_via": "con escala en {places}",
    "stop_not_via": "sin escala en {places}",
    "next_day": "+{n}",
    "from_place": "desde {place}",
    "to_place": "a {place}",
}
