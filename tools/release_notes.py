"""The changelog's section of the version that is released: `python tools/release_notes.py v1.2.3 notes.md`."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]


def notes(tag: str, project: str, changelog: str) -> str:
    """What changed in this release.

    Args:
        tag: The tag, `v` and the version.
        project: The text of pyproject.toml.
        changelog: The text of CHANGELOG.md.

    Raises:
        ValueError: The tag is not the project's version, or the changelog says nothing of it.
    """
    version = tomllib.loads(project)["project"]["version"]
    if tag != f"v{version}":
        raise ValueError(f"the tag is {tag}, the version {version}")
    found = re.search(
        rf"^## \[{re.escape(version)}\] - \d{{4}}-\d\d-\d\d\n(.+?)(?=^## |\Z)", changelog, re.MULTILINE | re.DOTALL
    )
    if found is None or not found[1].strip():
        raise ValueError(f"CHANGELOG.md has no section of {version} with a date")
    return found[1].strip() + "\n"


def main() -> None:
    """Write the notes, or end with why there are none."""
    tag, target = sys.argv[1:]
    project, changelog = ((ROOT / name).read_text(encoding="utf-8") for name in ("pyproject.toml", "CHANGELOG.md"))
    try:
        text = notes(tag, project, changelog)
    except ValueError as error:
        raise SystemExit(str(error)) from None
    Path(target).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
