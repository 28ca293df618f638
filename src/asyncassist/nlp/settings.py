"""What an engine is given, checked; and what follows from it."""

from __future__ import annotations

import asyncio
import datetime as dt
import re
from typing import TYPE_CHECKING, Final, cast
from zoneinfo import ZoneInfo

from asyncassist.errors import ConfigurationError
from asyncassist.nlp import language_id
from asyncassist.nlp.models import Extractor
from asyncassist.nlp.rule_extractor import RuleExtractor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asyncassist.errors import InvalidInputError

_TIMEZONE_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_+-]{0,30}(?:/[A-Za-z0-9_+-]{1,30}){0,2}", re.ASCII)
# There are some six hundred zones; only names that exist are kept.
_timezones: dict[str, dt.tzinfo] = {"UTC": dt.UTC}


def supports_language(extractor: Extractor, language: str) -> bool:
    """Whether an extractor reads a language."""
    return not extractor.languages or language in extractor.languages


def check_languages(languages: Sequence[str]) -> tuple[str, ...]:
    """Languages that this package reads, each once.

    Raises:
        ConfigurationError: They are anything else.
    """
    if isinstance(languages, str) or not languages:
        raise ConfigurationError("languages", "must be a sequence of two-letter codes")
    unknown = [code for code in languages if code not in language_id.LANGUAGES]
    if unknown or len(set(languages)) != len(languages):
        raise ConfigurationError("languages", f"must be different ones of {', '.join(language_id.LANGUAGES)}")
    return tuple(languages)


def check_extractors(extractors: Sequence[Extractor] | None) -> tuple[Extractor, ...]:
    """The extractors, or the rules of this package.

    Raises:
        ConfigurationError: One is no extractor, or two have one name.
    """
    chosen = (cast("Extractor", RuleExtractor()),) if extractors is None else tuple(extractors)
    for one in chosen:
        if not isinstance(one, Extractor) or one.kind not in {"cpu", "io"}:
            raise ConfigurationError("extractors", "must have name, languages, version, kind and extract")
    if len({one.name for one in chosen}) != len(chosen):
        raise ConfigurationError("extractors", "must have different names")
    return chosen


def check_timezone(field: str, name: object, error: type[ConfigurationError | InvalidInputError]) -> str:
    """A name that has the form of an IANA time zone, else the error is raised with the field. Nothing is read."""
    if not isinstance(name, str) or not _TIMEZONE_NAME.fullmatch(name):
        raise error(field, "must be an IANA time zone")
    return name


async def load_timezone(field: str, name: object, error: type[ConfigurationError | InvalidInputError]) -> dt.tzinfo:
    """The time zone of a name, read in a thread the first time; else the error is raised with the field."""
    name = check_timezone(field, name, error)
    found = _timezones.get(name)
    if found is None:
        try:
            found = await asyncio.to_thread(ZoneInfo, name)
        except (ValueError, OSError, KeyError):  # ZoneInfoNotFoundError is a KeyError
            raise error(field, "must be an IANA time zone") from None
        _timezones[name] = found
    return found


def seconds_until_midnight(local: dt.datetime) -> float:
    """Seconds to the next local midnight."""
    tomorrow = (local + dt.timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return max(0.0, tomorrow.timestamp() - local.timestamp())
