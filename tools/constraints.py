"""Write the versions of everything that the container image installs: `python -m tools.constraints`.

The versions are those of this environment, which the tests use.
"""

from __future__ import annotations

import importlib.metadata
import re
import sys
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
FILE = ROOT / "deploy" / "constraints.txt"
DOCKERFILE = ROOT / "deploy" / "Dockerfile"
_HEAD = "# Versions of what the image installs, as tested. Written by `python -m tools.constraints`.\n"


def requirements() -> list[Requirement]:
    """Return what the image installs beside the package itself: its dependencies, extras, and the servers."""
    command = re.search(r"pip install [^\n\"]*\"\.\[([\w,]+)\]\" ([^\n]+)", DOCKERFILE.read_text())
    assert command is not None
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    texts = [*project["dependencies"]]
    for extra in command[1].split(","):
        texts += project["optional-dependencies"][extra]
    return [Requirement(text.strip('"')) for text in (*texts, *command[2].split())]


def versions() -> dict[str, str]:
    """Return the version of each package that the requirements need, directly or not, by its canonical name."""
    found: dict[str, str] = {}
    waiting = requirements()
    while waiting:
        needed = waiting.pop()
        if needed.marker is not None and not any(
            needed.marker.evaluate({"extra": extra}) for extra in (needed.extras or {""})
        ):
            continue
        name = canonicalize_name(needed.name)
        known = name in found
        installed = importlib.metadata.distribution(needed.name)
        found[name] = installed.version
        if known and not needed.extras:
            continue
        for text in installed.requires or ():
            other = Requirement(text)
            wanted = needed.extras or {""}
            if other.marker is None or any(other.marker.evaluate({"extra": extra}) for extra in wanted):
                other.marker = None
                waiting.append(other)
    return found


def render() -> str:
    """Return the content of the file."""
    return _HEAD + "".join(f"{name}=={version}\n" for name, version in sorted(versions().items()))


if __name__ == "__main__":
    FILE.write_text(render())
    sys.stdout.write(f"written: {FILE}\n")
