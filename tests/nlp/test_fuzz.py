"""Texts at random: no exception, offsets of the words that they name, no overlaps, and bounded time."""

from __future__ import annotations

import datetime as dt
import time

import pytest

from tests.nlp.fuzz import MAX_CHARS, Case, faults_of, generate_cases, main, read_case

# Far above the time that a text takes, so that a busy machine does not fail the test.
SECONDS_PER_TEXT = 1.0


def test_generated_texts_are_read_without_faults(capsys: pytest.CaptureFixture[str]):
    """A thousand texts here; `python -m tests.nlp.fuzz` reads more of them."""
    assert main(1000) == 0
    assert "1000 texts, 0 failures" in capsys.readouterr().out


def test_generated_texts_are_reproducible():
    """The same seed gives the same texts, another one other texts; some are as long as a text may be."""
    cases = list(generate_cases(300))

    assert cases == list(generate_cases(300))
    assert cases != list(generate_cases(300, seed=1))
    assert max(len(case.text) for case in cases) == MAX_CHARS


def test_fault_is_found():
    """Nothing is wrong with a usual sentence."""
    assert faults_of(Case("to Rome on Friday after 6 pm", "en", dt.date(2026, 11, 18), ())) == []


@pytest.mark.parametrize(
    "part",
    ["at 6 ", "9 to ", "from 9 to ", "not before ", "12.12. ", "17 02 ", "10-", "after the ", "half past ", "in ", "+ ",
     "6 p . m . ", "morning ", "between 9 and ", "monday 7 to ", "from now until ", "1 2 3 ", "el al "],
)  # fmt: skip
def test_repeated_words_are_read_in_bounded_time(part: str):
    """What begins an hour or a date, thousands of times."""
    for language in ("en", "de", "es"):
        text = (part * MAX_CHARS)[:MAX_CHARS]
        start = time.thread_time()
        read_case(Case(text, language, dt.date(2026, 11, 18), ()))
        assert time.thread_time() - start < SECONDS_PER_TEXT
