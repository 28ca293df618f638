"""Reading of the parts of a language pack that consist of word sets."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from asyncassist.nlp.tokens import normalize


def spoken_words(part: Any) -> Iterator[tuple[str, str]]:
    """Yield (field, word) for all words of a part; patterns, which are plain strings, are left out."""
    for field in dataclasses.fields(part):
        value = getattr(part, field.name)
        if isinstance(value, frozenset | tuple | Mapping):
            for item in value:
                yield from ((field.name, word) for word in (item if isinstance(item, tuple) else (item,)))
            if isinstance(value, Mapping):
                inner = [item for item in value.values() if isinstance(item, frozenset)]
                yield from ((field.name, word) for words in inner for word in words)


def not_normalized(part: Any) -> list[tuple[str, str]]:
    """Return the words of a part that no normalized text contains: with accents, capitals or white space."""
    return [(name, word) for name, word in spoken_words(part) if word != normalize(word) or word.split() != [word]]
