"""All scripts of the airline with all faults.

    python -m tests.chat.airline_matrix [SCRIPTS]

Runs SCRIPTS scripts (50), each with every fault, half of them on each wire, and prints what was wrong.
"""

from __future__ import annotations

import asyncio
import sys
import time

from tests.chat.airline_faults import FAULTS, run_cases


def main() -> int:
    """Run the whole matrix; return 1 if anything was wrong."""
    scripts = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    started = time.monotonic()
    total, problems = 0, 0
    for script in range(scripts):
        count, wrong = asyncio.run(run_cases([script], FAULTS))
        total, problems = total + count, problems + len(wrong)
        print(*wrong, f"{total} cases, {problems} problems, {time.monotonic() - started:.0f} s", sep="\n", flush=True)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
