"""The chatbot's own transport: JSON and event streams over the package's HTTP client, at a third of the SDK's CPU."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urlsplit, urlunsplit

import msgspec

from asyncassist._cache import json_digest
from asyncassist._chat.completions import MAX_BODY_BYTES, AnswerTooLongError, MalformedCompletionError
from asyncassist._chat.transports.errors import (
    ConnectionFailedError,
    ErrorEventError,
    ProxyRefusedError,
    StatusReceivedError,
)
from asyncassist._chat.transports.pacing import ModelPacing, complete
from asyncassist._chat.transports.sse import EventDecoder
from asyncassist._http import AsyncHandler, Limits
from asyncassist._http.executor import was_never_sent
from asyncassist._retry import Timeout
from asyncassist.errors import (
    AuthenticationError,
    BodyTooLargeError,
    ConnectError,
    DeadlineExceededError,
    DecodeError,
    InvalidInputError,
    UpstreamError,
    safe_url,
)

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncGenerator, Callable, Mapping
    from contextlib import AsyncExitStack

    from asyncassist._chat.models import Backend, ModelQuotaStats
    from asyncassist._chat.wires import Wire
    from asyncassist._http import StreamedResponse
    from asyncassist._proxy import Proxy
    from asyncassist._shared_pacing import SharedPacing
    from asyncassist._types import Clock

OPENAI_URL = "https://api.openai.com/v1"
# As many as the SDK's client allows at once; further calls wait within their own timeouts. Quotas are kept here, by
# model and with their tokens.
_LIMITS = Limits(total=1000, per_host=1000, queue=1_000_000, max_body=MAX_BODY_BYTES, pace=False)
# Seconds in which the end of a stream is awaited after its last event, so that the connection can be used again.
_DRAIN_TIMEOUT = 0.1
# Parameters of a call that are no parameters of the request's body, as the SDK names them.
_EXTRA_BODY = "extra_body"
_REQUEST_OPTIONS = {"extra_headers": "headers", "extra_query": "params"}
_PARAM_NAMES = {option: name for name, option in _REQUEST_OPTIONS.items()}


class HTTPTransport:
    """Calls over a pooled session of this transport; its caller decides about retries, breaker and timeouts.

    Args:
        backend: The model and its server.
        wire: The API that is called.
        connect: Seconds to connect; None for no limit.
        clock: Wall clock, for quotas.
        now: Monotonic clock in seconds, for quotas.
        pacing: Quotas that workers keep together; None to keep them in this process alone.
        proxy: Proxy to the server; None for none.
        context: TLS context; None for the default.
    """

    def __init__(
        self,
        backend: Backend,
        wire: Wire,
        *,
        connect: float | None,
        clock: Clock,
        now: Callable[[], float],
        pacing: SharedPacing | None = None,
        proxy: Proxy | None = None,
        context: ssl.SSLContext | None = None,
    ) -> None:
        base_url, authorization = _split_credentials(backend.base_url or OPENAI_URL)
        if authorization is None and backend.api_key is not None:
            authorization = f"Bearer {backend.api_key}"
        self.url = safe_url(base_url)
        self.identity: Mapping[str, object] = {"base_url": base_url, "authorization": authorization}
        self._pacing = ModelPacing(clock=clock, now=now, shared=pacing, account=json_digest(self.identity))
        self._url = _join(base_url, wire.path)
        self._models_url = _join(base_url, "/models")
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        self._handler = AsyncHandler(
            headers=headers if authorization is None else {**headers, "Authorization": authorization},
            timeout=Timeout(total=None, attempt=None, connect=connect),
            retry=None,
            breaker=None,
            limits=_LIMITS,
            proxy=None if proxy is None else _with_credentials(proxy),
            ssl=context,
        )

    def quotas(self) -> tuple[ModelQuotaStats, ...]:
        """Return the quotas that the server announced, by model."""
        return self._pacing.stats()

    async def open(self, owned: AsyncExitStack) -> None:
        """Open the session; `owned` closes it."""
        await owned.enter_async_context(self._handler)

    async def send(self, body: dict[str, Any], time_limit: float | None) -> Any:
        """Send a request and return the response as JSON.

        Raises:
            RateLimitedError: A quota is used up for longer than the time limit; nothing was sent.
            StatusReceivedError: The server answered with an error status.
            MalformedCompletionError: The response is no JSON.
            AsyncAssistError: The request failed; see `translate`.
        """
        options = _request_options(body)
        data = encode_json(body)
        pacer = await self._pacing.acquire(body, data, self.url, time_limit)
        sent_at = self._pacing.now()
        try:
            response = await self._handler.post(self._url, data=data, cache="no-store", **options)
        except BaseException:
            await complete(pacer, sent_at, None)
            raise
        await complete(pacer, sent_at, response)
        _check_status(response.status, response.headers, response.body)
        return decode_json(response.body)

    @contextlib.asynccontextmanager
    async def stream(self, body: dict[str, Any], time_limit: float | None) -> AsyncGenerator[HTTPEventStream]:
        """Send a request, and return the events of its response once the head has arrived.

        Raises:
            RateLimitedError: A quota is used up for longer than the time limit; nothing was sent.
            StatusReceivedError: The server answered with an error status.
            AsyncAssistError: The request failed; see `translate`.
        """
        options = _request_options(body)
        data = encode_json(body)
        pacer = await self._pacing.acquire(body, data, self.url, time_limit)
        async with contextlib.AsyncExitStack() as stack:
            sent_at = self._pacing.now()
            try:
                context = self._handler.stream("POST", self._url, data=data, **options)
                response = await stack.enter_async_context(context)
            except BaseException:
                await complete(pacer, sent_at, None)
                raise
            await complete(pacer, sent_at, response)
            if not _is_success(response.status):
                _check_status(response.status, response.headers, await _read_error(response))
            yield HTTPEventStream(response)

    async def list_models(self) -> None:
        """Request the list of models, whose content is not read.

        Raises:
            StatusReceivedError: The server answered with an error status.
            AsyncAssistError: The request failed; see `translate`.
        """
        response = await self._handler.get(self._models_url, cache="no-store")
        _check_status(response.status, response.headers, response.body)

    def translate(self, error: BaseException) -> BaseException:
        """Return what an error of the HTTP client means for a call; any other error as it is."""
        if isinstance(error, BodyTooLargeError):
            return AnswerTooLongError("the body is too large")
        if isinstance(error, DecodeError):
            return MalformedCompletionError("no valid response")
        if isinstance(error, DeadlineExceededError):
            return TimeoutError()
        if isinstance(error, AuthenticationError):  # of the proxy: statuses of the server are no errors there
            return ProxyRefusedError()
        if isinstance(error, ConnectError):
            return ConnectionFailedError(was_established=not was_never_sent(error))
        if type(error) is UpstreamError:  # too many redirects
            return ConnectionFailedError(was_established=True)
        if isinstance(error, InvalidInputError):
            return InvalidInputError(_PARAM_NAMES.get(error.field, error.field), error.problem)
        return error


class HTTPEventStream:
    """Events of a streamed response.

    Args:
        response: Response whose body is still to be read.

    Attributes:
        bytes_received: Number of bytes that have arrived, comments included.
    """

    def __init__(self, response: StreamedResponse) -> None:
        self._chunks = response.iter_bytes()
        self.bytes_received: int | None = 0

    async def __aiter__(self) -> AsyncGenerator[Any]:
        """Yield each event as JSON.

        Raises:
            ErrorEventError: The server sent an error.
            MalformedCompletionError: An event is no JSON.
            AnswerTooLongError: There are more than `MAX_BODY_BYTES` between two events.
            AsyncAssistError: The connection broke; see `HTTPTransport.translate`.
        """
        decoder = EventDecoder()
        received = since_event = 0
        async for chunk in self._chunks:
            self.bytes_received = received = received + len(chunk)
            since_event += len(chunk)
            for data in decoder.feed(chunk):
                since_event = len(chunk)
                if data.startswith(b"[DONE]"):
                    await self._drain()
                    return
                event = decode_json(data)
                if isinstance(event, dict) and event.get("error"):
                    raise ErrorEventError
                yield event
            if since_event > MAX_BODY_BYTES:
                raise AnswerTooLongError("the event is too large")

    async def _drain(self) -> None:
        """Read the end of the body; the answer is complete whatever happens."""
        with contextlib.suppress(TimeoutError, UpstreamError):
            async with asyncio.timeout(_DRAIN_TIMEOUT):
                async for _ in self._chunks:
                    pass


def encode_json(body: dict[str, Any]) -> bytes:
    """Return the body of a request; the caller's `extra_body` takes precedence over other parameters."""
    extra = body.pop(_EXTRA_BODY, None)
    return msgspec.json.encode({**body, **extra} if isinstance(extra, dict) else body)


def decode_json(data: bytes) -> Any:
    """Return JSON as a server sent it, NaN and characters cut in two included.

    Raises:
        MalformedCompletionError: It is no JSON.
    """
    try:
        return msgspec.json.decode(data)
    except msgspec.DecodeError:
        pass  # the stricter and faster of the two
    except RecursionError:
        raise MalformedCompletionError("nested too deeply") from None
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        raise MalformedCompletionError("no JSON") from None


def _request_options(body: dict[str, Any]) -> dict[str, Any]:
    """Take the options of the request out of its body.

    Raises:
        InvalidInputError: They are no texts by name.
    """
    options: dict[str, Any] = {}
    for name, option in _REQUEST_OPTIONS.items():
        value = body.pop(name, None)
        if value is None:
            continue
        if not isinstance(value, dict):
            raise InvalidInputError(name, "must be a mapping")
        options[option] = value
    return options


def _is_success(status: int) -> bool:
    return 200 <= status < 300


def _check_status(status: int, headers: Mapping[str, str], body: bytes) -> None:
    """Check a status.

    Raises:
        StatusReceivedError: It is an error, or a redirect that was not followed.
    """
    if _is_success(status):
        return
    try:
        facts = decode_json(body)
    except MalformedCompletionError:
        facts = None
    raise StatusReceivedError(status, headers, facts)


async def _read_error(response: StreamedResponse) -> bytes:
    """Return the body of a response with an error status, b"" if it is too large or breaks off."""
    pieces: list[bytes] = []
    length = 0
    with contextlib.suppress(UpstreamError):
        async for piece in response.iter_bytes():
            pieces.append(piece)
            length += len(piece)
            if length > MAX_BODY_BYTES:
                return b""
    return b"".join(pieces)


def _join(base_url: str, path: str) -> str:
    parts = urlsplit(base_url)
    return urlunsplit(parts._replace(path=parts.path.rstrip("/") + path))


def _split_credentials(url: str) -> tuple[str, str | None]:
    """Return the URL without user and password, and the header field that sends them; None for none."""
    parts = urlsplit(url)
    userinfo, at, host = parts.netloc.rpartition("@")
    if not at:
        return url, None
    user, _, password = userinfo.partition(":")
    credentials = base64.b64encode(f"{unquote(user)}:{unquote(password)}".encode()).decode()
    return urlunsplit(parts._replace(netloc=host)), f"Basic {credentials}"


def _with_credentials(proxy: Proxy) -> str:
    """Return the URL of a proxy with its user and password."""
    if proxy.credentials is None:
        return proxy.url
    user, password = (quote(part, safe="") for part in proxy.credentials)
    return f"{proxy.scheme}://{user}:{password}@{proxy.authority}"
