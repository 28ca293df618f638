"""Transports: how a request gets to a model server, and its response or stream of events comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from asyncassist._chat.transports.http import OPENAI_URL, HTTPTransport
from asyncassist._chat.transports.sdk import SDKTransport

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping
    from contextlib import AbstractAsyncContextManager, AsyncExitStack

    from asyncassist._chat.models import Backend, ModelQuotaStats
    from asyncassist._chat.wires import Wire
    from asyncassist._proxy import NetworkOptions
    from asyncassist._shared_pacing import SharedPacing
    from asyncassist._types import Clock

_SOCKS_SCHEMES = ("socks5", "socks5h")
PROXY_SCHEMES = ("http", "https", *_SOCKS_SCHEMES)
"""Schemes of proxies that can be used, SOCKS if socksio is installed."""


class EventStream(Protocol):
    """Events of a streamed answer."""

    @property
    def bytes_received(self) -> int | None:
        """Number of bytes that have arrived, comments included; None if that is not known."""
        ...

    def __aiter__(self) -> AsyncIterator[Any]: ...


class Transport(Protocol):
    """Open connections to one server.

    Attributes:
        url: Base URL of the server, without credentials.
        identity: What decides which server answers and on whose account, as JSON.
    """

    url: str
    identity: Mapping[str, object]

    def quotas(self) -> tuple[ModelQuotaStats, ...]:
        """Return the quotas that the server announced, by model."""
        ...

    async def open(self, owned: AsyncExitStack) -> None:
        """Open the transport; `owned` closes what it opened."""
        ...

    async def send(self, body: dict[str, Any], time_limit: float | None) -> Any:
        """Send a request and return the response, as JSON or as an object of the SDK.

        Args:
            body: Parameters of the request.
            time_limit: Seconds for which it may wait for a quota, None for no limit; the caller bounds the rest.
        """
        ...

    def stream(self, body: dict[str, Any], time_limit: float | None) -> AbstractAsyncContextManager[EventStream]:
        """Send a request as `send` does, and return the events of its response once the head has arrived."""
        ...

    async def list_models(self) -> None:
        """Request the list of models, whose content is not read."""
        ...

    def translate(self, error: BaseException) -> BaseException:
        """Return the error of `transports.errors` that an error of this transport means; any other as it is."""
        ...


async def open_transport(
    backend: Backend,
    wire: Wire,
    *,
    connect: float | None,
    network: NetworkOptions,
    clock: Clock,
    now: Callable[[], float],
    pacing: SharedPacing | None,
    owned: AsyncExitStack,
) -> Transport:
    """Open the transport of a backend: the SDK for a client that was passed in and for a SOCKS proxy, else our own.

    Args:
        backend: The model and its server.
        wire: The API that is called.
        connect: Seconds to connect; None for no limit.
        network: Proxy, certificates, and whether the environment decides about them; not for a client passed in.
        clock: Wall clock, for quotas.
        now: Monotonic clock in seconds, for quotas.
        pacing: Quotas that workers keep together; None to keep them in this process alone. Those of a client that was
            passed in are its own.
        owned: Exit stack that closes what is opened.

    Raises:
        ConfigurationError: A proxy or certificate variable of the environment cannot be used, or the client passed in
            lacks the API that the wire names.
    """
    transport: Transport
    if backend.client is not None:
        transport = SDKTransport(backend, wire, connect=connect)
    else:
        proxies, context = await network.load(schemes=PROXY_SCHEMES)
        parts = urlsplit(backend.base_url or OPENAI_URL)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        proxy = proxies.select(parts.scheme, parts.hostname or "", port)
        if proxy is not None and proxy.scheme in _SOCKS_SCHEMES:
            transport = SDKTransport(backend, wire, connect=connect, proxy=proxy, context=context)
        else:
            transport = HTTPTransport(
                backend, wire, connect=connect, clock=clock, now=now, pacing=pacing, proxy=proxy, context=context
            )
    await transport.open(owned)
    return transport
