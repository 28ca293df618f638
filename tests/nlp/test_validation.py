"""Arguments of the engine: languages, extractors, time zones, time until midnight."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from asyncassist.errors import ConfigurationError, InvalidInputError
from asyncassist.nlp import RuleExtractor
from asyncassist.nlp.validation import (
    check_extractors,
    check_languages,
    check_timezone,
    load_timezone,
    seconds_until_midnight,
    supports_language,
)


class _German(RuleExtractor):
    name = "german"
    languages = ("de",)


def test_an_extractor_without_languages_supports_all():
    """An empty list means every language."""
    assert supports_language(RuleExtractor(), "fr")
    assert supports_language(_German(), "de")
    assert not supports_language(_German(), "fr")


def test_languages_keep_their_order():
    """The first language is the default, so the order is preserved."""
    assert check_languages(["it", "en"]) == ("it", "en")


@pytest.mark.parametrize("languages", ["en", [], ["xx"], ["en", "en"]])
def test_other_languages_are_rejected(languages):
    """A string, nothing, an unknown or a repeated code is an error that names the argument."""
    with pytest.raises(ConfigurationError) as caught:
        check_languages(languages)
    assert caught.value.field == "languages"


def test_without_extractors_the_rules_are_used():
    """None means the rule extractor; an empty list means none at all."""
    assert [type(one) for one in check_extractors(None)] == [RuleExtractor]
    assert check_extractors([]) == ()


def test_an_extractor_of_an_unknown_kind_is_rejected():
    """The kind decides how an extractor is run: only "cpu" and "io" are possible."""

    class Odd(RuleExtractor):
        kind = "gpu"

    with pytest.raises(ConfigurationError):
        check_extractors([Odd()])


@pytest.mark.parametrize("error", [ConfigurationError, InvalidInputError])
@pytest.mark.parametrize("name", ["", "../etc/passwd", "Europe/", "a" * 40, "Ünited/Zone", None, 7])
def test_a_name_of_another_form_is_rejected(name, error):
    """The error is of the given class and names the field."""
    with pytest.raises(error) as caught:
        check_timezone("zone", name, error)
    assert caught.value.field == "zone"


def test_the_form_of_a_time_zone_is_checked_without_reading_it():
    """A well-formed name of a zone that does not exist passes the check."""
    assert check_timezone("zone", "Mars/Base", ConfigurationError) == "Mars/Base"


async def test_time_zones_are_loaded_once():
    """The second call returns the same object."""
    zone = await load_timezone("zone", "Europe/Lisbon", ConfigurationError)

    assert zone == ZoneInfo("Europe/Lisbon")
    assert await load_timezone("zone", "Europe/Lisbon", ConfigurationError) is zone
    assert await load_timezone("zone", "UTC", ConfigurationError) is dt.UTC


async def test_a_time_zone_that_does_not_exist_is_an_error():
    """The error is of the given class and names the field."""
    with pytest.raises(InvalidInputError) as caught:
        await load_timezone("zone", "Mars/Base", InvalidInputError)
    assert caught.value.field == "zone"


@pytest.mark.parametrize(
    ("local", "seconds"),
    [
        (dt.datetime(2026, 11, 21, 23, 59, 58, tzinfo=dt.UTC), 2.0),
        (dt.datetime(2026, 11, 21, tzinfo=dt.UTC), 86400.0),
        (dt.datetime(2026, 3, 29, tzinfo=ZoneInfo("Europe/Madrid")), 23 * 3600.0),
        (dt.datetime(2026, 10, 25, tzinfo=ZoneInfo("Europe/Madrid")), 25 * 3600.0),
    ],
)
def test_the_day_ends_at_local_midnight(local, seconds):
    """Days of a change of the clocks have 23 or 25 hours."""
    assert seconds_until_midnight(local) == seconds
