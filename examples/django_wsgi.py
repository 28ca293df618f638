"""Mount the asyncassist web service beside Django under WSGI: the project of `examples.django_app`.

Run it with `gunicorn --worker-class gthread --threads 16 examples.django_wsgi:application`.
"""

from __future__ import annotations

import atexit
from typing import TYPE_CHECKING
from wsgiref.util import shift_path_info

from django.core.wsgi import get_wsgi_application

from asyncassist import LoopThread
from asyncassist.web import wsgi
from examples.django_app import PREFIX, service

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIEnvironment

loop = LoopThread()
django_app = get_wsgi_application()


@atexit.register
def close() -> None:
    """Close the service and the event loop of a worker."""
    loop.run(service.aclose())
    loop.close()


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Pass what is below the prefix to the service, and everything else to Django."""
    if f"{environ.get('PATH_INFO', '')}/".startswith(f"{PREFIX}/"):
        shift_path_info(environ)  # from PATH_INFO to SCRIPT_NAME
        return wsgi(service, loop, environ, start_response)
    return django_app(environ, start_response)
