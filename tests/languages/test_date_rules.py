"""Rules of dates of all languages: complete and consistent with the lexicon."""

from __future__ import annotations

import re

import pytest

from asyncassist.languages.registry import LANGUAGES, PACKS


@pytest.mark.parametrize("language", LANGUAGES)
def test_countries_are_two_capital_letters(language: str):
    """The default country and those with the month first."""
    rules = PACKS[language].date_rules

    for country in {rules.default_country, *rules.month_first_countries}:
        assert re.fullmatch("[A-Z]{2}", country), country


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_closing_dot_needs_dotted_dates(language: str):
    """ "24.12." is a date only where "24.12" can be one."""
    assert PACKS[language].date_rules.dotted_dates >= PACKS[language].date_rules.closing_dot


@pytest.mark.parametrize("language", LANGUAGES)
def test_numbered_weekdays_have_their_noun(language: str):
    """Weekdays are 0 to 6; a language numbers them if and only if its lexicon has the noun after the number."""
    pack = PACKS[language]

    assert set(pack.date_rules.numbered_weekdays.values()) <= set(range(7))
    assert bool(pack.date_rules.numbered_weekdays) == ("FEIRA" in pack.dates)


@pytest.mark.parametrize("language", LANGUAGES)
def test_inclusive_days_are_one_more_than_whole_weeks(language: str):
    """Such idioms stand for weeks: "in acht Tagen"."""
    assert all(days % 7 == 1 and days > 1 for days in PACKS[language].date_rules.inclusive_days)


@pytest.mark.parametrize("language", LANGUAGES)
def test_decimal_points_matter_where_dates_have_dots(language: str):
    """Elsewhere nothing has to be told apart."""
    assert PACKS[language].date_rules.dotted_dates >= PACKS[language].date_rules.decimal_point
