"""Italian in the regions where it is spoken: the same words everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from asyncassist.languages.region_variant import RegionVariant

REGIONS: Final[tuple[RegionVariant, ...]] = ()
