"""Phrases of the default fallback in six languages, and function words to detect a message's language."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class FallbackPhrases:
    """Phrases of one language.

    Attributes:
        unavailable: Sentence for a model that does not answer at the moment.
        no_model: Sentence for a chatbot without a configured model.
        moderated: Sentence for a message that moderation blocked.
        known_slots: Introduction of the known slots.
        offers: Introduction of the flights found.
        more: Number of flights not listed; contains "{n}".
        missing: Introduction of the missing slots.
        try_again: Advice to try again later.
        slots: Labels of the slots, by slot name.
        cabins: Names of the cabins, by cabin.
        trip_types: Names of the trip types, by trip type.
        intents: Sentences that state the user's intent, by intent; other intents are not mentioned.
        travellers: Singular and plural of "{n}" adults, children and infants.
        direct: Label for direct flights only.
        stops: Label for at most "{n}" stops.
    """

    unavailable: str
    no_model: str
    moderated: str
    known_slots: str
    offers: str
    more: str
    missing: str
    try_again: str
    direct: str
    stops: str
    slots: Mapping[str, str]
    cabins: Mapping[str, str]
    trip_types: Mapping[str, str]
    intents: Mapping[str, str]
    travellers: Mapping[str, tuple[str, str]] = field(default_factory=dict)


_SLOTS = (
    "origin", "destination", "departure_date", "return_date", "date", "passengers", "cabin", "airline", "max_stops",
    "budget", "flight_number", "trip_type",
)  # fmt: skip
_CABINS = ("economy", "premium_economy", "business", "first")
_TRIP_TYPES = ("one_way", "round_trip")
_INTENTS = (
    "search_flight", "flight_status", "book_flight", "change_booking", "cancel_booking", "baggage", "check_in",
)  # fmt: skip
_TRAVELLERS = ("adults", "children", "infants")


def _labels(keys: tuple[str, ...], *words: str) -> Mapping[str, str]:
    return MappingProxyType(dict(zip(keys, words, strict=True)))


def _singular_plural(*pairs: tuple[str, str]) -> Mapping[str, tuple[str, str]]:
    return MappingProxyType(dict(zip(_TRAVELLERS, pairs, strict=True)))


PHRASES: Mapping[str, FallbackPhrases] = MappingProxyType(
    {
        "en": FallbackPhrases(
            unavailable="I cannot give you a full answer right now: the language model is not answering.",
            no_model="I am working without a language model, so I can only tell you what I already know.",
            moderated="I cannot help with that message.",
            known_slots="So far I have",
            offers="Flights found",
            more="and {n} more",
            missing="To go on I still need",
            try_again="Please try again in a moment.",
            direct="direct flights only",
            stops="at most {n} stops",
            slots=_labels(
                _SLOTS, "from", "to", "departure", "return", "date", "travellers", "cabin", "airline", "stops",
                "budget", "flight", "trip",
            ),
            cabins=_labels(_CABINS, "economy", "premium economy", "business", "first class"),
            trip_types=_labels(_TRIP_TYPES, "one way", "round trip"),
            intents=_labels(
                _INTENTS, "You are looking for a flight.", "You are asking about the status of a flight.",
                "You want to book a flight.", "You want to change a booking.", "You want to cancel a booking.",
                "You are asking about baggage.", "You are asking about check-in.",
            ),
            travellers=_singular_plural(
                ("{n} adult", "{n} adults"), ("{n} child", "{n} children"), ("{n} infant", "{n} infants")
            ),
        ),
        "pt": FallbackPhrases(
            unavailable="Não consigo dar uma resposta completa neste momento: "
            "o modelo de linguagem não está a responder.",
            no_model="Estou a trabalhar sem modelo de linguagem, por isso só posso dizer o que já sei.",
            moderated="Não posso ajudar com essa mensagem.",
            known_slots="Até agora tenho",
            offers="Voos encontrados",
            more="e mais {n}",
            missing="Para continuar ainda preciso de",
            try_again="Por favor, tente de novo dentro de momentos.",
            direct="apenas voos diretos",
            stops="no máximo {n} escalas",
            slots=_labels(
                _SLOTS, "origem", "destino", "partida", "regresso", "data", "passageiros", "classe", "companhia",
                "escalas", "orçamento", "voo", "viagem",
            ),
            cabins=_labels(_CABINS, "económica", "económica premium", "executiva", "primeira classe"),
            trip_types=_labels(_TRIP_TYPES, "só ida", "ida e volta"),
            intents=_labels(
                _INTENTS, "Procura um voo.", "Pergunta pelo estado de um voo.", "Quer reservar um voo.",
                "Quer alterar uma reserva.", "Quer cancelar uma reserva.", "Pergunta pela bagagem.",
                "Pergunta pelo check-in.",
            ),
            travellers=_singular_plural(
                ("{n} adulto", "{n} adultos"), ("{n} criança", "{n} crianças"), ("{n} bebé", "{n} bebés")
            ),
        ),
        "es": FallbackPhrases(
            unavailable="Ahora mismo no puedo darle una respuesta completa: el modelo de lenguaje no responde.",
            no_model="Trabajo sin modelo de lenguaje, así que solo puedo decirle lo que ya sé.",
            moderated="No puedo ayudar con ese mensaje.",
            known_slots="Por ahora tengo",
            offers="Vuelos encontrados",
            more="y {n} más",
            missing="Para continuar todavía necesito",
            try_again="Inténtelo de nuevo en un momento, por favor.",
            direct="solo vuelos directos",
            stops="{n} escalas como máximo",
            slots=_labels(
                _SLOTS, "origen", "destino", "salida", "regreso", "fecha", "pasajeros", "clase", "aerolínea", "escalas",
                "presupuesto", "vuelo", "viaje",
            ),
            cabins=_labels(_CABINS, "turista", "turista premium", "business", "primera clase"),
            trip_types=_labels(_TRIP_TYPES, "solo ida", "ida y vuelta"),
            intents=_labels(
                _INTENTS, "Busca un vuelo.", "Pregunta por el estado de un vuelo.", "Quiere reservar un vuelo.",
                "Quiere cambiar una reserva.", "Quiere cancelar una reserva.", "Pregunta por el equipaje.",
                "Pregunta por la facturación.",
            ),
            travellers=_singular_plural(
                ("{n} adulto", "{n} adultos"), ("{n} niño", "{n} niños"), ("{n} bebé", "{n} bebés")
            ),
        ),
        "fr": FallbackPhrases(
            unavailable="Je ne peux pas vous donner de réponse complète pour l'instant : "
            "le modèle de langage ne répond pas.",
            no_model="Je travaille sans modèle de langage : je ne peux vous dire que ce que je sais déjà.",
            moderated="Je ne peux pas vous aider avec ce message.",
            known_slots="Pour l'instant, j'ai",
            offers="Vols trouvés",
            more="et {n} de plus",
            missing="Pour continuer, il me manque encore",
            try_again="Veuillez réessayer dans un instant.",
            direct="vols directs uniquement",
            stops="{n} escales au plus",
            slots=_labels(
                _SLOTS, "départ de", "destination", "aller", "retour", "date", "voyageurs", "cabine", "compagnie",
                "escales", "budget", "vol", "voyage",
            ),
            cabins=_labels(_CABINS, "économique", "économique premium", "affaires", "première classe"),
            trip_types=_labels(_TRIP_TYPES, "aller simple", "aller-retour"),
            intents=_labels(
                _INTENTS, "Vous cherchez un vol.", "Vous demandez le statut d'un vol.", "Vous voulez réserver un vol.",
                "Vous voulez modifier une réservation.", "Vous voulez annuler une réservation.",
                "Vous avez une question sur les bagages.", "Vous avez une question sur l'enregistrement.",
            ),
            travellers=_singular_plural(
                ("{n} adulte", "{n} adultes"), ("{n} enfant", "{n} enfants"), ("{n} bébé", "{n} bébés")
            ),
        ),
        "de": FallbackPhrases(
            unavailable="Ich kann gerade keine vollständige Antwort geben: Das Sprachmodell antwortet nicht.",
            no_model="Ich arbeite ohne Sprachmodell und kann daher nur sagen, was ich schon weiß.",
            moderated="Bei dieser Nachricht kann ich nicht helfen.",
            known_slots="Bisher habe ich",
            offers="Gefundene Flüge",
            more="und {n} weitere",
            missing="Um weiterzumachen, brauche ich noch",
            try_again="Bitte versuchen Sie es gleich noch einmal.",
            direct="nur Direktflüge",
            stops="höchstens {n} Stopps",
            slots=_labels(
                _SLOTS, "von", "nach", "Abflug", "Rückflug", "Datum", "Reisende", "Klasse", "Fluggesellschaft",
                "Stopps", "Budget", "Flug", "Reise",
            ),
            cabins=_labels(_CABINS, "Economy", "Premium Economy", "Business", "First Class"),
            trip_types=_labels(_TRIP_TYPES, "nur Hinflug", "Hin- und Rückflug"),
            intents=_labels(
                _INTENTS, "Sie suchen einen Flug.", "Sie fragen nach dem Status eines Fluges.",
                "Sie möchten einen Flug buchen.", "Sie möchten eine Buchung ändern.",
                "Sie möchten eine Buchung stornieren.", "Sie haben eine Frage zum Gepäck.",
                "Sie haben eine Frage zum Check-in.",
            ),
            travellers=_singular_plural(
                ("{n} Erwachsener", "{n} Erwachsene"), ("{n} Kind", "{n} Kinder"), ("{n} Kleinkind", "{n} Kleinkinder")
            ),
        ),
        "it": FallbackPhrases(
            unavailable="In questo momento non posso dare una risposta completa: il modello linguistico non risponde.",
            no_model="Lavoro senza modello linguistico, quindi posso dire solo ciò che so già.",
            moderated="Non posso aiutare con questo messaggio.",
            known_slots="Finora ho",
            offers="Voli trovati",
            more="e altri {n}",
            missing="Per continuare mi serve ancora",
            try_again="Riprovi tra un momento, per favore.",
            direct="solo voli diretti",
            stops="al massimo {n} scali",
            slots=_labels(
                _SLOTS, "partenza da", "destinazione", "andata", "ritorno", "data", "passeggeri", "classe", "compagnia",
                "scali", "budget", "volo", "viaggio",
            ),
            cabins=_labels(_CABINS, "economy", "premium economy", "business", "prima classe"),
            trip_types=_labels(_TRIP_TYPES, "solo andata", "andata e ritorno"),
            intents=_labels(
                _INTENTS, "Cerca un volo.", "Chiede lo stato di un volo.", "Vuole prenotare un volo.",
                "Vuole modificare una prenotazione.", "Vuole cancellare una prenotazione.", "Chiede del bagaglio.",
                "Chiede del check-in.",
            ),
            travellers=_singular_plural(
                ("{n} adulto", "{n} adulti"), ("{n} bambino", "{n} bambini"), ("{n} neonato", "{n} neonati")
            ),
        ),
    }
)  # fmt: skip

# Frequent function words of each language. Good enough to choose the language of a fallback; the nlp package has the
# real language identification.
_LANGUAGE_HINTS = """
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
_hint_lines = [line.partition(": ") for line in _LANGUAGE_HINTS.strip().splitlines()]
LANGUAGE_HINTS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        language: frozenset(word for code, _, words in _hint_lines if code == language for word in words.split())
        for language in PHRASES
    }
)
