"""The compiled date grammar, and the direction in which dates are resolved."""

from __future__ import annotations

import datetime as dt

import pytest

from asyncassist.nlp.dates.grammar import RULE_MODULES, compile_rules
from asyncassist.nlp.dates.rule_registry import RULES
from tests.nlp.dates.builders import day, find_one


def test_rules_for_expected_dates_are_not_among_the_default_rules():
    """Every rule is compiled once; the default rules are those that hold without a question for a date."""
    default_rules, all_rules = compile_rules()
    counts = {
        "default": len({id(rule) for rules in default_rules.values() for rule in rules}),
        "all": len({id(rule) for rules in all_rules.values() for rule in rules}),
    }

    assert counts["all"] == len(RULES)
    assert counts["default"] == sum(not expected for _, _, expected in RULES) < counts["all"]


def test_rules_are_indexed_by_every_letter_they_can_begin_with():
    """A rule that is looked up by the first letter of a match is never missed."""
    _, all_rules = compile_rules()

    for letter, rules in all_rules.items():
        assert all(letter in rule.pattern.first_letters for rule in rules)
    for rule in {id(rule): rule for rules in all_rules.values() for rule in rules}.values():
        assert all(rule in all_rules[letter] for letter in rule.pattern.first_letters)


def test_the_rules_of_every_module_are_registered():
    """Importing the grammar is enough."""
    assert {action.__module__ for _, action, _ in RULES} == {module.__name__ for module in RULE_MODULES}


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("yesterday", day(11, 17, 2026)),
        ("two weeks ago", day(11, 4, 2026)),
        ("last Friday", day(11, 13, 2026)),
        ("Monday last week", day(11, 9, 2026)),
        ("the Monday before last", day(11, 9, 2026)),
        ("the 3rd of this month", day(11, 3, 2026)),
        ("last March", dt.date(2026, 3, 1)),
        ("last December", dt.date(2025, 12, 1)),
        ("March 3, 2020", dt.date(2020, 3, 3)),
    ],
)
def test_past_dates_are_found_where_the_words_refer_to_the_past(raw, value):
    """A complete date is never moved into the future."""
    assert find_one(raw).value == value
