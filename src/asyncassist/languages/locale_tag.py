"""Locale tags: a language and the region where it is spoken, and the words by which a text shows its region."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, NamedTuple

from asyncassist.languages.registry import PACKS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from asyncassist.languages.region_variant import RegionVariant

_TAG = re.compile(r"([a-z]{2,3})(?:[-_][a-z]{4})?(?:[-_]([a-z]{2}|[0-9]{3}))?(?:[-_][a-z0-9]{1,8})*", re.ASCII)
_MAX_CHARS = 35


class LocaleTag(NamedTuple):
    """Language and region of a traveller.

    Attributes:
        language: ISO 639-1 code.
        region: ISO 3166-1 code of a country in capital letters, or the UN M.49 code of a region; None if not given.
    """

    language: str
    region: str | None


def parse_locale(tag: str) -> LocaleTag | None:
    """Return the language and the region of a BCP 47 tag ("pt-BR", "en_GB", "es-419"), None if it is malformed."""
    match = _TAG.fullmatch(tag.lower()) if len(tag) <= _MAX_CHARS else None
    return None if match is None else LocaleTag(match[1], match[2] and match[2].upper())


def variant_of(language: str, region: str | None) -> RegionVariant | None:
    """Return the variant of a language that a region speaks, None if none is known."""
    return next((one for one in PACKS[language].regions if region in one.territories), None)


def region_of_words(language: str, words: Iterable[str]) -> str | None:
    """Return the region that the words of a text show, None if they show none or more than one.

    Args:
        language: Language of the text.
        words: Its words, in lower case and without accents.
    """
    regions = _regions_by_word(language)
    found = {region for word in words if (region := regions.get(word)) is not None}
    return found.pop() if len(found) == 1 else None


@functools.cache
def _regions_by_word(language: str) -> Mapping[str, str]:
    return {word: one.territory for one in PACKS[language].regions for word in one.words}
