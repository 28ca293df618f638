"""Type of a phrase with plural forms."""

from __future__ import annotations

from typing import TypedDict


class PluralPhrase(TypedDict):
    """Phrase about a number of things, by plural category; a language may have no other category than these."""

    one: str
    other: str
