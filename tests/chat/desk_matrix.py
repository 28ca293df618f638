"""All scripts of the airline's desk with all faults.

    python -m tests.chat.desk_matrix [SCRIPTS]

Runs SCRIPTS scripts (50), each with every fault, half of them on each wire, and prints what was wrong.
"""

from __future__ import annotations

import asyncio
import sys
import time

from tests.chat.desk_faults import FAULTS, run_cases


def main() -> int:
    """Run the whole matrix; return 1 if anything was wrong."""
    scripts = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    started = time.monotonic()
    count, wrong = asyncio.run(run_cases(range(scripts), FAULTS))
    print(*wrong, sep="\n")
    seconds = time.monotonic() - started
    print(f"{count} cases ({scripts} scripts x {len(FAULTS)} faults), {len(wrong)} problems, {seconds:.0f} s")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
