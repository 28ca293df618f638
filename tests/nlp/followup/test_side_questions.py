"""Questions about other matters than the flight, and about a shown offer."""

from __future__ import annotations

import time

import pytest

from asyncassist.nlp.followup.side_questions import find_side_questions, says_more_than_ordinal


def side_questions(text: str, language: str = "en") -> list[str]:
    """Return the sentences found."""
    return [text[begin:end].strip() for begin, end in find_side_questions(text, language=language)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("What should I pack for April?", ["What should I pack for April?"]),
        ("is it cold in january", ["is it cold in january"]),
        ("London, sorry. is it warm there in winter?", ["is it warm there in winter?"]),
        ("Is there a flight in April with good weather?", []),
        ("I want to see the museums in Rome on Friday", []),
        ("What about Milan on Friday?", []),
        ("What do you have on 12 April?", []),
        ("could we squeeze it under 250 euros?", []),
        ("", []),
        ("???", []),
    ],
)
def test_question_about_another_matter_is_found_by_sentence(text: str, found: list[str]):
    """It asks, names another matter, and has no word of flights; a sentence beside it stays a command."""
    assert side_questions(text) == found


@pytest.mark.parametrize(
    ("text", "begin", "language", "expected"),
    [
        ("is the second one refundable?", "second", "en", True),
        ("does the second one include a bag", "second", "en", True),
        ("the second one?", "second", "en", False),
        ("and what about the second one?", "second", "en", False),
        ("the second one please", "second", "en", False),
        ("e o segundo?", "segundo", "pt", False),
        ("o segundo é reembolsável?", "segundo", "pt", True),
        ("und der zweite?", "zweite", "de", False),
        ("ist der zweite erstattungsfähig?", "zweite", "de", True),
    ],
)
def test_question_about_an_offer_says_more_than_which(text: str, begin: str, language: str, expected: bool):
    """ "And the second one?" only names an offer."""
    start = text.index(begin)

    assert says_more_than_ordinal(text, (start, start + len(begin)), language=language) is expected


@pytest.mark.parametrize("part", ["get from a ", "kann ich ", "? ", "is it ", "x", "pack "])
def test_search_takes_linear_time(part: str):
    """A text ten times as long does not take a hundred times as long."""

    def least_time(length: int) -> float:
        times = []
        for _ in range(3):
            began = time.process_time()
            list(find_side_questions((part * length)[:length], language="de" if "kann" in part else "en"))
            times.append(time.process_time() - began)
        return min(times)

    assert least_time(40_000) < 40 * least_time(4000) + 0.05
