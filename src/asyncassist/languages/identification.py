"""Type of the words and letters by which a language is identified."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Identification:
    """Evidence of one language; the statistics of its letters are in `nlp/data/letters.json.gz`.

    Attributes:
        words: Function words and the vocabulary of travel and conversation, separated by white space; accents and case
            are ignored. A word may belong to several languages, which then share its weight.
        letters: Weights of letters and signs that occur in few languages, by lower-case character.
        countries: Two-letter codes of countries whose travellers are taken to write in this language if a message has
            nothing but airport codes and numbers; each country belongs to at most one language.
    """

    words: str
    letters: Mapping[str, float]
    countries: tuple[str, ...]
