"""Texts of the page that an operator replaces."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from asyncassist.errors import ConfigurationError
from asyncassist.web import WebSettings
from tests.web.components import get, service_of


async def test_any_text_can_be_replaced():
    """In its language alone, in the page and in the texts for its scripts; `title` of the texts before `welcome`."""
    texts = {
        "de": {"lead": "Sagen <Sie> es.", "offers": "{n} Flüge", "stops": {"one": "ein Halt", "other": "{n} Halte"}}
    }
    async with service_of(texts={**texts, "en": {"title": "Fly?"}}, welcome="Hello") as service:
        german = (await service.handle(get("/", accept_language="de"))).body.decode()
        english = (await service.handle(get("/", accept_language="en"))).body.decode()
    data: dict[str, Any] = json.loads(re.findall(r'id="data">(.*?)</script>', german)[0])

    assert "Sagen &lt;Sie&gt; es." in german
    assert data["texts"]["offers"] == {"one": "{n} Flüge", "other": "{n} Flüge"}
    assert data["texts"]["stops"] == {"one": "ein Halt", "other": "{n} Halte"}
    assert data["texts"]["title"] == "Hello"
    assert ">Fly?<" in english
    assert "Sagen" not in english


@pytest.mark.parametrize(
    ("texts", "named"),
    [
        ([("de", {})], "mapping"),
        ({"xx": {}}, "languages"),
        ({"de": "lead"}, "languages"),
        ({"de": {"leed": "x"}}, "de: there is no text 'leed'"),
        ({"de": {"examples": "x"}}, "'examples'"),
        ({"de": {"lead": ""}}, "de.lead"),
        ({"de": {"lead": 5}}, "de.lead"),
        ({"de": {"lead": "x" * 501}}, "de.lead"),
        ({"de": {"lead": {"one": "x", "other": "x"}}}, "de.lead"),
        ({"de": {"offer": "{n} {m}"}}, "de.offer: has no value for {m}"),
        ({"de": {"offers": {"one": "x"}}}, "de.offers: must have the plural categories"),
        ({"de": {"offers": {"one": "x", "other": "{m}"}}}, "de.offers: has no value for {m}"),
    ],
)
def test_texts_that_cannot_be_used_are_named(texts: Any, named: str):
    """The error has language and key."""
    with pytest.raises(ConfigurationError) as caught:
        WebSettings(texts=texts)

    assert caught.value.field == "texts"
    assert named in caught.value.problem


def test_texts_are_copied():
    """What the caller changes later has no effect."""
    forms = {"one": "ein Halt", "other": "{n} Halte"}
    texts = {"de": {"lead": "Los.", "stops": forms}}
    settings = WebSettings(texts=texts)
    texts["de"]["lead"] = forms["one"] = "changed"

    assert settings.texts == {"de": {"lead": "Los.", "stops": {"one": "ein Halt", "other": "{n} Halte"}}}


@pytest.mark.parametrize("url", ["https://app.example/sign-in?back=%2F", "/sign-in", "/"])
async def test_page_knows_where_travellers_sign_in(url: str):
    """The address of the setting is in the data of the page."""
    async with service_of(login_url=url) as service:
        page = (await service.handle(get("/"))).body.decode()

    assert f'"login": "{url}"' in page


@pytest.mark.parametrize(
    "url", ["http://app.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "", 5]
)
def test_sign_in_page_is_an_address_that_is_safe(url: Any):
    """No other scheme, and nothing that looks like a path and leads elsewhere."""
    with pytest.raises(ConfigurationError) as caught:
        WebSettings(login_url=url)

    assert caught.value.field == "login_url"
