"""Parsers of header fields follow the RFCs and accept any input."""

from __future__ import annotations

import datetime as dt
import itertools
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from asyncassist._http import headers as h
from asyncassist._retry import parse_retry_after
from tests.http.conftest import http_date

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC).timestamp()
IN_2050 = dt.datetime(2050, 8, 18, 2, 1, 18, tzinfo=dt.UTC).timestamp()
anything = st.text(st.characters(), max_size=60) | st.binary(max_size=60).map(
    lambda data: data.decode("utf-8", "surrogateescape")
)


@pytest.mark.parametrize(
    ("lines", "directives"),
    [
        (["max-age=60"], {"max-age": "60"}),
        (["MaX-aGe=60, No-Store"], {"max-age": "60", "no-store": None}),
        (['max-age="60"'], {"max-age": "60"}),
        (['ext="max-age=3600", max-age=1'], {"ext": "max-age=3600", "max-age": "1"}),
        (["max-age=1, max-age=9"], {"max-age": "1"}),
        (["max-age=1", "max-age=9"], {"max-age": "1"}),
        (['no-cache="a"', "no-cache"], {"no-cache": None}),
        (["no-cache", 'no-cache="a"'], {"no-cache": None}),
        (['private="a"', 'private="b"'], {"private": "a,b"}),
        (["max-age =60"], {"max-age": None}),
        (["max-age= 60"], {"max-age": ""}),
        ([",,, a ,, b=1"], {"a": None, "b": "1"}),
        (['a="open'], {"a": "open"}),
        (['"no-store", ;a, =b=1'], {"no-store": None, "a": None, "b": "1"}),
        (['a="\\', "b"], {"a": "", "b": None}),
        (['private="a", private="b"', "private"], {"private": None}),
        ([""], {}),
        ([], {}),
    ],
)
def test_directives_are_parsed_in_any_case_quoted_or_not(lines, directives):
    """The first of duplicates applies; an unqualified no-cache is stricter than one with field names."""
    assert h.parse_directives(lines) == directives


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("0", 0),
        ("003600", 3600),
        ("2147483649", h.MAX_SECONDS),
        ("9" * 5000, h.MAX_SECONDS),
        ("-1", None),
        ("1.0", None),
        ("'1'", None),
        ("1a", None),
        ("", None),
        (None, None),
        ("\u0661", None),
    ],
)
def test_delta_seconds_are_digits_and_bounded(value, number):
    """Anything but ASCII digits is None; a huge number is `MAX_SECONDS`."""
    assert h.parse_delta_seconds(value) == number


@pytest.mark.parametrize(
    ("lines", "age"),
    [([], 0), (["7200"], 7200), (["7200, 0"], 7200), (["0, 7200"], 0), (["0", "9"], 0), (["x"], 0), (["-5"], 0)],
)
def test_first_element_of_age_applies(lines, age):
    """An invalid one counts as 0."""
    assert h.parse_age(lines) == age


@pytest.mark.parametrize(
    "value",
    [
        "Thu, 18 Aug 2050 02:01:18 GMT",
        "THU, 18 AUG 2050 02:01:18 gmt",
        "Thursday, 18-Aug-50 02:01:18 GMT",
        "Thu Aug 18 02:01:18 2050",
    ],
)
def test_three_forms_of_dates_are_parsed(value):
    """Names of days and months in any case."""
    assert h.parse_date(value, NOW) == IN_2050


@pytest.mark.parametrize(
    "value",
    [
        None,
        "0",
        "",
        "Thu, 18 Aug 2050 02:01:18 UTC",
        "Thu, 18 Aug 50 02:01:18 GMT",
        "Thu 18 Aug 2050 02:01:18 GMT",
        "Thu, 18  Aug  2050 02:01:18 GMT",
        "Thu, 18-Aug-2050 02:01:18 GMT",
        "Thu, 18 Aug 2050 02.01.18 GMT",
        "Thu, 18 Aug 2050 2:01:18 GMT",
        "Thu, 32 Aug 2050 02:01:18 GMT",
        "Thu, 18 Aug 2050 25:01:18 GMT",
        "Thu, 18 Aug 0000 02:01:18 GMT",
    ],
)
def test_other_forms_are_not_dates(value):
    """A cache must not guess."""
    assert h.parse_date(value, NOW) is None


def test_two_digit_year_far_ahead_is_in_the_past():
    """RFC 9110 section 5.6.7: more than 50 years ahead means the past century."""
    assert dt.datetime.fromtimestamp(h.parse_date("Thursday, 18-Aug-94 02:01:18 GMT", NOW), dt.UTC).year == 1994


def test_leap_second_is_a_date():
    """Second 60 is taken as 59."""
    assert h.parse_date("Sat, 31 Dec 2016 23:59:60 GMT", NOW) == h.parse_date("Sat, 31 Dec 2016 23:59:59 GMT", NOW)


def test_entity_tags_are_parsed_weak_strong_and_unquoted():
    """Weakness and quotes do not matter in a weak comparison."""
    assert h.parse_etags('"a", W/"b" , c,"d,e"') == ["a", "b", "c", "d,e"]
    assert h.opaque_tag('W/"b"') == h.opaque_tag('"b"') == h.opaque_tag("b")
    assert h.is_strong_etag('"a"')
    assert not h.is_strong_etag('W/"a"')


@pytest.mark.parametrize(
    "repeated",
    [",", " ", " ,", "=", "=,", '"', '"a', "\\", "a", "a,", "a=", 'a=",', "; ", ";a", "1.1;", "W/", 'W/"', "a:"],
)
def test_time_is_proportional_to_length(repeated):
    """A line of thousands of equal characters is read in a fraction of a second, however it begins and ends."""
    body = repeated * (16_000 // len(repeated))
    started = time.process_time()

    for start, end in itertools.product(("", "a=", 'a="', "a;b="), ("", "=", '"', "x")):
        line = start + body + end
        h.parse_directives([line, line])
        h.parse_dictionary([line, line])
        h.parse_etags(line)
        h.parse_date(line, NOW)
        h.parse_age([line])
        h.parse_delta_seconds(line)
        h.parse_field_names([line, line])
        h.parse_quality_values(line)

    assert time.process_time() - started < 3.0


def test_time_is_proportional_to_the_number_of_directives():
    """Also of repeated ones whose values are joined."""
    line = 'private="a",' * 600
    started = time.process_time()

    directives = h.parse_directives([f"{line}{n}" for n in range(128)])

    assert directives["private"] == ",".join(["a"] * 600 * 128)
    assert time.process_time() - started < 1.0


@pytest.mark.parametrize(
    ("name", "one", "other"),
    [
        ("foo", ["1, 2"], ["1", "2"]),
        ("foo", ["1,2"], [" 1,  2 "]),
        ("accept-language", ["en, de"], ["de, en"]),
        ("accept-language", ["en, de"], ["eN ,De"]),
        ("accept-language", ["en;q=1.0"], ["en"]),
        ("accept", ["text/html;level=1;q=0.5, */*"], ["*/*, text/html; level=1; q=0.50"]),
    ],
)
def test_equivalent_selecting_fields_are_equal(name, one, other):
    """Blanks and lines do not matter, nor order and case in Accept fields."""
    assert h.normalize_selecting_field(name, _fields(name, one)) == h.normalize_selecting_field(
        name, _fields(name, other)
    )


@pytest.mark.parametrize(
    ("name", "one", "other"),
    [
        ("foo", ["1"], ["2"]),
        ("foo", ["a"], ["A"]),
        ("foo", [], [""]),
        ("accept-language", ["en;q=0.5"], ["en;q=0.6"]),
        ("accept", ["text/html;level=1"], ["text/html"]),
    ],
)
def test_different_selecting_fields_stay_different(name, one, other):
    """A wrong variant is worse than a miss."""
    assert h.normalize_selecting_field(name, _fields(name, one)) != h.normalize_selecting_field(
        name, _fields(name, other)
    )


@pytest.mark.parametrize(
    ("value", "language"), [("fr;q=0.5, de", "de"), ("de, en", None), ("", None), ("de;q=0", None), ("de;q=x", "de")]
)
def test_preferred_language_has_the_highest_weight(value, language):
    """None if several share it."""
    assert h.preferred_language(_fields("accept-language", [value])) == language


def test_header_injection_is_detected():
    """Names must be tokens, values free of control characters."""
    assert h.is_well_formed(CIMultiDict({"A-b": "c\td"}))
    for name, value in (("A b", "c"), ("", "c"), ("A:", "c"), ("A", "c\r\nX: y"), ("A", "\x00"), ("A", "\x7f")):
        assert not h.is_well_formed(CIMultiDict({name: value}))


@given(anything, anything)
def test_parsers_accept_any_text(one, other):
    """Whatever a server sends raises nothing."""
    fields = _fields("accept-language", [one, other])

    h.parse_directives([one, other])
    h.parse_dictionary([one, other])
    parse_retry_after(one, NOW)
    h.parse_delta_seconds(one)
    h.parse_age([one, other])
    h.parse_date(one, NOW)
    h.parse_field_names([one, other])
    h.parse_etags(one)
    h.opaque_tag(one)
    h.is_strong_etag(one)
    h.normalize_selecting_field("accept-language", fields)
    h.normalize_selecting_field("foo", _fields("foo", [one, other]))
    h.preferred_language(fields)
    h.is_well_formed(CIMultiDict({one: other}))
    assert all(0 <= weight <= 1 for _, weight in h.parse_quality_values(one))


@given(st.integers(0, 4_000_000_000))
def test_formatted_dates_are_parsed_back(moment):
    """The preferred form, for every second."""
    assert h.parse_date(http_date(moment), NOW) == moment


def _fields(name, lines):
    return CIMultiDict((name, line) for line in lines)
