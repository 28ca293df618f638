"""Spanish date lexicon, of Spain and Latin America. The kinds are explained in `asyncassist.languages.date_lexicon`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from asyncassist.languages.date_lexicon import DateLexicon

DATE_LEXICON: Final[DateLexicon] = {
    "MONTH": {
        1: "enero",
        2: "febrero",
        3: "marzo",
        4: "abril",
        5: "mayo",
        6: "junio",
        7: "julio",
        8: "agosto",
        9: "septiembre, setiembre",
        10: "octubre",
        11: "noviembre",
        12: "diciembre",
    },
    "MONTHW": {
        1: "ene",
        2: "feb",
        3: "mar",
        4: "abr",
        5: "may",
        6: "jun",
        7: "jul",
        8: "ago",
        9: "sep, sept, set",
        10: "oct",
        11: "nov",
        12: "dic",
    },
    "WDAY": {
        0: "lunes",
        1: "martes",
        2: "miércoles",
        3: "jueves",
        4: "viernes",
        5: "sábado",
        6: "domingo",
    },
    "WDAYW": {
        0: "lun",
        1: "mar",
        2: "mié, mier",
        3: "jue",
        4: "vie",
        5: "sáb",
        6: "dom",
    },
    "EVERY": "cada, todos los, todas las, los lunes, los martes, los miércoles, los jueves, los viernes, sábados,"
    " domingos, fines de semana",
    "REL": {
        0: "hoy, hoy mismo, el día de hoy, hoy más tarde, a partir de hoy, desde hoy",
        1: "mañana, el día de mañana, mañana mismo",
        2: "pasado mañana",
        -1: "ayer",
        -2: "anteayer, antier, antes de ayer",
    },
    "RELP": {
        (0, "night"): "esta noche, hoy por la noche, hoy en la noche, hoy a la noche",
        (0, "morning"): "esta mañana",
        (1, "night"): "mañana noche",
    },
    "PART": {
        "morning": "por la mañana, de la mañana, en la mañana, a la mañana, la mañana, de mañana, temprano, por la"
        " mañana temprano, a primera hora, la madrugada, de madrugada, de la madrugada, madrugada",
        "noon": "mediodía, al mediodía, a mediodía, medio día",
        "afternoon": "tarde, por la tarde, de la tarde, en la tarde, a la tarde, la tarde",
        "night": "noche, por la noche, de la noche, en la noche, a la noche, la noche",
    },
    "NOW": "ahora, desde ahora, de ahora",
    "ABOUT": "unos, unas, aproximadamente, casi, más o menos",
    "UDAY": "día, días",
    "UWEEK": "semana, semanas",
    "UFORT": "quincena",
    "UMONTH": "mes, meses",
    "UYEAR": "año, años",
    "UNIGHT": "noche, noches",
    "UWEEKEND": "fin de semana, finde, fin-de-semana",
    "SEASON": {
        "spring": "primavera",
        "summer": "verano",
        "autumn": "otoño",
        "winter": "invierno",
    },
    "QUARTER": "trimestre",
    "QUARTERQ": "q, t",
    "WITHIN": "en un plazo de, en el plazo de, antes de que pasen",
    "TRIP": "viaje, vacaciones, estancia, estadía, escapada",
    "MOD": {
        "this": "este, esta, ese, esa",
        "next": "próximo, próxima, próximos, próximas",
        "last": "último, última, pasado, pasada",
        "follow": "siguiente",
    },
    "POST": {
        "next": "que viene, próximo, próxima, entrante, que entra, venidero",
        "last": "pasado, pasada, anterior",
        "follow": "siguiente",
    },
    "SAMEDAY": (
        "el mismo día, ese mismo día, mismo día, en el día, en el mismo día, "
        "esa misma noche, la misma noche, misma noche, esa misma tarde, la misma tarde, misma tarde"
    ),
    "NEXTDAY": {
        1: "al día siguiente, el día siguiente",
    },
    "IN": "en, dentro de, dentro de los, dentro de las, de aquí a, de hoy en",
    "AGO": "atrás",
    "AGOPRE": "hace",
    "LATER": "más tarde, luego",
    "LATERPRE": "a los, a las, al cabo de, pasados, pasadas",
    "AFTER": "después de, después del, tras, luego de, después de la, después",
    "LATER2": "después",
    "FLY": "vuelo, vuelos, volar, billete, billetes, boleto, boletos, pasaje, pasajes, avión",
    "PLEASE": "por favor, si es posible, si se puede, entonces, quizás, tal vez",
    "BEFORE": "antes de, antes del, antes de la, antes",
    "FROMNOW": "a partir de hoy, a partir de ahora, a contar desde hoy, desde hoy",
    "FOR": "por, durante, por unos, para",
    "STAY": "quedar, quedarme, quedarnos, me quedo, nos quedamos, me quedaré, estaré, estaremos, pasar, estancia de,"
    " quedándonos, quedándome, permanecer",
    "THE": "el, la, los, las",
    "THED": "el, al, del, para el, desde el, hasta el, antes del, después del, a partir del, entre el, sobre el,"
    " hacia el",
    "OF": "de, del, de la, d",
    "MONTHIN": "entre, en, de, desde, hasta, para, durante, por, a partir de, antes de, después de, el mes de, hacia",
    "ON": "el, en, para, hasta, desde, de, del, al, a partir de, antes, después, o, u, y, este, sobre",
    "DATEON": "el, al, del, en, por, para, para el, desde el, hasta el, antes de, después de, antes del, después del,"
    " de, tras",
    "AT": "a las, a la",
    "FROM": "de, del, desde, desde el, desde la, a partir de, a partir del",
    "TO": "a, al, hasta, hasta el, hasta la, a el",
    "BETWEEN": "entre, entre el, entre los, entre los días, entre el día",
    "AND": "y, e",
    "OR": "o, u",
    "COUPLE": {
        2: "un par de",
        10: "una decena de",
    },
    "NOT": "no, excepto, salvo, en vez de, en lugar de, menos",
    "HOL": {
        "new_year": "año nuevo, día de año nuevo",
        "new_year_eve": "nochevieja, noche vieja, fin de año, víspera de año nuevo",
        "epiphany": "día de reyes, reyes magos, epifanía, día de los reyes magos",
        "valentine": "san valentín, día de san valentín, día de los enamorados",
        "shrove_tuesday": "carnaval, martes de carnaval",
        "ash_wednesday": "miércoles de ceniza",
        "joseph": "día de san josé",
        "palm_sunday": "domingo de ramos",
        "holy_week": "semana santa",
        "maundy_thursday": "jueves santo",
        "good_friday": "viernes santo",
        "holy_saturday": "sábado santo, sábado de gloria",
        "easter": "pascua, domingo de pascua, domingo de resurrección, pascuas",
        "easter_monday": "lunes de pascua",
        "women": "día de la mujer",
        "labor": "día del trabajo, día del trabajador, día de los trabajadores",
        "mothers_day": "día de la madre, día de las madres",
        "fathers_day": "día del padre",
        "ascension": "ascensión",
        "pentecost": "pentecostés",
        "corpus_christi": "día de corpus christi, el corpus christi, el corpus",
        "john": "día de san juan, noche de san juan",
        "james": "día de santiago, santiago apóstol",
        "assumption": "día de la asunción, fiesta de la asunción",
        "hispanic": "día de la hispanidad, fiesta nacional, día de la raza, el pilar, puente del pilar",
        "all_saints": "todos los santos, día de todos los santos",
        "all_souls": "día de muertos, día de los muertos, día de difuntos",
        "constitution_es": "día de la constitución",
        "immaculate": "inmaculada, la inmaculada, inmaculada concepción",
        "christmas_eve": "nochebuena, noche buena, víspera de navidad",
        "christmas": "navidad, día de navidad, navidades",
        "innocents": "día de los inocentes, santos inocentes",
        "halloween": "halloween",
        "black_friday": "black friday, viernes negro",
        "mexico": "día de la independencia",
        "guadalupe": "día de la virgen de guadalupe",
        "thanksgiving": "acción de gracias, día de acción de gracias",
        "diada": "diada",
    },
    "SUB": {
        "early": "principios, comienzos, inicios, principio, comienzo, inicio",
        "mid": "mediados, mitad",
        "late": "finales, fines, final, fin, los últimos días",
    },
    "DAYW": "día",
    "LASTN": "último, última, últimos, últimas",
    "RET": "volver, vuelvo, vuelta, volviendo, volvemos, volveré, volveremos, regresar, regreso, regresando,"
    " regresamos, regresaré, retorno, retornar, de vuelta, vuelo de vuelta, la vuelta, vuelve, vuelven, volvería,"
    " regresa, volverán, regresaremos",
    "DEP": "salir, salida, salgo, saliendo, salimos, partir, partida, partiendo, ir, ida, voy, vamos, iré, viajar,"
    " viajo, viajando, viajamos, volar, volamos, despegar, vuelo de ida, irme, irnos, marcharme, sale, salen, saldré,"
    " saldremos, viaja, saldría, parto",
    "RTNOUN": "ida y vuelta, ida y regreso, ida-vuelta, viaje redondo",
    "CLOSE": "gracias, ayuda, ayudar, ayudarme, todo, es todo, eso es todo, nada más, nada, cómo está, cómo estás,"
    " qué tal, tiempo, noticias, listo, sería todo",
    "GO": "vuelo, vuelos, volar, viajar, viaje, billete, billetes, boleto, boletos, pasaje, pasajes, salir, partir,"
    " ir, voy, volver, regresar, reservar, reserva, salgo, vuelvo, saliendo",
    "AWAY": "alquilar un coche, alquilar un auto, rentar un carro, alquiler de coches, alquiler de coche, coche de"
    " alquiler, reservar un hotel, habitación de hotel, un hotel en",
    "COUNT": "pax, pers, erw, adt, personas, persona, adultos, adulto, pasajeros, pasajero, niños, niño, niñas,"
    " billetes, billete,"
    " boletos, boleto, pasajes, maletas, maleta, equipajes, escalas, escala, paradas, bebés, bebé, horas, hora,"
    " minutos, días, noches, semanas, meses, años, veces, asientos, plazas, pesos, euros, viajeros, por ciento,"
    " millas, puntos, mil, o más, amigos",
    "NOUN": "clase, vez, opción, fila, persona, parte, escala, oferta, vuelo, vuelos, piso, mano, billete, viaje,"
    " división, avenida, alternativa, intento, niño, maleta, mayor, mejor, categoría, puerta, asiento",
    "BIRTH": "nacido, nacida, nacidos, nacidas, nací, nació, nacimiento, fecha de nacimiento, cumpleaños es",
    "OPAQUE": "primera clase, segunda clase, solo ida, sólo ida, de ida, buenos días, buenas tardes, buenas noches,"
    " buen día, una vez, por día, al día, al mes, por semana, por noche, un día de estos, algún día, otro día,"
    " cualquier día, qué día, isla de pascua, última hora, primera vez, segunda opción, primera opción, mejor día,"
    " todo el día, días laborables, días hábiles, próximo vuelo, siguiente vuelo, esta vez, este vuelo, lo antes, más"
    " tarde posible, mar del plata, mar de plata, de la mar, al mar, el mar, playa del carmen, santo domingo, chiang"
    " mai",
}  # fmt: skip
