"""Pattern compiler: the notation of patterns over kinds of words, and the letters that matches can begin with."""

from __future__ import annotations

import pytest

from asyncassist.nlp.dates.patterns import Alphabet, compile_pattern


@pytest.fixture
def alphabet():
    """An alphabet with a letter for each of a few sets of kinds."""
    found = Alphabet()
    for kinds in ({"D"}, {"ORD"}, {"MONTH"}, {"MONTH", "MODAL"}, {"ON"}, {"COUNT"}, {"COMMA"}, {"STOP"}, {"DOT"}):
        found.letter_for(kinds)
    return found


def letters(alphabet, *words):
    """Encode words, each given by its kinds joined with "+" ("" for none), as a string of letters."""
    return "".join(alphabet.letter_for([kind for kind in word.split("+") if kind]) for word in words)


def test_equal_sets_of_kinds_have_one_letter():
    """The order of the kinds does not matter; other sets have other letters."""
    alphabet = Alphabet()

    assert alphabet.letter_for(["REL", "PART"]) == alphabet.letter_for(["PART", "REL"])
    assert len({alphabet.letter_for(kinds) for kinds in (["REL"], ["PART"], ["REL", "PART"], [])}) == 4


def test_a_kind_stands_for_every_word_that_may_be_of_it(alphabet):
    """Words of several kinds match each of them."""
    pattern = compile_pattern("MONTH", alphabet)

    assert pattern.regex.fullmatch(letters(alphabet, "MONTH"))
    assert pattern.regex.fullmatch(letters(alphabet, "MONTH+MODAL"))
    assert not pattern.regex.fullmatch(letters(alphabet, "D"))


@pytest.mark.parametrize(
    ("source", "words", "matches"),
    [
        ("D|ORD", ["ORD"], True),
        ("(D|ORD) MONTH", ["D", "MONTH"], True),
        ("(D|ORD) MONTH", ["MONTH"], False),
        ("ON? D", ["D"], True),
        ("ON? D", ["ON", "D"], True),
        ("ON? D", ["ON", "ON", "D"], False),
        ("D DOT?+ !DOT", ["D", "DOT"], True),
        ("D !COUNT", ["D"], True),
        ("D OTHER", ["D", ""], True),
        ("D OTHER", ["D", "COUNT"], False),
    ],
)
def test_notation(alphabet, source, words, matches):
    """Alternatives, groups, optional words and words without a kind."""
    assert bool(compile_pattern(source, alphabet).regex.fullmatch(letters(alphabet, *words))) is matches


def test_named_words_report_their_position(alphabet):
    """Also when the name is on a group."""
    match = compile_pattern("ON? day=(D|ORD) month=MONTH", alphabet).regex.match(
        letters(alphabet, "ON", "ORD", "MONTH")
    )

    assert match is not None
    assert (match.start("day"), match.start("month")) == (1, 2)


def test_brackets_limit_the_date_to_a_part_of_the_match(alphabet):
    """The words outside are required and not part of the date."""
    match = compile_pattern("ON [D MONTH] COUNT", alphabet).regex.match(letters(alphabet, "ON", "D", "MONTH", "COUNT"))

    assert match is not None
    assert match.span("span") == (1, 3)


def test_lookarounds_consume_nothing(alphabet):
    """Lookbehind, negative lookahead, the beginning of the text and the end of a clause."""
    behind = compile_pattern("<(ON|COUNT) D", alphabet).regex
    ahead = compile_pattern("D !COUNT", alphabet).regex
    end = compile_pattern("D END", alphabet).regex
    start = compile_pattern("START D", alphabet).regex
    text = letters(alphabet, "ON", "D", "COUNT")

    assert behind.match(text, 1)
    assert not behind.match(text[1:], 0)
    assert not ahead.match(text, 1)
    assert end.match(letters(alphabet, "D"))
    assert end.match(letters(alphabet, "D", "COMMA")).end() == 1
    assert not end.match(text, 1)
    assert start.match(letters(alphabet, "D"))
    assert not start.match(text, 1)


def test_a_possessive_optional_word_is_not_given_up_again(alphabet):
    """ "12." before a count: the dot is taken, so that the lookahead sees the count."""
    text = letters(alphabet, "D", "DOT", "COUNT")

    assert not compile_pattern("D DOT?+ !COUNT", alphabet).regex.match(text)
    assert compile_pattern("D DOT? !COUNT", alphabet).regex.match(text)


@pytest.mark.parametrize(
    ("source", "first"),
    [
        ("D MONTH", ["D"]),
        ("ON? D", ["ON", "D"]),
        ("<ON D", ["D"]),
        ("(D|ORD) MONTH", ["D", "ORD"]),
        ("day=ORD? MONTH", ["ORD", "MONTH", "MONTH+MODAL"]),
    ],
)
def test_first_letters_are_all_that_a_match_can_begin_with(alphabet, source, first):
    """The index of the rules depends on them."""
    assert compile_pattern(source, alphabet).first_letters == set(letters(alphabet, *first))


def test_a_kind_that_no_word_has_is_an_error(alphabet):
    """A misspelled kind in a pattern is found when the pattern is compiled."""
    with pytest.raises(KeyError, match="MONHT"):
        compile_pattern("D MONHT", alphabet)
