"""Date extraction as a whole: annotated sentences of every language, properties of any input, and bounded time."""

from __future__ import annotations

import datetime as dt
import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asyncassist.languages.registry import LANGUAGES
from asyncassist.nlp.dates.lexer import DATE_LEXICONS
from asyncassist.nlp.dates.parser import find_dates
from asyncassist.nlp.tokens import TokenizedText
from tests.nlp.dates.builders import TODAY

DATA = Path(__file__).parents[1] / "data"


def load_sentences(language):
    """Load the sentences of a language, each with its dates."""
    lines = (DATA / f"dates_{language}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def annotate(row, language):
    """Find the dates of a sentence, in the form of its annotation."""
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
def test_annotated_sentences(language):
    """At least 150 sentences of each language, at least 25 of them without a date, give the annotated dates."""
    sentences = load_sentences(language)

    wrong = [(row["text"], found) for row in sentences if (found := annotate(row, language)) != row["dates"]]

    assert wrong == []
    assert len(sentences) >= 150
    assert sum(not row["dates"] for row in sentences) >= 25


@pytest.mark.parametrize(("text", "found"), [("am Morgen", 0), ("uno marzo", 1), ("tomorrow", 1), ("melhor dia 5", 1)])
def test_a_part_of_the_day_is_no_day_in_another_language(text, found):
    """ "Morgen" after "am" is a part of the day in German, so it is not tomorrow in Dutch; other days are read."""
    language = {"uno marzo": "it", "melhor dia 5": "pt"}.get(text, "de")
    spans = find_dates(TokenizedText.from_text(text), language=language, today=TODAY, languages=LANGUAGES)

    assert len(spans) == found


WORDS = {
    language: sorted(
        {
            phrase.strip()
            for spellings in lexicon.values()
            for line in ([spellings] if isinstance(spellings, str) else spellings.values())
            for phrase in line.split(",")
        }
    )
    for language, lexicon in DATE_LEXICONS.items()
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
    """Draw a language and words of its date lexicon in any order, with numbers and punctuation."""
    language = draw(st.sampled_from(LANGUAGES))
    piece = (
        st.sampled_from(WORDS[language]) | st.sampled_from(NUMBERS) | st.sampled_from([",", ".", "-", "/", "x", "("])
    )
    return language, " ".join(draw(st.lists(piece, max_size=14)))


@settings(deadline=None)
@given(phrases(), st.dates(dt.date(1900, 1, 1), dt.date(9000, 12, 31)), st.booleans())
def test_any_date_words_give_well_formed_spans(phrase, today, expected):
    """Spans are in order, do not overlap, and have other days as alternatives and no end before their start."""
    language, raw = phrase

    spans = find_dates(TokenizedText.from_text(raw), language=language, today=today, expected=expected)

    previous_end = 0
    for span in spans:
        assert previous_end <= span.start < span.end <= len(raw)
        assert raw[span.start : span.end] == raw[span.start : span.end].strip()
        assert span.value not in span.alternatives
        assert span.range_end is None or span.range_end >= span.value
        previous_end = span.end


@settings(deadline=None)
@given(st.text(max_size=300), st.sampled_from(LANGUAGES), st.dates(dt.date(2, 1, 1)))
def test_any_text_is_processed_without_an_error(raw, language, today):
    """Any characters, and any day of the calendar as today."""
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
def test_incomplete_dates_are_never_in_the_past(form, n, today):
    """An incomplete date means the next possible one."""
    for span in find_dates(TokenizedText.from_text(form.format(n=n)), language="en", today=today):
        assert span.value >= today


@pytest.mark.parametrize("language", ["en", "pt", "de"])
@pytest.mark.parametrize(
    "piece",
    ["1 ", "1", "the 3rd of May de 3 a ", "monday segunda lunedi ", "1/", "1.1", "next ", "from 3 to 4 ", "é"],
)  # fmt: skip
def test_long_texts_take_bounded_time(language, piece):
    """4000 characters of costly words stay far below the engine's 50 ms."""
    text = TokenizedText.from_text((piece * 4000)[:4000])

    assert (
        min(_timed(text, language) for _ in range(2)) < 0.5
    )  # a loose bound for busy machines and coverage tracing; 5-20 ms otherwise


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
