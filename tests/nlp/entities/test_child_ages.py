"""Ages of children: years, months, lists of ages and numbers that are no ages."""

from __future__ import annotations

import pytest

from asyncassist.nlp.entities.child_ages import Age, find_ages
from asyncassist.nlp.passenger_words import CHILD_NOUNS
from asyncassist.nlp.tokens import TokenizedText


@pytest.mark.parametrize(
    ("text", "language", "ages"),
    [
        ("my son is 5 years old", "en", [Age(3, 5, "child")]),
        ("a 23-month-old", "en", [Age(1, 5, "infant")]),
        ("a 24-month-old", "en", [Age(1, 5, "child")]),
        ("a baby of 10 months", "en", [Age(3, 4, "infant")]),
        ("o bebê de 18 meses", "pt", [Age(3, 4, "infant")]),
        ("ein Kind mit 6 Jahren", "de", [Age(3, 4, "child")]),
        ("una nena de 4", "es", [Age(3, 3, "child")]),
        ("los nenes de 5 y 10", "es", [Age(3, 3, "child"), Age(5, 5, "child")]),
        ("a child of 11", "en", [Age(3, 3, "child")]),
        ("a child of 12", "en", [Age(3, 3, "adult")]),
        ("two kids (4 and 9)", "en", [Age(3, 3, "child"), Age(5, 5, "child")]),
        ("the kids: 8", "en", [Age(3, 3, "child")]),
        ("dos hijas, una de 9 y otra de 1", "es", [Age(5, 5, "child"), Age(9, 9, "infant")]),
    ],
)
def test_ages_are_found_with_their_kind(text, language, ages):
    """Below 2 years an infant, below 12 a child, else an adult; the unit may be missing after "de" and in a list."""
    assert find_ages(TokenizedText.from_text(text), language, CHILD_NOUNS, ()) == ages


@pytest.mark.parametrize(
    "text", ["in 5 days", "my dad is 60 years old", "two children", "5 years in Rome", "two kids, 3 tickets", ""]
)
def test_other_numbers_are_not_ages(text):
    """Durations, ages of adults and numbers of children are no ages of children."""
    assert find_ages(TokenizedText.from_text(text), "en", CHILD_NOUNS, ()) == []


def test_claimed_tokens_are_not_ages():
    """A number that is part of a date is no age."""
    text = TokenizedText.from_text("a child of 5 years")

    assert find_ages(text, "en", CHILD_NOUNS, ()) == [Age(3, 4, "child")]
    assert find_ages(text, "en", CHILD_NOUNS, {3}) == []
