"""The openai SDK as a transport: for clients that were passed in, and for SOCKS proxies, which it alone can use.

This is the only module that calls the SDK.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import operator
import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from asyncassist._chat.completions import MalformedCompletionError
from asyncassist._chat.transports.errors import (
    ClientUnusableError,
    ConnectionFailedError,
    ErrorEventError,
    ProxyRefusedError,
    StatusReceivedError,
)
from asyncassist._chat.transports.response_body import ACCEPT_ENCODING, BoundedBody, bound_response
from asyncassist._lifecycle import import_in_thread
from asyncassist.errors import AsyncAssistError, ConfigurationError, safe_url

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncGenerator
    from contextlib import AsyncExitStack

    import openai

    from asyncassist._chat.models import Backend, ModelQuotaStats
    from asyncassist._chat.wires import Wire
    from asyncassist._proxy import Proxy

# The SDK insists on a key, also for a server that requires no credentials.
_PLACEHOLDER_API_KEY = "none"
# Settings of a client that decide which server answers and on whose account, Azure's included.
_IDENTITY_SETTINGS = (
    "base_url",
    "api_key",
    "_api_key_provider",
    "organization",
    "project",
    "workload_identity",
    "_azure_ad_token",
    "_azure_ad_token_provider",
    "_custom_headers",
    "_custom_query",
)
# Transport errors raised before a connection is established; every other one means that a connection broke.
_CONNECT_ERRORS = {"ConnectError", "ProxyError", "UnsupportedProtocol"}
# Keywords of `create` that are no parameters of the request's body.
_REQUEST_OPTIONS = frozenset({"extra_headers", "extra_query", "extra_body"})


class SDKTransport:
    """Calls through `create` of a client, which may be wrapped (tracing).

    Args:
        backend: The model and its server; its client, if it has one, is used and never closed.
        wire: The API that is called.
        connect: Seconds to connect; None for no limit.
        proxy: Proxy of a client that is created here; None for none.
        context: TLS context of a client that is created here; None for the default.
    """

    def __init__(
        self,
        backend: Backend,
        wire: Wire,
        *,
        connect: float | None,
        proxy: Proxy | None = None,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self.url = safe_url(str(getattr(backend.client, "base_url", backend.base_url)))
        self.identity: Mapping[str, object] = {}
        self._backend = backend
        self._wire = wire
        self._connect = connect
        self._proxy = proxy
        self._context = context
        self._sdk: Any = None
        self._client: Any = None
        self._resource: Any = None
        self._known_params: frozenset[str] = frozenset()

    def quotas(self) -> tuple[ModelQuotaStats, ...]:
        """Return nothing: the SDK hands no header fields of responses on."""
        return ()

    async def open(self, owned: AsyncExitStack) -> None:
        """Prepare the client in a thread: importing the SDK and reading certificates would block the event loop.

        Args:
            owned: Exit stack that closes the client, if it was created here.

        Raises:
            ConfigurationError: The client lacks the API that the wire names, or the package for the proxy is missing.
        """
        self._sdk = await import_in_thread("openai")
        if self._backend.client is None:
            self._client = await asyncio.to_thread(self._create_client)
            owned.push_async_callback(self._client.close)
        await asyncio.to_thread(self._adapt_client, self._client or self._backend.client)
        given = {name: getattr(self._client, name, None) for name in _IDENTITY_SETTINGS}
        self.identity = {name: _identity_value(value) for name, value in given.items()}

    @property
    def _client_options(self) -> dict[str, Any]:
        return {"max_retries": 0, "timeout": self._sdk.Timeout(None, connect=self._connect)}

    def _create_client(self) -> Any:
        """Create a client with bounded response bodies.

        Raises:
            ConfigurationError: The package for the proxy is missing.
        """
        backend, proxy = self._backend, self._proxy
        assert proxy is not None
        proxy_class = importlib.import_module("httpx2").Proxy
        try:
            # What the environment says about proxies and certificates is read for all HTTP clients in the same way.
            http_client = self._sdk.DefaultAsyncHttpxClient(
                headers={"Accept-Encoding": ACCEPT_ENCODING},
                event_hooks={"response": [bound_response]},
                trust_env=False,
                verify=True if self._context is None else self._context,
                proxy=proxy_class(proxy.url, auth=proxy.credentials),
            )
        except ImportError:
            raise ConfigurationError(proxy.source, "needs socksio for a SOCKS proxy: pip install socksio") from None
        client = self._sdk.AsyncOpenAI(
            api_key=backend.api_key or _PLACEHOLDER_API_KEY,
            base_url=backend.base_url,
            http_client=http_client,
            **self._client_options,
        )
        # The SDK reads these from the environment; they must not be sent to a server they are not meant for.
        client.organization = client.project = client.admin_api_key = None
        return client

    def _adapt_client(self, client: Any) -> None:
        """Take a client, with its own retries off.

        Raises:
            ConfigurationError: The client lacks the API that the wire names.
        """
        # A copy shares the connection pool. A client that does not retry is used itself, so that wrappers around its
        # methods (tracing) stay in effect.
        retries = getattr(client, "max_retries", 0)
        self._client = client.with_options(**self._client_options) if retries else client
        # The SDK imports the API's modules on first access: do it in this thread.
        try:
            self._resource = operator.attrgetter(self._wire.resource)(self._client)
        except AttributeError:
            raise ConfigurationError("wire", f"the client has no {self._wire.resource}") from None
        # Not the signature of `create`: a wrapper may hide it.
        module, name = self._wire.params_type
        params = getattr(importlib.import_module(module), name)
        self._known_params = frozenset(params.__annotations__) | _REQUEST_OPTIONS

    async def send(self, body: dict[str, Any], time_limit: float | None) -> Any:
        """Send a request and return the response; parameters unknown to the SDK go into `extra_body`.

        The SDK hands no header fields of responses on, so there are no quotas to wait for.
        """
        del time_limit
        unknown = [name for name in body if name not in self._known_params]
        if unknown:
            extra = {name: body.pop(name) for name in unknown}
            body["extra_body"] = {**extra, **(body.get("extra_body") or {})}
        return await self._resource.create(**body)  # looked up now: it may have been wrapped since

    @contextlib.asynccontextmanager
    async def stream(self, body: dict[str, Any], time_limit: float | None) -> AsyncGenerator[SDKEventStream]:
        """Send a request, and return the events of its response once the head has arrived."""
        async with await self.send(body, time_limit) as stream:
            yield SDKEventStream(stream)

    async def list_models(self) -> None:
        """Request the list of models; what cannot be parsed is a list all the same."""
        models = getattr(self._client, "models", None)
        # A duck-typed client without a list of models cannot be checked.
        if models is not None:
            with contextlib.suppress(AttributeError, TypeError):
                await models.list()

    def translate(self, error: BaseException) -> BaseException:
        """Return what an error of the SDK means for a call; any other error as it is.

        The SDK's error is not chained: its text may repeat the prompt or a part of the API key.
        """
        sdk, cause = self._sdk, error.__cause__
        # An error in the middle of a body stands behind the one that the SDK raises.
        if isinstance(cause, MalformedCompletionError):
            return cause
        if isinstance(error, sdk.APIStatusError):
            status_error = cast("openai.APIStatusError", error)
            return StatusReceivedError(status_error.status_code, status_error.response.headers, status_error.body)
        if isinstance(error, sdk.APITimeoutError):
            return TimeoutError()
        if isinstance(error, sdk.APIConnectionError):
            if str(cause).startswith("407 "):  # the answer to CONNECT
                return ProxyRefusedError()
            return ConnectionFailedError(was_established=type(cause).__name__ not in _CONNECT_ERRORS)
        # RecursionError: JSON that is nested too deeply to be decoded
        is_unreadable = isinstance(error, sdk.APIResponseValidationError | ValueError | RecursionError)
        if is_unreadable and not isinstance(error, AsyncAssistError | MalformedCompletionError):
            return MalformedCompletionError("no valid response")
        if isinstance(error, sdk.APIError):
            return ErrorEventError()
        if isinstance(error, sdk.OpenAIError) or (isinstance(error, RuntimeError) and self._is_client_closed()):
            return ClientUnusableError()
        return error

    def _is_client_closed(self) -> bool:
        is_closed = getattr(self._client, "is_closed", None)
        return bool(is_closed is not None and is_closed())


class SDKEventStream:
    """Events of a stream of the SDK, or of a client like it.

    Args:
        stream: The stream.
    """

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._response: Any = getattr(stream, "response", None)

    @property
    def bytes_received(self) -> int | None:
        """Number of bytes that have arrived, comments included; None for a client without an HTTP response."""
        received = getattr(self._response, "num_bytes_downloaded", None)
        return received if isinstance(received, int) else None

    async def __aiter__(self) -> AsyncGenerator[Any]:
        """Yield each event."""
        body = getattr(self._response, "stream", None)
        async for event in self._stream:
            yield event
            if isinstance(body, BoundedBody):
                body.restart_count()


def _identity_value(value: object) -> object:
    """Convert a setting of a client to JSON."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return {str(name): str(item) for name, item in value.items()}
    # A callable that supplies credentials does not identify an account: it is replaced by a random value, so that
    # cached answers are not shared beyond this client.
    return secrets.token_hex(16) if callable(value) else str(value)
