"""Output guard: checks that a model's text invents no facts of the trip and its offers, and leaks no prompt.

Pure functions. A text is rejected for a price, a currency of a price, a flight, a time or date of travel that is not in
the data, for a place to pay at, or for a passage of the system prompt; a phrase from the tables then replaces it. What
a text says of other matters (inhabitants, opening hours, months of rain, per cent) is not checked.
"""

from __future__ import annotations

import bisect
import datetime as dt
import functools
import itertools
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from babel.core import get_global
from babel.numbers import get_currency_name

from asyncassist._places import place_table
from asyncassist._types import Airline, Money, Passengers, Place
from asyncassist.assistant.calendar_names import calendar_meanings, calendar_names
from asyncassist.assistant.state import OfferSummary
from asyncassist.languages.registry import LANGUAGES, PACKS, any_of, join_patterns, union_over_packs
from asyncassist.nlp.entities.airlines import airline_by_code
from asyncassist.nlp.followup.cues import fold_chars
from asyncassist.nlp.numbers import CARDINALS, parse_number
from asyncassist.nlp.tokens import TokenizedText

LEAK_LENGTH = 40
"""Number of consecutive characters of a system prompt that count as a leak."""

MAX_TEXT_LENGTH = 100_000
"""Characters of a model's text that are checked; a longer one is rejected unread."""

# Only letters and digits are compared; any `LEAK_LENGTH` characters of prose contain at least this many.
_MIN_LEAK_LETTERS = 24

_SENTENCE_END = re.compile(r"(?<=[.!?…。])\s+|\n+")
_TIME = re.compile(
    r"(?<!\d)(\d{1,2})[:.h](\d{2})(?!\d|[.,]\d)"
    rf"(?=\s?(?:[aApP]\.?[mM]\b|{join_patterns(lambda pack: pack.guard.clock_suffix)}|h\b|[^\w]|$))"
)
_NUMBER = re.compile(r"\d+(?:[.,\u202f\xa0' ]\d+)*")
_NUMERIC_DATE = re.compile(r"(?<!\d)(\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[./]\d{1,2}(?:[./]\d{2,4})?)(?!\d)")
_CODE = re.compile(r"(?<![\w-])(?:[A-Z]{3}|(?:[A-Z]{2}|[A-Z]\d|\d[A-Z])\s?\d{1,4})(?![\w-])")
# Signs and everyday names of currencies; "" is one that has no code. ISO 4217 codes are recognized in capitals.
_CURRENCY_NAMES = {"€": "EUR", "$": "USD", "US$": "USD", "£": "GBP", "¥": "JPY", "R$": "BRL"}
for _pack in PACKS.values():
    _CURRENCY_NAMES.update(_pack.guard.currency_names)
# Names of minor units: their number is the cents of a known price.
_MINOR_UNITS = union_over_packs(lambda pack: pack.guard.minor_units.split())
# Words in the names of currencies that mean something else without the rest of the name.
_NO_CURRENCIES = union_over_packs(lambda pack: pack.guard.no_currencies.split())
_CURRENCY_CODES = frozenset(get_global("all_currencies"))
_CURRENCY = r"(?:R\$|US\$|[€$£¥₹₽₩₺₫₱฿]|[^\W\d_]{3,12}\b)"
_CURRENCY_BEFORE = re.compile(rf"(?<![^\W\d_])({_CURRENCY})\s?$")
# Characters before a number among which its currency is looked for: the longest name and a space.
_CURRENCY_BEFORE_LENGTH = 16
_CURRENCY_AFTER = re.compile(rf"(?:[.,]?[-–—]{{1,2}}|\s?[kK]\b)?\s?(?:US )?({_CURRENCY})")
# Words right before or after an hour: "at three", "half past two", "um drei Uhr".
_HOUR_BEFORE = union_over_packs(lambda pack: pack.guard.before_hour.split())
_HOUR_AFTER = union_over_packs(lambda pack: pack.guard.after_hour.split())
# Words that make it the time before that hour: "halb drei", "a quarter to three", "las tres menos cuarto".
_BEFORE_THE_HOUR = union_over_packs(lambda pack: pack.guard.subtracting.split())
_CLOCK_HOURS = 12
_LINK = re.compile(
    r"https?:|www\.|\w@\w|\w\.(?:com|net|org|io|app|shop|example|[a-z]{2})\b|\w\.[a-z]{2,9}/|"
    r"\w\.[^\W\d_a-z]{2}|\w(?:\s?[\[(](?:\.|dot)[\])]\s?| dot |。)\w|"
    # an account (IBAN), a wallet or a telephone number
    r"\b[a-z]{2}\d{2}(?: ?[a-z\d]{4}){3}|\b(?:bc1|0x)[a-z\d]{25}|\+\d(?:[ -]?\d){7}"
)
# Names and abbreviations that are common words too ("may", "so"): they count only capitalised within a text.
_AMBIGUOUS_WORDS = union_over_packs(lambda pack: pack.guard.ambiguous_calendar_words.split())


@functools.cache
def _words(name: str) -> re.Pattern[str]:
    """Return the pattern of one kind of words in all languages, for folded text."""
    return re.compile(rf"(?<!\w){join_patterns(lambda pack: getattr(pack.patterns, name))}(?!\w)")


def rejection_reason(text: str, *, prompts: Iterable[str], facts: Mapping[str, Any]) -> str | None:
    """Return why a model's text must not be shown, None if it may be.

    Args:
        text: Text written by the model.
        prompts: Prompts sent to the model that must not leak.
        facts: Facts that the text may mention: the slots by name, and offer summaries under "offers".

    Returns:
        "length", "prompt" or "payment" for the whole text; else "code", "currency", "number" or "date", by the first
        sentence with a fact that is not known.
    """
    if len(text) > MAX_TEXT_LENGTH:
        return "length"
    text = unicodedata.normalize("NFKC", text)
    if len(text) > MAX_TEXT_LENGTH:  # a character may become eighteen
        return "length"
    if leaks_prompt(text, prompts):
        return "prompt"
    folded = fold_chars(text)
    signs = (_words("payment"), _words("payment_details"), _LINK)
    if sum(sign.search(folded) is not None for sign in signs) > 1:
        return "payment"
    known = KnownFacts(facts)
    return next(filter(None, (_unknown_fact(sentence, known) for sentence in _SENTENCE_END.split(text))), None)


def _unknown_fact(sentence: str, known: KnownFacts) -> str | None:
    """Return the kind of the first fact of the trip in a sentence that is not known, None without one.

    Prices count in every sentence that is not about another matter ("it costs"), times and dates in those that are
    about flights or offers.
    """
    folded = fold_chars(sentence)
    about_other = _words("beside_trip").search(folded) is not None and not _words("flight_noun").search(folded)
    about_flight = not about_other and _words("flight_talk").search(folded) is not None
    for match in _CODE.finditer(sentence):
        if _compact(match[0]) not in known.codes and _is_flight_code(match[0], about_flight=about_flight):
            return "code"
    if about_other:
        return None
    numbers = list(_numbers(sentence))
    reason = _unknown_price(sentence, folded, numbers, known)
    if reason is not None or not about_flight:
        return reason
    prices = {number.start for number in numbers if _currency_of(sentence, number) is not None}
    times = (match for match in _TIME.finditer(sentence) if match.start() not in prices)
    if any((int(match[1]) % 24, int(match[2])) not in known.times for match in times):
        return "number"
    if any(not _is_known_count(folded, number, known) for number in numbers):
        return "number"
    dates = (re.findall(r"\d+", match[0]) for match in _NUMERIC_DATE.finditer(_TIME.sub(" ", sentence)))
    if any(str(int(part)) not in known.numbers for date in dates for part in date):
        return "date"
    return "date" if _mentioned_calendar_names(sentence) - known.calendar_names else None


def _is_flight_code(code: str, *, about_flight: bool) -> bool:
    """Return True if a code names a place or a flight; outside of sentences about flights, of a known airline only."""
    if code.isalpha():
        return about_flight and code not in _CURRENCY_CODES and place_table().find_by_code(code) is not None
    return about_flight or (code[:2].isalpha() and airline_by_code(code[:2]) is not None)


class _Number(NamedTuple):
    """Number in a sentence, in figures or in words: offsets and possible values."""

    start: int
    end: int
    values: frozenset[str]
    spelled: bool


def _numbers(sentence: str) -> Iterator[_Number]:
    """Yield the numbers of a sentence, in figures and in words."""
    for match in _NUMBER.finditer(sentence):
        yield _Number(*match.span(), frozenset(_possible_amounts(match[0])), spelled=False)
    tokens = TokenizedText.from_text(sentence).tokens
    index = 0
    while index < len(tokens):
        word = tokens[index].folded
        found = None
        if word in _number_words() or _COMPOUND_NUMBER.search(word):
            found = max(
                filter(None, (parse_number(tokens, index, code) for code in LANGUAGES)),
                key=lambda number: number[1],
                default=None,
            )
        if found is None and word in _ROUND_NUMBERS:  # "a hundred", without the number that it multiplies
            found = (_ROUND_NUMBERS[word], 1)
        if found is None or word.isdecimal():
            index += 1
            continue
        last = index + found[1] - 1
        if found[0] > 0:
            yield _Number(tokens[index].start, tokens[last].end, frozenset({str(found[0])}), spelled=True)
        index = last + 1


_ROUND_NUMBERS = {word: value for pack in PACKS.values() for word, value in pack.guard.round_numbers.items()}
_ARTICLE = frozenset({"1"})
# Part of a number in one word, as in German and Italian.
_COMPOUND_NUMBER = re.compile(
    join_patterns(lambda pack: any_of(filter(None, (*pack.numbers.compound_thousands, pack.numbers.compound_hundred))))
)


@functools.cache
def _number_words() -> frozenset[str]:
    """Return the first words of the numbers of all languages."""
    cardinals = frozenset(word for code in LANGUAGES for word in CARDINALS[code])
    return cardinals | union_over_packs(
        lambda pack: (*pack.numbers.hundred, *pack.numbers.hundreds, *pack.numbers.thousand)
    )


def _unknown_price(sentence: str, folded: str, numbers: list[_Number], known: KnownFacts) -> str | None:
    """Return "currency" or "number" for a price that is not known: in another currency, or of another amount."""
    price_ends = [match.end() for match in _words("price_words").finditer(folded)]
    currencies = [_currency_of(sentence, number) for number in numbers]
    has_cents = _MINOR_UNIT in currencies
    for number, currency in zip(numbers, currencies, strict=True):
        if number.spelled and number.values == _ARTICLE and not (currency and price_ends):
            continue  # "one", "a": an article
        if currency is None:
            # "The first one costs nine": without its currency, right after a word for prices.
            position = bisect.bisect_right(price_ends, number.start) - 1
            if position < 0 or number.start - price_ends[position] > _CURRENCY_BEFORE_LENGTH:
                continue
            if _PER_CENT.match(folded, number.end):
                continue
            if number.values.isdisjoint(known.amounts | known.whole_amounts | known.numbers):
                return "number"
            continue
        if currency == _MINOR_UNIT:
            if number.values.isdisjoint(known.cents):
                return "number"
            continue
        if currency and known.currencies and known.currencies.isdisjoint(currency.split()):
            return "currency"
        amounts = known.amounts | known.whole_amounts if number.spelled or has_cents else known.amounts
        if number.values.isdisjoint(amounts):
            return "number"
    return None


# Currency of a number of cents.
_MINOR_UNIT = "minor unit"


@functools.cache
def _currency_names() -> dict[str, str]:
    """Return the codes of each name of a currency in use, in all languages: "DKK NOK" for "kroner"."""
    names: dict[str, list[str]] = {}
    territories = get_global("territory_currencies").values()
    codes = {code for rows in territories for code, _, until, tender in rows if tender and until is None}
    for pack, code, count in itertools.product(PACKS.values(), sorted(codes), (1, 2)):
        words = fold_chars(get_currency_name(code, count=count, locale=pack.code)).split()
        word = words[-1 if pack.guard.currency_noun_last else 0]
        if word not in _NO_CURRENCIES and code not in names.setdefault(word, []):
            names[word].append(code)
    return {word: " ".join(several) for word, several in names.items()} | _CURRENCY_NAMES


_PER_CENT = re.compile(rf"\s?(?:%|{join_patterns(lambda pack: pack.guard.per_cent)})")


def _currency_of(sentence: str, number: _Number) -> str | None:
    """Return the possible codes of the currency beside a number, "" for none, None for a number that is no amount."""
    before = sentence[max(0, number.start - _CURRENCY_BEFORE_LENGTH) : number.start]
    for match in (_CURRENCY_BEFORE.search(before), _CURRENCY_AFTER.match(sentence, number.end)):
        if match is None:
            continue
        name = match[1]
        if name in _CURRENCY_CODES:
            return name
        word = fold_chars(name)
        if word in _MINOR_UNITS:
            return _MINOR_UNIT
        code = _currency_names().get(word) if name[0].isalpha() else _CURRENCY_NAMES.get(name, name)
        if code is not None:
            return code
    return None


_NEXT_WORDS = re.compile(r"\W{0,3}(?:(\w{1,30})\W{0,3})?(?:(\w{1,30}))?")
_WORD_BEFORE = re.compile(r"(\w{1,12})\W{0,3}$")


def _is_known_count(folded: str, number: _Number, known: KnownFacts) -> bool:
    """Return False for a number that is an hour, a count of stops or flights, or a duration, and is not known."""
    if number.spelled and number.values == _ARTICLE:
        return True
    follows = _NEXT_WORDS.match(folded, number.end)
    words = [] if follows is None else [word for word in follows.groups() if word]
    before = _WORD_BEFORE.search(folded[max(0, number.start - _CURRENCY_BEFORE_LENGTH) : number.start])
    if any(_words("stop_words").fullmatch(word) for word in words):
        return not number.values.isdisjoint(known.stops)
    if any(_words("flight_noun").fullmatch(word) for word in words):
        return not number.values.isdisjoint(known.offer_counts)
    if any(_is_month(word) for word in (*words, *([] if before is None else [before[1]]))):
        return not number.values.isdisjoint(known.numbers)
    is_duration = bool(words) and _HOURS.fullmatch(words[0]) is not None
    if is_duration and _words("duration_words").search(folded) and _HOUR_AFTER.isdisjoint(words[:1]):
        return not number.values.isdisjoint(known.numbers)
    if number.spelled and ((before is not None and before[1] in _HOUR_BEFORE) or not _HOUR_AFTER.isdisjoint(words[:1])):
        hours = {hour % _CLOCK_HOURS for hour, _ in known.times}
        early = (before is not None and before[1] in _BEFORE_THE_HOUR) or not _BEFORE_THE_HOUR.isdisjoint(words)
        return any((int(value) - early) % _CLOCK_HOURS in hours for value in number.values)
    return True


def _is_month(word: str) -> bool:
    """Return True if a folded word names a month and is no common word besides."""
    return word not in _AMBIGUOUS_WORDS and any(one.startswith("month") for one in calendar_names().get(word, ()))


_HOURS = re.compile(join_patterns(lambda pack: pack.guard.duration_units))


def leaks_prompt(text: str, prompts: Iterable[str]) -> bool:
    """Return True if the text contains a passage of a prompt, ignoring case, spaces and punctuation."""
    runs = _letter_runs(text)
    return bool(runs) and any(not runs.isdisjoint(_prompt_runs(prompt)) for prompt in prompts)


@functools.lru_cache(maxsize=64)  # prompts are the same in each turn; they are those of the assistant, one a language
def _prompt_runs(prompt: str) -> frozenset[str]:
    return _letter_runs(prompt)


def _letter_runs(text: str) -> frozenset[str]:
    """Return the passages of a text that are long enough to be a leak, as letters and digits only."""
    letters = _letters_only(text)
    return frozenset(
        letters[start : start + _MIN_LEAK_LETTERS] for start in range(len(letters) - _MIN_LEAK_LETTERS + 1)
    )


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
        self.whole_amounts: set[str] = set()
        self.cents: set[str] = set()
        self.times: set[tuple[int, int]] = set()
        self.stops: set[str] = set()
        self.offer_counts: set[str] = set()
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
        self.whole_amounts.add(str(int(amount)))
        self.cents.add(str(int(amount % 1 * 100)))
        self.codes.add(currency)
        self.currencies.add(currency)

    def _add_offer(self, offer: OfferSummary) -> None:
        self.offer_counts.add(str(len(self.offer_counts) + 1))
        self._add_money(offer.price, offer.currency)
        for leg in offer.legs:
            self.stops.add(str(leg.stops))
            self._add_date(leg.departs)
            self._add_date(leg.arrives)
            self.codes |= {*leg.carriers, leg.number}
            minutes = round(leg.duration / 60)
            self._add_numbers(leg.stops, minutes, minutes // 60, minutes % 60)

    def _add_numbers(self, *values: int) -> None:
        self.numbers |= {str(value) for value in values}
