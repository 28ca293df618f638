"""Routes of the page and its files, called through a service without a server."""

from __future__ import annotations

import asyncio
import re
from urllib.parse import urljoin

import pytest

from asyncassist.web.page import file_names
from tests.web.components import get, service_of


async def test_page_files_are_revalidated_by_etag():
    """A matching If-None-Match gets a 304 without a body; an unknown file is a 404."""
    async with service_of() as service:
        whole = await service.handle(get("/page/app.js"))
        known = await service.handle(get("/page/app.js", if_none_match=f'"old", W/{whole.header("etag")}'))
        outdated = await service.handle(get("/page/app.js", if_none_match='"other"'))
        unknown = await service.handle(get("/page/none.js"))

    assert (whole.status, len(whole.body)) == (200, int(whole.header("content-length")))
    assert (known.status, known.body) == (304, b"")
    assert outdated.body == whole.body
    assert unknown.status == 404


@pytest.mark.parametrize("prefix", ["/", "/assistant/"])
async def test_page_names_what_it_needs_relative_to_itself(prefix):
    """Its links, scripts and calls stay below the prefix at which the service is mounted."""
    async with service_of() as service:
        page = (await service.handle(get("/"))).body.decode()
        scripts = [name for name in await asyncio.to_thread(file_names) if name.endswith(".js")]
        texts = [(await service.handle(get(f"/page/{name}"))).body.decode() for name in scripts]
        links = re.findall(r'(?:src|href)="([^"#]+)"', page)
        calls = [call for text in texts for call in re.findall(r'(?:fetch|load|events)\(["`]([^"`$]+)', text)]
        below = [urljoin(f"http://a.example{prefix}", link).removeprefix(f"http://a.example{prefix}") for link in links]
        found = [await service.handle(get(f"/{path}")) for path in below]

    assert links
    assert len(calls) >= 7
    assert [response.status for response in found] == [200] * len(links)
    assert not [name for name in (*links, *calls) if name.startswith("/") or ":" in name]
