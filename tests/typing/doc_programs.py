"""Type-check every program of the documentation and of the README, strictly, by mypy and pyright.

    python -m tests.typing.doc_programs

Each block of Python becomes a file of its own. A block that awaits outside of a function is put into one.
"""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".cache" / "doc_programs"
_BLOCK = re.compile(r"^```python[^\n]*\n(.*?)^```", re.DOTALL | re.MULTILINE)


def blocks(page: str) -> list[tuple[int, str]]:
    """Return the Python blocks of a page with the number of their first line."""
    return [(page.count("\n", 0, found.start(1)) + 1, found[1]) for found in _BLOCK.finditer(page)]


def program(code: str) -> str:
    """Return a block as a module."""
    try:
        compile(code, "block", "exec")
    except SyntaxError:
        compile(code, "block", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        return f"async def block() -> None:\n{textwrap.indent(code, '    ')}"
    return code


def write_programs(folder: Path) -> int:
    """Write every program into a folder of its own for each page; return their number."""
    shutil.rmtree(folder, ignore_errors=True)
    count = 0
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        for line, code in blocks(page.read_text(encoding="utf-8")):
            name = re.sub(r"\W", "_", str(page.relative_to(ROOT).with_suffix("")))
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{name}_line_{line}.py").write_text(program(code), encoding="utf-8")
            count += 1
    return count


def main() -> int:
    """Check the programs; return 1 if a checker finds an error."""
    count = write_programs(FOLDER)
    settings = {
        "extraPaths": [str(ROOT)],
        "typeCheckingMode": "strict",
        "reportMatchNotExhaustive": False,
        # Types that other libraries leave open
        **dict.fromkeys(
            (
                f"report{name}"
                for name in ("MissingTypeStubs", "UnknownMemberType", "UnknownVariableType", "UnknownArgumentType")
            ),
            False,
        ),
        # Of a block that was put into a function
        "reportUnusedVariable": False,
    }
    (FOLDER / "pyrightconfig.json").write_text(json.dumps(settings), encoding="utf-8")
    mypy = [sys.executable, "-m", "mypy", "--strict", "--ignore-missing-imports", "--config-file=", str(FOLDER)]
    pyright = [sys.executable, "-m", "pyright", "--pythonpath", sys.executable, "--project", str(FOLDER)]
    failed = [subprocess.run(command, cwd=ROOT, check=False).returncode for command in (mypy, pyright)]
    print(f"{count} programs of the documentation are typed" if not any(failed) else "see above")
    return int(any(failed))


if __name__ == "__main__":
    sys.exit(main())
