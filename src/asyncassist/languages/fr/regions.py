"""French in the regions where it is spoken."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.region_variant import RegionVariant

REGIONS: Final = (
    RegionVariant(
        territory="CA",
        territories=frozenset({"CA"}),
        words=frozenset({"char", "chum", "courriel", "magasiner"}),
        replacements={" !": "!", " ?": "?", " ;": ";"},
    ),
)
