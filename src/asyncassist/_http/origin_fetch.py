"""One fetch from the origin: revalidation, storing, stale-if-error and invalidation (RFC 9111 sections 3 and 4)."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from multidict import CIMultiDict, CIMultiDictProxy

from asyncassist._http import headers as h
from asyncassist._http import rfc9111 as rfc
from asyncassist._http.models import CacheInfo, CacheOutcome, Response, make_cache_info, make_response
from asyncassist._http.prepared_request import UNKNOWN_CALLER, ResolvedURL, has_credentials, resolve_url
from asyncassist._http.response_store import head_key
from asyncassist._http.transport import RawResponse
from asyncassist.errors import CircuitOpenError, ConnectError, DeadlineExceededError, InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping

    from asyncassist._http.bulkhead import BulkheadReservation
    from asyncassist._http.executor import RequestExecutor, SendAttempt
    from asyncassist._http.models import CacheRules
    from asyncassist._http.prepared_request import PreparedRequest
    from asyncassist._http.response_store import ResponseStore
    from asyncassist._types import Clock


@dataclass(slots=True)
class FetchResult:
    """Result of a fetch.

    Attributes:
        outcome: How the response came about; as `CacheInfo.outcome`.
        shareable: Whether coalesced callers may be served the same response.
        attempts: Requests that were sent.
        stored: Stored response; None if the response was not stored.
        raw_response: Response as received; None if the stored one is served.
    """

    outcome: CacheOutcome
    shareable: bool
    attempts: int
    stored: rfc.StoredResponse | None = None
    raw_response: RawResponse | None = None


class OriginFetcher:
    """Fetches responses and stores them; tracks the fetches in flight so that invalidation reaches them.

    Args:
        response_store: Stored responses.
        rules: Caching rules of the handler.
        executor: Sends requests to the origin.
        clock: Wall clock, seconds since the epoch.
        now: Monotonic clock, seconds.
        spawn: Runs a coroutine in the background.
    """

    def __init__(
        self,
        *,
        response_store: ResponseStore,
        rules: CacheRules,
        executor: RequestExecutor,
        clock: Clock,
        now: Callable[[], float],
        spawn: Callable[[Coroutine[Any, Any, Any]], None],
    ) -> None:
        self.response_store = response_store
        self.rules = rules
        self.executor = executor
        self.send: SendAttempt = _no_transport
        """Sends a request once; set when the handler opens."""
        self.generation = 0
        """Number of fetches invalidated in flight; part of the coalescing key: later callers do not join them."""
        self._clock = clock
        self._now = now
        self._spawn = spawn
        self._in_flight: set[PreparedRequest] = set()
        self._default_freshness = rfc.compute_freshness(
            200, CIMultiDict(), rules=rules, now=0.0, has_credentials=False, allow_default=True
        )

    async def bypass_cache(self, request: PreparedRequest) -> Response:
        """Send a request past the cache; a successful unsafe one invalidates stored responses."""
        raw_response = await self.executor.run(request, self.send)
        if request.method not in rfc.SAFE_METHODS and raw_response.status < 400:
            await self._invalidate_after_unsafe(request.target, raw_response)
            if (
                request.method == "POST"
                and request.cache != "no-store"
                and "no-store" not in request.request_directives
            ):
                self._store_post(request, raw_response)
        return to_response(raw_response, request, make_cache_info("bypass"), raw_response.attempts)

    def _store_post(self, request: PreparedRequest, raw_response: RawResponse) -> None:
        """Store the response to a POST for later GETs if its Content-Location allows it (RFC 9110 section 9.3.3)."""
        content_location = raw_response.headers.get("Content-Location")
        try:
            location = None if content_location is None else resolve_url(content_location, request.target.url).key
        except InvalidInputError:
            return
        if rfc.post_cacheable_for_get(request.target.key, raw_response.status, raw_response.headers, location):
            self._store(request.copy_with(method="GET"), raw_response, delay=0.0, cost=0.0)

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
            await self.invalidate(each)

    async def invalidate(self, target: ResolvedURL) -> int:
        """Invalidate the responses of a URL, also those being fetched; return how many were stored."""
        self._mark_not_storable(lambda request: request.target.key == target.key)
        return await self.response_store.invalidate(target)

    async def clear(self, host: str | None) -> int:
        """Invalidate all responses, or those of one host, also those being fetched; return how many were stored."""
        self._mark_not_storable(lambda request: host is None or request.target.host == host)
        return await self.response_store.clear(host=host)

    def _mark_not_storable(self, matches: Callable[[PreparedRequest], bool]) -> None:
        """Keep matching fetches in flight from storing their responses, which predate the invalidation."""
        for request in self._in_flight:
            if request.storable and matches(request):
                request.storable = False
                self.generation += 1

    def find_stored(self, request: PreparedRequest) -> rfc.StoredResponse | None:
        """Return the stored response that the request selects, fresh or stale; None in the mode "reload"."""
        if request.cache == "reload":
            return None
        return self.response_store.find_variant(_cache_key(request), request.headers, request.caller)

    def slot_for(self, request: PreparedRequest) -> BulkheadReservation | None:
        """Return the slots to reserve before the fetch starts; None if it may end without a request to the origin."""
        if (
            self.response_store.shared_cache is not None
            or request.cache == "only-if-cached"
            or "only-if-cached" in request.request_directives
        ):
            return None
        return self.executor.slot_for(request)

    async def fetch(self, request: PreparedRequest, *, has_slot: bool = False) -> FetchResult:
        """Fetch from the shared cache or else from the origin, and store the response if allowed.

        Args:
            request: Request to send.
            has_slot: Whether the caller holds the bulkhead slots already.

        Raises:
            UpstreamError: The fetch failed and no stale response may be served; one of its subclasses.
        """
        self._in_flight.add(request)
        try:
            stored = None if request.known_miss else self.find_stored(request)
            if stored is None and self.response_store.shared_cache is not None and request.cache != "reload":
                stored = await self.response_store.load_shared(
                    request.target, _cache_key(request), request.headers, request.caller
                )
                if not request.storable:
                    stored = None  # invalidated while Redis was being read
                if stored is not None and self._is_usable(stored, request):
                    return FetchResult("hit", shareable=True, attempts=0, stored=stored)
            if request.cache == "only-if-cached" or "only-if-cached" in request.request_directives:
                return FetchResult("miss", shareable=True, attempts=0, raw_response=_gateway_timeout(request))
            if stored is not None:
                return await self._revalidate(request, stored, has_slot=has_slot)
            if request.cache in {"reload", "no-cache"}:
                request.sent_headers = _build_sent_headers(request, {})
            sent_at, started = self._now(), time.perf_counter()
            raw_response = await self.executor.run(request, self.send, has_slot=has_slot)
            return self._store(request, raw_response, delay=self._now() - sent_at, cost=time.perf_counter() - started)
        finally:
            self._in_flight.discard(request)

    def _is_usable(self, stored: rfc.StoredResponse, request: PreparedRequest) -> bool:
        """Return whether a response from the shared cache may be served without revalidation."""
        decision = rfc.decide_reuse(
            stored,
            age=stored.age(self._now()),
            ttl=request.ttl,
            request_directives=request.request_directives,
            mode=request.cache,
        )
        return decision in {"fresh", "stale"}

    async def _revalidate(self, request: PreparedRequest, stored: rfc.StoredResponse, *, has_slot: bool) -> FetchResult:
        """Revalidate a stored response with the origin; serve it stale if the origin fails and that is allowed."""
        preconditions = rfc.precondition_headers(stored) if request.method == "GET" else {}
        request.sent_headers = _build_sent_headers(request, preconditions)
        sent_at, started = self._now(), time.perf_counter()
        try:
            raw_response = await self.executor.run(request, self.send, has_slot=has_slot)
        except (ConnectError, DeadlineExceededError, CircuitOpenError) as error:
            if self.stale_if_error_allowed(stored, request):
                return self.serve_stale(stored, request, error)
            raise
        if rfc.is_stale_if_error_status(raw_response.status) and self.stale_if_error_allowed(stored, request):
            return self.serve_stale(stored, request, None)
        cost, delay = time.perf_counter() - started, self._now() - sent_at
        if preconditions and raw_response.status == 304:
            if rfc.validates(stored, raw_response.headers):
                return self._apply_304(request, stored, raw_response, delay)
            # The 304 is about another response: fetch again without preconditions.
            self.response_store.remove(_cache_key(request), stored)
            request.sent_headers = _build_sent_headers(request, {})
            raw_response = await self.executor.run(request, self.send, has_slot=has_slot)
            cost, delay = time.perf_counter() - started, self._now() - sent_at
        elif preconditions and raw_response.status == 206:
            # The preconditions failed, so the stored response is outdated; the part itself is not stored.
            self.response_store.remove(_cache_key(request), stored)
        return self._store(request, raw_response, delay=delay, cost=cost)

    def _apply_304(
        self, request: PreparedRequest, stored: rfc.StoredResponse, raw_response: RawResponse, delay: float
    ) -> FetchResult:
        """Freshen the stored response with the fields of a 304 (RFC 9111 section 4.3.4)."""
        wall = self._clock()
        fields = rfc.update_headers(stored, raw_response.headers, rules=self.rules)
        fresh = self._compute_freshness(request, stored.status, fields, wall)
        stored = rfc.freshen(
            stored,
            fields,
            fresh,
            age=_updated_age(fields, raw_response, delay, wall),
            now=self._now(),
            received_at=wall,
        )
        if request.storable:
            self.response_store.store(_cache_key(request), stored)
            self._publish(request)
        return FetchResult(
            "revalidated", shareable=self._is_shareable(stored, request), attempts=raw_response.attempts, stored=stored
        )

    def _store(self, request: PreparedRequest, raw_response: RawResponse, *, delay: float, cost: float) -> FetchResult:
        """Store a response from the origin if that is allowed and useful.

        Args:
            request: Request that was sent.
            raw_response: Response as received.
            delay: Seconds between request and response, for the age (RFC 9111 section 4.2.3).
            cost: Seconds that the fetch took, retries included.
        """
        sent = raw_response.request_headers
        if sent is not None and (has_credentials(sent) or _has_unknown_fields(sent, request)):
            request.mark_credentials()
        if request.method == "HEAD" and raw_response.status == 200 and request.storable:
            self._freshen_from_head(request, raw_response, delay)
        wall = self._clock()
        fields = raw_response.headers
        no_metadata = not (
            request.request_directives or self.rules.targeted or request.caller is not None
        ) and rfc.has_no_cache_metadata(
            request.headers, raw_response.status, fields, request.ttl, request.has_credentials
        )
        if no_metadata:
            # Most responses have no cache metadata at all, and the decision is the same for all of them.
            fresh, storable = self._default_freshness, True
        else:
            fresh = self._compute_freshness(request, raw_response.status, fields, wall)
            storable = rfc.is_storable(
                request.method,
                request.headers,
                raw_response.status,
                fields,
                fresh,
                rules=self.rules,
                ttl=request.ttl,
                authorized=sent is not None and "Authorization" in sent,
            )
        if fresh.implied and request.caller == UNKNOWN_CALLER:
            storable = False
        if not (storable and request.storable):
            return self._unstored_result(request, raw_response)
        date_value = h.parse_date(fields.get("Date"), wall)
        stored = rfc.StoredResponse(
            method=request.method,
            status=raw_response.status,
            reason=raw_response.reason,
            headers=rfc.storable_headers(fields, rules=self.rules),
            body=raw_response.body,
            url=raw_response.url,
            vary=() if no_metadata else rfc.vary_key(request.headers, fields),
            date=date_value or wall,
            initial_age=rfc.initial_age(fields, date_value, response_delay=delay, now=wall),
            received_monotonic=self._now(),
            received_at=wall,
            freshness=fresh,
            caller=request.caller,
            cost=cost,
        )
        if stored.size > self.rules.max_entry_bytes or not self.response_store.store(_cache_key(request), stored):
            return self._unstored_result(request, raw_response)
        if self.response_store.shared_cache is not None:
            self._publish(request)
        shareable = no_metadata or self._is_shareable(stored, request)
        return FetchResult("miss", shareable, raw_response.attempts, stored, raw_response)

    def _unstored_result(self, request: PreparedRequest, raw_response: RawResponse) -> FetchResult:
        """Wrap a response that is not stored; errors are shared with coalesced callers to spare a failing origin."""
        directives, _ = rfc.parse_response_directives(raw_response.headers, self.rules.targeted)
        shareable = (
            (raw_response.status >= 500 or raw_response.status == 429)
            and not request.has_credentials
            and "Set-Cookie" not in raw_response.headers
            and not directives.keys() & {"no-store", "private"}
        )
        return FetchResult("miss", shareable=shareable, attempts=raw_response.attempts, raw_response=raw_response)

    def _compute_freshness(
        self, request: PreparedRequest, status: int, fields: rfc.Fields, wall: float
    ) -> rfc.Freshness:
        """Compute the freshness of a response to this request, received at `wall` seconds since the epoch."""
        return rfc.compute_freshness(
            status,
            fields,
            rules=self.rules,
            now=wall,
            has_credentials=request.has_credentials,
            allow_default=request.allows_default,
        )

    def _is_shareable(self, stored: rfc.StoredResponse, request: PreparedRequest) -> bool:
        """Return whether coalesced callers may be served the stored response: only while it is fresh."""
        if stored.freshness.no_cache:
            return False
        return stored.lifetime(request.ttl) > stored.age(self._now())

    def _freshen_from_head(self, request: PreparedRequest, raw_response: RawResponse, delay: float) -> None:
        """Freshen or remove the stored response to GET by the response to a HEAD (RFC 9111 section 4.3.5)."""
        stored = self.response_store.find_variant(request.target.key, request.headers, request.caller)
        if stored is None:
            return
        if not rfc.head_matches_stored(stored, raw_response.headers):
            self.response_store.remove(request.target.key, stored)
            return
        wall = self._clock()
        fields = rfc.update_headers(stored, raw_response.headers, rules=self.rules)
        age = _updated_age(fields, raw_response, delay, wall)
        fresh = self._compute_freshness(request, stored.status, fields, wall)
        self.response_store.store(
            request.target.key, rfc.freshen(stored, fields, fresh, age=age, now=self._now(), received_at=wall)
        )

    def stale_if_error_allowed(self, stored: rfc.StoredResponse, request: PreparedRequest) -> bool:
        """Return whether a stored response may be served to this request in place of an error."""
        return rfc.stale_if_error_allowed(
            stored, age=stored.age(self._now()), ttl=request.ttl, request_directives=request.request_directives
        )

    def serve_stale(
        self, stored: rfc.StoredResponse, request: PreparedRequest, error: BaseException | None
    ) -> FetchResult:
        """Serve a stored response in place of an error, and mark the origin as degraded."""
        self.executor.origin(request.target.origin).degrade("a stale response is served in place of an error", error)
        return FetchResult("stale", shareable=True, attempts=0, stored=stored)

    def _publish(self, request: PreparedRequest) -> None:
        """Write the stored variants of the request's URL to the shared cache in the background."""
        if self.response_store.shared_cache is not None:
            self._spawn(self.response_store.publish(request.target, _cache_key(request), request.ttl))


async def _no_transport(_: PreparedRequest) -> RawResponse:
    """Fail loudly; replaced by the transport's `send` when the handler opens."""
    raise AssertionError("requests are sent once the handler is open")


def bypasses_cache(request: PreparedRequest) -> bool:
    """Return whether the cache takes no part in a request: neither lookup, nor coalescing, nor storing."""
    return (
        request.method not in {"GET", "HEAD"}
        or request.cache == "no-store"
        or request.data is not None
        or "no-store" in request.request_directives
        or "If-Match" in request.headers
        or "If-Unmodified-Since" in request.headers
    )


def _has_unknown_fields(sent: Mapping[str, str], request: PreparedRequest) -> bool:
    """Return whether an external session added fields that may say who asks, such as a trace config's API key."""
    return request.session is not None and any(
        h.identifies_caller(name) and name.lower() != "host" and name not in request.headers for name in sent
    )


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


def _updated_age(fields: CIMultiDict[str], raw_response: RawResponse, delay: float, now: float) -> float:
    """Compute the age of an updated stored response at the receipt of the response that updated it."""
    merged = CIMultiDict(fields)
    if "Age" in raw_response.headers:
        merged["Age"] = raw_response.headers["Age"]
    return rfc.initial_age(merged, h.parse_date(merged.get("Date"), now), response_delay=delay, now=now)


def _gateway_timeout(request: PreparedRequest) -> RawResponse:
    """Build the 504 for only-if-cached without a stored response (RFC 9111 section 5.2.1.7)."""
    return RawResponse(504, "Gateway Timeout", CIMultiDictProxy(CIMultiDict()), b"", request.target.key, attempts=0)


def to_response(raw_response: RawResponse, request: PreparedRequest, info: CacheInfo, attempts: int) -> Response:
    """Build the caller's response from one as received."""
    elapsed = time.perf_counter() - request.started
    return make_response(
        raw_response.status,
        raw_response.reason,
        raw_response.headers,
        raw_response.url,
        raw_response.body,
        elapsed,
        attempts,
        info,
    )
