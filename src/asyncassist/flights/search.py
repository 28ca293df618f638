"""One search in flight: all providers at once, one deadline, any number of readers; nothing left behind."""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol, Self

from asyncassist.errors import AllProvidersFailedError, AsyncAssistError, ClosedError, FlightError
from asyncassist.flights.error_mapping import translate_error
from asyncassist.flights.merge import Merger
from asyncassist.flights.models import OfferBatch, SearchResult

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from asyncassist.flights.models import FlightOffer
    from asyncassist.flights.provider import FlightProvider, SearchContext
    from asyncassist.flights.query import FlightQuery

logger = logging.getLogger("asyncassist.flights")

# Seconds that providers have to clean up after the deadline; who takes longer is not waited for.
_GRACE = 0.25


class SearchLimiter:
    """At most so many searches at once; the others begin in the order they came.

    Args:
        max_concurrency: Searches at once.
    """

    def __init__(self, max_concurrency: int) -> None:
        self._max_concurrency = max_concurrency
        self._queue: deque[SearchTask] = deque()
        self.in_use = 0

    def submit(self, search: SearchTask) -> None:
        """Begin the search now, or when its turn comes."""
        if self.in_use < self._max_concurrency:
            self.in_use += 1
            search.start()
        else:
            self._queue.append(search)

    def release(self, search: SearchTask) -> None:
        """The search ended, or gave up its place in the line."""
        if not search.is_started:
            self._queue.remove(search)
        elif self._queue:
            self._queue.popleft().start()
        else:
            self.in_use -= 1


class SearchRecorder(Protocol):
    """Told how each provider's part of a search ended."""

    def __call__(self, provider: str, *, elapsed: float, offers: int, error: FlightError | None) -> None:
        """Count it."""
        ...


class SearchTask:
    """A search that was sent out. Its readers may come and go; when the last leaves, it is cancelled.

    Args:
        query: What is asked for.
        providers: Who is asked.
        context: What they are told.
        deadline: Seconds until it ends with what there is.
        limiter: Bounds the searches at once.
        now: Steady seconds.
        record_search: Told about each provider.
        on_end: Called once when it ended by itself.
    """

    def __init__(
        self,
        query: FlightQuery,
        providers: Sequence[FlightProvider],
        context: SearchContext,
        *,
        deadline: float,
        limiter: SearchLimiter,
        now: Callable[[], float],
        record_search: SearchRecorder,
        on_end: Callable[[SearchTask], None],
    ) -> None:
        self.batches: list[OfferBatch] = []
        self.result: SearchResult | None = None
        self.failure: AsyncAssistError | None = None
        self.is_started = False
        self.readers = 0
        self._query = query
        self._providers = providers
        self._context = context
        self._limiter = limiter
        self._now = now
        self._record_search = record_search
        self._on_end = on_end
        self._merger = Merger(query)
        self._offer_counts = {provider.name: 0 for provider in providers}
        self._errors: dict[str, FlightError] = {}
        self._tasks: dict[asyncio.Task[None], FlightProvider] = {}
        self._expired = False
        self._update_event = asyncio.Event()
        self._started_at = now()
        self._timer = asyncio.get_running_loop().call_later(deadline, self._on_deadline)
        limiter.submit(self)

    @property
    def ended(self) -> bool:
        """Whether there will be no more batches."""
        return self.result is not None or self.failure is not None

    def start(self) -> None:
        """Ask the providers."""
        self.is_started = True
        for provider in self._providers:
            task = asyncio.ensure_future(self._query_provider(provider))
            self._tasks[task] = provider
            task.add_done_callback(self._on_provider_done)

    async def batch(self, index: int) -> OfferBatch | None:
        """The batch of that number, waiting for it; None when there are no more."""
        while len(self.batches) <= index and not self.ended:
            await self._update_event.wait()
        return self.batches[index] if index < len(self.batches) else None

    async def wait(self) -> SearchResult:
        """Wait for the end.

        Raises:
            AllProvidersFailedError: No provider answered.
            ClosedError: The client was closed.
        """
        while not self.ended:
            await self._update_event.wait()
        return self.get_result()

    def get_result(self) -> SearchResult:
        """The result of an ended search.

        Raises:
            AllProvidersFailedError: No provider answered.
            ClosedError: The client was closed.
        """
        if self.result is not None:
            return self.result
        if isinstance(self.failure, AllProvidersFailedError):
            # each caller gets one of its own: a traceback grows with every raise
            raise AllProvidersFailedError(errors=self.failure.errors)
        raise self.failure or FlightError("the search has not ended yet", code="running")

    async def release(self) -> None:
        """A reader goes. The last one to go cancels what is still under way and waits for its end."""
        self.readers -= 1
        if not self.readers:
            await self.stop()

    async def stop(self) -> None:
        """Cancel what is under way and wait for its end."""
        self.cancel()
        tasks = list(self._tasks)
        if tasks:
            await asyncio.wait(tasks, timeout=_GRACE * 4)

    def cancel(self) -> None:
        """Cancel what is under way; whoever still reads gets ClosedError."""
        if not self.ended:
            self._finish(ClosedError("the search was cancelled before it ended"))
        for task in self._tasks:
            task.cancel()

    async def _query_provider(self, provider: FlightProvider) -> None:
        stream = provider.search(self._query, self._context)
        if inspect.isawaitable(stream):  # a provider may also be a coroutine that makes the iterator
            stream = await stream
        try:
            async for offers in stream:
                self._add_offers(provider, offers)
        finally:
            close = getattr(stream, "aclose", None)
            if close is not None:
                await close()

    def _add_offers(self, provider: FlightProvider, offers: list[FlightOffer]) -> None:
        if self.ended or self._expired:
            return
        self._offer_counts[provider.name] += len(offers)
        fresh, replaces = self._merger.add(offers)
        if fresh:
            self._publish(OfferBatch(provider=provider.name, offers=tuple(fresh), replaces=replaces))

    def _publish(self, batch: OfferBatch | None) -> None:
        if batch is not None:
            self.batches.append(batch)
        self._update_event.set()
        self._update_event = asyncio.Event()

    def _on_provider_done(self, task: asyncio.Task[None]) -> None:
        provider = self._tasks.pop(task)
        error: FlightError | None = None
        if task.cancelled():
            if self._expired:
                error = FlightError("no answer in time", provider=provider.name, code="timeout")
            elif not self.ended:
                error = FlightError("the provider was cancelled", provider=provider.name, code="cancelled")
        elif (raised := task.exception()) is not None:
            error = translate_error(raised, provider.name)
        if self.ended and not self._expired:
            return  # cancelled by its callers: that says nothing about the provider
        if error is not None:
            self._errors.setdefault(provider.name, error)
        offer_count = self._offer_counts[provider.name]
        self._record_search(provider.name, elapsed=self._now() - self._started_at, offers=offer_count, error=error)
        if not self._tasks and not self.ended:
            self._complete()

    def _on_deadline(self) -> None:
        self._expired = True
        if not self.is_started:
            for provider in self._providers:
                self._errors[provider.name] = FlightError("too many searches wait", provider=provider.name, code="busy")
            self._complete()
            return
        for task, provider in self._tasks.items():
            self._errors[provider.name] = FlightError("no answer in time", provider=provider.name, code="timeout")
            task.cancel()
        # A provider that does not end when it is told to costs no more than this.
        self._timer = asyncio.get_running_loop().call_later(_GRACE, self._complete)

    def _complete(self) -> None:
        if self.ended:
            return
        if len(self._errors) == len(self._providers) and not any(self._offer_counts.values()):
            self._finish(AllProvidersFailedError(errors=self._errors))
            return
        self.result = SearchResult(
            offers=self._merger.offers(),
            errors=self._errors,
            complete=not self._errors,
            elapsed=self._now() - self._started_at,
        )
        self._finish(None)

    def _finish(self, failure: AsyncAssistError | None) -> None:
        self.failure = failure
        self._timer.cancel()
        self._limiter.release(self)
        self._on_end(self)
        self._publish(None)


class SearchReader(Protocol):
    """What a stream reads: a search in flight, or one that is remembered."""

    readers: int

    @property
    def ended(self) -> bool:
        """Whether there will be no more batches."""
        ...

    async def batch(self, index: int) -> OfferBatch | None:
        """The batch of that number, waiting for it; None when there are no more."""
        ...

    def get_result(self) -> SearchResult:
        """The result of an ended search."""
        ...

    async def release(self) -> None:
        """A reader goes."""
        ...

    def cancel(self) -> None:
        """Cancel what is under way."""
        ...


class CachedSearch:
    """A remembered result, read like a search: one batch of each provider, best first.

    Args:
        result: The result.
    """

    def __init__(self, result: SearchResult) -> None:
        self.readers = 1
        self.ended = True
        self._result = replace(result, cached=True, elapsed=0.0)
        names = dict.fromkeys(offer.provider for offer in result.offers)
        self._batches = [
            OfferBatch(provider=name, offers=tuple(offer for offer in result.offers if offer.provider == name))
            for name in names
        ]

    async def batch(self, index: int) -> OfferBatch | None:
        """The batch of that number, None when there are no more."""
        return self._batches[index] if index < len(self._batches) else None

    def get_result(self) -> SearchResult:
        """The result."""
        return self._result

    async def release(self) -> None:
        """Nothing is under way."""

    def cancel(self) -> None:
        """Nothing is under way."""


class OfferStream:
    """Offers as they arrive: an async iterator of `OfferBatch` and an async context manager.

    Leaving the block ends the search, unless an equal one shares it. A stream that is read without a block ends at
    the deadline.

    Args:
        start: Begins the search, or joins an equal one.
    """

    def __init__(self, start: Callable[[], Awaitable[SearchReader]]) -> None:
        self._start = start
        self._search: SearchReader | None = None
        self._next_index = 0
        self._closed = False

    async def __aenter__(self) -> Self:
        """Begin."""
        await self._ensure_started()
        return self

    async def __aexit__(self, *error: object) -> None:
        """End the search if nobody else reads it."""
        await self.aclose()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> OfferBatch:
        """The next batch.

        Raises:
            AllProvidersFailedError: At the end, when no provider answered.
        """
        search = await self._ensure_started()
        batch = None if self._closed else await search.batch(self._next_index)
        if batch is None:
            if not self._closed:
                search.get_result()
            raise StopAsyncIteration
        self._next_index += 1
        return batch

    @property
    def result(self) -> SearchResult:
        """The result, after the end.

        Raises:
            FlightError: The stream has not ended.
            AllProvidersFailedError: No provider answered.
        """
        if self._search is None:
            raise FlightError("the search has not begun yet", code="running")
        return self._search.get_result()

    async def aclose(self) -> None:
        """End the search if nobody else reads it. A second call does nothing."""
        if not self._closed and self._search is not None:
            self._closed = True
            await self._search.release()
        self._closed = True

    async def _ensure_started(self) -> SearchReader:
        if self._closed and self._search is None:
            raise ClosedError("this stream is closed")
        if self._search is None:
            self._search = await self._start()
        return self._search

    def __del__(self) -> None:
        # read without a block and left in the middle: nobody awaits its end, so it is only told
        if self._search is not None and not self._closed:
            self._search.readers -= 1
            if not self._search.readers and not self._search.ended:
                self._search.cancel()
