"""German in the regions where it is spoken."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.region_variant import RegionVariant

REGIONS: Final = (
    RegionVariant(territory="AT", territories=frozenset({"AT"}), words=frozenset({"heuer", "janner", "feber"})),
    RegionVariant(
        territory="CH",
        territories=frozenset({"CH", "LI"}),
        words=frozenset({"billett", "gruezi", "velo"}),
        replacements={"ß": "ss"},
    ),
)
