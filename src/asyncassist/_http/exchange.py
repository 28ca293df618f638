"""The cache in front of the pipeline: look up, join equal requests, fetch, keep, confirm, stand in, forget."""

from __future__ import annotations

import asyncio
import contextlib
import time
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import aiohttp
from multidict import CIMultiDict, CIMultiDictProxy

from asyncassist._cache import Cache
from asyncassist._http import headers as h
from asyncassist._http import rfc9111 as rfc
from asyncassist._http.call import Target, is_repeatable, target
from asyncassist._http.kept import head_key
from asyncassist._http.models import CacheInfo, Outcome, Response
from asyncassist._http.transport import Reply
from asyncassist._resilience import deadline
from asyncassist._single_flight import SingleFlight
from asyncassist.errors import (
    BodyTooLargeError,
    CircuitOpenError,
    ConnectError,
    DeadlineExceededError,
    InvalidInputError,
    UpstreamError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from asyncassist._http.call import Call
    from asyncassist._http.kept import Kept
    from asyncassist._http.models import CacheMode, CacheRules
    from asyncassist._http.pipeline import Pipeline
    from asyncassist._http.transport import Transport
    from asyncassist._resilience import Timeout
    from asyncassist._types import Clock

# How long it is remembered that the answers to a request cannot be shared, so that nobody waits for them.
_LONELY_FOR = 60.0
_CONDITIONS = ("If-None-Match", "If-Modified-Since", "Range")
_BYPASS = ("If-Match", "If-Unmodified-Since")


@dataclass(slots=True)
class Landing:
    """What a fetch came to: an answer that is kept or one that is not, and whether others may have it too."""

    outcome: Outcome
    shareable: bool
    attempts: int
    stored: rfc.Stored | None = None
    reply: Reply | None = None
    kept: bool = False


class _Fetch:
    """A fetch under way. What was forgotten meanwhile must not come back with its answer."""

    __slots__ = ("host", "keep", "key")

    def __init__(self, key: str, host: str) -> None:
        self.key = key
        self.host = host
        self.keep = True


class Exchange:
    """Answers calls, from memory or through the pipeline.

    Args:
        kept: The answers that are kept.
        rules: How.
        pipeline: The way to the wire.
        clock: The wall clock.
        now: Steady seconds.
    """

    def __init__(
        self, *, kept: Kept, rules: CacheRules, pipeline: Pipeline, clock: Clock, now: Callable[[], float]
    ) -> None:
        self.kept = kept
        self.rules = rules
        self.pipeline = pipeline
        self.transport: Transport | None = None
        self.revalidated = 0
        self.bypassed = 0
        self._clock = clock
        self._now = now
        self._flights: SingleFlight[Landing] = SingleFlight()
        self._leaders: dict[Any, Call] = {}
        self._fetches: set[_Fetch] = set()
        self._epoch = 0
        self._lonely: Cache[bool] = Cache(max_entries=1024, now=now)
        self._background: set[asyncio.Task[Any]] = set()

    # -- from memory -------------------------------------------------------------------------------------------

    def from_memory(
        self,
        method: str,
        where: Target,
        fields: CIMultiDict[str],
        *,
        asked: dict[str, str | None],
        ttl: float | None,
        mode: CacheMode,
        started: float,
    ) -> tuple[Response | None, bool]:
        """A kept answer that needs no asking, and whether a new one is to be fetched meanwhile. Never waits."""
        cache = self.kept.cache
        stored = self.kept.find(where.key, fields)
        if stored is None and method == "HEAD":
            stored = self.kept.find(head_key(where.key), fields)
        if stored is None:
            return None, False
        age = stored.age(self._now())
        verdict = rfc.use(stored, age=age, ttl=ttl, asked=asked, mode=mode)
        if verdict == "validate":
            return None, False
        if verdict == "fresh":
            cache.hits += 1
            cache.saved += stored.cost
            outcome: Outcome = "hit"
        else:
            cache.stale += 1
            outcome = "stale"
        response = self.present(stored, method, fields, outcome=outcome, age=age, ttl=ttl, started=started)
        cache.cached.add(response.elapsed)
        return response, verdict == "refresh"

    def look_up(self, call: Call) -> tuple[Response | None, bool]:
        """The same for a call of any kind."""
        if _is_bypass(call) or call.cache in {"reload", "no-cache"}:
            return None, False
        found = self.from_memory(
            call.method,
            call.target,
            call.headers,
            asked=call.asked,
            ttl=call.ttl,
            mode=call.cache,
            started=call.started,
        )
        if found[0] is not None and len(found[0].body) > call.max_body:
            raise BodyTooLargeError(limit=call.max_body, url=call.target.key, status=found[0].status)
        return found

    def present(
        self,
        stored: rfc.Stored,
        method: str,
        fields: CIMultiDict[str],
        *,
        outcome: Outcome,
        age: float,
        ttl: float | None,
        started: float,
        attempts: int = 0,
    ) -> Response:
        """A kept answer as the caller asked for it: whole, in part, or as "not modified"."""
        headers = CIMultiDict(stored.headers)
        headers["Age"] = str(int(age))
        status, reason, body = stored.status, stored.reason, stored.body
        if any(name in fields for name in _CONDITIONS) and status == 200:
            status, reason, body = self._conditional(stored, fields, headers)
        return Response(
            status=status,
            reason=reason,
            headers=CIMultiDictProxy(headers),
            url=stored.url,
            body=b"" if method == "HEAD" else body,
            elapsed=time.perf_counter() - started,
            attempts=attempts,
            cache=CacheInfo(outcome=outcome, age=age, ttl=stored.lifetime(ttl) - age, stored=True),
        )

    def _conditional(
        self, stored: rfc.Stored, fields: CIMultiDict[str], headers: CIMultiDict[str]
    ) -> tuple[int, str, bytes]:
        wall = self._clock()
        if rfc.not_modified(stored, fields, wall):
            headers.popall("Content-Length", None)
            return 304, "Not Modified", b""
        part = rfc.requested_range(stored, fields, wall)
        if part == "whole":
            return stored.status, stored.reason, stored.body
        size = len(stored.body)
        if part == "none":
            headers["Content-Range"] = f"bytes */{size}"
            headers["Content-Length"] = "0"
            return 416, "Range Not Satisfiable", b""
        first, last = part
        headers["Content-Range"] = f"bytes {first}-{last}/{size}"
        headers["Content-Length"] = str(last + 1 - first)
        return 206, "Partial Content", stored.body[first : last + 1]

    # -- through the pipeline ----------------------------------------------------------------------------------

    async def fetch(self, call: Call) -> Response:
        """An answer from the origin, from another caller's fetch, or one that stands in for an error.

        Raises:
            UpstreamError: One of its kinds.
        """
        try:
            async with deadline(None if call.deadline is None else call.deadline - self._now()):
                return await self._joined(call)
        except DeadlineExceededError as error:
            stored = None if _is_bypass(call) else self._find(call)
            if stored is not None and self._stands_in(stored, call):
                return self._answer(call, Landing("stale", shareable=True, attempts=0, stored=stored), "stale")
            if error.url is None:
                raise DeadlineExceededError(url=call.target.key, attempts=error.attempts) from None
            raise

    async def _joined(self, call: Call) -> Response:
        if _is_bypass(call):
            self.bypassed += 1
            return await self._past_the_cache(call)
        signature = call.signature()
        key = (signature, self._epoch)
        if self._lonely.find(signature) is not None:
            landing = await self._work(call)
            return self._answer(call, landing, landing.outcome)
        leader = self._leaders.get(key)
        if leader is not None and leader.deadline is not None:
            leader.deadline = None if call.deadline is None else max(leader.deadline, call.deadline)
        landing, joined = await self._flights.run(key, lambda: self._led(key, call))
        if not joined:
            return self._answer(call, landing, landing.outcome)
        if not landing.shareable:
            # It cannot be shared: all who waited go at once, none behind another.
            landing = await self._work(call)
            return self._answer(call, landing, landing.outcome)
        return self._answer(
            call, landing, "coalesced" if landing.outcome in {"miss", "revalidated"} else landing.outcome
        )

    async def _led(self, key: Any, call: Call) -> Landing:
        self._leaders[key] = call
        try:
            landing = await self._work(call)
        finally:
            del self._leaders[key]
        if not landing.shareable:
            self._lonely.put(call.signature(), True, ttl=_LONELY_FOR)
        return landing

    def _answer(self, call: Call, landing: Landing, outcome: Outcome) -> Response:
        """The landing as this caller's response, counted."""
        cache = self.kept.cache
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
        attempts = 0 if outcome in {"coalesced", "hit"} else landing.attempts
        if landing.stored is not None:
            stored = landing.stored
            if len(stored.body) > call.max_body:
                raise BodyTooLargeError(limit=call.max_body, url=call.target.key, status=stored.status)
            response = self.present(
                stored,
                call.method,
                call.headers,
                outcome=outcome,
                age=stored.age(self._now()),
                ttl=call.ttl,
                started=call.started,
                attempts=attempts,
            )
        else:
            assert landing.reply is not None
            response = _as_it_came(landing.reply, call, CacheInfo(outcome=outcome), attempts)
        cache.live.add(response.elapsed)
        return response

    async def _past_the_cache(self, call: Call) -> Response:
        """A request that the cache has no part in, but that may make kept answers wrong."""
        reply = await self._send(call, call.headers)
        if call.method not in rfc.SAFE and reply.status < 400:
            await self._invalidate(call.target, reply)
        return _as_it_came(reply, call, CacheInfo(outcome="bypass"), reply.attempts)

    async def _invalidate(self, where: Target, reply: Reply) -> None:
        """What an unsafe request may have changed (RFC 9111 section 4.4)."""
        targets = [where]
        for name in ("Location", "Content-Location"):
            value = reply.headers.get(name)
            if value:
                try:
                    other = target(value, where.url)
                except InvalidInputError:
                    continue
                if other.origin == where.origin:
                    targets.append(other)
        for each in targets:
            await self.forget(each)

    async def forget(self, where: Target) -> int:
        """Forget a URL, also an answer to it that is on its way."""
        self._disown(lambda fetch: fetch.key == where.key)
        return await self.kept.forget(where)

    async def clear(self, host: str | None) -> int:
        """Forget all, or all of a host, also what is on its way."""
        self._disown(lambda fetch: host is None or fetch.host == host)
        return await self.kept.clear(host=host)

    def _disown(self, matches: Callable[[_Fetch], bool]) -> None:
        for fetch in self._fetches:
            if fetch.keep and matches(fetch):
                fetch.keep = False
                self._epoch += 1  # newcomers must not join a fetch that began before

    def refresh(self, call: Call) -> None:
        """Fetch a new answer in the background; a second one for the same is not begun."""
        if (call.signature(), self._epoch) not in self._flights:
            total = call.timeout.total
            # What the caller asked of the answer (max-stale and the like) was for the one that was kept.
            until = None if total is None else self._now() + total
            self._spawn(self._refreshed(call.again(deadline=until)))

    async def _refreshed(self, call: Call) -> None:
        # The kept answer was served already; who comes when its window is over meets the error.
        with contextlib.suppress(UpstreamError):
            async with deadline(call.timeout.total):
                await self._flights.run((call.signature(), self._epoch), lambda: self._work(call))

    def _spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.ensure_future(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    # -- one fetch ---------------------------------------------------------------------------------------------

    def _find(self, call: Call) -> rfc.Stored | None:
        if call.cache == "reload":
            return None
        return self.kept.find(_own_key(call), call.headers)

    async def _work(self, call: Call) -> Landing:
        fetch = _Fetch(call.target.key, call.target.host)
        self._fetches.add(fetch)
        try:
            stored = self._find(call)
            if stored is None and self.kept.level is not None and call.cache != "reload":
                stored = await self._from_level(call, fetch)
                if stored is not None and self._is_usable(stored, call):
                    return Landing("hit", shareable=True, attempts=0, stored=stored)
            if call.cache == "only-if-cached" or "only-if-cached" in call.asked:
                return Landing("miss", shareable=True, attempts=0, reply=_gateway_timeout(call))
            return await self._asked(call, stored, fetch)
        finally:
            self._fetches.discard(fetch)

    async def _from_level(self, call: Call, fetch: _Fetch) -> rfc.Stored | None:
        stored = await self.kept.load(call.target, _own_key(call), call.headers)
        return stored if fetch.keep else None

    def _is_usable(self, stored: rfc.Stored, call: Call) -> bool:
        verdict = rfc.use(stored, age=stored.age(self._now()), ttl=call.ttl, asked=call.asked, mode=call.cache)
        return verdict in {"fresh", "stale"}

    async def _asked(self, call: Call, stored: rfc.Stored | None, fetch: _Fetch) -> Landing:
        """Ask the origin, whether the kept answer still holds when there is one."""
        asks = rfc.validators(stored) if stored is not None and call.method == "GET" else {}
        begun, wall = self._now(), time.perf_counter()
        try:
            reply = await self._send(call, _wire_fields(call, asks))
        except (ConnectError, DeadlineExceededError, CircuitOpenError) as error:
            if stored is not None and self._stands_in(stored, call):
                return self._stand_in(stored, call, error)
            raise
        if stored is not None and rfc.is_error(reply.status) and self._stands_in(stored, call):
            return self._stand_in(stored, call, None)
        cost, delay = time.perf_counter() - wall, self._now() - begun
        if asks and stored is not None:
            if reply.status == 304:
                if rfc.confirms(stored, reply.headers):
                    return await self._confirmed(call, stored, reply, fetch, delay)
                self.kept.drop(_own_key(call), stored)
                return await self._asked(call, None, fetch)
            if reply.status == 206:
                self.kept.drop(_own_key(call), stored)
        return await self._new(call, reply, fetch, delay=delay, cost=cost)

    async def _confirmed(self, call: Call, stored: rfc.Stored, reply: Reply, fetch: _Fetch, delay: float) -> Landing:
        wall = self._clock()
        fields = rfc.merged(stored, reply.headers, rules=self.rules)
        fresh = self._freshness(call, stored.status, fields)
        age = rfc.initial_age(_with_age(fields, reply), delay=delay, now=wall)
        stored = rfc.refreshed(stored, fields, fresh, age=age, now=self._now(), at=wall)
        if fetch.keep:
            self.kept.keep(_own_key(call), stored)
            self._share(call)
        return Landing(
            "revalidated", shareable=self._is_shareable(stored, call), attempts=reply.attempts, stored=stored
        )

    async def _new(self, call: Call, reply: Reply, fetch: _Fetch, *, delay: float, cost: float) -> Landing:
        if call.method == "HEAD" and reply.status == 200:
            self._freshen_by_head(call, reply, delay)
        wall = self._clock()
        fresh = self._freshness(call, reply.status, reply.headers)
        may = rfc.may_keep(
            call.method, call.headers, reply.status, reply.headers, fresh, rules=self.rules, ttl=call.ttl
        )
        if not (may and fetch.keep):
            return self._unkept(call, reply)
        stored = rfc.Stored(
            method=call.method,
            status=reply.status,
            reason=reply.reason,
            headers=CIMultiDictProxy(rfc.kept_fields(reply.headers, rules=self.rules)),
            body=reply.body,
            url=str(reply.url),
            vary=rfc.selection(call.headers, reply.headers),
            date=h.date(reply.headers.get("Date"), wall) or wall,
            initial_age=rfc.initial_age(reply.headers, delay=delay, now=wall),
            received=self._now(),
            received_at=wall,
            freshness=fresh,
            cost=cost,
        )
        if stored.size > self.rules.max_entry_bytes or not self.kept.keep(_own_key(call), stored):
            return self._unkept(call, reply)
        self._share(call)
        return Landing(
            "miss",
            shareable=self._is_shareable(stored, call),
            attempts=reply.attempts,
            stored=stored,
            reply=reply,
            kept=True,
        )

    def _unkept(self, call: Call, reply: Reply) -> Landing:
        """An answer that is not kept. A failing origin is not asked again by everybody who waits."""
        found, _ = rfc.control(reply.headers, self.rules.targeted)
        shareable = (
            (reply.status >= 500 or reply.status == 429)
            and not call.credentials
            and "Set-Cookie" not in reply.headers
            and not found.keys() & {"no-store", "private"}
        )
        return Landing("miss", shareable=shareable, attempts=reply.attempts, reply=reply)

    def _freshness(self, call: Call, status: int, fields: rfc.Fields) -> rfc.Freshness:
        return rfc.freshness(
            status,
            fields,
            rules=self.rules,
            now=self._clock(),
            credentials=call.credentials,
            safe_default=True,
        )

    def _is_shareable(self, stored: rfc.Stored, call: Call) -> bool:
        """Whether others who waited may have it: as if they had found it kept."""
        if stored.freshness.validate:
            return False
        return stored.lifetime(call.ttl) > stored.age(self._now())

    def _freshen_by_head(self, call: Call, reply: Reply, delay: float) -> None:
        """What the answer to a HEAD tells about the kept answer to a GET (RFC 9111 section 4.3.5)."""
        stored = self.kept.find(call.target.key, call.headers)
        if stored is None:
            return
        if not rfc.same_body(stored, reply.headers):
            self.kept.drop(call.target.key, stored)
            return
        wall = self._clock()
        fields = rfc.merged(stored, reply.headers, rules=self.rules)
        age = rfc.initial_age(_with_age(fields, reply), delay=delay, now=wall)
        fresh = self._freshness(call, stored.status, fields)
        self.kept.keep(call.target.key, rfc.refreshed(stored, fields, fresh, age=age, now=self._now(), at=wall))

    def _stands_in(self, stored: rfc.Stored, call: Call) -> bool:
        return rfc.stands_in(stored, age=stored.age(self._now()), ttl=call.ttl, asked=call.asked)

    def _stand_in(self, stored: rfc.Stored, call: Call, error: BaseException | None) -> Landing:
        self.pipeline.origin(call.target.origin).degradation.begin("a kept answer stands in for an error", error)
        return Landing("stale", shareable=True, attempts=0, stored=stored)

    def _share(self, call: Call) -> None:
        if self.kept.level is not None:
            self._spawn(self.kept.share(call.target, _own_key(call), call.ttl))

    async def _send(self, call: Call, fields: CIMultiDict[str]) -> Reply:
        transport = self.transport
        assert transport is not None
        timeout = client_timeout(call.timeout)
        return await self.pipeline.run(
            call,
            lambda: transport.fetch(
                call.method, call.target.url, fields, call.data, timeout=timeout, max_body=call.max_body
            ),
        )

    async def aclose(self) -> None:
        """End what runs in the background."""
        tasks = list(self._background)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        await self._flights.aclose()


@lru_cache(maxsize=256)
def client_timeout(timeout: Timeout) -> aiohttp.ClientTimeout:
    """The bounds of one attempt."""
    total = timeout.attempt if timeout.attempt is not None else timeout.total
    return aiohttp.ClientTimeout(total=total, sock_connect=timeout.connect)


def _is_bypass(call: Call) -> bool:
    return (
        call.method not in {"GET", "HEAD"}
        or call.cache == "no-store"
        or call.data is not None
        or "no-store" in call.asked
        or any(name in call.headers for name in _BYPASS)
    )


def _own_key(call: Call) -> str:
    return call.target.key if call.method == "GET" else head_key(call.target.key)


def _wire_fields(call: Call, asks: dict[str, str]) -> CIMultiDict[str]:
    """The request's fields with what the cache adds."""
    if not asks and call.cache not in {"reload", "no-cache"}:
        return call.headers
    fields = CIMultiDict(call.headers)
    if asks:
        for name in ("If-None-Match", "If-Modified-Since"):
            fields.popall(name, None)
        fields.extend(asks)
    if "Cache-Control" not in fields and call.cache in {"reload", "no-cache"}:
        fields["Cache-Control"] = "no-cache" if call.cache == "reload" else "max-age=0"
    return fields


def _with_age(fields: CIMultiDict[str], reply: Reply) -> CIMultiDict[str]:
    """Merged fields with the Age of the answer that brought them."""
    if "Age" not in reply.headers:
        return fields
    found = CIMultiDict(fields)
    found["Age"] = reply.headers["Age"]
    return found


def _as_it_came(reply: Reply, call: Call, info: CacheInfo, attempts: int) -> Response:
    return Response(
        status=reply.status,
        reason=reply.reason,
        headers=reply.headers,
        url=str(reply.url),
        body=reply.body,
        elapsed=time.perf_counter() - call.started,
        attempts=attempts,
        cache=info,
    )


def _gateway_timeout(call: Call) -> Reply:
    return Reply(504, "Gateway Timeout", CIMultiDictProxy(CIMultiDict()), b"", call.target.url, attempts=0)


_REDIRECTS = frozenset({301, 302, 303, 307, 308})


def following(call: Call, response: Response | Reply | aiohttp.ClientResponse) -> Call | None:
    """The call that a redirect asks for, None when the answer is the end.

    Raises:
        UpstreamError: The redirect leads nowhere.
    """
    location = response.headers.get("Location")
    if response.status not in _REDIRECTS or not location:
        return None
    method = call.method
    if (response.status == 303 and method != "HEAD") or (response.status in {301, 302} and method == "POST"):
        method = "GET"
    if method == call.method and not is_repeatable(call.data):
        return None  # the body is spent: the caller sees the redirect
    try:
        where = target(location, call.target.url)
    except InvalidInputError:
        raise UpstreamError("the redirect leads nowhere", url=call.target.key, status=response.status) from None
    return call.redirected(method, where)
