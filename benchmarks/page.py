"""Generate the tables and plots of docs/figures.md from benchmarks/results/: `python -m benchmarks.page`.

The text between two markers is generated; the text around them is written by hand.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from benchmarks.report import RESULTS

DOCS = Path(__file__).parents[1] / "docs"
PAGE = DOCS / "figures.md"
PLOTS = DOCS / "figures"
MARKERS = re.compile(r"(<!-- results: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
OURS = ("asyncassist", "AsyncHandler", "CachedChatbot", "AsyncFlightClient", "LoopThread", "service")


@dataclass(frozen=True, slots=True)
class Bars:
    """Bar chart with one bar for each row that has the value and matches the case, if one is given."""

    title: str
    label: str
    value: str
    case: tuple[str, str] | None = None

    def bars(self, rows: list[dict[str, Any]]) -> list[tuple[str, float]]:
        chosen = [row for row in rows if self.case is None or row[self.case[0]] == self.case[1]]
        return [(str(row[self.label]), number(row[self.value])) for row in chosen if row[self.value] != ""]


BARS = {
    "bridge": [Bars("One call from a thread through the event loop, µs", "contestant", "microseconds")],
    "handler": [
        Bars("CPU per cache hit, µs", "way", "hit_us"),
        Bars("CPU per cache miss, µs", "way", "miss_us"),
    ],
    "state": [Bars("Reads per second, 50 concurrent", "who", "per_second", ("what", "get, 50 concurrent"))],
    "chatbot": [
        Bars("CPU per cache hit after ten turns, µs", "contestant", "microseconds", ("case", "hit, 10 turns")),
        Bars("CPU per cache miss, µs", "contestant", "microseconds", ("case", "miss")),
    ],
    "flights": [
        Bars("300 searches on a 2.1 s upstream, seconds", "who", "wall", ("what", "300 searches on a 2.1 s upstream"))
    ],
    "web": [
        Bars(
            "CPU per cached response, FastAPI, µs",
            "application",
            "CPU, µs per request",
            ("case", "cached response, FastAPI"),
        ),
        Bars(
            "CPU per request, Flask, 200 connections, µs",
            "application",
            "CPU, µs per request",
            ("case", "slow upstream, Flask, 200 connections"),
        ),
    ],
}


def number(value: Any) -> float:
    """Return the number at the start of a cell."""
    return float(str(value).split()[0])


def svg(plot: Bars, bars: list[tuple[str, float]]) -> str:
    """Return the plot as SVG with its own background, so that it is readable in light and dark mode."""
    assert bars, f"nothing to draw: {plot.title}"
    most = max(value for _, value in bars)
    height = 46 + 26 * len(bars)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 {height}" role="img" font-family="sans-serif">',
        f"<title>{escape(plot.title)}</title>",
        f'<rect width="640" height="{height}" rx="6" fill="#f5f6f8"/>',
        f'<text x="12" y="24" font-size="15" font-weight="bold" fill="#1d2733">{escape(plot.title)}</text>',
    ]
    for place, (name, value) in enumerate(bars):
        top = 36 + 26 * place
        long = max(2.0, 330 * value / most)
        ours = name.startswith(OURS)
        shown = f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
        parts += [
            f'<text x="190" y="{top + 15}" font-size="13" text-anchor="end" fill="#1d2733">{escape(name)}</text>',
            f'<rect x="198" y="{top + 2}" width="{long:.1f}" height="18" fill="{"#00796b" if ours else "#90a4ae"}"/>',
            f'<text x="{204 + long:.1f}" y="{top + 15}" font-size="13" fill="#1d2733">{shown}</text>',
        ]
    return "\n".join([*parts, "</svg>", ""])


def rows_of(facts: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the rows of a result; convert the conformance suite's own format to rows."""
    if "rows" in facts:
        return list(facts["rows"])
    return [
        {"tests": kind, "passed": found["passed"], "of": found["of"], "missed": ", ".join(found["missed"])}
        for kind, found in facts.items()
    ]


def table(rows: list[dict[str, Any]]) -> str:
    """Return the rows as a Markdown table; numeric columns are right-aligned."""
    columns = list(rows[0])
    right = {column for column in columns[1:] if all(re.match(r"[\d.]|$", str(row.get(column, ""))) for row in rows)}
    lines = [
        [column.replace("_", " ") for column in columns],
        ["--:" if column in right else "---" for column in columns],
        *([_cell(row.get(column, "")) for column in columns] for row in rows),
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(value: Any) -> str:
    return str(value).replace("|", "\\|").replace("<", "&lt;")


def origin(facts: dict[str, Any]) -> str:
    """Return the command, the machine and the versions in one line."""
    if "command" not in facts:
        return ""
    parts = [f"`{facts['command']}`", f"Python {facts['python']}", facts["machine"]]
    if "load" in facts:
        parts.append(f"load {facts['load']} before, {facts['date']}")
    parts += [f"{name} {version}" for name, version in facts["versions"].items()]
    if facts["not_installed"]:
        parts.append(f"not installed: {', '.join(facts['not_installed'])}")
    return " · ".join(parts)


def section(name: str, facts: dict[str, Any]) -> str:
    """Return the text between the markers of this name."""
    plots = [f"![{plot.title}](figures/{name}-{n}.svg)" for n, plot in enumerate(BARS.get(name, []), 1)]
    return "\n\n".join(part for part in (*plots, table(rows_of(facts)), origin(facts)) if part)


def made() -> dict[Path, str]:
    """Return the generated page and plots by path."""
    results = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(RESULTS.glob("*.json"))}
    files = {
        PLOTS / f"{name}-{n}.svg": svg(plot, plot.bars(results[name]["rows"]))
        for name, plots in BARS.items()
        for n, plot in enumerate(plots, 1)
    }
    text = PAGE.read_text(encoding="utf-8")
    files[PAGE] = MARKERS.sub(lambda found: f"{found[1]}\n{section(found[2], results[found[2]])}\n\n{found[3]}", text)
    return files


def write() -> None:
    """Regenerate the page and its plots."""
    PLOTS.mkdir(exist_ok=True)
    for path, text in made().items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
