"""List-valued header fields."""

from __future__ import annotations

import time

import pytest

from asyncassist.web.header_fields import accepts_coding, matches_etag, preferred_locale, quality, split_list


@pytest.mark.parametrize(
    ("value", "items"),
    [
        ("", []),
        (" a , ,b,", ["a", "b"]),
        ('a;x="1,2", b', ['a;x="1,2"', "b"]),
        (r'"a\",b", c', [r'"a\",b"', "c"]),
        ('a, "b, c', ["a", '"b, c']),
        ("\\,a", ["\\", "a"]),
    ],
)
def test_lists_are_split_outside_of_quoted_strings(value, items):
    """Empty items are ignored, and a string without an end goes up to the end."""
    assert split_list(value) == items


@pytest.mark.parametrize(
    ("accept", "weight"),
    [
        ("text/event-stream", 1.0),
        ("Text/Event-Stream ; Q=0.5", 0.5),
        ("*/*, text/event-stream;q=0", 0.0),
        ("text/*;q=0.3, */*;q=0.9", 0.3),
        ("*/*;q=0.2", 0.2),
        ("application/json", 0.0),
        ("application/text/event-stream", 0.0),
        ('application/json;a="text/event-stream"', 0.0),
        ('text/event-stream;charset="utf-8";q=0.25', 0.25),
        ("text/event-stream;q=2", 0.0),
        ("text/event-stream;q=0.1234", 0.0),
        ("text/event-stream;q=nan, */*;q=0.1", 0.1),
        ("text/event-stream;q=0.1, text/event-stream;q=0.7", 0.7),
        (";q=1", 0.0),
        ("", 0.0),
    ],
)
def test_most_specific_range_decides_the_weight(accept, weight):
    """Ranges with wildcards count where nothing more specific is named; what is malformed is ignored."""
    assert quality(accept, "text/event-stream") == weight


@pytest.mark.parametrize(
    ("field", "locale"),
    [
        ("en-GB,en;q=0.9", "en-gb"),
        ("ja, de-CH;q=0.8, fr;q=0.9", "fr"),
        ("de, fr", "de"),
        ("PT-br", "pt-br"),
        ("de;q=0, it;q=0.1", "it"),
        ("de;q=x, es;q=0.2", "es"),
        ("ja, *;q=0.5", None),
        ("", None),
    ],
)
def test_preferred_locale_has_the_highest_weight(field, locale):
    """Languages that are not offered, excluded or malformed do not count."""
    assert preferred_locale(field, ("en", "pt", "es", "fr", "de", "it")) == locale


@pytest.mark.parametrize(
    ("field", "matches"),
    [('"x"', True), ('W/"x"', True), ('"a,b", "x"', True), ("*", True), ("x", False), ('"ax"', False), ("", False)],
)
def test_entity_tag_is_one_of_a_list(field, matches):
    """By weak comparison: a proxy that compresses makes the tag weak."""
    assert matches_etag(field, '"x"') == matches


@pytest.mark.parametrize(
    "piece", ['"', '\\"', '"\\', ",", ";", "a,", "a;", '"a', "text/event-stream;q=0.5,", " ", ";q=1"]
)
def test_fields_are_parsed_in_linear_time(piece):
    """Twice the input takes about twice the time, whatever it repeats."""

    def cpu_time(value: str) -> float:
        times = []
        for _ in range(4):
            started = time.thread_time()
            quality(value, "text/event-stream")
            times.append(time.thread_time() - started)
        return min(times)

    once, twice = ('"' + piece * (size // len(piece)) for size in (40_000, 80_000))

    assert cpu_time(twice) < 3.2 * cpu_time(once) + 0.002
    assert cpu_time(twice[1:]) < 3.2 * cpu_time(once[1:]) + 0.002


@pytest.mark.parametrize(
    ("value", "accepted"),
    [
        ("", False),
        ("gzip", True),
        ("deflate, GZIP;q=0.1", True),
        ("*", True),
        ("*, gzip;q=0", False),
        ("br", False),
        ("gzip;q=2", False),
    ],
)
def test_content_coding_is_accepted_by_name_or_by_star(value, accepted):
    """A weight of 0 refuses a coding, also beside a star; what cannot be read refuses it too."""
    assert accepts_coding(value, "gzip") is accepted
