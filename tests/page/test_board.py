"""The operators' page in a real browser."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.page.conftest import ADMIN_TOKEN

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page


def unlock(page: Page) -> None:
    """Enter the admin token."""
    page.fill("input[name=token]", ADMIN_TOKEN)
    page.keyboard.press("Enter")
    page.wait_for_selector(".checks li")


@pytest.fixture
def locked_board(open_page: Callable[..., Page]) -> Page:
    """The board before the token is entered; the browser reports the refusal."""
    page = open_page("board", complaints_expected=("401",))
    page.wait_for_selector("#unlock")
    return page


def test_board_shows_nothing_without_the_token(locked_board: Page):
    """A form asks for it; a wrong one is refused; the traveller's page has no board."""
    assert locked_board.locator("#cards").is_hidden()
    locked_board.fill("input[name=token]", "wrong")
    locked_board.keyboard.press("Enter")
    locked_board.wait_for_selector("#overall-text >> text=locked")

    assert locked_board.locator("#cards").is_hidden()
    assert locked_board.locator(".checks li").count() == 0


def test_board_shows_health_caches_and_process(locked_board: Page, axe: str):
    """Checks with sparklines, statistics of the process, the overall status; axe finds nothing."""
    unlock(locked_board)

    assert locked_board.locator(".checks li").count() == 5
    assert locked_board.locator(".checks .spark").count() == 5
    assert locked_board.locator("#overall-text").inner_text() == "all well"
    assert "MiB" in locked_board.locator("#process").inner_text()
    found = locked_board.evaluate(f"async () => {{ {axe}; return (await axe.run()).violations.map((one) => one.id) }}")
    assert found == []


def test_performance_test_is_drawn(locked_board: Page):
    """Two bars, and the ratio between them."""
    unlock(locked_board)
    locked_board.fill("input[name=requests]", "5")
    locked_board.fill("input[name=delay]", "0.1")
    locked_board.click("#run")
    locked_board.wait_for_selector(".verdict")

    assert locked_board.locator(".bars rect").count() == 2
    assert re.fullmatch(r"\d+\.\d×", locked_board.locator(".verdict b").inner_text())


def test_board_asks_once_and_only_while_it_is_seen(open_page: Callable[..., Page]):
    """One request for all figures; none by a hidden page, until it is seen again."""
    page = open_page("board", complaints_expected=("401",))
    page.wait_for_selector("#unlock")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.rpartition("/board/")[2]))
    unlock(page)
    assert asked == ["data"]
    hide = "Object.defineProperty(document, 'visibilityState', {value: '%s', configurable: true})"
    page.clock.install()
    page.evaluate(hide % "hidden" + "; document.dispatchEvent(new Event('visibilitychange'))")
    page.clock.run_for(60_000)
    assert asked == ["data"]
    page.evaluate(hide % "visible" + "; document.dispatchEvent(new Event('visibilitychange'))")
    page.wait_for_function("true")

    assert asked == ["data", "data"]
