"""Airline alliances and groups: their members, and their names in a text. The names are the same in every language."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_MEMBERS: Final = {
    "star_alliance": "A3 AC AI AV BR CA CM ET LH LO LX MS NH NZ OS OU OZ SA SN SQ TG TK TP UA ZH",
    "oneworld": "AA AS AT AY BA CX FJ IB JL MH QF QR RJ UL WY",
    "skyteam": "AF AM AR CI DL GA KE KL KQ ME MF MU RO SK SV UX VN VS",
    "lufthansa_group": "4Y EN EW LH LX OS SN WK",
}
ALLIANCES: Final[Mapping[str, frozenset[str]]] = {name: frozenset(codes.split()) for name, codes in _MEMBERS.items()}
"""Codes of the members, as of 2026; an offer of an alliance is flown by its members only."""
NAMES: Final[Mapping[str, str]] = {
    "star_alliance": "Star Alliance",
    "oneworld": "oneworld",
    "skyteam": "SkyTeam",
    "lufthansa_group": "Lufthansa Group",
}
_PATTERNS: Final = {
    name: re.compile(rf"(?<!\w){text}(?!\w)", re.IGNORECASE)
    for name, text in (
        ("star_alliance", r"star[ -]?alliance"),
        ("oneworld", r"one[ -]?world"),
        ("skyteam", r"sky[ -]?team"),
        ("lufthansa_group", r"lufthansa[ -]?group"),
    )
}
# A word of every name: one search instead of four in a text without any.
_LAST_WORD: Final = re.compile("alliance|world|team|group", re.IGNORECASE)


def find_alliances(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield name, start and end of the alliances that a text names."""
    for name, pattern in _PATTERNS.items() if _LAST_WORD.search(text) else ():
        for match in pattern.finditer(text):
            yield name, *match.span()
