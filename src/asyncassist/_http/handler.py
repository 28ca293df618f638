"""AsyncHandler: one pooled session, answers remembered, failures contained."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from dataclasses import fields as fields_of
from typing import TYPE_CHECKING, Any, Self

import aiohttp

from asyncassist._clock import SYSTEM_CLOCK, as_clock, monotonic, utc_now
from asyncassist._http import prepared_request as calls
from asyncassist._http.cache_controller import REDIRECTS, Exchange, following
from asyncassist._http.executor import Pipeline
from asyncassist._http.guard import Guard
from asyncassist._http.models import CacheMode, CacheRules, HandlerStats, Limits, Options, Request, Response
from asyncassist._http.prepared_request import Call, Preparer, Target, target
from asyncassist._http.response_store import Kept
from asyncassist._http.rfc9111 import request_control
from asyncassist._http.stats import Checks, gathered, of_origin
from asyncassist._http.streaming import StreamedResponse, Streamer
from asyncassist._http.transport import Transport, open_session
from asyncassist._lifecycle import Resource
from asyncassist._retry import Breaker, Retry, Timeout
from asyncassist._shared_cache import create_shared_cache
from asyncassist._types import UNSET, Check, Clock, Health, Status, Unset
from asyncassist._validation import check_int, check_seconds
from asyncassist.errors import AsyncAssistError, ConfigurationError, InvalidInputError, UpstreamError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Coroutine, Iterable, Mapping
    from typing import Unpack

    from redis.asyncio import Redis
    from yarl import URL

    from asyncassist._http.transport import Connector


class AsyncHandler(Resource):
    """Fetch over one pooled session, remembering answers and containing failures.

    It may be shared between tasks. Use it as `async with AsyncHandler() as http:`; the first call opens it for those
    who cannot.

    Args:
        base_url: Where relative URLs begin, None when all are absolute.
        headers: Fields sent with every request; those of a call go before them.
        ttl: Seconds an answer without any freshness information stays fresh, counted from receipt. It applies to 200,
            203, 300, 301 and 308 of GET and HEAD, never to answers with Set-Cookie nor to requests with
            Authorization or Cookie. None: only what RFC 9111 allows.
        max_entries: URLs whose answers are kept; the least recently used goes first.
        max_bytes: Bytes of all kept answers.
        redis: A second level shared by workers: a client of yours, or a URL; None for memory alone.
        timeout: How long to wait.
        retry: When and how often to try again, None for never. Only what is safe to repeat is repeated.
        breaker: When to stop asking an origin, None for never.
        limits: How much at once, and how large.
        guard: Refuses addresses; for URLs that strangers give. None refuses nothing.
        cache: How answers are kept.
        session: A session of yours. It is used and never closed; its own cookies, connector and options apply.
        now: The clock, for tests.

    Raises:
        ConfigurationError: An argument cannot work.
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
        timeout: Timeout = Timeout(total=30.0, attempt=10.0, connect=5.0),  # noqa: B008 - frozen
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
        now: Clock | Callable[[], float] = SYSTEM_CLOCK,
    ) -> None:
        super().__init__()
        for name, value, kind in (
            ("timeout", timeout, Timeout),
            ("limits", limits, Limits),
            ("cache", cache, CacheRules),
            ("retry", retry, Retry | None),
            ("breaker", breaker, Breaker | None),
            ("guard", guard, Guard | None),
            ("session", session, aiohttp.ClientSession | None),
        ):
            if not isinstance(value, kind):
                raise ConfigurationError(name, f"must not be a {type(value).__name__}")
        if guard is not None and session is not None:
            raise ConfigurationError("guard", "needs a session of ours, because it checks at the socket")
        self._base = calls.checked_base(base_url)
        self._clock = as_clock(now)
        self._now = monotonic(self._clock)
        self._ttl = None if ttl is None else check_seconds("ttl", ttl, allow_zero=True)
        self._timeout = timeout
        self._limits = limits
        self._guard = guard
        self._given = session
        self._fields = calls.checked_fields(headers)
        self._asked = request_control(self._fields)
        self._preparer = Preparer(
            fields=self._fields,
            ttl=self._ttl,
            timeout=timeout,
            retry=retry,
            max_body=limits.max_body,
            session=session,
        )
        self._level, guarded = create_shared_cache(
            redis, prefix="asyncassist:http:", name="the second level of AsyncHandler", now=self._now
        )
        kept = Kept(
            max_entries=check_int("max_entries", max_entries),
            max_bytes=check_int("max_bytes", max_bytes),
            level=guarded,
            now=self._now,
            wall=self._clock,
        )
        self._pipeline = Pipeline(limits=limits, breaker=breaker, clock=self._clock, now=self._now)
        self._exchange = Exchange(
            kept=kept, rules=cache, pipeline=self._pipeline, clock=self._clock, now=self._now, usual=timeout.total
        )
        self._transport: Transport | None = None
        self._connector: Connector | None = None
        self._checks = Checks()

    @classmethod
    def from_env(cls, **options: Any) -> Self:
        """A handler configured by the environment: `ASYNCASSIST_REDIS_URL`.

        Args:
            **options: Arguments of the constructor; they go before the environment.
        """
        options.setdefault("redis", os.environ.get("ASYNCASSIST_REDIS_URL") or None)
        return cls(**options)

    async def _open(self) -> None:
        if self._level is not None:
            self._own_closable(self._level)
        bound = self._timeout.total if self._timeout.attempt is None else self._timeout.attempt
        if self._given is not None:
            self._transport = Transport(self._given, None, bound)
        else:
            session, self._connector = open_session(self._limits, self._guard, self._pipeline.count_opened)
            self._transport = Transport(await self._own(session), self._connector, bound)
        self._exchange.use(self._transport)

    async def _before_close(self) -> None:
        await self._exchange.aclose()

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
        """Fetch, from memory when it may be.

        Args:
            method: HTTP method.
            url: Absolute, or relative to `base_url`.
            params: Added to the query.
            headers: Sent with it, before the handler's own.
            json: Sent as JSON.
            data: Sent as it is: bytes, text, a form, a file or an async iterator. The last two are never repeated.
            timeout: Seconds in all, or a Timeout; None for the handler's.
            cache: How the cache is used, in the words of the Fetch standard. "no-store": not at all; "reload": not
                looked at, but filled; "no-cache": confirmed first; "force-cache": also past its time;
                "only-if-cached": the same, and a 504 when there is nothing.
            ttl: As in the constructor, for this call; it never overrides `no-store` or `private`.
            retry: The policy for this call, None for one attempt.
            hedge_after: Seconds after which a second attempt is sent beside a slow first; GET and HEAD only.
            max_body: Bytes of the body after decompression, None for the handler's.
            raise_for_status: Whether a status from 400 is an error.
            idempotency_key: Sent as `Idempotency-Key`; it makes any method safe to repeat.

        Returns:
            The last answer, whatever its status.

        Raises:
            InvalidInputError: An argument cannot be used. Nothing was sent.
            BlockedAddressError: The guard refused the address.
            ConnectError: No connection, or it broke.
            DeadlineExceededError: No answer in time.
            CircuitOpenError: The origin failed too often just now.
            BusyError: Too many wait already.
            BodyTooLargeError: The body is larger than allowed.
            DecodeError: The answer is not what it says it is.
            StatusError: The status is 400 or above, and `raise_for_status` is set.
            UpstreamError: Redirects without end.
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
            response = await self._plain(url)
            return response.raise_for_status() if raise_for_status else response
        started = time.perf_counter()
        await self._ensure_open()
        call = self._preparer.call(
            method,
            self._allowed(target(url, self._base)),
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
        call.begin(self._now())
        response = await self._exchange.answer(call)
        if response.status in REDIRECTS and self._limits.max_redirects:
            response = await self._followed(call, response)
        return response.raise_for_status() if raise_for_status else response

    async def _plain(self, url: str | URL) -> Response:
        """A GET of which nothing special is asked: the handler's own fields and directives serve as they are."""
        started = time.perf_counter()
        if not self._is_open_on_loop:
            await self._ensure_open()
        where = self._allowed(target(url, self._base))
        found = None
        if where.authorization is not None:
            call = self._preparer.call("GET", where, started=started)
            call.begin(self._now())
        else:
            found = self._exchange.at_hand(where, self._fields, asked=self._asked, ttl=self._ttl, started=started)
            response = found[0]
            if response is not None and found[1] != "refresh" and response.status not in REDIRECTS:
                return response
            call = self._preparer.plain(where, started, self._now())
        response = await self._exchange.answer(call, found)
        if response.status in REDIRECTS and self._limits.max_redirects:
            response = await self._followed(call, response)
        return response

    def get(self, url: str | URL, **options: Unpack[Options]) -> Coroutine[Any, Any, Response]:
        """GET; the keywords are those of `request`."""
        return self.request("GET", url, **options) if options else self._plain(url)

    async def head(self, url: str | URL, **options: Unpack[Options]) -> Response:
        """HEAD; the keywords are those of `request`."""
        return await self.request("HEAD", url, **options)

    async def post(self, url: str | URL, **options: Unpack[Options]) -> Response:
        """POST; the keywords are those of `request`. It is repeated only with an `idempotency_key`."""
        return await self.request("POST", url, **options)

    async def put(self, url: str | URL, **options: Unpack[Options]) -> Response:
        """PUT; the keywords are those of `request`."""
        return await self.request("PUT", url, **options)

    async def patch(self, url: str | URL, **options: Unpack[Options]) -> Response:
        """PATCH; the keywords are those of `request`. It is repeated only with an `idempotency_key`."""
        return await self.request("PATCH", url, **options)

    async def delete(self, url: str | URL, **options: Unpack[Options]) -> Response:
        """DELETE; the keywords are those of `request`."""
        return await self.request("DELETE", url, **options)

    async def get_json(self, url: str | URL, **options: Unpack[Options]) -> Any:
        """GET, and the body read as JSON: a new value at each call.

        Raises:
            StatusError: The status is 400 or above.
            DecodeError: The body is not JSON.
            UpstreamError: As `request`.
        """
        return (await self.get(url, **options)).raise_for_status().json()

    async def gather(self, requests: Iterable[Request | str], *, limit: int = 30) -> list[Response | AsyncAssistError]:
        """Fetch many at once; one failure never loses the rest.

        Args:
            requests: What to fetch; a text is a GET of that URL.
            limit: How many at once.

        Returns:
            An answer or an error for each, in their order; empty for none.

        Raises:
            InvalidInputError: `limit` or one of the requests is of the wrong kind.
            ClosedError: The handler is closed.
            WrongLoopError: The handler belongs to another event loop.
        """
        await self._ensure_open()
        wanted = list(requests)
        for one in wanted:
            if not isinstance(one, Request | str):
                raise InvalidInputError("requests", "must hold Requests or URLs")
        results: list[Response | AsyncAssistError | None] = [None] * len(wanted)
        workers = min(calls.call_count("limit", limit), len(wanted))
        places = iter(range(len(wanted)))

        async def work() -> None:
            for place in places:
                results[place] = await self._outcome(wanted[place])

        async with asyncio.TaskGroup() as group:
            for _ in range(workers):
                group.create_task(work())
        return [result for result in results if result is not None]

    async def _outcome(self, wanted: Request | str) -> Response | AsyncAssistError:
        """An answer, or the error as a value."""
        try:
            if isinstance(wanted, str):
                return await self._plain(wanted)
            options = {field.name: getattr(wanted, field.name) for field in fields_of(wanted)}
            return await self.request(options.pop("method"), options.pop("url"), **options)
        except AsyncAssistError as error:
            return error

    # -- the way of one call -----------------------------------------------------------------------------------

    def _allowed(self, where: Target) -> Target:
        """The target itself, unless the guard refuses it."""
        if self._guard is not None:
            self._guard.check_url(where.url)
        return where

    async def _followed(self, call: Call, response: Response) -> Response:
        """The answer at the end of the redirects that begin with this one."""
        for _ in range(self._limits.max_redirects):
            after = following(call, response)
            if after is None:
                return response
            call = after
            self._allowed(call.target)
            call.wait = call.left(self._now())
            response = await self._exchange.answer(call)
        if following(call, response) is None:
            return response
        raise UpstreamError("too many redirects", url=call.target.key)

    # -- streams -----------------------------------------------------------------------------------------------

    @contextlib.asynccontextmanager
    async def stream(self, method: str, url: str | URL, **options: Unpack[Options]) -> AsyncGenerator[StreamedResponse]:
        """Fetch an answer piece by piece. It is never kept, and it holds a place until the block ends.

        `timeout.total` and `timeout.attempt` bound the time to the head of the answer; after it `timeout.idle` bounds
        the time between two pieces, the attempt's where there is none. The body is unbounded unless `max_body` is
        given. Retries happen before the head only.

        Args:
            method: HTTP method.
            url: Absolute, or relative to `base_url`.
            **options: The keywords of `request`; `cache`, `ttl` and `hedge_after` mean nothing here and are refused.

        Yields:
            The head, and `iter_bytes()`.

        Raises:
            InvalidInputError: An argument cannot be used. Nothing was sent.
            UpstreamError: As `request`.
        """
        for name in ("cache", "ttl", "hedge_after"):
            if name in options:
                raise InvalidInputError(name, "has no meaning for a stream")
        started = time.perf_counter()
        await self._ensure_open()
        streamer = Streamer(self._pipeline, self._transport, self._guard, self._limits.max_redirects, self._now)
        raise_for_status = options.get("raise_for_status", False)
        given: dict[str, Any] = {name: value for name, value in options.items() if name != "raise_for_status"}
        call = self._preparer.call(method, target(url, self._base), started=started, **given)
        call.begin(self._now())
        async with streamer.open(call) as (answer, attempts):
            idle = call.timeout.idle if call.timeout.idle is not None else call.timeout.attempt
            streamed = StreamedResponse(answer, attempts=attempts, max_body=options.get("max_body"), idle=idle)
            yield streamed.raise_for_status() if raise_for_status else streamed

    # -- health and figures ------------------------------------------------------------------------------------

    async def check(self, url: str | URL, *, timeout: float = 2.0, name: str | None = None) -> Check:  # noqa: ASYNC109
        """Look at a service once: never from memory, never repeated, never raising for what the service does.

        Args:
            url: What to GET; the body is not read beyond what comes with the head.
            timeout: Seconds to wait.
            name: Of the check, None for the host.

        Returns:
            "pass" below 400, "warn" from 400, "fail" from 500 or without an answer, with the figures of the recent
            looks at that name. The note holds the status or the kind of error.
        """
        started = time.perf_counter()
        label = name
        status: Status = "fail"
        try:
            bound = calls.call_seconds("timeout", timeout)
            where = target(url, self._base)
            label = label or where.host
            code = await self._looked(where, bound)
            status = "pass" if code < 400 else "warn" if code < 500 else "fail"
            note = f"status {code}"
        except AsyncAssistError as error:
            note = type(error).__name__
        return self._checks.saw(label or "url", status, time.perf_counter() - started, utc_now(self._clock), note)

    async def _looked(self, where: Target, bound: float) -> int:
        """The status of one GET, outside of breaker and bulkhead."""
        await self._ensure_open()
        transport = self._transport
        assert transport is not None
        bounds = Timeout(total=bound, attempt=bound, connect=bound)
        call = self._preparer.call("GET", self._allowed(where), started=0.0, timeout=bounds)
        reply = await transport.fetch(call, whole=False)
        assert reply.answer is not None
        reply.answer.release()
        return reply.status

    async def health(self) -> Health:
        """What calls saw: every origin, and the second level. Nothing is sent.

        Returns:
            "warn" while an origin's circuit is not closed, kept answers stand in for errors, or Redis is away; never
            "fail", because the handler itself works.
        """
        at = utc_now(self._clock)
        checks = [of_origin(origin, at) for origin in self._pipeline.origins.values()]
        level = self._exchange.kept.level
        if level is not None:
            status: Status = "warn" if level.degradation else "pass"
            note = level.degradation.reason
            checks.append(Check(name="redis", status=status, critical=False, observed_at=at, note=note))
        return Health.of(checks)

    def stats(self) -> HandlerStats:
        """The figures so far."""
        return gathered(self._exchange, self._pipeline, self._transport)

    async def clear_cache(self, *, url: str | None = None, host: str | None = None) -> int:
        """Forget kept answers, in memory and in Redis; also those that are on their way.

        Args:
            url: Only the answers of this URL.
            host: Only the answers of this host.

        Returns:
            How many there were.

        Raises:
            InvalidInputError: Both are given, or the URL is none.
        """
        if url is not None and host is not None:
            raise InvalidInputError("host", "must not be given together with url")
        await self._ensure_open()
        if url is not None:
            return await self._exchange.forget(target(url, self._base))
        return await self._exchange.clear(host)
