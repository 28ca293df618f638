"""AsyncNLPEngine: what was said, in which language, about what."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Self, cast

from asyncassist._cache import Cache, CacheStats, json_digest
from asyncassist._clock import SYSTEM_CLOCK, as_clock, monotonic
from asyncassist._events import Event, RollingWindow, emit, has_listeners
from asyncassist._lifecycle import Resource
from asyncassist._places import load_places
from asyncassist._shared_cache import check_redis, create_shared_cache
from asyncassist._single_flight import SingleFlight
from asyncassist._types import Check, Health, JSONSerializable
from asyncassist._validation import check_int, check_seconds
from asyncassist.errors import AsyncAssistError, ConfigurationError, InvalidInputError
from asyncassist.nlp import language_id
from asyncassist.nlp._gil import cooperative, yield_gil
from asyncassist.nlp.cache_codec import decode_analysis, encode_analysis
from asyncassist.nlp.context.expected_slots import expected_slots
from asyncassist.nlp.entities import places
from asyncassist.nlp.intents.classifier import classify
from asyncassist.nlp.intents.linear_model import intent_model
from asyncassist.nlp.llm_extractor import ModelExtractor, is_unsure
from asyncassist.nlp.models import Analysis, Entity, Extractor, Language, Reading
from asyncassist.nlp.normalized import NormalizedText
from asyncassist.nlp.overlaps import without_overlaps
from asyncassist.nlp.rule_extractor import RuleExtractor
from asyncassist.nlp.settings import (
    check_extractors,
    check_languages,
    check_timezone,
    load_timezone,
    seconds_until_midnight,
    supports_language,
)
from asyncassist.nlp.tokens import TokenizedText

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

    from redis.asyncio import Redis

    from asyncassist._types import Clock, LanguageModel

# Up to so many characters an analysis takes less time than handing it to a thread and back.
_MAX_INLINE_CHARS: Final = 400
# Characters of an answer that is short enough to be taken for the question's language.
_SHORT_ANSWER_CHARS: Final = 40
# Seconds for one extractor that waits.
_IO_TIMEOUT: Final = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class NLPStats(JSONSerializable):
    """What an engine did so far.

    Attributes:
        analyses: Texts analysed, cached ones included.
        inline: Texts read on the event loop.
        in_thread: Texts read in a thread, because they were long.
        unsure: Texts handed to the model because the rules were unsure.
        failures: Extractors that failed.
        cache: The cache of analyses.
        p50: Median seconds of an analysis that was made, None without any.
        p95: 95th percentile of the same.
        p99: 99th percentile of the same.
    """

    analyses: int
    inline: int
    in_thread: int
    unsure: int
    failures: int
    cache: CacheStats
    p50: float | None
    p95: float | None
    p99: float | None


class AsyncNLPEngine(Resource):
    """Reads what travellers write: language, intent, places, dates, people, wishes.

    Rules in six languages, no model needed. It may be shared between tasks.

    Args:
        languages: Languages to choose from, of en, pt, es, fr, de and it; the first is the answer to a text that says
            nothing.
        extractors: What finds entities. None: the rules of this package.
        ttl: Seconds an analysis is kept; never past midnight of the traveller's zone. 0 keeps none.
        max_entries: Analyses kept; the least recently used goes first.
        redis: A client or URL to share analyses between processes; None keeps them here.
        timezone: IANA zone that decides what "today" is, unless a call's `now` says otherwise. It is read when the
            engine opens; a zone that does not exist raises ConfigurationError then.
        model: Reads what the rules are unsure of; None: rules only.
        max_workers: Threads for long texts. None: one; more would wait for each other, and the event loop for them.
        max_chars: The most characters of a text.
        now: The clock, for tests.

    Raises:
        ConfigurationError: An argument cannot work.
    """

    def __init__(
        self,
        *,
        languages: Sequence[str] = ("en", "pt", "es", "fr", "de", "it"),
        extractors: Sequence[Extractor] | None = None,
        ttl: float = 300.0,
        max_entries: int = 1000,
        redis: Redis | str | None = None,
        timezone: str = "UTC",
        model: LanguageModel | None = None,
        max_workers: int | None = None,
        max_chars: int = 4000,
        now: Clock | Callable[[], float] = SYSTEM_CLOCK,
    ) -> None:
        super().__init__()
        self._languages = check_languages(languages)
        self._timezone = check_timezone("timezone", timezone, ConfigurationError)
        self._zone: dt.tzinfo = dt.UTC
        self._ttl = check_seconds("ttl", ttl, allow_zero=True)
        self._max_chars = check_int("max_chars", max_chars)
        self._workers = 1 if max_workers is None else check_int("max_workers", max_workers)
        self._extractors = check_extractors(extractors)
        self._model = None if model is None else ModelExtractor(model)
        check_redis("redis", redis)
        self._clock = as_clock(now)
        self._monotonic = monotonic(self._clock)
        self._cache: Cache[Analysis] = Cache(max_entries=max_entries, now=self._monotonic)
        self._shared_backend, self._shared_cache = create_shared_cache(
            redis, prefix="asyncassist:nlp:", name="the shared cache of analyses", now=self._monotonic
        )
        self._single_flight: SingleFlight[Analysis] = SingleFlight()
        self._pool: ThreadPoolExecutor | None = None
        self._extractor_versions = [[one.name, one.version] for one in self._extractors] + (
            [["model"]] if model else []
        )
        self._has_io_extractors = any(one.kind == "io" for one in self._extractors) or self._model is not None
        self._durations = RollingWindow(1024)
        self._analyses = self._inline = self._in_thread = self._unsure = self._failures = 0

    @classmethod
    def from_env(cls) -> Self:
        """An engine as the environment says: ASYNCASSIST_REDIS_URL shares its cache; embedded without."""
        return cls(redis=os.environ.get("ASYNCASSIST_REDIS_URL") or None)

    async def _open(self) -> None:
        if self._shared_backend is not None:
            self._own_closable(self._shared_backend)
        self._pool = ThreadPoolExecutor(self._workers, thread_name_prefix="asyncassist-nlp")
        self._owned.callback(self._pool.shutdown, wait=False, cancel_futures=True)
        self._zone = await load_timezone("timezone", self._timezone, ConfigurationError)
        await load_places()
        await asyncio.to_thread(_warm_up, self._languages)

    async def _before_close(self) -> None:
        await self._single_flight.aclose()

    async def warm_up(self) -> None:
        """Read every table now instead of at the first text."""
        await self._ensure_open()

    async def analyze(
        self,
        text: str,
        *,
        language: str | None = None,
        now: dt.datetime | None = None,
        previous: str | None = None,
        context: Mapping[str, Any] | None = None,
    ) -> Analysis:
        """Read one text.

        Args:
            text: What was said, with something visible in it.
            language: Its language, one of the engine's; None: detected.
            now: The traveller's aware time; decides today. None: the clock, in the engine's zone.
            previous: What the assistant said last: a short answer is read by it.
            context: What the application knows, all optional: `asked` (a slot or several, by the names of the entity
                types), `slots` (known values by the same names), `language` (spoken so far; a hint), `region`
                (country of the traveller, two letters: decides "03/04" in English), `timezone` (IANA zone instead of
                the engine's).

        Returns:
            The analysis. An extractor that failed stands in its `errors`.

        Raises:
            InvalidInputError: The text is empty or too long, or another argument cannot be used.
        """
        started = time.perf_counter()
        if not self._is_open_on_loop:
            await self._ensure_open()
        self._check_text(text)
        zone = (context or {}).get("timezone")
        timezone = None if zone is None else await load_timezone("context.timezone", zone, InvalidInputError)
        request = self._build_request(text, language, now, previous, context, timezone=timezone)
        self._analyses += 1
        entry = self._cache.get(request.key)
        if entry is not None:
            spent = time.perf_counter() - started
            self._cache.hit_times.add(spent)
            return replace(entry.value, cached=True, elapsed=spent)
        if self._has_io_extractors or self._shared_cache is not None:
            analysis, joined = await self._single_flight.run(request.key, lambda: self._load_or_analyze(request))
            if joined:
                self._cache.coalesced += 1
        else:
            analysis = await self._analyze_uncached(request)
        spent = time.perf_counter() - started
        if has_listeners():
            emit(Event(name="nlp.analyze", elapsed=spent, attributes={"language": analysis.language.code}))
        return replace(analysis, elapsed=spent)

    async def analyze_many(
        self,
        texts: Iterable[str],
        *,
        language: str | None = None,
        now: dt.datetime | None = None,
        previous: str | None = None,
        context: Mapping[str, Any] | None = None,
    ) -> list[Analysis]:
        """Read several texts, each as `analyze` would, in order; the loop runs on between them.

        Raises:
            InvalidInputError: A text cannot be used.
        """
        analyses = []
        for text in texts:
            same = {"language": language, "now": now, "previous": previous, "context": context}
            analyses.append(await self.analyze(text, **cast("Any", same)))
            await asyncio.sleep(0)
        return analyses

    async def detect_language(self, text: str, *, hint: str | None = None) -> Language:
        """The likeliest of the engine's languages.

        Args:
            text: The text.
            hint: The language spoken so far: short and doubtful texts are taken for it.

        Raises:
            InvalidInputError: The text is empty or too long.
        """
        if not self._is_open_on_loop:
            await self._ensure_open()
        self._check_text(text)
        return language_id.detect(text, self._languages, hint)

    async def health(self) -> Health:
        """Pass, or warn while the shared cache is away."""
        degraded = self._shared_cache is not None and bool(self._shared_cache.degradation)
        note = self._shared_cache.degradation.reason if self._shared_cache is not None and degraded else ""
        window = self._durations.summary()
        check = Check(
            name="nlp",
            status="warn" if degraded else "pass",
            critical=False,
            p50=window["p50"],
            p95=window["p95"],
            p99=window["p99"],
            note=note,
        )
        return Health.of([check])

    def stats(self) -> NLPStats:
        """The counters so far."""
        window = self._durations.summary()
        return NLPStats(
            analyses=self._analyses,
            inline=self._inline,
            in_thread=self._in_thread,
            unsure=self._unsure,
            failures=self._failures,
            cache=self._cache.stats(),
            p50=window["p50"],
            p95=window["p95"],
            p99=window["p99"],
        )

    async def clear_cache(self) -> int:
        """Forget every analysis; how many there were here."""
        await self._ensure_open()
        if self._shared_cache is not None:
            await self._shared_cache.clear()
        return self._cache.clear()

    def _check_text(self, text: object) -> None:
        if not isinstance(text, str):
            raise InvalidInputError("text", "must be text")
        if len(text) > self._max_chars:
            raise InvalidInputError("text", f"must be at most {self._max_chars} characters")
        if not text.strip():
            raise InvalidInputError("text", "must hold something visible")
        if not text.isascii():
            try:
                text.encode()
            except UnicodeEncodeError:
                raise InvalidInputError("text", "must not hold a lone surrogate") from None

    def _build_request(
        self,
        text: str,
        language: str | None,
        now: dt.datetime | None,
        previous: str | None,
        context: Mapping[str, Any] | None,
        *,
        timezone: dt.tzinfo | None,
    ) -> _AnalysisRequest:
        """Everything that decides the answer, checked, and its key."""
        if language is not None and language not in self._languages:
            raise InvalidInputError("language", f"must be one of {', '.join(self._languages)}")
        if previous is not None and not isinstance(previous, str):
            raise InvalidInputError("previous", "must be text")
        known = context or {}
        if now is None:
            local = dt.datetime.fromtimestamp(self._clock(), timezone or self._zone)
        elif now.tzinfo is None:
            raise InvalidInputError("now", "must be an aware datetime")
        else:
            local = now if timezone is None else now.astimezone(timezone)
        hint, region = known.get("language"), known.get("region")
        asked = expected_slots(previous, known)
        slots = known.get("slots") or {}
        today = local.date()
        parts = [text, language, hint, region, str(today), self._languages, previous, asked, sorted(map(str, slots))]
        departure = slots.get("departure_date")
        return _AnalysisRequest(
            key=json_digest(*parts, str(departure), self._extractor_versions),
            text=text,
            language=language,
            hint=hint if isinstance(hint, str) else None,
            region=region if isinstance(region, str) else None,
            today=today,
            seconds_until_midnight=seconds_until_midnight(local),
            previous=previous,
            asked=asked,
            slots=slots,
        )

    async def _load_or_analyze(self, request: _AnalysisRequest) -> Analysis:
        """The analysis of the second level, or a new one."""
        if self._shared_cache is not None:
            kept = await self._shared_cache.get(request.key)
            analysis = None if kept is None else decode_analysis(kept, request.text)
            if analysis is not None:
                analysis = replace(analysis, cached=True)
                self._store(request, analysis)
                return analysis
        analysis = await self._analyze_uncached(request)
        if self._shared_cache is not None and not analysis.errors and self._ttl:
            data = encode_analysis(analysis)
            if data is not None:
                await self._shared_cache.set(request.key, data, ttl=min(self._ttl, request.seconds_until_midnight))
        return analysis

    async def _analyze_uncached(self, request: _AnalysisRequest) -> Analysis:
        """Analyse, and keep what went well."""
        started = time.perf_counter()
        if len(request.text) <= _MAX_INLINE_CHARS:
            self._inline += 1
            sync_result = self._analyze_sync(request)
        else:
            self._in_thread += 1
            loop = asyncio.get_running_loop()
            sync_result = await loop.run_in_executor(self._pool, self._analyze_in_thread, request)
        analysis = (
            await self._run_io_extractors(request, sync_result) if self._has_io_extractors else sync_result.analysis
        )
        spent = time.perf_counter() - started
        self._durations.add(spent)
        self._cache.miss_times.add(spent)
        if not analysis.errors:
            self._store(request, analysis, spent)
        return analysis

    def _store(self, request: _AnalysisRequest, analysis: Analysis, cost: float = 0.0) -> None:
        ttl = min(self._ttl, request.seconds_until_midnight)
        if ttl > 0:
            self._cache.put(request.key, analysis, ttl=ttl, cost=cost)

    def _analyze_in_thread(self, request: _AnalysisRequest) -> _SyncResult:
        """The same in a thread, with pauses for the event loop."""
        with cooperative():
            return self._analyze_sync(request)

    def _analyze_sync(self, request: _AnalysisRequest) -> _SyncResult:
        """Everything that only computes; in a thread for long texts."""
        if request.language is None:
            language = language_id.detect(request.text, self._languages, self._language_hint(request))
        else:
            language = Language(code=request.language, confidence=1.0)
        yield_gil()
        text = TokenizedText.from_text(request.text)
        yield_gil()
        reading = Reading(
            text=text,
            language=language.code,
            languages=self._languages,
            today=request.today,
            previous=request.previous,
            asked=request.asked,
            slots=request.slots,
            region=request.region,
        )
        entities: list[Entity] = []
        errors: dict[str, str] = {}
        for extractor in self._extractors:
            if extractor.kind == "cpu" and supports_language(extractor, language.code):
                try:
                    entities += cast("Sequence[Entity]", extractor.extract(reading))
                except Exception as error:  # noqa: BLE001 - foreign code; the others go on
                    errors[extractor.name] = type(error).__name__
        return _SyncResult(reading, language, self._assemble(reading, language, entities, errors))

    def _language_hint(self, request: _AnalysisRequest) -> str | None:
        """The language spoken so far; where nobody said, that of the question a short answer belongs to."""
        if request.hint is not None or request.previous is None or len(request.text) > _SHORT_ANSWER_CHARS:
            return request.hint
        return language_id.detect(request.previous, self._languages).code

    def _assemble(
        self, reading: Reading, language: Language, entities: Iterable[Entity], errors: Mapping[str, str]
    ) -> Analysis:
        """The analysis of what was found."""
        self._failures += len(errors)
        kept = without_overlaps(reading.text.raw, entities)
        yield_gil()
        intent = classify(NormalizedText(reading.text), language.code, kept, reading.asked)
        return Analysis(text=reading.text.raw, language=language, intent=intent, entities=kept, errors=dict(errors))

    async def _run_io_extractors(self, request: _AnalysisRequest, sync_result: _SyncResult) -> Analysis:
        """Add what extractors that wait find, all at once; and the model, where the rules were unsure."""
        reading, analysis = sync_result.reading, sync_result.analysis
        jobs: list[Extractor] = [
            one for one in self._extractors if one.kind == "io" and supports_language(one, reading.language)
        ]
        if self._model is not None and is_unsure(analysis, request.asked):
            self._unsure += 1
            jobs.append(cast("Extractor", self._model))
        if not jobs:
            return analysis
        results = await asyncio.gather(*(self._run_with_timeout(job, reading) for job in jobs))
        entities = list(analysis.entities)
        errors: dict[str, str] = dict(analysis.errors)
        for job, (found, error) in zip(jobs, results, strict=True):
            entities += found
            if error:
                errors[job.name] = error
        self._failures -= len(analysis.errors)
        return self._assemble(reading, sync_result.language, entities, errors)

    async def _run_with_timeout(self, extractor: Extractor, reading: Reading) -> tuple[Sequence[Entity], str | None]:
        """What an extractor finds in its time, or why it found nothing."""
        try:
            async with asyncio.timeout(_IO_TIMEOUT):
                return await cast("Awaitable[Sequence[Entity]]", extractor.extract(reading)), None
        except TimeoutError:
            return (), "timeout"
        except AsyncAssistError as error:
            return (), type(error).__name__
        except Exception as error:  # noqa: BLE001 - foreign code; the others go on
            return (), type(error).__name__


@dataclass(frozen=True, slots=True)
class _AnalysisRequest:
    """A text and everything that decides how it is read."""

    key: str
    text: str
    language: str | None
    hint: str | None
    region: str | None
    today: dt.date
    seconds_until_midnight: float
    previous: str | None
    asked: tuple[str, ...]
    slots: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _SyncResult:
    """What computing alone gave."""

    reading: Reading
    language: Language
    analysis: Analysis


def _warm_up(languages: Sequence[str]) -> None:
    """Read every table and build every pattern."""
    language_id.warm_up()
    intent_model()
    places.warm_up()
    rules = RuleExtractor()
    for language in languages:
        rules.extract(Reading(text=TokenizedText.from_text("a b 1 c"), language=language, today=dt.date(2026, 1, 1)))
