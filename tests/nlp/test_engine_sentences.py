"""Accuracy of the engine on travel sentences in every language, written for these tests."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from asyncassist.languages.registry import LANGUAGES
from asyncassist.nlp import Analysis, AsyncNLPEngine

_DATA = Path(__file__).parent / "data"


def _format_value(value: Any, kind: str) -> str:
    """Return a value in the notation of the data files."""
    if kind in {"origin", "destination", "airline"}:
        return value.code
    if kind == "passengers":
        return f"{value.adults}.{value.children}.{value.infants}"
    if kind == "time":
        bounds = (value.earliest, value.latest)
        return "-".join("" if bound is None else f"{bound:%H:%M}" for bound in bounds)
    if kind == "budget":
        return f"{value.amount}{value.currency}"
    return str(value)


def _errors(row: dict[str, Any], analysis: Analysis) -> list[str]:
    """Return the differences between an analysis and its row."""
    found = {entity.type: _format_value(entity.value, entity.type) for entity in analysis.entities}
    differences = []
    if found != row["expect"]:
        differences.append(f"{row['text']!r}: wanted {row['expect']}, got {found}")
    if analysis.language.code != row["language"]:
        differences.append(f"{row['text']!r}: detected {analysis.language.code}")
    if "intent" in row and analysis.intent.name != row["intent"]:
        differences.append(f"{row['text']!r}: wanted {row['intent']}, got {analysis.intent.name}")
    return differences


@pytest.mark.parametrize("language", LANGUAGES)
async def test_sentences_are_analysed_correctly(language: str) -> None:
    """At least 95 % of the sentences of each language have all entities, the language and the intent right."""
    rows = [json.loads(line) for line in (_DATA / f"{language}.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(rows) >= 150

    failed = []
    async with AsyncNLPEngine() as engine:
        for row in rows:
            context: dict[str, Any] = {"asked": row["asked"]} if "asked" in row else {}
            # names alone are no evidence of a language: it comes from the conversation
            if len(row["text"].split()) <= 3:
                context["language"] = language
            noon = dt.datetime.fromisoformat(row["today"]).replace(hour=12, tzinfo=dt.UTC)
            analysis = await engine.analyze(row["text"], now=noon, previous=row.get("previous"), context=context)
            differences = _errors(row, analysis)
            if differences:
                failed.append("; ".join(differences))

    assert len(failed) <= 0.05 * len(rows), "\n".join(failed)
