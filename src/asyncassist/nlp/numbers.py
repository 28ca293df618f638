"""Parsing of cardinal and ordinal numbers, in digits and in words, in six languages.

The numbers 0 to 99 and the ordinals 1 to 31 of each language are enumerated once, at import, as sequences of normalized
tokens; hundreds and thousands are composed from them. "A", "an" and "half" are not numbers here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from asyncassist.nlp.tokens import Token, TokenizedText

Words = tuple[str, ...]
Spellings = Mapping[str, tuple[tuple[Words, int], ...]]  # first word -> (further words, value), longest first

# Longer runs of digits are identifiers, not numbers; `int` refuses strings of thousands of digits.
_MAX_DIGITS: Final = 9
# The longest one-word number below a million is shorter; a longer word is not parsed, to bound the recursion.
_MAX_WORD_LENGTH: Final = 80


def _index_spellings(pairs: Iterator[tuple[str, int]]) -> dict[str, tuple[tuple[Words, int], ...]]:
    """Return the spellings by their first token."""
    found: dict[str, list[tuple[Words, int]]] = {}
    for spelling, value in pairs:
        first, *rest = TokenizedText.from_text(spelling).words
        found.setdefault(first, []).append((tuple(rest), value))
    return {word: tuple(sorted(tails, key=lambda tail: -len(tail[0]))) for word, tails in found.items()}


def _parse_spellings(words: str) -> list[list[str]]:
    """Split a line into one entry per number; "|" separates the spellings of one number."""
    return [word.split("|") for word in words.split()]


def _compound_tens(units: list[list[str]], tens: list[list[str]], *joins: str) -> Iterator[tuple[str, int]]:
    """Yield the numbers from 20 to 99 that are composed of a ten, a connector and a unit."""
    for ten, names in enumerate(tens, 2):
        for name in names:
            yield name, 10 * ten
            for unit in range(1, 10):
                for small in units[unit]:
                    for join in joins:
                        yield f"{name}{join}{small}", 10 * ten + unit


def _enumerate_spellings(words: list[list[str]], first: int = 0) -> Iterator[tuple[str, int]]:
    """Yield each spelling with its value, counting entries from `first`."""
    for value, names in enumerate(words, first):
        for name in names:
            yield name, value


_EN_UNITS = _parse_spellings(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
    " seventeen eighteen nineteen"
)
_EN_TENS = _parse_spellings("twenty thirty forty|fourty fifty sixty seventy eighty ninety")
_EN_ORDINAL = _parse_spellings(
    "first second third fourth fifth sixth seventh eighth ninth|nineth tenth eleventh twelfth|twelvth thirteenth"
    " fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
)
_PT_UNITS = _parse_spellings(
    "zero um|uma dois|duas três quatro cinco seis sete oito nove dez onze doze treze catorze|quatorze quinze"
    " dezesseis|dezasseis dezessete|dezassete dezoito dezenove|dezanove"
)
_PT_TENS = _parse_spellings("vinte trinta quarenta cinquenta|cinqüenta sessenta setenta oitenta noventa")
_PT_ORDINAL = _parse_spellings(
    "primeiro|primeira segundo|segunda terceiro|terceira quarto|quarta quinto|quinta sexto|sexta sétimo|sétima"
    " oitavo|oitava nono|nona décimo|décima"
)
_ES_UNITS = _parse_spellings(
    "cero uno|un|una dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince"
    " dieciséis diecisiete dieciocho diecinueve veinte veintiuno|veintiún|veintiuna veintidós veintitrés veinticuatro"
    " veinticinco veintiséis veintisiete veintiocho veintinueve"
)
_ES_TENS = _parse_spellings("treinta cuarenta cincuenta sesenta setenta ochenta noventa")
_ES_ORDINAL = _parse_spellings(
    "primero|primer|primera segundo|segunda tercero|tercer|tercera cuarto|cuarta quinto|quinta sexto|sexta"
    " séptimo|séptima octavo|octava noveno|novena décimo|décima"
)
_FR_UNITS = _parse_spellings(
    "zéro un|une deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept"
    " dix-huit dix-neuf"
)
_FR_TENS = _parse_spellings("vingt trente quarante cinquante soixante septante huitante|octante nonante")
_FR_ORDINAL = _parse_spellings(
    "premier|première deuxième|second|seconde troisième quatrième cinquième sixième septième huitième neuvième dixième"
    " onzième douzième treizième quatorzième quinzième seizième dix-septième dix-huitième dix-neuvième vingtième"
)
_DE_UNITS = _parse_spellings(
    "null eins|ein|eine|einen|einem|einer zwei|zwo drei vier fünf|fuenf sechs sieben acht neun zehn elf zwölf|zwoelf"
    " dreizehn vierzehn fünfzehn|fuenfzehn sechzehn siebzehn achtzehn neunzehn"
)
_DE_TENS = _parse_spellings("zwanzig dreißig|dreissig vierzig fünfzig|fuenfzig sechzig siebzig achtzig neunzig")
_DE_ORDINAL = _parse_spellings(
    "erst zweit dritt viert fünft|fuenft sechst siebt|siebent acht neunt zehnt elft zwölft|zwoelft dreizehnt vierzehnt"
    " fünfzehnt|fuenfzehnt sechzehnt siebzehnt achtzehnt neunzehnt zwanzigst"
)
_IT_UNITS = _parse_spellings(
    "zero uno|un|una due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici sedici"
    " diciassette diciotto diciannove"
)
_IT_TENS = _parse_spellings("venti trenta quaranta cinquanta sessanta settanta ottanta novanta")
_IT_ORDINAL = _parse_spellings(
    "primo|prima secondo|seconda terzo|terza quarto|quarta quinto|quinta sesto|sesta settimo|settima ottavo|ottava"
    " nono|nona decimo|decima undicesimo dodicesimo tredicesimo"
    " quattordicesimo quindicesimo sedicesimo diciassettesimo diciottesimo diciannovesimo ventesimo"
)


def _french_cardinals() -> Iterator[tuple[str, int]]:
    yield from _enumerate_spellings(_FR_UNITS)
    for value, name in ((20, "vingt"), (30, "trente"), (40, "quarante"), (50, "cinquante"), (60, "soixante"),
                        (70, "septante"), (80, "huitante"), (90, "nonante")):  # fmt: skip
        yield name, value
        for unit in range(1, 10):
            joins = (" et ", "-et-") if unit == 1 else ("-", " ")
            yield from ((f"{name}{join}{small}", value + unit) for small in _FR_UNITS[unit] for join in joins)
    for small, name in [(v, n) for v in range(10, 20) for n in (_FR_UNITS[v][0], _FR_UNITS[v][0].replace("-", " "))]:
        for join in (" et ", "-et-") if small == 11 else ("-", " "):
            yield f"soixante{join}{name}", 60 + small
    for four in ("quatre-vingt", "quatre vingt"):
        yield from ((f"{four}{plural}", 80) for plural in ("", "s"))
        for small in range(1, 20):
            for name in {*_FR_UNITS[small], _FR_UNITS[small][0].replace("-", " ")}:
                yield from ((f"{four}{join}{name}", 80 + small) for join in ("-", " "))


def _german_cardinals() -> Iterator[tuple[str, int]]:
    yield from _enumerate_spellings(_DE_UNITS)
    for ten, names in enumerate(_DE_TENS, 2):
        for name in names:
            yield name, 10 * ten
            for unit in range(1, 10):
                for small in _DE_UNITS[unit] if unit > 1 else ["ein"]:
                    yield f"{small}und{name}", 10 * ten + unit


def _italian_cardinals() -> Iterator[tuple[str, int]]:
    yield from _enumerate_spellings(_IT_UNITS)
    for ten, (name,) in enumerate(_IT_TENS, 2):
        yield name, 10 * ten
        for unit in range(1, 10):
            stem = name[:-1] if unit in {1, 8} else name  # ventuno, ventotto
            yield stem + _IT_UNITS[unit][0], 10 * ten + unit
        yield name[:-1] + "un", 10 * ten + 1


def _ordinals_en() -> Iterator[tuple[str, int]]:
    yield from _enumerate_spellings(_EN_ORDINAL, 1)
    yield "thirtieth", 30
    for ten, name in ((20, "twenty"), (30, "thirty")):
        for unit in range(1, 10) if ten == 20 else (1,):
            yield from ((f"{name}{join}{small}", ten + unit) for small in _EN_ORDINAL[unit - 1] for join in ("-", " "))


def _ordinals_pt() -> Iterator[tuple[str, int]]:
    yield from _enumerate_spellings(_PT_ORDINAL, 1)
    for ten, name in ((10, "décimo"), (20, "vigésimo"), (30, "trigésimo")):
        yield name, ten
        for unit in range(1, 10):
            yield from ((f"{name}{join}{small}", ten + unit) for small in _PT_ORDINAL[unit - 1] for join in (" ", "-"))


def _ordinals_es() -> Iterator[tuple[str, int]]:
    yield from _enumerate_spellings(_ES_ORDINAL, 1)
    yield from (("undécimo", 11), ("duodécimo", 12), ("vigésimo", 20), ("trigésimo", 30))
    for ten, name in ((10, "décimo"), (20, "vigésimo"), (30, "trigésimo")):
        for unit in range(1, 10):
            yield from ((f"{name} {small}", ten + unit) for small in _ES_ORDINAL[unit - 1])


def _ordinals_fr() -> Iterator[tuple[str, int]]:
    yield from _enumerate_spellings(_FR_ORDINAL, 1)
    yield "trentième", 30
    for ten, name in ((20, "vingt"), (30, "trente")):
        yield from ((f"{name}{join}unième", ten + 1) for join in (" et ", "-et-"))
        for unit in range(2, 10) if ten == 20 else ():
            yield from ((f"{name}{join}{_FR_ORDINAL[unit - 1][0]}", ten + unit) for join in ("-", " "))


def _ordinals_de() -> Iterator[tuple[str, int]]:
    stems = [*_enumerate_spellings(_DE_ORDINAL, 1), ("dreißigst", 30), ("einunddreißigst", 31)]
    for unit in range(1, 10):
        stems += [(f"{small}undzwanzigst", 20 + unit) for small in (_DE_UNITS[unit] if unit > 1 else ["ein"])]
    for stem, value in stems:
        yield from ((stem + ending, value) for ending in ("e", "en", "er", "es", "em"))


def _ordinals_it() -> Iterator[tuple[str, int]]:
    yield from _enumerate_spellings(_IT_ORDINAL, 1)
    yield "trentesimo", 30
    for ten, stem in ((20, "vent"), (30, "trent")):
        full = _IT_TENS[ten // 10 - 2][0]
        for unit, name in enumerate(_IT_UNITS[1:10], 1):
            tail = name[0] if unit in {3, 6} else name[0][:-1]  # ventitreesimo, ventiseiesimo
            yield (stem if unit in {1, 8} else full) + tail + "esimo", ten + unit


CARDINALS: Final[dict[str, Spellings]] = {
    "en": _index_spellings(iter([*_enumerate_spellings(_EN_UNITS), *_compound_tens(_EN_UNITS, _EN_TENS, "-", " ")])),
    "pt": _index_spellings(iter([*_enumerate_spellings(_PT_UNITS), *_compound_tens(_PT_UNITS, _PT_TENS, " e ")])),
    "es": _index_spellings(iter([*_enumerate_spellings(_ES_UNITS),
                       *((f"{a}{j}{b}", 10 * t + u) for t, (a,) in enumerate(_ES_TENS, 3)
                       for u in range(1, 10) for b in _ES_UNITS[u] for j in (" y ",)),
                       *((a, 10 * t) for t, (a,) in enumerate(_ES_TENS, 3))])),
    "fr": _index_spellings(_french_cardinals()),
    "de": _index_spellings(_german_cardinals()),
    "it": _index_spellings(_italian_cardinals()),
}  # fmt: skip

ORDINALS: Final[dict[str, Spellings]] = {
    "en": _index_spellings(_ordinals_en()),
    "pt": _index_spellings(_ordinals_pt()),
    "es": _index_spellings(_ordinals_es()),
    "fr": _index_spellings(_ordinals_fr()),
    "de": _index_spellings(_ordinals_de()),
    "it": _index_spellings(_ordinals_it()),
}

# Words that multiply the number before them, and the words for whole hundreds.
_HUNDRED: Final[dict[str, frozenset[str]]] = {
    "en": frozenset({"hundred"}), "pt": frozenset(), "es": frozenset(), "fr": frozenset({"cent", "cents"}),
    "de": frozenset({"hundert"}), "it": frozenset({"cento"}),
}  # fmt: skip
_THOUSAND: Final[dict[str, frozenset[str]]] = {
    "en": frozenset({"thousand"}), "pt": frozenset({"mil"}), "es": frozenset({"mil"}), "fr": frozenset({"mille"}),
    "de": frozenset({"tausend"}), "it": frozenset({"mille", "mila"}),
}  # fmt: skip
_HUNDREDS: Final[dict[str, dict[str, int]]] = {
    "pt": {"cem": 100, "cento": 100, "duzentos": 200, "duzentas": 200, "trezentos": 300, "trezentas": 300,
           "quatrocentos": 400, "quatrocentas": 400, "quinhentos": 500, "quinhentas": 500, "seiscentos": 600,
           "setecentos": 700, "oitocentos": 800, "novecentos": 900},
    "es": {"cien": 100, "ciento": 100, "doscientos": 200, "doscientas": 200, "trescientos": 300, "trescientas": 300,
           "cuatrocientos": 400, "cuatrocientas": 400, "quinientos": 500, "quinientas": 500, "seiscientos": 600,
           "setecientos": 700, "ochocientos": 800, "novecientos": 900},
}  # fmt: skip
_CONJUNCTIONS: Final[dict[str, str]] = {"en": "and", "pt": "e", "es": "y", "fr": "et", "de": "und", "it": "e"}
# Languages that write a number of any size as one word, and the parts at which the word is split.
_COMPOUND_SPLITS: Final[dict[str, tuple[tuple[str, ...], str]]] = {
    "de": (("tausend",), "hundert"),
    "it": (("mila", "mille"), "cento"),
}
ORDINAL_SUFFIXES: Final[dict[str, frozenset[str]]] = {
    "en": frozenset({"st", "nd", "rd", "th"}),
    "pt": frozenset({"o", "a", "ro", "ra"}),
    "es": frozenset({"o", "a", "ro", "er", "do", "to", "ero"}),
    "fr": frozenset({"er", "ere", "e", "eme", "ieme", "nd", "nde"}),
    "de": frozenset({"te", "ten", "ter", "tes", "tem", "ste", "sten", "ster"}),
    "it": frozenset({"o", "a", "mo"}),
}


def _match_spelling(spellings: Spellings, tokens: Sequence[Token], index: int) -> tuple[int, int] | None:
    """Return the value and the number of tokens of the longest spelling at `index`, None if none matches."""
    for tail, value in spellings.get(tokens[index].folded, ()):
        end = index + 1 + len(tail)
        if len(tokens) >= end and all(tokens[index + 1 + i].folded == word for i, word in enumerate(tail)):
            return value, end - index
    return None


def _parse_compound_word(word: str, language: str) -> int | None:
    """Return the value of a German or Italian number written as one word, None if the word is no number."""
    if len(word) > _MAX_WORD_LENGTH:
        return None
    thousands, hundred = _COMPOUND_SPLITS[language]
    for piece in thousands:
        head, found, tail = word.partition(piece)
        if found:
            before, after = (
                _parse_compound_word(head, language) if head else 1,
                _parse_compound_word(tail, language) if tail else 0,
            )
            return None if before is None or after is None else before * 1000 + after
    head, found, tail = word.partition(hundred)
    if found:
        before, after = (
            _parse_simple_word(head, language) if head else 1,
            _parse_simple_word(tail.removeprefix("und"), language) if tail else 0,
        )
        return None if before is None or after is None else before * 100 + after
    return _parse_simple_word(word, language)


def _parse_simple_word(word: str, language: str) -> int | None:
    return next((value for tail, value in CARDINALS[language].get(word, ()) if not tail), None)


def _parse_below_thousand(tokens: Sequence[Token], index: int, language: str) -> tuple[int, int] | None:
    """Return the value and the number of tokens of a number below 1000 in words, or of "nineteen hundred"."""
    position, value = index, None
    whole = _HUNDREDS.get(language, {}).get(tokens[index].folded)
    if whole is not None:
        value, position = whole, index + 1
    else:
        small = _match_spelling(CARDINALS[language], tokens, index)
        if small:
            value, position = small[0], index + small[1]
        hundred = _HUNDRED[language]
        # a bare "cent" or "hundert" is 100; a bare English "hundred" is too vague
        if position < len(tokens) and tokens[position].folded in hundred and (value or language != "en"):
            value, position = (1 if value is None else value) * 100, position + 1
        else:
            return small
    rest = _parse_remainder(CARDINALS[language], tokens, position, language)
    return (value + rest[0], position + rest[1] - index) if rest else (value, position - index)


def _parse_remainder(
    spellings: Spellings, tokens: Sequence[Token], position: int, language: str
) -> tuple[int, int] | None:
    """Return the value and the number of tokens of the part after the hundreds, an "and" included."""
    joint = position < len(tokens) and tokens[position].folded == _CONJUNCTIONS[language]
    start = position + joint
    found = _match_spelling(spellings, tokens, start) if start < len(tokens) else None
    return (found[0], found[1] + joint) if found else None


def parse_number(tokens: Sequence[Token], index: int, language: str) -> tuple[int, int] | None:
    """Parse the number that begins at a token, in digits or in words.

    Args:
        tokens: Tokens of the text.
        index: Index of the first token of the number.
        language: Two letters.

    Returns:
        The value and the number of tokens; None if no number of that language begins there. More than nine digits are
        not a number. Signs, decimals and separators are left to the caller.
    """
    if not 0 <= index < len(tokens):
        return None
    word = tokens[index].folded
    if word.isdecimal():
        return (int(word), 1) if len(word) <= _MAX_DIGITS else None
    if language not in CARDINALS:
        return None
    thousand = _THOUSAND[language]
    low = _parse_below_thousand(tokens, index, language)
    if low is None and word in thousand and language != "en":
        low = (1, 0)
    if low is None:
        value = _parse_compound_word(word, language) if language in _COMPOUND_SPLITS else None
        return None if value is None else (value, 1)
    position = index + low[1]
    if position < len(tokens) and tokens[position].folded in thousand:
        joint = position + 1 < len(tokens) and tokens[position + 1].folded == _CONJUNCTIONS[language]
        start = position + 1 + joint
        rest = _parse_below_thousand(tokens, start, language) if start < len(tokens) else None
        return (low[0] * 1000 + rest[0], start + rest[1] - index) if rest else (low[0] * 1000, position + 1 - index)
    return low


def parse_ordinal(tokens: Sequence[Token], index: int, language: str) -> tuple[int, int] | None:
    """Parse the ordinal from 1 to 31 that begins at a token ("12th", "third", "1er", "vigésimo primeiro").

    Args:
        tokens: Tokens of the text.
        index: Index of the first token of the ordinal.
        language: Two letters.

    Returns:
        The value and the number of tokens; None if no ordinal of that language begins there. The dot of a German
        ordinal ("3.") is left to the caller, because it ends sentences too.
    """
    if not 0 <= index < len(tokens) or language not in ORDINALS:
        return None
    token = tokens[index]
    if not token.folded.isdecimal():
        return _match_spelling(ORDINALS[language], tokens, index)
    if len(token.folded) > 2 or index + 1 == len(tokens):
        return None
    suffix = tokens[index + 1]
    if suffix.start == token.end and suffix.folded in ORDINAL_SUFFIXES[language] and 1 <= int(token.folded) <= 31:
        return int(token.folded), 2
    return None
