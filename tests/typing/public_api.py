"""Whether everything that users import has a type of its own: `python -m tests.typing.public_api`.

What pyright reports of the whole package, held to the names of the public modules and what these names hold.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path

import asyncassist

ROOMS = ("", ".assistant", ".bridge", ".errors", ".flights", ".nlp", ".otel", ".testing", ".web")


def names() -> set[str]:
    """Full names of what the public modules offer."""
    found = set()
    for room in ROOMS:
        module = importlib.import_module(f"asyncassist{room}")
        for name in getattr(module, "__all__", None) or vars(module):
            thing = getattr(module, name)
            if getattr(thing, "__module__", "").startswith("asyncassist") and hasattr(thing, "__qualname__"):
                found.add(f"{thing.__module__}.{thing.__qualname__}")
    return found


def main() -> int:
    """Print what has no type, and how many names were looked at."""
    command = [
        str(Path(sys.executable).with_name("pyright")),
        "--verifytypes",
        "asyncassist",
        "--ignoreexternal",
        "--outputjson",
    ]
    # Wherever the package was imported from: pyright does not find every kind of editable installation.
    where = os.environ | {"PYTHONPATH": str(Path(asyncassist.__file__).parents[1])}
    ran = subprocess.run(command, capture_output=True, text=True, check=False, env=where)
    symbols = json.loads(ran.stdout)["typeCompleteness"]["symbols"]
    public = names()
    face = [one for one in symbols if any(one["name"] == name or one["name"].startswith(f"{name}.") for name in public)]
    bad = [one for one in face if not one["isTypeKnown"] or one["isTypeAmbiguous"]]
    for one in bad:
        print(one["name"], *(found["message"] for found in one["diagnostics"]))
    print(f"{len(face) - len(bad)} of {len(face)} public symbols have a type")
    return 1 if bad or len(face) < len(public) else 0


if __name__ == "__main__":
    sys.exit(main())
