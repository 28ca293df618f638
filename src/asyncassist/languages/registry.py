"""Registry of the languages: a new one is a folder of this package and a line here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from asyncassist.languages import de, en, es, fr, it, nl, pt
from asyncassist.languages.alternatives import group_by_letter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from asyncassist.languages.pack import LanguagePack

T = TypeVar("T")

PACKS: Final[Mapping[str, LanguagePack]] = {
    pack.code: pack for pack in (en.PACK, pt.PACK, es.PACK, fr.PACK, de.PACK, it.PACK, nl.PACK)
}
LANGUAGES: Final = tuple(PACKS)
"""Two-letter codes; the first language is that of last resort."""


def union_over_packs(select: Callable[[LanguagePack], Iterable[T]]) -> frozenset[T]:
    """Return what a function selects of each pack, of all languages together."""
    return frozenset(item for pack in PACKS.values() for item in select(pack))


def any_of(patterns: Iterable[str]) -> str:
    """Return the pattern that matches any of several words or patterns, by the precedence of their order."""
    return group_by_letter("|".join(patterns))


def join_patterns(pattern_of: Callable[[LanguagePack], str]) -> str:
    """Return one regular expression, without a group, that matches what a pattern of any language matches.

    It matches nothing where no language has a pattern.

    Args:
        pattern_of: Returns the pattern of a language; "" where it has none.
    """
    patterns = dict.fromkeys(pattern for pack in PACKS.values() if (pattern := pattern_of(pack)))
    return f"(?:{any_of(patterns) or '(?!)'})"
