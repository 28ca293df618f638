"""The check of words of languages outside of their packs: what it refuses, and what it lets pass."""

from __future__ import annotations

import pytest

from tools.check_languages import Finding, check_module, foreign_words, report


def kinds(source: str, path: str = "nlp/module.py") -> set[str]:
    """Return the kinds of what is refused in a module."""
    return {finding.kind for finding in check_module(path, source)}


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ('NAMES = ["Zürich"]', "letters"),
        ('if language == "de":\n    pass', "code"),
        ('if language in {"it", "fr"}:\n    pass', "code"),
        ('def read(language: str = "en") -> None: ...', "code"),
        ('WORDS = frozenset({"gestern", "morgen"})', "words"),
        ('PATTERN = re.compile(rf"\\b(?:{x}|vuelos?)\\b")', "words"),
        ('WORDS = "ontem|amanha"', "words"),
        ('WORDS = {"where", "please"}', "function words"),
        ('PATTERN = re.compile(r"\\bwhere|please\\b")', "function words"),
        ('WORDS = "the and of".split()', "function words"),
    ],
)
def test_words_of_languages_are_refused(source: str, kind: str):
    """In sets, patterns, comparisons and defaults alike."""
    assert kind in kinds(source)


@pytest.mark.parametrize(
    "source",
    [
        '"""Read "gestern" and "mañana"."""',
        "# gestern, mañana",
        'SLOTS = frozenset({"search_flight", "departure_date", "budget"})',
        'raise ValueError("must be one of the languages that you know")',
        'PATTERN = re.compile(r"\\d{1,2}\\w+[a-z]{3}")',
        "if language == LANGUAGES[0]:\n    pass",
        "PATTERN = join_patterns(lambda pack: pack.followup.please)",
    ],
)
def test_other_strings_pass(source: str):
    """Docstrings, comments, names of slots, sentences of errors, signs of patterns."""
    assert kinds(source) == set()


def test_words_are_looked_for_where_texts_are_read():
    """In the web service "port" is no Portuguese word; letters and codes are refused everywhere."""
    assert kinds('WORDS = {"gestern", "where"}', "web/module.py") == set()
    assert kinds('NAME = "Zürich"; CODE = "de"', "web/module.py") == {"letters", "code"}


def test_words_of_english_are_not_foreign():
    """A word that English has as well, or that names something in the package, is none of another language only."""
    assert {"gestern", "vuelo", "domani"} <= foreign_words()
    assert foreign_words().isdisjoint({"restaurant", "hotel", "message", "route"})


def test_an_allowed_finding_is_not_reported():
    """By path and kind; other kinds in that file are."""
    findings = [Finding("nlp/tokens.py", 3, "letters", "ß"), Finding("nlp/tokens.py", 4, "code", "de")]

    assert report(findings, {("nlp/tok*.py", "letters"): "folding"}) == [
        "src/asyncassist/nlp/tokens.py:4: code of a language: de"
    ]


def test_an_entry_that_nothing_needs_is_reported():
    """The allow-list shrinks with what it allows."""
    assert report([], {("nlp/old.py", "code"): "gone"}) == ["nothing needs ALLOWED[('nlp/old.py', 'code')]"]
