"""One fetch: ask the origin, keep or confirm or stand in, forget what has become wrong."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from multidict import CIMultiDict, CIMultiDictProxy

from asyncassist._http import headers as h
from asyncassist._http import rfc9111 as rfc
from asyncassist._http.models import CacheInfo, Outcome, Response, made_info, made_response
from asyncassist._http.prepared_request import Target, target
from asyncassist._http.response_store import head_key
from asyncassist._http.transport import Reply
from asyncassist.errors import CircuitOpenError, ConnectError, DeadlineExceededError, InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from asyncassist._http.bulkhead import Place
    from asyncassist._http.executor import Attempt, Pipeline
    from asyncassist._http.models import CacheRules
    from asyncassist._http.prepared_request import Call
    from asyncassist._http.response_store import Kept
    from asyncassist._types import Clock


@dataclass(slots=True)
class Landing:
    """What a fetch came to: an answer that is kept or one that is not, and whether others may have it too."""

    outcome: Outcome
    shareable: bool
    attempts: int
    stored: rfc.Stored | None = None
    reply: Reply | None = None


class Fetcher:
    """Does fetches, and knows those under way.

    Args:
        kept: The answers that are kept.
        rules: How.
        pipeline: The way to the wire.
        clock: The wall clock.
        now: Steady seconds.
        spawn: Runs something in the background.
    """

    def __init__(
        self,
        *,
        kept: Kept,
        rules: CacheRules,
        pipeline: Pipeline,
        clock: Clock,
        now: Callable[[], float],
        spawn: Callable[[Coroutine[Any, Any, Any]], None],
    ) -> None:
        self.kept = kept
        self.rules = rules
        self.pipeline = pipeline
        self.send: Attempt = _nowhere
        """Sends a request once."""
        self.epoch = 0
        """Counts what was forgotten while it was being fetched: newcomers must not join such a fetch."""
        self._clock = clock
        self._now = now
        self._spawn = spawn
        self._fetches: set[Call] = set()
        self._implied = rfc.freshness(200, CIMultiDict(), rules=rules, now=0.0, credentials=False, safe_default=True)

    async def past_the_cache(self, call: Call) -> Response:
        """A request that the cache has no part in, but that may make kept answers wrong."""
        reply = await self.pipeline.run(call, self.send)
        if call.method not in rfc.SAFE and reply.status < 400:
            await self._invalidate(call.target, reply)
            if call.method == "POST" and call.cache != "no-store" and "no-store" not in call.asked:
                self._keep_posted(call, reply)
        return as_it_came(reply, call, made_info("bypass"), reply.attempts)

    def _keep_posted(self, call: Call, reply: Reply) -> None:
        """The answer to a POST that says that it is what a GET would get."""
        given = reply.headers.get("Content-Location")
        try:
            location = None if given is None else target(given, call.target.url).key
        except InvalidInputError:
            return
        if rfc.answers_get(call.target.key, reply.status, reply.headers, location):
            self._new(call.again(method="GET"), reply, delay=0.0, cost=0.0)

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
        self._disown(lambda call: call.target.key == where.key)
        return await self.kept.forget(where)

    async def clear(self, host: str | None) -> int:
        """Forget all, or all of a host, also what is on its way."""
        self._disown(lambda call: host is None or call.target.host == host)
        return await self.kept.clear(host=host)

    def _disown(self, matches: Callable[[Call], bool]) -> None:
        for call in self._fetches:
            if call.keep and matches(call):
                call.keep = False
                self.epoch += 1

    def find(self, call: Call) -> rfc.Stored | None:
        if call.cache == "reload":
            return None
        return self.kept.find(_own_key(call), call.headers)

    def place(self, call: Call) -> Place | None:
        """What the work on a call needs before it begins; None when it may end without asking the origin."""
        if self.kept.level is not None or call.cache == "only-if-cached" or "only-if-cached" in call.asked:
            return None
        return self.pipeline.place(call)

    async def work(self, call: Call, *, placed: bool = False) -> Landing:
        """What asking comes to; from the second level when it knows, else from the origin.

        Args:
            call: The request.
            placed: Whether its places are taken already.
        """
        self._fetches.add(call)
        try:
            stored = None if call.unknown else self.find(call)
            if stored is None and self.kept.level is not None and call.cache != "reload":
                stored = await self.kept.load(call.target, _own_key(call), call.headers)
                if not call.keep:
                    stored = None
                if stored is not None and self._is_usable(stored, call):
                    return Landing("hit", shareable=True, attempts=0, stored=stored)
            if call.cache == "only-if-cached" or "only-if-cached" in call.asked:
                return Landing("miss", shareable=True, attempts=0, reply=_gateway_timeout(call))
            if stored is not None:
                return await self._asked(call, stored, placed=placed)
            if call.cache in {"reload", "no-cache"}:
                call.wire = _wire_fields(call, {})
            begun, wall = self._now(), time.perf_counter()
            reply = await self.pipeline.run(call, self.send, placed=placed)
            return self._new(call, reply, delay=self._now() - begun, cost=time.perf_counter() - wall)
        finally:
            self._fetches.discard(call)

    def _is_usable(self, stored: rfc.Stored, call: Call) -> bool:
        verdict = rfc.use(stored, age=stored.age(self._now()), ttl=call.ttl, asked=call.asked, mode=call.cache)
        return verdict in {"fresh", "stale"}

    async def _asked(self, call: Call, stored: rfc.Stored, *, placed: bool) -> Landing:
        """Ask the origin whether the kept answer still holds."""
        asks = rfc.validators(stored) if call.method == "GET" else {}
        call.wire = _wire_fields(call, asks)
        begun, wall = self._now(), time.perf_counter()
        try:
            reply = await self.pipeline.run(call, self.send, placed=placed)
        except (ConnectError, DeadlineExceededError, CircuitOpenError) as error:
            if self.stands_in(stored, call):
                return self.stand_in(stored, call, error)
            raise
        if rfc.is_error(reply.status) and self.stands_in(stored, call):
            return self.stand_in(stored, call, None)
        cost, delay = time.perf_counter() - wall, self._now() - begun
        if asks and reply.status == 304:
            if rfc.confirms(stored, reply.headers):
                return self._confirmed(call, stored, reply, delay)
            self.kept.drop(_own_key(call), stored)
            call.wire = _wire_fields(call, {})
            reply = await self.pipeline.run(call, self.send, placed=placed)
            cost, delay = time.perf_counter() - wall, self._now() - begun
        elif asks and reply.status == 206:
            self.kept.drop(_own_key(call), stored)
        return self._new(call, reply, delay=delay, cost=cost)

    def _confirmed(self, call: Call, stored: rfc.Stored, reply: Reply, delay: float) -> Landing:
        wall = self._clock()
        fields = rfc.merged(stored, reply.headers, rules=self.rules)
        fresh = self._freshness(call, stored.status, fields, wall)
        stored = rfc.refreshed(stored, fields, fresh, age=_age(fields, reply, delay, wall), now=self._now(), at=wall)
        if call.keep:
            self.kept.keep(_own_key(call), stored)
            self._share(call)
        return Landing(
            "revalidated", shareable=self._is_shareable(stored, call), attempts=reply.attempts, stored=stored
        )

    def _new(self, call: Call, reply: Reply, *, delay: float, cost: float) -> Landing:
        if call.method == "HEAD" and reply.status == 200:
            self._freshen_by_head(call, reply, delay)
        wall = self._clock()
        fields = reply.headers
        plain = not (call.asked or self.rules.targeted) and rfc.is_plain(
            call.headers, reply.status, fields, call.ttl, call.credentials
        )
        if plain:
            # Most answers say nothing about themselves: one decision for all of them.
            fresh, may = self._implied, True
        else:
            fresh = self._freshness(call, reply.status, fields, wall)
            may = rfc.may_keep(call.method, call.headers, reply.status, fields, fresh, rules=self.rules, ttl=call.ttl)
        if not (may and call.keep):
            return self._unkept(call, reply)
        made = h.date(fields.get("Date"), wall)
        stored = rfc.Stored(
            method=call.method,
            status=reply.status,
            reason=reply.reason,
            headers=rfc.kept_fields(fields, rules=self.rules),
            body=reply.body,
            url=reply.url,
            vary=() if plain else rfc.selection(call.headers, fields),
            date=made or wall,
            initial_age=rfc.initial_age(fields, made, delay=delay, now=wall),
            received=self._now(),
            received_at=wall,
            freshness=fresh,
            cost=cost,
        )
        if stored.size > self.rules.max_entry_bytes or not self.kept.keep(_own_key(call), stored):
            return self._unkept(call, reply)
        if self.kept.level is not None:
            self._share(call)
        shareable = plain or self._is_shareable(stored, call)
        return Landing("miss", shareable, reply.attempts, stored, reply)

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

    def _freshness(self, call: Call, status: int, fields: rfc.Fields, wall: float) -> rfc.Freshness:
        return rfc.freshness(
            status,
            fields,
            rules=self.rules,
            now=wall,
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
        age = _age(fields, reply, delay, wall)
        fresh = self._freshness(call, stored.status, fields, wall)
        self.kept.keep(call.target.key, rfc.refreshed(stored, fields, fresh, age=age, now=self._now(), at=wall))

    def stands_in(self, stored: rfc.Stored, call: Call) -> bool:
        return rfc.stands_in(stored, age=stored.age(self._now()), ttl=call.ttl, asked=call.asked)

    def stand_in(self, stored: rfc.Stored, call: Call, error: BaseException | None) -> Landing:
        self.pipeline.origin(call.target.origin).degrade("a kept answer stands in for an error", error)
        return Landing("stale", shareable=True, attempts=0, stored=stored)

    def _share(self, call: Call) -> None:
        if self.kept.level is not None:
            self._spawn(self.kept.share(call.target, _own_key(call), call.ttl))


async def _nowhere(_: Call) -> Reply:
    raise AssertionError("requests are sent once the handler is open")


def is_bypass(call: Call) -> bool:
    return (
        call.method not in {"GET", "HEAD"}
        or call.cache == "no-store"
        or call.data is not None
        or "no-store" in call.asked
        or "If-Match" in call.headers
        or "If-Unmodified-Since" in call.headers
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


def _age(fields: CIMultiDict[str], reply: Reply, delay: float, now: float) -> float:
    """The age of merged fields at the receipt of the answer that brought them."""
    found = CIMultiDict(fields)
    if "Age" in reply.headers:
        found["Age"] = reply.headers["Age"]
    return rfc.initial_age(found, h.date(found.get("Date"), now), delay=delay, now=now)


def _gateway_timeout(call: Call) -> Reply:
    return Reply(504, "Gateway Timeout", CIMultiDictProxy(CIMultiDict()), b"", call.target.key, attempts=0)


def as_it_came(reply: Reply, call: Call, info: CacheInfo, attempts: int) -> Response:
    elapsed = time.perf_counter() - call.started
    return made_response(reply.status, reply.reason, reply.headers, reply.url, reply.body, elapsed, attempts, info)
