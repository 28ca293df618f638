"""Routes of the pages and their assets, called through a service without a server."""

from __future__ import annotations

import asyncio
import re
from urllib.parse import urljoin

import pytest

from asyncassist.web.page import WebPages
from asyncassist.web.settings import WebSettings
from tests.web.components import get, service_of


async def test_page_is_revalidated_and_its_assets_are_cached_for_good():
    """The page by its entity tag; an asset by its name, which has the digest of its content; others are a 404."""
    async with service_of() as service:
        page = await service.handle(get("/"))
        known = await service.handle(get("/", if_none_match=f'"old", W/{page.header("etag")}'))
        outdated = await service.handle(get("/", if_none_match='"other"'))
        (script,) = set(re.findall(r'"(page/chat\.[0-9a-f]{16}\.js)"', page.body.decode()))
        asset = await service.handle(get(f"/{script}"))
        unknown = await service.handle(get("/page/chat.js"))

    assert page.header("cache-control") == "no-cache"
    assert (known.status, known.body) == (304, b"")
    assert outdated.body == page.body
    assert (asset.status, len(asset.body)) == (200, int(asset.header("content-length")))
    assert asset.header("cache-control") == "public, max-age=31536000, immutable"
    assert unknown.status == 404


@pytest.mark.parametrize("prefix", ["/", "/assistant/"])
async def test_page_names_what_it_needs_relative_to_itself(prefix):
    """Its links, scripts and calls stay below the prefix at which the service is mounted."""
    async with service_of() as service:
        page = (await service.handle(get("/"))).body.decode()
        names = await asyncio.to_thread(WebPages(WebSettings()).asset_names)
        scripts = [name for name in names if name.endswith(".js")]
        texts = [(await service.handle(get(f"/page/{name}"))).body.decode() for name in scripts]
        links = re.findall(r'(?:src|href)="([^"#]+)"', page)
        calls = [call for text in texts for call in re.findall(r'(?:fetch|load|events)\(["`]([^"`$]+)', text)]
        below = [urljoin(f"http://a.example{prefix}", link).removeprefix(f"http://a.example{prefix}") for link in links]
        found = [await service.handle(get(f"/{path}")) for path in below]

    assert links
    assert len(calls) >= 5
    assert [response.status for response in found] == [200] * len(links)
    assert not [name for name in (*links, *calls) if name.startswith("/") or ":" in name]
