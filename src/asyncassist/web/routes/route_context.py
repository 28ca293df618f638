"""What a handler gets: the validated request and the service."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from asyncassist.web.header_fields import quality
from asyncassist.web.sse import MEDIA_TYPE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asyncassist.web.http import Request
    from asyncassist.web.route import Route
    from asyncassist.web.service import Service


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteContext:
    """Validated request, as a handler gets it.

    Attributes:
        service: Service that dispatched the request.
        request: The request.
        route: Route that matched.
        path_param: Value of the path's `{name}`, "" if the path has none.
        query: Validated query parameters.
        body: Validated fields of the body.
    """

    service: Service
    request: Request
    route: Route
    path_param: str
    query: Mapping[str, Any]
    body: Mapping[str, Any]

    @property
    def wants_events(self) -> bool:
        """Return whether the client asks for server-sent events in the body, or prefers them to JSON by `Accept`."""
        if self.body.get("stream"):
            return True
        accept = self.request.header("accept")
        if accept is None or accept == "*/*":  # what clients send that do not choose
            return False
        return quality(accept, MEDIA_TYPE) > quality(accept, "application/json")
