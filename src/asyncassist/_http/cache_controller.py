"""HTTP cache in front of the request executor: lookup, coalescing of equal requests, fetch, stale responses."""

from __future__ import annotations

import asyncio
import contextlib
import time
from functools import partial
from typing import TYPE_CHECKING, Any

from multidict import CIMultiDict, CIMultiDictProxy

from asyncassist._http import conditional
from asyncassist._http import rfc9111 as rfc
from asyncassist._http.models import CacheOutcome, Response, make_cache_info, make_response
from asyncassist._http.origin_fetch import FetchResult, OriginFetcher, bypasses_cache, to_response
from asyncassist._http.prepared_request import is_repeatable_body, resolve_url
from asyncassist._http.response_store import head_key
from asyncassist._lifecycle import cancel_and_wait
from asyncassist._retry import deadline
from asyncassist._single_flight import SingleFlight
from asyncassist.errors import (
    BodyTooLargeError,
    DeadlineExceededError,
    InvalidInputError,
    UpstreamError,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

    import aiohttp

    from asyncassist._http.executor import RequestExecutor
    from asyncassist._http.models import CacheMode, CacheRules
    from asyncassist._http.prepared_request import PreparedRequest, ResolvedURL
    from asyncassist._http.response_store import ResponseStore
    from asyncassist._http.transport import RawResponse, Transport
    from asyncassist._types import Clock

# Seconds for which a request is remembered as uncacheable: its callers are then not coalesced, because none of them
# could use the response of another.
_UNCACHEABLE_TTL = 60.0
_MAX_UNCACHEABLE = 1024

# Result of a cache lookup: the response to serve and the reuse decision. (None, "validate"): a stored response must be
# revalidated first; (None, None): nothing is stored.
LookupResult = tuple[Response | None, rfc.ReuseDecision | None]
_NOT_FOUND: LookupResult = (None, None)


class CacheController:
    """Serves requests from the cache, from a concurrent equal request, or from the origin.

    Args:
        response_store: Stored responses.
        rules: Caching rules of the handler.
        executor: Sends requests to the origin.
        clock: Wall clock, seconds since the epoch.
        now: Monotonic clock, seconds.
        default_timeout: Timeout in seconds of most callers, None for no limit.
    """

    def __init__(
        self,
        *,
        response_store: ResponseStore,
        rules: CacheRules,
        executor: RequestExecutor,
        clock: Clock,
        now: Callable[[], float],
        default_timeout: float | None,
    ) -> None:
        self.response_store = response_store
        self.revalidated = 0
        self.bypassed = 0
        self._clock = clock
        self._now = now
        self._single_flight: SingleFlight[FetchResult] = SingleFlight(default_timeout=default_timeout)
        self._uncacheable: dict[str, float] = {}
        """Coalescing keys of requests whose responses cannot be shared, each with its monotonic expiry."""
        self._background_tasks: set[asyncio.Task[Any]] = set()
        self._origin_fetcher = OriginFetcher(
            response_store=response_store, rules=rules, executor=executor, clock=clock, now=now, spawn=self._spawn
        )

    # -- lookup ------------------------------------------------------------------------------------------------

    def lookup_fast(
        self,
        target: ResolvedURL,
        request_headers: CIMultiDict[str],
        *,
        request_directives: dict[str, str | None],
        caller: str | None,
        ttl: float | None,
        started: float,
    ) -> LookupResult:
        """Look up a GET without options on a short path that most hits take; all other cases go to `lookup`."""
        cache = self.response_store.cache
        entry = cache.peek(target.key)
        if entry is None:
            return _NOT_FOUND
        stored = entry.value[0]
        fresh = stored.freshness
        resident_time = self._now() - stored.received_monotonic  # RFC 9111 section 4.2.3
        age = stored.initial_age + resident_time
        remaining = fresh.lifetime - age if fresh.implied != "ttl" else (ttl or 0.0) - resident_time
        if (
            remaining <= 0.0
            or resident_time < 0.0
            or stored.vary
            or (fresh.implied and stored.caller != caller)
            or fresh.no_cache
            or request_directives
            or is_conditional(request_headers)
        ):
            return self.lookup(
                "GET",
                target,
                request_headers,
                request_directives=request_directives,
                caller=caller,
                ttl=ttl,
                mode="default",
                started=started,
            )
        cache.hits += 1
        cache.seconds_saved += stored.cost
        info = make_cache_info("hit", age, remaining, stored=True)
        elapsed = time.perf_counter() - started
        cache.hit_times.add(elapsed)
        headers = stored.headers_with_age(int(age))
        return make_response(stored.status, stored.reason, headers, stored.url, stored.body, elapsed, 0, info), "fresh"

    def lookup(
        self,
        method: str,
        target: ResolvedURL,
        request_headers: CIMultiDict[str],
        *,
        request_directives: dict[str, str | None],
        caller: str | None,
        ttl: float | None,
        mode: CacheMode,
        started: float,
    ) -> LookupResult:
        """Return the stored response if it may be served without asking the origin, and the reuse decision.

        Synchronous, so that a hit costs no suspension.
        """
        cache = self.response_store.cache
        stored = self.response_store.find_variant(target.key, request_headers, caller)
        if stored is None and method == "HEAD":
            stored = self.response_store.find_variant(head_key(target.key), request_headers, caller)
        if stored is None:
            return None, None
        age = stored.age(self._now())
        decision = rfc.decide_reuse(stored, age=age, ttl=ttl, request_directives=request_directives, mode=mode)
        if decision == "validate":
            return None, decision
        if decision == "fresh":
            cache.hits += 1
            cache.seconds_saved += stored.cost
            outcome: CacheOutcome = "hit"
        else:
            cache.stale += 1
            outcome = "stale"
        response = self.build_response(
            stored, method, request_headers, outcome=outcome, age=age, ttl=ttl, started=started
        )
        cache.hit_times.add(response.elapsed)
        return response, decision

    def handle(self, request: PreparedRequest, lookup_result: LookupResult | None = None) -> Awaitable[Response]:
        """Serve a request from the cache or from the origin.

        Args:
            request: Request to serve.
            lookup_result: Result of a lookup already made for this request; None to look up here.

        Returns:
            An awaitable of the response.
        """
        response, decision = self._lookup_request(request) if lookup_result is None else lookup_result
        if decision == "refresh":
            self._start_refresh(request)
        request.known_miss = decision is None
        # Returned rather than awaited: a coroutine wrapped around a coroutine costs time at each resumption.
        return self.fetch_coalesced(request) if response is None else _completed(response)

    def _lookup_request(self, request: PreparedRequest) -> LookupResult:
        """Look up a request of any method and cache mode."""
        # "validate" without a lookup: not a known miss, so `fetch` looks for validators to revalidate with.
        if bypasses_cache(request) or request.cache in {"reload", "no-cache"}:
            return None, "validate"
        lookup_result = self.lookup(
            request.method,
            request.target,
            request.headers,
            request_directives=request.request_directives,
            caller=request.caller,
            ttl=request.ttl,
            mode=request.cache,
            started=request.started,
        )
        if lookup_result[0] is not None and len(lookup_result[0].body) > request.max_body:
            raise BodyTooLargeError(limit=request.max_body, url=request.target.key, status=lookup_result[0].status)
        return lookup_result

    def build_response(
        self,
        stored: rfc.StoredResponse,
        method: str,
        request_headers: CIMultiDict[str],
        *,
        outcome: CacheOutcome,
        age: float,
        ttl: float | None,
        started: float,
        attempts: int = 0,
    ) -> Response:
        """Build the response to a caller from a stored one: complete, partial (206, 416) or "not modified" (304)."""
        headers_with_age = stored.headers_with_age(int(age))
        status, reason, body = stored.status, stored.reason, stored.body
        if status == 200 and is_conditional(request_headers):
            headers = CIMultiDict(headers_with_age)
            status, reason, body = self._apply_conditions(stored, request_headers, headers)
            headers_with_age = CIMultiDictProxy(headers)
        info = make_cache_info(outcome, age, stored.lifetime(ttl) - age, stored=True)
        elapsed = time.perf_counter() - started
        return make_response(
            status, reason, headers_with_age, stored.url, b"" if method == "HEAD" else body, elapsed, attempts, info
        )

    def _apply_conditions(
        self, stored: rfc.StoredResponse, request_headers: CIMultiDict[str], headers: CIMultiDict[str]
    ) -> tuple[int, str, bytes]:
        """Evaluate the caller's preconditions and Range; return status, reason and body, and adapt `headers`."""
        wall = self._clock()
        if conditional.is_not_modified(stored, request_headers, wall):
            headers.popall("Content-Length", None)
            return 304, "Not Modified", b""
        byte_range = conditional.requested_range(stored, request_headers, wall)
        if byte_range == "whole":
            return stored.status, stored.reason, stored.body
        size = len(stored.body)
        if byte_range == "none":
            headers["Content-Range"] = f"bytes */{size}"
            headers["Content-Length"] = "0"
            return 416, "Range Not Satisfiable", b""
        first, last = byte_range
        headers["Content-Range"] = f"bytes {first}-{last}/{size}"
        headers["Content-Length"] = str(last + 1 - first)
        return 206, "Partial Content", stored.body[first : last + 1]

    def set_transport(self, transport: Transport) -> None:
        """Set the transport that requests are sent over."""
        self._origin_fetcher.send = transport.send

    async def invalidate(self, target: ResolvedURL) -> int:
        """Invalidate the responses of a URL, also those being fetched; return how many were stored."""
        return await self._origin_fetcher.invalidate(target)

    async def clear(self, host: str | None) -> int:
        """Invalidate all responses, or those of one host, also those being fetched; return how many were stored."""
        return await self._origin_fetcher.clear(host)

    # -- fetch -------------------------------------------------------------------------------------------------

    async def fetch_coalesced(self, request: PreparedRequest) -> Response:
        """Fetch from the origin or join a concurrent equal fetch; serve a stale response if an error allows it.

        Raises:
            UpstreamError: The fetch failed and no stale response may be served; one of its subclasses.
        """
        bypass = bypasses_cache(request)
        try:
            if bypass:
                self.bypassed += 1
                async with deadline(request.remaining(self._now())):
                    return await self._origin_fetcher.bypass_cache(request)
            coalescing_key = request.coalescing_key()
            if coalescing_key in self._uncacheable and self._uncacheable[coalescing_key] > self._now():
                return await self._fetch_uncoalesced(request)
            # The generation keeps a request made after an invalidation from joining a fetch begun before it.
            key = (coalescing_key, self._origin_fetcher.generation)
            leader = self._single_flight.leader_context(key)
            if leader is not None:
                self._extend_deadline(leader, request)
            slot = None if leader is not None else self._origin_fetcher.slot_for(request)
            result, joined = await self._single_flight.run(
                key,
                partial(self._origin_fetcher.fetch, request, has_slot=slot is not None),
                timeout=request.timeout_left,
                leader_context=request,
                slot=slot,
            )
            if not result.shareable:
                self._remember_uncacheable(coalescing_key)
                if joined:
                    return await self._fetch_uncoalesced(request)  # all waiters fetch concurrently
            coalesced = joined and result.outcome in {"miss", "revalidated"}
            return self._respond(request, result, "coalesced" if coalesced else result.outcome)
        except DeadlineExceededError as error:
            stored = None if bypass else self._origin_fetcher.find_stored(request)
            if stored is not None and self._origin_fetcher.stale_if_error_allowed(stored, request):
                return self._respond(request, self._origin_fetcher.serve_stale(stored, request, error), "stale")
            if error.url is None:
                raise DeadlineExceededError(url=request.target.key, attempts=error.attempts) from None
            raise

    def _extend_deadline(self, leader: PreparedRequest, request: PreparedRequest) -> None:
        """Extend the shared fetch's deadline to that of its longest-waiting caller."""
        deadlines = (leader.shared_deadline, request.deadline)
        leader.shared_deadline = None if None in deadlines else max(deadlines)  # type: ignore[type-var]

    def _remember_uncacheable(self, coalescing_key: str) -> None:
        """Exempt a request from coalescing for a while; the oldest entry is dropped when there are too many."""
        self._uncacheable.pop(coalescing_key, None)
        if len(self._uncacheable) >= _MAX_UNCACHEABLE:
            del self._uncacheable[next(iter(self._uncacheable))]
        self._uncacheable[coalescing_key] = self._now() + _UNCACHEABLE_TTL

    async def _fetch_uncoalesced(self, request: PreparedRequest) -> Response:
        """Fetch without joining other callers."""
        # The coalesced fetch may have stored a response in the meantime whose validators can be sent.
        request.known_miss = False
        async with deadline(request.remaining(self._now())):
            result = await self._origin_fetcher.fetch(request)
        return self._respond(request, result, result.outcome)

    def _respond(self, request: PreparedRequest, result: FetchResult, outcome: CacheOutcome) -> Response:
        """Build this caller's response from the result of a fetch, and count the outcome."""
        cache = self.response_store.cache
        match outcome:
            case "hit":
                cache.hits += 1
            case "stale":
                cache.stale += 1
            case "coalesced":
                cache.coalesced += 1
            case "revalidated":
                self.revalidated += 1
            case _:
                cache.misses += 1
        stored, raw_response = result.stored, result.raw_response
        attempts = 0 if outcome in {"coalesced", "hit"} else result.attempts
        if stored is None:
            assert raw_response is not None
            response = to_response(raw_response, request, make_cache_info(outcome), attempts)
        elif (
            outcome == "miss" and raw_response is not None and not (request.headers and is_conditional(request.headers))
        ):
            age = stored.initial_age  # received just now: no resident time
            info = make_cache_info(outcome, age, stored.lifetime(request.ttl) - age, stored=True)
            response = to_response(raw_response, request, info, attempts)
        else:
            if len(stored.body) > request.max_body:
                raise BodyTooLargeError(limit=request.max_body, url=request.target.key, status=stored.status)
            response = self.build_response(
                stored,
                request.method,
                request.headers,
                outcome=outcome,
                age=stored.age(self._now()),
                ttl=request.ttl,
                started=request.started,
                attempts=attempts,
            )
        cache.miss_times.add(response.elapsed)
        return response

    def _start_refresh(self, request: PreparedRequest) -> None:
        """Refresh a stale response in the background, unless an equal request is in flight (RFC 5861 section 3)."""
        if (request.coalescing_key(), self._origin_fetcher.generation) not in self._single_flight:
            refresh_request = request.copy_with()
            # The caller's deadline was for the stale response, which is served already: the refresh has its own.
            refresh_request.start_deadline(self._now())
            self._spawn(self._run_refresh(refresh_request))

    async def _run_refresh(self, request: PreparedRequest) -> None:
        # The stale response was served already. Once its stale-while-revalidate window is over, callers fetch
        # themselves and get the error.
        with contextlib.suppress(UpstreamError):
            key = (request.coalescing_key(), self._origin_fetcher.generation)
            await self._single_flight.run(
                key, partial(self._origin_fetcher.fetch, request), timeout=request.timeout_left, leader_context=request
            )

    def _spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        """Run a coroutine in the background until it ends or the controller is closed."""
        task = asyncio.ensure_future(work)
        self._background_tasks.add(task)
        task.add_done_callback(self._background_tasks.discard)

    async def aclose(self) -> None:
        """Cancel background tasks and fetches in flight, and wait for their end."""
        await cancel_and_wait(*self._background_tasks)
        await self._single_flight.aclose()


async def _completed(response: Response) -> Response:
    """Wrap an available response in an awaitable."""
    return response


def is_conditional(fields: CIMultiDict[str]) -> bool:
    """Return whether the request has a precondition or a Range that a stored response can be evaluated against."""
    return "If-None-Match" in fields or "If-Modified-Since" in fields or "Range" in fields


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
