"""The cache in front of the pipeline: look up, join equal requests, fetch, keep, confirm, stand in, forget."""

from __future__ import annotations

import asyncio
import contextlib
import time
from functools import partial
from typing import TYPE_CHECKING, Any

from multidict import CIMultiDict, CIMultiDictProxy

from asyncassist._http import conditional as conditions
from asyncassist._http import rfc9111 as rfc
from asyncassist._http.models import Outcome, Response, made_info, made_response
from asyncassist._http.origin_fetch import Fetcher, Landing, as_it_came, is_bypass
from asyncassist._http.prepared_request import is_repeatable, target
from asyncassist._http.response_store import head_key
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

    from asyncassist._http.executor import Pipeline
    from asyncassist._http.models import CacheMode, CacheRules
    from asyncassist._http.prepared_request import Call, Target
    from asyncassist._http.response_store import Kept
    from asyncassist._http.transport import Reply, Transport
    from asyncassist._types import Clock

# How long it is remembered that the answers to a request cannot be shared, so that nobody waits for them.
_LONELY_FOR = 60.0
_MAX_LONELY = 1024


# What a look-up brought: a kept answer that serves, and how; None twice when nothing is kept.
Found = tuple[Response | None, rfc.Use | None]
_NOTHING: Found = (None, None)


class Exchange:
    """Answers calls, from memory or through the pipeline.

    Args:
        kept: The answers that are kept.
        rules: How.
        pipeline: The way to the wire.
        clock: The wall clock.
        now: Steady seconds.
        usual: Seconds that most callers wait, None for no bound.
    """

    def __init__(
        self,
        *,
        kept: Kept,
        rules: CacheRules,
        pipeline: Pipeline,
        clock: Clock,
        now: Callable[[], float],
        usual: float | None,
    ) -> None:
        self.kept = kept
        self.revalidated = 0
        self.bypassed = 0
        self._clock = clock
        self._now = now
        self._flights: SingleFlight[Landing] = SingleFlight(default_timeout=usual)
        self._lonely: dict[str, float] = {}
        """Signatures of requests whose answers cannot be shared, and until when that is remembered."""
        self._background: set[asyncio.Task[Any]] = set()
        self._fetcher = Fetcher(kept=kept, rules=rules, pipeline=pipeline, clock=clock, now=now, spawn=self._spawn)

    # -- from memory -------------------------------------------------------------------------------------------

    def at_hand(
        self,
        where: Target,
        fields: CIMultiDict[str],
        *,
        asked: dict[str, str | None],
        ttl: float | None,
        started: float,
    ) -> Found:
        """The same as `from_memory` for a GET that asks for nothing special: found the short way, as most hits are."""
        cache = self.kept.cache
        entry = cache.peek(where.key)
        if entry is None:
            return _NOTHING
        stored = entry.value[0]
        fresh = stored.freshness
        passed = self._now() - stored.received
        age = stored.initial_age + passed
        left = fresh.lifetime - age if fresh.implied != "ttl" else (ttl or 0.0) - passed
        if left <= 0.0 or passed < 0.0 or stored.vary or fresh.validate or asked or asks(fields):
            return self.from_memory("GET", where, fields, asked=asked, ttl=ttl, mode="default", started=started)
        cache.hits += 1
        cache.seconds_saved += stored.cost
        info = made_info("hit", age, left, stored=True)
        elapsed = time.perf_counter() - started
        cache.hit_times.add(elapsed)
        headers = stored.shown(int(age))
        return made_response(stored.status, stored.reason, headers, stored.url, stored.body, elapsed, 0, info), "fresh"

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
    ) -> Found:
        """A kept answer that needs no asking. Never waits."""
        cache = self.kept.cache
        stored = self.kept.find(where.key, fields)
        if stored is None and method == "HEAD":
            stored = self.kept.find(head_key(where.key), fields)
        if stored is None:
            return None, None
        age = stored.age(self._now())
        verdict = rfc.use(stored, age=age, ttl=ttl, asked=asked, mode=mode)
        if verdict == "validate":
            return None, verdict
        if verdict == "fresh":
            cache.hits += 1
            cache.seconds_saved += stored.cost
            outcome: Outcome = "hit"
        else:
            cache.stale += 1
            outcome = "stale"
        response = self.present(stored, method, fields, outcome=outcome, age=age, ttl=ttl, started=started)
        cache.hit_times.add(response.elapsed)
        return response, verdict

    def answer(self, call: Call, found: Found | None = None) -> Awaitable[Response]:
        """An answer from memory or from the origin.

        Args:
            call: The request.
            found: What the look-up brought that was made already.
        """
        response, verdict = self._look_up(call) if found is None else found
        if verdict == "refresh":
            self._refresh(call)
        call.unknown = verdict is None
        # Handed on, not awaited: a coroutine around a coroutine is paid for at each step.
        return self.fetch(call) if response is None else _given(response)

    def _look_up(self, call: Call) -> Found:
        """The same as `from_memory` for a call of any kind."""
        if is_bypass(call) or call.cache in {"reload", "no-cache"}:
            return None, "validate"
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
        shown = stored.shown(int(age))
        status, reason, body = stored.status, stored.reason, stored.body
        if status == 200 and asks(fields):
            headers = CIMultiDict(shown)
            status, reason, body = self._conditional(stored, fields, headers)
            shown = CIMultiDictProxy(headers)
        info = made_info(outcome, age, stored.lifetime(ttl) - age, stored=True)
        elapsed = time.perf_counter() - started
        return made_response(
            status, reason, shown, stored.url, b"" if method == "HEAD" else body, elapsed, attempts, info
        )

    def _conditional(
        self, stored: rfc.Stored, fields: CIMultiDict[str], headers: CIMultiDict[str]
    ) -> tuple[int, str, bytes]:
        wall = self._clock()
        if conditions.not_modified(stored, fields, wall):
            headers.popall("Content-Length", None)
            return 304, "Not Modified", b""
        part = conditions.requested_range(stored, fields, wall)
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

    def use(self, transport: Transport) -> None:
        """Where requests are sent from now on."""
        self._fetcher.send = transport.fetch

    async def forget(self, where: Target) -> int:
        """Forget a URL, also an answer to it that is on its way; how many there were."""
        return await self._fetcher.forget(where)

    async def clear(self, host: str | None) -> int:
        """Forget all, or all of a host, also what is on its way; how many there were."""
        return await self._fetcher.clear(host)

    # -- through the pipeline ----------------------------------------------------------------------------------

    async def fetch(self, call: Call) -> Response:
        """An answer from the origin, from another caller's fetch, or one that stands in for an error.

        Raises:
            UpstreamError: One of its kinds.
        """
        bypass = is_bypass(call)
        try:
            if bypass:
                self.bypassed += 1
                async with deadline(call.left(self._now())):
                    return await self._fetcher.past_the_cache(call)
            signature = call.signature()
            if signature in self._lonely and self._lonely[signature] > self._now():
                return await self._alone(call)
            key = (signature, self._fetcher.epoch)
            leader = self._flights.leader_context(key)
            if leader is not None:
                self._be_patient(leader, call)
            place = None if leader is not None else self._fetcher.place(call)
            landing, joined = await self._flights.run(
                key,
                partial(self._fetcher.work, call, placed=place is not None),
                timeout=call.wait,
                leader_context=call,
                slot=place,
            )
            if not landing.shareable:
                self._remember_lonely(signature)
                if joined:
                    return await self._alone(call)  # all who waited go at once, none behind another
            coalesced = joined and landing.outcome in {"miss", "revalidated"}
            return self._answer(call, landing, "coalesced" if coalesced else landing.outcome)
        except DeadlineExceededError as error:
            stored = None if bypass else self._fetcher.find(call)
            if stored is not None and self._fetcher.stands_in(stored, call):
                return self._answer(call, self._fetcher.stand_in(stored, call, error), "stale")
            if error.url is None:
                raise DeadlineExceededError(url=call.target.key, attempts=error.attempts) from None
            raise

    def _be_patient(self, leader: Call, call: Call) -> None:
        """What the leader of equal calls could not wait for, the patient one may."""
        patience = (leader.patience, call.deadline)
        leader.patience = None if None in patience else max(patience)  # type: ignore[type-var]

    def _remember_lonely(self, signature: str) -> None:
        self._lonely.pop(signature, None)
        if len(self._lonely) >= _MAX_LONELY:
            del self._lonely[next(iter(self._lonely))]
        self._lonely[signature] = self._now() + _LONELY_FOR

    async def _alone(self, call: Call) -> Response:
        """A fetch of one's own. What is kept meanwhile may be good to ask by."""
        call.unknown = False
        async with deadline(call.left(self._now())):
            landing = await self._fetcher.work(call)
        return self._answer(call, landing, landing.outcome)

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
        stored, reply = landing.stored, landing.reply
        attempts = 0 if outcome in {"coalesced", "hit"} else landing.attempts
        if stored is None:
            assert reply is not None
            response = as_it_came(reply, call, made_info(outcome), attempts)
        elif outcome == "miss" and reply is not None and not (call.headers and asks(call.headers)):
            age = stored.initial_age  # it came just now
            info = made_info(outcome, age, stored.lifetime(call.ttl) - age, stored=True)
            response = as_it_came(reply, call, info, attempts)
        else:
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
        cache.miss_times.add(response.elapsed)
        return response

    def _refresh(self, call: Call) -> None:
        """Fetch a new answer in the background; a second one for the same is not begun."""
        if (call.signature(), self._fetcher.epoch) not in self._flights:
            again = call.again()
            # What the caller asked of the answer (max-stale and the like) was for the one that was kept.
            again.begin(self._now())
            self._spawn(self._refreshed(again))

    async def _refreshed(self, call: Call) -> None:
        # The kept answer was served already; who comes when its window is over meets the error.
        with contextlib.suppress(UpstreamError):
            key = (call.signature(), self._fetcher.epoch)
            await self._flights.run(key, partial(self._fetcher.work, call), timeout=call.wait, leader_context=call)

    def _spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.ensure_future(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def aclose(self) -> None:
        """End what runs in the background."""
        tasks = list(self._background)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        await self._flights.aclose()


async def _given(response: Response) -> Response:
    """What is here already, for who awaits."""
    return response


def asks(fields: CIMultiDict[str]) -> bool:
    """Whether the request asks for less than the whole answer."""
    return "If-None-Match" in fields or "If-Modified-Since" in fields or "Range" in fields


REDIRECTS = frozenset({301, 302, 303, 307, 308})


def following(call: Call, response: Response | Reply | aiohttp.ClientResponse) -> Call | None:
    """The call that a redirect asks for, None when the answer is the end.

    Raises:
        UpstreamError: The redirect leads nowhere.
    """
    location = response.headers.get("Location")
    if response.status not in REDIRECTS or not location:
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
