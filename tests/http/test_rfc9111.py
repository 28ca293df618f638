"""The cache's decisions, from facts alone: no clock, no loop, no server."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict, CIMultiDictProxy

from asyncassist._http import conditional
from asyncassist._http import headers as h
from asyncassist._http import rfc9111 as rfc
from asyncassist._http.models import CacheRules
from tests.http.conftest import http_date

NOW = 1_767_225_600.0
SHARED = CacheRules()
PRIVATE = CacheRules(shared=False)


def fields(*pairs, **named):
    return CIMultiDict([*pairs, *((name.replace("_", "-"), value) for name, value in named.items())])


def fresh(status=200, *, rules=SHARED, credentials=False, **named):
    return rfc.compute_freshness(
        status, fields(**named), rules=rules, now=NOW, has_credentials=credentials, allow_default=True
    )


def stored(status=200, body=b"0123456789", *, vary=(), rules=SHARED, **named):
    headers = fields(**named)
    return rfc.StoredResponse(
        method="GET",
        status=status,
        reason="OK",
        headers=CIMultiDictProxy(headers),
        body=body,
        url="http://a.example/",
        vary=vary,
        date=NOW,
        initial_age=0.0,
        received_monotonic=0.0,
        received_at=NOW,
        freshness=rfc.compute_freshness(
            status, headers, rules=rules, now=NOW, has_credentials=False, allow_default=True
        ),
    )


# -- how long it is fresh ------------------------------------------------------------------------------------------


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
def test_freshness_is_read_in_the_order_of_the_rfc(headers, lifetime):
    """s-maxage, max-age, Expires, then a tenth of the time since the last change, a week at most."""
    found = fresh(**headers)

    assert found.lifetime == lifetime
    assert found.implied == ""


def test_a_private_cache_does_not_look_at_s_maxage():
    """It is meant for shared ones."""
    assert fresh(cache_control="max-age=60, s-maxage=10", rules=PRIVATE).lifetime == 60


@pytest.mark.parametrize("status", [200, 203, 300, 301, 308])
def test_the_default_ttl_is_for_answers_that_say_nothing(status):
    """And for these statuses only."""
    assert fresh(status).implied == "ttl"


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
def test_the_default_ttl_is_for_no_other(case):
    """Any freshness information, a cookie, or credentials turn it off."""
    assert fresh(**case).implied == ""


def test_negative_answers_have_a_ttl_of_their_own():
    """Counted from receipt, like the default one; off without credentials' consent."""
    rules = CacheRules(negative_ttl=7.0)

    assert fresh(404, rules=rules, age="3").lifetime == 10.0
    assert fresh(404, rules=rules).implied == "negative"
    assert fresh(404, rules=rules, credentials=True).lifetime == 0
    assert fresh(403, rules=rules).lifetime == 0


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
def test_a_targeted_field_goes_before_all_others_when_it_can_be_read(targeted, lifetime):
    """RFC 9213: a structured field, ignored as a whole when it is not one."""
    rules = CacheRules(targeted=("CDN-Cache-Control",))
    headers = {"cache_control": "max-age=60", "cdn_cache_control": targeted, "expires": http_date(NOW + 99)}

    assert fresh(rules=rules, **headers).lifetime == lifetime


def test_windows_past_the_time_come_from_the_answer_or_from_the_rules():
    """What the answer says goes first, also when it says 0."""
    rules = CacheRules(stale_if_error=5.0, stale_while_revalidate=6.0)

    assert fresh(rules=rules).stale_if_error == 5.0
    assert fresh(rules=rules).stale_while_revalidate == 6.0
    said = fresh(rules=rules, cache_control="stale-if-error=0, stale-while-revalidate=9")
    assert (said.stale_if_error, said.stale_while_revalidate) == (0, 9)


# -- may it be kept ------------------------------------------------------------------------------------------------


def keeps(status=200, *, method="GET", request=None, rules=SHARED, ttl=300.0, credentials=False, **named):
    headers = fields(**named)
    good = rfc.compute_freshness(status, headers, rules=rules, now=NOW, has_credentials=credentials, allow_default=True)
    return rfc.is_storable(method, request or fields(), status, headers, good, rules=rules, ttl=ttl)


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
def test_what_the_rfc_lets_a_cache_keep_is_kept(case):
    """Where it is of use."""
    assert keeps(**case)


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
def test_what_the_rfc_forbids_or_nobody_could_use_is_not_kept(case):
    """One user's answer is never kept for another."""
    assert not keeps(**case)


def test_fields_of_the_connection_and_named_ones_are_not_kept():
    """RFC 9111 section 3.1."""
    headers = fields(
        connection="a", a="1", b="2", c="3", keep_alive="x", age="5", cache_control='max-age=9, no-cache="b"'
    )

    assert dict(rfc.storable_headers(headers, rules=SHARED)) == {"c": "3", "cache-control": 'max-age=9, no-cache="b"'}


def test_an_answer_to_post_may_serve_get_when_it_says_so():
    """Same URL, explicit freshness, 200."""
    url = "http://a.example/x"

    assert rfc.post_cacheable_for_get(url, 200, fields(cache_control="max-age=9"), url)
    assert rfc.post_cacheable_for_get(url, 200, fields(expires=http_date(NOW + 9)), url)
    assert not rfc.post_cacheable_for_get(url, 200, fields(cache_control="max-age=9"), None)
    assert not rfc.post_cacheable_for_get(url, 201, fields(cache_control="max-age=9"), url)
    assert not rfc.post_cacheable_for_get(url, 200, fields(), url)


# -- ages ----------------------------------------------------------------------------------------------------------


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
def test_the_age_at_receipt_is_the_greater_of_said_and_apparent(headers, delay, age):
    """RFC 9111 section 4.2.3."""
    assert (
        rfc.initial_age(fields(**headers), h.parse_date(headers.get("date"), NOW), response_delay=delay, now=NOW) == age
    )


def test_age_grows_with_steady_time_and_never_shrinks():
    """A count that would go back counts as none."""
    one = stored(cache_control="max-age=60")

    assert one.age(10.0) == 10.0
    assert one.age(-10.0) == 0.0


# -- may it be used ------------------------------------------------------------------------------------------------


def uses(age, *, ttl=300.0, mode="default", asked=None, **named):
    return rfc.decide_reuse(stored(**named), age=age, ttl=ttl, request_directives=asked or {}, mode=mode)


@pytest.mark.parametrize(
    ("verdict", "age", "case"),
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
        ("validate", 0, {"cache_control": "max-age=60", "asked": {"no-cache": None}}),
        ("validate", 0, {"cache_control": "max-age=60", "asked": {"max-age": "0"}}),
        ("validate", 9, {"cache_control": "max-age=60", "asked": {"max-age": "8"}}),
        ("fresh", 8, {"cache_control": "max-age=60", "asked": {"max-age": "8"}}),
        ("validate", 0, {"cache_control": "max-age=60", "asked": {"max-age": "x"}}),
        ("validate", 50, {"cache_control": "max-age=60", "asked": {"min-fresh": "11"}}),
        ("fresh", 50, {"cache_control": "max-age=60", "asked": {"min-fresh": "10"}}),
        ("stale", 65, {"cache_control": "max-age=60", "asked": {"max-stale": "5"}}),
        ("stale", 999, {"cache_control": "max-age=60", "asked": {"max-stale": None}}),
        ("validate", 66, {"cache_control": "max-age=60", "asked": {"max-stale": "5"}}),
        ("validate", 66, {"cache_control": "max-age=60, must-revalidate", "asked": {"max-stale": None}}),
    ],
)
def test_a_kept_answer_is_used_as_answer_request_and_caller_allow(verdict, age, case):
    """RFC 9111 section 4, RFC 5861 section 3, and the modes of the Fetch standard."""
    assert uses(age, **case) == verdict


@pytest.mark.parametrize(
    ("stands", "age", "control", "asked"),
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
def test_a_kept_answer_stands_in_for_an_error_within_its_window(stands, age, control, asked):
    """RFC 5861 section 4; never what must not be used past its time."""
    assert (
        rfc.stale_if_error_allowed(stored(cache_control=control), age=age, ttl=300.0, request_directives=asked)
        is stands
    )


def test_pragma_counts_where_there_is_no_cache_control():
    """RFC 9111 section 5.4."""
    assert rfc.parse_request_directives(fields(pragma="no-cache")) == {"no-cache": None}
    assert rfc.parse_request_directives(fields(pragma="no-cache", cache_control="max-age=1")) == {"max-age": "1"}
    assert rfc.parse_request_directives(fields(pragma="x")) == {}


def test_variants_are_selected_by_what_their_fields_mean():
    """RFC 9111 section 4.1, and a kept answer in the language that is liked best."""
    request = fields(accept_language="en, de", foo="1")
    names = fields(vary="Accept-Language, Foo, foo")
    one = stored(vary=rfc.vary_key(request, names), content_language="de")

    assert rfc.matches_vary(one, fields(accept_language="de,en", foo="1"))
    assert rfc.matches_vary(one, fields(accept_language="fr;q=0.5, de", foo="1"))
    assert not rfc.matches_vary(one, fields(accept_language="fr", foo="1"))
    assert not rfc.matches_vary(one, fields(accept_language="de,en"))
    assert not rfc.matches_vary(stored(vary=one.vary), fields(accept_language="fr", foo="1"))


# -- asking and merging --------------------------------------------------------------------------------------------


def test_the_origin_is_asked_with_the_validators_that_there_are():
    """Both, one, or none."""
    assert rfc.precondition_headers(stored(etag='"a"', last_modified="x")) == {
        "If-None-Match": '"a"',
        "If-Modified-Since": "x",
    }
    assert rfc.precondition_headers(stored()) == {}
    assert not stored().has_validator


@pytest.mark.parametrize(
    ("kept", "said", "confirmed"),
    [('"a"', '"a"', True), ('"a"', 'W/"a"', True), ('W/"a"', '"a"', True), ('"a"', '"b"', False), ('"a"', None, True)],
)
def test_a_304_with_another_strong_tag_is_about_another_answer(kept, said, confirmed):
    """RFC 9111 section 4.3.4."""
    assert rfc.validates(stored(etag=kept), fields(**({} if said is None else {"etag": said}))) is confirmed


def test_a_304_brings_fields_up_to_date_but_not_those_of_the_body():
    """RFC 9111 section 3.2; the Date that it lacks is not the old one."""
    one = stored(a="1", b="2", content_length="10", date=http_date(NOW - 99))

    merged = rfc.update_headers(one, fields(a="9", content_length="0", content_encoding="gzip"), rules=SHARED)

    assert dict(merged) == {"a": "9", "b": "2", "content-length": "10"}
    assert rfc.update_headers(one, fields(date="now"), rules=SHARED)["Date"] == "now"


def test_a_head_answer_describes_the_kept_body_or_another():
    """RFC 9111 section 4.3.5."""
    one = stored(etag='"a"', content_length="10")

    assert rfc.head_matches_stored(one, fields(etag='"a"'))
    assert rfc.head_matches_stored(one, fields(last_modified="x"))
    assert not rfc.head_matches_stored(one, fields(content_length="11"))


@pytest.mark.parametrize(
    ("request_fields", "same"),
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
def test_the_callers_own_precondition_is_answered(request_fields, same):
    """RFC 9110 section 13: tags go before dates."""
    one = stored(etag='"a"', last_modified=http_date(NOW - 100))

    assert conditional.is_not_modified(one, fields(**request_fields), NOW) is same


def test_without_a_last_change_the_date_counts():
    """RFC 9111 section 4.3.2; and a tag that was asked for must be there."""
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
def test_a_range_is_cut_from_a_whole_answer(value, part):
    """What cannot be read, or asks for several, gets the whole."""
    request = fields() if value is None else fields(range=value)

    assert conditional.requested_range(stored(), request, NOW) == part


def test_a_range_holds_only_for_the_answer_that_the_caller_knows():
    """If-Range by strong tag or date; and only of a 200."""
    when = http_date(NOW - 100)
    one = stored(etag='"a"', last_modified=when)

    for condition, part in (('"a"', (0, 1)), ('W/"a"', "whole"), ('"b"', "whole"), (when, (0, 1)), ("x", "whole")):
        assert conditional.requested_range(one, fields(range="bytes=0-1", if_range=condition), NOW) == part
    assert conditional.requested_range(stored(404), fields(range="bytes=0-1"), NOW) == "whole"
    assert conditional.requested_range(stored(body=b""), fields(range="bytes=-1"), NOW) == "none"


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
def test_no_headers_make_a_decision_raise_or_a_lifetime_negative(answer, request, status, age):
    """Whatever is sent, there is an answer; and what is fresh now was fresh before."""
    rules = CacheRules(targeted=("ETag",))
    one, asked = stored(status, rules=rules, **{n.replace("-", "_"): v for n, v in answer.items()}), fields()
    asked.extend(request)

    rfc.is_storable("GET", asked, status, one.headers, one.freshness, rules=rules, ttl=300.0)
    rfc.initial_age(one.headers, h.parse_date(one.headers.get("Date"), NOW), response_delay=0.0, now=NOW)
    conditional.is_not_modified(one, asked, NOW)
    conditional.requested_range(one, asked, NOW)
    rfc.update_headers(one, fields(**{n.replace("-", "_"): v for n, v in answer.items()}), rules=rules)
    verdict = rfc.decide_reuse(one, age=age, ttl=300.0, request_directives=rfc.parse_request_directives(asked))
    assert one.lifetime(300.0) >= 0
    if verdict == "fresh":
        assert (
            rfc.decide_reuse(one, age=age / 2, ttl=300.0, request_directives=rfc.parse_request_directives(asked))
            == "fresh"
        )
