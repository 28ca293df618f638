"""Test of the built wheel: `python -m tests.packaging.wheel dist/*.whl [--pythons "3.12 /path/python"]`.

For each Python the wheel is installed into a new environment without extras and without this checkout on the path;
`python -m asyncassist demo` and the README's program run with warnings as errors. Needs the standard library only.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import venv
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
MAX_BYTES = 3_000_000


def inspect(wheel: Path) -> None:
    """Exit with an error if the wheel is too large, lacks a required file or holds a foreign one."""
    if wheel.stat().st_size >= MAX_BYTES:
        raise SystemExit(f"{wheel.name} has {wheel.stat().st_size} bytes; the bound is {MAX_BYTES}")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    licences = f"{'-'.join(wheel.name.split('-')[:2])}.dist-info/licenses/"
    required = {f"{licences}LICENSE", f"{licences}NOTICE", "asyncassist/py.typed"}
    if missing := required - set(names):
        raise SystemExit(f"{wheel.name} lacks {', '.join(sorted(missing))}")
    if foreign := [name for name in names if not name.startswith("asyncassist")]:
        raise SystemExit(f"{wheel.name} holds {', '.join(foreign)}")
    print(f"{wheel.name}: {wheel.stat().st_size / 1e6:.2f} MB, {len(names)} files")


def program() -> str:
    """Return the first Python block of the README."""
    found = re.search(r"```python\n(.+?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    return found[1]


def environment(folder: Path, python: str) -> Path:
    """Create a virtual environment of the Python and return its interpreter."""
    if python == sys.executable:
        venv.create(folder, with_pip=True)
    else:
        subprocess.run([python, "-m", "venv", str(folder)], check=True)
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def try_out(wheel: Path, python: str) -> None:
    """Install the wheel and run the demo and the README's program."""
    clean = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "PYTHONWARNINGS"}}
    with tempfile.TemporaryDirectory() as folder:
        interpreter = environment(Path(folder) / "fresh", python)

        def run(*arguments: str) -> str:
            ran = subprocess.run(
                [str(interpreter), *arguments],
                cwd=folder,
                env=clean,
                capture_output=True,
                text=True,
                timeout=300,
                check=False,
            )
            if ran.returncode:
                raise SystemExit(f"{python}: {' '.join(arguments)[:80]}\n{ran.stdout}{ran.stderr}")
            return ran.stdout

        run("-m", "pip", "install", "--quiet", "--disable-pip-version-check", str(wheel))
        version = run("-c", "import sys; print(sys.version.split()[0])").strip()
        (Path(folder) / "front_page.py").write_text(program(), encoding="utf-8")
        demo = run("-W", "error", "-m", "asyncassist", "demo")
        front = run("-W", "error", "front_page.py")
        if "Berlin" not in demo or "Berlin" not in front:
            raise SystemExit(f"{python}: no answer about Berlin\n{demo}{front}")
        print(f"CPython {version}: installed without extras; demo and front page ran with warnings as errors")


def main() -> None:
    """Inspect the wheel and try it with each Python."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wheel", type=Path)
    parser.add_argument(
        "--pythons", default=sys.executable, help="interpreters, separated by spaces; default: this one"
    )
    given = parser.parse_args()
    wheel = given.wheel.resolve()
    inspect(wheel)
    for python in given.pythons.split():
        try_out(wheel, python)


if __name__ == "__main__":
    main()
