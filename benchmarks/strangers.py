"""Dates of AsyncNLPEngine on public sets that it was not written for, beside four date parsers in the same run.

Arguments: FOLDER [--peers PYTHON] [--node DIR] [--half A] [--errors LANGUAGE].

FOLDER has the sets as `*.jsonl`, a text a line: "text", "lang", "now", "half", "kind" and "gold", whose "sets" are the
lists of ISO dates that count as right. Days and ranges are right if the dates found are one of them; a text of the kind
"none", "free" or "birth" must give none. Each peer is asked in the language of the text, with the same day, in an
environment of its own: `--peers` is an interpreter that has dateparser, ctparse and timefhuman, `--node` a folder
node_modules with chrono-node. `--errors` lists the texts of a language that ours reads wrongly.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import json
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

from asyncassist.nlp import AsyncNLPEngine
from benchmarks.date_peers import PEERS
from benchmarks.report import Report

LANGUAGES = ("en", "pt", "es", "fr", "de", "it")
EXACT = {"day", "range"}
NOTHING = {"none", "free", "birth"}
CHRONO = """
const chrono = require("chrono-node");
const facts = process.env.NODE_PATH + "/chrono-node/package.json";
console.log(JSON.stringify(JSON.parse(require("fs").readFileSync(facts)).version));
require("readline").createInterface({input: process.stdin}).on("line", (line) => {
  const row = JSON.parse(line), found = [], parser = chrono[row.lang];
  const day = (part) => `${part.get("year")}`.padStart(4, "0") + "-" + `${part.get("month")}`.padStart(2, "0") + "-"
    + `${part.get("day")}`.padStart(2, "0");
  const named = (part) => part.isCertain("day") || part.isCertain("weekday");
  try {
    for (const one of parser.parse(row.text, new Date(row.now + "Z"), {forwardDate: true}))
      for (const part of [one.start, one.end]) if (part && named(part)) found.push(day(part));
  } catch {}
  console.log(JSON.stringify(found));
});
"""


def load(folder: Path, half: str) -> list[dict[str, Any]]:
    """Return the texts of one half that have dates or must have none, of the sets that have dates."""
    rows = [json.loads(line) for path in sorted(folder.glob("*.jsonl")) for line in path.open(encoding="utf-8")]
    rows = [row for row in rows if row["half"] == half and row["now"] and _is_asked(row)]
    with_dates = {row["set"] for row in rows if row["kind"] in EXACT}
    return [row for row in rows if row["set"] in with_dates]


def _is_asked(row: dict[str, Any]) -> bool:
    return row["kind"] in NOTHING or (row["kind"] in EXACT and "sets" in row["gold"])


async def ours(rows: list[dict[str, Any]]) -> list[list[str]]:
    """Return the dates that the engine finds in each text."""
    answers = []
    async with AsyncNLPEngine(ttl=0) as engine:
        for row in rows:
            now = dt.datetime.fromisoformat(row["now"]).replace(tzinfo=dt.UTC)
            context = {"asked": row["asked"]} if row.get("asked") else {}
            analysis = await engine.analyze(row["text"], language=row["lang"], now=now, context=context)
            dates = [one for one in analysis.entities if isinstance(one.value, dt.date)]
            days = {one.value for one in dates} | {one.metadata.get("range_end") for one in dates} - {None}
            answers.append(sorted(day.isoformat() for day in days))
    return answers


def peer(
    command: list[str], rows: list[dict[str, Any]], **environment: str
) -> tuple[str, list[list[str] | None]] | None:
    """Return the version and the answers of a peer; None if it is not installed."""
    lines = "".join(json.dumps({name: row[name] for name in ("text", "lang", "now")}) + "\n" for row in rows)
    done = subprocess.run(command, input=lines, capture_output=True, text=True, check=False, env=environment or None)
    if done.returncode:
        print(done.stderr[-300:], file=sys.stderr)
        return None
    version, *answers = map(json.loads, done.stdout.splitlines())
    return str(version), answers


def is_right(row: dict[str, Any], days: list[str]) -> bool:
    """Return whether the dates found are those that the text means, or none where it has none."""
    return not days if row["kind"] in NOTHING else sorted(set(days)) in [sorted(want) for want in row["gold"]["sets"]]


def shares(rows: list[dict[str, Any]], answers: list[list[str] | None]) -> dict[tuple[str, bool], str]:
    """Return the percentage that is right by language and by whether the text has a date; "" where it was not asked."""
    flags: dict[tuple[str, bool], list[bool]] = defaultdict(list)
    for row, days in zip(rows, answers, strict=True):
        if days is not None:
            flags[row["lang"], row["kind"] in EXACT].append(is_right(row, days))
    return {key: f"{100 * sum(values) / len(values):.1f}" for key, values in flags.items()}


def main() -> None:
    """Measure all engines and write the report."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--peers", default=sys.executable)
    parser.add_argument("--node", default="node_modules")
    parser.add_argument("--half", default="A")
    parser.add_argument("--errors", choices=LANGUAGES)
    options = parser.parse_args()
    rows = load(options.folder, options.half)
    engines: dict[str, list[list[str] | None]] = {"asyncassist": list(asyncio.run(ours(rows)))}
    if options.errors:
        for row, days in zip(rows, engines["asyncassist"], strict=True):
            if row["lang"] == options.errors and not is_right(row, days or []):
                print(row["set"], repr(row["text"]), row["now"][:10], row["gold"].get("sets"), days)
        return
    report = Report("strangers", f"Dates on public sets, half {options.half}, per cent")
    report.arguments = "FOLDER --peers PYTHON --node DIR"  # paths differ between machines
    script = str(Path(__file__).with_name("date_peers.py"))
    commands = {name: ([options.peers, script, name], {}) for name in PEERS}
    commands["chrono-node"] = (["node", "-e", CHRONO], {"NODE_PATH": str(options.node), "PATH": "/usr/bin:/bin"})
    for name, (command, environment) in commands.items():
        start = time.monotonic()
        found = peer(command, rows, **environment)
        print(f"{name}: {time.monotonic() - start:.0f} s")
        if found is None:
            report.not_installed(name)
            continue
        report.versions[name], engines[name] = found
    measured = {name: shares(rows, answers) for name, answers in engines.items()}
    for has_date, measure in ((True, "days and ranges, exact"), (False, "no date, none found")):
        for language in LANGUAGES:
            count = sum(row["lang"] == language and (row["kind"] in EXACT) == has_date for row in rows)
            cells = {name: measured[name].get((language, has_date), "") for name in engines}
            report.row(measure=measure, language=language, texts=count, **cells)
    report.write()


if __name__ == "__main__":
    main()
