"""Registry of the languages: a new one is a folder of this package and a line here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from asyncassist.languages import de, en, es, fr, it, pt

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from asyncassist.languages.pack import LanguagePack

PACKS: Final[Mapping[str, LanguagePack]] = {
    pack.code: pack for pack in (en.PACK, pt.PACK, es.PACK, fr.PACK, de.PACK, it.PACK)
}
LANGUAGES: Final = tuple(PACKS)
"""Two-letter codes; the first language is that of last resort."""


def join_patterns(pattern_of: Callable[[LanguagePack], str]) -> str:
    """Return one regular expression, without a group, that matches what a pattern of any language matches.

    Args:
        pattern_of: Returns the pattern of a language; "" where it has none.
    """
    patterns = dict.fromkeys(pattern for pack in PACKS.values() if (pattern := pattern_of(pack)))
    return f"(?:{'|'.join(patterns)})"


def join_words(words_of: Callable[[LanguagePack], str], separator: str | None = None) -> frozenset[str]:
    """Return the words of all languages.

    Args:
        words_of: Returns the words of a pack, in one string.
        separator: What stands between two words; white space if None.
    """
    return frozenset(word for pack in PACKS.values() for word in words_of(pack).split(separator) if word)
