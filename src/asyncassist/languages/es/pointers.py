"""Spanish pointers for what the assistant cannot know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from asyncassist.languages.pointer_phrases import PointerPhrases

POINTERS: Final[PointerPhrases] = {
    "documents": (
        "El pasaporte, el visado o las vacunas que hacen falta dependen de su nacionalidad: lo "
        "confirma la embajada o el ministerio de Asuntos Exteriores. Yo no puedo comprobarlo."
    ),
    "pets": (
        "Si se admiten animales y a qué precio lo decide cada aerolínea: pregúntele antes de comprar,"
        " porque hay pocas plazas."
    ),
    "seats": (
        "Los asientos se eligen con la aerolínea, al comprar o en la facturación; quienes van en una "
        "misma reserva suelen ir juntos si hay sitio. Yo no puedo reservarlos."
    ),
    "assistance": (
        "La asistencia en el aeropuerto, por ejemplo con silla de ruedas, es gratuita: avise a la "
        "aerolínea al menos 48 horas antes de la salida. Yo no puedo solicitarla por usted."
    ),
    "payment": (
        "Aquí no se paga: yo solo busco vuelos. La aerolínea o la agencia donde reserve le dirá cómo puede pagar."
    ),
    "refund": (
        "Si hay retraso o cancelación, debe dirigirse a la aerolínea; en la UE los pasajeros tienen "
        "en muchos casos derecho a reembolso o compensación. Yo no puedo decidirlo."
    ),
    "invoice": (
        "No puedo emitir facturas; lo hace la aerolínea o la agencia donde reserve, también a nombre de una empresa."
    ),
    "loyalty": (
        "No conozco su cuenta de viajero frecuente: sumar o usar millas depende de la aerolínea y de la tarifa."
    ),
    "weather": "No veo el pronóstico del tiempo, así que prefiero no decir nada.",
    "destination": "Solo entiendo de vuelos; la oficina de turismo o una guía le ayudará mejor con el lugar.",
    "hotel": "Solo busco vuelos: no hoteles, coches, trenes ni seguros.",
    "discount": (
        "No conozco descuentos para estudiantes, mayores o residentes: los precios son los de las "
        "aerolíneas, y algunas ofrecen esas tarifas en su propia página."
    ),
    "hold": (
        "No puedo guardar un precio ni una plaza, ni vigilar los precios: pueden cambiar hasta que "
        "reserve con la aerolínea."
    ),
    "personal": (
        "No necesito nombres, documentos ni números de tarjeta: no los escriba aquí; la aerolínea los pide al reservar."
    ),
    "children": (
        "Con menos de 2 años un niño viaja en el regazo de un adulto; de 2 a 11, en su asiento y con "
        "tarifa de niño. Cuenta la edad en el día de cada vuelo: si cumple 2 antes de la vuelta, en "
        "la vuelta necesita asiento. Para niños que viajan solos, pregunte a la aerolínea."
    ),
    "privacy": (
        "Guardo esta conversación para recordar su viaje; puede pedir que se borre. Para lo demás, "
        "diríjase a quien gestiona esta página."
    ),
    "inspiration": "No puedo aconsejar destinos, pero dígame una ciudad y un día y busco vuelos enseguida.",
    "multi_ticket": (
        "Busco vuelos y no los vendo; la aerolínea o una agencia le dirá si varios vuelos caben en un"
        " solo billete y cuánto se ahorra."
    ),
    "human": (
        "Aquí no hay ninguna persona: soy un programa. Para hablar con alguien, diríjase a la "
        "aerolínea o a quien gestiona esta página."
    ),
    "identity": "Soy un programa que busca vuelos, no una persona.",
    "joke": "Los chistes no son lo mío; los vuelos, sí.",
    "abuse": (
        "Siento no haber sido de ayuda. Dígame en pocas palabras qué necesita, por ejemplo «Madrid a Roma el viernes»."
    ),
    "smalltalk": "¡Todo bien, gracias!",
    "story": "Entiendo.",
}
