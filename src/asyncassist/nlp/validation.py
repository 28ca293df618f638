"""Validation of the engine's arguments, and loading of time zones."""

from __future__ import annotations

import asyncio
import datetime as dt
import re
from typing import TYPE_CHECKING, Final, cast
from zoneinfo import ZoneInfo

from asyncassist._validation import check_items
from asyncassist.errors import ConfigurationError
from asyncassist.languages.registry import LANGUAGES
from asyncassist.nlp.models import Extractor
from asyncassist.nlp.rule_extractor import RuleExtractor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asyncassist.errors import InvalidInputError

_TIMEZONE_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_+-]{0,30}(?:/[A-Za-z0-9_+-]{1,30}){0,2}", re.ASCII)
# Bounded without eviction: only existing zones are cached, and there are about six hundred.
_timezones: dict[str, dt.tzinfo] = {"UTC": dt.UTC}


def supports_language(extractor: Extractor, language: str) -> bool:
    """Return whether an extractor supports a language."""
    return not extractor.languages or language in extractor.languages


def check_languages(languages: Sequence[str]) -> tuple[str, ...]:
    """Return the languages as a tuple.

    Raises:
        ConfigurationError: The argument is not a non-empty sequence of distinct supported language codes.
    """
    codes = check_items("languages", languages, "two-letter codes", error=ConfigurationError)
    unknown = [code for code in codes if code not in LANGUAGES]
    if not codes or unknown or len(set(codes)) != len(codes):
        raise ConfigurationError("languages", f"must be distinct codes out of {', '.join(LANGUAGES)}")
    return codes


def check_extractors(extractors: Sequence[Extractor] | None) -> tuple[Extractor, ...]:
    """Return the extractors as a tuple; the rule extractor alone if None.

    Raises:
        ConfigurationError: An object is not an extractor, or two extractors have the same name.
    """
    if extractors is None:
        return (cast("Extractor", RuleExtractor()),)
    chosen = check_items("extractors", extractors, "extractors", error=ConfigurationError)
    for one in chosen:
        if not isinstance(one, Extractor) or one.kind not in {"cpu", "io"}:
            raise ConfigurationError("extractors", "must have name, languages, version, kind and extract")
    if len({one.name for one in chosen}) != len(chosen):
        raise ConfigurationError("extractors", "must have different names")
    return chosen


def check_timezone(field: str, name: object, error: type[ConfigurationError | InvalidInputError]) -> str:
    """Return `name` if it has the form of an IANA time zone. Does no I/O.

    Args:
        field: Name of the argument, for the error.
        name: Value to check.
        error: Class of the error to raise.

    Raises:
        ConfigurationError: `name` is not a string of that form and `error` is this class.
        InvalidInputError: As above, if `error` is this class.
    """
    if not isinstance(name, str) or not _TIMEZONE_NAME.fullmatch(name):
        raise error(field, "must be an IANA time zone")
    return name


async def load_timezone(field: str, name: object, error: type[ConfigurationError | InvalidInputError]) -> dt.tzinfo:
    """Return the time zone of an IANA name, loaded in a thread the first time.

    Args:
        field: Name of the argument, for the error.
        name: IANA name.
        error: Class of the error to raise.

    Raises:
        ConfigurationError: The zone does not exist and `error` is this class.
        InvalidInputError: As above, if `error` is this class.
    """
    name = check_timezone(field, name, error)
    found = _timezones.get(name)
    if found is None:
        try:
            found = await asyncio.to_thread(ZoneInfo, name)  # reads a file
        except (ValueError, OSError, KeyError):  # ZoneInfoNotFoundError is a KeyError
            raise error(field, "must be an IANA time zone") from None
        _timezones[name] = found
    return found


def seconds_until_midnight(local: dt.datetime) -> float:
    """Return the seconds from an aware time to the next midnight of its zone."""
    tomorrow = (local + dt.timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return max(0.0, tomorrow.timestamp() - local.timestamp())
