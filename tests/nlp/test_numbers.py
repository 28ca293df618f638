"""Numbers and ordinals in digits and in words, in every language, with the tokens they cover."""

from __future__ import annotations

import pytest

from asyncassist.nlp.numbers import CARDINALS, parse_number, parse_ordinal
from asyncassist.nlp.tokens import TokenizedText

NUMBERS = {
    "en": {"zero": 0, "one": 1, "twelve": 12, "twenty-one": 21, "thirty three": 33, "ninety nine": 99,
           "two hundred": 200, "three hundred and five": 305, "one thousand": 1000, "two thousand and twenty six": 2026,
           "nineteen hundred": 1900, "12": 12, "007": 7},
    "pt": {"zero": 0, "uma": 1, "duas": 2, "dezasseis": 16, "dezesseis": 16, "vinte e um": 21, "cem": 100,
           "cento e vinte e três": 123, "duzentos": 200, "mil": 1000, "dois mil e vinte e seis": 2026,
           "mil e quinhentos": 1500},
    "es": {"cero": 0, "un": 1, "dieciséis": 16, "veintidós": 22, "treinta y uno": 31, "cien": 100,
           "ciento veinte": 120, "quinientos": 500, "mil quinientos": 1500, "dos mil veintiséis": 2026},
    "fr": {"zéro": 0, "une": 1, "dix-sept": 17, "vingt et un": 21, "vingt-deux": 22, "soixante et onze": 71,
           "quatre-vingts": 80, "quatre-vingt-dix-sept": 97, "nonante-deux": 92, "cent": 100, "deux cents": 200,
           "cent vingt": 120, "mille": 1000, "deux mille vingt-six": 2026},
    "de": {"null": 0, "eine": 1, "zwölf": 12, "zwoelf": 12, "einundzwanzig": 21, "dreißig": 30, "neunundneunzig": 99,
           "hundert": 100, "zweihundertfünf": 205, "hundertundeins": 101, "tausend": 1000, "eintausend": 1000,
           "zweitausendsechsundzwanzig": 2026, "neunzehnhundertneunzig": 1990},
    "it": {"zero": 0, "un": 1, "diciassette": 17, "ventuno": 21, "ventotto": 28, "ventitré": 23, "cento": 100,
           "centoventi": 120, "duecento": 200, "mille": 1000, "duemilaventisei": 2026},
    "nl": {"nul": 0, "één": 1, "vijfentwintig": 25, "tweeëntwintig": 22, "negenennegentig": 99, "honderd": 100,
           "honderdenvijf": 105, "tweehonderdvijftig": 250, "twee honderd": 200, "vijftienhonderd": 1500,
           "duizend": 1000, "tweeduizendzesentwintig": 2026},
}  # fmt: skip

ORDINALS = {
    "en": {"first": 1, "second": 2, "ninth": 9, "twelfth": 12, "twentieth": 20, "twenty-first": 21,
           "twenty third": 23, "thirtieth": 30, "thirty-first": 31, "12th": 12, "1st": 1, "22nd": 22},
    "pt": {"primeiro": 1, "terceira": 3, "décimo": 10, "décimo segundo": 12, "vigésimo primeiro": 21, "1º": 1, "2ª": 2},
    "es": {"primero": 1, "primer": 1, "tercera": 3, "décimo": 10, "vigésimo primero": 21, "1º": 1, "3er": 3},
    "fr": {"premier": 1, "première": 1, "deuxième": 2, "dix-septième": 17, "vingt et unième": 21, "trentième": 30,
           "1er": 1, "2e": 2, "3ème": 3},
    "de": {"erste": 1, "ersten": 1, "dritter": 3, "achten": 8, "zwölfte": 12, "einundzwanzigsten": 21,
           "einunddreißigste": 31, "3ten": 3},
    "it": {"primo": 1, "terza": 3, "decimo": 10, "ventesimo": 20, "ventunesimo": 21, "ventitreesimo": 23,
           "trentunesimo": 31, "1º": 1},
    "nl": {"eerste": 1, "derde": 3, "achtste": 8, "twaalfde": 12, "eenentwintigste": 21, "tweeëntwintigste": 22,
           "eenendertigste": 31, "1e": 1, "2de": 2, "20ste": 20},
}  # fmt: skip


def cases(table):
    return [(language, words, value) for language, row in table.items() for words, value in row.items()]


@pytest.mark.parametrize(("language", "words", "value"), cases(NUMBERS))
def test_a_number_covers_all_its_tokens(language, words, value):
    """All tokens of the number are consumed and none of the next word."""
    tokens = TokenizedText.from_text(f"{words} xyz").tokens

    assert parse_number(tokens, 0, language) == (value, len(tokens) - 1)


@pytest.mark.parametrize(("language", "words", "value"), cases(ORDINALS))
def test_an_ordinal_covers_all_its_tokens(language, words, value):
    """All tokens of the ordinal are consumed and none of the next word."""
    tokens = TokenizedText.from_text(f"{words} xyz").tokens

    assert parse_ordinal(tokens, 0, language) == (value, len(tokens) - 1)


@pytest.mark.parametrize("language", sorted(CARDINALS))
def test_every_number_to_ninety_nine_has_a_spelling(language):
    """The tables of each language cover 0 to 99 without a gap."""
    values = {value for tails in CARDINALS[language].values() for _, value in tails}

    assert values == set(range(100))


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "hundred"), ("en", "way"), ("de", "und"), ("de", "hundertx"), ("de", "xtausend"), ("it", "milax"),
     ("fr", "le"), ("xx", "one"), ("en", "1234567890"), ("de", "tausend" * 200), ("it", "cento" * 300)],
)  # fmt: skip
def test_other_words_are_not_numbers(language, words):
    """Other words, other languages, identifiers and endless compounds are not numbers."""
    assert parse_number(TokenizedText.from_text(words).tokens, 0, language) is None


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "12 th"), ("en", "12xy"), ("en", "32nd"), ("en", "112th"), ("en", "12"), ("en", "flight"), ("xx", "first")],
)
def test_other_words_are_not_ordinals(language, words):
    """A gap, a wrong ending and days above 31 give no ordinal."""
    assert parse_ordinal(TokenizedText.from_text(words).tokens, 0, language) is None


@pytest.mark.parametrize("index", [-1, 1, 99])
def test_an_index_outside_the_tokens_gives_none(index):
    """An invalid index gives None instead of an error."""
    tokens = TokenizedText.from_text("one").tokens

    assert parse_number(tokens, index, "en") is None
    assert parse_ordinal(tokens, index, "en") is None


def test_parsing_starts_at_the_given_token():
    """The tail of a number is a number of its own."""
    tokens = TokenizedText.from_text("for twenty one nights").tokens

    assert parse_number(tokens, 1, "en") == (21, 2)
    assert parse_number(tokens, 2, "en") == (1, 1)
