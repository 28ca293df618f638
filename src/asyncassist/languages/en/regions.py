"""English in the regions where it is spoken."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.region_variant import RegionVariant

REGIONS: Final = (
    RegionVariant(
        territory="US",
        territories=frozenset({"US", "CA", "GU", "PH", "PR", "VI"}),
        words=frozenset({"mom", "roundtrip", "vacation", "vacations"}),
        replacements={
            "travelling": "traveling",
            "travellers": "travelers",
            "3 May": "May 3",
            "4 December": "December 4",
            "8 May": "May 8",
            "12 May": "May 12",
            "A town": "A city",
            "cabin bag": "carry-on",
            "cabin bags": "carry-ons",
        },
    ),
    RegionVariant(
        territory="GB",
        territories=frozenset({"GB", "AU", "HK", "IE", "IN", "KE", "MT", "NG", "NZ", "SG", "ZA"}),
        words=frozenset({"fortnight", "hols", "mum", "quid"}),
    ),
)
