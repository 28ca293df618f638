"""Mount the asyncassist web service on Pyramid, below a prefix, with the login of your application.

Run it with `gunicorn --worker-class gthread --threads 16 examples.pyramid_app:app`; the page is at /assistant/.
"""

from __future__ import annotations

import atexit
import os
import secrets
from functools import partial
from typing import Any

from pyramid.config import Configurator
from pyramid.request import Request as PyramidRequest
from pyramid.session import SignedCookieSessionFactory
from pyramid.wsgi import wsgiapp2

from asyncassist import LoopThread
from asyncassist.web import Request, Service, setup_logging, wsgi

sessions = SignedCookieSessionFactory(os.environ.get("SECRET_KEY") or secrets.token_urlsafe(32))


def identify(request: Request) -> str | None:
    """Return the user of Pyramid's session, which is in a signed cookie."""
    user: str | None = sessions(PyramidRequest(dict(request.scope))).get("user")
    return user


setup_logging("WARNING")
loop = LoopThread()
service = Service.from_env(user=identify)


@atexit.register
def close() -> None:
    """Close the service and the event loop of a worker."""
    loop.run(service.aclose())
    loop.close()


def log_in(request: Any) -> dict[str, str]:
    """Begin a session. An application of yours checks a password here."""
    request.session["user"] = request.json_body["user"]
    return {}


def show_user(request: Any) -> dict[str, str | None]:
    """Answer with the user, a view of your own."""
    return {"user": request.session.get("user")}


with Configurator(session_factory=sessions) as config:
    config.add_route("login", "/login", request_method="POST")
    config.add_view(log_in, route_name="login", renderer="json")
    config.add_route("me", "/me")
    config.add_view(show_user, route_name="me", renderer="json")
    config.add_route("assistant", "/assistant/*subpath")
    config.add_view(wsgiapp2(partial(wsgi, service, loop)), route_name="assistant")
    config.add_notfound_view(append_slash=True)  # the page names its files relative to itself: /assistant/
    app = config.make_wsgi_app()
