"""Orchestrates one turn: NLU and state in parallel, dialogue policy, flight search or chatbot, rendering."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import time
import zoneinfo
from collections import Counter
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Self

from asyncassist._clock import SYSTEM_CLOCK, as_clock, monotonic, utc_now
from asyncassist._environment import is_model_configured
from asyncassist._events import Degradation, Event, RollingWindow, attributes, emit, has_listeners
from asyncassist._lifecycle import Resource, cancel_and_wait
from asyncassist._types import Check, Health
from asyncassist._validation import check_aware_time, check_id, check_int, check_methods, check_seconds, check_user
from asyncassist.assistant.action_executor import ActionExecutor, TurnResult
from asyncassist.assistant.dialogue_store import DialogueStore, LoadedSession, chat_conversation_id
from asyncassist.assistant.models import (
    STAGES,
    AssistantEvent,
    AssistantReply,
    Done,
    OfferFound,
    SessionInfo,
    TextDelta,
    Understood,
)
from asyncassist.assistant.policy import decide
from asyncassist.assistant.rendering import load_region
from asyncassist.assistant.rendering import warm_up as warm_phrases
from asyncassist.assistant.streaming import AssistantStream
from asyncassist.assistant.tracking.place_slots import PLACE_SLOTS
from asyncassist.assistant.turn_request import StageTimer, TurnRequest
from asyncassist.errors import AsyncAssistError, ConfigurationError, InvalidInputError
from asyncassist.languages.registry import LANGUAGES
from asyncassist.nlp.commands.message_facts import MessageFacts, extract_facts
from asyncassist.nlp.followup.airport_codes import language_of_origin
from asyncassist.nlp.followup.cues import warm_up as warm_cues
from asyncassist.nlp.followup.language_switch import blank_span, requested_language
from asyncassist.nlp.followup.language_switch import warm_up as warm_language_names

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import AsyncGenerator

    from asyncassist._chat import CachedChatbot
    from asyncassist._http import AsyncHandler
    from asyncassist._state import AsyncStateManager
    from asyncassist._types import Clock, Message
    from asyncassist.assistant.state import DialogueState
    from asyncassist.flights import AsyncFlightClient
    from asyncassist.nlp import AsyncNLPEngine, Language

logger = logging.getLogger("asyncassist.assistant")

# Language switching: a message with at least this many words, detected with at least this confidence, overrides the
# language of the conversation.
_MAX_REASONS = 50
_MIN_CLEAR_WORDS, _HIGH_CONFIDENCE = 4, 0.9
# Confidence below which the conversation stays in its language.
_LOW_CONFIDENCE = 0.5


class TravelAssistant(Resource):
    """Flight-search assistant that holds multi-turn conversations.

    One instance may be shared between tasks. Messages of one session are processed one at a time, in order of arrival.
    Components passed in are never closed; components created here are closed by `aclose()`.

    Args:
        nlp: Engine that analyses the messages; None for an engine with default settings.
        state: Store of sessions and transcripts; None for an in-memory one.
        flights: Client that searches and prices offers; None for one on the offline sandbox.
        chatbot: Chatbot for messages that are not about the trip; None to answer those with a fixed phrase.
        http: Pooled HTTP handler for a flight client created here; None to let it open its own.
        currency: Currency of prices where the traveller's budget names no other: three capital letters, ISO 4217.
        max_offers: Maximum number of offers shown in one reply, 1 to 20.
        deadline: Seconds that flight search and chatbot may take per turn; after that the turn is answered with the
            results so far and marked as degraded. Calls to the session store come on top: a few per turn, each
            bounded by the store's own `timeout`.
        now: Clock, for tests.

    Raises:
        ConfigurationError: An argument has an invalid value; `field` names it.
    """

    def __init__(
        self,
        *,
        nlp: AsyncNLPEngine | None = None,
        state: AsyncStateManager | None = None,
        flights: AsyncFlightClient | None = None,
        chatbot: CachedChatbot | None = None,
        http: AsyncHandler | None = None,
        currency: str = "EUR",
        max_offers: int = 5,
        deadline: float = 30.0,
        now: Clock = SYSTEM_CLOCK,
    ) -> None:
        super().__init__()
        if not (isinstance(currency, str) and len(currency) == 3 and currency.isascii() and currency.isalpha()):
            raise ConfigurationError("currency", "must be three letters, ISO 4217")
        if not currency.isupper():
            raise ConfigurationError("currency", "must be three capital letters, ISO 4217")
        for name, component, kind, methods in (
            ("nlp", nlp, "an AsyncNLPEngine", ("analyze", "warm_up")),
            ("state", state, "an AsyncStateManager", ("get", "save", "turn", "append")),
            ("flights", flights, "an AsyncFlightClient", ("search", "stream", "price")),
            ("chatbot", chatbot, "a CachedChatbot", ("reply", "stream")),
            ("http", http, "an AsyncHandler", ("request",)),
        ):
            if component is not None:
                check_methods(name, component, kind, *methods)
        self._currency = currency
        self._max_offers = check_int("max_offers", max_offers, most=20)
        self._deadline = check_seconds("deadline", deadline)
        self._clock = as_clock(now)
        self._nlp = nlp
        self._state = state
        self._flights = flights
        self._chatbot = chatbot
        self._http = http
        self._salt = secrets.token_hex(16)
        self._zones: dict[str, zoneinfo.ZoneInfo] = {}
        self._degradation = Degradation("the assistant", monotonic(self._clock))
        self._windows = {stage: RollingWindow() for stage in STAGES}
        self._counts: dict[str, int] = dict.fromkeys(
            ("turns", "degraded", "guarded", "repeated", "failed", "rules", "flights", "chat"), 0
        )
        self._reasons: Counter[str] = Counter()

    @property
    def nlp(self) -> AsyncNLPEngine | None:
        """The engine that reads messages; None until an assistant that makes its own opens."""
        return self._nlp

    @property
    def state(self) -> AsyncStateManager | None:
        """The manager that stores sessions and transcripts; None until an assistant that makes its own opens."""
        return self._state

    @property
    def flights(self) -> AsyncFlightClient | None:
        """The client that searches flights; None until an assistant that makes its own opens."""
        return self._flights

    @property
    def chatbot(self) -> CachedChatbot | None:
        """The chatbot that answers what is not about the trip; None without one."""
        return self._chatbot

    @property
    def http(self) -> AsyncHandler | None:
        """The HTTP client that was handed in; None without one."""
        return self._http

    @classmethod
    def from_env(cls) -> Self:
        """Create an assistant configured by environment variables; with none set, it runs embedded and offline.

        Each component reads the variables of its own `from_env`. A chatbot is used when OPENAI_API_KEY,
        OPENAI_BASE_URL or ASYNCASSIST_MODEL is set.

        Returns:
            An assistant that owns its components and closes them.

        Raises:
            ConfigurationError: A variable has an invalid value.
        """
        from asyncassist._chat import CachedChatbot  # noqa: PLC0415 - loads with the first assistant
        from asyncassist._state import AsyncStateManager  # noqa: PLC0415
        from asyncassist.flights import AsyncFlightClient  # noqa: PLC0415
        from asyncassist.nlp import AsyncNLPEngine  # noqa: PLC0415

        nlp, state, flights = AsyncNLPEngine.from_env(), AsyncStateManager.from_env(), AsyncFlightClient.from_env()
        chatbot = CachedChatbot.from_env() if is_model_configured() else None
        assistant = cls(nlp=nlp, state=state, flights=flights, chatbot=chatbot)
        assistant._take_over(nlp, state, flights, *([] if chatbot is None else [chatbot]))
        return assistant

    async def _open(self) -> None:
        """Create the components that were not passed in, and load locale data before the first turn needs it."""
        from asyncassist._state import AsyncStateManager  # noqa: PLC0415 - loads with the first assistant
        from asyncassist.flights import AsyncFlightClient  # noqa: PLC0415
        from asyncassist.nlp import AsyncNLPEngine  # noqa: PLC0415

        if self._nlp is None:
            self._nlp = await asyncio.to_thread(AsyncNLPEngine, now=self._clock)
            self._take_over(self._nlp)
        if self._state is None:
            self._state = AsyncStateManager(now=self._clock)
            self._take_over(self._state)
        if self._flights is None:
            self._flights = AsyncFlightClient(http=self._http, now=self._clock)
            self._take_over(self._flights)
        for component in self._taken_over:
            await self._own(component)
        await asyncio.to_thread(_warm_up)
        await self._nlp.warm_up()
        self._store = DialogueStore(self._state)
        self._executor = ActionExecutor(
            flights=self._flights, chatbot=self._chatbot, currency=self._currency, max_offers=self._max_offers
        )

    async def reply(
        self,
        message: str,
        *,
        session_id: str | None = None,
        user: str | None = None,
        now: dt.datetime | None = None,
        timezone: str | None = None,
        request_id: str | None = None,
        locale: str | None = None,
    ) -> AssistantReply:
        """Answer one message of a conversation.

        Args:
            message: The traveller's message, at most 4000 characters.
            session_id: Id of the conversation, from an earlier reply; None starts a new conversation.
            user: Id of the user that owns the conversation; None for anonymous. One session id under two users names
                two separate conversations.
            now: Current aware time of the traveller, to which relative dates refer; None for the clock's time.
            timezone: IANA time zone of the traveller; None for that of `now`, else UTC.
            request_id: Idempotency key: a repeated request returns the stored reply and changes nothing, also when
                both were sent without a `session_id`. The last 100 per user and session are remembered, for one hour.
            locale: Locale that the traveller prefers, such as that of the browser: a BCP 47 tag ("pt-BR", "de"). Its
                language counts while neither the message nor the conversation is evidence of one; None for English
                then. Its region decides words, dates and clock of replies in this language, and the order of day and
                month in dates; without one, the region does whose words the traveller uses ("fortnight": the United
                Kingdom).

        Returns:
            The reply; `degraded` and `reason` tell when a component failed.

        Raises:
            InvalidInputError: An argument is invalid, or `request_id` was used for another message; nothing was
                changed.
            ClosedError: The assistant was closed.
        """
        request = TurnRequest(message, session_id, user, request_id, salt=self._salt, locale=locale)
        await self._prepare(request, now, timezone)
        async with contextlib.aclosing(self._run_turn(request, as_stream=False)) as events:
            async for event in events:
                if isinstance(event, Done):
                    return event.reply
        raise AssertionError("every turn ends with Done")

    @contextlib.asynccontextmanager
    async def stream(
        self,
        message: str,
        *,
        session_id: str | None = None,
        user: str | None = None,
        now: dt.datetime | None = None,
        timezone: str | None = None,
        request_id: str | None = None,
        locale: str | None = None,
    ) -> AsyncGenerator[AssistantStream]:
        """Answer one message as a stream of events.

        Leaving the block before the last event cancels the turn: no reply is stored and the session is unchanged.

        Args:
            message: As for `reply`.
            session_id: As for `reply`.
            user: As for `reply`.
            now: As for `reply`.
            timezone: As for `reply`.
            request_id: As for `reply`.
            locale: As for `reply`.

        Yields:
            The stream; iterate it once for `Understood`, `OfferFound`, `ToolStarted`, `ToolFinished`, `TextDelta`
            and `Done` events.

        Raises:
            InvalidInputError: As for `reply`.
            ClosedError: The assistant was closed.
        """
        request = TurnRequest(message, session_id, user, request_id, salt=self._salt, locale=locale)
        await self._prepare(request, now, timezone)
        async with contextlib.aclosing(self._run_turn(request, as_stream=True)) as events:
            yield AssistantStream(events)

    async def messages(self, session_id: str, *, user: str | None = None, limit: int | None = None) -> list[Message]:
        """Return the transcript of a conversation.

        Args:
            session_id: Id of the conversation.
            user: Owner of the conversation; other users' conversations are not visible.
            limit: Maximum number of messages, the newest ones; None for all stored messages.

        Returns:
            Messages, oldest first; empty for an unknown conversation.

        Raises:
            InvalidInputError: An argument is invalid.
            StateError: The store is unavailable and this process has no copy of the conversation.
            ClosedError: The assistant was closed.
        """
        check_id("session_id", session_id)
        await self._ensure_open()
        return await self._store.messages(session_id, user, limit)

    async def conversations(self, *, user: str, limit: int = 50) -> list[SessionInfo]:
        """List the conversations of a user, the last updated first.

        Args:
            user: Owner of the conversations; those without an owner are never listed.
            limit: Conversations returned, at most: 1 to 1000.

        Raises:
            InvalidInputError: An argument is invalid.
            StateError: The store is unavailable.
            ClosedError: The assistant was closed.
        """
        await self._ensure_open()
        return await self._store.conversations(user, limit)

    async def rename(self, session_id: str, title: str, *, user: str | None = None) -> None:
        """Set the title of a conversation.

        Args:
            session_id: Id of the conversation.
            title: 1 to 200 printable characters.
            user: Owner of the conversation.

        Raises:
            NotFoundError: The owner has no such conversation.
            InvalidInputError: An argument is invalid.
            StateError: The store is unavailable.
            ClosedError: The assistant was closed.
        """
        check_id("session_id", session_id)
        await self._ensure_open()
        await self._store.rename(session_id, title, user)

    async def forget(self, session_id: str, *, user: str | None = None) -> bool:
        """Delete a conversation: dialogue state, transcript, stored replies, and the chatbot's part of the history.

        Args:
            session_id: Id of the conversation.
            user: Owner of the conversation.

        Returns:
            True if the conversation existed.

        Raises:
            InvalidInputError: An argument is invalid.
            StateError: The store is unavailable and the deletion cannot be journalled either.
            ClosedError: The assistant was closed.
        """
        check_id("session_id", session_id)
        if user is not None:
            check_user("user", user)
        await self._ensure_open()
        async with self._store.turn(session_id, user, max_wait=self._deadline):
            existed = await self._store.forget(session_id, user)
            if self._chatbot is not None:
                await self._chatbot.forget(chat_conversation_id(session_id), user=user)
        return existed

    async def health(self) -> Health:
        """Check every component concurrently, without spending model tokens or flight quota.

        Returns:
            One check per component: "nlp" (the only critical one), "state", "flights", and "chat" with a chatbot. A
            chatbot whose configuration was rejected (401, 403, 404) fails as critical.

        Raises:
            ClosedError: The assistant was closed.
        """
        await self._ensure_open()
        parts = {"nlp": self._nlp, "state": self._state, "flights": self._flights, "chat": self._chatbot}
        named = [(name, part) for name, part in parts.items() if part is not None]
        checks = await asyncio.gather(*(_check_component(name, part) for name, part in named))
        if self._executor.configuration_error is not None:
            note = f"the model's configuration was refused: {self._executor.configuration_error}"
            checks = [check for check in checks if check.name != "chat"]
            checks.append(Check(name="chat", status="fail", critical=True, note=note))
        return Health.of(list(checks), note=self._degradation.reason)

    def stats(self) -> dict[str, Any]:
        """Return counters, latency per stage, and the stats of each component.

        Returns:
            "turns", "degraded", "guarded" (model texts withheld by the output guard), "repeated" (replies served for
            a repeated request id), "failed" (searches that failed as a whole), "rules", "flights" and "chat" (replies
            by source), "reasons" {reason: degraded replies, "other" beyond 50 reasons}, "degraded_seconds", "stages"
            {stage: {p50, p95, p99}} in seconds, and "parts" {component: stats}.
        """
        parts = {"nlp": self._nlp, "state": self._state, "flights": self._flights, "chat": self._chatbot}
        return {
            **self._counts,
            "reasons": dict(self._reasons),
            "degraded_seconds": self._degradation.seconds,
            "stages": {stage: window.summary() for stage, window in self._windows.items()},
            "parts": {name: part.stats().to_dict() for name, part in parts.items() if part is not None},
        }

    async def _prepare(self, request: TurnRequest, now: dt.datetime | None, timezone: str | None) -> None:
        """Open the assistant, validate the time arguments, and set the request's reference time."""
        if now is not None:
            check_aware_time("now", now)
        await self._ensure_open()
        moment = utc_now(self._clock) if now is None else now
        request.now = moment if timezone is None else moment.astimezone(await self._load_zone(timezone))

    async def _load_zone(self, name: str) -> zoneinfo.ZoneInfo:
        """Return a time zone by name; its file is read in a thread, once."""
        zone = self._zones.get(name) if isinstance(name, str) else None
        if zone is None:
            try:
                zone = await asyncio.to_thread(zoneinfo.ZoneInfo, name)
            except (zoneinfo.ZoneInfoNotFoundError, ValueError, TypeError, OSError):
                raise InvalidInputError("timezone", "must be an IANA time zone") from None
            self._zones[name] = zone
        return zone

    async def _run_turn(self, request: TurnRequest, *, as_stream: bool) -> AsyncGenerator[AssistantEvent]:
        """Process one message from end to end, yielding the events of the turn; `Done` is the last."""
        timer = StageTimer()
        # The stack holds the session's turn lock until the reply is stored, so that the next message sees this one.
        async with contextlib.AsyncExitStack() as stack:
            with timer.measure("state"):
                turn_lock = self._store.turn(request.session_id, request.user, max_wait=self._deadline)
                await stack.enter_async_context(turn_lock)
                stored_reply = await self._load_reply(request)
            if stored_reply is not None:
                self._counts["repeated"] += 1
                for event in _replay(stored_reply):
                    yield event
                return
            loaded, facts, reasons = await self._understand(request, timer)
            decision = decide(loaded.state, facts)
            turn_result = TurnResult(
                state=decision.state,
                intent=decision.intent,
                message=request.message,
                session_id=request.session_id,
                user=request.user,
                now=request.now,
                deadline_at=asyncio.get_running_loop().time() + self._deadline,
                reasons=reasons,
            )
            yield Understood(language=facts.language, intent=decision.intent, slots=decision.state.reported_slots())
            answer = self._executor.execute(turn_result, decision.actions, as_stream=as_stream)
            async with contextlib.aclosing(answer) as events:
                async for event in events:
                    yield event
            timer.elapsed["flights"], timer.elapsed["chat"] = turn_result.flights_elapsed, turn_result.chat_elapsed
            reply = await self._save_turn(request, loaded, turn_result, timer)
            yield Done(reply=reply)

    async def _load_reply(self, request: TurnRequest) -> AssistantReply | None:
        """Return the stored reply of a repeated request, None for a new one or without a request id."""
        if request.request_id is None:
            return None
        return await self._store.load_reply(request.session_id, request.user, request.request_id, request.message)

    async def _understand(
        self, request: TurnRequest, timer: StageTimer
    ) -> tuple[LoadedSession, MessageFacts, list[str]]:
        """Detect the language while the session loads, then analyse the message with both.

        Returns:
            The loaded session, the facts of the message, and the reasons for which the reply is degraded so far.
        """
        assert self._nlp is not None
        started = time.perf_counter()
        loading = asyncio.ensure_future(self._store.load(request.session_id, request.user))
        try:
            language = await self._nlp.detect_language(request.message)
            timer.elapsed["nlp"] += time.perf_counter() - started
            loaded = await loading
        finally:
            await cancel_and_wait(loading)
        # Only the wait beyond language detection counts as "state": the two ran concurrently.
        timer.elapsed["state"] += time.perf_counter() - started - timer.elapsed["nlp"]
        reasons = [] if loaded.load_error is None else [f"state: {loaded.load_error}"]
        with timer.measure("nlp"):
            facts = await self._analyze(request, loaded.state, language, reasons)
        return loaded, facts, reasons

    async def _analyze(
        self, request: TurnRequest, state: DialogueState, language: Language, reasons: list[str]
    ) -> MessageFacts:
        """Analyse the message in the context of the dialogue state; failed extractors are appended to `reasons`."""
        assert self._nlp is not None
        context: dict[str, Any] = {"slots": dict(state.slots), "language": state.language, "asked": state.asked}
        requested = requested_language(request.message)
        chosen = await self._choose_language(request, state, language) if requested is None else requested[0]
        context["region"] = _region(request, state, chosen)
        analysis = await self._nlp.analyze(
            request.message if requested is None else blank_span(request.message, requested[1]),
            language=chosen,
            now=request.now,
            context={name: value for name, value in context.items() if value is not None},
        )
        reasons.extend(f"nlp: {name}" for name in analysis.errors)
        await load_region(chosen, analysis.region)
        return extract_facts(
            analysis,
            today=request.now.date(),
            language_requested=requested is not None,
            offers_shown=bool(state.shown),
            question_open=state.asked is not None,
            budget=state.slots.get("budget"),
            has_legs="legs" in state.slots,
        )

    async def _choose_language(self, request: TurnRequest, state: DialogueState, detected: Language) -> str:
        """Choose the reply language; a name, a number or an "ok" does not change that of the conversation."""
        assert self._nlp is not None
        message, previous = request.message, state.language
        # Capitalised words are left out: names carry no language ("no Vueling, Air France").
        words = sum(not word[0].isupper() for word in message.split())
        if previous is None:
            if request.locale is None:
                return language_of_origin(message) or detected.code
            if detected.confidence < _LOW_CONFIDENCE:
                detected = await self._nlp.detect_language(message, hint=request.locale.language)
            if len(message.split()) == 1:  # "London", "ok": a name or a word of many languages
                return request.locale.language
            return detected.code
        if detected.code == previous:
            return previous
        hinted = await self._nlp.detect_language(message, hint=previous)
        if hinted.code == previous:
            return previous
        if detected.confidence >= _HIGH_CONFIDENCE and words >= _MIN_CLEAR_WORDS:
            return detected.code
        is_name = words <= 1 or (state.asked in PLACE_SLOTS and words < _MIN_CLEAR_WORDS)
        return previous if hinted.confidence < (_HIGH_CONFIDENCE if is_name else _LOW_CONFIDENCE) else hinted.code

    async def _save_turn(
        self, request: TurnRequest, loaded: LoadedSession, turn_result: TurnResult, timer: StageTimer
    ) -> AssistantReply:
        """Store the turn and return its reply."""
        reply = _build_reply(turn_result, {})
        with timer.measure("state"):
            save_error = await self._store.save(
                request.session_id, request.user, loaded, turn_result.state, (request.message, reply)
            )
            if save_error is not None:
                turn_result.reasons.append(f"state: {save_error}")
            if request.request_id is not None:
                # Timings are built twice: the stored copy cannot include the time of its own write.
                await self._store.save_reply(
                    request.session_id,
                    request.user,
                    request.request_id,
                    request.message,
                    _build_reply(turn_result, timer.timings()),
                )
        reply = _build_reply(turn_result, timer.timings())
        self._record_turn(turn_result, reply)
        return reply

    def _record_turn(self, turn_result: TurnResult, reply: AssistantReply) -> None:
        """Update counters, latency windows and the degradation state, and emit the turn event."""
        self._counts["turns"] += 1
        self._counts[reply.source if reply.source in {"rules", "flights"} else "chat"] += 1
        self._counts["degraded"] += reply.degraded
        for reason in set(turn_result.reasons):
            # The text in brackets after a reason is too varied for a counter.
            kind = reason.partition(" (")[0]
            self._reasons[kind if kind in self._reasons or len(self._reasons) < _MAX_REASONS else "other"] += 1
        self._counts["guarded"] += turn_result.rejection_reason is not None
        self._counts["failed"] += turn_result.search_failed
        for stage, spent in reply.timings.items():
            self._windows[stage].add(spent)
        if reply.degraded:
            self._degradation.begin(reply.reason or "degraded")
        else:
            self._degradation.end()
        if has_listeners():
            facts = attributes(
                language=reply.language, intent=reply.intent, source=reply.source, degraded=reply.degraded
            )
            emit(Event(name="asyncassist.assistant.turn", elapsed=reply.timings["total"], attributes=facts))


def _region(request: TurnRequest, state: DialogueState, language: str) -> str | None:
    """Return the traveller's region: that of the locale, else that of the conversation; each in its language only."""
    if request.locale is not None and request.locale.language == language and request.locale.region is not None:
        return request.locale.region
    return state.region if state.language in {None, language} else None


def _build_reply(turn_result: TurnResult, timings: dict[str, float]) -> AssistantReply:
    """Build the reply of a turn; repeated reasons are listed once."""
    state = turn_result.state
    shown = turn_result.selection
    reasons = list(dict.fromkeys(turn_result.reasons))
    return AssistantReply(
        text="".join(turn_result.pieces),
        session_id=turn_result.session_id,
        language=state.language or LANGUAGES[0],
        intent=turn_result.intent,
        slots=MappingProxyType(state.reported_slots()),
        missing=state.missing(),
        offers=turn_result.offers,
        source=turn_result.source,
        degraded=bool(reasons),
        reason="; ".join(reasons) or None,
        chosen=turn_result.chosen,
        best=None if shown is None else shown.best,
        cheapest=None if shown is None else shown.cheapest,
        fastest=None if shown is None else shown.fastest,
        fares=MappingProxyType({} if shown is None else dict(shown.fares)),
        more=0 if shown is None else shown.more,
        date_prices=turn_result.date_prices,
        sort=state.sort,
        windows=MappingProxyType(dict(state.windows)),
        timings=timings or dict.fromkeys(STAGES, 0.0),
    )


def _replay(reply: AssistantReply) -> tuple[AssistantEvent, ...]:
    """Return the events of a stored reply."""
    offers = [OfferFound(offer=offer) for offer in reply.offers]
    start = Understood(language=reply.language, intent=reply.intent, slots=reply.slots)
    return (start, *offers, TextDelta(text=reply.text), Done(reply=reply))


async def _check_component(name: str, part: Any) -> Check:
    """Summarise a component's health as one check; a component that raises fails."""
    started = time.perf_counter()
    try:
        health: Health = await part.health()
    except AsyncAssistError as error:
        elapsed = time.perf_counter() - started
        return Check(name=name, status="fail", elapsed=elapsed, critical=name == "nlp", note=type(error).__name__)
    note = health.note or "; ".join(check.note for check in health.checks if check.note)
    return Check(
        name=name, status=health.status, elapsed=time.perf_counter() - started, critical=name == "nlp", note=note
    )


def _warm_up() -> None:
    """Load locale data and compile the cue patterns; reads files, so run it in a thread."""
    warm_phrases()
    warm_cues()
    warm_language_names()
