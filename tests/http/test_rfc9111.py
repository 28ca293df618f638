"""Caching decisions as pure functions: no clock, no event loop, no server."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncassist._http import conditional
from asyncassist._http import headers as h
from asyncassist._http import rfc9111 as rfc
from asyncassist._http.models import CacheRules
from tests.http.builders import NOW, SHARED, fields, stored
from tests.http.conftest import http_date

PRIVATE = CacheRules(shared=False)


def freshness(status=200, *, rules=SHARED, credentials=False, **named):
    return rfc.compute_freshness(
        status, fields(**named), rules=rules, now=NOW, has_credentials=credentials, allow_default=True
    )


# -- freshness lifetime ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "lifetime"),
    [
        ({"cache_control": "max-age=60"}, 60),
        ({"cache_control": "max-age=60, s-maxage=10"}, 10),
        ({"cache_control": "max-age=60", "expires": http_date(NOW - 10)}, 60),
        ({"cache_control": "max-age=0", "expires": http_date(NOW + 10)}, 0),
        ({"cache_control": "max-age=-5"}, 0),
        ({"cache_control": "max-age=nonsense"}, 0),
        ({"expires": http_date(NOW + 10), "date": http_date(NOW)}, 10),
        ({"expires": http_date(NOW + 10), "date": http_date(NOW + 4)}, 6),
        ({"expires": http_date(NOW + 10)}, 10),
        ({"expires": "0"}, 0),
        ({"last_modified": http_date(NOW - 1000), "date": http_date(NOW)}, 100),
        ({"last_modified": http_date(NOW + 1000)}, 0),
        ({"last_modified": http_date(0)}, 7 * 86400),
    ],
)
def test_freshness_lifetime_follows_the_order_of_the_rfc(headers, lifetime):
    """s-maxage, max-age, Expires, then a tenth of the time since Last-Modified, a week at most."""
    computed = freshness(**headers)

    assert computed.lifetime == lifetime
    assert computed.implied == ""


def test_private_cache_ignores_s_maxage():
    """The directive is for shared caches."""
    assert freshness(cache_control="max-age=60, s-maxage=10", rules=PRIVATE).lifetime == 60


@pytest.mark.parametrize("status", [200, 203, 300, 301, 308])
def test_default_ttl_applies_without_freshness_information(status):
    """To these statuses only."""
    assert freshness(status).implied == "ttl"


@pytest.mark.parametrize(
    "case",
    [
        {"status": 404},
        {"status": 302},
        {"status": 500},
        {"cache_control": "public"},
        {"cache_control": ""},
        {"expires": "0"},
        {"last_modified": "nonsense"},
        {"set_cookie": "a=b"},
        {"credentials": True},
    ],
)
def test_default_ttl_does_not_apply_otherwise(case):
    """Freshness information, a cookie or credentials turn it off."""
    fresh = freshness(**case)

    assert fresh.implied not in {"ttl", "negative"}
    assert fresh.lifetime == 0


def test_negative_ttl_counts_from_receipt():
    """Without credentials only, and for the negative statuses only."""
    rules = CacheRules(negative_ttl=7.0)

    assert freshness(404, rules=rules, age="3").lifetime == 10.0
    assert freshness(404, rules=rules).implied == "negative"
    assert freshness(404, rules=rules, credentials=True).lifetime == 0
    assert freshness(403, rules=rules).lifetime == 0


@pytest.mark.parametrize(
    ("targeted", "lifetime"),
    [
        ("max-age=5", 5),
        ('max-age=5;ext=1, foo, bar=?0, baz="q"', 5),
        ("max-age=1, max-age=9", 9),
        ("max-age=5, &&&", 60),
        ('max-age="5"', 60),
        ("max-age=5.5", 60),
        ("Max-Age=5", 60),
        ("max-age=5,", 60),
        ("", 60),
        ("no-store", 0),
    ],
)
def test_valid_targeted_field_takes_precedence(targeted, lifetime):
    """RFC 9213: a Structured Field, ignored as a whole if malformed."""
    rules = CacheRules(targeted=("CDN-Cache-Control",))
    headers = {"cache_control": "max-age=60", "cdn_cache_control": targeted, "expires": http_date(NOW + 99)}

    assert freshness(rules=rules, **headers).lifetime == lifetime


def test_stale_windows_come_from_the_response_or_the_rules():
    """The response takes precedence, also with 0."""
    rules = CacheRules(stale_if_error=5.0, stale_while_revalidate=6.0)

    assert freshness(rules=rules).stale_if_error == 5.0
    assert freshness(rules=rules).stale_while_revalidate == 6.0
    assert freshness(rules=rules, credentials=True).stale_while_revalidate == 0
    assert freshness(rules=rules, credentials=True).stale_if_error == 5.0
    stated = freshness(rules=rules, cache_control="stale-if-error=0, stale-while-revalidate=9")
    assert (stated.stale_if_error, stated.stale_while_revalidate) == (0, 9)


# -- storing ---------------------------------------------------------------------------------------------------------


def is_storable(status=200, *, method="GET", request=None, rules=SHARED, ttl=300.0, credentials=False, **named):
    headers = fields(**named)
    fresh = rfc.compute_freshness(
        status, headers, rules=rules, now=NOW, has_credentials=credentials, allow_default=True
    )
    return rfc.is_storable(method, request or fields(), status, headers, fresh, rules=rules, ttl=ttl)


@pytest.mark.parametrize(
    "case",
    [
        {},
        {"cache_control": "max-age=60"},
        {"cache_control": "no-cache", "etag": '"a"'},
        {"status": 599, "cache_control": "max-age=60"},
        {"status": 599, "cache_control": "public", "last_modified": http_date(NOW - 10**6)},
        {"status": 404, "cache_control": "max-age=60"},
        {"cache_control": "max-age=60", "set_cookie": "a=b"},
        {"cache_control": "max-age=60, no-store, must-understand"},
        {"cache_control": 'private="a", max-age=60'},
        {"cache_control": "private, max-age=60", "rules": PRIVATE},
        {"cache_control": "private", "rules": PRIVATE, "etag": '"a"'},
        {"request": fields(authorization="x"), "cache_control": "max-age=60, public"},
        {"request": fields(authorization="x"), "cache_control": "max-age=60, must-revalidate"},
        {"request": fields(authorization="x"), "cache_control": "s-maxage=60"},
        {"request": fields(authorization="x"), "cache_control": "max-age=60", "rules": PRIVATE},
        {"request": fields(cookie="x"), "cache_control": "max-age=60"},
        {"method": "HEAD", "cache_control": "max-age=60"},
        {"etag": '"a"', "ttl": None},
    ],
)
def test_storable_responses(case):
    """What RFC 9111 section 3 allows is stored where it is of use."""
    assert is_storable(**case)


@pytest.mark.parametrize(
    "case",
    [
        {"ttl": None},
        {"cache_control": "no-store"},
        {"cache_control": "no-store, max-age=60"},
        {"cache_control": "private, max-age=60"},
        {"cache_control": "max-age=60", "vary": "*"},
        {"cache_control": "max-age=60", "vary": "a, *"},
        {"status": 206, "cache_control": "max-age=60"},
        {"status": 304, "cache_control": "max-age=60"},
        {"status": 103, "cache_control": "max-age=60"},
        {"status": 403, "last_modified": http_date(NOW - 10**6)},
        {"status": 599, "cache_control": "max-age=60, must-understand"},
        {"status": 500},
        {"method": "POST", "cache_control": "max-age=60"},
        {"request": fields(authorization="x"), "cache_control": "max-age=60"},
        {"request": fields(cache_control="no-store"), "cache_control": "max-age=60"},
        {"request": fields(range="bytes=0-1"), "cache_control": "max-age=60"},
        {"cache_control": "max-age=0"},
        {"credentials": True},
    ],
)
def test_responses_that_are_not_storable(case):
    """What RFC 9111 section 3 forbids, or what could never be reused."""
    assert not is_storable(**case)


def test_connection_fields_and_named_fields_are_not_stored():
    """RFC 9111 section 3.1."""
    headers = fields(
        connection="a", a="1", b="2", c="3", keep_alive="x", age="5", cache_control='max-age=9, no-cache="b"'
    )

    assert dict(rfc.storable_headers(headers, rules=SHARED)) == {"c": "3", "cache-control": 'max-age=9, no-cache="b"'}


def test_response_to_post_may_be_stored_for_get():
    """Same URL, explicit freshness, status 200."""
    url = "http://a.example/x"

    assert rfc.post_cacheable_for_get(url, 200, fields(cache_control="max-age=9"), url)
    assert rfc.post_cacheable_for_get(url, 200, fields(expires=http_date(NOW + 9)), url)
    assert not rfc.post_cacheable_for_get(url, 200, fields(cache_control="max-age=9"), None)
    assert not rfc.post_cacheable_for_get(url, 201, fields(cache_control="max-age=9"), url)
    assert not rfc.post_cacheable_for_get(url, 200, fields(), url)


# -- age -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "delay", "age"),
    [
        ({}, 0.0, 0),
        ({"age": "30"}, 2.0, 32),
        ({"age": "30", "date": http_date(NOW - 100)}, 0.0, 100),
        ({"age": "300", "date": http_date(NOW - 100)}, 0.0, 300),
        ({"date": http_date(NOW + 100)}, 0.0, 0),
        ({"age": "x"}, 0.0, 0),
    ],
)
def test_initial_age_is_the_greater_of_age_and_apparent_age(headers, delay, age):
    """RFC 9111 section 4.2.3."""
    assert (
        rfc.initial_age(fields(**headers), h.parse_date(headers.get("date"), NOW), response_delay=delay, now=NOW) == age
    )


def test_age_grows_with_the_monotonic_clock():
    """A negative resident time counts as 0."""
    one = stored(cache_control="max-age=60")

    assert one.age(10.0) == 10.0
    assert one.age(-10.0) == 0.0


# -- reuse -----------------------------------------------------------------------------------------------------------


def decide(age, *, ttl=300.0, mode="default", directives=None, **named):
    return rfc.decide_reuse(stored(**named), age=age, ttl=ttl, request_directives=directives or {}, mode=mode)


@pytest.mark.parametrize(
    ("decision", "age", "case"),
    [
        ("fresh", 59, {"cache_control": "max-age=60"}),
        ("validate", 60, {"cache_control": "max-age=60"}),
        ("validate", 0, {"cache_control": "max-age=60, no-cache"}),
        ("fresh", 0, {"cache_control": 'max-age=60, no-cache="a"'}),
        ("fresh", 299, {}),
        ("validate", 300, {}),
        ("validate", 0, {"ttl": None}),
        ("fresh", 5, {"ttl": 6.0}),
        ("validate", 6, {"ttl": 6.0}),
        ("refresh", 65, {"cache_control": "max-age=60, stale-while-revalidate=10"}),
        ("validate", 70, {"cache_control": "max-age=60, stale-while-revalidate=10"}),
        ("validate", 65, {"cache_control": "max-age=60, stale-while-revalidate=10, must-revalidate"}),
        ("validate", 65, {"cache_control": "max-age=60, stale-while-revalidate=10, proxy-revalidate"}),
        ("validate", 65, {"cache_control": "s-maxage=60, stale-while-revalidate=10"}),
        ("validate", 0, {"cache_control": "max-age=60", "mode": "no-cache"}),
        ("validate", 0, {"cache_control": "max-age=60", "mode": "reload"}),
        ("fresh", 0, {"cache_control": "max-age=60", "mode": "force-cache"}),
        ("stale", 99, {"cache_control": "max-age=60, must-revalidate", "mode": "force-cache"}),
        ("stale", 99, {"cache_control": "max-age=60", "mode": "only-if-cached"}),
        ("stale", 0, {"cache_control": "no-cache", "mode": "force-cache"}),
        ("validate", 0, {"cache_control": "max-age=60", "directives": {"no-cache": None}}),
        ("validate", 0, {"cache_control": "max-age=60", "directives": {"max-age": "0"}}),
        ("validate", 9, {"cache_control": "max-age=60", "directives": {"max-age": "8"}}),
        ("fresh", 8, {"cache_control": "max-age=60", "directives": {"max-age": "8"}}),
        ("validate", 0, {"cache_control": "max-age=60", "directives": {"max-age": "x"}}),
        ("validate", 50, {"cache_control": "max-age=60", "directives": {"min-fresh": "11"}}),
        ("fresh", 50, {"cache_control": "max-age=60", "directives": {"min-fresh": "10"}}),
        ("stale", 65, {"cache_control": "max-age=60", "directives": {"max-stale": "5"}}),
        ("stale", 999, {"cache_control": "max-age=60", "directives": {"max-stale": None}}),
        ("validate", 66, {"cache_control": "max-age=60", "directives": {"max-stale": "5"}}),
        ("validate", 66, {"cache_control": "max-age=60, must-revalidate", "directives": {"max-stale": None}}),
    ],
)
def test_reuse_decision(decision, age, case):
    """RFC 9111 section 4, RFC 5861 section 3, and the modes of the Fetch standard."""
    assert decide(age, **case) == decision


@pytest.mark.parametrize(
    ("allowed", "age", "control", "directives"),
    [
        (True, 65, "max-age=60, stale-if-error=10", {}),
        (False, 70, "max-age=60, stale-if-error=10", {}),
        (True, 65, "max-age=60", {"stale-if-error": "10"}),
        (False, 65, "max-age=60", {}),
        (False, 65, "max-age=60, stale-if-error=10, must-revalidate", {}),
        (False, 65, "max-age=60, stale-if-error=10, no-cache", {}),
        (False, 65, "max-age=60, stale-if-error=10", {"no-cache": None}),
    ],
)
def test_stale_if_error_within_its_window(allowed, age, control, directives):
    """RFC 5861 section 4; never for a response that must be revalidated."""
    assert (
        rfc.stale_if_error_allowed(stored(cache_control=control), age=age, ttl=300.0, request_directives=directives)
        is allowed
    )


def test_pragma_applies_without_cache_control():
    """RFC 9111 section 5.4."""
    assert rfc.parse_request_directives(fields(pragma="no-cache")) == {"no-cache": None}
    assert rfc.parse_request_directives(fields(pragma="no-cache", cache_control="max-age=1")) == {"max-age": "1"}
    assert rfc.parse_request_directives(fields(pragma="x")) == {}


def test_variants_are_selected_by_normalized_fields():
    """RFC 9111 section 4.1; also a stored response in the preferred language."""
    request = fields(accept_language="en, de", foo="1")
    names = fields(vary="Accept-Language, Foo, foo")
    one = stored(vary=rfc.vary_key(request, names), content_language="de")

    assert rfc.matches_vary(one, fields(accept_language="de,en", foo="1"))
    assert rfc.matches_vary(one, fields(accept_language="fr;q=0.5, de", foo="1"))
    assert not rfc.matches_vary(one, fields(accept_language="fr", foo="1"))
    assert not rfc.matches_vary(one, fields(accept_language="de,en"))
    assert not rfc.matches_vary(stored(vary=one.vary), fields(accept_language="fr", foo="1"))


# -- revalidation ----------------------------------------------------------------------------------------------------


def test_preconditions_come_from_the_stored_validators():
    """Both, one or none."""
    assert rfc.precondition_headers(stored(etag='"a"', last_modified="x")) == {
        "If-None-Match": '"a"',
        "If-Modified-Since": "x",
    }
    assert rfc.precondition_headers(stored()) == {}
    assert not stored().has_validator


@pytest.mark.parametrize(
    ("stored_tag", "tag", "validated"),
    [('"a"', '"a"', True), ('"a"', 'W/"a"', True), ('W/"a"', '"a"', True), ('"a"', '"b"', False), ('"a"', None, True)],
)
def test_304_with_another_strong_etag_does_not_validate(stored_tag, tag, validated):
    """RFC 9111 section 4.3.4."""
    assert rfc.validates(stored(etag=stored_tag), fields(**({} if tag is None else {"etag": tag}))) is validated


def test_304_updates_fields_except_those_of_the_body():
    """RFC 9111 section 3.2; a Date missing in the 304 is not replaced by the old one."""
    one = stored(a="1", b="2", content_length="10", date=http_date(NOW - 99))

    merged = rfc.update_headers(one, fields(a="9", content_length="0", content_encoding="gzip"), rules=SHARED)

    assert dict(merged) == {"a": "9", "b": "2", "content-length": "10"}
    assert rfc.update_headers(one, fields(date="now"), rules=SHARED)["Date"] == "now"


def test_head_matches_or_contradicts_the_stored_body():
    """RFC 9111 section 4.3.5."""
    one = stored(etag='"a"', content_length="10")

    assert rfc.head_matches_stored(one, fields(etag='"a"'))
    assert rfc.head_matches_stored(one, fields(last_modified="x"))
    assert not rfc.head_matches_stored(one, fields(content_length="11"))


text = st.text(st.characters(codec="ascii"), max_size=40)


@given(
    st.dictionaries(
        st.sampled_from(["Cache-Control", "Expires", "Date", "Age", "Vary", "ETag", "Last-Modified"]), text
    ),
    st.dictionaries(
        st.sampled_from(["Cache-Control", "Range", "If-Range", "If-None-Match", "If-Modified-Since"]), text
    ),
    st.integers(100, 599),
    st.floats(0, 1e9),
)
def test_any_headers_yield_a_decision(response, request, status, age):
    """No header fields make a decision raise or a lifetime negative; what is fresh now was fresh before."""
    rules = CacheRules(targeted=("ETag",))
    one, request_headers = (
        stored(status, rules=rules, **{n.replace("-", "_"): v for n, v in response.items()}),
        fields(),
    )
    request_headers.extend(request)

    rfc.is_storable("GET", request_headers, status, one.headers, one.freshness, rules=rules, ttl=300.0)
    rfc.initial_age(one.headers, h.parse_date(one.headers.get("Date"), NOW), response_delay=0.0, now=NOW)
    conditional.is_not_modified(one, request_headers, NOW)
    conditional.requested_range(one, request_headers, NOW)
    rfc.update_headers(one, fields(**{n.replace("-", "_"): v for n, v in response.items()}), rules=rules)
    decision = rfc.decide_reuse(
        one, age=age, ttl=300.0, request_directives=rfc.parse_request_directives(request_headers)
    )
    assert one.lifetime(300.0) >= 0
    if decision == "fresh":
        assert (
            rfc.decide_reuse(
                one, age=age / 2, ttl=300.0, request_directives=rfc.parse_request_directives(request_headers)
            )
            == "fresh"
        )
