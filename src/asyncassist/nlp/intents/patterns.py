"""Phrase patterns by intent, compiled from `data/phrases.txt` and from `intents.txt` in the folder of a language."""

from __future__ import annotations

import re
from importlib import resources
from typing import TYPE_CHECKING, Final

from asyncassist.languages.alternatives import group_by_letter
from asyncassist.languages.registry import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterator


def _iter_files() -> Iterator[str]:
    """Yield the texts of the files of phrases, those of the languages in their order."""
    yield resources.files("asyncassist.nlp").joinpath("data", "phrases.txt").read_text(encoding="utf-8")
    for language in LANGUAGES:
        file = resources.files("asyncassist.languages").joinpath(language, "intents.txt")
        if file.is_file():
            yield file.read_text(encoding="utf-8")


def _load_sections() -> dict[str, list[str]]:
    """Return the lines of each section of the files; a leading "=" or "~" of a section name marks its kind."""
    found: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in "\n".join(_iter_files()).splitlines():
        if line.startswith("["):
            lines = found.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            lines.append(line)
    return found


_SECTIONS: Final = _load_sections()
_FRAGMENTS: Final = {
    name[1:]: group_by_letter("|".join(lines)) for name, lines in _SECTIONS.items() if name.startswith("=")
}


def _compile_section(name: str) -> re.Pattern[str]:
    """Compile a section into one pattern; "{name}" inserts the fragment of the section "=name".

    A section named "~name" is a complete expression; the lines of others are alternatives that match whole words only.
    """
    whole = "|".join(_SECTIONS.get(f"~{name}") or _SECTIONS[name])
    for fragment, body in _FRAGMENTS.items():
        whole = whole.replace("{" + fragment + "}", f"(?:{body})")
    whole = group_by_letter(whole)
    return re.compile(whole if f"~{name}" in _SECTIONS else rf"(?<!\w)(?:{whole})(?!\w)")


FILLERS: Final = frozenset(word for line in _SECTIONS["fillers"] for word in line.split())
"""Words around a courtesy that do not change it: names, "very", "for your help"."""
COURTESY: Final = {name: _compile_section(name) for name in ("thanks", "goodbye", "greeting", "affirm", "deny")}
WANT: Final = re.compile(rf"\b(?:{_FRAGMENTS['want']})\b")
"""Phrases of a request or a search."""
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
"""Topics of travellers that this package does not handle, such as hotels and the weather."""
