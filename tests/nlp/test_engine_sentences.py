"""Sentences of travellers in six languages, written for these tests: what is read of each."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from asyncassist.nlp import Analysis, AsyncNLPEngine

_DATA = Path(__file__).parent / "data"
_LANGUAGES = ("en", "pt", "es", "fr", "de", "it")


def _shown(value: Any, kind: str) -> str:
    """A value as the data files write it."""
    if kind in {"origin", "destination", "airline"}:
        return value.code
    if kind == "passengers":
        return f"{value.adults}.{value.children}.{value.infants}"
    if kind == "budget":
        return f"{value.amount}{value.currency}"
    return str(value)


def _wrong(row: dict[str, Any], analysis: Analysis) -> list[str]:
    """What of a sentence was misread."""
    found = {entity.type: _shown(entity.value, entity.type) for entity in analysis.entities}
    wrong = []
    if found != row["expect"]:
        wrong.append(f"{row['text']!r}: wanted {row['expect']}, got {found}")
    if analysis.language.code != row["language"]:
        wrong.append(f"{row['text']!r}: taken for {analysis.language.code}")
    if "intent" in row and analysis.intent.name != row["intent"]:
        wrong.append(f"{row['text']!r}: wanted {row['intent']}, got {analysis.intent.name}")
    return wrong


@pytest.mark.parametrize("language", _LANGUAGES)
async def test_sentences_are_read_whole(language: str) -> None:
    """Of each language's sentences at least 95 in 100 are right in every entity, the language and the intent."""
    rows = [json.loads(line) for line in (_DATA / f"{language}.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(rows) >= 150

    misread = []
    async with AsyncNLPEngine() as engine:
        for row in rows:
            context: dict[str, Any] = {"asked": row["asked"]} if "asked" in row else {}
            # names alone have no language: it is the conversation's
            if len(row["text"].split()) <= 3:
                context["language"] = language
            noon = dt.datetime.fromisoformat(row["today"]).replace(hour=12, tzinfo=dt.UTC)
            analysis = await engine.analyze(row["text"], now=noon, previous=row.get("previous"), context=context)
            wrong = _wrong(row, analysis)
            if wrong:
                misread.append("; ".join(wrong))

    assert len(misread) <= 0.05 * len(rows), "\n".join(misread)
