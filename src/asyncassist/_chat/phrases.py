"""What the fallback says, in six languages."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrases:
    """The sentences of one language.

    Attributes:
        away: No model answers at the moment.
        offline: No model is set up.
        refused: The message may not be answered.
        known: Before what is known.
        offers: Before the flights found.
        more: How many flights more; "{n}".
        missing: Before what is still needed.
        again: What the user may do.
        slots: Names of the slots.
        cabins: Names of the cabins.
        trips: Names of the trip types.
        intents: What the user wants, for intents worth naming.
        travellers: One and many of "{n}" adults, children and infants.
        direct: Only flights without a stop.
        stops: At most "{n}" stops.
    """

    away: str
    offline: str
    refused: str
    known: str
    offers: str
    more: str
    missing: str
    again: str
    direct: str
    stops: str
    slots: Mapping[str, str]
    cabins: Mapping[str, str]
    trips: Mapping[str, str]
    intents: Mapping[str, str]
    travellers: Mapping[str, tuple[str, str]] = field(default_factory=dict)


_SLOTS = (
    "origin", "destination", "departure_date", "return_date", "date", "passengers", "cabin", "airline", "max_stops",
    "budget", "flight_number", "trip_type",
)  # fmt: skip
_CABINS = ("economy", "premium_economy", "business", "first")
_TRIPS = ("one_way", "round_trip")
_INTENTS = (
    "search_flight", "flight_status", "book_flight", "change_booking", "cancel_booking", "baggage", "check_in",
)  # fmt: skip
_TRAVELLERS = ("adults", "children", "infants")


def _names(keys: tuple[str, ...], *words: str) -> Mapping[str, str]:
    return MappingProxyType(dict(zip(keys, words, strict=True)))


def _counted(*pairs: tuple[str, str]) -> Mapping[str, tuple[str, str]]:
    return MappingProxyType(dict(zip(_TRAVELLERS, pairs, strict=True)))


PHRASES: Mapping[str, Phrases] = MappingProxyType(
    {
        "en": Phrases(
            away="I cannot give you a full answer right now: the language model is not answering.",
            offline="I am working without a language model, so I can only tell you what I already know.",
            refused="I cannot help with that message.",
            known="So far I have",
            offers="Flights found",
            more="and {n} more",
            missing="To go on I still need",
            again="Please try again in a moment.",
            direct="direct flights only",
            stops="at most {n} stops",
            slots=_names(
                _SLOTS, "from", "to", "departure", "return", "date", "travellers", "cabin", "airline", "stops",
                "budget", "flight", "trip",
            ),
            cabins=_names(_CABINS, "economy", "premium economy", "business", "first class"),
            trips=_names(_TRIPS, "one way", "round trip"),
            intents=_names(
                _INTENTS, "You are looking for a flight.", "You are asking about the status of a flight.",
                "You want to book a flight.", "You want to change a booking.", "You want to cancel a booking.",
                "You are asking about baggage.", "You are asking about check-in.",
            ),
            travellers=_counted(
                ("{n} adult", "{n} adults"), ("{n} child", "{n} children"), ("{n} infant", "{n} infants")
            ),
        ),
        "pt": Phrases(
            away="Não consigo dar uma resposta completa neste momento: o modelo de linguagem não está a responder.",
            offline="Estou a trabalhar sem modelo de linguagem, por isso só posso dizer o que já sei.",
            refused="Não posso ajudar com essa mensagem.",
            known="Até agora tenho",
            offers="Voos encontrados",
            more="e mais {n}",
            missing="Para continuar ainda preciso de",
            again="Por favor, tente de novo dentro de momentos.",
            direct="apenas voos diretos",
            stops="no máximo {n} escalas",
            slots=_names(
                _SLOTS, "origem", "destino", "partida", "regresso", "data", "passageiros", "classe", "companhia",
                "escalas", "orçamento", "voo", "viagem",
            ),
            cabins=_names(_CABINS, "económica", "económica premium", "executiva", "primeira classe"),
            trips=_names(_TRIPS, "só ida", "ida e volta"),
            intents=_names(
                _INTENTS, "Procura um voo.", "Pergunta pelo estado de um voo.", "Quer reservar um voo.",
                "Quer alterar uma reserva.", "Quer cancelar uma reserva.", "Pergunta pela bagagem.",
                "Pergunta pelo check-in.",
            ),
            travellers=_counted(
                ("{n} adulto", "{n} adultos"), ("{n} criança", "{n} crianças"), ("{n} bebé", "{n} bebés")
            ),
        ),
        "es": Phrases(
            away="Ahora mismo no puedo darle una respuesta completa: el modelo de lenguaje no responde.",
            offline="Trabajo sin modelo de lenguaje, así que solo puedo decirle lo que ya sé.",
            refused="No puedo ayudar con ese mensaje.",
            known="Por ahora tengo",
            offers="Vuelos encontrados",
            more="y {n} más",
            missing="Para continuar todavía necesito",
            again="Inténtelo de nuevo en un momento, por favor.",
            direct="solo vuelos directos",
            stops="{n} escalas como máximo",
            slots=_names(
                _SLOTS, "origen", "destino", "salida", "regreso", "fecha", "pasajeros", "clase", "aerolínea", "escalas",
                "presupuesto", "vuelo", "viaje",
            ),
            cabins=_names(_CABINS, "turista", "turista premium", "business", "primera clase"),
            trips=_names(_TRIPS, "solo ida", "ida y vuelta"),
            intents=_names(
                _INTENTS, "Busca un vuelo.", "Pregunta por el estado de un vuelo.", "Quiere reservar un vuelo.",
                "Quiere cambiar una reserva.", "Quiere cancelar una reserva.", "Pregunta por el equipaje.",
                "Pregunta por la facturación.",
            ),
            travellers=_counted(("{n} adulto", "{n} adultos"), ("{n} niño", "{n} niños"), ("{n} bebé", "{n} bebés")),
        ),
        "fr": Phrases(
            away="Je ne peux pas vous donner de réponse complète pour l'instant : le modèle de langage ne répond pas.",
            offline="Je travaille sans modèle de langage : je ne peux vous dire que ce que je sais déjà.",
            refused="Je ne peux pas vous aider avec ce message.",
            known="Pour l'instant, j'ai",
            offers="Vols trouvés",
            more="et {n} de plus",
            missing="Pour continuer, il me manque encore",
            again="Veuillez réessayer dans un instant.",
            direct="vols directs uniquement",
            stops="{n} escales au plus",
            slots=_names(
                _SLOTS, "départ de", "destination", "aller", "retour", "date", "voyageurs", "cabine", "compagnie",
                "escales", "budget", "vol", "voyage",
            ),
            cabins=_names(_CABINS, "économique", "économique premium", "affaires", "première classe"),
            trips=_names(_TRIPS, "aller simple", "aller-retour"),
            intents=_names(
                _INTENTS, "Vous cherchez un vol.", "Vous demandez le statut d'un vol.", "Vous voulez réserver un vol.",
                "Vous voulez modifier une réservation.", "Vous voulez annuler une réservation.",
                "Vous avez une question sur les bagages.", "Vous avez une question sur l'enregistrement.",
            ),
            travellers=_counted(
                ("{n} adulte", "{n} adultes"), ("{n} enfant", "{n} enfants"), ("{n} bébé", "{n} bébés")
            ),
        ),
        "de": Phrases(
            away="Ich kann gerade keine vollständige Antwort geben: Das Sprachmodell antwortet nicht.",
            offline="Ich arbeite ohne Sprachmodell und kann daher nur sagen, was ich schon weiß.",
            refused="Bei dieser Nachricht kann ich nicht helfen.",
            known="Bisher habe ich",
            offers="Gefundene Flüge",
            more="und {n} weitere",
            missing="Um weiterzumachen, brauche ich noch",
            again="Bitte versuchen Sie es gleich noch einmal.",
            direct="nur Direktflüge",
            stops="höchstens {n} Stopps",
            slots=_names(
                _SLOTS, "von", "nach", "Abflug", "Rückflug", "Datum", "Reisende", "Klasse", "Fluggesellschaft",
                "Stopps", "Budget", "Flug", "Reise",
            ),
            cabins=_names(_CABINS, "Economy", "Premium Economy", "Business", "First Class"),
            trips=_names(_TRIPS, "nur Hinflug", "Hin- und Rückflug"),
            intents=_names(
                _INTENTS, "Sie suchen einen Flug.", "Sie fragen nach dem Status eines Fluges.",
                "Sie möchten einen Flug buchen.", "Sie möchten eine Buchung ändern.",
                "Sie möchten eine Buchung stornieren.", "Sie haben eine Frage zum Gepäck.",
                "Sie haben eine Frage zum Check-in.",
            ),
            travellers=_counted(
                ("{n} Erwachsener", "{n} Erwachsene"), ("{n} Kind", "{n} Kinder"), ("{n} Kleinkind", "{n} Kleinkinder")
            ),
        ),
        "it": Phrases(
            away="In questo momento non posso dare una risposta completa: il modello linguistico non risponde.",
            offline="Lavoro senza modello linguistico, quindi posso dire solo ciò che so già.",
            refused="Non posso aiutare con questo messaggio.",
            known="Finora ho",
            offers="Voli trovati",
            more="e altri {n}",
            missing="Per continuare mi serve ancora",
            again="Riprovi tra un momento, per favore.",
            direct="solo voli diretti",
            stops="al massimo {n} scali",
            slots=_names(
                _SLOTS, "partenza da", "destinazione", "andata", "ritorno", "data", "passeggeri", "classe", "compagnia",
                "scali", "budget", "volo", "viaggio",
            ),
            cabins=_names(_CABINS, "economy", "premium economy", "business", "prima classe"),
            trips=_names(_TRIPS, "solo andata", "andata e ritorno"),
            intents=_names(
                _INTENTS, "Cerca un volo.", "Chiede lo stato di un volo.", "Vuole prenotare un volo.",
                "Vuole modificare una prenotazione.", "Vuole cancellare una prenotazione.", "Chiede del bagaglio.",
                "Chiede del check-in.",
            ),
            travellers=_counted(
                ("{n} adulto", "{n} adulti"), ("{n} bambino", "{n} bambini"), ("{n} neonato", "{n} neonati")
            ),
        ),
    }
)  # fmt: skip

# Frequent short words that the six do not share; enough to greet somebody in their language, no more.
_TELLTALES = """
en: the is are and of what how i my you can want need from please where when hello with for flight to
pt: o os um uma não é são quero preciso você obrigado olá voo voos para onde quando posso meu minha com em do da
pt: qual as amanhã bom dia
es: el los un una no es son quiero necesito usted gracias hola vuelo vuelos para dónde donde cuándo puedo mi con
es: en del cuál las mañana buenos qué y
fr: le les un une ne pas est sont je veux voudrais vous merci bonjour vol vols pour où quand peux mon ma avec du
fr: des quel quelle demain et
de: der die das ein eine nicht ist sind ich möchte will brauche sie danke hallo flug flüge nach wo wann kann mein
de: meine mit von und morgen wie was
it: il gli un una non è sono voglio vorrei lei grazie ciao volo voli per dove quando posso mio mia con di che
it: quale domani e buongiorno
"""
_lines = [line.partition(": ") for line in _TELLTALES.strip().splitlines()]
TELLTALES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        language: frozenset(word for code, _, words in _lines if code == language for word in words.split())
        for language in PHRASES
    }
)
