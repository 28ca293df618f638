"""The web page in a real browser, served by both example apps."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Page, Route

TRIP = "Two of us from Porto to Tokyo on 4 December"


def ask(page: Page, message: str) -> None:
    page.fill("#message", message)
    page.keyboard.press("Enter")


def test_offers_are_shown_as_cards(open_page: Callable[..., Page], shots: Path | None, app):
    """Cards have times, stops, duration and price; the source and the stages of the reply are shown."""
    page = open_page()
    ask(page, TRIP)
    page.wait_for_selector(".badge[data-kind=flights]")

    cards = page.locator(".offer")
    first = cards.first.inner_text()
    assert cards.count() == 5
    assert re.search(r"\d\d:\d\d", first)
    assert re.search(r"€[\d,]+\.\d\d", first)
    assert re.search(r"direct|\d stops?", first)
    assert re.search(r"\d+ h", first)
    assert page.locator("#trip").inner_text().startswith("Porto → Tokyo")
    page.click(".stages summary")
    assert page.locator(".stages rect").count() >= 2
    if shots:
        page.screenshot(path=shots / f"{app.kind}-offers.png")


def test_text_of_the_reply_surrounds_the_cards(open_page: Callable[..., Page]):
    """The cards replace the list: the text before it stands above them, the text after it below."""
    page = open_page()
    ask(page, TRIP)
    page.wait_for_selector(".badge")
    head, cards, tail = (page.locator(f".heard {part}") for part in (".head", ".offers", ".tail"))

    assert "Porto to Tokyo" in head.inner_text()
    assert not re.search(r"^\d+[.)] ", head.inner_text() + tail.inner_text(), re.MULTILINE)
    assert "number" in tail.inner_text()
    assert head.bounding_box()["y"] < cards.bounding_box()["y"] < tail.bounding_box()["y"]


def test_outbound_and_return_are_aligned(open_page: Callable[..., Page]):
    """The lines of stops of one card begin and end at the same positions, whatever the times beside them."""
    page = open_page()
    ask(page, "Porto to Tokyo on 4 December, back on 18 December")
    page.wait_for_selector(".badge")
    boxes = [line.bounding_box() for line in page.locator(".offer").first.locator(".path svg").all()]

    assert len(boxes) == 2
    assert boxes[0]["x"] == pytest.approx(boxes[1]["x"], abs=0.5)
    assert boxes[0]["width"] == pytest.approx(boxes[1]["width"], abs=0.5)


def test_opened_stages_scroll_into_view(open_page: Callable[..., Page]):
    """Opening the stages below the last reply scrolls to them; with reduced motion nothing is animated."""
    page = open_page(viewport={"width": 390, "height": 700}, reduced_motion="reduce")
    ask(page, TRIP)
    page.wait_for_selector(".badge")
    page.click(".stages summary")
    page.wait_for_function(
        "() => document.querySelector('.stages').getBoundingClientRect().bottom"
        " <= document.querySelector('#log').getBoundingClientRect().bottom"
    )

    moving = "[...document.querySelectorAll('*')].filter((e) => getComputedStyle(e).animationName !== 'none').length"
    assert page.evaluate(moving) == 0


def test_conversation_survives_a_reload(open_page: Callable[..., Page]):
    """A follow-up continues the trip, a reload restores the messages, a new trip removes them."""
    page = open_page()
    ask(page, TRIP)
    page.wait_for_selector(".badge")
    ask(page, "direct only")
    page.locator(".heard:not([aria-busy]) .stages").nth(1).wait_for()
    page.reload()
    page.locator(".said").nth(1).wait_for()
    page.click("#fresh")

    assert page.locator(".said").count() == 0
    assert page.locator("#hello").is_visible()


def test_messages_are_never_markup(open_page: Callable[..., Page]):
    """A message with tags is shown as it was written, and has no effect."""
    page = open_page()
    evil = "<img src=x onerror=\"document.title='owned'\"><b>hello</b>"
    ask(page, evil)
    page.wait_for_selector(".badge")

    assert page.locator(".said p").first.inner_text().endswith(evil)
    assert page.locator(".log img").count() == 0
    assert page.title() == "asyncassist"


def test_reply_can_be_stopped_and_retried(open_page: Callable[..., Page]):
    """A hanging reply is stopped by the button, and requested again."""
    page = open_page()
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/chat", hold)
    ask(page, "hello")
    page.wait_for_selector(".send[data-busy]")
    assert page.locator("#send").get_attribute("aria-label") == "Stop"
    page.click("#send")
    page.wait_for_selector(".trouble >> text=Stopped")

    page.unroute("**/chat")
    page.click("text=Try again")
    page.wait_for_selector(".badge")

    assert page.locator(".trouble").count() == 0
    assert page.locator(".said").count() == 1


def test_errors_are_shown(open_page: Callable[..., Page]):
    """The detail of a problem document is shown; a stream that breaks off is not taken for a reply."""
    page = open_page()
    problem = {"detail": "too many requests; try again later", "status": 200}
    body = f"event: error\ndata: {json.dumps(problem)}\n\n"
    page.route("**/chat", lambda route: route.fulfill(body=body, content_type="text/event-stream"))
    ask(page, "hello")
    page.wait_for_selector(".trouble >> text=too many requests")
    page.unroute("**/chat")
    half = 'event: delta\ndata: {"text": "half"}\n\n'
    page.route("**/chat", lambda route: route.fulfill(body=half, content_type="text/event-stream"))
    ask(page, "hello")

    page.wait_for_selector(".trouble >> text=broke off")


def test_live_board(open_page: Callable[..., Page], shots: Path | None, app):
    """Checks with sparklines, caches with their hit ratio, statistics of the process, and the overall status."""
    page = open_page()
    page.wait_for_selector(".checks li")
    ask(page, TRIP)
    page.wait_for_selector(".badge")
    page.wait_for_selector("#caches >> text=% of")

    assert page.locator(".checks li").count() == 5
    assert page.locator(".checks .spark").count() == 5
    assert page.locator("#overall-text").inner_text() == "all well"
    assert "MiB" in page.locator("#process").inner_text()
    if shots:
        page.screenshot(path=shots / f"{app.kind}-board.png")


def test_performance_test_is_drawn(open_page: Callable[..., Page]):
    """Two bars, and the ratio between them."""
    page = open_page()
    page.fill("input[name=requests]", "5")
    page.fill("input[name=delay]", "0.1")
    page.click("#run")
    page.wait_for_selector(".verdict")

    assert page.locator(".bars rect").count() == 2
    assert re.fullmatch(r"\d+\.\d×", page.locator(".verdict b").inner_text())


def test_small_screen_shows_one_view_at_a_time(open_page: Callable[..., Page], shots: Path | None, app):
    """Nothing is wider than the screen; the board is one tap away."""
    page = open_page(viewport={"width": 390, "height": 844})
    ask(page, TRIP)
    page.wait_for_selector(".badge")
    wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not page.evaluate(wide)
    assert page.locator("#view-board").is_hidden()
    if shots:
        page.screenshot(path=shots / f"{app.kind}-phone.png")
    page.click("text=Live board")

    assert page.locator("#view-chat").is_hidden()
    assert not page.evaluate(wide)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_enough_contrast(open_page: Callable[..., Page], scheme: str):
    """At least 4.5 to 1 for every text, in light and in dark (WCAG AA)."""
    page = open_page(color_scheme=scheme, reduced_motion="reduce")
    ask(page, TRIP)
    page.wait_for_selector(".badge")
    page.wait_for_selector(".checks li")

    poor = page.evaluate(
        """() => {
        const channels = (text) => text.match(/[\\d.]+/g).map(Number);
        const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
          .map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
          .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
        const behind = (node) => {
          for (; node; node = node.parentElement) {
            const found = channels(getComputedStyle(node).backgroundColor);
            if (found.length < 4 || found[3] === 1) return found;
          }
          return [255, 255, 255];
        };
        const poor = [];
        const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        while (texts.nextNode()) {
          const node = texts.currentNode.parentElement;
          if (!texts.currentNode.data.trim() || !node.checkVisibility() || node.closest(".hidden, .skip, noscript")) continue;
          const [a, b] = [light(channels(getComputedStyle(node).color)), light(behind(node))];
          const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
          if (ratio < 4.5) poor.push(`${node.textContent.trim().slice(0, 30)}: ${ratio.toFixed(2)}`);
        }
        return poor;
      }"""
    )

    assert poor == []


def test_everything_is_reachable_by_keyboard(open_page: Callable[..., Page]):
    """Each control has a name and can be focused; the first tab stop is the skip link."""
    page = open_page()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the message box"
    page.keyboard.press("Enter")
    page.keyboard.type("hello")
    assert page.input_value("#message") == "hello"
    names = page.evaluate(
        "[...document.querySelectorAll('button, input, textarea, a[href]')].filter((e) => e.checkVisibility())"
        ".map((e) => e.getAttribute('aria-label') || e.labels?.[0]?.textContent || e.textContent.trim())"
    )

    assert all(names)
    assert page.locator("[role=log][aria-live=polite]").count() == 1


def test_colour_scheme_is_persistent(open_page: Callable[..., Page]):
    """System, light, dark; a reload preserves the choice."""
    page = open_page()
    page.click("#theme")
    page.click("#theme")
    assert page.get_attribute("html", "data-theme") == "dark"
    page.reload()

    assert page.get_attribute("html", "data-theme") == "dark"
    assert page.locator("#theme").get_attribute("aria-label") == "Colours: dark"
