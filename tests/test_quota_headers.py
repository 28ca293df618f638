"""Quotas as services announce them, in all spellings; whatever is sent is read in linear time."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from asyncassist._quota_headers import MAX_RESET, announces_quotas, parse_number, parse_quotas, parse_reset

NOW = 1_767_225_600.0


def parse(**headers):
    """Parse fields given as keywords; return limit, remaining, reset and window of each quota."""
    fields = CIMultiDict({name.replace("_", "-"): value for name, value in headers.items()})
    return [(one.limit, one.remaining, one.reset, one.window) for one in parse_quotas(fields, NOW)]


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, []),
        ({"RateLimit": '"a";r=50;t=30', "RateLimit_Policy": '"a";q=100;w=10'}, [(100, 50, 30, 10)]),
        ({"RateLimit": "a;r=5;t=3, b;r=7", "RateLimit_Policy": "a;q=9;w=4, b;q=99;w=86400"}, [(9, 5, 3, 4), (99, 7, None, 86400)]),
        ({"RateLimit": "limit=100, remaining=50, reset=5", "RateLimit_Policy": "100;w=60"}, [(100, 50, 5, 60)]),
        ({"RateLimit": "limit=100, reset=5"}, []),
        ({"RateLimit": '"a";r=50;t=30', "RateLimit_Policy": '"a";q=100;qu="content-bytes"'}, []),
        ({"RateLimit": '"a";r=1', "X_RateLimit_Remaining": "9"}, [(None, 1, None, None)]),
        ({"RateLimit_Limit": "100, 100;w=60", "RateLimit_Remaining": "5", "RateLimit_Reset": "3"}, [(100, 5, 3, 60)]),
        ({"RateLimit_Limit": "100", "RateLimit_Remaining": "5", "RateLimit_Policy": "100;w=9"}, [(100, 5, None, 9)]),
        ({"RateLimit_Limit": "100", "RateLimit_Remaining": "5", "RateLimit_Policy": "100"}, [(100, 5, None, None)]),
        ({"RateLimit_Limit": "100;w=7", "RateLimit_Remaining": "5", "RateLimit_Policy": "100"}, [(100, 5, None, 7)]),
        ({"X_RateLimit_Limit": "5000", "X_RateLimit_Remaining": "4999", "X_RateLimit_Reset": "1767225660"}, [(5000, 4999, 60, None)]),
        ({"X_RateLimit_Remaining": "4", "X_RateLimit_Reset_After": "0.5", "X_RateLimit_Reset": "1767225660"}, [(None, 4, 0.5, None)]),
        ({"X_Rate_Limit_Limit": "15", "X_Rate_Limit_Remaining": "0", "X_Rate_Limit_Reset": "1767225600500"}, [(15, 0, 0.5, None)]),
        ({"X_RateLimit_Remaining": "many"}, []),
        ({"RateLimit": '"a'}, []),
    ],
)  # fmt: skip
def test_spellings(headers, expected):
    """Current and earlier drafts, GitHub, Discord and Twitter; what cannot be read is no quota."""
    assert parse(**headers) == expected


def test_requests_and_tokens_of_models_refill():
    """The spelling of OpenAI: two quotas whose resets say when they are full again."""
    fields = CIMultiDict(
        {
            "x-ratelimit-limit-requests": "60",
            "x-ratelimit-remaining-requests": "59",
            "x-ratelimit-reset-requests": "1s",
            "x-ratelimit-limit-tokens": "150000",
            "x-ratelimit-remaining-tokens": "149984",
            "x-ratelimit-reset-tokens": "6m0s",
        }
    )

    requests, tokens = parse_quotas(fields, NOW)

    assert (requests.unit, requests.limit, requests.remaining, requests.reset) == ("requests", 60, 59, 1)
    assert (tokens.unit, tokens.limit, tokens.remaining, tokens.reset) == ("tokens", 150000, 149984, 360)
    assert requests.refills
    assert tokens.refills


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("6m0s", 360),
        ("17ms", 0.017),
        ("1d2h3m4.5s", 93784.5),
        ("30", 30),
        ("1.5", 1.5),
        ("1767225660", 60),
        ("1767225599", 0),
        ("9999999999", MAX_RESET),
        ("999999999d", MAX_RESET),
        ("", None),
        (None, None),
        ("-5", None),
        ("1e9", None),
        ("９", None),
        ("9" * 60, None),
        ("9" * 70, None),
    ],
)
def test_resets(text, seconds):
    """Seconds, durations and points in time; everything else is None."""
    found = parse_reset(text, NOW)

    assert found is None if seconds is None else found == pytest.approx(seconds)


def test_partition_key_comes_from_the_response_or_the_policy():
    """The partition of the response takes precedence."""
    policy = "a;q=1;pk=:YQ==:"

    first = parse_quotas({"RateLimit": "a;r=1", "RateLimit-Policy": policy}, NOW)[0]
    second = parse_quotas({"RateLimit": "a;r=1;pk=:Yg==:", "RateLimit-Policy": policy}, NOW)[0]

    assert (first.partition, second.partition) == (":YQ==:", ":Yg==:")


@given(st.text(max_size=300), st.text(max_size=300), st.floats(0, 1e11))
def test_any_text_is_accepted(state, policy, now):
    """Nothing raises; numbers are bounded and quotas few."""
    names = ("RateLimit", "RateLimit-Remaining", "X-RateLimit-Reset", "X-RateLimit-Remaining", "X-RateLimit-Limit")
    quotas = parse_quotas(CIMultiDict({**dict.fromkeys(names, state), "RateLimit-Policy": policy}), now)

    assert len(quotas) <= 8
    for quota in quotas:
        assert 0 <= quota.remaining < 1e15
        assert quota.reset is None or 0 <= quota.reset <= MAX_RESET
    number = parse_number(state)
    assert number is None or 0 <= number < 1e16


@pytest.mark.parametrize("piece", ['"', ";a=1", '"\\', " ", "a; ", "a=", ",", "1", "1m", 'a;b="'])
def test_long_fields_take_linear_time(piece):
    """A megabyte of anything takes milliseconds."""
    text = piece * (1_000_000 // len(piece))
    names = ("RateLimit", "RateLimit-Policy", "RateLimit-Remaining", "RateLimit-Limit", "RateLimit-Reset")

    started = time.thread_time()
    quotas = parse_quotas(dict.fromkeys(names, text), NOW)

    assert time.thread_time() - started < 0.1
    assert len(quotas) <= 8


def test_first_policy_with_a_window_stands_for_its_name():
    """Of two policies with one name the later counts only if the earlier has no window."""
    state = {"RateLimit": "a;r=5;t=3"}
    for policy, limit, window in (("a;q=10;w=60, a;q=20;w=30", 10.0, 60.0), ("a;q=10, a;q=20;w=30", 20.0, 30.0)):
        (notice,) = parse_quotas({**state, "RateLimit-Policy": policy}, 0.0)
        assert (notice.limit, notice.window) == (limit, window)


@pytest.mark.parametrize(
    "name", ["RateLimit", "ratelimit-remaining", "X-RateLimit-Remaining", "x-rate-limit-remaining"]
)
def test_announcement_is_noticed_in_any_case(name):
    """A field that says what is left is noticed whatever its case; others are no announcement."""
    assert announces_quotas(CIMultiDict({name: "5"}))
    assert not announces_quotas(CIMultiDict({"RateLimit-Policy": "a;q=1", "Retry-After": "1"}))


def test_structured_field_is_ascii():
    """A field with other bytes announces nothing, so that names of quotas can always be encoded."""
    assert parse_quotas({"RateLimit": '"caf\udce9";r=5;t=1', "RateLimit-Policy": '"caf\udce9";q=5'}, 0.0) == ()


@pytest.mark.parametrize("value", ['"a";r=5;t=10', "a;r=5;t=10", '"a";r=5;t=10;pk=:YQ==:', ' "a" ; r=5 ; t=10'])
def test_plain_member_and_general_form_mean_the_same(value):
    """The short way to the most common form reads what the general one reads."""
    policy = '"a";q=9;w=60;pk=:YQ==:'

    (notice,) = parse_quotas({"RateLimit": value, "RateLimit-Policy": policy}, 0.0)

    assert (notice.name, notice.limit, notice.remaining, notice.reset) == ("a", 9.0, 5.0, 10.0)
    assert (notice.window, notice.partition) == (60.0, ":YQ==:")
