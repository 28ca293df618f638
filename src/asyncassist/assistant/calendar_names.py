"""Month and weekday names of every language, from CLDR locale data."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, cast

from babel import Locale

from asyncassist.languages.registry import LANGUAGES, PACKS
from asyncassist.nlp.followup.cues import fold_chars

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping


@functools.cache
def calendar_names() -> Mapping[str, frozenset[str]]:
    """Map each folded name to its meanings in any of the languages: "month 3", "day 0" (Monday).

    Abbreviations of two letters are left out: most of them are common words too.
    """
    names: dict[str, set[str]] = {}
    for language in LANGUAGES:
        locale = Locale.parse(language)
        for width in ("wide", "abbreviated"):
            for kind, table in (("month", locale.months["format"][width]), ("day", locale.days["format"][width])):
                for number, name in table.items():
                    word = fold_chars(name).strip(".").split("-")[0]
                    if len(word) > 2 or width == "wide":
                        names.setdefault(word, set()).add(f"{kind} {number}")
    return {word: frozenset(senses) for word, senses in names.items()}


def calendar_meanings(day: dt.date) -> set[str]:
    """Return the month and weekday of a date, with every other meaning that their names have in some language."""
    exact = {f"month {day.month}", f"day {day.weekday()}"}
    return exact.union(*(senses for senses in calendar_names().values() if senses & exact))


def is_weekday(word: str) -> bool:
    """Return True if a word names a weekday in any of the languages, also as people shorten or misspell it: "thurs"."""
    return fold_chars(word) in _weekday_words()


@functools.cache
def _weekday_words() -> frozenset[str]:
    found = {word for word, senses in calendar_names().items() if any(sense.startswith("day ") for sense in senses)}
    for pack in PACKS.values():
        for names in cast("Mapping[int, str]", pack.dates["WDAY"]).values():
            found.update(fold_chars(name).strip() for name in names.split(","))
    return frozenset(found)
