"""Report of a benchmark: a printed table and a JSON file with the machine, the versions and the command."""

from __future__ import annotations

import datetime as dt
import importlib.metadata
import json
import os
import platform
import sys
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"


class Report:
    """Rows of one benchmark.

    Args:
        name: Name of the benchmark and of its file in benchmarks/results/.
        title: Title of the table.
        packages: Distributions whose versions are recorded.
    """

    def __init__(self, name: str, title: str, packages: tuple[str, ...] = ()) -> None:
        self.name = name
        self.title = title
        self.packages = packages
        self.rows: list[dict[str, Any]] = []
        self.missing: list[str] = []
        self.arguments = " ".join(sys.argv[1:])
        self.versions: dict[str, str] = {}  # of peers in an environment of their own
        self.load = os.getloadavg()[0]

    def row(self, **facts: Any) -> None:
        """Add a row of values by column; all rows have the same columns."""
        self.rows.append(facts)

    def not_installed(self, package: str) -> None:
        """Record that a peer was not measured because it is not installed."""
        self.missing.append(package)

    def write(self) -> None:
        """Print the table and write the JSON file."""
        print(f"\n{self.title}\n")
        columns = list(self.rows[0]) if self.rows else []
        widths = {c: max(len(c), *(len(str(row.get(c, ""))) for row in self.rows)) for c in columns}
        print("  ".join(c.ljust(widths[c]) for c in columns))
        for row in self.rows:
            print("  ".join(str(row.get(c, "")).ljust(widths[c]) for c in columns))
        for package in self.missing:
            print(f"not installed: {package}")
        RESULTS.mkdir(exist_ok=True)
        facts = {
            "title": self.title,
            "command": f"python -m benchmarks.{self.name} {self.arguments}".strip(),
            "date": dt.datetime.now(dt.UTC).date().isoformat(),
            "python": platform.python_version(),
            "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores{_processor()}",
            "load": round(self.load, 1),  # load average of the minute before
            "versions": {package: _version(package) for package in self.packages} | self.versions,
            "not_installed": self.missing,
            "rows": self.rows,
        }
        path = RESULTS / f"{self.name}.json"
        path.write_text(json.dumps(facts, indent=2, default=str) + "\n", encoding="utf-8")
        print(f"\nwritten: benchmarks/results/{path.name}")


def _processor() -> str:
    """Return the name of the processor in parentheses, "" if unknown."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    return next((f" ({line.partition(':')[2].strip()})" for line in lines if line.startswith("model name")), "")


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"
