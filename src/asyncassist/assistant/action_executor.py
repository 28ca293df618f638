"""Executes dialogue actions: renders phrases and questions, searches and prices offers, calls the chatbot."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import datetime as dt
import logging
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from asyncassist._cache import json_digest
from asyncassist._lifecycle import cancel_and_wait
from asyncassist._types import Money, Passengers
from asyncassist.assistant import output_guard
from asyncassist.assistant.actions import (
    Action,
    AnswerQuestion,
    AskChatbot,
    AskSlot,
    DescribeOffer,
    SayPhrase,
    SearchDates,
    SearchOffers,
)
from asyncassist.assistant.answers import AnswerRenderer
from asyncassist.assistant.chatbot_tools import ToolEquippedChatbot
from asyncassist.assistant.dialogue_store import chat_conversation_id
from asyncassist.assistant.models import AssistantEvent, OfferFound, TextDelta
from asyncassist.assistant.prompt import CONTEXT_PREFIX, system_prompt
from asyncassist.assistant.ranking import OfferSelection, lowest_fares, select_offers
from asyncassist.assistant.rendering import PhraseRenderer, renderer_for
from asyncassist.assistant.state import DialogueState, OfferSummary
from asyncassist.errors import (
    AsyncAssistError,
    AuthenticationError,
    DeadlineExceededError,
    InvalidQueryError,
    OfferExpiredError,
    StatusError,
)
from asyncassist.flights import FlightQuery, Slice
from asyncassist.flights.merge import rank
from asyncassist.languages.registry import LANGUAGES
from asyncassist.nlp.dates.calendar_math import plus_days
from asyncassist.nlp.entities.alliances import ALLIANCES

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Sequence

    from asyncassist._chat import CachedChatbot, ToolFinished, ToolStarted
    from asyncassist._types import Leg, Place
    from asyncassist.flights import AsyncFlightClient, DatePrice, FlightOffer

logger = logging.getLogger("asyncassist.assistant")

# Offers requested per search: more than are shown, so that "cheaper" and "earlier" can select among them, and the
# cheapest of all is not cut off.
MAX_SEARCHED = 200

# Most searches of one turn, where several places will do.
MAX_SEARCHES = 4

# Stop limits that are sent to providers; a higher one limits nothing.
_STOP_LIMITS = range(4)

# Phrases of what was not understood, and how many of them in a row lead to an example.
_MISSES = frozenset({"not_understood", "not_understood_name", "unknown_place", "unknown_date"})
_MAX_MISSES = 2
# Example for the slot of the open question.
_EXAMPLES = {
    "origin": "example_place",
    "destination": "example_place",
    "departure_date": "example_date",
    "return_date": "example_date",
    "passengers": "example_passengers",
    "any_stops": "example_yes",
    "split_party": "example_yes",
}

# Slot to ask for again when `FlightQuery` rejects a field.
_FIELD_SLOTS = {"departure": "departure_date", "return_date": "return_date", "origin": "origin"}


@dataclass(slots=True)
class TurnResult:
    """Mutable result of one turn, filled by `ActionExecutor`.

    Attributes:
        state: Dialogue state, updated while actions run.
        intent: Intent of the message, by the names of the NLP engine.
        message: The traveller's message.
        session_id: Id of the conversation.
        user: Owner of the conversation, None for anonymous.
        now: Current aware time of the traveller.
        deadline_at: Event loop time at which the turn is answered with the results so far.
        pieces: Text fragments of the reply, in order; joined they are its text.
        offers: Offers that the text refers to, in the order shown.
        chosen: The offer that was picked, None if none was.
        selection: The list of offers, None without one.
        date_prices: Lowest prices by date, empty if they were not asked for.
        source: Source of the reply, as in `AssistantReply.source`.
        reasons: Reasons for which the reply is degraded, each prefixed by its component.
        flights_elapsed: Seconds spent on flight search and pricing.
        chat_elapsed: Seconds spent on the chatbot.
        rejection_reason: Why the output guard withheld the model's text, None if it did not.
        search_failed: True if a search failed as a whole.
    """

    state: DialogueState
    intent: str
    message: str
    session_id: str
    user: str | None
    now: dt.datetime
    deadline_at: float
    pieces: list[str] = field(default_factory=list)
    offers: tuple[FlightOffer, ...] = ()
    chosen: FlightOffer | None = None
    selection: OfferSelection | None = None
    date_prices: tuple[DatePrice, ...] = ()
    source: str = "rules"
    reasons: list[str] = field(default_factory=list)
    flights_elapsed: float = 0.0
    chat_elapsed: float = 0.0
    rejection_reason: str | None = None
    search_failed: bool = False

    def add_text(self, text: str, *, own_line: bool = False) -> TextDelta:
        """Append a text fragment and return its event.

        Args:
            text: The fragment, without leading separator.
            own_line: Start the fragment on a line of its own.
        """
        gap = "" if not self.pieces else ("\n" if own_line or "\n" in self.pieces[-1] else " ")
        self.pieces.append(gap + text)
        return TextDelta(text=gap + text)

    @contextlib.asynccontextmanager
    async def deadline(self) -> AsyncGenerator[None]:
        """Bound the block by the deadline of the turn.

        Raises:
            DeadlineExceededError: The deadline passed inside the block.
        """
        try:
            async with asyncio.timeout_at(self.deadline_at):
                yield
        except TimeoutError:
            raise DeadlineExceededError("the turn took too long") from None


class ActionExecutor:
    """Executor of dialogue actions.

    Args:
        flights: Client that searches and prices offers.
        chatbot: Chatbot for messages that are not about the trip; None to answer those with a fixed phrase.
        currency: Currency of prices where no budget names another, ISO 4217.
        max_offers: Maximum number of offers shown in one reply.
    """

    def __init__(
        self, *, flights: AsyncFlightClient, chatbot: CachedChatbot | None, currency: str, max_offers: int
    ) -> None:
        self._flights = flights
        self._chatbot = chatbot
        self._side_chatbot = (
            None if chatbot is None else ToolEquippedChatbot(chatbot, flights, currency=currency, max_offers=max_offers)
        )
        self._currency = currency
        self._max_offers = max_offers
        self.configuration_error: str | None = None
        """Error class name of the last chatbot call if its configuration was rejected, else None."""

    async def execute(
        self, turn_result: TurnResult, actions: tuple[Action, ...], *, as_stream: bool
    ) -> AsyncGenerator[AssistantEvent]:
        """Execute the actions in order.

        Args:
            turn_result: Result of the turn, filled here.
            actions: Actions that the policy chose.
            as_stream: Yield `OfferFound` events while offers arrive, and `ToolStarted` and `ToolFinished` events while
                the chatbot calls tools.

        Yields:
            Events of offers and tools, and `TextDelta` events.
        """
        renderer = renderer_for(turn_result.state.language or LANGUAGES[0], turn_result.state.region)
        for action in actions:
            match action:
                case SayPhrase():
                    yield turn_result.add_text(renderer.render_phrase(action))
                case AskSlot():
                    for event in _ask(turn_result, action, actions, renderer):
                        yield event
                case SearchDates():
                    yield await self._search_dates(turn_result, action, renderer)
                case DescribeOffer():
                    yield await self._describe_offer(turn_result, action, renderer)
                case AnswerQuestion():
                    answers = AnswerRenderer(renderer, turn_result.state)
                    yield turn_result.add_text(answers.answer(action))
                case AskChatbot() if not as_stream:
                    yield turn_result.add_text(await self._ask_chatbot(turn_result, action, renderer))
                case SearchOffers() | AskChatbot():
                    events = self._run(turn_result, action, renderer, as_stream=as_stream)
                    async with contextlib.aclosing(events):
                        async for event in events:
                            yield event
        for event in _close(turn_result, actions, renderer):
            yield event

    def _run(
        self,
        turn_result: TurnResult,
        action: SearchOffers | AskChatbot,
        renderer: PhraseRenderer,
        *,
        as_stream: bool,
    ) -> AsyncGenerator[AssistantEvent]:
        """Return the events of an action that takes time."""
        if isinstance(action, SearchOffers):
            return self._search_offers(turn_result, action, renderer, as_stream=as_stream)
        return self._stream_chatbot(turn_result, action, renderer)

    async def _search_offers(
        self, turn_result: TurnResult, search: SearchOffers, renderer: PhraseRenderer, *, as_stream: bool
    ) -> AsyncGenerator[AssistantEvent]:
        """Search for offers and present the best; a failed search becomes a phrase and a reason."""
        turn_result.source = "flights"
        started = time.perf_counter()
        found: list[FlightOffer] = []
        emitted: set[str] = set()
        try:
            queries = build_queries(turn_result.state, self._currency)
            if as_stream and len(queries) == 1:
                async with contextlib.aclosing(self._stream_offers(turn_result, search, queries[0], found)) as arriving:
                    async for offer in arriving:
                        emitted.add(offer.id)
                        yield OfferFound(offer=offer)
            else:
                found.extend(await self._fetch_all(turn_result, queries))
        except InvalidQueryError as error:
            turn_result.flights_elapsed += time.perf_counter() - started
            for event in _ask_about_invalid_query(turn_result, error, renderer):
                yield event
            return
        except AsyncAssistError as error:
            turn_result.flights_elapsed += time.perf_counter() - started
            turn_result.reasons.append(f"flights: {type(error).__name__}")
            turn_result.search_failed = True
            yield turn_result.add_text(renderer.render("search_failed", trip=turn_result.state))
            return
        turn_result.flights_elapsed += time.perf_counter() - started
        selection = select_offers(found, turn_result.state, search, max_offers=self._max_offers)
        if as_stream:
            for offer in selection.offers:
                if offer.id not in emitted:
                    yield OfferFound(offer=offer)
        fares = lowest_fares(found, turn_result.state) if selection.key == "no_matching_fares" else ()
        for delta in self._present_offers(turn_result, search, selection, renderer):
            yield delta
        if fares:
            kinds = [renderer.render(kind, price=price) for kind, price in fares]
            yield turn_result.add_text(renderer.render("fares", fares=renderer.join_and(kinds)))

    async def _fetch_offers(self, turn_result: TurnResult, query: FlightQuery) -> tuple[FlightOffer, ...]:
        """Return all offers of a query; an incomplete result adds a reason."""
        async with turn_result.deadline():
            result = await self._flights.search(query, now=turn_result.now)
        if not result.complete:
            turn_result.reasons.append(_incomplete_reason(result.errors))
        return result.offers

    async def _fetch_all(self, turn_result: TurnResult, queries: Sequence[FlightQuery]) -> list[FlightOffer]:
        """Return the offers of all queries, best first; a query that fails beside another adds a reason.

        Raises:
            AsyncAssistError: All queries failed.
        """
        if len(queries) == 1:
            return list(await self._fetch_offers(turn_result, queries[0]))
        results = await asyncio.gather(
            *(self._fetch_offers(turn_result, query) for query in queries), return_exceptions=True
        )
        errors = [result for result in results if isinstance(result, BaseException)]
        for error in errors:
            if len(errors) == len(queries) or not isinstance(error, AsyncAssistError):
                raise error
            turn_result.reasons.append(f"flights: {type(error).__name__}")
        offers = {offer.id: offer for result in results if not isinstance(result, BaseException) for offer in result}
        return rank(offers.values(), "best", queries[0].currency)

    async def _stream_offers(
        self, turn_result: TurnResult, search: SearchOffers, query: FlightQuery, found: list[FlightOffer]
    ) -> AsyncGenerator[FlightOffer]:
        """Yield offers as they arrive, each once and only if it then is one of those to show.

        Args:
            turn_result: Result of the turn; an incomplete search adds a reason.
            search: Search action with refinement and list order.
            query: The search.
            found: Receives all offers at the end.
        """
        by_id: dict[str, FlightOffer] = {}
        emitted: set[str] = set()
        async with self._flights.stream(query, now=turn_result.now) as stream:
            while True:
                try:
                    async with turn_result.deadline():
                        batch = await anext(stream, None)
                except DeadlineExceededError:
                    # Offers that arrived before the deadline are shown; without any the search failed.
                    if not by_id:
                        raise
                    turn_result.reasons.append("flights: the turn took too long")
                    found.extend(rank(by_id.values(), "best", query.currency))
                    return
                if batch is None:
                    break
                for old in batch.replaces.values():
                    by_id.pop(old, None)
                by_id.update({offer.id: offer for offer in batch.offers})
                ranked = rank(by_id.values(), "best", query.currency)
                best = select_offers(ranked, turn_result.state, search, max_offers=self._max_offers).offers
                for offer in best:
                    if offer.id not in emitted:
                        emitted.add(offer.id)
                        yield offer
            result = stream.result
        if not result.complete:
            turn_result.reasons.append(_incomplete_reason(result.errors))
        found.extend(result.offers)

    def _present_offers(
        self, turn_result: TurnResult, search: SearchOffers, selection: OfferSelection, renderer: PhraseRenderer
    ) -> list[AssistantEvent]:
        """Render a list of offers and record it in the dialogue state, to which "the second one" then refers."""
        slots = turn_result.state.slots
        with_route = "more_origins" in slots or "more_destinations" in slots
        lines = [
            renderer.render_offer_line(
                number, offer, by_leg="legs" in slots and len(offer.itineraries) > 1, with_route=with_route
            )
            for number, offer in enumerate(selection.offers, 1)
        ]
        events: list[AssistantEvent] = [turn_result.add_text(renderer.render_intro(selection, turn_result.state))]
        events += [turn_result.add_text(line, own_line=True) for line in lines]
        if turn_result.reasons and selection.offers:
            events.append(turn_result.add_text(renderer.render("partial"), own_line=True))
        settled = turn_result.state.settled
        if selection.offers and "hint" not in settled:
            # The hint at further commands is shown once per conversation.
            events.append(turn_result.add_text(renderer.render("next_steps"), own_line=True))
            settled |= {"hint"}
        turn_result.offers = selection.offers
        turn_result.selection = selection
        page = tuple(offer.id for offer in selection.offers)
        continued = search.refinement == "more" or not page
        turn_result.state = turn_result.state.replace(
            shown=tuple(OfferSummary.from_offer(offer) for offer in selection.offers) or turn_result.state.shown,
            seen=(*turn_result.state.seen, *page) if continued else page,
            chosen=None,
            picked=None,
            settled=settled,
            asked="any_stops" if selection.key == "no_direct_flights" else None,
        )
        return events

    async def _search_dates(
        self, turn_result: TurnResult, search: SearchDates, renderer: PhraseRenderer
    ) -> AssistantEvent:
        """Present the lowest price of each day around the departure, cheapest first; the state is unchanged."""
        turn_result.source = "flights"
        started = time.perf_counter()
        try:
            state, window = turn_result.state, search.window
            if search.month is not None:
                state, window = _in_month(state, search.month, turn_result.now.date())
            query = build_query(state, self._currency)
            async with turn_result.deadline():
                prices = await self._flights.search_dates(
                    query, window=window, max_searches=2 * window + 1, now=turn_result.now
                )
        except AsyncAssistError as error:
            turn_result.reasons.append(f"flights: {type(error).__name__}")
            turn_result.search_failed = True
            return turn_result.add_text(renderer.render("search_failed", trip=turn_result.state))
        finally:
            turn_result.flights_elapsed += time.perf_counter() - started
        prices = [day for day in prices if search.month is None or f"{day.date:%Y-%m}" == search.month]
        turn_result.date_prices = tuple(prices)
        prices.sort(key=lambda day: day.price.amount)
        if not prices:
            return turn_result.add_text(renderer.render("no_flights", trip=turn_result.state))
        if search.month is None and prices[0].date == query.ways[0].departure:
            return turn_result.add_text(renderer.render("no_cheaper_day", date=prices[0].date, price=prices[0].price))
        lines = [renderer.render("day_price", date=day.date, price=day.price) for day in prices[: self._max_offers]]
        # The prices of days are those of any hour.
        trip = turn_result.state.replace(windows={})
        return turn_result.add_text("\n".join((renderer.render("by_day", trip=trip), *lines)))

    async def _describe_offer(
        self, turn_result: TurnResult, action: DescribeOffer, renderer: PhraseRenderer
    ) -> AssistantEvent:
        """Present one offer; the price of an offer that was just picked is confirmed with its provider first."""
        if not action.chosen:
            return turn_result.add_text(renderer.render_offer(action.offer, "details"))
        turn_result.source = "flights"
        started = time.perf_counter()
        text = renderer.render_offer(action.offer, "chosen")
        try:
            full_offer = await self._reload_offer(turn_result, action.offer)
            async with turn_result.deadline():
                priced = await self._flights.price(full_offer)
        except (OfferExpiredError, LookupError):
            text = f"{text} {renderer.render('price_unchecked')}"
        except AsyncAssistError as error:
            text = f"{text} {renderer.render('price_unchecked')}"
            turn_result.reasons.append(f"flights: {type(error).__name__}")
        else:
            turn_result.offers, turn_result.chosen = (priced.offer,), priced.offer
            turn_result.state = _with_checked_price(turn_result.state, action.offer, priced.total)
            if priced.changed:
                text += " " + renderer.render("price_changed", price=priced.total, old=priced.old_total)
        turn_result.flights_elapsed += time.perf_counter() - started
        return turn_result.add_text(text)

    async def _reload_offer(self, turn_result: TurnResult, summary: OfferSummary) -> FlightOffer:
        """Return the full offer of a stored summary by repeating the search, which the flight client has cached.

        Raises:
            LookupError: The offer is no longer available.
        """
        found = await self._fetch_all(turn_result, build_queries(turn_result.state, self._currency))
        offers = [fare for offer in found for fare in (offer, *offer.alternatives)]
        for offer in offers:
            if offer.id == summary.id and OfferSummary.from_offer(offer).number == summary.number:
                return offer
        # Providers may issue new ids with every search: fall back to the flights themselves.
        matching = [offer for offer in offers if _is_same_flight(OfferSummary.from_offer(offer), summary)]
        if not matching:
            raise LookupError
        # Of several fares for these flights, one with the same rules if it is still sold.
        return next(
            (offer for offer in matching if _is_same_fare(OfferSummary.from_offer(offer), summary)), matching[0]
        )

    async def _stream_chatbot(
        self, turn_result: TurnResult, action: AskChatbot, renderer: PhraseRenderer
    ) -> AsyncGenerator[AssistantEvent]:
        """Yield the events of the chatbot's tools as they happen, then its answer."""
        arrived: asyncio.Queue[ToolStarted | ToolFinished | None] = asyncio.Queue()
        answering = asyncio.ensure_future(self._ask_chatbot(turn_result, action, renderer, arrived.put_nowait))
        answering.add_done_callback(lambda _: arrived.put_nowait(None))
        try:
            while (event := await arrived.get()) is not None:
                yield event
            yield turn_result.add_text(await answering)
        finally:
            await cancel_and_wait(answering)

    async def _ask_chatbot(
        self,
        turn_result: TurnResult,
        action: AskChatbot,
        renderer: PhraseRenderer,
        on_event: Callable[[ToolStarted | ToolFinished], None] | None = None,
    ) -> str:
        """Return the chatbot's answer, or the fallback phrase if it fails or the output guard rejects its text."""
        if self._chatbot is None or self._side_chatbot is None:
            return renderer.pointer(action.fallback_key)
        started = time.perf_counter()
        # The system prompt of the application comes first; the assistant's is appended.
        system = "\n\n".join(part for part in (self._chatbot.system, system_prompt(renderer.language)) if part)
        try:
            async with turn_result.deadline():
                reply = await self._side_chatbot.reply(
                    turn_result.message,
                    conversation_id=chat_conversation_id(turn_result.session_id),
                    user=turn_result.user,
                    system=system,
                    context=chat_context(turn_result),
                    on_event=on_event,
                )
        except (AuthenticationError, StatusError) as error:
            self.configuration_error = type(error).__name__
            turn_result.reasons.append(f"chat: {type(error).__name__}")
            return renderer.pointer(action.fallback_key)
        except AsyncAssistError as error:
            turn_result.reasons.append(f"chat: {type(error).__name__}")
            return renderer.pointer(action.fallback_key)
        finally:
            turn_result.chat_elapsed += time.perf_counter() - started
        self.configuration_error = None
        if reply.degraded:
            turn_result.reasons.append(f"chat: {reply.reason or 'degraded'}")
        turn_result.rejection_reason = output_guard.rejection_reason(
            reply.text,
            prompts=(system, CONTEXT_PREFIX),
            facts={**known_facts(turn_result.state), "tools": self._side_chatbot.facts_of(reply)},
        )
        if turn_result.rejection_reason is not None:
            logger.warning("a model's text was not shown: %s", turn_result.rejection_reason)
            turn_result.reasons.append(f"chat: text withheld ({turn_result.rejection_reason})")
            return renderer.pointer(action.fallback_key)
        turn_result.source = reply.source
        return reply.text


def _ask(
    turn_result: TurnResult, question: AskSlot, actions: tuple[Action, ...], renderer: PhraseRenderer
) -> list[AssistantEvent]:
    """Ask a question, after an example of an answer where one is due."""
    text = renderer.render_question(question)
    return [*_vary_reply(turn_result, actions, renderer, text), turn_result.add_text(text)]


def _close(turn_result: TurnResult, actions: tuple[Action, ...], renderer: PhraseRenderer) -> list[AssistantEvent]:
    """End a reply that is no question, with an example where one is due, and remember the text of any reply."""
    asks = any(isinstance(action, AskSlot) for action in actions)
    events = [] if asks else _vary_reply(turn_result, actions, renderer)
    turn_result.state = turn_result.state.replace(last_reply=json_digest("".join(turn_result.pieces)))
    return events


def _vary_reply(
    turn_result: TurnResult, actions: tuple[Action, ...], renderer: PhraseRenderer, question: str = ""
) -> list[AssistantEvent]:
    """Add an example to a reply that says the same as the last one, and after two messages that were not understood.

    Args:
        turn_result: Result of the turn; its state counts the messages that were not understood.
        actions: Actions of the turn.
        renderer: Renderer of phrases.
        question: Question that follows, "" if none does.
    """
    state = turn_result.state
    missed = any(
        (isinstance(action, SayPhrase) and action.key in _MISSES)
        or (isinstance(action, AskChatbot) and action.fallback_key == "other" and turn_result.source == "rules")
        for action in actions
    )
    turn_result.state = state = state.replace(misses=state.misses + 1 if missed else 0)
    if state.misses < _MAX_MISSES and not _repeats(turn_result, question):
        return []
    first = _EXAMPLES.get(state.asked or "", "other_ways" if state.shown else "example_trip")
    for key in (first, "example_trip", "help"):
        example = renderer.render(key)
        if not _repeats(turn_result, example, question):
            break
    return [turn_result.add_text(example)]


def _repeats(turn_result: TurnResult, *further: str) -> bool:
    """Return whether a reply would be the last one again, with further fragments at its end."""
    whole = dataclasses.replace(turn_result, pieces=turn_result.pieces.copy())
    for text in filter(None, further):
        whole.add_text(text)
    return json_digest("".join(whole.pieces)) == turn_result.state.last_reply


# Days before and after the middle of a month that cover it.
_HALF_MONTH = 15


def _in_month(state: DialogueState, month: str, today: dt.date) -> tuple[DialogueState, int]:
    """Return the state with a departure in the middle of a month, and the days around it that cover the month."""
    first = dt.date.fromisoformat(f"{month}-01")
    middle = max(first.replace(day=_HALF_MONTH + 1), today)
    back = None if state.stay is None else plus_days(middle, state.stay)
    return state.with_slots(departure_date=middle, return_date=back), _HALF_MONTH


def _with_checked_price(state: DialogueState, offer: OfferSummary, total: Money) -> DialogueState:
    """Return the state with the confirmed price in the summary of the offer."""
    checked = dataclasses.replace(offer, price=total.amount, currency=total.currency)
    return state.replace(shown=tuple(checked if one.id == offer.id else one for one in state.shown))


def build_query(state: DialogueState, currency: str) -> FlightQuery:
    """Build the flight query of a dialogue state whose required slots are filled.

    Args:
        state: The dialogue state.
        currency: Currency of prices where no budget names another, ISO 4217.

    Raises:
        InvalidQueryError: The slots form no valid query.
    """
    slots = state.slots
    passengers: Passengers = slots.get("passengers", Passengers())
    budget: Money | None = slots.get("budget")
    if budget is not None and budget.amount <= 0:
        budget = None
    stops = slots.get("max_stops")
    airline = slots.get("airline")
    wanted = budget.currency if budget is not None else state.currency or currency
    wanted_airlines = sorted(ALLIANCES.get(slots.get("alliance", ""), ()))
    if airline is not None:
        wanted_airlines = [airline.code, *(one.code for one in slots.get("more_airlines", ()))]
    excluded = () if wanted_airlines else slots.get("excluded_airlines", ())
    return FlightQuery(
        **_route(state),
        adults=passengers.adults,
        children=passengers.children,
        infants=passengers.infants,
        cabin=slots.get("cabin", "economy"),
        max_stops=stops if stops in _STOP_LIMITS else None,
        currency=wanted,
        airlines=tuple(wanted_airlines),
        exclude_airlines=tuple(one.code for one in excluded),
        max_price=None if budget is None else budget.amount,
        max_offers=MAX_SEARCHED,
    )


def build_queries(state: DialogueState, currency: str) -> list[FlightQuery]:
    """Build the queries of a dialogue state: one, or one for each of the places of which either will do.

    Args:
        state: The dialogue state.
        currency: Currency of prices where no budget names another, ISO 4217.

    Raises:
        InvalidQueryError: The slots form no valid query.
    """
    slots = state.slots
    origins: list[Place] = [slots["origin"], *slots.get("more_origins", ())]
    destinations: list[Place] = [slots["destination"], *slots.get("more_destinations", ())]
    pairs = [(one, other) for one in origins for other in destinations if one.code != other.code][:MAX_SEARCHES]
    if len(pairs) <= 1 or ("legs" in slots and state.leg is None):
        return [build_query(state, currency)]
    return [build_query(state.with_slots(origin=one, destination=other), currency) for one, other in pairs]


def _route(state: DialogueState) -> dict[str, Any]:
    """Return the part of a query that says where and when: the legs of a trip of several, else the trip."""
    slots = state.slots
    if "legs" in slots and state.leg is None:
        legs: tuple[Leg, ...] = slots["legs"]
        ways = [
            Slice(leg.origin.code, leg.destination.code, leg.departure_date)
            for leg in legs
            if leg.origin is not None and leg.destination is not None and leg.departure_date is not None
        ]
        return {"slices": tuple(ways)}
    return {
        "origin": slots["origin"].code,
        "destination": slots["destination"].code,
        "departure": slots["departure_date"],
        "return_date": slots.get("return_date"),
    }


def known_facts(state: DialogueState) -> dict[str, Any]:
    """Return the facts that a model's text may mention: the slots, and the offers shown under "offers"."""
    return {**state.slots, "offers": state.shown}


def chat_context(turn_result: TurnResult) -> dict[str, Any]:
    """Return the chatbot's context: typed values only, no text written by travellers or providers."""
    state = turn_result.state
    return {
        "language": state.language,
        "intent": turn_result.intent,
        "slots": state.reported_slots(),
        "missing": list(state.missing()),
        "offers": [
            {
                "carrier": offer.outbound.carriers[0],
                "flight": offer.number,
                "price": offer.price,
                "currency": offer.currency,
                "departs": offer.departs,
                "arrives": offer.outbound.arrives,
                "stops": offer.outbound.stops,
            }
            for offer in state.shown
        ],
    }


def _ask_about_invalid_query(
    turn_result: TurnResult, error: InvalidQueryError, renderer: PhraseRenderer
) -> list[AssistantEvent]:
    """Drop the slot of an invalid query and ask for it again.

    The policy has validated the slots already; what remains is a departure that is past in the origin's time zone.
    """
    turn_result.source = "rules"
    slot = _FIELD_SLOTS.get(error.field, "destination")
    value = turn_result.state.slots.get(slot)
    turn_result.state = turn_result.state.with_slots(**{slot: None}).replace(asked=slot)
    events: list[AssistantEvent] = []
    if isinstance(value, dt.date):
        events.append(turn_result.add_text(renderer.render("past_date", date=value)))
    events.append(turn_result.add_text(renderer.render_question(AskSlot(slot=slot))))
    return events


def _incomplete_reason(errors: Any) -> str:
    """Return the degradation reason that names the providers that failed."""
    names = ", ".join(sorted(errors)) or "incomplete"
    return f"flights: {names}"


def _is_same_flight(one: OfferSummary, other: OfferSummary) -> bool:
    """Return True if two summaries are of the same flights."""
    return one.legs == other.legs


def _is_same_fare(one: OfferSummary, other: OfferSummary) -> bool:
    """Return True if two summaries have the same bags and rules."""
    return (one.checked_bags, one.refundable, one.changeable) == (
        other.checked_bags,
        other.refundable,
        other.changeable,
    )
