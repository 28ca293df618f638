"""Redirects: the request that follows one (RFC 9110 section 15.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asyncassist._http.prepared_request import is_repeatable_body, resolve_url
from asyncassist.errors import InvalidInputError, UpstreamError

if TYPE_CHECKING:
    import aiohttp

    from asyncassist._http.models import Response
    from asyncassist._http.prepared_request import PreparedRequest
    from asyncassist._http.transport import RawResponse

REDIRECT_STATUSES = frozenset({301, 302, 303, 307, 308})


def next_redirect(
    request: PreparedRequest, response: Response | RawResponse | aiohttp.ClientResponse
) -> PreparedRequest | None:
    """Return the request that follows a redirect (RFC 9110 section 15.4), None when the response is final.

    Raises:
        UpstreamError: Location is not a URL that can be requested.
    """
    location = response.headers.get("Location")
    if response.status not in REDIRECT_STATUSES or not location:
        return None
    method = request.method
    if (response.status == 303 and method != "HEAD") or (response.status in {301, 302} and method == "POST"):
        method = "GET"
    if method == request.method and not is_repeatable_body(request.data):
        return None  # the body cannot be sent again: the caller gets the redirect itself
    try:
        target = resolve_url(location, request.target.url)
    except InvalidInputError:
        raise UpstreamError("the redirect target is invalid", url=request.target.key, status=response.status) from None
    return request.redirect_to(method, target)
