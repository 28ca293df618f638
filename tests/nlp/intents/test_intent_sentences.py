"""Intents of everyday texts in six languages, and of other talk, written for these tests."""

from __future__ import annotations

import json
from pathlib import Path

from asyncassist.nlp import AsyncNLPEngine
from tests.nlp.extraction import NOW

_DATA = Path(__file__).parent.parent / "data" / "intents.jsonl"


async def test_everyday_texts_get_their_intents() -> None:
    """At least 90 % of everyday and slangy texts get their intent, and 98 % of other talk is unknown."""
    wrong: dict[bool, list[str]] = {True: [], False: []}
    counts = {True: 0, False: 0}
    async with AsyncNLPEngine() as engine:
        for line in _DATA.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            analysis = await engine.analyze(row["text"], language=row["language"], now=NOW)
            other_talk = row["intent"] == "unknown"
            counts[other_talk] += 1
            if analysis.intent.name != row["intent"]:
                wrong[other_talk].append(f"{row['text']!r}: wanted {row['intent']}, got {analysis.intent.name}")

    assert len(wrong[False]) <= 0.1 * counts[False], "\n".join(wrong[False])
    assert len(wrong[True]) <= 0.02 * counts[True], "\n".join(wrong[True])
