"""The pages and their assets: language, names by content, compression, brand, embedding."""

from __future__ import annotations

import gzip
import json
import re
import sys
import types

import pytest

from asyncassist.errors import ConfigurationError
from asyncassist.languages.registry import LANGUAGES, PACKS
from asyncassist.web import WebSettings
from asyncassist.web.page import PageFile, WebPages
from tests.web.components import ADMIN, get, post, service_of

LOGO = '<svg xmlns="http://www.w3.org/2000/svg"><title>ours</title></svg>'


def data_of(page: str) -> dict[str, object]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page)
    assert found is not None
    data: dict[str, object] = json.loads(found[1])
    return data


@pytest.mark.parametrize("language", LANGUAGES)
async def test_page_is_written_in_the_language_of_the_browser(language):
    """Every text of the page, its `lang` and the texts for its scripts are of one language, without a further request."""
    async with service_of() as service:
        page = await service.handle(get("/", accept_language=f"ja, {language}-XX;q=0.8, en;q=0.1"))
    text = page.body.decode()

    assert f'<html lang="{language}"' in text
    assert data_of(text)["language"] == language
    assert data_of(text)["texts"]["title"] == PACKS[language].page["title"]
    assert PACKS[language].page["examples"][0] in text
    assert "accept-language" in page.header("vary")
    # Neither a text nor an asset was left without its value.
    assert not re.search(r'data-text="\w+"></|"page/[a-z-]+\.[a-z]+"', text)


def test_every_language_has_the_same_placeholders():
    """A text names the same values in all languages, and the examples are as many."""
    reference = PACKS["en"].page
    for pack in PACKS.values():
        assert len(pack.page["examples"]) == len(reference["examples"])
        for key, text in pack.page.items():
            named = re.findall(r"\{\w+\}", json.dumps(text))
            assert set(named) == set(re.findall(r"\{\w+\}", json.dumps(reference[key]))), (pack.code, key)


async def test_assets_are_compressed_and_named_by_their_content():
    """Gzip where the client accepts it; modules name each other by hashed names; one service names as another."""
    async with service_of() as service:
        page = (await service.handle(get("/"))).body.decode()
        (name,) = set(re.findall(r'"(page/offers\.[0-9a-f]{16}\.js)"', page))
        plain = await service.handle(get(f"/{name}"))
        packed = await service.handle(get(f"/{name}", accept_encoding="gzip;q=0.5, br;q=0"))
        refused = await service.handle(get(f"/{name}", accept_encoding="gzip;q=0, *;q=0"))
        again = await service.handle(get(f"/{name}", accept_encoding="gzip", if_none_match=packed.header("etag")))

    assert gzip.decompress(packed.body) == plain.body == refused.body
    assert len(packed.body) < len(plain.body) / 2
    assert packed.header("content-encoding") == "gzip"
    assert plain.header("content-encoding") is None
    assert packed.header("etag") != plain.header("etag")
    assert again.status == 304
    assert re.search(rb'"\./dom\.[0-9a-f]{16}\.js"', plain.body)


def test_names_of_assets_are_the_same_in_every_process():
    """They depend on the content alone, so that workers behind one address serve each other's pages."""
    assert WebPages(WebSettings()).asset_names() == WebPages(WebSettings()).asset_names()


def test_the_smallest_accepted_body_is_sent():
    """Brotli before gzip before nothing, if it is smaller and the client accepts it."""
    file = PageFile("text/css", "0" * 16, {"": b"12345", "gzip": b"123", "br": b"1"})

    assert file.select("gzip, br") == ("br", b"1")
    assert file.select("gzip") == ("gzip", b"123")
    assert file.select("") == ("", b"12345")
    assert PageFile("text/css", "0", {"": b"1", "gzip": b"1234"}).select("gzip") == ("", b"1")


async def test_pages_do_not_count_against_the_rate_limit():
    """Neither the pages nor their assets; the board's data has a budget of its own; the chat counts as before."""
    async with service_of(rate_limit=2, public_board=True) as service:
        pages = [await service.handle(get(path)) for path in ("/", "/board", "/page/none.js") for _ in range(5)]
        board = [await service.handle(get("/board/data")) for _ in range(3)]
        chat = [await service.handle(post("/chat", {"message": "hello"})) for _ in range(3)]

    assert [page.status for page in pages] == [200] * 10 + [404] * 5
    assert "ratelimit" not in {name for name, _ in pages[0].headers}
    assert [answer.status for answer in board] == [200, 200, 429]
    assert [answer.status for answer in chat] == [200, 200, 429]


async def test_board_needs_the_admin_token_by_default():
    """Its page has no data; the data needs the token; without a configured one it is off."""
    async with service_of(admin_token=ADMIN) as service:
        page = await service.handle(get("/board"))
        refused = await service.handle(get("/board/data"))
        shown = await service.handle(get("/board/data", authorization=f"Bearer {ADMIN}"))
    async with service_of() as service:
        off = await service.handle(get("/board/data"))
    async with service_of(public_board=True) as service:
        public = await service.handle(get("/board/data"))

    assert (page.status, refused.status, shown.status, off.status, public.status) == (200, 401, 200, 403, 200)
    assert set(json.loads(shown.body)) == {"health", "history", "caches"}


def test_logo_is_read_from_its_file(tmp_path):
    """A path instead of the SVG itself."""
    (tmp_path / "logo.svg").write_text(LOGO)

    assert WebSettings(logo=str(tmp_path / "logo.svg")).logo == LOGO


async def test_brand_is_the_operators():
    """Title, logo, accent, heading and examples, as text."""
    examples = ("<b>To Rome</b>", "To Oslo")
    brand = {"title": "Fly & Co", "logo": LOGO, "accent": "#aa3300", "welcome": "Hi <you>"}
    async with service_of(**brand, examples=examples) as service:
        page = (await service.handle(get("/"))).body.decode()
        style, icon = (re.search(rf"page/{name}\.\w+\.\w+", page) for name in ("brand", "icon"))
        assert style is not None
        assert icon is not None
        css = (await service.handle(get(f"/{style[0]}"))).body
        logo = (await service.handle(get(f"/{icon[0]}"))).body

    assert '<title data-text="brand">Fly &amp; Co</title>' in page
    assert "Hi &lt;you&gt;</h1>" in page
    assert "&lt;b&gt;To Rome&lt;/b&gt;</button>" in page
    assert "<b>" not in page
    assert data_of(page)["texts"]["examples"] == list(examples)
    assert css == b":root{--brand:#aa3300}\n"
    assert logo.decode() == LOGO


async def test_only_named_origins_may_embed_the_page():
    """No origin by default; named origins by the content security policy, without the older header that knows no list."""
    async with service_of() as service:
        closed = await service.handle(get("/"))
    async with service_of(embed_origins=("https://Shop.example/",)) as service:
        embedded = await service.handle(get("/"))
        data = await service.handle(get("/health"))

    assert "frame-ancestors 'none'" in closed.header("content-security-policy")
    assert closed.header("x-frame-options") == "DENY"
    assert "frame-ancestors https://shop.example;" in embedded.header("content-security-policy")
    assert embedded.header("x-frame-options") is None
    assert data.header("x-frame-options") == "DENY"


@pytest.mark.parametrize(
    "values",
    [
        {"title": ""},
        {"title": "x" * 61},
        {"accent": "red; } body { display: none"},
        {"accent": "#fff"},
        {"welcome": 3},
        {"examples": ("",)},
        {"examples": ("x",) * 9},
        {"embed_origins": ("*",)},
        {"logo": "/no/such/file.svg"},
        {"logo": 3},
        {"logo": "<svg>" + "x" * 65536},
        {"public_board": "yes"},
    ],
)
def test_values_that_cannot_work_are_refused(values):
    """The error names the setting."""
    with pytest.raises(ConfigurationError) as caught:
        WebSettings(**values)

    assert caught.value.field == next(iter(values))


def test_brand_is_read_from_the_environment(monkeypatch):
    """Each variable reaches its setting; a flag is 0 or 1, and its error names the variable."""
    for name, value in {
        "PAGE_TITLE": "Blue Sky",
        "PAGE_ACCENT": "#7a2e8e",
        "PAGE_WELCOME": "Hello",
        "PAGE_LOGO": LOGO,
        "EMBED_ORIGINS": "https://a.example, https://b.example",
        "PUBLIC_BOARD": "1",
    }.items():
        monkeypatch.setenv(f"ASYNCASSIST_{name}", value)
    found = WebSettings.from_env()

    assert (found.title, found.accent, found.welcome, found.logo) == ("Blue Sky", "#7a2e8e", "Hello", LOGO)
    assert found.embed_origins == ("https://a.example", "https://b.example")
    assert found.public_board is True
    monkeypatch.setenv("ASYNCASSIST_PUBLIC_BOARD", "yes")
    with pytest.raises(ConfigurationError) as caught:
        WebSettings.from_env()
    assert caught.value.field == "ASYNCASSIST_PUBLIC_BOARD"


@pytest.mark.parametrize("installed", [True, False])
async def test_brotli_is_used_where_it_is_installed(monkeypatch, installed):
    """A module of that name compresses too; without one, gzip is what there is."""
    stub = types.SimpleNamespace(compress=lambda body: b"smaller" + body[:0])
    monkeypatch.setitem(sys.modules, "brotli", stub if installed else None)
    async with service_of() as service:
        page = await service.handle(get("/", accept_encoding="gzip, br"))

    assert page.header("content-encoding") == ("br" if installed else "gzip")
