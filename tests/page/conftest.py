"""Fixtures for tests in a real browser, which run only by `make test-page`."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.web.example_apps import App

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

# The plain test run does not need a browser.
collect_ignore_glob = [] if os.environ.get("ASYNCASSIST_TEST_PAGE") else ["test_*.py"]

ADMIN_TOKEN = "a token for the tests of the page"
_QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def _chromium() -> str:
    given = os.environ.get("ASYNCASSIST_TEST_BROWSER")
    found = given or shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        raise RuntimeError("no Chromium: install it, or name it in ASYNCASSIST_TEST_BROWSER")
    return found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all tests."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_chromium(), args=list(_QUIET))
        yield browser
        browser.close()


@pytest.fixture(scope="session", params=["fastapi", "flask"])
def app(request: pytest.FixtureRequest) -> Iterator[App]:
    """Each example app in turn, offline, as `make serve` starts it."""
    with App(request.param, ASYNCASSIST_ADMIN_TOKEN=ADMIN_TOKEN) as found:
        yield found


def launch_app(**environment: str) -> App:
    """Return an app with other settings, to be started with `with`."""
    return App("fastapi", **environment)


@pytest.fixture
def open_page(browser: Browser, app: App) -> Iterator[object]:
    """Function that opens the page; an error or a warning in the console fails the test."""
    complaints: list[str] = []
    contexts = []

    def open_page(path: str = "", *, complaints_expected: tuple[str, ...] = (), **options: object) -> Page:
        settings = {"viewport": {"width": 1360, "height": 860}, "locale": "en-GB", "timezone_id": "Europe/Lisbon"}
        context = browser.new_context(**{**settings, **options})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda message: (
                complaints.append(message.text)
                if message.type in {"error", "warning"}
                and not any(text in message.text for text in complaints_expected)
                else None
            ),
        )
        page.goto(f"http://127.0.0.1:{app.port}/{path}")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture(scope="session")
def axe() -> str:
    """Source of axe-core, which a registry's client puts below the cache folder once."""
    folder = Path(__file__).parents[2] / ".cache" / "axe"
    source = folder / "node_modules" / "axe-core" / "axe.min.js"
    given = os.environ.get("ASYNCASSIST_TEST_AXE")
    if given is None and not source.exists():
        command = ["npm", "install", "--no-save", "--silent", "--prefix", str(folder), "axe-core@4"]
        subprocess.run(command, check=True)
    return Path(given or source).read_text(encoding="utf-8")
