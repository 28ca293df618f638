"""Texts of the pages that an operator replaces: checked against those of the languages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from asyncassist.errors import ConfigurationError
from asyncassist.languages.registry import PACKS

_MAX_CHARS = 500
_PLACEHOLDER = re.compile(r"\{\w+\}")


def check_texts(name: str, given: object) -> dict[str, dict[str, Any]]:
    """Return a copy of replaced texts, by language and key.

    A text that counts something may be one for every number, or a mapping of plural categories. `examples` are a
    setting of their own.

    Args:
        name: Name of the setting, for the error.
        given: Mapping of language codes to mappings of keys to texts.

    Raises:
        ConfigurationError: A language, a key, the type of a text or one of its placeholders does not exist; the error
            names language and key.
    """
    if not isinstance(given, Mapping):
        raise ConfigurationError(name, "must be a mapping of languages to mappings of keys to texts")
    found: dict[str, dict[str, Any]] = {}
    for language, texts in given.items():
        if language not in PACKS or not isinstance(texts, Mapping):
            raise ConfigurationError(name, f"must have mappings by one of the languages {', '.join(PACKS)}")
        known: Mapping[str, Any] = PACKS[language].page
        for key, text in texts.items():
            if key not in known or key == "examples":
                raise ConfigurationError(name, f"{language}: there is no text {key!r:.40}")
            problem = _problem_of(text, known[key])
            if problem:
                raise ConfigurationError(name, f"{language}.{key}: {problem}")
        found[language] = {key: _copy(text, known[key]) for key, text in texts.items()}
    return found


def _problem_of(text: object, known: str | Mapping[str, str]) -> str:
    """Return what is wrong with a text that replaces a known one, "" if nothing is."""
    if isinstance(known, Mapping) and isinstance(text, Mapping):
        if set(text) != set(known):
            return f"must have the plural categories {', '.join(known)}"
        return next((problem for form in text.values() if (problem := _problem_of(form, known["other"]))), "")
    if not isinstance(text, str) or not 0 < len(text) <= _MAX_CHARS or not text.strip():
        return f"must be a text of 1 to {_MAX_CHARS} characters"
    allowed = set(_PLACEHOLDER.findall(known["other"] if isinstance(known, Mapping) else known))
    unknown = sorted(set(_PLACEHOLDER.findall(text)) - allowed)
    return f"has no value for {unknown[0]}" if unknown else ""


def _copy(text: str | Mapping[str, str], known: str | Mapping[str, str]) -> str | dict[str, str]:
    if isinstance(known, Mapping) and isinstance(text, str):
        return dict.fromkeys(known, text)
    return text if isinstance(text, str) else dict(text)
