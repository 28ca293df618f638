"""Settings and responses as values."""

from __future__ import annotations

import enum
import traceback
from dataclasses import dataclass
from typing import TypedDict

import msgspec
import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict, CIMultiDictProxy

from asyncassist import AsyncHandler, CacheRules, Limits
from asyncassist._http.models import CacheInfo, Response, make_cache_info, make_response
from asyncassist.errors import ConfigurationError, DecodeError, InvalidInputError


class Colour(enum.Enum):
    RED = "red"


class Item(msgspec.Struct, forbid_unknown_fields=True):
    price: int
    colour: Colour | None = None


class Basket(msgspec.Struct):
    items: list[Item]


@dataclass
class Rate:
    value: float


class Row(TypedDict):
    id: int


async def test_text_uses_the_charset_of_content_type(origin):
    """UTF-8 by default; undecodable bytes are replaced, never raised."""
    cases = {
        "text/plain; charset=latin-1": ("é".encode("latin-1"), "é"),
        'text/plain; charset="utf-16"': ("é".encode("utf-16"), "é"),
        "text/plain; charset=nonsense": ("é".encode(), "é"),
        "text/plain": ("é".encode() + b"\xff", "é\ufffd"),
        "text/plain; charset=": ("é".encode(), "é"),
        "text/plain; x=y": (b"a", "a"),
    }
    async with AsyncHandler() as http:
        for n, (kind, (body, text)) in enumerate(cases.items()):
            origin.respond_with(web.Response(body=body, headers={"Content-Type": kind}))
            assert (await http.get(f"{origin.url}/{n}")).text() == text


@pytest.mark.parametrize(
    ("body", "type_", "value"),
    [
        (b'{"items": [{"price": 3}]}', Basket, Basket(items=[Item(price=3)])),
        (b'{"value": 1.5}', Rate, Rate(1.5)),
        (b'[{"id": 7}]', list[Row], [{"id": 7}]),
        (b"[1, 2]", list[int], [1, 2]),
        ('\ufeff{"value": 1}'.encode(), Rate, Rate(1.0)),
    ],
)
async def test_json_is_decoded_into_the_type(origin, body, type_, value):
    """Structs, dataclasses, TypedDicts and built-in types; a byte order mark does not matter."""
    origin.respond_with(web.Response(body=body))
    async with AsyncHandler() as http:
        assert await http.get_json(origin.url, type=type_) == value
        assert (await http.get(origin.url)).json(type=type_) == value


@pytest.mark.parametrize(
    ("body", "path", "detail"),
    [
        (b'{"items": [{"price": 1}, {"price": "S3CRET"}]}', "$.items[1].price", "Expected `int`, got `str`"),
        (b'{"items": [{}]}', "$.items[0]", "Object missing required field `price`"),
        (b'{"items": [{"price": 1, "colour": "S3CRET"}]}', "$.items[0].colour", ""),
        (b'{"items": [{"price": 1, "S3CRET": 1}]}', "$.items[0]", ""),
        (b'\xef\xbb\xbf{"items": "S3CRET"}', "$.items", "Expected `array`, got `str`"),
        (b'"S3CRET"', None, "Expected `object`, got `str`"),
        (b'{"items": S3CRET}', None, "not JSON"),
    ],
)
async def test_a_body_of_another_type_says_where_and_quotes_nothing(origin, body, path, detail):
    """DecodeError names the path and the kinds; neither its text nor a chained error holds the body."""
    origin.respond_with(web.Response(body=body))
    async with AsyncHandler() as http:
        with pytest.raises(DecodeError) as caught:
            await http.get_json(origin.url, type=Basket)

    assert caught.value.path == path
    assert (path or "") in str(caught.value)
    assert detail in str(caught.value)
    assert (caught.value.status, caught.value.attempts) == (200, 1)
    assert "S3CRET" not in "".join(traceback.format_exception(caught.value))
    assert caught.value.__cause__ is caught.value.__context__ is None


async def test_a_type_that_json_cannot_become_is_refused_before_sending(origin):
    """The call is wrong, whatever the service would answer."""
    async with AsyncHandler() as http:
        with pytest.raises(InvalidInputError, match="type"):
            await http.get_json(origin.url, type="int |")
        with pytest.raises(InvalidInputError, match="type"):
            await http.get_json(origin.url, type=set[int] | list[int])

    assert origin.count == 0


async def test_json_accepts_a_byte_order_mark_and_other_charsets(origin):
    """A UTF-8 byte order mark, or UTF-16 named in Content-Type."""
    bodies = (b'\xef\xbb\xbf{"a": 1}', '{"a": 1}'.encode("utf-16"))
    async with AsyncHandler() as http:
        origin.respond_with(web.Response(body=bodies[0]))
        assert await http.get_json(f"{origin.url}/0") == {"a": 1}
        origin.respond_with(web.Response(body=bodies[1], headers={"Content-Type": "application/json; charset=utf-16"}))
        assert await http.get_json(f"{origin.url}/1") == {"a": 1}


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"a":', b"\xff\xfe\xff", b"NaN", b"[" * 100_000])
async def test_invalid_json_raises_decode_error(origin, body):
    """The error holds status and host, not the body."""
    origin.respond_with(web.Response(body=body))

    async with AsyncHandler() as http:
        with pytest.raises(DecodeError) as caught:
            await http.get_json(origin.url)

        assert (caught.value.status, caught.value.host) == (200, origin.url.removeprefix("http://"))


@given(
    charset=st.one_of(st.text(max_size=20), st.sampled_from(["hex", "undefined", "idna", "a\0b", "\udcff"])),
    body=st.binary(),
)
def test_text_accepts_any_charset_name(charset, body):
    """Whatever a server names as its charset."""
    headers = CIMultiDictProxy(CIMultiDict({"Content-Type": f"text/plain; charset={charset}"}))
    response = Response(
        status=200,
        reason="",
        headers=headers,
        url="",
        body=body,
        elapsed=0,
        attempts=1,
        cache=CacheInfo(outcome="miss"),
    )

    assert isinstance(response.text(), str)


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: Limits(total=0), "limits.total"),
        (lambda: Limits(queue=-1), "limits.queue"),
        (lambda: Limits(max_redirects=51), "limits.max_redirects"),
        (lambda: Limits(max_body=1.5), "limits.max_body"),
        (lambda: CacheRules(stale_if_error=-1), "cache.stale_if_error"),
        (lambda: CacheRules(negative_ttl=float("inf")), "cache.negative_ttl"),
        (lambda: CacheRules(max_entry_bytes=0), "cache.max_entry_bytes"),
        (lambda: CacheRules(targeted="CDN-Cache-Control"), "cache.targeted"),
    ],
)
def test_invalid_settings_are_named(make, field):
    """Each field of `Limits` and `CacheRules` is checked, and named in the error."""
    with pytest.raises(ConfigurationError) as caught:
        make()

    assert caught.value.field == field


async def test_response_and_headers_are_read_only(origin):
    """Header fields have several values and any case, on a miss and on a hit."""
    origin.respond_with(web.Response(headers=[("A", "1"), ("a", "2"), ("Cache-Control", "max-age=60")]))

    async with AsyncHandler() as http:
        for response in (await http.get(origin.url), await http.get(origin.url)):
            assert response.headers.getall("a") == ["1", "2"]
            assert response.ok
            with pytest.raises(TypeError):
                response.headers["a"] = "3"
            with pytest.raises(AttributeError):
                response.status = 1


async def test_response_repr_and_dict_hold_no_secrets(origin):
    """Neither the query nor header values."""
    origin.respond(set_cookie="session=s3cret")

    async with AsyncHandler() as http:
        response = await http.get(f"{origin.url}/a?token=s3cret")

        assert "s3cret" not in f"{response!r} {response.to_dict()}"
        assert response.url.endswith("?token=s3cret")


@pytest.mark.parametrize(
    ("outcome", "stored", "text"),
    [
        ("hit", True, "asyncassist; hit; ttl=5"),
        ("stale", True, "asyncassist; hit; ttl=5"),
        ("revalidated", True, "asyncassist; fwd=stale; fwd-status=304; ttl=5"),
        ("coalesced", True, "asyncassist; fwd=uri-miss; collapsed; ttl=5"),
        ("miss", True, "asyncassist; fwd=uri-miss; stored; ttl=5"),
        ("miss", False, "asyncassist; fwd=uri-miss; ttl=5"),
        ("bypass", False, "asyncassist; fwd=bypass"),
    ],
)
def test_cache_status_follows_rfc_9211(outcome, stored, text):
    """`CacheInfo.status` is a value for the Cache-Status field."""
    from asyncassist._http import CacheInfo

    assert CacheInfo(outcome=outcome, stored=stored, ttl=5.5).status == text


def test_fast_constructors_build_equal_values():
    """`make_cache_info` and `make_response` give the same frozen values as the classes."""
    headers = CIMultiDictProxy(CIMultiDict({"A": "b"}))
    info = make_cache_info("hit", 1.0, 2.0, stored=True)
    response = make_response(200, "OK", headers, "http://a.example/", b"x", 0.5, 1, info)

    assert info == CacheInfo(outcome="hit", age=1.0, ttl=2.0, stored=True)
    assert response == Response(
        status=200,
        reason="OK",
        headers=headers,
        url="http://a.example/",
        body=b"x",
        elapsed=0.5,
        attempts=1,
        cache=info,
    )
    for value, name in ((info, "age"), (response, "status")):
        with pytest.raises(AttributeError):
            setattr(value, name, 0)
