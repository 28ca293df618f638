"""All benchmarks, one after another, and the page that shows them: `python -m benchmarks [--quick | --full]`.

Without a flag all but the long ones; `--full`: those too, and every round; `--quick`: few rounds of all, for a look.
"""

from __future__ import annotations

import subprocess
import sys
import time

from benchmarks import page

ROOMS = ("originals", "bridge", "handler", "state", "chatbot", "nlp", "flights", "assistant", "web")
LONG = ("faults",)
WITH_FULL = {"flights"}  # know `--full` themselves
SHORTER = {
    "handler",
    "chatbot",
    "web",
    "web_moments",
}  # their medians are steady after few rounds; all of them take minutes


def flags(name: str) -> list[str]:
    """What the benchmark is told."""
    if "--full" in sys.argv:
        return ["--full"] if name in WITH_FULL else []
    return ["--quick"] if "--quick" in sys.argv or name in SHORTER else []


def main() -> int:
    names = [*ROOMS, *(LONG if "--full" in sys.argv else ())]
    failed = []
    begun = time.monotonic()
    for place, name in enumerate(names, 1):
        print(f"[{place}/{len(names)}] {name}", flush=True)
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
