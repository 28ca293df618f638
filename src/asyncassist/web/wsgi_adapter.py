"""The service as a plain WSGI application, for any WSGI framework or server."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from asyncassist.web.http import Request

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIEnvironment

    from asyncassist.bridge import LoopThread
    from asyncassist.web.service import Service

# Header fields about the connection, which are the server's (PEP 3333)
_CONNECTION_FIELDS = frozenset({"connection", "upgrade"})


def wsgi(
    service: Service, loop: LoopThread, environ: WSGIEnvironment, start_response: StartResponse
) -> Iterable[bytes]:
    """Serve one WSGI request. A WebSocket cannot be opened: for that, see `converse`.

    Args:
        service: Service that handles the request.
        loop: Thread on whose event loop the service runs.
        environ: WSGI environment; `SCRIPT_NAME` is the prefix at which the service is mounted.
        start_response: Callable of the server that begins the response.
    """
    # Without this field, a handshake of a WebSocket is answered like any request.
    environ = {name: value for name, value in environ.items() if name != "HTTP_UPGRADE"}
    request = Request.from_wsgi(environ, max_body=service.settings.max_body, slow_bodies=service.slow_bodies)
    response = loop.run(service.handle(request))
    headers = [pair for pair in response.headers if pair[0] not in _CONNECTION_FIELDS]
    start_response(f"{response.status} {HTTPStatus(response.status).phrase}", headers)
    return [response.body] if isinstance(response.body, bytes) else loop.stream(response.body)
