"""Lexer of the date grammar: numbers, numeric dates, times, amounts, misspelled months and place names."""

from __future__ import annotations

import datetime as dt

import pytest

from asyncassist.languages.registry import LANGUAGES
from asyncassist.nlp.dates.lexer import DATE_LEXICONS, LexedText, get_lexicon_index
from asyncassist.nlp.tokens import TokenizedText
from tests.nlp.dates.builders import day, find_all, find_one


def lex(raw, language="en", *, month_first=True):
    """Lex a text."""
    return LexedText(TokenizedText.from_text(raw), get_lexicon_index(language), month_first=month_first)


def kinds(raw, language="en"):
    """Lex a text to the kinds of its words, in order."""
    return [set(meaning) for meaning in lex(raw, language).meanings]


@pytest.mark.parametrize(
    ("raw", "language", "meaning"),
    [
        ("12", "en", {"D": 12}),
        ("32", "en", {"N": 32}),
        ("2027", "en", {"YEAR": 2027}),
        ("12th", "en", {"ORD": 12}),
        ("12 th", "en", {"ORD": 12}),
        ("20270305", "en", {"NUMDATE": (dt.date(2027, 3, 5),)}),
        ("twenty-one", "en", {"CARD": 21}),
        ("two thousand and twenty-eight", "en", {"YEARW": 2028}),
        ("forty", "en", {"CARDN": 40}),
        ("twelfth", "en", {"ORDW": 12}),
        ("2027-03-05", "en", {"NUMDATE": (dt.date(2027, 3, 5),)}),
        ("3/4/27", "en", {"NUMDATE": (dt.date(2027, 3, 4), dt.date(2027, 4, 3))}),
        ("3.4.2027", "en", {"NUMDATE": (dt.date(2027, 4, 3), dt.date(2027, 3, 4))}),
        ("29/2", "en", {"NUMDATE": ((2, 29),)}),
        ("1.2.", "de", {"NUMDATE": ((2, 1),)}),
        ("1.2", "de", {"NUMWEAK": ((2, 1),)}),
        ("4:20 pm", "en", {"TIME": True}),
        ("16h30", "fr", {"TIME": True}),
    ],
)
def test_numbers_are_one_word_with_a_meaning(raw, language, meaning):
    """Ordinals, years, numeric dates and times, whatever the number of tokens."""
    lexed = lex(raw, language)

    assert lexed.meanings == [meaning]
    assert lexed.first_tokens == [0]
    assert lexed.last_tokens == [len(lexed.text.tokens) - 1]


@pytest.mark.parametrize("raw", ["1.234,56", "31/31", "2027-02-30", "31/02/2027", "500 €", "12345"])
def test_amounts_and_impossible_dates_have_no_meaning(raw):
    """Nothing in them is a day, a month or a year."""
    assert all(found <= {"SLASH", "D", "DASH"} for found in kinds(raw))
    assert find_all(raw) == []


@pytest.mark.parametrize("raw", ["12:30:15", "1.234,56", "$3/4", "#3", "A320", "31/31", "2027-02-30", "31/02/2027"])
def test_times_amounts_and_identifiers_are_no_dates(raw):
    """Nor are dates in digits that the calendar does not have."""
    assert find_all(raw) == []


def test_the_longest_spelling_wins():
    """ "The day after tomorrow" is one word, although "tomorrow" is one too."""
    lexed = lex("the day after tomorrow")

    assert [meaning["REL"] for meaning in lexed.meanings] == [2]


def test_words_of_several_kinds_have_all_of_them():
    """German "Nacht" is a part of the day and a unit of time; "second" is also an ordinal."""
    assert kinds("Nacht", "de")[0] >= {"PART", "UNIGHT"}
    assert "ORDW" in kinds("second")[0]


@pytest.mark.parametrize(
    ("raw", "language", "month"), [("febraio", "it", 2), ("dicienbre", "es", 12), ("septmber", "en", 9)]
)
def test_misspelled_months_are_understood(raw, language, month):
    """A missing letter, or "nb" for "mb", in a long name."""
    assert lex(raw, language).meanings == [{"MONTH": month}]


def test_short_months_are_matched_exactly():
    """A letter less turns a short name into another word."""
    assert kinds("mrch") == [set()]
    assert kinds("apil") == [set()]


def test_sentence_ends_are_marked():
    """Roles of dates do not reach over them."""
    lexed = lex("on Friday. And Monday?")

    assert [index for index, ends in enumerate(lexed.sentence_ends) if ends] == [2, 5]


@pytest.mark.parametrize("language", LANGUAGES)
def test_parallel_sequences_have_one_entry_for_each_word(language):
    """Words cover all tokens, in order and without gaps."""
    lexed = lex("from 3 to 10 December 2027, at 10:30, Q2, 1.234 €!", language)

    assert len(lexed) == len(lexed.letters) == len(lexed.first_tokens) == len(lexed.sentence_ends)
    assert lexed.first_tokens == [0, *(last + 1 for last in lexed.last_tokens[:-1])]
    assert lexed.last_tokens[-1] == len(lexed.text.tokens) - 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_unambiguous_words_of_a_language_are_those_of_its_lexicon(language):
    """The full months and weekdays are among them, function words are not."""
    index = get_lexicon_index(language)
    months = DATE_LEXICONS[language]["MONTH"]
    assert not isinstance(months, str)

    spelled = {TokenizedText.from_text(line.split(",")[0]).words[0] for line in months.values()}

    assert spelled <= index.unambiguous_words
    assert "," not in index.unambiguous_words


def test_a_language_without_a_lexicon_is_an_error():
    """The codes are those of the lexicons."""
    with pytest.raises(KeyError):
        get_lexicon_index("xx")


@pytest.mark.parametrize(
    ("language", "region", "expected", "other"),
    [
        ("en", None, day(3, 4), day(4, 3)),
        ("en", "US", day(3, 4), day(4, 3)),
        ("en", "us", day(3, 4), day(4, 3)),
        ("en", "GB", day(4, 3), day(3, 4)),
        ("en", "AU", day(4, 3), day(3, 4)),
        ("pt", "BR", day(4, 3), day(3, 4)),
        ("es", "MX", day(4, 3), day(3, 4)),
        ("fr", None, day(4, 3), day(3, 4)),
    ],
)
def test_the_region_decides_the_order_of_day_and_month(language, region, expected, other):
    """The other order is an alternative."""
    span = find_one("3/4", language, region=region)

    assert (span.value, span.alternatives) == (expected, (other,))


def test_numeric_dates_that_fit_only_one_order_have_no_alternative():
    """There is no 25th month."""
    assert find_one("25/12").alternatives == ()
    assert find_one("25/12").value == day(12, 25)


_ROUTES = {
    "en": "from Boston to {} please", "pt": "quero ir de Lisboa para {} por favor", "es": "quiero volar de Madrid a {}",
    "fr": "je veux aller de Paris à {} merci", "de": "ich will von Berlin nach {} fliegen", "it": "da Roma a {} per favore",
}  # fmt: skip


@pytest.mark.parametrize("language", _ROUTES)
@pytest.mark.parametrize(
    "place",
    ["Rio de Janeiro", "Viña del Mar", "Mar del Plata", "Santo Domingo", "Natal", "Friday Harbor", "Christmas Island",
     "San José", "São João del-Rei", "Corpus Christi", "Asunción", "Chiang Mai", "Ascension Island", "Marco Island",
     "Sept-Îles", "Frankfurt am Main", "Saint-Jean", "San Giovanni", "Terceira", "Sun Valley"],
)  # fmt: skip
def test_place_names_that_contain_date_words_are_no_dates(language, place):
    """In whatever language the text is, and with every language tried."""
    assert find_all(_ROUTES[language].format(place), language, languages=LANGUAGES) == []


@pytest.mark.parametrize(
    ("raw", "language"),
    [
        ("23-Sep-28", "en"), ("Sep-23-2028", "en"), ("2028/sep/23", "en"), ("2028-Sep-23", "en"), ("23/Sep/28", "en"),
        ("23.Sep.2028", "en"), ("23SEP28", "en"), ("23SEP2028", "en"), ("Sep/23/28", "en"), ("2028 September 23", "en"),
        ("23 September - 2028", "en"), ("23-set-28", "pt"), ("2028/set/23", "pt"), ("23-sep-28", "es"),
        ("sep-23-2028", "es"), ("23-sept.-28", "fr"), ("2028/sept/23", "fr"), ("23.Sep.28", "de"), ("23-Sep-2028", "de"),
        ("set-23-2028", "it"), ("23/set/28", "it"), ("le 23/09 2028", "fr"), ("am 23.09. 2028", "de"),
        ("dia 23/09, 2028", "pt"), ("el 23/09 de 2028", "es"), ("il 23/09-2028", "it"),
    ],
)  # fmt: skip
def test_a_date_is_read_whole_whatever_joins_its_parts(raw, language):
    """The year that the words give is the year of the date."""
    assert find_one(raw, language).value == dt.date(2028, 9, 23)


@pytest.mark.parametrize(
    "raw",
    [
        "31-Feb-28", "Feb-31-2028", "2028/feb/31", "31/02", "31 December 9999", "31 December, 9999", "in May 9999",
        "31/12/9999", "9999-12-31", "23-Sep-1492", "2028-13-45", "May - 3000", "Friday 31/02", "Friday, 08.12.1707",
        "31/12 9999", "23/09/2027 2028",
    ],
)  # fmt: skip
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_date_that_cannot_be_read_whole_is_not_read_in_part(raw, language):
    """A day or a year that the calendar does not have does not leave a day, month or other year behind."""
    spans = find_all(raw, language)

    assert all(span.value == dt.date(2027, 9, 23) for span in spans)  # a whole date before another year


@pytest.mark.parametrize(
    "raw",
    [
        "133-03-03-2028", "AB12-03-03-2028", "2028-03-03-77", "03-03-2028-77", "12345/03/2028", "555-03-2028",
        "1-2-3-4-5-6-7-8-9-10-11", "A320-200", "TP1234-12-05",
    ],
)  # fmt: skip
@pytest.mark.parametrize("language", LANGUAGES)
def test_digits_of_a_longer_code_are_no_date(raw, language):
    """A booking code, a telephone number and an aircraft type hold no day."""
    assert find_all(raw, language) == []


@pytest.mark.parametrize("raw", ["10-12/05/2028", "12/05/2028-15/05/2028", "2028-05-12/2028-05-15"])
def test_joined_digits_that_are_a_range_are_no_code(raw):
    """Two dates that a sign joins are dates."""
    assert find_all(raw, region="GB")[-1].value.year == 2028


@pytest.mark.parametrize(
    ("raw", "language"),
    [
        ("in 1/2 h", "en"), ("in 1/2 of an hour", "en"), ("dentro de 1/4 de hora", "es"), ("dans 3/4h", "fr"),
        ("fra 1/4 d'ora", "it"), ("in 1/2 Stunde", "de"), ("daqui a 1/2 hora", "pt"), ("3°", "es"), ("-5°F", "pt"),
        ("10° K", "it"), ("21°k", "it"), ("il 5°", "it"),
    ],
)  # fmt: skip
def test_fractions_of_an_hour_and_degrees_are_no_date(raw, language):
    """ "1/2 h" is a time and "3°" a temperature."""
    assert find_all(raw, language) == []


@pytest.mark.parametrize(
    ("raw", "language", "value"),
    [("il 1° maggio", "it", day(5, 1)), ("el 3° de mayo", "es", day(5, 3)), ("dia 1º de maio", "pt", day(5, 1))],
)
def test_a_degree_sign_before_a_word_of_a_date_is_an_ordinal(raw, language, value):
    """ "1° maggio" is the first of May: the sign is typed for the ordinal's."""
    assert find_one(raw, language).value == value


@pytest.mark.parametrize(
    ("raw", "language", "value"),
    [
        ("2morrow", "en", day(11, 19)), ("1. Advent", "de", day(11, 29)), ("am 2. Advent", "de", day(12, 6)),
        ("4th of July", "en", day(7, 4)), ("on 9/11", "en", day(9, 11)),
    ],
)  # fmt: skip
def test_spellings_that_begin_with_digits_are_found(raw, language, value):
    """Digits begin words of the lexicon too."""
    assert find_one(raw, language).value == value


def test_always_is_no_date():
    """ "24/7" is no day; with a year it is one."""
    assert find_all("are you open 24/7?") == []
    assert find_one("24/7/2028").value == dt.date(2028, 7, 24)
