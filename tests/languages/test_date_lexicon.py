"""Date lexicons of all languages: complete, documented, and read by the lexer as they are written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from asyncassist.languages import date_lexicon
from asyncassist.languages.registry import LANGUAGES
from asyncassist.nlp.dates.calendar_math import HOLIDAYS
from asyncassist.nlp.dates.lexer import DATE_LEXICONS, LexedText, get_lexicon_index
from asyncassist.nlp.dates.rule_registry import MODIFIER_STEPS
from asyncassist.nlp.tokens import TokenizedText

PARTS_OF_DAY = {"morning", "noon", "afternoon", "evening", "night"}


def meanings(language: str, *kinds: str) -> set[Any]:
    """Return the meanings of all spellings of some kinds."""
    found: set[Any] = set()
    for kind in kinds:
        spellings = DATE_LEXICONS[language].get(kind, {})
        assert isinstance(spellings, Mapping)
        found |= set(spellings)
    return found


def iter_spellings(language: str) -> Iterator[tuple[str, Any, str]]:
    """Iterate over kind, meaning and spelling of a lexicon; the meaning is None where the kind has none."""
    for kind, spellings in DATE_LEXICONS[language].items():
        for meaning, line in spellings.items() if isinstance(spellings, Mapping) else [(None, spellings)]:
            for spelling in line.split(","):
                yield kind, meaning, spelling.strip()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_is_documented(language: str):
    """The docstring of the module explains each kind that a lexicon uses."""
    documented = set(re.findall(r"\b[A-Z][A-Z0-9]+\b", date_lexicon.__doc__ or ""))

    assert set(DATE_LEXICONS[language]) <= documented


def test_every_documented_kind_is_used():
    """Except for names of constants, the docstring lists no kind that no language has."""
    documented = set(re.findall(r"^ {4}([A-Z][A-Z0-9 ,]+?)  ", date_lexicon.__doc__ or "", re.MULTILINE))
    names = {name for entry in documented for name in re.split(r"[ ,]+", entry) if name}

    assert names == set().union(*DATE_LEXICONS.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_months_weekdays_and_seasons_are_complete(language: str):
    """Months 1 to 12, weekdays 0 to 6, four seasons; today, tomorrow and yesterday."""
    assert meanings(language, "MONTH", "MONTHW") == set(range(1, 13))
    assert meanings(language, "WDAY") == set(range(7))
    assert meanings(language, "SEASON") == {"spring", "summer", "autumn", "winter"}
    assert meanings(language, "REL") >= {-1, 0, 1, 2}
    assert meanings(language, "SUB") == {"early", "mid", "late"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_meanings_are_those_that_the_rules_know(language: str):
    """Holidays of the calendar, modifiers with a step, parts of the day."""
    assert meanings(language, "HOL", "HOLW") <= set(HOLIDAYS)
    assert meanings(language, "MOD", "POST") <= set(MODIFIER_STEPS)
    assert {"this", "next", "last"} <= meanings(language, "MOD", "POST")
    assert meanings(language, "PART", "WPART") <= PARTS_OF_DAY
    assert {part for _, part in meanings(language, "RELP")} <= PARTS_OF_DAY


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_spelling_has_one_meaning_in_a_kind(language: str):
    """Of two meanings of one kind, the later would silently replace the earlier."""
    seen: dict[tuple[str, tuple[str, ...]], Any] = {}

    for kind, meaning, spelling in iter_spellings(language):
        words = TokenizedText.from_text(spelling).words
        assert words, f"empty spelling of {kind}"
        assert seen.setdefault((kind, words), meaning) == meaning, spelling


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_spelling_is_lexed_as_one_word_of_its_kind(language: str):
    """Also those of several words, and those that are a number or another kind as well."""
    index = get_lexicon_index(language)
    wrong = []

    for kind, meaning, spelling in iter_spellings(language):
        if spelling[0].isdigit():  # the lexer reads digits as numbers and never reaches the lexicon
            continue
        lexed = LexedText(TokenizedText.from_text(spelling), index, month_first=False)
        if len(lexed) != 1 or kind not in lexed.meanings[0] or lexed.meanings[0][kind] != meaning:
            wrong.append((kind, spelling, lexed.meanings))

    assert wrong == []
