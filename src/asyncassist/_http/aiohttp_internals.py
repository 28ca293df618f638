"""Every private member of aiohttp that the handler needs, because no public one does; nothing else uses any."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aiohttp

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from aiohttp.client_reqrep import ClientRequest
    from aiohttp.tracing import Trace


def disable_retries(session: aiohttp.ClientSession) -> None:
    """Keep a session from sending a request again by itself whenever a connection was closed, also a new one."""
    session._retry_connection = False  # noqa: SLF001 - there is no public switch


def request_starter(session: aiohttp.ClientSession) -> Callable[..., Coroutine[Any, Any, aiohttp.ClientResponse]]:
    """Return what sends a request as `session.request` does, without its context manager: a tenth of a miss."""
    return session._request  # noqa: SLF001


def has_middlewares(session: aiohttp.ClientSession) -> bool:
    """Return whether a session has middlewares, which may add credentials to what it sends."""
    return bool(session._middlewares)  # noqa: SLF001 - known to the session alone


class HookedConnector(aiohttp.TCPConnector):
    """Connection pool whose subclass sees each connection being opened."""

    async def _create_connection(self, req: ClientRequest, traces: list[Trace], timeout: aiohttp.ClientTimeout) -> Any:  # noqa: ASYNC109
        return await self.open_connection(req, super()._create_connection(req, traces, timeout))

    async def open_connection(self, req: ClientRequest, opening: Any) -> Any:  # noqa: ARG002 - for subclasses
        """Open a connection for a request by awaiting `opening`, and return it."""
        return await opening
