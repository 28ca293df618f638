"""Slots that the assistant's last message asked for, by which a short answer is interpreted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

from asyncassist.nlp.tokens import normalize

_SENTENCE: Final = re.compile(r"[^.?!\n]*[.?!\n]?")
_CLAUSE: Final = re.compile(r",|\band\b|\be\b|\by\b|\bet\b|\bund\b|&")
_MAX_CHARS: Final = 600

_RETURN: Final = re.compile(
    r"\b(return|returning|back|come home|volta|voltar|regress\w*|retorn\w*|vuelta|volver|retour|revenir|rentrer"
    r"|zuruck\w*|ruck\w*|ritorn\w*|tornare|rientr\w*)\b"
)
_WHEN: Final = re.compile(
    r"\b(when|dates?|days?|quando|datas?|dia|cuando|fechas?|dias|quand|jour|wann|datum|tag|data|giorno"
    r"|start the trip)\b"
)
_WHERE: Final = re.compile(
    r"\b(where|city|cities|place|airport|destination|origin|from which|onde|aonde|cidade|aeroporto|destino|origem"
    r"|donde|adonde|ciudad|aeropuerto|origen|ou|ville|aeroport|d'ou|origine|wo|wohin|woher|stadt|flughafen|ziel"
    r"|abflugort|dove|citta|destinazione|location)\b"
)
_FROM: Final = re.compile(
    r"\b(from|leav\w+|depart\w*|origin|start\w*|out of|de onde|saindo|saida|sair|partid\w*|partir|origem|desde"
    r"|de donde|salida|salir|sales|saldra\w*|origen|d'ou|depart|partez|partir|origine|woher|ab wo|von wo|abflug\w*"
    r"|abfliegen|starten|startort|da dove|partenza|parti|partite|partire)\b"
)
_TO: Final = re.compile(
    r"\b(to|going|go|arriv\w+|destination|visit\w*|head\w*|travel\w*|fly|land|para onde|aonde|destino|chegar|ir|vai"
    r"|viajar|adonde|a donde|hacia|llegar|viaja\w*|vas|va|quiere|aller|arrivee|rendre|wohin|ziel\w*|fliegen|reisen"
    r"|ankunft|destinazione|andare|arrivo|vuoi|vuole)\b"
)
_ORIGIN_PHRASE: Final = re.compile(
    r"\bfrom\b|\bout of\b|\b(departing|departure|starting) (destination|city|location|place|airport|point)\b"
    r"|\b(de onde|de donde|desde donde|d'ou|von wo|ab wo|woher|da dove|sair|saindo|salir|sales|saldra|abflug\w*)\b"
)
# A question that ends in a preposition: "Departing from?", "Going to?"
_TRAILING_PREPOSITION: Final = re.compile(r"\b(from|going to|traveling to|flying to|leaving|heading to) ?[?]")
_OTHER_SLOTS: Final = {
    "passengers": re.compile(
        r"\b(how many (people|passengers|tickets|seats|persons|travell?ers|adults|of you|are)|number of (people"
        r"|passengers|tickets)"
        r"|quantos passageiros|quantas pessoas|quantos bilhetes|cuant[oa]s (pasajeros|personas|billetes)"
        r"|combien de (passagers|personnes|billets|voyageurs)|wie viele (personen|passagiere|tickets|reisende)"
        r"|quant[ie] (passeggeri|persone|biglietti)|who is travell?ing|quem viaja|in quanti)\b"
    ),
    "cabin": re.compile(r"\b(class|cabin|seating|classe|cabine|clase|cabina|klasse|reiseklasse|economy or)\b"),
    "airline": re.compile(
        r"\b(airlines?|carrier|companhia aerea|companhia|aerolinea|compania|compagnie( aerienne)?|fluggesellschaft"
        r"|airline"
        r"|compagnia( aerea)?)\b"
    ),
    "budget": re.compile(
        r"\b(budget|how much|price limit|orcamento|quanto quer gastar|presupuesto|gastar|combien voulez"
        r"|preis|ausgeben|spendere|prezzo massimo)\b"
    ),
    "trip_type": re.compile(
        r"\b(one[- ]way or|round[- ]?trip or|so ida ou|ida e volta\?|ida y vuelta o|solo ida o|aller[- ]retour ou"
        r"|aller simple ou|hin und zuruck oder|einfach oder|andata e ritorno o|solo andata o)\b"
    ),
    "max_stops": re.compile(r"\b(stops?|direct|nonstop|escalas?|directo|direto|escales?|umstieg|scali?|diretto)\b"),
    "flight_number": re.compile(
        r"\b(flight number|numero do voo|numero de vuelo|numero de vol|flugnummer|numero (del|di) volo)\b"
    ),
}


def expected_slots(previous: str | None, context: Mapping[str, Any] | None = None) -> tuple[str, ...]:
    """Return the slots that the last message asks for, in its order, named like the entity types; empty if none.

    Args:
        previous: Last message of the assistant; only its last 600 characters are read. None: no message.
        context: Facts known to the application; `asked` in it (one slot or several) takes precedence over `previous`.
    """
    if context and context.get("asked"):
        asked = context["asked"]
        return (asked,) if isinstance(asked, str) else tuple(map(str, asked))
    if not previous:
        return ()
    found: dict[str, None] = {}
    for sentence in _SENTENCE.findall(normalize(previous[-_MAX_CHARS:])):
        if sentence.rstrip().endswith("?") or _QUESTION_START.match(sentence) or _is_request(sentence):
            for clause in _CLAUSE.split(sentence):
                found.update(dict.fromkeys(_slots_in_clause(clause, sentence)))
    return tuple(found)


_QUESTION_START: Final = re.compile(
    r"\s*(?:and |so |also )?(?:when|where|what|which|how many|quando|onde|para onde|qual|cuando|donde|a donde|cual"
    r"|quand|ou|quelle?|wann"
    r"|wohin|woher|von wo|welche[rs]?|dove|da dove|quale)\b"
)
_REQUEST: Final = re.compile(
    r"\b(please (tell|give|provide|enter|specify)|tell me|let me know|need to know|i need|(por favor )?(diga|informe"
    r"|indique)|dites|indiquez"
    r"|bitte (nennen|geben|sagen)|nennen sie|mi dica|indichi|dime|digame|diz|diga|dis moi|sag mir|dimmi)\b"
)


def _is_request(sentence: str) -> bool:
    """Return whether a sentence asks for information without being a question: "please tell me ..."."""
    return _REQUEST.search(sentence) is not None


def _slots_in_clause(clause: str, sentence: str) -> list[str]:
    """Return the slots that one clause of a question asks for."""
    found = []
    if _WHEN.search(clause):
        found.append("return_date" if _RETURN.search(clause) else "departure_date")
    if _WHERE.search(clause) or _TRAILING_PREPOSITION.search(clause):
        found.append(_place_slot(clause) or _place_slot(sentence) or "destination")
    found += [name for name, pattern in _OTHER_SLOTS.items() if pattern.search(clause)]
    return found


def _place_slot(words: str) -> str | None:
    """Return whether the words ask for the "origin" or the "destination", None if they do not say."""
    origin, destination = _FROM.search(words), _TO.search(words)
    if origin is None:
        return None if destination is None else "destination"
    # "departing destination", "where are you going to leave from"
    if destination is None or _ORIGIN_PHRASE.search(words) or origin.start() > destination.start():
        return "origin"
    return "destination"
