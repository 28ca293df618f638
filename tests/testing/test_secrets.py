"""Removal of secrets from what is recorded."""

from __future__ import annotations

import time

import pytest

from asyncassist.testing._secrets import REDACTED, SecretFilter


@pytest.mark.parametrize(
    "name",
    [
        "Authorization",
        "Cookie",
        "Set-Cookie",
        "X-API-Key",
        "apikey",
        "Proxy-Authorization",
        "X-Auth-Token",
        "X-Amz-Signature",
    ],
)
def test_header_fields_with_secrets(name):
    """Their value is replaced; that of other fields stays."""
    assert SecretFilter().headers([(name, "S3CRET"), ("Content-Type", "text/plain")]) == [
        (name, REDACTED),
        ("Content-Type", "text/plain"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("http://a/?key=S3CRET&q=1", "http://a/?key=[redacted]&q=1"),
        ("http://a/?q=1&access_token=S3CRET#x", "http://a/?q=1&access_token=[redacted]#x"),
        (
            "grant_type=client_credentials&client_secret=S3CRET",
            "grant_type=client_credentials&client_secret=[redacted]",
        ),
        ('data: {"api_key": "S3\\"CRET", "n": 1}\n\n', 'data: {"api_key": "[redacted]", "n": 1}\n\n'),
        ("plain text", "plain text"),
    ],
)
def test_urls_forms_and_events(text, expected):
    """Parameters and fields by their names, whatever the text is."""
    assert SecretFilter().text(text) == expected
    assert SecretFilter().body(text) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            '{"access_token": "S3CRET", "usage": {"total_tokens": 3}}',
            '{"access_token":"[redacted]","usage":{"total_tokens":3}}',
        ),
        ('{"credentials": {"a": ["S3CRET", 1]}}', '{"credentials":{"a":["[redacted]",1]}}'),
        ('[{"password": null,  "key": "colour"}]', '[{"password": null,  "key": "colour"}]'),
        ('{"price": 1.50}', '{"price": 1.50}'),
    ],
)
def test_json_bodies(body, expected):
    """Texts under secret names are replaced; a body without any stays as it is written."""
    assert SecretFilter().body(body) == expected


def test_a_known_secret_is_found_under_other_names():
    """With or without its scheme, in bodies, URLs and header fields."""
    secret_filter = SecretFilter()
    secret_filter.learn([("Authorization", "Bearer abcdefgh12"), ("Accept", "text/plain")])

    assert secret_filter.body('{"echo": "abcdefgh12"}') == '{"echo": "[redacted]"}'
    assert secret_filter.text("http://a/abcdefgh12/text/plain") == "http://a/[redacted]/text/plain"
    assert secret_filter.headers([("X-Echo", "Bearer abcdefgh12")]) == [("X-Echo", REDACTED)]


@pytest.mark.parametrize("text", ['"a"' * 200_000, "a" * 500_000, '"' * 500_000, "a=" * 200_000, "[" * 100_000])
def test_time_is_proportional_to_the_length(text):
    """Whatever a service sends."""
    started = time.process_time()
    SecretFilter().body(text)
    assert time.process_time() - started < 5.0
