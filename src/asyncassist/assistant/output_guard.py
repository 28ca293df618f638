"""Whether a model's text may be shown: it may phrase, but it never brings facts of its own.

Pure. A number, a date, a currency or a code that is not in the data, or a run of the system prompt, makes the
template answer instead.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from asyncassist._types import Airline, Money, Passengers, Place
from asyncassist.assistant.calendar_names import calendar_meanings, calendar_names
from asyncassist.assistant.state import OfferSummary
from asyncassist.nlp.followup.cues import fold_chars

LEAK_LENGTH = 40
"""Characters of the system prompt in a row that are a leak."""

# Letters alone are compared, and any 40 characters of prose hold at least so many.
_MIN_LEAK_LETTERS = 24

_TIME = re.compile(r"(?<!\d)(\d{1,2})[:.h](\d{2})(?![\d.,])(?=\s?(?:[aApP]\.?[mM]\b|Uhr|h\b|[^\w]|$))")
_MONEY_WORD = (
    r"(?:€|\$|£|¥|R\$|(?-i:[A-Z]{3}\b)|euros?\b|dollars?\b|dolares\b|dollari\b|pounds?\b|libras?\b|reais\b|coins?\b)"
)
_MONEY_BEFORE = re.compile(_MONEY_WORD + r"\s?$")
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
# Capitals in a row that stand for no place, airline or currency.
_NOT_CODES = frozenset({"FAQ", "USB", "LED", "GPS", "PDF", "SMS", "APP", "WWW"})
# "May" and "März" alone may be a word; a weekday or a month beside a preposition or a number is a date.
_AMBIGUOUS_WORDS = frozenset(
    {"may", "mar", "mars", "sat", "sun", "mon", "dom", "lun", "sab", "so", "do", "mi", "mo", "di", "fr", "sa"}
)


def rejection_reason(text: str, *, prompts: Iterable[str], facts: Mapping[str, Any]) -> str | None:
    """Why a model's text may not be shown, None when it may.

    Args:
        text: What the model wrote.
        prompts: What it was told and nobody else is to read.
        facts: The trip's slots by name, and "offers"; all that the text may speak of.
    """
    text = unicodedata.normalize("NFKC", text)
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
    """A currency's code stays beside its amount; the digits of a flight number are no number."""
    return code[0] if len(code[0]) == 3 and code[0].isalpha() else " "


def _has_unknown_number(text: str, known: KnownFacts) -> bool:
    """Whether a number stands in the text that is not known as what it is used for: an amount, a time, or a count."""
    for match in _TIME.finditer(text):
        if (int(match[1]) % 24, int(match[2])) not in known.times:
            return True
    text = _TIME.sub(" ", text)
    for match in _NUMBER.finditer(text):
        before, after = text[: match.start()], text[match.end() :]
        money = _MONEY_BEFORE.search(before) or _MONEY_AFTER.match(after)
        if _possible_amounts(match[0]).isdisjoint(known.amounts if money else known.numbers):
            return True
    return False


def leaks_prompt(text: str, prompts: Iterable[str]) -> bool:
    """Whether a long run of a prompt stands in the text, whatever its spaces, signs and capitals."""
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
    return "".join(char for char in fold_chars(text) if char.isalnum())


def _compact(code: str) -> str:
    return code.replace(" ", "")


def _possible_amounts(text: str) -> set[str]:
    """A number as it may be meant: with points or commas as decimals or thousands."""
    bare = re.sub(r"[\s']", "", text)
    forms = {bare.replace(",", ""), bare.replace(".", "").replace(",", "."), bare.replace(",", ".")}
    amounts = set()
    for form in forms:
        try:
            amounts.add(format(Decimal(form).normalize(), "f"))
        except InvalidOperation:
            continue
    return amounts


def _mentioned_currencies(text: str) -> set[str]:
    """The currencies that a text speaks of, by sign or word; codes are codes."""
    signs = {"€": "EUR", "£": "GBP", "¥": "JPY", "R$": "BRL", "$": "USD", "US$": "USD"}
    found = {signs.get(match[0], match[0]) for match in _CURRENCY_SIGN.finditer(text)}
    words = set(re.findall(r"[^\W\d_]+", fold_chars(text)))
    return found | {code for code, names in _CURRENCY_WORDS.items() if words & set(names)}


def _mentioned_calendar_names(text: str) -> set[str]:
    """Months and weekdays that a text names, each by its number: "month 3", "day 0"."""
    names = calendar_names()
    found: set[str] = set()
    for match in re.finditer(r"[^\W\d_]+", text):
        word = fold_chars(match[0])
        if word in names and (word not in _AMBIGUOUS_WORDS or (match[0][0].isupper() and match.start() > 0)):
            found |= names[word]
    return found


class KnownFacts:
    """The facts that a text may speak of, each in its use."""

    def __init__(self, facts: Mapping[str, Any]) -> None:
        self.numbers: set[str] = set()
        self.amounts: set[str] = set()
        self.times: set[tuple[int, int]] = set()
        self.codes: set[str] = set()
        self.currencies: set[str] = set()
        self.calendar_names: set[str] = set()
        self.add(facts)

    def add(self, value: Any) -> None:
        """Take in a value and all that it holds."""
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
