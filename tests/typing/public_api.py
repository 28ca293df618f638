"""Type completeness of the public API: `python -m tests.typing.public_api`.

Pyright reports on the whole package; the report is reduced to the names of the public modules and their members.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path

import asyncassist

PUBLIC_MODULES = (
    "",
    ".assistant",
    ".bridge",
    ".errors",
    ".flights",
    ".nlp",
    ".otel",
    ".stores",
    ".testing",
    ".tools",
    ".web",
)


def names() -> set[str]:
    """Return the full names of what the public modules export."""
    found = set()
    for suffix in PUBLIC_MODULES:
        module = importlib.import_module(f"asyncassist{suffix}")
        for name in getattr(module, "__all__", None) or vars(module):
            value = getattr(module, name)
            if getattr(value, "__module__", "").startswith("asyncassist") and hasattr(value, "__qualname__"):
                found.add(f"{value.__module__}.{value.__qualname__}")
    return found


def main() -> int:
    """Print the public symbols without a known type and a summary; return the exit status."""
    command = [
        str(Path(sys.executable).with_name("pyright")),
        "--verifytypes",
        "asyncassist",
        "--ignoreexternal",
        "--outputjson",
    ]
    # Pyright does not find every kind of editable installation, so it gets the path of the imported package; others are
    # those of the Python that it finds first.
    environment = os.environ | {
        "PYTHONPATH": str(Path(asyncassist.__file__).parents[1]),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
    }
    ran = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    symbols = json.loads(ran.stdout)["typeCompleteness"]["symbols"]
    public = names()
    checked = [
        one for one in symbols if any(one["name"] == name or one["name"].startswith(f"{name}.") for name in public)
    ]
    bad = [one for one in checked if not one["isTypeKnown"] or one["isTypeAmbiguous"]]
    for one in bad:
        print(one["name"], *(found["message"] for found in one["diagnostics"]))
    print(f"{len(checked) - len(bad)} of {len(checked)} public symbols have a type")
    return 1 if bad or len(checked) < len(public) else 0


if __name__ == "__main__":
    sys.exit(main())
