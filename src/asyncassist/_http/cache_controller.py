"""HTTP cache in front of the request executor: lookup, coalescing, fetch, revalidation, storing, invalidation.

The sections of RFC 9111 that decide are functions of `rfc9111`; here their decisions are carried out.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import time
from functools import partial
from typing import TYPE_CHECKING, Any

from multidict import CIMultiDict, CIMultiDictProxy, istr

from asyncassist._http import conditional
from asyncassist._http import headers as h
from asyncassist._http import rfc9111 as rfc
from asyncassist._http.models import CacheOutcome, Response, make_cache_info, make_response
from asyncassist._http.prepared_request import UNKNOWN_CALLER, has_credentials, resolve_url
from asyncassist._http.response_store import head_key
from asyncassist._http.transport import RawResponse
from asyncassist._lifecycle import cancel_and_wait
from asyncassist._retry import deadline
from asyncassist._single_flight import SingleFlight
from asyncassist.errors import (
    BodyTooLargeError,
    CircuitOpenError,
    ConnectError,
    DeadlineExceededError,
    InvalidInputError,
    RateLimitedError,
    UpstreamError,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Mapping

    from asyncassist._http.bulkhead import BulkheadReservation
    from asyncassist._http.executor import RequestExecutor, SendAttempt
    from asyncassist._http.models import CacheRules
    from asyncassist._http.prepared_request import PreparedRequest, ResolvedURL
    from asyncassist._http.response_store import ResponseStore
    from asyncassist._types import Clock

_DATE, _IF_MATCH, _IF_UNMODIFIED_SINCE = istr("Date"), istr("If-Match"), istr("If-Unmodified-Since")
# Seconds for which a request is remembered as uncacheable: its callers are then not coalesced, because none of them
# could use the response of another.
_UNCACHEABLE_TTL = 60.0
_MAX_UNCACHEABLE = 1024
# Seconds after which invalidations by other workers are looked for.
_SYNCHRONIZATION_INTERVAL = 1.0

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
        self.send: SendAttempt = _no_transport
        """Sends a request once; set when the handler opens."""
        self._rules = rules
        self._executor = executor
        self._clock = clock
        self._now = now
        self._in_flight: set[PreparedRequest] = set()
        self._generation = 0
        """Number of fetches invalidated in flight; part of the coalescing key: later callers do not join them."""
        self._single_flight: SingleFlight[RawResponse] = SingleFlight(default_timeout=default_timeout)
        self._uncacheable: dict[str, float] = {}
        """Coalescing keys of requests whose responses cannot be shared, each with its monotonic expiry."""
        self._background_tasks: set[asyncio.Task[Any]] = set()
        self._synchronization = asyncio.Lock()
        self._synchronized_until = -math.inf
        """Monotonic time until which the responses in memory need no comparison with the shared cache."""

    # -- lookup ------------------------------------------------------------------------------------------------

    def lookup(self, request: PreparedRequest, target: ResolvedURL, started: float) -> LookupResult:
        """Return the stored response if it may be served without asking the origin, and the reuse decision.

        Synchronous, so that a hit costs no suspension.

        Args:
            request: Request, or a template of it with another target.
            target: URL that is requested.
            started: `time.perf_counter()` at the start of the call.

        Raises:
            BodyTooLargeError: The stored body is larger than the request allows.
        """
        cache = self.response_store.cache
        stored = self.response_store.find_variant(target.key, request.headers, request.caller)
        if stored is None and request.method == "HEAD":
            stored = self.response_store.find_variant(head_key(target.key), request.headers, request.caller)
        if stored is None or bypasses_cache(request):
            return _NOT_FOUND
        age = stored.age(self._now())
        decision = _decide_reuse(stored, request, age)
        if decision == "validate":
            return None, decision
        if decision == "fresh":
            cache.hits += 1
            cache.seconds_saved += stored.cost
        else:
            cache.stale += 1
        outcome: CacheOutcome = "hit" if decision == "fresh" else "stale"
        response = self._serve_stored(stored, request, outcome=outcome, age=age, started=started)
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
        response, decision = lookup_result or self.lookup(request, request.target, request.started)
        if decision == "refresh":
            self._start_refresh(request)
        request.known_miss = decision is None
        # Returned rather than awaited: a coroutine wrapped around a coroutine costs time at each resumption.
        return self._fetch_coalesced(request) if response is None else _completed(response)

    def _serve_stored(
        self,
        stored: rfc.StoredResponse,
        request: PreparedRequest,
        *,
        outcome: CacheOutcome,
        age: float,
        started: float,
        attempts: int = 0,
    ) -> Response:
        """Build the response to a caller from a stored one: complete, partial (206, 416) or "not modified" (304)."""
        if len(stored.body) > request.max_body:
            raise BodyTooLargeError(limit=request.max_body, url=stored.url, status=stored.status)
        status, reason, body, headers = stored.status, stored.reason, stored.body, stored.headers_with_age(int(age))
        if status == 200 and conditional.is_conditional(request.headers):
            status, reason, body, headers = conditional.evaluate(stored, request.headers, headers, self._clock())
        info = make_cache_info(outcome, age, stored.lifetime(request.ttl) - age, stored=True)
        elapsed = time.perf_counter() - started
        body = b"" if request.method == "HEAD" else body
        return make_response(status, reason, headers, stored.url, body, elapsed, attempts, info)

    # -- fetch -------------------------------------------------------------------------------------------------

    async def _fetch_coalesced(self, request: PreparedRequest) -> Response:
        """Fetch from the origin or join a concurrent equal fetch; serve a stale response if an error allows it.

        Raises:
            UpstreamError: The fetch failed and no stale response may be served; one of its subclasses.
        """
        bypass = bypasses_cache(request)
        try:
            if bypass:
                self.bypassed += 1
                async with deadline(request.remaining(self._now())):
                    return await self._bypass_cache(request)
            coalescing_key = request.coalescing_key()
            if coalescing_key in self._uncacheable and self._uncacheable[coalescing_key] > self._now():
                return await self._fetch_uncoalesced(request)
            # The generation keeps a request made after an invalidation from joining a fetch begun before it.
            key = (coalescing_key, self._generation)
            leader = self._single_flight.leader_context(key)
            if leader is not None:
                self._extend_deadline(leader, request)
            slot = None if leader is not None else self._slot_for(request)
            raw_response, joined = await self._single_flight.run(
                key,
                partial(self._fetch, request, has_slot=slot is not None),
                timeout=request.timeout_left,
                leader_context=request,
                slot=slot,
            )
            if not raw_response.shareable:
                self._remember_uncacheable(coalescing_key)
                if joined:
                    return await self._fetch_uncoalesced(request)  # all waiters fetch concurrently
            coalesced = joined and raw_response.outcome in {"miss", "revalidated"}
            return self._respond(request, raw_response, "coalesced" if coalesced else raw_response.outcome)
        except DeadlineExceededError as error:
            stored = None if bypass else self._find_stored(request)
            if stored is not None and self._stale_if_error_allowed(stored, request):
                return self._respond(request, self._stale_result(stored, request, error), "stale")
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
            raw_response = await self._fetch(request)
        return self._respond(request, raw_response, raw_response.outcome)

    def _respond(self, request: PreparedRequest, raw_response: RawResponse, outcome: CacheOutcome) -> Response:
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
        stored = raw_response.stored
        attempts = 0 if outcome in {"coalesced", "hit"} else raw_response.attempts
        if stored is None or (outcome == "miss" and not conditional.is_conditional(request.headers)):
            response = to_response(raw_response, request, outcome, attempts)
        else:
            age = stored.age(self._now())
            response = self._serve_stored(
                stored, request, outcome=outcome, age=age, started=request.started, attempts=attempts
            )
        cache.miss_times.add(response.elapsed)
        return response

    async def _bypass_cache(self, request: PreparedRequest) -> Response:
        """Send a request past the cache; a successful unsafe one invalidates stored responses."""
        raw_response = await self._executor.run(request, self.send)
        if request.method not in rfc.SAFE_METHODS and raw_response.status < 400:
            await self._invalidate_after_unsafe(request.target, raw_response)
            if (
                request.method == "POST"
                and request.cache != "no-store"
                and "no-store" not in request.request_directives
            ):
                self._store_post(request, raw_response)
        return to_response(raw_response, request, "bypass", raw_response.attempts)

    def _store_post(self, request: PreparedRequest, raw_response: RawResponse) -> None:
        """Store the response to a POST for later GETs if its Content-Location allows it (RFC 9110 section 9.3.3)."""
        content_location = raw_response.headers.get("Content-Location")
        try:
            location = None if content_location is None else resolve_url(content_location, request.target.url).key
        except InvalidInputError:
            return
        if rfc.post_cacheable_for_get(request.target.key, raw_response.status, raw_response.headers, location):
            self._store(request.copy_with(method="GET"), raw_response)

    def _find_stored(self, request: PreparedRequest) -> rfc.StoredResponse | None:
        """Return the stored response that the request selects, fresh or stale; None in the mode "reload"."""
        if request.cache == "reload":
            return None
        return self.response_store.find_variant(_cache_key(request), request.headers, request.caller)

    def _slot_for(self, request: PreparedRequest) -> BulkheadReservation | None:
        """Return the slots to reserve before the fetch; None if it may end or must wait before a request."""
        if self.response_store.shared_cache is not None or request.only_if_cached:
            return None
        return self._executor.early_slot_for(request)

    async def _fetch(self, request: PreparedRequest, *, has_slot: bool = False) -> RawResponse:
        """Fetch from the shared cache or else from the origin, and store the response if allowed.

        Args:
            request: Request to send.
            has_slot: Whether the caller holds the bulkhead slots already.

        Raises:
            UpstreamError: The fetch failed and no stale response may be served; one of its subclasses.
        """
        self._in_flight.add(request)
        try:
            stored = None if request.known_miss else self._find_stored(request)
            if stored is None and self.response_store.shared_cache is not None and request.cache != "reload":
                stored = await self.response_store.load_shared(
                    request.target, _cache_key(request), request.headers, request.caller
                )
                if not request.storable:
                    stored = None  # invalidated while Redis was being read
                if stored is not None and _decide_reuse(stored, request, stored.age(self._now())) in {"fresh", "stale"}:
                    return _from_stored(stored, "hit")
            if request.only_if_cached:
                return _gateway_timeout(request)
            if stored is not None:
                return await self._revalidate(request, stored, has_slot=has_slot)
            if request.cache in {"reload", "no-cache"}:
                request.sent_headers = _build_sent_headers(request, {})
            return self._store(request, await self._executor.run(request, self.send, has_slot=has_slot))
        finally:
            self._in_flight.discard(request)

    async def _revalidate(self, request: PreparedRequest, stored: rfc.StoredResponse, *, has_slot: bool) -> RawResponse:
        """Revalidate a stored response with the origin; serve it stale if the origin fails and that is allowed."""
        preconditions = rfc.precondition_headers(stored) if request.method == "GET" else {}
        request.sent_headers = _build_sent_headers(request, preconditions)
        try:
            raw_response = await self._executor.run(request, self.send, has_slot=has_slot)
        except (ConnectError, DeadlineExceededError, CircuitOpenError, RateLimitedError) as error:
            if self._stale_if_error_allowed(stored, request):
                return self._stale_result(stored, request, error)
            raise
        if rfc.is_stale_if_error_status(raw_response.status) and self._stale_if_error_allowed(stored, request):
            return self._stale_result(stored, request, None)
        if preconditions and raw_response.status == 304:
            if rfc.validates(stored, raw_response.headers):
                return self._apply_304(request, stored, raw_response)
            # The 304 is about another response: fetch again without preconditions.
            self.response_store.remove(_cache_key(request), stored)
            request.sent_headers = _build_sent_headers(request, {})
            raw_response = await self._executor.run(request, self.send, has_slot=has_slot)
        elif preconditions and raw_response.status == 206:
            # The preconditions failed, so the stored response is outdated; the part itself is not stored.
            self.response_store.remove(_cache_key(request), stored)
        return self._store(request, raw_response)

    def _apply_304(
        self, request: PreparedRequest, stored: rfc.StoredResponse, raw_response: RawResponse
    ) -> RawResponse:
        """Freshen the stored response with the fields of a 304 (RFC 9111 section 4.3.4)."""
        stored = self._freshen(request, stored, raw_response)
        if request.storable:
            self.response_store.store(_cache_key(request), stored)
            self._publish(request)
        result = _from_stored(stored, "revalidated", attempts=raw_response.attempts)
        result.shareable = _is_shareable(stored, request)
        return result

    def _store(self, request: PreparedRequest, raw_response: RawResponse) -> RawResponse:
        """Store a response from the origin if that is allowed and useful.

        Args:
            request: Request that was sent.
            raw_response: Response as received.
        """
        sent = raw_response.request_headers
        if sent is not None and (has_credentials(sent) or _has_unknown_fields(sent, request)):
            request.mark_credentials()
        if request.method == "HEAD" and raw_response.status == 200 and request.storable:
            self._freshen_from_head(request, raw_response)
        wall = self._clock()
        fields = raw_response.headers
        fresh = self._compute_freshness(request, raw_response.status, fields, wall)
        storable = request.storable and rfc.is_storable(
            request.method,
            request.headers,
            raw_response.status,
            fields,
            fresh,
            rules=self._rules,
            ttl=request.ttl,
            authorized=sent is not None and "Authorization" in sent,
        )
        if fresh.implied and request.caller == UNKNOWN_CALLER:
            storable = False
        if not storable:
            return self._unstored_result(request, raw_response)
        date_value = h.parse_date(fields.get(_DATE), wall)
        stored = rfc.StoredResponse(
            method=request.method,
            status=raw_response.status,
            reason=raw_response.reason,
            headers=rfc.storable_headers(fields, rules=self._rules),
            body=raw_response.body,
            url=raw_response.url,
            vary=rfc.vary_key(request.headers, fields),
            date=date_value or wall,
            initial_age=rfc.initial_age(fields, date_value, response_delay=raw_response.delay, now=wall),
            received_monotonic=self._now(),
            received_at=wall,
            freshness=fresh,
            caller=request.caller,
            cost=raw_response.cost,
        )
        if stored.size > self._rules.max_entry_bytes or not self.response_store.store(_cache_key(request), stored):
            return self._unstored_result(request, raw_response)
        self._publish(request)
        raw_response.stored, raw_response.shareable = stored, _is_shareable(stored, request)
        return raw_response

    def _unstored_result(self, request: PreparedRequest, raw_response: RawResponse) -> RawResponse:
        """Mark a response that is not stored; errors are shared with coalesced callers to spare a failing origin."""
        directives, _ = rfc.parse_response_directives(raw_response.headers, self._rules.targeted)
        raw_response.shareable = (
            (raw_response.status >= 500 or raw_response.status == 429)
            and not request.has_credentials
            and "Set-Cookie" not in raw_response.headers
            and not directives.keys() & {"no-store", "private"}
        )
        return raw_response

    def _compute_freshness(
        self, request: PreparedRequest, status: int, fields: rfc.Fields, wall: float
    ) -> rfc.Freshness:
        """Compute the freshness of a response to this request, received at `wall` seconds since the epoch."""
        return rfc.compute_freshness(
            status,
            fields,
            rules=self._rules,
            now=wall,
            has_credentials=request.has_credentials,
            allow_default=request.allows_default,
        )

    def _freshen_from_head(self, request: PreparedRequest, raw_response: RawResponse) -> None:
        """Freshen or remove the stored response to GET by the response to a HEAD (RFC 9111 section 4.3.5)."""
        stored = self.response_store.find_variant(request.target.key, request.headers, request.caller)
        if stored is None:
            return
        if not rfc.head_matches_stored(stored, raw_response.headers):
            self.response_store.remove(request.target.key, stored)
            return
        self.response_store.store(request.target.key, self._freshen(request, stored, raw_response))

    def _freshen(
        self, request: PreparedRequest, stored: rfc.StoredResponse, raw_response: RawResponse
    ) -> rfc.StoredResponse:
        """Return a stored response with the fields of a 304 or of a response to HEAD, and the freshness they state."""
        wall = self._clock()
        fields = rfc.update_headers(stored, raw_response.headers, rules=self._rules)
        return rfc.freshen(
            stored,
            fields,
            self._compute_freshness(request, stored.status, fields, wall),
            age=_updated_age(fields, raw_response, wall),
            now=self._now(),
            received_at=wall,
        )

    def _stale_if_error_allowed(self, stored: rfc.StoredResponse, request: PreparedRequest) -> bool:
        """Return whether a stored response may be served to this request in place of an error."""
        return rfc.stale_if_error_allowed(
            stored, age=stored.age(self._now()), ttl=request.ttl, request_directives=request.request_directives
        )

    def _stale_result(
        self, stored: rfc.StoredResponse, request: PreparedRequest, error: BaseException | None
    ) -> RawResponse:
        """Serve a stored response in place of an error, and mark the origin as degraded."""
        self._executor.origin(request.target.origin).degrade("a stale response is served in place of an error", error)
        return _from_stored(stored, "stale")

    def _publish(self, request: PreparedRequest) -> None:
        """Write the stored variants of the request's URL to the shared cache in the background."""
        if self.response_store.shared_cache is not None:
            self._spawn(self._publish_unless_outdated(request))

    async def _publish_unless_outdated(self, request: PreparedRequest) -> None:
        await self._drop_if_outdated()  # before it is read from memory: nothing invalidated comes back to Redis
        await self.response_store.publish(request.target, _cache_key(request), request.ttl)

    # -- invalidation --------------------------------------------------------------------------------------------------

    async def _invalidate_after_unsafe(self, target: ResolvedURL, raw_response: RawResponse) -> None:
        """Invalidate the URLs that an unsafe request may have changed (RFC 9111 section 4.4)."""
        targets = [target]
        for name in ("Location", "Content-Location"):
            value = raw_response.headers.get(name)
            if value:
                try:
                    other = resolve_url(value, target.url)
                except InvalidInputError:
                    continue
                # Only of the same origin: else a server could empty the cache of another one.
                if other.origin == target.origin:
                    targets.append(other)
        for each in targets:
            await self.invalidate(each, explicit=False)

    @property
    def must_synchronize(self) -> bool:
        """Return whether `synchronize` must precede the next lookup."""
        return self.response_store.shared_cache is not None and self._now() >= self._synchronized_until

    async def synchronize(self) -> None:
        """Drop the responses in memory if another worker has invalidated any; asks Redis at most once a second."""
        async with self._synchronization:
            if self.must_synchronize:
                await self._drop_if_outdated()
                self._synchronized_until = self._now() + _SYNCHRONIZATION_INTERVAL

    async def _drop_if_outdated(self) -> None:
        """Drop the responses in memory, and those being fetched, if a worker has invalidated any."""
        if await self.response_store.is_outdated():
            self._mark_not_storable(lambda _: True)
            self.response_store.cache.clear()

    async def invalidate(self, target: ResolvedURL, *, explicit: bool = True) -> int:
        """Invalidate the responses of a URL, also those being fetched; return how many were stored."""
        self._mark_not_storable(lambda request: request.target.key == target.key)
        count = await self.response_store.invalidate(target, explicit=explicit)
        await self._drop_if_outdated()
        return count

    async def clear(self, host: str | None) -> int:
        """Invalidate all responses, or those of one host, also those being fetched; return how many were stored."""
        self._mark_not_storable(lambda request: host is None or request.target.host == host)
        count = await self.response_store.clear(host=host)
        await self._drop_if_outdated()
        return count

    def _mark_not_storable(self, matches: Callable[[PreparedRequest], bool]) -> None:
        """Keep matching fetches in flight from storing their responses, which predate the invalidation."""
        for request in self._in_flight:
            if request.storable and matches(request):
                request.storable = False
                self._generation += 1

    # -- background work ----------------------------------------------------------------------------------------------

    def _start_refresh(self, request: PreparedRequest) -> None:
        """Refresh a stale response in the background, unless an equal request is in flight (RFC 5861 section 3)."""
        if (request.coalescing_key(), self._generation) not in self._single_flight:
            refresh_request = request.copy_with()
            # The caller's deadline was for the stale response, which is served already: the refresh has its own.
            refresh_request.start_deadline(self._now())
            self._spawn(self._run_refresh(refresh_request))

    async def _run_refresh(self, request: PreparedRequest) -> None:
        # The stale response was served already. Once its stale-while-revalidate window is over, callers fetch
        # themselves and get the error.
        with contextlib.suppress(UpstreamError):
            key = (request.coalescing_key(), self._generation)
            await self._single_flight.run(
                key, partial(self._fetch, request), timeout=request.timeout_left, leader_context=request
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


async def _no_transport(_: PreparedRequest) -> RawResponse:
    """Fail loudly; replaced by the transport's `send` when the handler opens."""
    raise AssertionError("requests are sent once the handler is open")


def _has_unknown_fields(sent: Mapping[str, str], request: PreparedRequest) -> bool:
    """Return whether an external session added fields that may say who asks, such as a trace config's API key."""
    return request.session is not None and any(
        h.identifies_caller(name) and name.lower() != "host" and name not in request.headers for name in sent
    )


def _decide_reuse(stored: rfc.StoredResponse, request: PreparedRequest, age: float) -> rfc.ReuseDecision:
    return rfc.decide_reuse(
        stored, age=age, ttl=request.ttl, request_directives=request.request_directives, mode=request.cache
    )


def bypasses_cache(request: PreparedRequest) -> bool:
    """Return whether the cache takes no part in a request: neither lookup, nor coalescing, nor storing."""
    return (
        request.method not in {"GET", "HEAD"}
        or request.cache == "no-store"
        or request.data is not None
        or "no-store" in request.request_directives
        or _IF_MATCH in request.headers
        or _IF_UNMODIFIED_SINCE in request.headers
    )


def _is_shareable(stored: rfc.StoredResponse, request: PreparedRequest) -> bool:
    """Return whether coalesced callers may be served the response that was received just now: only if it is fresh."""
    return not stored.freshness.no_cache and stored.lifetime(request.ttl) > stored.initial_age


def _cache_key(request: PreparedRequest) -> str:
    """Return the key under which the response is stored; HEAD has keys of its own."""
    return request.target.key if request.method == "GET" else head_key(request.target.key)


def _build_sent_headers(request: PreparedRequest, preconditions: dict[str, str]) -> CIMultiDict[str]:
    """Return the header fields to send: those of the request with preconditions and Cache-Control of the cache."""
    if not preconditions and request.cache not in {"reload", "no-cache"}:
        return request.headers
    fields = CIMultiDict(request.headers)
    if preconditions:
        # The caller's own preconditions are evaluated here, against the response that the origin confirms or sends.
        for name in ("If-None-Match", "If-Modified-Since"):
            fields.popall(name, None)
        fields.extend(preconditions)
    if "Cache-Control" not in fields and request.cache in {"reload", "no-cache"}:
        fields["Cache-Control"] = "no-cache" if request.cache == "reload" else "max-age=0"
    return fields


def _updated_age(fields: CIMultiDict[str], raw_response: RawResponse, now: float) -> float:
    """Compute the age of an updated stored response at the receipt of the response that updated it."""
    merged = CIMultiDict(fields)
    if "Age" in raw_response.headers:
        merged["Age"] = raw_response.headers["Age"]
    return rfc.initial_age(merged, h.parse_date(merged.get("Date"), now), response_delay=raw_response.delay, now=now)


def _gateway_timeout(request: PreparedRequest) -> RawResponse:
    """Build the 504 for only-if-cached without a stored response (RFC 9111 section 5.2.1.7)."""
    return RawResponse(
        504, "Gateway Timeout", CIMultiDictProxy(CIMultiDict()), b"", request.target.key, attempts=0, shareable=True
    )


def _from_stored(stored: rfc.StoredResponse, outcome: CacheOutcome, *, attempts: int = 0) -> RawResponse:
    """Return the result of a fetch that a stored response answers; other callers may be served it too."""
    return RawResponse(
        stored.status,
        stored.reason,
        stored.headers,
        stored.body,
        stored.url,
        attempts,
        outcome=outcome,
        shareable=True,
        stored=stored,
    )


def to_response(raw_response: RawResponse, request: PreparedRequest, outcome: CacheOutcome, attempts: int) -> Response:
    """Build the caller's response from one as received."""
    stored = raw_response.stored
    if stored is None:
        info = make_cache_info(outcome)
    else:
        age = stored.initial_age  # received just now: no resident time
        info = make_cache_info(outcome, age, stored.lifetime(request.ttl) - age, stored=True)
    return make_response(
        raw_response.status,
        raw_response.reason,
        raw_response.headers,
        raw_response.url,
        raw_response.body,
        time.perf_counter() - request.started,
        attempts,
        info,
    )
