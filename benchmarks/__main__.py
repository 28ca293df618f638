"""Run all benchmarks and regenerate docs/figures.md: `python -m benchmarks [--quick | --full]`.

Without a flag, all benchmarks but the long ones run; with `--full` also those, and every round; with `--quick`, few
rounds of each, for a first impression.
"""

from __future__ import annotations

import subprocess
import sys
import time

from benchmarks import page

BENCHMARKS = (
    *("originals", "bridge", "handler", "pacing", "state", "sqlite", "postgres"),
    *("chatbot", "chat_tools", "nlp", "flights", "assistant", "web"),
)
LONG = ("conversations", "search", "faults")
WITH_FULL = {"flights"}  # benchmarks that accept `--full`
# Their medians are stable after a few rounds; the full number of rounds takes minutes.
SHORTER = {"handler", "pacing", "chatbot", "chat_tools", "web", "web_moments"}


def flags(name: str) -> list[str]:
    """Return the command-line flags for the benchmark."""
    if "--full" in sys.argv:
        return ["--full"] if name in WITH_FULL else []
    return ["--quick"] if "--quick" in sys.argv or name in SHORTER else []


def main() -> int:
    """Run the benchmarks and write the page; return 1 if one failed."""
    names = [*BENCHMARKS, *(LONG if "--full" in sys.argv else ())]
    failed = []
    begun = time.monotonic()
    for index, name in enumerate(names, 1):
        print(f"[{index}/{len(names)}] {name}", flush=True)
        start = time.monotonic()
        if subprocess.run([sys.executable, "-m", f"benchmarks.{name}", *flags(name)], check=False).returncode:
            failed.append(name)
        print(f"      {time.monotonic() - start:.0f} s, {time.monotonic() - begun:.0f} s in all", flush=True)
    page.write()
    print("written: docs/figures.md")
    if failed:
        print(f"failed: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
