"""Running searches: concurrent queries to all providers under one deadline, shared by any number of readers."""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol, Self

from asyncassist._lifecycle import AsyncOnly
from asyncassist.errors import AllProvidersFailedError, AsyncAssistError, ClosedError, FlightError
from asyncassist.flights.error_mapping import translate_error
from asyncassist.flights.merge import Merger, is_incomparable
from asyncassist.flights.models import OfferBatch, SearchResult

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from asyncassist.flights.models import FlightOffer
    from asyncassist.flights.provider import FlightProvider, SearchContext
    from asyncassist.flights.query import FlightQuery

logger = logging.getLogger("asyncassist.flights")

# Seconds that providers have to clean up after cancellation at the deadline; slower ones are abandoned.
_GRACE = 0.25


class SearchLimiter:
    """Semaphore for searches: further ones start in order of arrival.

    Args:
        max_concurrency: Maximum number of concurrent searches.

    Attributes:
        in_use: Slots taken.
    """

    def __init__(self, max_concurrency: int) -> None:
        self._max_concurrency = max_concurrency
        self._queue: deque[SearchTask] = deque()
        self.in_use = 0

    def submit(self, search: SearchTask) -> None:
        """Start the search now, or as soon as a slot is free."""
        if self.in_use < self._max_concurrency:
            self.in_use += 1
            search.start()
        else:
            self._queue.append(search)

    def release(self, search: SearchTask) -> None:
        """Free the slot of an ended search and start the next one, or remove a search that never started."""
        if not search.is_started:
            self._queue.remove(search)
        elif self._queue:
            self._queue.popleft().start()
        else:
            self.in_use -= 1


class SearchRecorder(Protocol):
    """Callback for the end of each provider's part of a search."""

    def __call__(self, provider: str, *, elapsed: float, offers: int, error: FlightError | None) -> None:
        """Record the outcome.

        Args:
            provider: Name of the provider.
            elapsed: Seconds since the search started.
            offers: Number of offers received from the provider.
            error: The provider's failure, None for a complete answer.
        """
        ...


class SearchTask:
    """A search at all providers with any number of concurrent readers; cancelled when the last reader leaves.

    It must be created on the event loop: the constructor starts its timer and, if a slot is free, the search itself.

    Args:
        query: The flight query.
        providers: The providers to query.
        context: HTTP handler, clock and remaining time for the providers.
        deadline: Seconds after which the search ends with the offers received so far.
        limiter: Bounds the number of concurrent searches.
        now: Monotonic clock, in seconds.
        record_search: Called with the outcome of each provider, except those cancelled with the search.
        on_end: Called once when the search completes, fails or is cancelled.

    Attributes:
        batches: Batches so far; readers take them by index.
        result: The result once the search has completed.
        failure: The error if the search failed or was cancelled.
        is_started: False while the search waits for a slot.
        readers: Number of callers and streams that share the search.
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
        self._incomparable_counts = dict(self._offer_counts)
        self._errors: dict[str, FlightError] = {}
        self._tasks: dict[asyncio.Task[None], FlightProvider] = {}
        self._expired = False
        self._update_event = asyncio.Event()
        self._started_at = now()
        self._timer = asyncio.get_running_loop().call_later(deadline, self._on_deadline)
        limiter.submit(self)

    @property
    def ended(self) -> bool:
        """True once no more batches can arrive."""
        return self.result is not None or self.failure is not None

    def start(self) -> None:
        """Start querying all providers concurrently."""
        self.is_started = True
        for provider in self._providers:
            task = asyncio.ensure_future(self._query_provider(provider))
            self._tasks[task] = provider
            task.add_done_callback(self._on_provider_done)

    async def batch(self, index: int) -> OfferBatch | None:
        """Wait for the batch at an index and return it; None if the search ends before."""
        while len(self.batches) <= index and not self.ended:
            await self._update_event.wait()
        return self.batches[index] if index < len(self.batches) else None

    async def wait(self) -> SearchResult:
        """Wait for the end of the search and return its result.

        Raises:
            AllProvidersFailedError: No provider answered.
            ClosedError: The search was cancelled, as by closing the client.
        """
        while not self.ended:
            await self._update_event.wait()
        return self.get_result()

    def get_result(self) -> SearchResult:
        """Return the result of an ended search.

        Raises:
            AllProvidersFailedError: No provider answered.
            ClosedError: The search was cancelled, as by closing the client.
            FlightError: The search has not ended yet.
        """
        if self.result is not None:
            return self.result
        if isinstance(self.failure, AllProvidersFailedError):
            # A new error for each caller: raising a shared one would grow its traceback with every raise.
            raise AllProvidersFailedError(errors=self.failure.errors)
        raise self.failure or FlightError("the search has not ended yet", code="running")

    async def release(self) -> None:
        """Give up one reader's share; the last reader cancels what still runs and waits for its end."""
        self.readers -= 1
        if not self.readers:
            await self.stop()

    async def stop(self) -> None:
        """Cancel the search and wait briefly for the provider tasks to end."""
        self.cancel()
        tasks = list(self._tasks)
        if tasks:
            await asyncio.wait(tasks, timeout=_GRACE * 4)

    def cancel(self) -> None:
        """Cancel the provider tasks; remaining readers get ClosedError."""
        if not self.ended:
            self._finish(ClosedError("the search was cancelled before it ended"))
        for task in self._tasks:
            task.cancel()

    async def _query_provider(self, provider: FlightProvider) -> None:
        stream = provider.search(self._query, self._context)
        if inspect.isawaitable(stream):  # `search` may also be a coroutine function that returns the iterator
            stream = await stream
        try:
            async for offers in stream:
                self._add_offers(provider, offers)
        finally:
            close = getattr(stream, "aclose", None)
            if close is not None:
                await close()

    def _add_offers(self, provider: FlightProvider, offers: Sequence[FlightOffer]) -> None:
        if self.ended or self._expired:
            return
        self._offer_counts[provider.name] += len(offers)
        self._incomparable_counts[provider.name] += sum(is_incomparable(offer, self._query) for offer in offers)
        fresh, replaces = self._merger.add(offers)
        if fresh:
            self._publish(OfferBatch(provider=provider.name, offers=tuple(fresh), replaces=replaces))

    def _publish(self, batch: OfferBatch | None) -> None:
        if batch is not None:
            self.batches.append(batch)
        # Each event is set once and replaced, so a reader that waits again cannot miss an update or spin on an old one.
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
            return  # cancelled with the search: says nothing about the provider, so it is not recorded
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
                self._errors[provider.name] = FlightError(
                    "too many searches are waiting", provider=provider.name, code="busy"
                )
            self._complete()
            return
        for task, provider in self._tasks.items():
            self._errors[provider.name] = FlightError("no answer in time", provider=provider.name, code="timeout")
            task.cancel()
        # A provider that swallows its cancellation delays the result by no more than the grace period.
        self._timer = asyncio.get_running_loop().call_later(_GRACE, self._complete)

    def _complete(self) -> None:
        if self.ended:
            return
        for name, left_out in self._incomparable_counts.items():
            if left_out:
                words = f"{left_out} offers left out: priced in another currency than max_price"
                self._errors.setdefault(name, FlightError(words, provider=name, code="currency"))
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
    """Source of an offer stream: a running search or a cached result.

    Attributes:
        readers: Number of callers and streams that share the source.
    """

    readers: int

    @property
    def ended(self) -> bool:
        """True once no more batches can arrive."""
        ...

    async def batch(self, index: int) -> OfferBatch | None:
        """Wait for the batch at an index and return it; None if there are no more."""
        ...

    def get_result(self) -> SearchResult:
        """Return the result of an ended search."""
        ...

    async def release(self) -> None:
        """Give up one reader's share."""
        ...

    def cancel(self) -> None:
        """Cancel what still runs."""
        ...


class CachedSearch:
    """A cached result with the interface of a running search: one batch for each provider, best offers first.

    Args:
        result: The cached result.
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
        """Return the batch at an index, None if there are no more."""
        return self._batches[index] if index < len(self._batches) else None

    def get_result(self) -> SearchResult:
        """Return the cached result, marked as such."""
        return self._result

    async def release(self) -> None:
        """Do nothing: there is no task to cancel."""

    def cancel(self) -> None:
        """Do nothing: there is no task to cancel."""


class OfferStream(AsyncOnly):
    """Stream of offers as they arrive: an async iterator of `OfferBatch` and an async context manager.

    Leaving the block cancels the search unless other callers share it. A stream that is iterated without a block
    ends at the deadline at the latest.

    Args:
        start: Coroutine function that starts the search, joins an equal running one, or reads a cached result.
    """

    def __init__(self, start: Callable[[], Awaitable[SearchReader]]) -> None:
        self._start = start
        self._search: SearchReader | None = None
        self._next_index = 0
        self._closed = False

    async def __aenter__(self) -> Self:
        """Start the search."""
        await self._ensure_started()
        return self

    async def __aexit__(self, *error: object) -> None:
        """Close the stream and cancel the search unless other callers share it."""
        await self.aclose()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> OfferBatch:
        """Wait for the next batch and return it.

        Raises:
            AllProvidersFailedError: At the end, if no provider answered.
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
        """The result of the search, available after the last batch.

        Raises:
            FlightError: The search has not started or not ended yet.
            AllProvidersFailedError: No provider answered.
            ClosedError: The search was cancelled before it ended.
        """
        if self._search is None:
            raise FlightError("the search has not started yet", code="running")
        return self._search.get_result()

    async def aclose(self) -> None:
        """Close the stream and cancel the search unless other callers share it; a second call does nothing."""
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
        # A stream iterated without a block and dropped midway: a finalizer cannot await the end, so it only cancels.
        if self._search is not None and not self._closed:
            self._search.readers -= 1
            if not self._search.readers and not self._search.ended:
                self._search.cancel()
