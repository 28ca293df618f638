"""Grouping of alternatives by their first letters: the matches stay the same."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncassist.languages.alternatives import group_by_letter

# Words of few letters, so that many begin alike, some with a quantifier, a group or a set.
PIECES = st.sampled_from(["a", "b", "c", "a?", "b+", "(?:a|b|ac)", "(?:ab|c)?", "[ab]", r"\w", r"\|", "[|)]", "c{1,2}"])
WORDS = st.lists(PIECES, min_size=1, max_size=4).map("".join)
PATTERNS = st.lists(WORDS, min_size=1, max_size=8).map("|".join)


@pytest.mark.parametrize(
    ("pattern", "grouped"),
    [
        ("ab|x|ac", "a(?:b|c)|x"),
        ("a|ab", "a(?:|b)"),
        ("(?:ab|ac)|ad", "a(?:b|c|d)"),
        (r"a?b|ac|\.|a\|d", r"a?b|ac|\.|a\|d"),
        ("(?P<x>ab|c|ad) [|)]e", "(?P<x>a(?:b|d)|c) [|)]e"),
        ("x(?!ab|ac)", "x(?!a(?:b|c))"),
    ],
)
def test_alternatives_that_begin_with_a_letter_share_it(pattern: str, grouped: str):
    """Only a fixed letter is shared; a group without a name is opened, others are grouped inside."""
    assert group_by_letter(pattern, least=2) == grouped


def test_few_alternatives_stay_as_they_are():
    """Grouping them would gain nothing."""
    assert group_by_letter("ab|x|ac") == "ab|x|ac"
    assert group_by_letter("ab|x|ac|" + "|".join("bcdefgh")) == "a(?:b|c)|x|b|c|d|e|f|g|h"


@given(pattern=PATTERNS, text=st.text("abc|) ", max_size=12))
def test_the_matches_stay_the_same(pattern: str, text: str):
    """Grouping changes the time of a search, not its result: the same spans, by the same precedence."""
    grouped = group_by_letter(pattern, least=2)

    assert [match.span() for match in re.finditer(grouped, text)] == [
        match.span() for match in re.finditer(pattern, text)
    ]
