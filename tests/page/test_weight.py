"""What the page weighs, how soon it is of use, and how many requests it makes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.page.conftest import launch_app
from tests.page.test_page import ask

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

# 1.6 Mbit/s with 150 ms from the request to the first byte.
SLOW = {"offline": False, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 96_000}


def count(page: Page) -> tuple[Any, list[int], list[str]]:
    """Record the bytes on the wire and the addresses of all requests from now on."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    sizes: list[int] = []
    urls: list[str] = []
    session.on("Network.loadingFinished", lambda event: sizes.append(int(event["encodedDataLength"])))
    session.on("Network.requestWillBeSent", lambda event: urls.append(event["request"]["url"]))
    return session, sizes, urls


def test_first_useful_paint_over_a_slow_connection(browser: Browser, app):
    """Within a second and 60 KiB the first screen stands, and it works; no request goes anywhere else."""
    context = browser.new_context(viewport={"width": 1280, "height": 850})
    page = context.new_page()
    session, sizes, urls = count(page)
    session.send("Network.emulateNetworkConditions", SLOW)
    page.goto(f"http://127.0.0.1:{app.port}/", wait_until="networkidle")
    paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    context.close()

    assert paint <= 1000
    assert sum(sizes) <= 60 * 1024
    assert {url.split("/")[2] for url in urls} == {f"127.0.0.1:{app.port}"}


def test_whole_page_is_light_and_its_assets_come_once(browser: Browser, app):
    """A conversation in another language included, 120 KiB; a second visit asks for the page alone."""
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    _, sizes, urls = count(page)
    page.goto(f"http://127.0.0.1:{app.port}/", wait_until="networkidle")
    page.fill("#message", "hello")
    assets = sum(sizes)
    first = len(urls)
    page.reload(wait_until="networkidle")
    again = sum(sizes) - assets
    context.close()

    assert assets <= 120 * 1024
    assert first <= 14
    assert again < 6 * 1024


def test_reloads_and_tabs_never_meet_the_limit(browser: Browser):
    """Ten reloads of a conversation and five tabs within a minute, under the default limit."""
    with launch_app(ASYNCASSIST_RATE_LIMIT="120") as app:
        context = browser.new_context(locale="en-GB")
        refused: list[str] = []
        context.on("response", lambda response: refused.append(response.url) if response.status == 429 else None)
        page = context.new_page()
        page.goto(f"http://127.0.0.1:{app.port}/")
        ask(page, "Two adults from Lisbon to Berlin on 11 December")
        for _ in range(10):
            page.reload()
            page.locator(".offer").first.wait_for()
        for _ in range(5):
            context.new_page().goto(f"http://127.0.0.1:{app.port}/", wait_until="networkidle")
        ask(page, "direct only")
        context.close()

    assert refused == []
