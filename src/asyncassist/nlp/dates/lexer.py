"""Lexer of the date grammar: the words and numbers of an utterance as sets of kinds."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from asyncassist.languages.registry import PACKS, join_patterns
from asyncassist.nlp.dates import calendar_math
from asyncassist.nlp.dates.patterns import Alphabet
from asyncassist.nlp.numbers import CARDINALS, ORDINALS, parse_number, parse_ordinal
from asyncassist.nlp.tokens import TokenizedText

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from asyncassist.languages.date_lexicon import DateLexicon
    from asyncassist.nlp.tokens import Token

Meaning = dict[str, Any]  # kind -> what the word means as that kind
LexiconEntry = tuple[tuple[str, ...], Meaning, str]  # tokens after the first, meaning, letter

DATE_LEXICONS: Final[Mapping[str, DateLexicon]] = {code: pack.dates for code, pack in PACKS.items()}
# Place names that contain a month, weekday or holiday of some language: no dates, whatever the language.
OPAQUE_PLACE_NAMES: Final = (
    "rio de janeiro,viña del mar,mar del plata,mar de plata,friday harbor,christmas island,christmas creek,"
    "marco island,pentecost island,ascension island,easter island,santo domingo,chiang mai,"
    "sept-îles,mo i rana,toussaint louverture"
)
ALPHABET: Final = Alphabet()
# Kinds whose words mean nothing else in the other languages; a date in a language that is only tried needs one.
# A word of so few letters means something else in another language, whatever its kind.
_MAX_ABBREVIATION: Final = 2
UNAMBIGUOUS_KINDS: Final = frozenset({"MONTH", "WDAY", "REL", "RELP", "NUMDATE", "UWEEK", "UMONTH", "UDAY"})
_PART_KINDS: Final = frozenset({"RELP", "PART"})
_PUNCTUATION_KINDS: Final = {
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
    "+": "PLUS",
}
_SENTENCE_ENDS: Final = frozenset(".!?;\n")
OTHER_LETTER: Final = ALPHABET.letter_for(())

# What a run of digits can begin, tried in this order.
_FULL_DATE: Final = re.compile(
    r"(?P<y>\d{4})(?P<s>[-/.])(?P<m>\d{1,2})(?P=s)(?P<d>\d{1,2})(?!\d)(?:T\d\d:\d\d\S*)?"
    r"|(?P<a>\d{1,2})(?P<t>[-/.] ?)(?P<b>\d{1,2})(?P=t)(?P<z>\d{4}|\d{2})(?![\d/-])"
)
_TIME: Final = re.compile(
    r"\d{1,2}:\d{2}(?::\d{2})?"
    rf"(?:\s?[ap]\.?m\b\.?|\s?(?:h|{join_patterns(lambda pack: pack.times.after_minutes)})\b)?"
    rf"|\d{{1,2}}(?:[.:]\d{{2}})?\s?(?:[ap]\.?\s?m\b\.?|{join_patterns(lambda pack: pack.times.after_hour)}\b)"
    r"|\d{1,2}(?:\.\d{2})?\s?h(?:\s?\d{2})?(?![^\W\d_])"
    rf"|\d{{3,4}}\s?(?:h|{join_patterns(lambda pack: pack.times.after_digits)})\b",
    re.IGNORECASE,
)
# A date whose month is a word, whole: "23-Sep-28", "23SEP2028", "2028/sep/23"; after the month's word, "-23-2028".
_WORDED_DATE: Final = re.compile(
    r"(?P<d>\d{1,2})(?P<s>[-/.]?)(?P<month>[^\W\d_]{3,10})\.?(?P=s)(?P<y>\d{4}|\d{2})(?![\w/-])"
    r"|(?P<year>\d{4})(?P<t>[-/.]?)(?P<name>[^\W\d_]{3,10})\.?(?P=t)(?P<day>\d{1,2})(?![\w/-])"
)
_AFTER_MONTH: Final = re.compile(r"(?P<s>[-/.])(?P<d>\d{1,2})(?P=s)(?P<y>\d{4}|\d{2})(?![\w/-])")
# Digits that signs join: a date, a range of dates, or a code. One more group than two dates have is enough to tell.
_JOINED_DIGITS: Final = re.compile(r"\d+(?:[-/.]\d+){2,6}")
_CODE: Final = re.compile(r"\d+(?:[-/.]\d+)*")
_DASHED_CODE: Final = re.compile(r"\d+(?:-\d+)*")
_FRACTION_OF_AN_HOUR: Final = re.compile(
    rf"(?:[12]/[234]|3/4)\s?{join_patterns(lambda pack: pack.times.fraction_links)}?"
    rf"(?:h|{join_patterns(lambda pack: pack.times.hour_nouns)})(?![^\W\d_])",
    re.IGNORECASE,
)
_DAY_AND_MONTH: Final = re.compile(
    r"(?P<a>\d{1,2})(?:/(?P<b>\d{1,2})(?![\d/])|\.(?P<c>\d{1,2})(?P<dot>\.)?(?![\d])"
    r"|-(?P<e>\d{2})(?![\d-]|[./]\d))"
)
_DECIMAL: Final = re.compile(r"\d{1,3}(?:[.,]\d{3})+(?!\d)(?:[.,]\d{1,2})?|\d+[.,]\d+")
# A date with spaces: "20 12 2026", "17 02".
_SPACED_DATE: Final = re.compile(
    r"(?P<a>\d{1,2}) (?P<b>\d{1,2})(?: (?P<y>20\d\d|\d\d))?(?!\s?\d|[^\W\d_]|[:/.,-]\d|\s?[%€$£])"
)
_FIRST_SHORT_YEAR: Final = 70
# Two hours with a slash between: "7/8 am", "17/18 Uhr".
_HOUR_UNIT: Final = re.compile(
    rf"\s?(?:[ap]\.?m\b|{join_patterns(lambda pack: pack.times.after_minutes)}\b)", re.IGNORECASE
)
_AMOUNT_UNIT: Final = re.compile(
    r"\s?(?:[€$£%¥]|"
    rf"(?:eur|usd|gbp|brl|chf|kg|km|cm|{join_patterns(lambda pack: pack.numbers.amount_units)})(?![^\W\d_]))",
    re.IGNORECASE,
)


class LexiconIndex:
    """Date words of one language, indexed by their first token.

    Attributes:
        language: Two-letter code.
        numbers: Words of numbers.
        rules: How dates are written.
        part_words: Longest tokens of its words for parts of the day.
        unambiguous_words: Longest tokens of the words of an unambiguous kind. A text without any of them holds no date
            of this language that `find_dates` would accept from a language that is only tried.
    """

    def __init__(self, language: str) -> None:
        self.language = language
        self.numbers = PACKS[language].numbers
        self.rules = PACKS[language].date_rules
        self._number_words = frozenset(CARDINALS[language]) | frozenset(ORDINALS[language])
        merged: dict[tuple[str, ...], Meaning] = {}
        for phrase, kind, value in _iter_spellings(DATE_LEXICONS[language]):
            merged.setdefault(phrase, {})[kind] = value
        self._entries_by_first_word: dict[str, list[LexiconEntry]] = {}
        for phrase, meaning in merged.items():
            number = self.match_number(TokenizedText.from_text(" ".join(phrase)).tokens, 0)
            if number and number[1] == len(phrase):  # "second", "um", "segunda": also a number
                meaning.update(number[0])
            kinds = frozenset() if "OPAQUE" in meaning else frozenset(meaning)
            self._entries_by_first_word.setdefault(phrase[0], []).append(
                (phrase[1:], meaning, ALPHABET.letter_for(kinds))
            )
        self.part_words = frozenset(
            max(phrase, key=len) for phrase, meaning in merged.items() if meaning.keys() & _PART_KINDS
        )
        self.unambiguous_words = frozenset(
            max(phrase, key=len)
            for phrase, meaning in merged.items()
            if meaning.keys() & UNAMBIGUOUS_KINDS and len("".join(phrase)) > _MAX_ABBREVIATION
        )
        for entries in self._entries_by_first_word.values():
            entries.sort(key=lambda entry: -len(entry[0]))

    def match_phrase(self, tokens: tuple[Token, ...], index: int) -> LexiconEntry | None:
        """Return the longest spelling that begins at a token; None if there is none."""
        following = tokens[index + 1].folded if index + 1 < len(tokens) else ""
        for entry in self._entries_by_first_word.get(tokens[index].folded, ()):
            tail = entry[0]
            if not tail:
                return entry
            if tail[0] != following or len(tokens) <= index + len(tail):
                continue
            if all(tokens[index + 1 + offset].folded == word for offset, word in enumerate(tail)):
                return entry
        return None

    def match_number(self, tokens: tuple[Token, ...], index: int) -> tuple[Meaning, int] | None:
        """Return the meaning and the length in tokens of a number in words that begins at a token; None without one."""
        if tokens[index].folded not in self._number_words:
            return None
        ordinal = parse_ordinal(tokens, index, self.language)
        cardinal = parse_number(tokens, index, self.language)
        if ordinal and (not cardinal or ordinal[1] >= cardinal[1]):
            return {"ORDW": ordinal[0]}, ordinal[1]
        if cardinal:
            return _cardinal_meaning(cardinal[0]), cardinal[1]
        return None


def _cardinal_meaning(value: int) -> Meaning:
    if 1 <= value <= 31:
        return {"CARD": value}
    return {"YEARW": value} if 1990 <= value <= 2199 else {"CARDN": value}


def _iter_spellings(lexicon: DateLexicon) -> Iterator[tuple[tuple[str, ...], str, Any]]:
    for name in OPAQUE_PLACE_NAMES.split(","):
        yield TokenizedText.from_text(name).words, "OPAQUE", None
    for kind, spellings in lexicon.items():
        pairs = spellings.items() if isinstance(spellings, Mapping) else [(None, spellings)]
        for value, phrases in pairs:
            for phrase in phrases.split(","):
                yield TokenizedText.from_text(phrase.strip()).words, kind, value
                if kind == "MONTH":
                    yield from (((misspelling,), kind, value) for misspelling in _misspellings(phrase.strip()))


# Shorter month names turn into other words when a letter is missing.
_MIN_MISSPELLED_LENGTH: Final = 7


def _misspellings(month: str) -> set[str]:
    """Return typical misspellings of a long month name: a missing letter ("febraio"), "nb" for "mb" ("dicienbre")."""
    words = TokenizedText.from_text(month).words
    if len(words) != 1 or len(words[0]) < _MIN_MISSPELLED_LENGTH:
        return set()
    name = words[0]
    return {name[:position] + name[position + 1 :] for position in range(1, len(name) - 1)} | {
        name.replace("mb", "nb")
    } - {name}


@functools.cache
def get_lexicon_index(language: str) -> LexiconIndex:
    """Return the indexed date words of a language; built once.

    Raises:
        KeyError: The language has no date lexicon.
    """
    return LexiconIndex(language)


class LexedText:
    """An utterance as words of a date lexicon: parallel sequences with one entry for each word.

    Attributes:
        text: The tokenized utterance.
        letters: Letter of each word, joined to one string.
        meanings: Meaning of each word, by kind.
        first_tokens: Index of the first token of each word.
        last_tokens: Index of the last token of each word.
        sentence_ends: Whether the word ends a sentence.
    """

    __slots__ = ("first_tokens", "last_tokens", "letters", "meanings", "sentence_ends", "text")

    def __init__(self, text: TokenizedText, lexicon: LexiconIndex, *, month_first: bool) -> None:
        self.text = text
        letters: list[str] = []
        self.meanings: list[Meaning] = []
        self.first_tokens: list[int] = []
        self.last_tokens: list[int] = []
        self.sentence_ends: list[bool] = []
        tokens, index = text.tokens, 0
        while index < len(tokens):
            folded = tokens[index].folded
            if folded.isdecimal():
                meaning, letter, count = _lex_digits(text, index, lexicon, month_first=month_first)
            else:
                meaning, letter, count = _lex_word(tokens, index, lexicon)
                if ("MONTH" in meaning or "MONTHW" in meaning) and count == 1:
                    meaning, letter, count = _lex_date_after_month(text, index, meaning) or (meaning, letter, count)
            letters.append(letter)
            self.meanings.append(meaning)
            self.first_tokens.append(index)
            self.last_tokens.append(index + count - 1)
            self.sentence_ends.append(folded in _SENTENCE_ENDS)
            index += count
        self.letters = "".join(letters)

    def __len__(self) -> int:
        return len(self.meanings)


_NO_MEANING: Final[Meaning] = {}
_PUNCTUATION_WORDS: Final = {
    sign: ({kind: sign}, ALPHABET.letter_for({kind}), 1) for sign, kind in _PUNCTUATION_KINDS.items()
}


def _lex_word(tokens: tuple[Token, ...], index: int, lexicon: LexiconIndex) -> tuple[Meaning, str, int]:
    """Return meaning, letter and length in tokens of the word that begins at a token without digits."""
    entry = lexicon.match_phrase(tokens, index)
    if entry is not None and "QUARTERQ" in entry[1] and _is_spelled_out(tokens, index):
        return _NO_MEANING, OTHER_LETTER, 1
    number = lexicon.match_number(tokens, index)
    if number and (entry is None or number[1] > len(entry[0]) + 1):
        return number[0], ALPHABET.letter_for(number[0]), number[1]
    if entry is not None:
        return entry[1], entry[2], len(entry[0]) + 1
    return _PUNCTUATION_WORDS.get(tokens[index].folded, (_NO_MEANING, OTHER_LETTER, 1))


def _is_spelled_out(tokens: tuple[Token, ...], index: int) -> bool:
    """Return whether digits follow a letter after a gap, as in a code that is spelled out: "q 4", not "Q4"."""
    following = tokens[index + 1] if index + 1 < len(tokens) else None
    return following is not None and following.start > tokens[index].end and following.folded.isdecimal()


def _count_tokens_until(text: TokenizedText, index: int, end: int) -> int:
    """Return how many tokens from `index` on end at or before the character offset `end`; at least 1."""
    count = 1
    while index + count < len(text.tokens) and text.tokens[index + count].end <= end:
        count += 1
    return count


def _lex_digits(
    text: TokenizedText, index: int, lexicon: LexiconIndex, *, month_first: bool
) -> tuple[Meaning, str, int]:
    """Return meaning, letter and length in tokens of what begins at a token of digits."""
    tokens, raw = text.tokens, text.raw
    token = tokens[index]
    if index and text.is_adjacent(index) and tokens[index - 1].folded[-1:].isalpha():
        before = lexicon.match_phrase(tokens, index - 1)
        if before is None or not before[1].keys() & {"MONTH", "MONTHW", "DAYW", "WDAY", "QUARTERQ"}:
            end = _match_end(_DASHED_CODE, raw, token.start, token.end)
            return _NO_MEANING, OTHER_LETTER, _count_tokens_until(text, index, end)  # TP1234, A320-200
    if index and text.is_adjacent(index) and tokens[index - 1].folded in "$€£¥#":
        return (
            _NO_MEANING,
            OTHER_LETTER,
            _count_tokens_until(text, index, _match_end(_DECIMAL, raw, token.start, token.end)),
        )
    phrase = lexicon.match_phrase(tokens, index)
    if phrase is not None and not _is_joined(text, index + len(phrase[0])):
        return phrase[1], phrase[2], len(phrase[0]) + 1  # "2morrow", "24/7"
    spaced = raw[token.end : token.end + 1].isspace()
    found = _lex_spaced_date(text, index, lexicon) if spaced else _lex_worded_date(text, index, lexicon)
    found = found or _lex_numeric(text, index, lexicon, month_first=month_first)
    return _lex_plain_number(text, index, lexicon) if found is None else found


def _is_joined(text: TokenizedText, index: int) -> bool:
    """Return whether a sign joins the token to more digits: the "7" in "24/7/2028"."""
    end = text.tokens[index].end
    return text.raw[end : end + 1] in {"-", "/", "."} and text.raw[end + 1 : end + 2].isdecimal()


def _is_code(run: str) -> bool:
    """Return whether digits that signs join are a code and neither a date nor a range of dates."""
    groups = re.split("[-/.]", run)
    signs = set(run) & set("-/.")
    is_odd = signs != {"."} and any(len(group) == 3 or len(group) > 4 for group in groups)
    return is_odd or (len(signs) == 1 and len(groups) not in {3, 6})  # "12/05/2027-15/05/2027" has two signs


def _lex_worded_date(text: TokenizedText, index: int, lexicon: LexiconIndex) -> tuple[Meaning, str, int] | None:
    """Lex a whole date that begins with digits and has its month as a word; None without one."""
    start = text.tokens[index].start
    match = _WORDED_DATE.match(text.raw, start)
    if match is None:
        return None
    count = _count_tokens_until(text, index, match.end())
    named = match.start("month") if match["month"] else match.start("name")
    position = next(at for at in range(index, index + count) if text.tokens[at].start == named)
    entry = lexicon.match_phrase(text.tokens, position)
    month = None if entry is None else entry[1].get("MONTH", entry[1].get("MONTHW"))
    if month is None:
        return None
    return _whole_date(match["y"] or match["year"], month, match["d"] or match["day"], count)


def _lex_spaced_date(text: TokenizedText, index: int, lexicon: LexiconIndex) -> tuple[Meaning, str, int] | None:
    """Lex a date whose numbers are apart by spaces: "20 12 2026", "17 02"; None without one.

    A month of one digit counts only where the language writes dates so; a date without a year is a weak one.
    """
    match = _SPACED_DATE.match(text.raw, text.tokens[index].start)
    if match is None or (index and text.tokens[index - 1].folded.isdecimal()):
        return None
    day, month, year = int(match["a"]), int(match["b"]), match["y"]
    if len(match["b"]) == 1 and not lexicon.rules.spaced_dates:
        return None
    count = _count_tokens_until(text, index, match.end())
    if year is not None and len(year) > 2:
        dates = _valid_dates([(int(year), month, day)])
        return ({"NUMDATE": dates}, _NUMDATE_LETTER, count) if dates else None
    if year is not None and not lexicon.rules.spaced_dates:
        return None
    if year is not None:
        dates = _valid_dates([(_full_year(year), month, day)])
        return ({"NUMWEAK": dates}, _NUMWEAK_LETTER, count) if dates else None
    if _valid_dates([(2000, month, day)]) and (match["b"].startswith("0") or lexicon.rules.spaced_dates):
        return {"NUMWEAK": ((month, day),)}, _NUMWEAK_LETTER, count
    return None


def _lex_date_after_month(text: TokenizedText, index: int, meaning: Meaning) -> tuple[Meaning, str, int] | None:
    """Lex a whole date that begins with the word of its month ("Sep-23-2028"); None without one."""
    month = meaning.get("MONTH", meaning.get("MONTHW"))
    match = None if month is None else _AFTER_MONTH.match(text.raw, text.tokens[index].end)
    if month is None or match is None:
        return None
    return _whole_date(match["y"], month, match["d"], _count_tokens_until(text, index, match.end()))


def _whole_date(year: str, month: int, day: str, count: int) -> tuple[Meaning, str, int]:
    """Return meaning, letter and length of a date with its year; no meaning if the calendar does not have it."""
    dates = _valid_dates([(_full_year(year), month, int(day))])
    return ({"NUMDATE": dates}, _NUMDATE_LETTER, count) if dates else (_NO_MEANING, _NODATE_LETTER, count)


def _full_year(digits: str) -> int:
    """Return a year that is written with two or four digits; from 70 on, two digits are those of the last century."""
    if len(digits) > 2:
        return int(digits)
    return int(digits) + (1900 if int(digits) >= _FIRST_SHORT_YEAR else 2000)


def _lex_plain_number(text: TokenizedText, index: int, lexicon: LexiconIndex) -> tuple[Meaning, str, int]:
    """Lex digits without separators: a compact date, a day, an ordinal, a year, a count or an identifier."""
    token = text.tokens[index]
    if len(token.raw) == 8 and token.raw.startswith("20") and (day := _valid_dates([_split_compact_date(token.raw)])):
        return {"NUMDATE": day}, _NUMDATE_LETTER, 1
    if len(token.raw) > 4 or _AMOUNT_UNIT.match(text.raw, token.end):
        return _NO_MEANING, OTHER_LETTER, 1
    value = int(token.raw)
    if len(token.raw) <= 2 and 1 <= value <= 31:
        return _lex_day_number(text, index, value, lexicon)
    if len(token.raw) == 4 and value in calendar_math.WRITTEN_YEARS:
        return {"YEAR": value}, _YEAR_LETTER, 1
    if len(token.raw) == 4 and (value >= 2400 or value % 100 >= 60):  # no clock time
        return {"N": value, "FARYEAR": value}, _FARYEAR_LETTER, 1
    return {"N": value}, _N_LETTER, 1


def _lex_day_number(text: TokenizedText, index: int, value: int, lexicon: LexiconIndex) -> tuple[Meaning, str, int]:
    """Lex digits that may be a day: an ordinal, a day, or the beginning of an identifier."""
    day: tuple[Meaning, str, int] = ({"D": value}, _D_LETTER, 1)
    if index + 1 == len(text.tokens):
        return day
    after, adjacent = text.tokens[index + 1], text.is_adjacent(index + 1)
    if (adjacent or lexicon.numbers.spaced_ordinals) and after.folded in lexicon.numbers.ordinal_suffixes:
        if after.raw == "°" and not _is_ordinal_sign(text, index + 1, lexicon):
            return _NO_MEANING, OTHER_LETTER, 2
        return {"ORD": value}, _ORD_LETTER, 2
    if adjacent and after.folded[0].isalpha() and lexicon.match_phrase(text.tokens, index + 1) is None:
        return _NO_MEANING, OTHER_LETTER, 2
    return day


def _is_ordinal_sign(text: TokenizedText, index: int, lexicon: LexiconIndex) -> bool:
    """Return whether a degree sign is used as that of an ordinal ("1° maggio"): another word of a date follows."""
    return index + 1 < len(text.tokens) and (
        lexicon.match_phrase(text.tokens, index + 1) is not None and not text.is_adjacent(index + 1)
    )


_ORD_LETTER: Final = ALPHABET.letter_for({"ORD"})
_D_LETTER: Final = ALPHABET.letter_for({"D"})
_N_LETTER: Final = ALPHABET.letter_for({"N"})
_FARYEAR_LETTER: Final = ALPHABET.letter_for({"N", "FARYEAR"})
_YEAR_LETTER: Final = ALPHABET.letter_for({"YEAR"})
_NUMDATE_LETTER: Final = ALPHABET.letter_for({"NUMDATE"})
_NODATE_LETTER: Final = ALPHABET.letter_for({"NODATE"})  # a day in digits that the calendar does not have
_NUMWEAK_LETTER: Final = ALPHABET.letter_for({"NUMWEAK"})
_TIME_LETTER: Final = ALPHABET.letter_for({"TIME"})
# Kinds that only the lexer assigns: their letters must exist before patterns are compiled.
for _kind in ("CARD", "CARDN", "YEARW", "ORDW"):
    ALPHABET.letter_for({_kind})


def _split_compact_date(raw: str) -> tuple[int, int, int]:
    """Split eight digits into year, month and day."""
    return int(raw[:4]), int(raw[4:6]), int(raw[6:])


def _match_end(regex: re.Pattern[str], raw: str, start: int, default: int) -> int:
    match = regex.match(raw, start)
    return match.end() if match else default


def _lex_numeric(
    text: TokenizedText, index: int, lexicon: LexiconIndex, *, month_first: bool
) -> tuple[Meaning, str, int] | None:
    """Lex a numeric date, a time or an amount; return None for a plain number."""
    raw, start = text.raw, text.tokens[index].start
    end = text.tokens[index].end
    following = raw[end : end + 1]
    if following not in "/.-:,":
        match = _TIME.match(raw, start) if following.isalpha() or following in " \u00a0" else None
        return ({"TIME": True}, _TIME_LETTER, _count_tokens_until(text, index, match.end())) if match else None
    whole = _lex_joined_digits(text, index, month_first=month_first)
    if whole is not None:
        return whole
    match = _TIME.match(raw, start)
    if match is not None and match.end() > end:
        return {"TIME": True}, _TIME_LETTER, _count_tokens_until(text, index, match.end())
    fraction = _FRACTION_OF_AN_HOUR.match(raw, start)
    if fraction is not None:
        return _NO_MEANING, OTHER_LETTER, _count_tokens_until(text, index, fraction.end())
    day_and_month = _lex_day_and_month(text, index, lexicon, month_first=month_first)
    if day_and_month is not None:
        return day_and_month
    amount = _DECIMAL.match(raw, start)
    if amount is not None:
        return _NO_MEANING, OTHER_LETTER, _count_tokens_until(text, index, amount.end())
    return None


def _lex_joined_digits(text: TokenizedText, index: int, *, month_first: bool) -> tuple[Meaning, str, int] | None:
    """Lex three or more numbers that signs join: a code, or a date with its year; None for less."""
    raw, (start, end, *_) = text.raw, text.tokens[index]
    run = _JOINED_DIGITS.match(raw, start)
    if run is not None and _is_code(run[0]):
        return _NO_MEANING, OTHER_LETTER, _count_tokens_until(text, index, _match_end(_CODE, raw, start, end))
    full_date = _FULL_DATE.match(raw, start)
    if full_date is None:
        return None
    readings = _parse_full_date(full_date, month_first=month_first)
    count = _count_tokens_until(text, index, full_date.end())
    return ({"NUMDATE": readings}, _NUMDATE_LETTER, count) if readings else (_NO_MEANING, _NODATE_LETTER, count)


def _lex_day_and_month(
    text: TokenizedText, index: int, lexicon: LexiconIndex, *, month_first: bool
) -> tuple[Meaning, str, int] | None:
    """Lex two numbers that a sign joins: a day and month, or two hours ("7/8 am"); None for anything else."""
    match = _DAY_AND_MONTH.match(text.raw, text.tokens[index].start)
    if match is None:
        return None
    unit = _HOUR_UNIT.match(text.raw, match.end())
    if unit is not None:
        return {"TIME": True}, _TIME_LETTER, _count_tokens_until(text, index, unit.end())
    if _AMOUNT_UNIT.match(text.raw, match.end()):
        return None
    found = _parse_day_and_month(match, lexicon, month_first=month_first)
    count = _count_tokens_until(text, index, match.end())
    if found is not None:
        return found[0], found[1], count
    if match["b"] and min(int(match["a"]), int(match["b"])) <= 12:
        return _NO_MEANING, _NODATE_LETTER, count  # "31/02"
    return None


def _parse_full_date(match: re.Match[str], *, month_first: bool) -> tuple[dt.date, ...]:
    """Return the dates that a numeric date with a year can mean, likeliest first."""
    if match["y"]:
        return _valid_dates([(int(match["y"]), int(match["m"]), int(match["d"]))])
    a, b, year = int(match["a"]), int(match["b"]), _full_year(match["z"])
    both = [(year, a, b), (year, b, a)]
    # With dots the day comes first, whatever the region.
    return _valid_dates(both if month_first and not match["t"].startswith(".") else both[::-1])


def _valid_dates(triples: list[tuple[int, int, int]]) -> tuple[dt.date, ...]:
    days = (calendar_math.date_or_none(*triple) for triple in triples if triple[0] in calendar_math.WRITTEN_YEARS)
    return tuple(dict.fromkeys(day for day in days if day is not None))


_MIN_DASHED_MONTH: Final = 10


def _is_no_decimal(match: re.Match[str]) -> bool:
    """Return whether two numbers with a dot between are no decimal number: "12.06", "26.9. at 5 pm"."""
    closes_sentence = match.start() > 0 and match.end() == len(match.string.rstrip())
    return len(match["c"]) == 2 or bool(match["dot"] and not closes_sentence)


def _may_be_date(match: re.Match[str], lexicon: LexiconIndex) -> bool:
    """Return whether the language writes dates with the sign between two numbers."""
    if match["c"]:
        return lexicon.rules.dotted_dates and (not lexicon.rules.decimal_point or _is_no_decimal(match))
    # "10-12" are two days.
    return not match["e"] or match["e"].startswith("0") or int(match["a"]) > int(match["e"]) >= _MIN_DASHED_MONTH


def _parse_day_and_month(
    match: re.Match[str], lexicon: LexiconIndex, *, month_first: bool
) -> tuple[Meaning, str] | None:
    """Return the (month, day) pairs that two numbers can mean, likeliest first, and their letter; None without any."""
    if not _may_be_date(match, lexicon):
        return None
    a, b = int(match["a"]), int(match["b"] or match["c"] or match["e"])
    pairs = [(b, a)]
    if match["b"]:
        pairs = [(a, b), (b, a)] if month_first else [(b, a), (a, b)]
    # 2000 is a leap year: 29 February is valid here and gets its year later.
    readings = tuple(dict.fromkeys(pair for pair in pairs if _valid_dates([(2000, *pair)])))
    if not readings:
        return None
    if not match["b"] and not (match["dot"] and lexicon.rules.closing_dot):
        return {"NUMWEAK": readings}, _NUMWEAK_LETTER
    return {"NUMDATE": readings}, _NUMDATE_LETTER
