"""AsyncHandler: HTTP client with caching, retries, circuit breakers, streams and health checks."""

from __future__ import annotations

import asyncio
import contextlib
import time
from dataclasses import fields as fields_of
from typing import TYPE_CHECKING, Any, Self, TypeVar, overload

import aiohttp

from asyncassist._clock import SYSTEM_CLOCK, as_clock, monotonic, utc_now
from asyncassist._http import headers as h
from asyncassist._http import prepared_request
from asyncassist._http.cache_controller import CacheController
from asyncassist._http.executor import RequestExecutor
from asyncassist._http.guard import Guard
from asyncassist._http.models import (
    CacheMode,
    CacheRules,
    HandlerStats,
    Limits,
    Request,
    RequestOptions,
    Response,
    json_decoder,
)
from asyncassist._http.prepared_request import PreparedRequest, RequestBuilder, ResolvedURL, resolve_url
from asyncassist._http.redirects import REDIRECT_STATUSES, next_redirect
from asyncassist._http.response_store import ResponseStore, shared_cache_prefix
from asyncassist._http.stats import CheckHistory, build_stats, origin_health
from asyncassist._http.streaming import StreamedResponse, StreamOpener
from asyncassist._http.transport import Transport, open_session
from asyncassist._lifecycle import Resource
from asyncassist._proxy import NetworkOptions
from asyncassist._retry import Breaker, Retry, Timeout, as_timeout
from asyncassist._shared_cache import check_redis, create_shared_cache
from asyncassist._shared_pacing import SharedPacing
from asyncassist._types import UNSET, Check, Clock, Health, Status, Unset
from asyncassist._validation import (
    check_encodable,
    check_int,
    check_items,
    check_seconds,
    env_variable,
    naming_variables,
)
from asyncassist.errors import AsyncAssistError, ConfigurationError, InvalidInputError, UpstreamError

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncGenerator, Callable, Coroutine, Iterable, Mapping
    from typing import Unpack

    from redis.asyncio import Redis
    from yarl import URL

    from asyncassist._http.transport import Connector
    from asyncassist._proxy import ProxySettings

T = TypeVar("T")
_GUARD_AND_PROXY = "cannot be used together with guard: addresses behind a proxy cannot be checked at the socket"

DEFAULT_TIMEOUT = Timeout(total=30.0, attempt=10.0, connect=5.0)


class AsyncHandler(Resource):
    """HTTP client over one pooled session, with an RFC 9111 cache, retries, circuit breakers and limits.

    An instance may be shared between tasks. Use it as `async with AsyncHandler() as http:`; where that is not
    possible, the first request opens it and `aclose()` closes it.

    Args:
        base_url: Base of relative URLs, None if all URLs are absolute.
        headers: Header fields sent with every request; fields of a call replace those of the same name.
        ttl: Seconds for which a response without freshness information is fresh, counted from receipt. Applies to
            200, 203, 300, 301 and 308 of GET and HEAD, never to responses with Set-Cookie nor to requests with a
            header field that may say who asks: any but those of content negotiation, caching, preconditions, ranges
            and tracing, whether of the call, of `headers` or of `session`. None: only what RFC 9111 allows.
        max_entries: Maximum number of URLs whose responses are stored; the least recently used is evicted first.
        max_bytes: Maximum size in bytes of all responses stored in memory.
        redis: Shared (L2) cache of several workers, which also keep the quotas of an origin together: a Redis client,
            which is used and never closed, or a URL, whose client the handler opens and closes. None for the cache in
            memory only. Handlers with different guards share no responses, and a private cache
            (`CacheRules(shared=False)`) stays in memory; those with different credentials in `headers` share no quotas.
        timeout: Timeouts of a request: in total, per attempt, for connecting and between two chunks of a stream. A
            number is the total.
        retry: Retry policy, None for a single attempt. Only requests that are safe to repeat are retried.
        breaker: Circuit breaker policy of each origin, None for no circuit breaker.
        limits: Limits of concurrency, body size and redirects.
        guard: SSRF policy, needed when URLs come from untrusted sources; None allows every address. Not possible
            together with `session`.
        cache: Caching rules beyond RFC 9111.
        session: External aiohttp session, which is used and never closed; its cookies, connector and options apply.
            None for a session of the handler's own.
        proxy: URL of the forward proxy of all requests, `http` or `https`, with its user and password if it demands
            them; https targets are reached through a tunnel (CONNECT). None for no proxy but those of the environment.
            Not possible together with `guard` or `session`.
        trust_env: Whether HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY (unless there is `proxy`) and SSL_CERT_FILE
            and SSL_CERT_DIR (unless there is `ssl`) are read when the handler opens; a variable that cannot be used, or
            a proxy together with `guard`, is a ConfigurationError then. Not possible together with `session`.
        ssl: TLS context of https connections, for trusted certificates and a client certificate of your own; None for
            the default. Not possible together with `session`.
        now: Clock, for tests: a Clock, or a callable that returns seconds since the epoch.

    Raises:
        ConfigurationError: An argument is invalid.
    """

    def __init__(
        self,
        *,
        base_url: str | None = None,
        headers: Mapping[str, str] | None = None,
        ttl: float | None = 300.0,
        max_entries: int = 100,
        max_bytes: int = 32 << 20,
        redis: Redis | str | None = None,
        timeout: Timeout | float = DEFAULT_TIMEOUT,
        retry: Retry | None = Retry(attempts=3, base=0.1, cap=10.0, max_retry_after=30.0),  # noqa: B008 - frozen
        breaker: Breaker | None = Breaker(  # noqa: B008 - frozen
            failure_ratio=0.5, min_calls=10, window=30.0, open_for=5.0, probes=1
        ),
        limits: Limits = Limits(total=100, per_host=30, queue=1000, max_body=10 << 20, max_redirects=5),  # noqa: B008
        guard: Guard | None = None,
        cache: CacheRules = CacheRules(  # noqa: B008 - frozen
            shared=True,
            stale_if_error=0.0,
            stale_while_revalidate=0.0,
            negative_ttl=0.0,
            targeted=(),
            max_entry_bytes=1 << 20,
        ),
        session: aiohttp.ClientSession | None = None,
        proxy: str | None = None,
        trust_env: bool = False,
        ssl: ssl.SSLContext | None = None,
        now: Clock | Callable[[], float] = SYSTEM_CLOCK,
    ) -> None:
        super().__init__()
        for name, value, kind in (
            ("limits", limits, Limits),
            ("cache", cache, CacheRules),
            ("retry", retry, Retry | None),
            ("breaker", breaker, Breaker | None),
            ("guard", guard, Guard | None),
            ("session", session, aiohttp.ClientSession | None),
        ):
            if not isinstance(value, kind):
                raise ConfigurationError(name, f"must not be of type {type(value).__name__}")
        if guard is not None and session is not None:
            raise ConfigurationError("guard", "must not be given together with session, whose sockets are not checked")
        self._network = NetworkOptions.checked(proxy, trust_env, ssl)
        if session is not None and self._network.given:
            raise ConfigurationError(next(iter(self._network.given)), "must not be given together with session")
        if guard is not None and proxy is not None:
            raise ConfigurationError("proxy", _GUARD_AND_PROXY)
        self._base_url = prepared_request.parse_base_url(base_url)
        self._clock = as_clock(now)
        self._now = monotonic(self._clock)
        self._ttl = None if ttl is None else check_seconds("ttl", ttl, allow_zero=True)
        timeout = as_timeout("timeout", timeout, DEFAULT_TIMEOUT)
        self._timeout = timeout
        self._limits = limits
        self._guard = guard
        self._external_session = session
        self._default_headers = prepared_request.check_default_headers(headers)
        self._request_builder = RequestBuilder(
            default_headers=self._default_headers,
            ttl=self._ttl,
            timeout=timeout,
            retry=retry,
            max_body=limits.max_body,
            session=session,
        )
        check_redis("redis", redis)
        self._shared_backend, shared_cache = create_shared_cache(
            # A private cache belongs to one user; nothing in Redis says to whom.
            redis if cache.shared else None,
            prefix=shared_cache_prefix(guard),
            name="the shared cache of HTTP responses",
            now=self._now,
        )
        response_store = ResponseStore(
            max_entries=check_int("max_entries", max_entries),
            max_bytes=check_int("max_bytes", max_bytes),
            shared_cache=shared_cache,
            now=self._now,
            clock=self._clock,
        )
        self._pacing = SharedPacing(redis, now=self._now) if redis is not None and limits.pace else None
        self._executor = RequestExecutor(
            limits=limits,
            breaker=breaker,
            clock=self._clock,
            now=self._now,
            pacing=self._pacing,
            account=h.caller_digest(self._default_headers),
        )
        self._cache_controller = CacheController(
            response_store=response_store,
            rules=cache,
            executor=self._executor,
            clock=self._clock,
            now=self._now,
            default_timeout=timeout.total,
        )
        self._transport: Transport | None = None
        self._connector: Connector | None = None
        self._check_history = CheckHistory()

    @classmethod
    def from_env(cls, **options: Any) -> Self:
        """Create a handler from the environment: `ASYNCASSIST_REDIS_URL` is the URL of `redis`, unset for none.

        Proxies and certificates are taken from the environment too (`trust_env`), except with `guard` or `session`.

        Args:
            **options: Arguments of the constructor; they take precedence over the environment.

        Raises:
            ConfigurationError: An argument or the variable is invalid.
        """
        variables = {} if "redis" in options else {"redis": "ASYNCASSIST_REDIS_URL"}
        options.setdefault("redis", env_variable("ASYNCASSIST_REDIS_URL"))
        options.setdefault("trust_env", options.get("guard") is None and options.get("session") is None)
        with naming_variables(variables):
            return cls(**options)

    @property
    def guard(self) -> Guard | None:
        """The SSRF policy of every request; None without one."""
        return self._guard

    async def _open(self) -> None:
        if self._shared_backend is not None:
            self._own_closable(self._shared_backend)
        if self._pacing is not None:
            self._own_closable(self._pacing)
        if self._external_session is not None:
            self._transport = self._create_transport(self._external_session, None)
        else:
            proxies, context = await self._network.load()
            if proxies.source is not None and self._guard is not None:
                raise ConfigurationError(proxies.source, _GUARD_AND_PROXY)
            session, self._connector = open_session(self._limits, self._guard, self._executor.count_connection, context)
            self._transport = self._create_transport(await self._own(session), proxies)
        self._cache_controller.send = self._transport.send

    def _create_transport(self, session: aiohttp.ClientSession, proxies: ProxySettings | None) -> Transport:
        """Create the transport; a subclass may have one of its own."""
        bound = self._timeout.total if self._timeout.attempt is None else self._timeout.attempt
        return Transport(session, self._connector, bound, proxies)

    async def _before_close(self) -> None:
        await self._cache_controller.aclose()

    # -- requests ----------------------------------------------------------------------------------------------

    async def request(
        self,
        method: str,
        url: str | URL,
        *,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        data: Any = None,
        timeout: float | Timeout | None = None,  # noqa: ASYNC109 - the contract's name
        cache: CacheMode = "default",
        ttl: float | Unset | None = UNSET,
        retry: Retry | Unset | None = UNSET,
        hedge_after: float | None = None,
        max_body: int | None = None,
        raise_for_status: bool = False,
        idempotency_key: str | None = None,
    ) -> Response:
        """Send a request, or serve it from the cache.

        Args:
            method: HTTP method.
            url: Absolute URL, or one relative to `base_url`.
            params: Query parameters, appended to those of the URL.
            headers: Header fields; they replace the handler's fields of the same name.
            json: Value sent as a JSON body; None for no JSON body. Not possible together with `data`.
            data: Body sent unchanged: bytes, a string, a form, a file or an async iterator. Only bytes and strings
                can be sent again by a retry or a redirect.
            timeout: Seconds for the whole request, retries and waiting included, or a Timeout; None for the handler's.
            cache: Cache mode, named as in the Fetch standard. "default": RFC 9111; "no-store": neither look up nor
                store; "reload": fetch and store without a lookup; "no-cache": revalidate before use; "force-cache":
                use a stored response even if stale; "only-if-cached": likewise, and respond 504 if none is stored.
            ttl: Seconds for which a response without freshness information is fresh, as in the constructor; None: only
                what RFC 9111 allows, UNSET for the handler's. Seconds apply to a request with an API key or the like
                too, and the response is then stored for its caller alone. They never override `no-store` or `private`,
                and never apply to requests with Authorization or Cookie.
            retry: Retry policy; None for a single attempt, UNSET for the handler's.
            hedge_after: Seconds after which a second attempt is sent in parallel to a slow first; GET and HEAD only.
                None for no hedging.
            max_body: Maximum size of the body in bytes, after decompression; None for the handler's.
            raise_for_status: Whether a status of 400 or above raises StatusError.
            idempotency_key: Value of the `Idempotency-Key` field, which makes any method safe to retry; None for none.

        Returns:
            The response of the last attempt after redirects, whatever its status.

        Raises:
            InvalidInputError: An argument is invalid. Nothing was sent.
            BlockedAddressError: The guard refused the address.
            ConnectError: The connection failed or broke.
            DeadlineExceededError: There was no complete response within the timeout.
            CircuitOpenError: The circuit breaker of the origin is open.
            BusyError: `Limits.queue` requests wait for a slot already.
            BodyTooLargeError: The body is larger than allowed.
            DecodeError: The response is not valid HTTP or does not match its Content-Encoding.
            StatusError: The status is 400 or above and `raise_for_status` is set.
            UpstreamError: There were too many redirects, or one without a usable target.
            ClosedError: The handler is closed.
            WrongLoopError: The handler belongs to another event loop.
        """
        if (
            method == "GET"
            and params is headers is json is data is None
            and timeout is hedge_after is None
            and max_body is None
            and idempotency_key is None
            and cache == "default"
            and ttl is retry is UNSET
        ):
            response = await self._get_default(url)
            return response.raise_for_status() if raise_for_status else response
        started = time.perf_counter()
        await self._ensure_open()
        request = self._request_builder.build(
            method,
            self._check_guard(resolve_url(url, self._base_url)),
            started=started,
            params=params,
            headers=headers,
            json=json,
            data=data,
            timeout=timeout,
            cache=cache,
            ttl=ttl,
            retry=retry,
            hedge_after=hedge_after,
            max_body=max_body,
            idempotency_key=idempotency_key,
        )
        if self._shared_backend is not None and self._cache_controller.must_synchronize:
            await self._cache_controller.synchronize()
        response = await self._send(request)
        return response.raise_for_status() if raise_for_status else response

    async def _get_default(self, url: str | URL) -> Response:
        """Send a GET without options; a hit needs no request of its own, which saves a third of its time."""
        started = time.perf_counter()
        if not self._is_open_on_loop:
            await self._ensure_open()
        target = self._check_guard(resolve_url(url, self._base_url))
        if self._shared_backend is not None and self._cache_controller.must_synchronize:
            await self._cache_controller.synchronize()
        default = self._request_builder.default_get
        if target.authorization is not None or self._external_session is not None:
            return await self._send(self._request_builder.build("GET", target, started=started))
        lookup_result = self._cache_controller.lookup(default, target, started)
        response, decision = lookup_result
        if response is not None and decision != "refresh" and response.status not in REDIRECT_STATUSES:
            return response
        request = default.copy_with()
        request.target, request.started = target, started
        # As `_send`, whose coroutine around the others would cost time at each resumption.
        request.start_deadline(self._now())
        response = await self._cache_controller.handle(request, lookup_result)
        return await self._follow_redirects(request, response) if self._is_redirect(response) else response

    async def _send(self, request: PreparedRequest) -> Response:
        """Serve a request within its total timeout, and follow redirects."""
        request.start_deadline(self._now())
        response = await self._cache_controller.handle(request)
        return await self._follow_redirects(request, response) if self._is_redirect(response) else response

    def _is_redirect(self, response: Response) -> bool:
        """Return whether a response is a redirect to follow."""
        return response.status in REDIRECT_STATUSES and self._limits.max_redirects > 0

    def get(self, url: str | URL, **options: Unpack[RequestOptions]) -> Coroutine[Any, Any, Response]:
        """Send a GET request; the keywords, the result and the errors are those of `request`."""
        return self.request("GET", url, **options) if options else self._get_default(url)

    async def head(self, url: str | URL, **options: Unpack[RequestOptions]) -> Response:
        """Send a HEAD request; the keywords, the result and the errors are those of `request`."""
        return await self.request("HEAD", url, **options)

    async def post(self, url: str | URL, **options: Unpack[RequestOptions]) -> Response:
        """Send a POST request, as `request` does; it is retried only with an `idempotency_key`."""
        return await self.request("POST", url, **options)

    async def put(self, url: str | URL, **options: Unpack[RequestOptions]) -> Response:
        """Send a PUT request; the keywords, the result and the errors are those of `request`."""
        return await self.request("PUT", url, **options)

    async def patch(self, url: str | URL, **options: Unpack[RequestOptions]) -> Response:
        """Send a PATCH request, as `request` does; it is retried only with an `idempotency_key`."""
        return await self.request("PATCH", url, **options)

    async def delete(self, url: str | URL, **options: Unpack[RequestOptions]) -> Response:
        """Send a DELETE request; the keywords, the result and the errors are those of `request`."""
        return await self.request("DELETE", url, **options)

    @overload
    async def get_json(self, url: str | URL, **options: Unpack[RequestOptions]) -> Any: ...

    @overload
    async def get_json(self, url: str | URL, *, type: type[T], **options: Unpack[RequestOptions]) -> T: ...

    async def get_json(self, url: str | URL, *, type: Any = Any, **options: Unpack[RequestOptions]) -> Any:  # noqa: A002 - the contract's name
        """Send a GET request and parse the body as JSON.

        Args:
            url: Absolute URL, or one relative to `base_url`.
            type: Type to decode and validate into, as in `Response.json`; Any for the plain JSON value.
            **options: Keywords of `request`.

        Returns:
            The parsed body; each call returns a new value, also for a cached response.

        Raises:
            StatusError: The status is 400 or above.
            DecodeError: The body is not JSON, or not of the type; `path` then says where.
            InvalidInputError: `type` is none that JSON can be decoded into, or another argument is invalid; nothing was
                sent.
            UpstreamError: The request failed; see `request` for this and further errors.
        """
        json_decoder(type)
        return (await self.get(url, **options)).raise_for_status().json(type=type)

    async def gather(self, requests: Iterable[Request | str], *, limit: int = 30) -> list[Response | AsyncAssistError]:
        """Send several requests concurrently; a failed one does not affect the others.

        Args:
            requests: Requests to send; a string is a GET of that URL.
            limit: Maximum number of concurrent requests of this call.

        Returns:
            A response or an error for each request, in the order of `requests`; empty if there are none.

        Raises:
            InvalidInputError: `limit` is not a whole number of at least 1, or an item is neither a Request nor a URL.
            ClosedError: The handler is closed.
            WrongLoopError: The handler belongs to another event loop.
        """
        items = check_items("requests", requests, "Requests or URLs")
        await self._ensure_open()
        for item in items:
            if not isinstance(item, Request | str):
                raise InvalidInputError("requests", "must hold Requests or URLs")
        results: list[Response | AsyncAssistError | None] = [None] * len(items)
        workers = min(prepared_request.check_call(check_int, "limit", limit), len(items))
        indexes = iter(range(len(items)))

        async def worker() -> None:
            for index in indexes:
                results[index] = await self._response_or_error(items[index])

        async with asyncio.TaskGroup() as group:
            for _ in range(workers):
                group.create_task(worker())
        return [result for result in results if result is not None]

    async def _response_or_error(self, item: Request | str) -> Response | AsyncAssistError:
        """Return the response to a request, or its error as a value."""
        try:
            if isinstance(item, str):
                return await self._get_default(item)
            options = {field.name: getattr(item, field.name) for field in fields_of(item)}
            return await self.request(options.pop("method"), options.pop("url"), **options)
        except AsyncAssistError as error:
            return error

    # -- redirects and guard -----------------------------------------------------------------------------------

    def _check_guard(self, target: ResolvedURL) -> ResolvedURL:
        """Return the target if the guard allows it.

        Raises:
            BlockedAddressError: The guard refuses the target.
        """
        if self._guard is not None:
            self._guard.check_url(target.url)
        return target

    async def _follow_redirects(self, request: PreparedRequest, response: Response) -> Response:
        """Follow redirects, of which `response` is the first, and return the final response.

        Raises:
            UpstreamError: There are more redirects than `Limits.max_redirects`.
        """
        for _ in range(self._limits.max_redirects):
            redirected = next_redirect(request, response)
            if redirected is None:
                return response
            request = redirected
            self._check_guard(request.target)
            request.timeout_left = request.remaining(self._now())
            response = await self._cache_controller.handle(request)
        if next_redirect(request, response) is None:
            return response
        raise UpstreamError("too many redirects", url=request.target.key)

    # -- streams -----------------------------------------------------------------------------------------------

    @contextlib.asynccontextmanager
    async def stream(
        self, method: str, url: str | URL, **options: Unpack[RequestOptions]
    ) -> AsyncGenerator[StreamedResponse]:
        """Send a request and read the response incrementally, as `async with http.stream("GET", url) as response:`.

        The response is never cached, and it occupies a slot of the bulkhead until the block ends. `timeout.total` and
        `timeout.attempt` limit the time up to the response's head, after it `timeout.idle` limits the time between two
        chunks (`timeout.attempt` if there is no `idle`). The body is unlimited unless `max_body` is given. Attempts
        are retried only before the head is received.

        Args:
            method: HTTP method.
            url: Absolute URL, or one relative to `base_url`.
            **options: Keywords of `request`, except `cache`, `ttl` and `hedge_after`, which are refused.

        Yields:
            The response with its head received and its body still to be read.

        Raises:
            InvalidInputError: An argument is invalid. Nothing was sent.
            UpstreamError: The request failed; see `request` for this and further errors.
        """
        for name in ("cache", "ttl", "hedge_after"):
            if name in options:
                raise InvalidInputError(name, "has no meaning for a stream")
        started = time.perf_counter()
        await self._ensure_open()
        opener = StreamOpener(self._executor, self._transport, self._guard, self._limits.max_redirects, self._now)
        raise_for_status = options.get("raise_for_status", False)
        given: dict[str, Any] = {name: value for name, value in options.items() if name != "raise_for_status"}
        request = self._request_builder.build(method, resolve_url(url, self._base_url), started=started, **given)
        request.start_deadline(self._now())
        async with opener.open(request) as (client_response, attempts):
            idle = request.timeout.idle if request.timeout.idle is not None else request.timeout.attempt
            assert self._transport is not None
            streamed = StreamedResponse(
                client_response,
                attempts=attempts,
                max_body=options.get("max_body"),
                idle=idle,
                decode=self._transport.session.auto_decompress,
            )
            yield streamed.raise_for_status() if raise_for_status else streamed

    # -- health and statistics ---------------------------------------------------------------------------------

    async def check(self, url: str | URL, *, timeout: float = 2.0, name: str | None = None) -> Check:  # noqa: ASYNC109
        """Check a service with one GET, without cache, retries and circuit breaker; all failures are results.

        Args:
            url: URL to GET; the body is not read.
            timeout: Seconds for the whole check.
            name: Name of the check, None for the host.

        Returns:
            The check: "pass" for a status below 400, "warn" below 500, "fail" from 500 or for an error of the package
            (an invalid URL or timeout and a closed handler included), with the statistics of the recent checks of that
            name. Its note is "status " and the code, or the class name of the error.

        Raises:
            InvalidInputError: `name` is not text.
        """
        started = time.perf_counter()
        label = None if name is None else check_encodable("name", name)
        status: Status = "fail"
        code: int | None = None
        try:
            bound = prepared_request.check_call(check_seconds, "timeout", timeout)
            target = resolve_url(url, self._base_url)
            label = label or target.host
            code = await self._probe_status(target, bound)
            status = "pass" if code < 400 else "warn" if code < 500 else "fail"
            note = f"status {code}"
        except AsyncAssistError as error:
            note = type(error).__name__
        return self._check_history.record(
            label or "url",
            status,
            time.perf_counter() - started,
            utc_now(self._clock),
            note=note,
            status_code=code,
        )

    async def _probe_status(self, target: ResolvedURL, bound: float) -> int:
        """Return the status of one GET that bypasses the circuit breaker and the bulkhead."""
        await self._ensure_open()
        transport = self._transport
        assert transport is not None
        bounds = Timeout(total=bound, attempt=bound, connect=bound)
        request = self._request_builder.build("GET", self._check_guard(target), started=0.0, timeout=bounds)
        raw_response = await transport.send(request, with_body=False)
        assert raw_response.client_response is not None
        raw_response.client_response.release()
        return raw_response.status

    async def health(self) -> Health:
        """Report the health of every origin and of the shared cache, as observed by past requests; nothing is sent.

        Returns:
            The health: "warn" while the circuit of an origin is not closed, stale responses are served in place of
            errors, or Redis is unavailable; else "pass". Never "fail", because the handler itself works.
        """
        observed_at = utc_now(self._clock)
        checks = [origin_health(origin, observed_at) for origin in self._executor.origins.values()]
        shared_cache = self._cache_controller.response_store.shared_cache
        users = [part.degradation for part in (shared_cache, self._pacing) if part is not None]
        if users:
            failed = next((degradation for degradation in users if degradation), None)
            status: Status = "pass" if failed is None else "warn"
            note = "" if failed is None else failed.reason
            checks.append(Check(name="redis", status=status, critical=False, observed_at=observed_at, note=note))
        return Health.of(checks)

    def stats(self) -> HandlerStats:
        """Return the statistics so far."""
        return build_stats(self._cache_controller, self._executor, self._transport)

    async def clear_cache(self, *, url: str | None = None, host: str | None = None) -> int:
        """Invalidate stored responses, in memory and in Redis; responses being fetched are not stored either.

        With `redis`, other workers invalidate theirs at their first request a second later, while Redis responds.

        Args:
            url: Only responses of this URL; absolute or relative to `base_url`.
            host: Only responses of this host, without a port. None for both: all responses.

        Returns:
            The number of invalidated entries. For a host or for all it is the larger of the counts in memory and in
            Redis, for a URL the count in memory.

        Raises:
            InvalidInputError: `url` and `host` are both given, or `url` is invalid.
            ClosedError: The handler is closed.
            WrongLoopError: The handler belongs to another event loop.
        """
        if url is not None and host is not None:
            raise InvalidInputError("host", "must not be given together with url")
        await self._ensure_open()
        if url is not None:
            return await self._cache_controller.invalidate(resolve_url(url, self._base_url))
        return await self._cache_controller.clear(host)
