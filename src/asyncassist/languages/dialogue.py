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
class Heard:
    """The patterns of a language, for text without accents and in small letters.

    Attributes:
        cues: What a message may ask for, by name.
        excluded: What stands before an airline that is not wanted.
        origin: What stands before the place to leave from.
        destination: What stands before the place to go to.
        stay: What stands before a place where the traveller wants to be.
        back: What says that a date is the return.
        heads: What stands before the number of travellers.
        leave: What says that a date is the departure.
        article: What may stand between these and the name.
        ordinals: "first", "second", ... in order.
        last: The last of a list.
        number: A number that names one of a list; its first group is the digits.
        not_ordinal: Where a word is an ordinal by accident ("first class").
        the_one: What points at one of several.
        after: What stands before a time of day to leave after.
        before: What stands before a time of day to leave before.
        one_more: What adds a traveller.
        adults: What says that adults were counted too.
    """

    cues: Mapping[str, str]
    excluded: str
    origin: str
    destination: str
    stay: str
    back: str
    heads: str
    leave: str
    article: str
    ordinals: tuple[str, ...]
    last: str
    number: str
    not_ordinal: str
    the_one: str
    after: str
    before: str
    one_more: str
    adults: str


def _heard(module: Any) -> Heard:
    return Heard(
        cues=module.CUES,
        excluded=module.NOT,
        origin=module.FROM,
        destination=module.TO,
        stay=module.STAY,
        back=module.BACK,
        heads=module.HEADS,
        leave=module.LEAVE,
        article=module.ARTICLE,
        ordinals=module.ORDINALS,
        last=module.LAST,
        number=module.NUMBER,
        not_ordinal=module.NOT_ORDINAL,
        the_one=module.THE_ONE,
        after=module.AFTER,
        before=module.BEFORE,
        one_more=module.ONE_MORE,
        adults=module.ADULTS,
    )


_MODULES: Mapping[str, ModuleType] = {"en": en, "pt": pt, "es": es, "fr": fr, "de": de, "it": it}

HEARD: Mapping[str, Heard] = {code: _heard(module) for code, module in _MODULES.items()}

SAID: Mapping[str, Mapping[str, str | Mapping[str, str]]] = {code: module.SAY for code, module in _MODULES.items()}
