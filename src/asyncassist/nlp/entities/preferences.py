"""Preferences of a search: cabin, stops, budget, trip type."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from asyncassist._types import Money, is_amount
from asyncassist.languages.registry import LANGUAGES, PACKS, any_of, join_patterns, union_over_packs
from asyncassist.nlp.numbers import CARDINALS, parse_number
from asyncassist.nlp.role_words import BARE_NEGATION

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


_CABIN_NAMES: Final = ("premium_economy", "business", "first", "economy")  # by precedence: "premium economy"


def _cabin_group(name: str) -> str:
    """Return the group that matches one cabin: its phrases, then its single words."""
    phrases = join_patterns(lambda pack: pack.preferences.cabin.phrases.get(name, ""))
    words = join_patterns(lambda pack: pack.preferences.cabin.words.get(name, ""))
    return rf"(?P<{name}>{phrases}|{words})"


_CABIN: Final = re.compile(rf"\b(?:{'|'.join(map(_cabin_group, _CABIN_NAMES))})\b")
_CLEAR_CABIN_WORDS: Final = union_over_packs(lambda pack: pack.preferences.cabin.clear_words)
# "the most economical", "a business trip": not the cabin.
_NOT_CABIN_BEFORE: Final = re.compile(rf"\b{join_patterns(lambda pack: pack.preferences.cabin.before_other_meaning)}$")
_NOT_CABIN_AFTER: Final = re.compile(rf"^ ?{join_patterns(lambda pack: pack.preferences.cabin.after_other_meaning)}\b")
_ON_BUSINESS: Final = re.compile(rf"\b{join_patterns(lambda pack: pack.preferences.cabin.before_business)}$")
_NEGATION: Final = re.compile(
    rf"\b{join_patterns(lambda pack: pack.preferences.cabin.negations)}"
    rf"(?: {join_patterns(lambda pack: pack.preferences.cabin.negation_fillers)})*$"
)

_STOP: Final = join_patterns(lambda pack: pack.preferences.stops.stops)
_STOPS: Final = re.compile(
    rf"\b(?:(?P<none>(?:0|{join_patterns(lambda pack: pack.preferences.stops.none)}) {_STOP}"
    rf"|{join_patterns(lambda pack: pack.preferences.stops.direct)}"
    rf"(?: {join_patterns(lambda pack: pack.preferences.stops.after_direct)})?)"
    rf"|(?:{join_patterns(lambda pack: pack.preferences.stops.limits)} )?"
    rf"(?:(?P<one>(?:1|{join_patterns(lambda pack: pack.preferences.stops.one)}) {_STOP})"
    rf"|(?P<two>(?:2|{join_patterns(lambda pack: pack.preferences.stops.two)}) {_STOP})))\b"
)
# "que no pare más de una vez", "changing once at most".
_ONE_STOP_PHRASE: Final = re.compile(rf"\b{join_patterns(lambda pack: pack.preferences.stops.one_stop)}\b")
# "less than two stops" means at most one; "more than one stop" is not a limit.
_LESS_THAN: Final = re.compile(rf"\b{join_patterns(lambda pack: pack.preferences.stops.less_than)}$")
_MORE_THAN: Final = re.compile(rf"\b{join_patterns(lambda pack: pack.preferences.stops.more_than)}$")

# Codes and signs, the same in every language.
_CURRENCY_SIGNS: Final = {
    "USD": r"us ?\$|usd",
    "EUR": r"€|eur",
    "GBP": r"£|gbp",
    "BRL": r"r ?\$|brl",
    "CHF": r"chf",
    "CAD": r"c ?\$|cad",
    "AUD": r"a ?\$|aud",
    "JPY": r"¥|jpy",
    "INR": r"₹|inr",
    "MXN": r"mxn",
    "ARS": r"ars",
    "SIGN": r"\$",
}
_CURRENCIES: Final = {
    code: "|".join(
        dict.fromkeys([signs, *(pack.preferences.budget.currencies.get(code, signs) for pack in PACKS.values())])
    )
    for code, signs in _CURRENCY_SIGNS.items()
}
# A bare "$" means US dollars.
_SIGN_CODES: Final = {"SIGN": "USD"}
_CURRENCY: Final = "|".join(rf"(?P<{{0}}{code}>{pattern})" for code, pattern in _CURRENCIES.items())
_MAGNITUDES: Final = {
    word: value for pack in PACKS.values() for word, value in pack.preferences.budget.magnitudes.items()
}
_MULTIPLIERS: Final = {
    word: value
    for spellings in CARDINALS.values()
    for word, tails in spellings.items()
    for tail, value in tails
    if not tail and value
}
_MAGNITUDE: Final = any_of(_MAGNITUDES)
_AMOUNT: Final = (
    r"(?P<amount>\d{1,9}(?: ?[.,] ?\d{2,3})*(?: ?k\b)?|\d{1,9}"
    rf"|(?:[a-z]+ )?(?:{_MAGNITUDE})\b)"
)
_LIMIT_CUE: Final = join_patterns(lambda pack: pack.preferences.budget.limit_cues)
_LIMIT_SIGN: Final = "[<≤](?: ?=)?"
_BUDGET: Final = re.compile(
    rf"(?:(?P<cue>{_LIMIT_CUE}(?: {_LIMIT_SIGN})?|{_LIMIT_SIGN})"
    rf" (?:{join_patterns(lambda pack: pack.preferences.budget.before_amount)} )?)?"
    rf"(?:\b|(?<=\s)|^)(?:(?:{_CURRENCY.replace('{0}', 'a')}) ?)?{_AMOUNT}"
    rf"(?: ?(?:{_CURRENCY.replace('{0}', 'b')})(?=\W|$))?"
    rf"(?P<after>(?: {join_patterns(lambda pack: pack.preferences.budget.per)} \w+)?"
    rf" {join_patterns(lambda pack: pack.preferences.budget.limit_suffixes)})?"
)
_BUDGET_CUE: Final = re.compile(join_patterns(lambda pack: pack.preferences.budget.budget_cues))
_AMOUNT_HINT: Final = re.compile(rf"\d|(?:{_MAGNITUDE})\b")
_LIMIT_HINT: Final = re.compile(
    rf"\b{_LIMIT_CUE}\b|{_LIMIT_SIGN}|{join_patterns(lambda pack: pack.preferences.budget.limit_hints)}"
)

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
        unclear = bare and word not in _CLEAR_CABIN_WORDS
        if unclear and _NOT_CABIN_BEFORE.search(before[-12:]):
            continue
        if word == "business" and _ON_BUSINESS.search(before):
            continue
        found.append(SlotMatch(first, last, name))
    return found


def find_stops(normalized: NormalizedText) -> SlotMatch | None:
    """Return the maximum number of stops, None if the text states none."""
    for match, first, last in normalized.find_matches(_STOPS):
        before = normalized.string[: match.start()].rstrip()
        if _MORE_THAN.search(before) or BARE_NEGATION.search(before):
            continue
        value = 0 if match["none"] else 1 if match["one"] else 2
        if _LESS_THAN.search(before):
            value = max(0, value - 1)
        return SlotMatch(first, last, value)
    return next((SlotMatch(first, last, 1) for _, first, last in normalized.find_matches(_ONE_STOP_PHRASE)), None)


def find_trip_type(normalized: NormalizedText, language: str = LANGUAGES[0]) -> SlotMatch | None:
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
    normalized: NormalizedText,
    claimed_tokens: Container[int] = (),
    asked: Sequence[str] = (),
    language: str = LANGUAGES[0],
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
    is_limited = _LIMIT_HINT.search(normalized.string) is not None
    if not (is_limited or "budget" in asked):
        return None  # `_BUDGET` takes as much time as all other patterns together
    has_hint = _AMOUNT_HINT.search(normalized.string) is not None
    stated = _budget_with_magnitude(normalized, claimed_tokens, asked) if has_hint else None
    if not is_limited or (stated is not None and _has_digits(normalized, stated)):
        return stated
    return _budget_in_words(normalized, claimed_tokens, language) or stated


def _has_digits(normalized: NormalizedText, amount: SlotMatch) -> bool:
    return any(word[0].isdecimal() for word in normalized.text.words[amount.first : amount.last + 1])


def _budget_with_magnitude(
    normalized: NormalizedText, claimed_tokens: Container[int], asked: Sequence[str]
) -> SlotMatch | None:
    """Return a limit in digits or in hundreds and thousands: "até 500 reais", "two hundred euros at most"."""
    for match, first, last in normalized.find_matches(_BUDGET):
        amount = _parse_amount(match["amount"])
        currency = _parse_currency(match)
        limited = bool(match["cue"] or match["after"] or "budget" in asked)
        if amount is None or not limited or any(index in claimed_tokens for index in range(first, last + 1)):
            continue
        strong = match["cue"] is not None and _BUDGET_CUE.match(match["cue"]) is not None
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
        if code is None:
            continue
        for first in range(max(0, position - _MAX_AMOUNT_TOKENS), position):
            if any(index in claimed_tokens for index in range(first, position + 1)):
                continue
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


def _parse_currency(match: re.Match[str]) -> str | None:
    """Return the currency of a budget, None if none is stated; a bare "$" means USD."""
    for code in _CURRENCIES:
        if match[f"a{code}"] or match[f"b{code}"]:
            return _SIGN_CODES.get(code, code)
    return None
