"""Preferences of a search: cabin, stops, budget, trip type."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from asyncassist._types import Money, is_amount
from asyncassist.languages.registry import PACKS, any_of
from asyncassist.nlp.numbers import parse_number

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from asyncassist.nlp.normalized import NormalizedText


class SlotMatch(NamedTuple):
    """Slot value found in a text.

    Attributes:
        first: First token.
        last: Last token, included.
        value: Value of the slot.
        guessed: Whether part of the value, such as the currency, was assumed.
    """

    first: int
    last: int
    value: Any
    guessed: bool = False


_CABINS: Final = (
    (
        "premium_economy",
        (
            r"premium (?:economy|eco|economica|economique|class|klasse|seats?|tickets?)|(?:economy|economica|economique"
            r"|turista) (?:premium|plus)"
            r"|comfort plus|premium"
        ),
    ),
    (
        "business",
        (
            r"(?:business|biz|executive|bussiness|buisness) ?(?:class|klasse|seats?|tickets?|cabin|fares?|flights?)?"
            r"|(?:classe|clase|cabine|cabina) (?:business|executiva|ejecutiva|affaires|negocios)|executiva|ejecutiva"
            r"|(?<!d )affaires|businessklasse|businessclass"
        ),
    ),
    (
        "first",
        (
            r"first ?(?:class|klasse|cabin)|firstclass|primeira classe|primera clase|primeira cabine|premiere classe"
            r"|prima classe"
            r"|erste[rn]? klasse|in (?:first|premiere|prima|primera)(?= ?$| ?[.,!])|en premiere(?! fois)"
            r"|em primeira(?= ?$| ?[.,])"
        ),
    ),
    (
        "economy",
        (
            r"(?:economy|econ|eco|coach|economic|tourist) ?(?:class|klasse|seats?|tickets?|cabin|fares?|flights?)?"
            r"|(?:classe|clase|cabine|cabina|tarifa) (?:economica|economique|eco|turista|turistica|touriste)"
            r"|economica|economique|turista|touristenklasse|economyklasse|economy|holzklasse|cattle class"
        ),
    ),
)
_CABIN: Final = re.compile("|".join(rf"(?P<{name}>\b(?:{pattern})\b)" for name, pattern in _CABINS))
# "the most economical", "a business trip": not the cabin.
_NOT_CABIN_BEFORE: Final = re.compile(
    r"\b(?:mais|mas|plus|piu|most|more|d|on|for|en viaje de|viagem|viaje|voyage|de|meno|menos|any|either|viaggio|the)$"
)
_NOT_CABIN_AFTER: Final = re.compile(
    r"^ ?(?:trips?|travels?|meetings?|partners?|lounge|hours|days?|card|loan|people|man|traveler|conference|friendly)\b"
)
_NEGATION: Final = re.compile(
    r"\b(?:not|no|nao|ne|pas|nicht|kein|keine|non|without|instead of|rather than|em vez de|en vez de|au lieu de|statt"
    r"|invece di|don t want|any class except)(?: (?:in|em|en|the|a|la|der|die|di|de|fly|want))*$"
)

_NONE: Final = (
    r"(?:no|zero|0|without(?: any)?|sem|nada de|keinerlei|nessun|pas d|pas de|aucun|nenhuma|sin|ninguna"
    r"|cero|sans(?: aucune)?|aucune|ohne|keine?n?|senza|nessuno)"
)
_STOP: Final = (
    r"(?:stops?|stopovers?|stop overs?|layovers?|connections?|escalas?|conex(?:ao|oes)|conexion(?:es)?|paradas?"
    r"|paragens?"
    r"|paragem|escales?|correspondances?|zwischenstopps?|zwischenstops?|zwischenlandung(?:en)?|umstiege?|umsteigen"
    r"|stopps?|scal[oi]"
    r"|transbordos?|transfers?)"
)
_ONE: Final = r"(?:1|one|a single|um|uma|un|una|une|ein|eine|einen|einem|einer|uno)"
_TWO: Final = r"(?:2|two|dois|duas|dos|deux|zwei|due)"
_LIMIT: Final = (
    r"(?:at most|maximum(?: of)?|max\.?|up to|no more than|with|only|just|com|no maximo|ate|con|como maximo|maximo"
    r"|avec|au maximum|au plus|mit|hochstens|maximal|con al massimo|al massimo|massimo)"
)
_DIRECT: Final = (
    r"(?:direct(?:ly)?|non ?stop|nonstop|diret[oa]s?|directos?|directas?|direkt(?:flug|fluge|e|er|en|verbindung)?"
    r"|dirett[oiae]"
    r"|directe?s?)"
)
_STOPS: Final = re.compile(
    rf"\b(?:(?P<none>{_NONE} {_STOP}|{_DIRECT}(?: flights?| only)?)|(?:{_LIMIT} )?(?:(?P<one>{_ONE} {_STOP})"
    rf"|(?P<two>{_TWO} {_STOP})))\b"
)
# "que no pare más de una vez", "changing once at most".
_ONE_STOP_PHRASE: Final = re.compile(
    r"\b(?:(?:no|not|nao|non|ne|nicht)(?: \w+){0,2} (?:more than|mas de|mais de|mais que|piu di|plus d|mehr als) "
    r"(?:once|una vez|uma vez|una volta|une fois|einmal)|(?:change|stop|umsteigen|changer)\w* (?:(?:only|hochstens|"
    r"maximal|maximum|at most) )?(?:once|einmal|une (?:seule )?fois)(?: (?:only|at most|maximum|max))?)\b"
)
# "less than two stops" means at most one; "more than one stop" is not a limit.
_LESS_THAN: Final = re.compile(r"\b(?:less than|fewer than|menos de|moins de|weniger als|meno di)$")
_MORE_THAN: Final = re.compile(r"\b(?:more than|mais de|mas de|plus d|plus de|mehr als|piu di|has|have|had|tem|tiene)$")

_CURRENCIES: Final = {
    "USD": r"us ?\$|usd|dollars?|dolares?|dolar|dollari|bucks|u s dollars?|dollaro",
    "EUR": r"€|eur|euros?|euri|euronen|balles|pavos",
    "GBP": r"£|gbp|pounds?|libras?|livres?(?: sterling)?|pfund|sterline|quid",
    "BRL": r"r ?\$|brl|reais|real",
    "CHF": r"chf|francs?|franken|franchi|francos?",
    "CAD": r"c ?\$|cad|canadian dollars?",
    "AUD": r"a ?\$|aud|australian dollars?",
    "JPY": r"¥|jpy|yen|ienes?|yenes",
    "INR": r"₹|inr|rupees?|rupias?",
    "MXN": r"mxn|pesos mexicanos|pesos",
    "ARS": r"ars|pesos argentinos",
    "SIGN": r"\$",
}
# A bare "$" means US dollars.
_SIGN_CODES: Final = {"SIGN": "USD"}
_CURRENCY: Final = "|".join(rf"(?P<{{0}}{code}>{pattern})" for code, pattern in _CURRENCIES.items())
_AMOUNT: Final = (
    r"(?P<amount>\d{1,9}(?: ?[.,] ?\d{2,3})*(?: ?k\b)?|\d{1,9}"
    r"|(?:[a-z]+ )?(?:hundred|thousand|mil|mille|tausend|cem|cien|cent|cento|hundert)\b)"
)
_LIMIT_CUE: Final = (
    r"(?P<cue>under|below|less than|cheaper than|up to|at most|max(?:imum)?(?: ?\.)?(?: of)?|maximal|no more than"
    r"|not (?:over|above)|no over|nicht uber|pas au dessus de|non oltre"
    r"|no por encima de|nao acima de|oltre i"
    r"|not more than|within"
    r"|budget(?: is| of| von| di| de| e| es| est| ist)?(?: about| around)?(?: of)?|spend|can pay|afford|ate"
    r"|abaixo de|menos de|no maximo|maximo(?: de)?|orcamento(?: de| e)?"
    r"|ate um maximo de|hasta|por debajo de|como maximo|presupuesto(?: de| es)?|moins de|moins que|jusqu a|maximum"
    r"|au maximum|sous|budget max(?:imum)?"
    r"|unter|hochstens|bis zu|weniger als|bis|nicht mehr als|meno di|sotto i|sotto|fino a|al massimo|massimo|entro"
    r"|inferior a|inferiore a|gastar"
    r"|depenser|ausgeben|spendere|non piu di|nao mais que|nao mais de|non piu di|no mas de|pas plus de|limit(?: is"
    r"| of)?)"
)
_BUDGET: Final = re.compile(
    rf"(?:{_LIMIT_CUE} (?:of |de |di |von |os |i |le |l )?)?(?:\b|(?<=\s)"
    rf"|^)(?:(?:{_CURRENCY.replace('{0}', 'a')}) ?)?{_AMOUNT}"
    rf"(?: ?(?:{_CURRENCY.replace('{0}', 'b')})(?=\W|$))?(?P<after>(?: (?:per|pro|par|por|a) \w+)? (?:or less|"
    rf"grand max|maxi|tops"
    rf"|max(?:imum)?|al massimo|au maximum|como maximo|hochstens"
    rf"|maximal|(?:but no|mais pas|y no|pero no|e nao|mas nao|aber nicht|ma non) (?:more|plus|mas|mais|mehr|di piu)"
    rf"|at most|ou moins|o menos"
    rf"|ou menos|oder weniger|o meno|budget|tops|no maximo|maximo))?"
)
_AMOUNT_HINT: Final = re.compile(r"\d|hundred|thousand|\bmil\b|mille|tausend|\bcem\b|cien|\bcento?\b|hundert")
_LIMIT_HINT: Final = re.compile(
    rf"\b{_LIMIT_CUE}\b|or less|ou moins|o menos|ou menos|oder weniger|o meno|tops|grand max|max|massim|hochst|no more|"
    rf"pas plus"
    rf"|no mas|nao mais|nicht mehr|non di piu"
)
_MAGNITUDES: Final = {
    "hundred": 100, "cem": 100, "cien": 100, "cent": 100, "cento": 100, "hundert": 100,
    "thousand": 1000, "mil": 1000, "mille": 1000, "tausend": 1000,
}  # fmt: skip
_MULTIPLIERS: Final = {
    "a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "dois": 2, "dos": 2, "deux": 2, "zwei": 2, "due": 2, "tres": 3, "trois": 3, "drei": 3, "tre": 3, "quatre": 4,
    "cinq": 5, "vier": 4, "funf": 5, "sechs": 6, "sept": 7, "huit": 8, "neuf": 9, "un": 1, "um": 1, "ein": 1,
}  # fmt: skip

# Maximum tokens of an amount in words, and the smallest amount that counts.
_MAX_AMOUNT_TOKENS: Final = 6
_MIN_SPOKEN_AMOUNT: Final = 20

_ROUND_TRIP: Final = re.compile(rf"\b(?:{any_of(pack.trip_types.round_trip for pack in PACKS.values())})\b")
_ONE_WAY: Final = re.compile(rf"\b(?:{any_of(pack.trip_types.one_way for pack in PACKS.values())})\b")
# German "retour" means a round trip; French "retour" only the way back.
_FINAL_ROUND_TRIP: Final = {
    code: re.compile(rf"\b(?:{pack.trip_types.final_round_trip})(?= ?[,.!?]| ?$)")
    for code, pack in PACKS.items()
    if pack.trip_types.final_round_trip
}


def find_cabins(normalized: NormalizedText) -> list[SlotMatch]:
    """Return the requested cabins, in order: economy, premium_economy, business or first."""
    found = []
    for match, first, last in normalized.find_matches(_CABIN):
        before, after = normalized.string[: match.start()].rstrip(), normalized.string[match.end() :]
        word = match[0].strip()
        name = str(match.lastgroup)
        bare = " " not in word
        if _NOT_CABIN_AFTER.match(after) or _NEGATION.search(before[-40:]):
            continue
        unclear = bare and word not in {"economy", "coach", "premium", "executiva", "ejecutiva", "business"}
        if unclear and _NOT_CABIN_BEFORE.search(before[-12:]):
            continue
        if word == "business" and re.search(r"\b(?:on|for|my|a|our|the)$", before) and not after.startswith(" class"):
            continue
        found.append(SlotMatch(first, last, name))
    return found


def find_stops(normalized: NormalizedText) -> SlotMatch | None:
    """Return the maximum number of stops, None if the text states none."""
    for match, first, last in normalized.find_matches(_STOPS):
        before = normalized.string[: match.start()].rstrip()
        if _MORE_THAN.search(before) or re.search(r"\b(?:not|nao|no|pas|nicht|non)$", before):
            continue
        value = 0 if match["none"] else 1 if match["one"] else 2
        if _LESS_THAN.search(before):
            value = max(0, value - 1)
        return SlotMatch(first, last, value)
    return next((SlotMatch(first, last, 1) for _, first, last in normalized.find_matches(_ONE_STOP_PHRASE)), None)


def find_trip_type(normalized: NormalizedText, language: str = "en") -> SlotMatch | None:
    """Return "one_way" or "round_trip" as the text says it, None if it does not; the last mention counts."""
    hits = [SlotMatch(first, last, "round_trip") for _, first, last in normalized.find_matches(_ROUND_TRIP)]
    if language in _FINAL_ROUND_TRIP:
        final = normalized.find_matches(_FINAL_ROUND_TRIP[language])
        hits += [SlotMatch(first, last, "round_trip") for _, first, last in final]
    hits += [SlotMatch(first, last, "one_way") for _, first, last in normalized.find_matches(_ONE_WAY)]
    asserted = [
        hit
        for hit in hits
        if not _NEGATION.search(normalized.string[: _string_offset(normalized, hit.first)].rstrip()[-25:])
    ]
    return max(asserted, key=lambda hit: hit.first) if asserted else None


def _string_offset(normalized: NormalizedText, token: int) -> int:
    """Return the length of `normalized.string` before a token."""
    words = normalized.text.words[:token]
    return len(" ".join([word for word in words if word not in {"-", "'"}]))


def find_budget(
    normalized: NormalizedText, claimed_tokens: Container[int] = (), asked: Sequence[str] = (), language: str = "en"
) -> SlotMatch | None:
    """Return the maximum price with its currency, None if the text states none.

    Args:
        normalized: Normalized text.
        claimed_tokens: Tokens of other entities, such as dates.
        asked: Slots that the assistant just asked for; after "budget" an amount needs neither a limit nor a currency.
        language: Two letters, for numbers in words.

    Returns:
        `Money` as the value; `guessed` where no currency was stated and EUR was assumed.
    """
    if _AMOUNT_HINT.search(normalized.string) is None:
        return _budget_in_words(normalized, claimed_tokens, language) if _LIMIT_HINT.search(normalized.string) else None
    if not ("budget" in asked or _LIMIT_HINT.search(normalized.string)):
        return None  # `_BUDGET` takes as much time as all other patterns together
    for match, first, last in normalized.find_matches(_BUDGET):
        amount = _parse_amount(match["amount"])
        currency = _parse_currency(match, language)
        limited = bool(match["cue"] or match["after"] or "budget" in asked)
        if amount is None or not limited or any(index in claimed_tokens for index in range(first, last + 1)):
            continue
        strong = bool(
            match["cue"]
            and re.match(r"budget|spend|orcamento|presupuesto|gastar|depenser|ausgeben|spendere|afford", match["cue"])
        )
        if currency is None and not (("budget" in asked or strong) and amount >= 30):
            continue
        guessed = currency is None
        return SlotMatch(first, last, Money(amount, currency or "EUR"), guessed)
    return None


def _budget_in_words(normalized: NormalizedText, claimed_tokens: Container[int], language: str) -> SlotMatch | None:
    """Return a limit in words: "até seiscentos reais", "pas plus de nonante euros"."""
    words = normalized.text.words
    for position, word in enumerate(words):
        code = next((code for code, pattern in _CURRENCIES.items() if re.fullmatch(pattern, word)), None)
        if code is None or position in claimed_tokens:
            continue
        for first in range(max(0, position - _MAX_AMOUNT_TOKENS), position):
            number = parse_number(normalized.text.tokens, first, language)
            if number is not None and first + number[1] == position and number[0] >= _MIN_SPOKEN_AMOUNT:
                return SlotMatch(first, position, Money(Decimal(number[0]), _SIGN_CODES.get(code, code)))
    return None


def _parse_amount(text: str) -> Decimal | None:
    """Return the amount, with separators of either convention; None if the text is no number or beyond any price."""
    words = text.split()
    if words[-1] in _MAGNITUDES:
        return Decimal(_MAGNITUDES[words[-1]] * (_MULTIPLIERS.get(words[0], 1) if len(words) > 1 else 1))
    thousand = text.endswith("k")
    digits = text.rstrip("k").replace(" ", "")
    parts = re.split(r"[.,]", digits)
    digits = "".join(parts[:-1]) + "." + parts[-1] if len(parts) > 1 and len(parts[-1]) == 2 else "".join(parts)
    try:
        amount = Decimal(digits) * (1000 if thousand else 1)
    except InvalidOperation:
        return None
    return amount if is_amount(amount) else None


def _parse_currency(match: re.Match[str], language: str) -> str | None:
    """Return the currency of a budget, None if none is stated; a bare "$" means USD."""
    for code in _CURRENCIES:
        if match[f"a{code}"] or match[f"b{code}"]:
            return _SIGN_CODES.get(code, code)
    del language
    return None
