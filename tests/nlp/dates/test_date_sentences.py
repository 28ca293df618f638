"""Dates: own utterances in six languages, and the promises every reading keeps."""

from __future__ import annotations

import datetime as dt
import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asyncassist.nlp.dates.lexer import DATE_LEXICONS
from asyncassist.nlp.dates.parser import find_dates
from asyncassist.nlp.tokens import TokenizedText

FOLDER = Path(__file__).parents[1] / "data"
LANGUAGES = ["en", "pt", "es", "fr", "de", "it"]
TODAY = dt.date(2026, 11, 18)  # a Wednesday


def rows(language):
    """The utterances of a language, with what they mean."""
    lines = (FOLDER / f"dates_{language}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def read(row, language):
    """What is found, in the form of the row."""
    spans = find_dates(
        TokenizedText.from_text(row["text"]), language=language, today=dt.date.fromisoformat(row["today"])
    )
    found = []
    for span, wanted in zip(spans, row["dates"] + [{}] * len(spans), strict=False):
        entry = {"value": span.value.isoformat()}
        if span.grain != "day":
            entry["grain"] = span.grain
        if "role" in wanted:
            entry["role"] = span.role
        found.append(entry)
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_utterances_are_read(language):
    """At least 150 of each language, with and without a date, all as a traveller means them."""
    table = rows(language)

    wrong = [(row["text"], found) for row in table if (found := read(row, language)) != row["dates"]]

    assert wrong == []
    assert len(table) >= 150
    assert sum(not row["dates"] for row in table) >= 25


WORDS = {
    language: sorted(
        {
            phrase.strip()
            for spellings in table.values()
            for line in ([spellings] if isinstance(spellings, str) else spellings.values())
            for phrase in line.split(",")
        }
    )
    for language, table in DATE_LEXICONS.items()
}
NUMBERS = [
    "1",
    "3",
    "12",
    "29",
    "31",
    "32",
    "2027",
    "12th",
    "3.",
    "12/3",
    "31/31",
    "12.3.",
    "2027-02-30",
    "4:20",
    "'27",
]


@st.composite
def phrases(draw):
    """A language and words of its date table in any order, with numbers and signs."""
    language = draw(st.sampled_from(LANGUAGES))
    piece = (
        st.sampled_from(WORDS[language]) | st.sampled_from(NUMBERS) | st.sampled_from([",", ".", "-", "/", "x", "("])
    )
    return language, " ".join(draw(st.lists(piece, max_size=14)))


@settings(deadline=None)
@given(phrases(), st.dates(dt.date(1900, 1, 1), dt.date(9000, 12, 31)), st.booleans())
def test_any_words_give_sound_spans(phrase, today, expected):
    """Offsets cut the text, spans are in order and apart, alternatives are others, ranges run forward."""
    language, raw = phrase

    spans = find_dates(TokenizedText.from_text(raw), language=language, today=today, expected=expected)

    at = 0
    for span in spans:
        assert at <= span.start < span.end <= len(raw)
        assert raw[span.start : span.end] == raw[span.start : span.end].strip()
        assert span.value not in span.alternatives
        assert span.range_end is None or span.range_end >= span.value
        at = span.end


@settings(deadline=None)
@given(st.text(max_size=300), st.sampled_from(LANGUAGES), st.dates(dt.date(2, 1, 1)))
def test_any_text_at_all_is_survived(raw, language, today):
    """Any characters, any day of the calendar: an answer, never an error."""
    for span in find_dates(
        TokenizedText.from_text(raw), language=language, today=today, languages=LANGUAGES, expected=True
    ):
        assert 0 <= span.start < span.end <= len(raw)


FORWARD = [
    "the {n}th", "March {n}", "{n} May", "Friday", "this Sunday", "next Monday", "next week", "next weekend", "in {n} days",
    "in March", "Christmas", "Easter", "tomorrow", "tonight", "early June", "the first Monday of May", "{n}/4", "{n} weeks later",
    "February 29", "the weekend", "this month", "this year", "Friday the 13th", "end of the month", "the day after Christmas",
]  # fmt: skip


@settings(deadline=None)
@given(st.sampled_from(FORWARD), st.integers(4, 20), st.dates(dt.date(1970, 1, 1), dt.date(2150, 1, 1)))
def test_dates_lie_ahead_unless_the_words_look_back(form, n, today):
    """What was left open is filled with the next possible date."""
    for span in find_dates(TokenizedText.from_text(form.format(n=n)), language="en", today=today):
        assert span.value >= today


@pytest.mark.parametrize("language", ["en", "pt", "de"])
@pytest.mark.parametrize(
    "piece",
    ["1 ", "1", "the 3rd of May de 3 a ", "monday segunda lunedi ", "1/", "1.1", "next ", "from 3 to 4 ", "é"],
)  # fmt: skip
def test_four_thousand_characters_are_read_in_bounded_time(language, piece):
    """Time is linear; the worst words of every language stay far under the engine's 50 ms."""
    text = TokenizedText.from_text((piece * 4000)[:4000])

    assert min(_timed(text, language) for _ in range(2)) < 0.5  # on a busy machine, traced; alone it takes 5-20 ms


def test_time_is_linear_in_the_length():
    """Eight times the words take about eight times as long, not sixty-four times."""
    line = "leave on the 28th of March and return a week later, two weeks from Friday or on 3/4 "

    def cost(times):
        text = TokenizedText.from_text(line * times)
        return min(_timed(text) for _ in range(3))

    assert cost(80) < cost(10) * 20


def _timed(text, language="en"):
    started = time.thread_time()
    find_dates(text, language=language, today=TODAY)
    return time.thread_time() - started
