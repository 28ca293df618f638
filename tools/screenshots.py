"""Take the screenshots of the web page for the documentation: `make pictures`.

The script starts the FastAPI example on loopback, offline, chats with it in Chromium, and writes PNGs of 256 colours to
docs/pictures/. It needs Playwright, Pillow, and Chromium on PATH.
"""

from __future__ import annotations

import io
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image
from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "pictures"
SIZES = {"desktop": {"width": 1280, "height": 800}, "phone": {"width": 390, "height": 844}}
SAY = "Two of us from Lisbon to Berlin next Friday"


def main() -> int:
    """Start the example, take the screenshots and stop it."""
    port = _free_port()
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("ASYNCASSIST_", "OPENAI_"))}
    clean["ASYNCASSIST_PUBLIC_BOARD"] = "1"
    command = [sys.executable, "-m", "uvicorn", "examples.fastapi_app:app", "--port", str(port), "--no-proxy-headers"]
    server = subprocess.Popen([*command, "--log-level", "warning"], cwd=ROOT, env=clean)  # noqa: S603 - ours
    FOLDER.mkdir(exist_ok=True)
    try:
        _wait(port)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
            for size in SIZES:
                for scheme in ("light", "dark"):
                    _take(browser, f"http://127.0.0.1:{port}/", size, scheme)
            browser.close()
    finally:
        server.terminate()
        server.wait(20)
    return 0


def _take(browser: Browser, url: str, size: str, scheme: str) -> None:
    """Take the screenshots of both pages in one viewport size and colour scheme."""
    options: Any = {"viewport": SIZES[size], "color_scheme": scheme, "locale": "en-GB", "reduced_motion": "reduce"}
    context = browser.new_context(**options)
    page = context.new_page()
    page.goto(url)
    if size == "phone":
        _save(page.screenshot(), FOLDER / f"hello-{size}-{scheme}.png")
    _ask(page, SAY)
    page.locator(".heard").last.evaluate("found => found.scrollIntoView({block: 'start'})")
    _save(page.screenshot(), FOLDER / f"page-{size}-{scheme}.png")
    if size == "desktop":
        page.goto(f"{url}board")
        page.wait_for_selector(".checks li")
        _save(page.screenshot(), FOLDER / f"board-{size}-{scheme}.png")
    context.close()


def _ask(page: Page, text: str) -> None:
    """Send a message and wait until its turn is complete."""
    page.fill("#message", text)
    page.keyboard.press("Enter")
    page.locator(".heard:not([aria-busy]) .offer").first.wait_for()


def _save(png: bytes, path: Path) -> None:
    """Write a PNG with 256 colours: a fifth of the size without a visible difference."""
    picture = Image.open(io.BytesIO(png)).convert("RGB").quantize(256, dither=Image.Dither.NONE)
    picture.save(path, optimize=True)
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1000} kB")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(port: int, seconds: float = 30.0) -> None:
    """Wait until the startup probe succeeds."""
    end = time.monotonic() + seconds
    while True:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health?probe=startup", timeout=2).close()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)
        else:
            return


if __name__ == "__main__":
    sys.exit(main())
