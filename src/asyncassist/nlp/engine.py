"""NLP engine: runs language detection, extractors and intent classification, and caches the analyses."""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self, cast

from asyncassist._cache import Cache, CacheStats, json_digest
from asyncassist._clock import SYSTEM_CLOCK, as_clock, monotonic
from asyncassist._events import Event, RollingWindow, emit, has_listeners
from asyncassist._lifecycle import Resource
from asyncassist._places import load_places
from asyncassist._shared_cache import check_redis, create_shared_cache
from asyncassist._single_flight import SingleFlight
from asyncassist._towns import load_towns
from asyncassist._types import Check, Health, JSONSerializable, to_jsonable
from asyncassist._validation import (
    check_aware_time,
    check_encodable,
    check_int,
    check_items,
    check_methods,
    check_seconds,
    env_variable,
    naming_variables,
)
from asyncassist.errors import AsyncAssistError, ConfigurationError, InvalidInputError
from asyncassist.languages.locale_tag import region_of_words
from asyncassist.languages.registry import LANGUAGES
from asyncassist.nlp import language_id
from asyncassist.nlp._gil import cooperative, yield_gil
from asyncassist.nlp.commands.acts import act_model
from asyncassist.nlp.commands.reader import read_commands
from asyncassist.nlp.context.expected_slots import expected_slots
from asyncassist.nlp.entities import places
from asyncassist.nlp.intents.classifier import classify
from asyncassist.nlp.intents.linear_model import intent_model
from asyncassist.nlp.llm_extractor import ModelExtractor, is_unsure
from asyncassist.nlp.models import Analysis, Entity, Extractor, Language, Reading
from asyncassist.nlp.normalized import NormalizedText
from asyncassist.nlp.overlaps import without_overlaps
from asyncassist.nlp.rule_extractor import RuleExtractor
from asyncassist.nlp.serialization import decode_analysis, encode_analysis
from asyncassist.nlp.tokens import TokenizedText
from asyncassist.nlp.unread import has_unread_words
from asyncassist.nlp.validation import (
    check_extractors,
    check_languages,
    check_timezone,
    load_timezone,
    seconds_until_midnight,
    supports_language,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence

    from redis.asyncio import Redis

    from asyncassist._types import Clock, LanguageModel

# Up to this length an analysis takes less time than the round trip to a worker thread.
_MAX_INLINE_CHARS: Final = 400
# An answer of at most this length is assumed to be in the language of the question.
_SHORT_ANSWER_CHARS: Final = 40
# Seconds that an answer of the language model is remembered: it depends on nothing but the text.
_MODEL_TTL: Final = 86400.0
# Seconds for one "io" extractor.
_IO_TIMEOUT: Final = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class NLPStats(JSONSerializable):
    """Counters and latencies of an engine since its construction.

    Attributes:
        analyses: Texts analysed, including those answered by the cache.
        inline: Texts analysed on the event loop.
        in_thread: Texts analysed in a worker thread, because they were long.
        unsure: Texts passed to the language model because the rules were unsure or left something unread.
        failures: Failed extractor runs.
        cache: Counters of the cache of analyses.
        p50: Median seconds of an uncached analysis, over the last 1024; None if there was none.
        p95: 95th percentile of these seconds.
        p99: 99th percentile of these seconds.
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
    """Analyser of travel messages: language, intent and entities such as places, dates and passengers.

    Works with rules in every language of `languages` and needs no model. One engine may be shared between tasks.

    Args:
        languages: Candidate languages out of those of the package, all by default; the first is assumed for a text
            without evidence.
        extractors: Extractors of entities, with distinct names. None: the rules of this package.
        ttl: Seconds an analysis stays cached, at most until midnight in the traveller's time zone. 0 disables caching.
        max_entries: Analyses cached in this process; the least recently used is evicted first.
        redis: Client or URL of a cache shared between processes; None: cache in this process only.
        timezone: IANA time zone that decides "today" unless a call passes `now`. Loaded when the engine opens; a zone
            that does not exist raises ConfigurationError then.
        model: Language model for texts that the rules are unsure of, or in which a word of a date, a name or a number
            stays unread; None: rules only. Its attribute `version`, text,
            is part of the cache key; the analyses of a model without one are not shared with other engines.
        max_workers: Threads for long texts. None: one; several would compete with each other and with the event loop
            for the GIL.
        max_chars: Maximum length of a text in characters.
        now: Clock, for tests.

    Raises:
        ConfigurationError: An argument is invalid.
    """

    def __init__(
        self,
        *,
        languages: Sequence[str] = LANGUAGES,
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
        if model is not None:
            check_methods("model", model, "a LanguageModel", "extract")
        check_redis("redis", redis)
        self._clock = as_clock(now)
        self._monotonic = monotonic(self._clock)
        answer_ttl = _MODEL_TTL if self._ttl else 0.0
        self._model = None if model is None else ModelExtractor(model, ttl=answer_ttl, now=self._monotonic)
        self._cache: Cache[Analysis] = Cache(max_entries=max_entries, now=self._monotonic)
        self._shared_backend, self._shared_cache = create_shared_cache(
            redis, prefix="asyncassist:nlp:", name="the shared cache of analyses", now=self._monotonic
        )
        self._single_flight: SingleFlight[Analysis] = SingleFlight()
        self._pool: ThreadPoolExecutor | None = None
        everyone = (*self._extractors, *([] if self._model is None else [self._model]))
        self._extractor_versions = [
            [one.name, one.version, type(one).__module__, type(one).__qualname__] for one in everyone
        ]
        self._has_io_extractors = any(one.kind == "io" for one in self._extractors) or self._model is not None
        self._durations = RollingWindow(1024)
        self._analyses = self._inline = self._in_thread = self._unsure = self._failures = 0

    @classmethod
    def from_env(cls) -> Self:
        """Create an engine from the environment.

        Reads ASYNCASSIST_REDIS_URL, the URL of the shared cache; unset or empty: cache in this process only.
        """
        with naming_variables({"redis": "ASYNCASSIST_REDIS_URL"}):
            return cls(redis=env_variable("ASYNCASSIST_REDIS_URL"))

    async def _open(self) -> None:
        if self._shared_backend is not None:
            self._own_closable(self._shared_backend)
        self._pool = ThreadPoolExecutor(self._workers, thread_name_prefix="asyncassist-nlp")
        self._owned.callback(self._pool.shutdown, wait=False, cancel_futures=True)
        self._zone = await load_timezone("timezone", self._timezone, ConfigurationError)
        await load_places()
        await load_towns()
        await asyncio.to_thread(_warm_up, self._languages)

    async def _before_close(self) -> None:
        await self._single_flight.aclose()
        if self._model is not None:
            await self._model.aclose()

    async def warm_up(self) -> None:
        """Load all tables and compile all patterns now instead of at the first text."""
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
        """Analyse one text.

        Args:
            text: Message of the traveller, with at least one visible character.
            language: Language of the text, one of the engine's; None: detect it.
            now: Traveller's aware time, which decides "today". None: the clock, in the engine's time zone.
            previous: Last message of the assistant: a short answer is interpreted as an answer to it.
            context: Facts known to the application, all optional: `asked` (one slot or several, named like the entity
                types), `slots` (known values by the same names), `language` (of the conversation so far; a hint),
                `region` (country of the traveller, two letters: decides "03/04" in English), `timezone` (IANA zone
                instead of the engine's).

        Returns:
            The analysis. Failed extractors are listed in its `errors`.

        Raises:
            InvalidInputError: The text is empty or too long, or another argument is invalid.
        """
        started = time.perf_counter()
        if not self._is_open_on_loop:
            await self._ensure_open()
        self._check_text(text)
        known = _check_context(context)
        zone = known.get("timezone")
        timezone = None if zone is None else await load_timezone("context.timezone", zone, InvalidInputError)
        request = self._build_request(text, language, now, previous, known, timezone=timezone)
        self._analyses += 1
        entry = self._cache.get(request.key)  # fast path: a hit needs no single flight
        if entry is not None:
            spent = time.perf_counter() - started
            self._cache.hit_times.add(spent)
            return replace(entry.value, cached=True, elapsed=spent)
        # coalescing pays only where I/O is awaited: an inline analysis ends before another caller runs
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
        """Analyse several texts one after the other, as `analyze` does; other tasks run between them.

        Args:
            texts: Messages of the traveller.
            language: Language of all texts, one of the engine's; None: detect each.
            now: As for `analyze`.
            previous: As for `analyze`.
            context: As for `analyze`.

        Returns:
            One analysis per text, in order.

        Raises:
            InvalidInputError: A text or another argument is invalid.
        """
        analyses = []
        for text in check_items("texts", texts, "texts"):
            arguments = {"language": language, "now": now, "previous": previous, "context": context}
            analyses.append(await self.analyze(text, **cast("Any", arguments)))
            await asyncio.sleep(0)
        return analyses

    async def detect_language(self, text: str, *, hint: str | None = None) -> Language:
        """Return the most likely of the engine's languages.

        Args:
            text: Text, with at least one visible character.
            hint: Language of the conversation so far: a short or ambiguous text is attributed to it. None: no hint.

        Raises:
            InvalidInputError: The text is empty or too long, or the hint is not text.
        """
        if not self._is_open_on_loop:
            await self._ensure_open()
        self._check_text(text)
        if hint is not None:
            check_encodable("hint", hint)
        return language_id.detect(text, self._languages, hint)

    async def health(self) -> Health:
        """Return the health: "pass", or "warn" while the shared cache is unavailable."""
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
        """Return the counters and latencies so far."""
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
        """Delete all cached analyses, shared ones and answers of the model included; return how many were held here."""
        await self._ensure_open()
        if self._shared_cache is not None:
            await self._shared_cache.clear()
        if self._model is not None:
            self._model.clear()
        return self._cache.clear()

    def _check_text(self, text: object) -> None:
        if not isinstance(text, str):
            raise InvalidInputError("text", "must be text")
        if len(text) > self._max_chars:
            raise InvalidInputError("text", f"must be at most {self._max_chars} characters")
        if not text.strip():
            raise InvalidInputError("text", "must hold something visible")
        check_encodable("text", text)

    def _build_request(
        self,
        text: str,
        language: str | None,
        now: dt.datetime | None,
        previous: str | None,
        context: Mapping[str, Any],
        *,
        timezone: dt.tzinfo | None,
    ) -> _AnalysisRequest:
        """Validate the arguments and build the request with its cache key."""
        if language is not None and language not in self._languages:
            raise InvalidInputError("language", f"must be one of {', '.join(self._languages)}")
        if previous is not None:
            check_encodable("previous", previous)
        if now is None:
            local = dt.datetime.fromtimestamp(self._clock(), timezone or self._zone)
        else:
            local = (
                check_aware_time("now", now) if timezone is None else check_aware_time("now", now).astimezone(timezone)
            )
        hint, region = context.get("language"), context.get("region")
        region = None if region is None else region.upper()
        asked = expected_slots(previous, context)
        slots = context.get("slots") or {}
        try:
            # The values count, not only the names: roles depend on the known places, dates on the known departure.
            known = to_jsonable(dict(slots))
            key = json_digest(
                text,
                language,
                hint,
                region,
                str(local.date()),
                self._languages,
                previous,
                asked,
                known,
                self._extractor_versions,
            )
        except (TypeError, ValueError, OverflowError, RecursionError):
            raise InvalidInputError("context", "must be JSON-serializable") from None
        return _AnalysisRequest(
            key=key,
            text=text,
            language=language,
            hint=hint,
            region=region,
            today=local.date(),
            local=local,
            previous=previous,
            asked=asked,
            slots=slots,
        )

    async def _load_or_analyze(self, request: _AnalysisRequest) -> Analysis:
        """Return the analysis from the shared cache, or analyse the text and publish the result there."""
        if self._shared_cache is not None:
            stored = await self._shared_cache.get(request.key)
            analysis = None if stored is None else decode_analysis(stored, request.text)
            if analysis is not None:
                analysis = replace(analysis, cached=True)
                self._store(request, analysis)
                return analysis
        analysis = await self._analyze_uncached(request)
        if self._shared_cache is not None and not analysis.errors and self._ttl:
            data = encode_analysis(analysis)
            if data is not None:  # None: a custom extractor's value has no portable form
                await self._shared_cache.set(request.key, data, ttl=self._ttl_until_midnight(request))
        return analysis

    async def _analyze_uncached(self, request: _AnalysisRequest) -> Analysis:
        """Analyse the text; cache the result if no extractor failed."""
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
        if self._ttl and (ttl := self._ttl_until_midnight(request)) > 0:
            self._cache.put(request.key, analysis, ttl=ttl, cost=cost)

    def _ttl_until_midnight(self, request: _AnalysisRequest) -> float:
        return min(self._ttl, seconds_until_midnight(request.local))

    def _analyze_in_thread(self, request: _AnalysisRequest) -> _SyncResult:
        """Run `_analyze_sync` in a worker thread, yielding the GIL between its steps."""
        with cooperative():
            return self._analyze_sync(request)

    def _analyze_sync(self, request: _AnalysisRequest) -> _SyncResult:
        """Run all steps that only compute; in a worker thread for long texts."""
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
            region=request.region or region_of_words(language.code, text.words),
        )
        entities: list[Entity] = []
        errors: dict[str, str] = {}
        for extractor in self._extractors:
            if extractor.kind == "cpu" and supports_language(extractor, language.code):
                try:
                    entities += cast("Sequence[Entity]", extractor.extract(reading))
                except Exception as error:  # noqa: BLE001 - custom extractor; the others still run
                    errors[extractor.name] = type(error).__name__
        return _SyncResult(reading, language, self._assemble(reading, language, entities, errors))

    def _language_hint(self, request: _AnalysisRequest) -> str | None:
        """Return the language of the conversation; if unknown and the text is short, that of the previous message."""
        if request.hint is not None or request.previous is None or len(request.text) > _SHORT_ANSWER_CHARS:
            return request.hint
        return language_id.detect(request.previous, self._languages).code

    def _assemble(
        self, reading: Reading, language: Language, entities: Iterable[Entity], errors: Mapping[str, str]
    ) -> Analysis:
        """Resolve overlaps, classify the intent and build the analysis."""
        self._failures += len(errors)
        resolved = without_overlaps(reading.text.raw, entities)
        yield_gil()
        intent = classify(NormalizedText(reading.text), resolved, reading.asked)
        yield_gil()
        return Analysis(
            text=reading.text.raw,
            language=language,
            intent=intent,
            entities=resolved,
            commands=read_commands(reading.text.raw, language.code, resolved),
            region=reading.region,
            errors=dict(errors),
        )

    async def _run_io_extractors(self, request: _AnalysisRequest, sync_result: _SyncResult) -> Analysis:
        """Add the entities of all "io" extractors, run concurrently, and of the model if the rules were unsure."""
        reading, analysis = sync_result.reading, sync_result.analysis
        jobs: list[Extractor] = [
            one for one in self._extractors if one.kind == "io" and supports_language(one, reading.language)
        ]
        if self._model is not None and (is_unsure(analysis, request.asked) or has_unread_words(reading, analysis)):
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
        self._failures -= len(analysis.errors)  # `_assemble` below counts them again
        return self._assemble(reading, sync_result.language, entities, errors)

    async def _run_with_timeout(self, extractor: Extractor, reading: Reading) -> tuple[Sequence[Entity], str | None]:
        """Return the entities of an extractor, or none and the reason for its failure."""
        try:
            async with asyncio.timeout(_IO_TIMEOUT):
                return await cast("Awaitable[Sequence[Entity]]", extractor.extract(reading)), None
        except TimeoutError:
            return (), "timeout"
        except AsyncAssistError as error:
            return (), type(error).__name__
        except Exception as error:  # noqa: BLE001 - custom extractor; the others still run
            return (), type(error).__name__


class _AnalysisRequest(NamedTuple):
    """Text with everything that affects its analysis."""

    key: str
    text: str
    language: str | None
    hint: str | None
    region: str | None
    today: dt.date
    local: dt.datetime
    previous: str | None
    asked: tuple[str, ...]
    slots: Mapping[str, Any]


class _SyncResult(NamedTuple):
    """Result of the steps that only compute."""

    reading: Reading
    language: Language
    analysis: Analysis


def _check_context(context: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """Return the facts known to the application, empty for None.

    Raises:
        InvalidInputError: The argument or one of its facts is of the wrong kind; the error names it.
    """
    if context is None:
        return {}
    if not isinstance(context, Mapping):
        raise InvalidInputError("context", "must be a mapping")
    for name in ("language", "region"):
        if context.get(name) is not None:
            check_encodable(f"context.{name}", context[name])
    if not isinstance(context.get("slots"), Mapping | None):
        raise InvalidInputError("context.slots", "must be a mapping")
    asked = context.get("asked")
    if asked is not None and not isinstance(asked, str):
        for slot in check_items("context.asked", asked, "slots"):
            check_encodable("context.asked", slot)
    return context


def _warm_up(languages: Sequence[str]) -> None:
    """Load all tables and compile all patterns."""
    language_id.warm_up()
    intent_model()
    places.warm_up()
    rules = RuleExtractor()
    for language in languages:
        act_model(language)
        rules.extract(Reading(text=TokenizedText.from_text("a b 1 c"), language=language, today=dt.date(2026, 1, 1)))
