"""Phrases by intent, read from `data/phrases.txt`; a new language adds lines there."""

from __future__ import annotations

import re
from importlib import resources
from typing import Final


def _load_sections() -> dict[str, list[str]]:
    """The lines of each section of the file; a section's mark is the first sign of its name."""
    found: dict[str, list[str]] = {}
    lines: list[str] = []
    text = resources.files("asyncassist.nlp").joinpath("data", "phrases.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        if line.startswith("["):
            lines = found.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            lines.append(line)
    return found


_SECTIONS: Final = _load_sections()
_FRAGMENTS: Final = {name[1:]: "|".join(lines) for name, lines in _SECTIONS.items() if name.startswith("=")}


def _compile_section(name: str) -> re.Pattern[str]:
    """The pattern of a section."""
    whole = "|".join(_SECTIONS.get(f"~{name}") or _SECTIONS[name])
    for fragment, body in _FRAGMENTS.items():
        whole = whole.replace("{" + fragment + "}", f"(?:{body})")
    return re.compile(whole if f"~{name}" in _SECTIONS else rf"(?<!\w)(?:{whole})(?!\w)")


FILLERS: Final = frozenset(word for line in _SECTIONS["fillers"] for word in line.split())
"""Words around a courtesy that add nothing: names, "very", "for your help"."""
COURTESY: Final = {name: _compile_section(name) for name in ("thanks", "goodbye", "greeting", "affirm", "deny")}
WANT: Final = re.compile(rf"\b(?:{_FRAGMENTS['want']})\b")
"""Words of somebody who looks for something."""
FLIGHT: Final = _compile_section("flight")
TRAVEL: Final = _compile_section("travel")
STATUS: Final = _compile_section("status")
BAGGAGE: Final = _compile_section("baggage")
LOST: Final = _compile_section("lost")
ALLOWED: Final = _compile_section("allowed")
CHECK_IN: Final = _compile_section("check_in")
CANCEL: Final = _compile_section("cancel")
BOOKED: Final = _compile_section("booked")
CHANGE: Final = _compile_section("change")
BOOK: Final = _compile_section("book")
HELP: Final = _compile_section("help")
OFF_TOPIC: Final = _compile_section("elsewhere")
"""What travellers also speak of, and what this package does not do."""
