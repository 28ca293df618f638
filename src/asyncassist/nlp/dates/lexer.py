"""Words and numbers of an utterance as kinds: the lexer under the date grammar."""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from asyncassist.languages.de import dates as dates_de
from asyncassist.languages.en import dates as dates_en
from asyncassist.languages.es import dates as dates_es
from asyncassist.languages.fr import dates as dates_fr
from asyncassist.languages.it import dates as dates_it
from asyncassist.languages.pt import dates as dates_pt
from asyncassist.nlp.dates.patterns import Alphabet
from asyncassist.nlp.numbers import CARDINALS, ORDINAL_SUFFIXES, ORDINALS, parse_number, parse_ordinal
from asyncassist.nlp.tokens import TokenizedText

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asyncassist.languages.date_lexicon import Table
    from asyncassist.nlp.tokens import Token

Meaning = dict[str, Any]  # kind -> what the word means as that kind
Entry = tuple[tuple[str, ...], Meaning, str]  # further tokens, meaning, letter

TABLES: Final[Mapping[str, Table]] = {
    "en": dates_en.TABLE,
    "pt": dates_pt.TABLE,
    "es": dates_es.TABLE,
    "fr": dates_fr.TABLE,
    "de": dates_de.TABLE,
    "it": dates_it.TABLE,
}
# Places whose names hold a month, a weekday or a holiday of some language; in none of them a date.
PLACES: Final = (
    "rio de janeiro,viña del mar,mar del plata,mar de plata,friday harbor,christmas island,christmas creek,"
    "marco island,pentecost island,ascension island,easter island,santo domingo,chiang mai,"
    "sept-îles,mo i rana,toussaint louverture,ce jour-là,ce jour la"
)  # fmt: skip
ALPHABET: Final = Alphabet()
# Kinds that words of other languages are not by accident; where the language may be wrong, a date needs one.
SURE: Final = frozenset({"MONTH", "WDAY", "REL", "RELP", "NUMDATE", "UWEEK", "UMONTH", "UDAY"})
_SIGNS: Final = {
    "?": "STOP",
    "!": "STOP",
    ";": "STOP",
    ":": "STOP",
    ",": "COMMA",
    ".": "DOT",
    "-": "DASH",
    "/": "SLASH",
    "'": "APOS",
    "(": "OPEN",
    ")": "CLOSEP",
    "~": "DASH",
}
_ENDS: Final = frozenset(".!?;\n")
OTHER: Final = ALPHABET.letter(())

# What digits can be, tried in this order where a run of digits begins.
_WHOLE: Final = re.compile(
    r"(?P<y>\d{4})(?P<s>[-/.])(?P<m>\d{1,2})(?P=s)(?P<d>\d{1,2})(?!\d)(?:T\d\d:\d\d\S*)?"
    r"|(?P<a>\d{1,2})(?P<t>[-/.] ?)(?P<b>\d{1,2})(?P=t)(?P<z>\d{4}|\d{2})(?![\d/-])"
)
_TIME: Final = re.compile(
    r"\d{1,2}:\d{2}(?::\d{2})?(?:\s?[ap]\.?m\b\.?|\s?h\b|\s?uhr\b)?"
    r"|\d{1,2}(?:[.:]\d{2})?\s?(?:[ap]\.?\s?m\b\.?|uhr\b|o['’]?\s?clock\b|hrs?\b|heures?\b|horas?\b)"
    r"|\d{1,2}\s?h(?:\s?\d{2})?(?![^\W\d_])|\d{3,4}\s?(?:hrs?|hours|h)\b",
    re.IGNORECASE,
)
_SHORT: Final = re.compile(r"(?P<a>\d{1,2})(?:/(?P<b>\d{1,2})(?![\d/])|\.(?P<c>\d{1,2})(?P<dot>\.)?(?![\d]))")
_DECIMAL: Final = re.compile(r"\d{1,3}(?:[.,]\d{3})+(?!\d)(?:[.,]\d{1,2})?|\d+[.,]\d+")
_UNIT: Final = re.compile(
    r"\s?(?:[€$£%¥]|(?:euros?|eur|usd|dollars?|pounds?|reais|real|gbp|brl|chf|bucks|kg|kilos?|km|pesos|francs?|libras?"
    r"|d[oó]lar(?:es)?|dollari|dollaro|sterline|pfund|quid|inch|cm)(?![^\W\d_]))",
    re.IGNORECASE,
)
_DOTTED_SHORT: Final = frozenset({"de", "it", "fr", "pt"})


class Lexicon:
    """The words of one language, by their first token.

    Attributes:
        language: Two letters.
        suffixes: What makes digits an ordinal.
        sure: First tokens of the words that no date of another language can do without.
    """

    def __init__(self, language: str) -> None:
        self.language = language
        self.suffixes = ORDINAL_SUFFIXES[language]
        self._numbers = frozenset(CARDINALS[language]) | frozenset(ORDINALS[language])
        merged: dict[tuple[str, ...], Meaning] = {}
        for phrase, kind, value in _spelled(TABLES[language]):
            merged.setdefault(phrase, {})[kind] = value
        self._entries: dict[str, list[Entry]] = {}
        for phrase, meaning in merged.items():
            number = self.number(TokenizedText.from_text(" ".join(phrase)).tokens, 0)
            if number and number[1] == len(phrase):  # "second", "um", "segunda": a number and something else
                meaning.update(number[0])
            kinds = frozenset() if "OPAQUE" in meaning else frozenset(meaning)
            self._entries.setdefault(phrase[0], []).append((phrase[1:], meaning, ALPHABET.letter(kinds)))
        self.sure = frozenset(phrase[0] for phrase, meaning in merged.items() if meaning.keys() & SURE)
        for entries in self._entries.values():
            entries.sort(key=lambda entry: -len(entry[0]))

    def phrase(self, tokens: tuple[Token, ...], index: int) -> Entry | None:
        """The longest spelling that begins at a token."""
        following = tokens[index + 1].folded if index + 1 < len(tokens) else ""
        for entry in self._entries.get(tokens[index].folded, ()):
            tail = entry[0]
            if not tail:
                return entry
            if tail[0] != following or len(tokens) <= index + len(tail):
                continue
            if all(tokens[index + 1 + offset].folded == word for offset, word in enumerate(tail)):
                return entry
        return None

    def number(self, tokens: tuple[Token, ...], index: int) -> tuple[Meaning, int] | None:
        """A number in words that begins at a token, and how many tokens it takes."""
        if tokens[index].folded not in self._numbers:
            return None
        ordinal = parse_ordinal(tokens, index, self.language)
        cardinal = parse_number(tokens, index, self.language)
        if ordinal and (not cardinal or ordinal[1] >= cardinal[1]):
            return {"ORDW": ordinal[0]}, ordinal[1]
        if cardinal:
            return _cardinal(cardinal[0]), cardinal[1]
        return None


def _cardinal(value: int) -> Meaning:
    if 1 <= value <= 31:
        return {"CARD": value}
    return {"YEARW": value} if 1990 <= value <= 2199 else {"CARDN": value}


def _spelled(table: Table) -> Iterator[tuple[tuple[str, ...], str, Any]]:
    for name in PLACES.split(","):
        yield TokenizedText.from_text(name).words, "OPAQUE", None
    for kind, spellings in table.items():
        pairs = spellings.items() if isinstance(spellings, Mapping) else [(None, spellings)]
        for value, line in pairs:
            for phrase in line.split(","):
                yield TokenizedText.from_text(phrase.strip()).words, kind, value
                if kind == "MONTH":
                    yield from (((slip,), kind, value) for slip in _slips(phrase.strip()))


# A shorter name with a letter gone is some other word.
_LONG_MONTH: Final = 7


def _slips(month: str) -> set[str]:
    """A month's long name as a hurried hand writes it: a letter gone ("febraio"), an "n" for an "m" ("dicienbre")."""
    words = TokenizedText.from_text(month).words
    if len(words) != 1 or len(words[0]) < _LONG_MONTH:
        return set()
    name = words[0]
    return {name[:at] + name[at + 1 :] for at in range(1, len(name) - 1)} | {name.replace("mb", "nb")} - {name}


@functools.cache
def lexicon(language: str) -> Lexicon:
    """The words of a language.

    Raises:
        KeyError: There is no table for it.
    """
    return Lexicon(language)


class Atoms:
    """An utterance as words of a lexicon: parallel lists, one entry for each word.

    Attributes:
        letters: Of the alphabet, joined.
        meanings: What each word means, by kind.
        first: First token of each word.
        last: Last token of each word.
        breaks: Whether a sentence ends with this word.
    """

    __slots__ = ("breaks", "first", "last", "letters", "meanings", "text")

    def __init__(self, text: TokenizedText, words: Lexicon, *, month_first: bool) -> None:
        self.text = text
        letters: list[str] = []
        self.meanings: list[Meaning] = []
        self.first: list[int] = []
        self.last: list[int] = []
        self.breaks: list[bool] = []
        tokens, index = text.tokens, 0
        while index < len(tokens):
            folded = tokens[index].folded
            if folded.isdecimal():
                meaning, letter, count = _digits(text, index, words, month_first=month_first)
            else:
                meaning, letter, count = _word(tokens, index, words)
            letters.append(letter)
            self.meanings.append(meaning)
            self.first.append(index)
            self.last.append(index + count - 1)
            self.breaks.append(folded in _ENDS)
            index += count
        self.letters = "".join(letters)

    def __len__(self) -> int:
        return len(self.meanings)


_NOTHING: Final[Meaning] = {}
_SIGN_WORDS: Final = {sign: ({kind: sign}, ALPHABET.letter({kind}), 1) for sign, kind in _SIGNS.items()}


def _word(tokens: tuple[Token, ...], index: int, words: Lexicon) -> tuple[Meaning, str, int]:
    """What begins at a token that is no digits: its meaning, its letter, how many tokens it takes."""
    entry = words.phrase(tokens, index)
    number = words.number(tokens, index)
    if number and (entry is None or number[1] > len(entry[0]) + 1):
        return number[0], ALPHABET.letter(number[0]), number[1]
    if entry is not None:
        return entry[1], entry[2], len(entry[0]) + 1
    return _SIGN_WORDS.get(tokens[index].folded, (_NOTHING, OTHER, 1))


def _until(text: TokenizedText, index: int, end: int) -> int:
    """How many tokens from `index` on end at or before the offset `end`."""
    count = 1
    while index + count < len(text.tokens) and text.tokens[index + count].end <= end:
        count += 1
    return count


def _digits(text: TokenizedText, index: int, words: Lexicon, *, month_first: bool) -> tuple[Meaning, str, int]:
    """What begins at a token of digits."""
    tokens, raw = text.tokens, text.raw
    token = tokens[index]
    if index and text.is_adjacent(index) and tokens[index - 1].folded[-1:].isalpha():
        before = words.phrase(tokens, index - 1)
        if before is None or not before[1].keys() & {"MONTH", "MONTHW", "DAYW", "WDAY", "QUARTERQ"}:
            return _NOTHING, OTHER, 1  # TP1234, A320
    if index and text.is_adjacent(index) and tokens[index - 1].folded in "$€£¥#":
        return _NOTHING, OTHER, _until(text, index, _end(_DECIMAL, raw, token.start, token.end))
    found = _numeric(text, index, words, month_first=month_first)
    return _plain(text, index, words) if found is None else found


def _plain(text: TokenizedText, index: int, words: Lexicon) -> tuple[Meaning, str, int]:
    """A plain number: a day, an ordinal, a year, a count, or an identifier."""
    tokens, token = text.tokens, text.tokens[index]
    if len(token.raw) == 8 and token.raw.startswith("20") and (day := _days([_compact(token.raw)])):
        return {"NUMDATE": day}, _NUMDATE, 1
    if len(token.raw) > 4 or _UNIT.match(text.raw, token.end):
        return _NOTHING, OTHER, 1
    value = int(token.raw)
    if len(token.raw) <= 2 and 1 <= value <= 31:
        after = tokens[index + 1] if index + 1 < len(tokens) else None
        glued = after is not None and after.start == token.end
        # English ordinals are also typed apart: "12 th".
        if after is not None and (glued or words.language == "en") and after.folded in words.suffixes:
            return {"ORD": value}, _ORD, 2
        if after is not None and glued and after.folded[0].isalpha() and words.phrase(tokens, index + 1) is None:
            return _NOTHING, OTHER, 2
        return {"D": value}, _D, 1
    if len(token.raw) == 4 and 1900 <= value <= 2199:
        return {"YEAR": value}, _YEAR, 1
    return {"N": value}, _N, 1


_ORD: Final = ALPHABET.letter({"ORD"})
_D: Final = ALPHABET.letter({"D"})
_N: Final = ALPHABET.letter({"N"})
_YEAR: Final = ALPHABET.letter({"YEAR"})
_NUMDATE: Final = ALPHABET.letter({"NUMDATE"})
_NUMWEAK: Final = ALPHABET.letter({"NUMWEAK"})
_TIMES: Final = ALPHABET.letter({"TIME"})
# Letters that only the lexer makes, known before the patterns are read.
for _kind in ("CARD", "CARDN", "YEARW", "ORDW"):
    ALPHABET.letter({_kind})


def _compact(raw: str) -> tuple[int, int, int]:
    """Year, month and day of eight digits."""
    return int(raw[:4]), int(raw[4:6]), int(raw[6:])


def _end(regex: re.Pattern[str], raw: str, start: int, default: int) -> int:
    match = regex.match(raw, start)
    return match.end() if match else default


def _numeric(text: TokenizedText, index: int, words: Lexicon, *, month_first: bool) -> tuple[Meaning, str, int] | None:
    """A date in figures, a time or an amount; None for a plain number."""
    raw, start = text.raw, text.tokens[index].start
    end = text.tokens[index].end
    following = raw[end : end + 1]
    if following not in "/.-:,":
        match = _TIME.match(raw, start) if following in "hHaApPuUoO \u00a0" else None
        return ({"TIME": True}, _TIMES, _until(text, index, match.end())) if match else None
    whole = _WHOLE.match(raw, start)
    if whole is not None:
        readings = _whole(whole, month_first=month_first)
        count = _until(text, index, whole.end())
        return ({"NUMDATE": readings}, _NUMDATE, count) if readings else (_NOTHING, OTHER, count)
    match = _TIME.match(raw, start)
    if match is not None and match.end() > end:
        return {"TIME": True}, _TIMES, _until(text, index, match.end())
    short = _SHORT.match(raw, start)
    if short is not None and not _UNIT.match(raw, short.end()):
        found = _short(short, words, month_first=month_first)
        if found is not None:
            return found[0], found[1], _until(text, index, short.end())
    amount = _DECIMAL.match(raw, start)
    if amount is not None:
        return _NOTHING, OTHER, _until(text, index, amount.end())
    return None


def _whole(match: re.Match[str], *, month_first: bool) -> tuple[dt.date, ...]:
    """The days that figures with a year can mean, likeliest first."""
    if match["y"]:
        return _days([(int(match["y"]), int(match["m"]), int(match["d"]))])
    a, b, year = int(match["a"]), int(match["b"]), int(match["z"])
    year += 2000 if year < 100 else 0
    both = [(year, a, b), (year, b, a)]
    # Dots are European, whatever the region.
    return _days(both if month_first and not match["t"].startswith(".") else both[::-1])


def _days(triples: list[tuple[int, int, int]]) -> tuple[dt.date, ...]:
    found = []
    for year, month, day in triples:
        try:
            value = dt.date(year, month, day)
        except ValueError:
            continue
        if value not in found:
            found.append(value)
    return tuple(found)


def _short(match: re.Match[str], words: Lexicon, *, month_first: bool) -> tuple[Meaning, str] | None:
    """Day and month in figures as (month, day) pairs, likeliest first; None where they cannot be."""
    a, b = int(match["a"]), int(match["b"] or match["c"])
    dotted = match["b"] is None
    if dotted and words.language not in _DOTTED_SHORT:
        return None
    pairs = [(a, b), (b, a)] if month_first and not dotted else [(b, a)] if dotted else [(b, a), (a, b)]
    # 2000 is a leap year: 29 February passes here and finds its year later.
    readings = tuple(dict.fromkeys(pair for pair in pairs if _days([(2000, *pair)])))
    if not readings:
        return None
    if dotted and not (match["dot"] and words.language == "de"):
        return {"NUMWEAK": readings}, _NUMWEAK
    return {"NUMDATE": readings}, _NUMDATE
