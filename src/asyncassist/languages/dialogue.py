"""One module a language: what is heard in it (patterns) and what is said in it (phrases)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from asyncassist.languages.de import dialogue as de
from asyncassist.languages.en import dialogue as en
from asyncassist.languages.es import dialogue as es
from asyncassist.languages.fr import dialogue as fr
from asyncassist.languages.it import dialogue as it
from asyncassist.languages.pt import dialogue as pt

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType

LANGUAGES = ("en", "pt", "es", "fr", "de", "it")


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguagePatterns:
    """The patterns of a language, for text without accents and in small letters.

    Attributes:
        cues: What a message may ask for, by name.
        excluded: What stands before an airline that is not wanted.
        origin: What stands before the place to leave from.
        destination: What stands before the place to go to.
        stay_in: What stands before a place where the traveller wants to be.
        return_: What says that a date is the return.
        passenger_count: What stands before the number of travellers.
        departure: What says that a date is the departure.
        article: What may stand between these and the name.
        ordinals: "first", "second", ... in order.
        last_ordinal: The last of a list.
        offer_number: A number that names one of a list; its first group is the digits.
        not_ordinal: Where a word is an ordinal by accident ("first class").
        offer_reference: What points at one of several.
        after_time: What stands before a time of day to leave after.
        before_time: What stands before a time of day to leave before.
        extra_adult: What adds a traveller.
        adults_mentioned: What says that adults were counted too.
    """

    cues: Mapping[str, str]
    excluded: str
    origin: str
    destination: str
    stay_in: str
    return_: str
    passenger_count: str
    departure: str
    article: str
    ordinals: tuple[str, ...]
    last_ordinal: str
    offer_number: str
    not_ordinal: str
    offer_reference: str
    after_time: str
    before_time: str
    extra_adult: str
    adults_mentioned: str


def _load_patterns(module: Any) -> LanguagePatterns:
    return LanguagePatterns(
        cues=module.CUES,
        excluded=module.EXCLUDED,
        origin=module.ORIGIN,
        destination=module.DESTINATION,
        stay_in=module.STAY_IN,
        return_=module.RETURN,
        passenger_count=module.PASSENGER_COUNT,
        departure=module.DEPARTURE,
        article=module.ARTICLE,
        ordinals=module.ORDINALS,
        last_ordinal=module.LAST_ORDINAL,
        offer_number=module.OFFER_NUMBER,
        not_ordinal=module.NOT_ORDINAL,
        offer_reference=module.OFFER_REFERENCE,
        after_time=module.AFTER_TIME,
        before_time=module.BEFORE_TIME,
        extra_adult=module.EXTRA_ADULT,
        adults_mentioned=module.ADULTS_MENTIONED,
    )


_MODULES: Mapping[str, ModuleType] = {"en": en, "pt": pt, "es": es, "fr": fr, "de": de, "it": it}

PATTERNS: Mapping[str, LanguagePatterns] = {code: _load_patterns(module) for code, module in _MODULES.items()}

PHRASES: Mapping[str, Mapping[str, str | Mapping[str, str]]] = {
    code: module.PHRASES for code, module in _MODULES.items()
}
