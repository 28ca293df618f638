"""All short benchmarks, one after another: `python -m benchmarks [--full]`."""

from __future__ import annotations

import subprocess
import sys
import time

SHORT = ("bridge", "handler", "state", "chatbot", "nlp", "flights", "assistant", "web")
LONG = ("faults",)


def main() -> int:
    full = "--full" in sys.argv
    names = [*SHORT, *(LONG if full else ())]
    failed = []
    for place, name in enumerate(names, 1):
        print(f"[{place}/{len(names)}] {name}", flush=True)
        start = time.monotonic()
        command = [sys.executable, "-m", f"benchmarks.{name}", *(() if full else ("--quick",))]
        if subprocess.run(command, check=False).returncode:
            failed.append(name)
        print(f"      {time.monotonic() - start:.0f} s", flush=True)
    if failed:
        print(f"failed: {', '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
