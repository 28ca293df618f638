"""Spanish patterns that recognize requests, references and roles in a message."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.pack import CuePatterns, MessagePatterns

# Patterns are matched on lower-case text without accents; see `asyncassist.nlp.followup.cues`.
_STOPOVER = r"(escalas?|paradas?|conexi(on|ones)|transbordos?|cambios?)"
_CUES: Final[CuePatterns] = {
    "companions": r"(viene|vienen|va|viaja|se suma|se apunta) (conmigo|con nosotros|tambien)|tambien (viene|vienen|"
    r"viaja|va)\b|se (nos )?(suma|apunta|une|anade)|(agreg\w+|anad\w+|suma\w*|inclu\w+|pon\w*) (tambien )?a (mi|"
    r"mis|la|el)\b|olvid\w+ (a|de) (mi|la|el|los)|y (a )?(mi|la|el) \w+( de \w+ mes(es)?)? tambien",
    "thanks": r"gracias",
    "first_class": r"en primera( clase)?(?= ?$|[.,!?])|primera clase",
    "flight": r"vuelos?|volar|avion|billetes?|pasajes?",
    "cheaper": r"car[oa]s?|carisim[oa]s?|"
    r"mas (barat[oa]s?|economic[oa]s?|asequibles?)|menos car[oa]s?|(muy|tan|demasiado|un poco|"
    r"bastante) car[oa]s?|"
    r"(mejor|menor) precio|(precio|tarifa)s? (mas baj[oa]s?|mejor(es)?|menor(es)?)|cueste menos|baratit[oa]s?|"
    r"algo barato",
    "cheapest": r"(el|la|los|las|lo) mas (barat[oa]s?|economic[oa]s?)|(el|la) menos car[oa]|precio mas bajo|"
    r"(vuelos?|billetes?|pasajes?) (barat[oa]s?|economic[oa]s?)",
    "dropouts": r"(?:ya |al final |finalmente |tampoco )*no (?:viene|vienen|viaja|viajan|va|van|vendra|vendran|ira|"
    r"iran|puede|pueden)(?: a)?(?: (?:ir|venir|viajar|mas|ya))?(?= ?$|[,.!;]| (?:con|al final|asi|"
    r"entonces|y|finalmente|porque))|(?:ya no|tampoco) (?:viene|vienen|viaja|viajan|va|van|puede|pueden)|"
    r"se (?:baja|bajo|cayo|rajo|raja|queda|quedan|quedo)(?: en casa)?(?= ?$|[,.!;])|se ha (?:caido|"
    r"rajado)|sin (?:mis?|nuestr\w+|el|la|los|las) \w+",
    "earlier": r"(salga|salgan|sale|salir) (un poco )?antes\b(?! de)|alg(o|uno)( \w+){0,2} antes\b(?! de)|"
    r"mas (temprano|pronto)|antes (de eso|que ese|que este)|un poco antes\b|(muy|tan|demasiado) tarde\b",
    "earliest": r"(el|lo) mas (temprano|pronto)|el primer vuelo del dia|cuanto antes",
    "later": r"mas tarde|despues de (eso|ese|este)|un poco despues|(muy|tan|demasiado) (temprano|pronto)\b",
    "latest": r"(el|lo) mas tarde|el ultimo vuelo del dia",
    "faster": r"mas (rapid[oa]s?|cort[oa]s?|breves?)|menos tiempo|(muy|tan|demasiado) larg[oa]s?|tarda (mucho|"
    r"demasiado)",
    "fastest": r"(el|la|los|las|lo) mas (rapid[oa]s?|cort[oa]s?|breves?)",
    "direct": r"(solo |solamente |unicamente )?(vuelos? )?direct[oa]s?( solo| solamente)?|sin (ninguna |hacer )?"
    + _STOPOVER
    + r"|no quiero "
    + _STOPOVER,
    "any_stops": r"con "
    + _STOPOVER
    + r" (esta bien|tambien|vale|me vale|no pasa nada|puede ser)|(puede|pueden) (tener|hacer|ser con) "
    + _STOPOVER
    + r"|no (hace falta|tiene|tienen|necesita|es necesario) (que )?(ser|sea|sean) direct[oa]s?|"
    r"no me (importan?|molestan?) (las |la |los |el )?"
    + _STOPOVER
    + r"|"
    + _STOPOVER
    + r" (esta bien|estan bien|no (me )?importan?)",
    "flexible_dates": r"(mas[ /]?(o |/)?menos|\+ ?/? ?-|±) ?\w+ dias?|\w+ dias? (arriba o abajo|"
    r"arriba,? \w+ dias? abajo|mas o menos)|(dia|dias) (arriba|mas),? (dia|dias) (abajo|menos)|"
    r"(me|nos) da igual (el dia|la fecha|cuando)|(el dia|la fecha) (me |nos )?da igual|"
    r"cualquier dia (de|en|vale|sirve)|cuando (es|sale) mas barato|"
    r"(dias?|fechas?)( \w+){0,2} mas (barat[oa]s?|economic[oa]s?)|"
    r"mas barat[oa]( \w+){0,2} otr[oa]s? (dias?|fechas?)|"
    r"otr[oa]s? (dias?|fechas?)( \w+){0,3} (mas )?barat[oa]s?|que (dia|fecha)( \w+){0,3} barat[oa]|flexibles?",
    "multi_city": r"multi[- ]?(destino|ciudad|tramo)s?|varias (ciudades|escalas largas)|varios (destinos|tramos)|"
    r"(luego|despues) (a|hacia)|"
    r"(y )?(de|desde) (alli|ahi)( \w+)? a",
    "day_after": r"(?:al |el |un )?(?:dia siguiente|dia despues|dia mas tarde)|al otro dia",
    "day_before": r"(?:al |el |un )?(?:dia anterior|dia antes|dia mas temprano|dia previo)|la vispera",
    "week_after": r"(?:la |una )?semana (?:siguiente|despues|mas tarde)",
    "week_before": r"(?:la |una )?semana (?:anterior|antes|previa)",
    "round_trip": r"ida y (la )?vuelta|ida y regreso|ida-vuelta|con (la |el )?(vuelta|regreso|retorno)|"
    r"(billete|pasaje|vuelo) de (vuelta|regreso)|(en )?(ambos|los dos) sentidos|redondo",
    "one_way": r"(la vuelta|el regreso) (ya )?no (me |nos )?(hace falta|hara falta|la necesit\w+|lo necesit\w+|"
    r"sirve)|pas[ao] de la vuelta|sin volver|"
    r"(quita|quite|elimina|cancela) (la |el )(vuelta|regreso)|"
    r"(solo|solamente|unicamente) (la |de )?ida|(vuelo|billete|pasaje) de ida\b(?! y)|sin (la |"
    r"el )?(vuelta|regreso|"
    r"retorno)|no (necesito|quiero|necesitamos|queremos) (la |el |de )*(vuelta|regreso|retorno|volver|regresar)|"
    r"olvid[ae] (la |el )(vuelta|regreso)|solo ida",
    "start_over": r"empez\w+ desde el principio|borron y cuenta nueva|"
    r"(empez(ar|amos|emos)|empecemos|empieza|comenzar|comencemos|comienza|"
    r"volver a empezar)( todo)? (de nuevo|de cero|desde cero|"
    r"desde el principio|otra vez)|volver a empezar|nueva busqueda|(olvid[ae]|borra) todo|(de|desde) cero|"
    r"(otro|nuevo) viaje|"
    r"reinicia(r)?",
    "swap": r"al reves|a la inversa|(en )?(el )?sentido (contrario|inverso)|(cambia|intercambia|"
    r"invierte) (las ciudades|el origen|los dos)",
    "more": r"(mas|otr[oa]s) (opci(on|ones)|vuelos|ofertas|alternativas|resultados)|(muestra|muestrame|"
    r"ensename|ver|hay|tienes) "
    r"(mas|otr[oa]s)\s*[?.!]*$|que mas hay|algo mas\s*\?",
    "relist": r"(muestra|muestrame|ensename|repite|repiteme)( de nuevo| otra vez)?( las| los| la)? (opci(on|"
    r"ones)|vuelos|lista|ofertas)",
    "with_bag": r"(solo )?(con|incluyendo) (una |la |mi )?(maleta( facturada| incluida)?|equipaje( facturado|"
    r" incluido| en bodega)?)",
    "any_bag": r"sin (maleta|equipaje)( facturad[oa])? (tambien )?(esta bien|vale|me vale|sirve|va bien)|"
    r"(ya )?no (necesito|hace falta|quiero) (la |una )?(maleta|equipaje)|con o sin (maleta|equipaje)",
    "refundable": r"(solo )?((tarifas|billetes|vuelos|ofertas|pasajes) )?(reembolsables?|flexibles)|"
    r"solo (con )?reembolso",
    "any_refund": r"no reembolsable (tambien )?(esta bien|vale|me vale|sirve|va bien)|no (hace falta que sea|"
    r"tiene que ser) (reembolsable|flexible)|reembolsable o no",
    "best_first": r"(en )?cualquier orden|(el )?orden (da igual|no importa)|lo mejor primero|"
    r"(los |las )?mejores( vuelos| ofertas)? primero|(ordena\w* )?por recomendacion",
    "any_airline": r"(da|es) (igual|lo mismo) (la |que |con que |cual )?(aerolinea|compania)|"
    r"cualquier (aerolinea|compania)|"
    r"(la )?(aerolinea|compania)( \w+){0,2} (da igual|no importa|es igual|es lo de menos|da lo mismo)|"
    r"no (me |nos )?importa (la |que |con que )?(aerolinea|compania)",
    "details": r"cuanto (dura|tarda)|a que hora (llega|sale|parte|despega|aterriza)|(mas )?detalles|que aerolinea es|"
    r"numero de(l)? vuelo|cuanto (cuesta|vale|sale|es)\b",
    "book": r"(reserva|reservar|reservalo|resérvalo|compra|comprar|compralo|reservame|me lo quedo|"
    r"me quedo con (ese|este|el))\b",
    "summary_request": r"que (has entendido|entendiste|sabes)|resum(en|e|ir)\b|(por )?donde (estabamos|ibamos)",
    "morning": r"(por|en|de|durante) la manana\b|vuelos? matutin[oa]s?|a la manana\b(?! siguiente)",
    "afternoon": r"(por|en|de|durante|a) la tarde\b|despues de comer",
    "evening": r"(por|en|de|durante|a) la noche\b|esta noche|despues del trabajo",
    "any_price": r"(olvid[ae]|quita|quite|elimina|sin) (el )?(presupuesto|limite( de precio)?|tope)|"
    r"(el )?precio (no importa|da igual)|cualquier precio",
    "any_time": r"no me importa (la )?hora|"
    r"(a )?cualquier hora|(la )?hora (me )?(da igual|no importa)",
    "select": r"((puedo|podemos|podria) (tomar|elegir|coger|quedarme con)|"
    r"dame|deme|pasame|ponme|va por|vamos con|voy con|agarro|tomo|me late) (la|el)|"
    r"(quiero|quisiera|querria|me quedo con|me llevo|prefiero|elijo|escojo|tomo|cogere|cojo|vamos con|"
    r"me gusta|reserva|"
    r"reservame|dame|mejor)( el| la)?\b",
    "injection": r"(ignor\w*|olvid\w*|descart\w*|desobedec\w*)\b.{0,40}\b(instruccion(es)?|reglas?|prompt|"
    r"ordenes|directrices)|"
    r"ahora eres\b|finge (ser|que)|(revel\w*|muestr\w*|mostrar|repit\w*|imprim\w*|dime)\b.{0,30}\b(prompt|"
    r"tus instrucciones)",
}

_EXCLUDED = (
    r"(sin( la| el)?|no( con| en| por| quiero( volar)?( con| en)?)?|menos|excepto|salvo|evita(r|ndo)?|fuera|"
    r"saca(r)?|elimina(r)?|olvida|descarta(r)?|"
    r"quita(r)?( lo)?( de)?|excluye|"
    r"no me (pongas?|metas?)( en| con)?|cualquiera menos|nada de|odio|ni( con)?|que no sea(n)?( de| con)?)"
)
# Before a time of day: the earliest or the latest departure.
_AFTER_TIME = r"(despues de las?|a partir de las?|no antes de las?)"
_BEFORE_TIME = r"(antes de las?|hasta las?|no despues de las?)"
# Words that add an adult, and words that show that adults are counted, not only children.
_EXTRA_ADULT = r"(una?|1) (persona|adult[oa]|pasajer[oa]) mas|otr[oa] (persona|adult[oa]|pasajer[oa])"
_ADULTS_MENTIONED = r"adult[oa]s?|\byo\b|nosotros|\bmi\b"

_ARTICLE = r"(el|la|los|las|un|una|de|del)"
_ORIGIN = r"(de|desde|dsd|del|sal(ir|go|iendo|imos)( de| desde)?|part(ir|iendo|ida)( de| desde)?|origen)"
_DESTINATION = r"(a|para|hacia|hasta|al|destino|lleg(ar|ando)( a)?)"
# Before a place where the traveller stays, and words of the return flight.
_STAY_IN = (
    r"(estar|vacaciones|fin de semana|finde|semana|dias?|escapada|viaje|boda|"
    r"conferencia|reunion|navidad(es)?|nochevieja|"
    r"luna de miel|descanso|pasar [\w ]{1,20}) (a|en)"
)
_RETURN = r"vuelta|volv|regres|retorn"
# Before the number of passengers.
_PASSENGER_COUNT = r"(somos|seremos|vamos|viajamos|iremos|serian)( ahora| ya| solo)?"
_DEPARTURE = r"(sal|part|ida\b|viaj)"

_ORDINALS = (
    r"(de|del) (arriba|tope)|primer[oa]?|1\s?[ºªoa°]|numero uno|opcion uno",
    r"segund[oa]|2\s?[ºªoa°]|numero dos|opcion dos",
    r"tercer[oa]?|3\s?[ºªoa°]|numero tres|opcion tres",
    r"cuart[oa]|4\s?[ºªoa°]|numero cuatro|opcion cuatro",
    r"quint[oa]|5\s?[ºªoa°]|numero cinco|opcion cinco",
    r"sext[oa]|6\s?[ºªoa°]|numero seis|opcion seis",
    r"septim[oa]|7\s?[ºªoa°]|numero siete|opcion siete",
    r"octav[oa]|8\s?[ºªoa°]|numero ocho|opcion ocho",
)
_LAST_ORDINAL = r"(el|la)? ?ultim[oa]"
_OFFER_NUMBER = (
    r"(?:(?:dame|deme|tomo|cojo|elijo|prefiero|quiero|con|reserva|por) la|numero|opcion|vuelo|oferta|n\.?[ºo°]|"
    r"#)\s*(\d{1,2})\b"
)
_NOT_ORDINAL = (
    r"primera clase|primero de|en primer lugar|un segundo|(primer|segund|ultim)[oa]? (semana|fin|dia|quincena)"
)
_OFFER_REFERENCE = (
    r"\b(vuelo|opcion|oferta|ese|este|aquel|esa|esta)\b|\b(el|la) (de|que|mas|primer|segund|tercer|cuart|quint|ultim)"
)
# Nouns of a flight.
_FLIGHT_NOUN = r"vuelos?|avion(?:es)?"
# Words of a sentence about flights or offers.
_FLIGHT_TALK = (
    r"vuelos?|volar|vuele|vuela|pasajes?|avion(?:es)?|embarque|salidas?|llegadas?|despega\w*|aterriza\w*|(?:sale|"
    r"parte|llega) (?:a|al|el|de|en)|(?:primer|segund|tercer|cuart|quint|ultim)[oa]? (?:vuelo|opcion|oferta)|"
    r"opcion(?:es)?|ofertas?"
)
# Words of matters beside the flight: weather, sights, food, city transport.
_BESIDE_TRIP = (
    r"(?:que|el|hace|buen) tiempo|clima|(?:hace|hara|mucho|tanto) (?:mucho |tanto )?(?:frio|calor)|llueve|llover|"
    r"lluvia|nieva|nieve|temperaturas?|(?:meter|poner|llevar) en la maleta|ropa|abrigo|paraguas|vale la pena|"
    r"merece la pena|(?:puedo|podemos|para|hay|que) (?:para |que )?(?:ver|visitar|comer)|que hacer|atracciones|"
    r"museos?|entradas?|playas?|parques?|restaurantes?|comida|cafe|cerveza|cena|almuerzo|hotel(?:es)?|hostales?|"
    r"donde (?:alojar\w*|quedar\w*)|metro|tranvia|taxis?|autobus(?:es)?|tren(?:es)?|alquilar (?:un )?(?:coche|"
    r"auto)|(?:llego|llegar|voy|ir) (?:de|desde) (?:\w+ ){1,4}(?:al centro|a la ciudad|al hotel)|capital|"
    r"poblacion|habitantes|diferencia (?:horaria|de horas?)|huso|idiomas?|lenguas?|se habla|visados?|visas?|"
    r"pasaporte|vacunas?|segur[oa]|carteristas|propinas?|enchufes?|adaptador|cambio de moneda|historia|festivales|"
    r"alcalde|presidente|lejos (?:esta|queda)|distancia"
)
# Words around a price; a number after them is one.
_PRICE_WORDS = r"tarifas?|cuesta\w*|costar\w*|precios?|vale|por solo"
# Nouns that count stops.
_STOP_WORDS = r"escalas?|paradas?|conexion(?:es)?|transbordos?"
# Words of how long a flight takes.
_DURATION_WORDS = r"dura\w*|tarda\w*|duracion"
# Words of paying and booking.
_PAYMENT = (
    r"numero de (?:su |tu |la )?tarjeta|pag(?:ar|ue|a|uen|o|os)|transfier\w*|transferencia|deposit\w*|"
    r"compr(?:e|ar|a)|reserv(?:e|ar|a)"
)
# Accounts and ways to pay.
_PAYMENT_DETAILS = (
    r"numero de (?:su |tu |la )?tarjeta|datos de (?:su |tu )?tarjeta|cuenta bancaria|iban|bitcoins?|paypal|bizum"
)

PATTERNS: Final = MessagePatterns(
    cues=_CUES,
    excluded=_EXCLUDED,
    origin=_ORIGIN,
    destination=_DESTINATION,
    stay_in=_STAY_IN,
    return_=_RETURN,
    passenger_count=_PASSENGER_COUNT,
    departure=_DEPARTURE,
    article=_ARTICLE,
    ordinals=_ORDINALS,
    last_ordinal=_LAST_ORDINAL,
    offer_number=_OFFER_NUMBER,
    not_ordinal=_NOT_ORDINAL,
    offer_reference=_OFFER_REFERENCE,
    after_time=_AFTER_TIME,
    before_time=_BEFORE_TIME,
    extra_adult=_EXTRA_ADULT,
    adults_mentioned=_ADULTS_MENTIONED,
    flight_noun=_FLIGHT_NOUN,
    flight_talk=_FLIGHT_TALK,
    beside_trip=_BESIDE_TRIP,
    price_words=_PRICE_WORDS,
    stop_words=_STOP_WORDS,
    duration_words=_DURATION_WORDS,
    payment=_PAYMENT,
    payment_details=_PAYMENT_DETAILS,
)
