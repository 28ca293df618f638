"""Number words of all languages: complete, unambiguous, and written as tokens are compared."""

from __future__ import annotations

import pytest

from asyncassist.languages.number_words import enumerate_spellings, join_tens, split_spellings
from asyncassist.languages.registry import LANGUAGES, PACKS
from asyncassist.nlp.numbers import parse_number
from asyncassist.nlp.tokens import TokenizedText


@pytest.mark.parametrize("language", LANGUAGES)
def test_cardinals_and_ordinals_are_complete(language: str):
    """0 to 99 and nothing beyond; the ordinals 1 to 31 at least."""
    numbers = PACKS[language].numbers

    assert {value for _, value in numbers.cardinals()} == set(range(100))
    assert {value for _, value in numbers.ordinals()} >= set(range(1, 32))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_spelling_has_one_value(language: str):
    """No spelling of a cardinal stands for two numbers, and none of an ordinal."""
    for pairs in (PACKS[language].numbers.cardinals, PACKS[language].numbers.ordinals):
        values: dict[tuple[str, ...], int] = {}
        for spelling, value in pairs():
            assert values.setdefault(TokenizedText.from_text(spelling).words, value) == value, spelling


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_are_normalized(language: str):
    """Words that are compared with tokens are single tokens in lower case without accents."""
    numbers = PACKS[language].numbers
    words = {*numbers.ordinal_suffixes, *numbers.hundred, *numbers.hundreds, *numbers.thousand, numbers.conjunction}

    assert all(TokenizedText.from_text(word).words == (word,) for word in words)


@pytest.mark.parametrize("language", LANGUAGES)
def test_hundreds_and_thousands_have_words(language: str):
    """Either a word multiplies by 100, or every multiple up to 900 has a word; so that 1000 has one too."""
    numbers = PACKS[language].numbers

    assert numbers.hundred or set(numbers.hundreds.values()) == set(range(100, 1000, 100))
    assert numbers.thousand


@pytest.mark.parametrize("language", [code for code in LANGUAGES if PACKS[code].numbers.compound_hundred])
def test_compounds_are_split_at_the_words_that_multiply(language: str):
    """A hundred and each small number after it, in one word, is that number."""
    numbers = PACKS[language].numbers
    assert {*numbers.compound_thousands, numbers.compound_hundred} <= numbers.hundred | numbers.thousand

    for spelling, value in numbers.cardinals():
        (word, *more) = TokenizedText.from_text(spelling).words
        compound = numbers.compound_hundred + numbers.compound_conjunction + word
        if value and not more:
            assert parse_number(TokenizedText.from_text(compound).tokens, 0, language) == (100 + value, 1), compound


def test_spellings_are_counted_in_order():
    """Spellings of one number are separated by "|", numbers by spaces; counting begins where it is told to."""
    assert list(enumerate_spellings(split_spellings("one two|zwo"), 1)) == [("one", 1), ("two", 2), ("zwo", 2)]


def test_tens_are_joined_with_units():
    """Each ten stands alone and with every unit, with each connector."""
    units = split_spellings("zero a b c d e f g h i")

    joined = list(join_tens(units, [["xx"]], "-", " "))

    assert joined[:3] == [("xx", 20), ("xx-a", 21), ("xx a", 21)]
    assert len(joined) == 1 + 9 * 2
