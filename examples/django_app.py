"""Mount the asyncassist web service beside Django, below a prefix, with Django's login.

Run it with `uvicorn examples.django_app:application --no-proxy-headers`, or with WSGI as `examples.django_wsgi`; the
page is at /assistant/. A project of yours has the first part in its settings and the last in its `asgi.py`.
"""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING, Any

import django
from django.conf import settings

from asyncassist.web import Request, Service, asgi, setup_logging

if not settings.configured:
    settings.configure(
        SECRET_KEY=os.environ.get("SECRET_KEY") or secrets.token_urlsafe(50),
        ALLOWED_HOSTS=["127.0.0.1", "localhost"],
        ROOT_URLCONF=__name__,
        DATABASES={
            "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ.get("DATABASE", "app.sqlite")}
        },
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "django.contrib.sessions"],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
        ],
    )
    django.setup()

from django.contrib.auth import aget_user, authenticate, login
from django.contrib.sessions.backends.db import SessionStore
from django.core.asgi import get_asgi_application
from django.http import HttpRequest, JsonResponse, parse_cookie
from django.urls import path
from django.views.decorators.csrf import ensure_csrf_cookie

if TYPE_CHECKING:
    from django.http import HttpResponse

PREFIX = "/assistant"


async def identify(request: Request) -> str | None:
    """Return the user of Django's session."""
    found = HttpRequest()
    found.session = SessionStore(parse_cookie(request.header("cookie") or "").get(settings.SESSION_COOKIE_NAME))
    user = await aget_user(found)
    return str(user.pk) if user.is_authenticated else None


def log_in(request: HttpRequest) -> HttpResponse:
    """Begin a session, with Django's users."""
    user = authenticate(request, username=request.POST.get("user"), password=request.POST.get("password"))
    if user is None:
        return JsonResponse({}, status=403)
    login(request, user)
    return JsonResponse({})


@ensure_csrf_cookie
def show_user(request: HttpRequest) -> HttpResponse:
    """Answer with the user, a view of your own."""
    return JsonResponse({"user": request.user.get_username() or None})


urlpatterns = [path("login", log_in), path("me", show_user)]
setup_logging("WARNING")
service = Service.from_env(user=identify)
django_app = get_asgi_application()


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Pass what is below the prefix to the service, WebSockets too, and everything else to Django."""
    root_path = scope.get("root_path", "")
    below = scope.get("path", "").removeprefix(root_path)
    if scope["type"] == "lifespan":  # Django has none: the service opens and closes with the server
        await asgi(service, scope, receive, send)
    elif f"{below}/".startswith(f"{PREFIX}/"):
        mounted = {**scope, "path": root_path + below, "root_path": root_path + PREFIX}
        await asgi(service, mounted, receive, send)
    else:
        await django_app(scope, receive, send)
