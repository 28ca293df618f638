"""Type of a variant of a language: what the countries of a region say and write in another way."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class RegionVariant:
    """Words of a language in a region.

    Attributes:
        territory: ISO 3166-1 code of the region's largest country in capital letters, or the UN M.49 code of the
            region ("419": Latin America), by which locale data name the variant.
        territories: Codes of all its countries, itself included.
        words: Words, in lower case and without accents, that people of this region use and others do not.
        replacements: Texts of the language's phrases -> texts of this region, without placeholders.
    """

    territory: str
    territories: frozenset[str]
    words: frozenset[str] = frozenset()
    replacements: Mapping[str, str] = field(default_factory=dict)

    def apply(self, phrases: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the phrases, with their plural forms, as the region writes them; of two texts the longer counts."""
        if not self.replacements:
            return phrases
        pattern = re.compile("|".join(map(re.escape, sorted(self.replacements, key=len, reverse=True))))

        def replace(phrase: Any) -> Any:
            if isinstance(phrase, Mapping):
                return {form: replace(text) for form, text in phrase.items()}
            return pattern.sub(lambda match: self.replacements[match[0]], phrase)

        return {key: replace(phrase) for key, phrase in phrases.items()}
