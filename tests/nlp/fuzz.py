"""Generated texts for the engine: words of all languages, numbers, signs and other characters, at random.

    python -m tests.nlp.fuzz 100000

It analyses that many texts and prints the failures and the longest CPU time of a text.
"""

from __future__ import annotations

import datetime as dt
import random
import sys
import time
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from asyncassist.languages.registry import LANGUAGES, PACKS
from asyncassist.nlp.models import Entity, Reading
from asyncassist.nlp.overlaps import without_overlaps
from asyncassist.nlp.rule_extractor import extract_entities
from asyncassist.nlp.tokens import TokenizedText

MAX_CHARS = 4000
ASKED = ((), (), (), ("departure_date",), ("return_date",), ("passengers",), ("origin", "destination"), ("budget",))
PLACES = ("Rome", "Paris", "New York", "LIS", "JFK", "München", "São Paulo", "Nice", "Split", "San José", "Rio", "東京")
SIGNS = [*".,;:!?-/()'\"+~–—…%€$£#&@*=<>[]{}|\\^_`´’", "\n", "\t", "\u00a0", "\u200b", "\u0301", "\x00", "😀"]
SEPARATORS = (" ", " ", " ", " ", "", ", ", " - ", "\n", "/", ".", "  ")


class Case(NamedTuple):
    """A text with the context in which it is read."""

    text: str
    language: str
    today: dt.date
    asked: tuple[str, ...]


def _words(language: str) -> list[str]:
    """Return phrases of a language: of dates, hours and numbers, and the words around places and dates."""
    pack = PACKS[language]
    found = [word for words in pack.dates.values() for word in _spellings(words)]
    found += [*pack.hours.windows, *pack.hours.clocks]
    found += [spelling for spelling, _ in pack.numbers.cardinals()]
    found += sorted(pack.roles.prepositions | pack.roles.departure_words | pack.roles.return_words)
    return sorted(set(found))


def _spellings(words: str | Mapping[int, str] | Mapping[str, str] | Mapping[tuple[int, str], str]) -> list[str]:
    texts = [words] if isinstance(words, str) else words.values()
    return [phrase.strip() for text in texts for phrase in text.split(",")]


def _number(rng: random.Random) -> str:
    """Return digits, alone or joined like a date, an hour, an amount or a code."""
    a, b, c = (rng.randrange(limit) for limit in (32, 14, 3000))
    forms = ("{a}", "{a:02}", "{c}", "{a}/{b}", "{a}.{b}.", "{a}-{b}-{c}", "{a}:{b:02}", "{a}h{b:02}", "{a}{b}{c}{c}")
    return rng.choice((*forms, "{a}pm", "{a} {b:02}", "€{c}.{a:02}", "AB{c}", "{a}th", "{a}º")).format(a=a, b=b, c=c)


def generate_cases(count: int, *, seed: int = 0) -> Iterator[Case]:
    """Yield reproducible texts: mostly of a few words, some of thousands of characters, some with one part repeated."""
    rng = random.Random(seed)
    words = {language: _words(language) for language in LANGUAGES}
    for _ in range(count):
        language = rng.choice(LANGUAGES)
        length = rng.choice((3, 6, 12, 25)) if rng.random() < 0.995 else rng.choice((400, 900))
        pieces = [_piece(rng, words, language) for _ in range(length)]
        if rng.random() < 0.03:
            pieces = pieces[: rng.randrange(1, 5)] * rng.randrange(2, 400)
        text = "".join(piece + rng.choice(SEPARATORS) for piece in pieces)[: MAX_CHARS if len(pieces) > 25 else 400]
        today = dt.date(2000, 1, 1) + dt.timedelta(days=rng.randrange(40_000))
        yield Case(text, language, today, rng.choice(ASKED))


def _piece(rng: random.Random, words: Mapping[str, list[str]], language: str) -> str:
    kind = rng.random()
    if kind < 0.6:
        return rng.choice(words[language])
    if kind < 0.65:
        return rng.choice(words[rng.choice(LANGUAGES)])
    if kind < 0.85:
        return _number(rng)
    if kind < 0.92:
        return rng.choice(PLACES)
    return rng.choice(SIGNS) if kind < 0.98 else "".join(chr(rng.randrange(32, 0x3000)) for _ in range(5))


def read_case(case: Case) -> list[Entity]:
    """Return the entities of a text."""
    text = TokenizedText.from_text(case.text)
    reading = Reading(
        text=text, language=case.language, today=case.today, languages=LANGUAGES, asked=case.asked, region=None
    )
    return extract_entities(reading)


def faults_of(case: Case) -> list[str]:
    """Return what is wrong with the entities of a text: offsets that are not those of their words, or overlaps."""
    entities = read_case(case)
    wrong = [f"{one.type} {one.text!r}" for one in entities if case.text[one.start : one.end] != one.text]
    if entities != sorted(entities, key=lambda one: (one.start, one.end)):
        wrong.append("not in order")
    if len(without_overlaps(case.text, entities)) != len(entities):
        wrong.append("overlaps")
    return wrong


def main(count: int) -> int:
    """Analyse generated texts; return the number of failures."""
    failures, longest = 0, 0.0
    for case in generate_cases(count):
        start = time.thread_time()
        try:
            wrong = faults_of(case)
        except Exception as error:
            wrong = [repr(error)]
        longest = max(longest, time.thread_time() - start)
        if wrong:
            failures += 1
            print(case, wrong)
    print(f"{count} texts, {failures} failures, at most {longest * 1000:.0f} ms of CPU")
    return failures


if __name__ == "__main__":
    sys.exit(bool(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)))
