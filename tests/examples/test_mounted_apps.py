"""The service mounted below a prefix, beside the routes and the login of an application, on real sockets."""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import signal
import subprocess
import sys
from http.cookies import SimpleCookie
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

import pytest
from simple_websocket import Client

from tests.web.example_apps import ROOT, App, events_in

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.timeout(400)  # the first test starts all of the apps

PREFIX = "/assistant"
SOCKETS = {"starlette", "litestar", "quart", "django", "flask"}
LOGINS = {"starlette", "litestar", "quart", "django", "django_wsgi", "bottle", "pyramid"}
PASSWORD = "a long password of a user"
_MAKE_USER = f"""
from examples import django_app
from django.core.management import call_command
from django.contrib.auth.models import User
call_command("migrate", verbosity=0)
for name in ("ana", "ben"):
    User.objects.create_user(name, password="{PASSWORD}")
"""


@pytest.fixture(scope="module")
def apps(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, App]]:
    """All apps by name, started concurrently."""
    database = str(tmp_path_factory.mktemp("django") / "app.sqlite")
    # Flask's example is at the root of its host; its server mounts it.
    environment = {"flask": {"SCRIPT_NAME": PREFIX}}
    found = {
        kind: App(kind, prefix=PREFIX, DATABASE=database, **environment.get(kind, {}))
        for kind in sorted(LOGINS | SOCKETS)
    }
    subprocess.run([sys.executable, "-c", _MAKE_USER], cwd=ROOT, env=found["django"].environment, check=True)
    with contextlib.ExitStack() as stack:
        for app in found.values():
            stack.callback(app.launch().__exit__)
        for app in found.values():
            app.ready()
        yield found
        for app in found.values():  # at SIGTERM, the service closes with the application
            assert app.stop() in {0, -signal.SIGTERM}, app.kind
            assert "Traceback" not in app.log(), app.log()
            assert "ResourceWarning" not in app.log(), app.log()


@pytest.fixture(params=sorted(LOGINS | SOCKETS))
def app(request: pytest.FixtureRequest, apps: dict[str, App]) -> App:
    return apps[request.param]


def log_in(app: App, user: str) -> str:
    """Return the `Cookie` header of a session of the user."""
    cookies: SimpleCookie = SimpleCookie()

    def send(method: str, path: str, body: str | None, media_type: str) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", app.port, timeout=60)
        fields = {"content-type": media_type, "cookie": header()}
        if "csrftoken" in cookies:
            fields["x-csrftoken"] = cookies["csrftoken"].value
        connection.request(method, path, body, fields)
        response = connection.getresponse()
        response.read()
        for value in response.headers.get_all("set-cookie") or ():
            cookies.load(value)
        connection.close()
        return response.status

    def header() -> str:
        return "; ".join(f"{name}={morsel.coded_value}" for name, morsel in cookies.items())

    if app.kind.startswith("django"):
        send("GET", "/me", None, "text/plain")
        status = send("POST", "/login", f"user={user}&password={PASSWORD}", "application/x-www-form-urlencoded")
    else:
        status = send("POST", "/login", json.dumps({"user": user}), "application/json")
    assert status == 200
    return header()


def test_page_names_what_is_there(app: App):
    """The page, its files, the modules that these import and the texts are found relative to it."""
    pages = [f"{PREFIX}/", f"{PREFIX}/board"]
    linked: set[str] = set()
    for page in pages:
        answer = app.ask("GET", page)
        assert (answer.status, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
        linked |= {urljoin(page, link) for link in re.findall(r'"(page/[a-z-]+\.[^"]+)"', answer.body.decode())}
    for path in sorted(linked):
        answer = app.ask("GET", path)
        assert answer.status == 200, path
        imports = re.findall(r'"(\./[a-z-]+\.\w+\.js)"', answer.body.decode())
        assert all(app.ask("GET", urljoin(path, name)).status == 200 for name in imports)

    assert len(linked) > 10
    assert all(path.startswith(f"{PREFIX}/page/") for path in linked)


def test_prefix_without_a_slash_leads_to_the_page(app: App):
    """Relative to the prefix itself, the page's links would miss it."""
    answer = app.ask("GET", PREFIX)

    assert answer.status == 307
    assert urljoin(f"http://127.0.0.1:{app.port}{PREFIX}", answer.headers["location"]).endswith(f"{app.port}{PREFIX}/")


def test_document_names_the_server(app: App):
    """A client that is generated from the OpenAPI document finds every path."""
    document = app.ask("GET", f"{PREFIX}/openapi.json").json()
    [server] = document["servers"]
    answers = {
        path: app.ask("GET", server["url"] + path).status
        for path, methods in document["paths"].items()
        if "get" in methods and "{" not in path
    }

    assert server == {"url": PREFIX}
    assert len(answers) > 8
    assert set(answers.values()) <= {200, 403}  # some need the admin token


def test_message_is_answered_and_its_turn_is_resumed(app: App):
    """JSON, an event stream, and the events after the first one."""
    reply = app.ask("POST", f"{PREFIX}/chat", {"message": "hello"}).json()
    stream = app.ask("POST", f"{PREFIX}/chat", {"message": "hello", "stream": True}, accept="text/event-stream")
    start = stream.body.split(b"\n\n")[0].decode()
    session_id = json.loads(start.split("data: ")[1])["session_id"]
    event_id = start.splitlines()[0].removeprefix("id: ")
    rest = app.ask("GET", f"{PREFIX}/chat/{session_id}/events", last_event_id=event_id)

    assert reply["reply"]
    assert events_in(stream.body)[-1][0] == "done"
    assert stream.body.endswith(rest.body)
    assert rest.body.startswith(b"id: ")


@pytest.mark.parametrize("kind", sorted(SOCKETS))
def test_websocket_is_below_the_prefix(kind: str, apps: dict[str, App]):
    """The handshake finds its route, and the conversation runs."""
    client = Client.connect(f"ws://127.0.0.1:{apps[kind].port}{PREFIX}/ws/chat")
    client.send(json.dumps({"message": "hello"}))
    events: list[dict[str, Any]] = []
    while not events or events[-1]["event"] not in {"done", "error"}:
        events.append(json.loads(client.receive(timeout=60)))
    client.close()
    client.thread.join(5)

    assert events[-1]["event"] == "done"


@pytest.mark.parametrize("kind", sorted(LOGINS - SOCKETS))
def test_handshake_without_websockets_is_refused(kind: str, apps: dict[str, App]):
    """A plain WSGI application cannot open one, and says so."""
    handshake = {"upgrade": "websocket", "connection": "Upgrade", "sec_websocket_version": "13"}
    answer = apps[kind].ask("GET", f"{PREFIX}/ws/chat", sec_websocket_key="dGhlIHNhbXBsZSBub25jZQ==", **handshake)

    assert (answer.status, answer.headers["content-type"]) == (426, "application/problem+json")


@pytest.mark.parametrize("kind", sorted(LOGINS))
def test_unknown_paths_belong_to_whose_prefix_it_is(kind: str, apps: dict[str, App]):
    """Below the prefix a problem document, elsewhere the application's own answer."""
    app = apps[kind]
    inside, beside, longer = (app.ask("GET", path) for path in (f"{PREFIX}/nowhere", "/nowhere", f"{PREFIX}s"))

    assert (inside.status, inside.headers["content-type"]) == (404, "application/problem+json")
    assert beside.status == longer.status == 404
    assert "problem" not in beside.headers["content-type"]


@pytest.mark.parametrize("kind", sorted(LOGINS))
def test_sessions_belong_to_the_user_of_the_application(kind: str, apps: dict[str, App]):
    """Whoever is logged in to the application has the conversation; no other user can read it."""
    app = apps[kind]
    ana, ben = log_in(app, "ana"), log_in(app, "ben")
    session_id = app.ask("POST", f"{PREFIX}/chat", {"message": "hello"}, cookie=ana).json()["session_id"]
    path = f"{PREFIX}/chat/{session_id}"

    assert app.ask("GET", "/me", cookie=ana).json() == {"user": "ana"}
    assert app.ask("GET", path, cookie=ana).status == 200
    assert app.ask("GET", path, cookie=ben).status == 404
    assert app.ask("GET", path).status == 404
    assert app.ask("GET", path, cookie="session=forged; user=forged; sessionid=forged").status == 404
