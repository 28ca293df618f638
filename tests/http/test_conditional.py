"""Conditional and range requests evaluated against a stored response."""

from __future__ import annotations

import pytest

from asyncassist._http import conditional
from tests.http.builders import NOW, fields, stored
from tests.http.conftest import http_date


@pytest.mark.parametrize(
    ("request_fields", "not_modified"),
    [
        ({"if_none_match": '"a"'}, True),
        ({"if_none_match": 'W/"a"'}, True),
        ({"if_none_match": '"b", "a"'}, True),
        ({"if_none_match": "*"}, True),
        ({"if_none_match": '"b"'}, False),
        ({"if_none_match": '"b"', "if_modified_since": http_date(NOW + 9)}, False),
        ({"if_modified_since": http_date(NOW - 50)}, True),
        ({"if_modified_since": http_date(NOW - 101)}, False),
        ({"if_modified_since": "nonsense"}, False),
        ({}, False),
    ],
)
def test_preconditions_of_the_caller(request_fields, not_modified):
    """RFC 9110 section 13: If-None-Match takes precedence over If-Modified-Since."""
    one = stored(etag='"a"', last_modified=http_date(NOW - 100))

    assert conditional.is_not_modified(one, fields(**request_fields), NOW) is not_modified


def test_date_is_compared_without_last_modified():
    """RFC 9111 section 4.3.2; a requested entity tag must exist."""
    assert conditional.is_not_modified(stored(), fields(if_modified_since=http_date(NOW)), NOW)
    assert not conditional.is_not_modified(stored(), fields(if_modified_since=http_date(NOW - 1)), NOW)
    assert not conditional.is_not_modified(stored(), fields(if_none_match='"a"'), NOW)


@pytest.mark.parametrize(
    ("value", "part"),
    [
        (None, "whole"),
        ("bytes=0-1", (0, 1)),
        ("bytes=1-", (1, 9)),
        ("bytes=-3", (7, 9)),
        ("bytes=-99", (0, 9)),
        ("bytes=5-99", (5, 9)),
        ("BYTES = 2 - 3", (2, 3)),
        ("bytes=10-", "none"),
        ("bytes=-0", "none"),
        ("bytes=3-2", "whole"),
        ("bytes=0-1,4-5", "whole"),
        ("bytes=x-", "whole"),
        ("bytes=-x", "whole"),
        ("bytes=-", "whole"),
        ("bytes=", "whole"),
        ("items=0-1", "whole"),
    ],
)
def test_range_selects_a_part_of_a_complete_response(value, part):
    """A malformed Range or several ranges select the complete body."""
    request = fields() if value is None else fields(range=value)

    assert conditional.requested_range(stored(), request, NOW) == part


def test_if_range_must_identify_the_stored_response():
    """By strong entity tag or by date; only a 200 has parts."""
    when = http_date(NOW - 100)
    one = stored(etag='"a"', last_modified=when)

    for condition, part in (('"a"', (0, 1)), ('W/"a"', "whole"), ('"b"', "whole"), (when, (0, 1)), ("x", "whole")):
        assert conditional.requested_range(one, fields(range="bytes=0-1", if_range=condition), NOW) == part
    assert conditional.requested_range(stored(404), fields(range="bytes=0-1"), NOW) == "whole"
    assert conditional.requested_range(stored(body=b""), fields(range="bytes=-1"), NOW) == "none"
