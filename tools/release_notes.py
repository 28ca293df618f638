"""Extract the release notes of a version from CHANGELOG.md: `python tools/release_notes.py v1.2.3 notes.md`."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]


def notes(tag: str, project: str, changelog: str) -> str:
    """Return the changelog's section of the tagged version.

    Args:
        tag: The Git tag: `v` and the version.
        project: Text of pyproject.toml.
        changelog: Text of CHANGELOG.md.

    Raises:
        ValueError: The tag is not that of the project's version, or the changelog has no dated section of it.
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
    """Write the notes to the file; exit with the reason if there are none."""
    tag, target = sys.argv[1:]
    project, changelog = ((ROOT / name).read_text(encoding="utf-8") for name in ("pyproject.toml", "CHANGELOG.md"))
    try:
        text = notes(tag, project, changelog)
    except ValueError as error:
        raise SystemExit(str(error)) from None
    Path(target).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
