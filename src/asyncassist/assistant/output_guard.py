"""Output guard: checks that a model's text states no facts beyond the conversation's data and leaks no prompt.

Pure functions. A text is rejected for a number, date, currency or code that is not in the data, or for a passage of
the system prompt; a phrase from the tables then replaces it.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from asyncassist._types import Airline, Money, Passengers, Place
from asyncassist.assistant.calendar_names import calendar_meanings, calendar_names
from asyncassist.assistant.state import OfferSummary
from asyncassist.nlp.followup.cues import fold_chars

LEAK_LENGTH = 40
"""Number of consecutive characters of a system prompt that count as a leak."""

MAX_TEXT_LENGTH = 100_000
"""Characters of a model's text that are checked; a longer one is rejected unread."""

# Only letters and digits are compared; any `LEAK_LENGTH` characters of prose contain at least this many.
_MIN_LEAK_LETTERS = 24

_TIME = re.compile(r"(?<!\d)(\d{1,2})[:.h](\d{2})(?![\d.,])(?=\s?(?:[aApP]\.?[mM]\b|Uhr|h\b|[^\w]|$))")
_MONEY_WORD = (
    r"(?:€|\$|£|¥|R\$|(?-i:[A-Z]{3}\b)|euros?\b|dollars?\b|dolares\b|dollari\b|pounds?\b|libras?\b|reais\b|coins?\b)"
)
_MONEY_BEFORE = re.compile(_MONEY_WORD + r"\s?$")
# Characters before a number among which its currency is looked for: the longest word and a space.
_MONEY_BEFORE_LENGTH = 16
_MONEY_AFTER = re.compile(r"\s?" + _MONEY_WORD, re.IGNORECASE)
_NUMBER = re.compile(r"\d+(?:[.,\u202f\xa0' ]\d+)*")
_CURRENCY_SIGN = re.compile(r"[€$£¥₹₽₩₺₫₱฿]|R\$|US\$")
_CODE = re.compile(r"(?<![\w-])(?:[A-Z]{3}|(?:[A-Z]{2}|[A-Z]\d|\d[A-Z])\s?\d{1,4})(?![\w-])")
_CURRENCY_WORDS = {
    "EUR": ("euro", "euros"),
    "USD": ("dollar", "dollars", "dolar", "dolares", "dollari", "dollaro"),
    "GBP": ("pound", "pounds", "libra", "libras", "livre sterling", "livres sterling", "pfund", "sterlina", "sterline"),
    "BRL": ("real", "reais", "reales"),
    "CHF": ("franken", "francs", "franchi", "francos"),
    "JPY": ("yen",),
}
# Common acronyms that look like an IATA or currency code.
_NOT_CODES = frozenset({"FAQ", "USB", "LED", "GPS", "PDF", "SMS", "APP", "WWW"})
# Names and abbreviations that are common words too ("may", "so"): they count only capitalised within a text.
_AMBIGUOUS_WORDS = frozenset(
    {"may", "mar", "mars", "sat", "sun", "mon", "dom", "lun", "sab", "so", "do", "mi", "mo", "di", "fr", "sa"}
)


def rejection_reason(text: str, *, prompts: Iterable[str], facts: Mapping[str, Any]) -> str | None:
    """Return why a model's text must not be shown, None if it may be.

    Args:
        text: Text written by the model.
        prompts: Prompts sent to the model that must not leak.
        facts: Facts that the text may mention: the slots by name, and offer summaries under "offers".

    Returns:
        "length", "prompt", "code", "currency", "number" or "date", by the first check that fails.
    """
    if len(text) > MAX_TEXT_LENGTH:
        return "length"
    text = unicodedata.normalize("NFKC", text)
    if len(text) > MAX_TEXT_LENGTH:  # a character may become eighteen
        return "length"
    if leaks_prompt(text, prompts):
        return "prompt"
    known = KnownFacts(facts)
    codes = [match[0] for match in _CODE.finditer(text) if match[0] not in _NOT_CODES]
    if any(_compact(found) not in known.codes for found in codes):
        return "code"
    if _mentioned_currencies(text) - known.currencies:
        return "currency"
    if _has_unknown_number(_CODE.sub(_keep_currency_code, text), known):
        return "number"
    return "date" if _mentioned_calendar_names(text) - known.calendar_names else None


def _keep_currency_code(code: re.Match[str]) -> str:
    """Keep a currency code, which marks its amount as money; blank other codes, whose digits are no numbers."""
    return code[0] if len(code[0]) == 3 and code[0].isalpha() else " "


def _has_unknown_number(text: str, known: KnownFacts) -> bool:
    """Return True if a number in the text is not known in its use: as an amount of money, a time, or a count."""
    for match in _TIME.finditer(text):
        if (int(match[1]) % 24, int(match[2])) not in known.times:
            return True
    text = _TIME.sub(" ", text)
    for match in _NUMBER.finditer(text):
        before = text[max(0, match.start() - _MONEY_BEFORE_LENGTH) : match.start()]
        money = _MONEY_BEFORE.search(before) or _MONEY_AFTER.match(text, match.end())
        if _possible_amounts(match[0]).isdisjoint(known.amounts if money else known.numbers):
            return True
    return False


def leaks_prompt(text: str, prompts: Iterable[str]) -> bool:
    """Return True if the text contains a passage of a prompt, ignoring case, spaces and punctuation."""
    text_letters = _letters_only(text)
    runs = {
        text_letters[start : start + _MIN_LEAK_LETTERS] for start in range(len(text_letters) - _MIN_LEAK_LETTERS + 1)
    }
    for prompt in prompts:
        prompt_letters = _letters_only(prompt)
        if any(
            prompt_letters[start : start + _MIN_LEAK_LETTERS] in runs
            for start in range(len(prompt_letters) - _MIN_LEAK_LETTERS + 1)
        ):
            return True
    return False


def _letters_only(text: str) -> str:
    """Return the letters and digits of a text, without case and accents."""
    return "".join(char for char in fold_chars(text) if char.isalnum())


def _compact(code: str) -> str:
    """Return a flight number without its space: "TP 534" as "TP534"."""
    return code.replace(" ", "")


def _possible_amounts(text: str) -> set[str]:
    """Return the readings of a number: points and commas as decimal or thousands separators."""
    bare = re.sub(r"[\s']", "", text)
    forms = {bare.replace(",", ""), bare.replace(".", "").replace(",", "."), bare.replace(",", ".")}
    amounts = set()
    for form in forms:
        try:
            amounts.add(format(Decimal(form).normalize(), "f"))
        except ArithmeticError:
            continue
    return amounts


def _mentioned_currencies(text: str) -> set[str]:
    """Return the currencies that a text names by sign or word; their ISO codes are checked as codes."""
    signs = {"€": "EUR", "£": "GBP", "¥": "JPY", "R$": "BRL", "$": "USD", "US$": "USD"}
    found = {signs.get(match[0], match[0]) for match in _CURRENCY_SIGN.finditer(text)}
    words = set(re.findall(r"[^\W\d_]+", fold_chars(text)))
    return found | {code for code, names in _CURRENCY_WORDS.items() if words & set(names)}


def _mentioned_calendar_names(text: str) -> set[str]:
    """Return the months and weekdays that a text names, as "month 3" or "day 0"."""
    names = calendar_names()
    found: set[str] = set()
    for match in re.finditer(r"[^\W\d_]+", text):
        word = fold_chars(match[0])
        if word in names and (word not in _AMBIGUOUS_WORDS or (match[0][0].isupper() and match.start() > 0)):
            found |= names[word]
    return found


class KnownFacts:
    """Facts that a text may mention, grouped by use: the same number may be known as an hour but not as a price."""

    def __init__(self, facts: Mapping[str, Any]) -> None:
        self.numbers: set[str] = set()
        self.amounts: set[str] = set()
        self.times: set[tuple[int, int]] = set()
        self.codes: set[str] = set()
        self.currencies: set[str] = set()
        self.calendar_names: set[str] = set()
        self.add(facts)

    def add(self, value: Any) -> None:
        """Add the facts of a value, recursively for containers; values of unknown types add nothing."""
        match value:
            case Mapping():
                for item in value.values():
                    self.add(item)
            case tuple() | list():
                for item in value:
                    self.add(item)
            case dt.date():
                self._add_date(value)
            case Place() | Airline():
                self.codes.add(value.code)
            case Passengers():
                self._add_numbers(value.adults, value.children, value.infants, value.total)
            case Money():
                self._add_money(value.amount, value.currency)
            case OfferSummary():
                self._add_offer(value)
            case int():
                self._add_numbers(value)
            case _:
                pass

    def _add_date(self, value: dt.date) -> None:
        self._add_numbers(value.day, value.year)
        self.calendar_names |= calendar_meanings(value)
        if isinstance(value, dt.datetime):
            self.times |= {(value.hour, value.minute), (value.hour % 12 or 12, value.minute)}

    def _add_money(self, amount: Decimal, currency: str) -> None:
        self.amounts |= {format(number.normalize(), "f") for number in (amount, Decimal(round(amount)))}
        self.codes.add(currency)
        self.currencies.add(currency)

    def _add_offer(self, offer: OfferSummary) -> None:
        self._add_money(offer.price, offer.currency)
        self._add_date(offer.departs)
        self._add_date(offer.arrives)
        self.codes |= {offer.carrier, offer.number}
        minutes = round(offer.duration / 60)
        self._add_numbers(offer.stops, minutes, minutes // 60, minutes % 60)

    def _add_numbers(self, *values: int) -> None:
        self.numbers |= {str(value) for value in values}
