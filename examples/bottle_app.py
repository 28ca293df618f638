"""Mount the asyncassist web service on Bottle, below a prefix, with the login of your application.

Run it with `gunicorn --worker-class gthread --threads 16 examples.bottle_app:app`; the page is at /assistant/.
"""

from __future__ import annotations

import atexit
import os
import secrets
from functools import partial

from bottle import BaseRequest, Bottle, redirect, request, response

from asyncassist import LoopThread
from asyncassist.web import Request, Service, setup_logging, wsgi

SECRET = os.environ.get("SECRET_KEY") or secrets.token_urlsafe(32)


def identify(request: Request) -> str | None:
    """Return the user of the signed cookie."""
    user: str | None = BaseRequest(dict(request.scope)).get_cookie("user", secret=SECRET)
    return user


setup_logging("WARNING")
loop = LoopThread()
service = Service.from_env(user=identify)
app = Bottle()
app.mount("/assistant/", partial(wsgi, service, loop))


@atexit.register
def close() -> None:
    """Close the service and the event loop of a worker."""
    loop.run(service.aclose())
    loop.close()


@app.get("/assistant")  # type: ignore[untyped-decorator]
def add_slash() -> None:
    """Redirect to the page, which names its files relative to itself."""
    redirect("assistant/", 307)


@app.post("/login")  # type: ignore[untyped-decorator]
def log_in() -> dict[str, str]:
    """Set a signed cookie. An application of yours checks a password here."""
    response.set_cookie("user", request.json["user"], secret=SECRET, httponly=True, samesite="lax")  # pyright: ignore[reportIndexIssue]
    return {}


@app.get("/me")  # type: ignore[untyped-decorator]
def show_user() -> dict[str, str | None]:
    """Answer with the user, a route of your own."""
    return {"user": request.get_cookie("user", secret=SECRET)}
