"""The program of each page about a framework, saved and started as the page says, on a real socket."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from http.cookies import SimpleCookie
from typing import TYPE_CHECKING, Self
from urllib.parse import urlencode

import pytest

from tests.docs.test_pages import DOCS, blocks
from tests.web.example_apps import App

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.timeout(240)  # each test starts an app

PREFIX = "/assistant"
PROGRAMS = {
    "fastapi": ("fastapi", 2, 2),
    "starlette": ("starlette", 0, 0),
    "litestar": ("litestar", 0, 0),
    "quart": ("quart", 0, 0),
    "django": ("django", 0, 0),
    "django_wsgi": ("django", 1, 1),
    "flask": ("flask", 2, 1),
    "bottle": ("bottle", 0, 0),
    "pyramid": ("pyramid", 0, 0),
}
"""Page, and the numbers of the program and of the server's command on it."""
PASSWORD = "a long password of a user"
MAKE_USERS = f"""
import shop
from django.core.management import call_command
from django.contrib.auth.models import User
call_command("migrate", verbosity=0)
for name in ("ana", "ben"):
    User.objects.create_user(name, password="{PASSWORD}")
"""


class PageApp(App):
    """Program of a page in a folder of its own.

    Args:
        kind: Key of `PROGRAMS`.
        folder: Where the program is saved.
    """

    def __init__(self, kind: str, folder: Path) -> None:
        super().__init__(kind, prefix=PREFIX, PYTHONPATH=":".join(sys.path))
        name, program, line = PROGRAMS[kind]
        text = (DOCS / "howto" / f"{name}.md").read_text()
        command = shlex.split(re.findall(r"^((?:uvicorn|gunicorn) .*)$", text, re.MULTILINE)[line])
        address = {
            "uvicorn": ["--log-level", "warning", "--port", str(self.port)],
            "gunicorn": ["--no-control-socket", "--bind", f"127.0.0.1:{self.port}"],
        }
        (folder / "shop.py").write_text(blocks(text)[program])
        self.command = [sys.executable, "-m", *command, *address[command[0]]]
        self.folder = folder

    def launch(self) -> Self:
        if self.kind.startswith("django"):
            subprocess.run([sys.executable, "-c", MAKE_USERS], cwd=self.folder, env=self.environment, check=True)
        self.process = subprocess.Popen(
            self.command, cwd=self.folder, env=self.environment, stdout=self._log, stderr=self._log
        )
        return self

    def log_in(self, user: str) -> str:
        """Return the `Cookie` header of a session of the user."""
        if not self.kind.startswith("django"):
            return cookie_of(self.ask("POST", "/login", {"user": user}).headers["set-cookie"])
        token = cookie_of(self.ask("GET", "/me").headers["set-cookie"])
        form = urlencode({"user": user, "password": PASSWORD, "csrfmiddlewaretoken": token.partition("=")[2]})
        kind = "application/x-www-form-urlencoded"
        answer = self.ask("POST", "/login", form.encode(), cookie=token, content_type=kind)
        assert answer.status == 200, answer
        # Of two cookies in one list, the session's is the last.
        return "sessionid=" + answer.headers["set-cookie"].partition("sessionid=")[2].partition(";")[0]


def cookie_of(field: str) -> str:
    """Return what a browser sends back."""
    return "; ".join(f"{name}={morsel.coded_value}" for name, morsel in SimpleCookie(field).items())


@pytest.mark.parametrize("kind", PROGRAMS)
def test_program_serves_below_the_prefix_with_its_login(kind: str, tmp_path: Path):
    """The page, a stream and sessions: whoever is logged in has the conversation, no other user can read it."""
    with PageApp(kind, tmp_path) as app:
        ana, ben = app.log_in("ana"), app.log_in("ben")
        page = app.ask("GET", f"{PREFIX}/")
        slash = app.ask("GET", PREFIX)
        stream = app.ask("POST", f"{PREFIX}/chat", {"message": "hello", "stream": True}, accept="text/event-stream")
        servers = app.ask("GET", f"{PREFIX}/openapi.json").json()["servers"]
        session_id = app.ask("POST", f"{PREFIX}/chat", {"message": "hello"}, cookie=ana).json()["session_id"]
        found = [app.ask("GET", f"{PREFIX}/chat/{session_id}", cookie=cookie).status for cookie in (ana, ben, "a=b")]

    assert page.status == 200
    assert slash.status in {301, 302, 307, 308}
    assert b"event: done" in stream.body
    assert servers == [{"url": PREFIX}]
    assert found == [200, 404, 404]
