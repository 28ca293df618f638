"""The built documentation in a browser: what readers look for is found first, and nothing is cut off."""

from __future__ import annotations

import functools
import http.server
import re
import subprocess
import sys
import threading
import urllib.request
from typing import TYPE_CHECKING

import pytest

from tests.web.example_apps import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

LOOKED_FOR = {
    "CORS": "howto/limits/",
    "proxy": "howto/proxies/",
    "retry": "howto/handler/",
    "circuit breaker": "howto/handler/",
    "cache": "explanation/caching/",
    "timeout": "howto/handler/",
    "rate limit": "howto/limits/",
    "SSRF": "howto/limits/",
    "Redis": "howto/redis/",
    "Sentinel": "howto/redis/",
    "cluster": "howto/redis/",
    "PostgreSQL": "howto/postgres/",
    "pgbouncer": "howto/postgres/",
    "SQLite": "howto/sqlite/",
    "encryption": "howto/encryption/",
    "GDPR": "howto/personal-data/",
    "erase": "howto/personal-data/",
    "export": "howto/personal-data/",
    "Django": "howto/django/",
    "Flask": "howto/flask/",
    "FastAPI": "howto/fastapi/",
    "Starlette": "howto/starlette/",
    "Litestar": "howto/litestar/",
    "Quart": "howto/quart/",
    "Bottle": "howto/bottle/",
    "Pyramid": "howto/pyramid/",
    "alternatives": "explanation/compare/",
    "WSGI": "howto/flask/",
    "ASGI": "howto/serve/",
    "LoopThread": "howto/sync/",
    "WrongLoopError": "howto/sync/",
    "streaming": "howto/chatbot/",
    "stream": "howto/chatbot/",
    "tools": "howto/tools/",
    "function calling": "howto/tools/",
    "approval": "howto/approvals/",
    "Azure": "howto/models/",
    "Ollama": "howto/models/",
    "vLLM": "howto/models/",
    "Responses API": "howto/wires/",
    "structured output": "howto/typed-answers/",
    "images": "howto/images/",
    "budget": "howto/chatbot/",
    "cost": "howto/chatbot/",
    "tokens": "howto/chatbot/",
    "fallback": "howto/fallback/",
    "failover": "howto/chatbot/",
    "Prometheus": "howto/metrics/",
    "Grafana": "howto/metrics/",
    "OpenTelemetry": "howto/metrics/",
    "traces": "howto/metrics/",
    "logging": "howto/metrics/",
    "health": "howto/metrics/",
    "Kubernetes": "howto/deployment/",
    "Docker": "howto/deployment/",
    "gunicorn": "howto/deployment/",
    "doctor": "howto/deployment/",
    "pytest": "howto/testing/",
    "FakeOpenAI": "howto/testing/",
    "cassette": "howto/testing/",
    "dates": "howto/nlp/",
    "intent": "howto/nlp/",
    "extractor": "howto/extractor/",
    "Amadeus": "howto/flights/",
    "Duffel": "howto/flights/",
    "provider": "howto/provider/",
    "session": "howto/state/",
    "conflict": "howto/state/",
    "journal": "explanation/outages/",
    "branch": "howto/conversations/",
    "AG-UI": "howto/interfaces/",
    "AI SDK": "howto/interfaces/",
    "Celery": "howto/jobs/",
    "environment variables": "reference/environment/",
    "OPENAI_API_KEY": "howto/models/",
    "defaults": "reference/defaults/",
    "glossary": "explanation/glossary/",
    "LangChain": "howto/migrate/",
    "migrate": "howto/migrate/",
    "install": "howto/install/",
    "extras": "howto/install/",
    "logo": "howto/page/",
    "embed": "howto/page/",
    "nginx": "howto/hosting/",
    "systemd": "howto/hosting/",
    "troubleshooting": "howto/troubleshooting/",
    "WebSocket": "reference/http/",
}
"""What readers type into the search, and the page that must come first."""
# The page itself scrolls sideways, or a block of code or a table does.
_CUT = """() => document.documentElement.scrollWidth > innerWidth
    || [...document.querySelectorAll('.md-content pre, .md-content pre > code, .md-content .md-typeset__scrollwrap')]
        .some(e => e.scrollWidth > e.clientWidth + 1)"""


PAGES = sorted(
    str(path.relative_to(ROOT / "docs")).removesuffix("index.md").removesuffix(".md").rstrip("/") + "/"
    for path in (ROOT / "docs").rglob("*.md")
)


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Handler of static files that logs nothing."""

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - of the base class
        return


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The documentation, built and served on loopback."""
    folder: Path = tmp_path_factory.mktemp("site")
    build = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, timeout=110)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=folder)) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def first_result(page: Page, words: str, site: str) -> str:
    """Type words into the search and return the path of its first result."""
    page.keyboard.press("Control+A")
    page.keyboard.press("Delete")
    page.wait_for_function("() => !document.querySelector('.md-search-result__link')")
    page.keyboard.type(words)
    page.wait_for_selector(".md-search-result__link", state="attached", timeout=10_000)
    page.wait_for_timeout(250)  # the results of a half-typed word are replaced by those of the whole one
    address = page.locator(".md-search-result__link").first.get_attribute("href")
    assert address is not None
    return address.removeprefix(site).partition("?")[0].partition("#")[0]


@pytest.mark.timeout(300)
def test_what_readers_look_for_is_found_first(browser: Browser, site: str):
    """Each word brings its page to the top of the search."""
    page = browser.new_page()
    page.goto(site)
    page.wait_for_function("() => document.querySelector('.md-search__input')?.placeholder")
    page.locator(".md-search__input").click()
    found = {words: first_result(page, words, site) for words in LOOKED_FOR}
    page.close()

    assert len(LOOKED_FOR) >= 60
    assert {words: path for words, path in found.items() if not path.endswith(LOOKED_FOR[words])} == {}


@pytest.mark.timeout(300)
def test_nothing_is_cut_off_on_a_laptop(browser: Browser, site: str):
    """At 1440 px no page scrolls sideways, and every block of code and every table fits its column."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    cut = []
    for path in PAGES:
        page.goto(site + path, wait_until="domcontentloaded")
        if page.evaluate(_CUT):
            cut.append(path)
    page.close()

    assert len(PAGES) > 70
    assert cut == []


def test_reference_shows_context_managers_as_callers_use_them(site: str):
    """Their type is that of `async with`, not that of the generator they are made of."""
    with urllib.request.urlopen(f"{site}reference/handler/", timeout=10) as response:
        text = re.sub(r"<[^>]+>", "", response.read().decode())
    signature = text.partition("stream(")[2].partition("Parameters:")[0]

    assert "AbstractAsyncContextManager[StreamedResponse]" in signature
    assert "AsyncGenerator" not in text


def test_language_models_find_every_page(site: str):
    """`llms.txt` lists the pages of the navigation, each with a link to a page of the site."""
    with urllib.request.urlopen(f"{site}llms.txt", timeout=10) as response:
        text = response.read().decode()
    pages = sorted(str(page.relative_to(ROOT / "docs")) for page in (ROOT / "docs").rglob("*.md"))
    links = re.findall(r"^- \[[^\]]+\]\(https://\S+?/asyncassist/(\S*)\)", text, re.MULTILINE)

    assert (
        sorted(f"{link}index.md" if link in {"", "howto/", "reference/"} else f"{link[:-1]}.md" for link in links)
        == pages
    )
