"""Do what the dialogue decided, and say it: offers are looked up, the chatbot is asked, sentences are spoken."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import datetime as dt
import logging
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from asyncassist._types import Money, Passengers
from asyncassist.assistant import output_guard as guard
from asyncassist.assistant.actions import Action, Ask, Chat, Days, Describe, Say, Search
from asyncassist.assistant.models import AssistantEvent, OfferFound, TextDelta
from asyncassist.assistant.prompt import CONTEXT_HEAD, system_prompt
from asyncassist.assistant.ranking import Listing, listing, narrow, rank
from asyncassist.assistant.rendering import Voice, voice
from asyncassist.assistant.session_store import chat_id
from asyncassist.assistant.state import Shown, Trip
from asyncassist.errors import (
    AsyncAssistError,
    AuthenticationError,
    DeadlineExceededError,
    InvalidQueryError,
    OfferExpiredError,
    StatusError,
)
from asyncassist.flights import FlightQuery

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from asyncassist._chat import CachedChatbot
    from asyncassist.flights import AsyncFlightClient, FlightOffer

logger = logging.getLogger("asyncassist.assistant")

# Offers asked for, so that "cheaper" and "earlier" have something to choose from.
SEARCHED = 50

# Days before and after the departure that a cheaper day is looked for on.
AROUND = 3

# Limits that can be sent; a higher one is none.
_STOPS = range(4)

_PROBLEMS = {"departure": "departure_date", "return_date": "return_date", "origin": "origin"}


@dataclass(slots=True)
class Draft:
    """An answer in the making.

    Attributes:
        trip: The state, as it changes while the answer is made.
        intent: What the message wanted.
        message: The message.
        session_id: Of the conversation.
        user: Whose it is.
        now: The traveller's aware time.
        until: The event loop's time at which the answer must be given with what there is.
        pieces: Text so far.
        offers: What the text speaks of.
        chosen: The offer that was picked.
        source: Where the answer comes from.
        reasons: What was away.
        flights: Seconds spent on offers.
        chat: Seconds spent on the chatbot.
        guarded: Why a model's text was not shown, None when none was refused.
        failed: Whether no provider answered.
    """

    trip: Trip
    intent: str
    message: str
    session_id: str
    user: str | None
    now: dt.datetime
    until: float
    pieces: list[str] = field(default_factory=list)
    offers: tuple[FlightOffer, ...] = ()
    chosen: FlightOffer | None = None
    source: str = "rules"
    reasons: list[str] = field(default_factory=list)
    flights: float = 0.0
    chat: float = 0.0
    guarded: str | None = None
    failed: bool = False

    def add(self, text: str, *, apart: bool = False) -> TextDelta:
        """Add a piece of text, and make its event."""
        gap = "" if not self.pieces else ("\n" if apart or "\n" in self.pieces[-1] else " ")
        self.pieces.append(gap + text)
        return TextDelta(text=gap + text)

    @contextlib.asynccontextmanager
    async def deadline(self) -> AsyncGenerator[None]:
        """Bound what one part takes by the end of the turn.

        Raises:
            DeadlineExceededError: The time is up.
        """
        try:
            async with asyncio.timeout_at(self.until):
                yield
        except TimeoutError:
            raise DeadlineExceededError("the turn took too long") from None


class Answerer:
    """Turns actions into an answer.

    Args:
        flights: Finds offers.
        chatbot: Answers what is not about the trip; None: a sentence does.
        currency: In which prices are asked for.
        max_offers: Offers shown at once.
    """

    def __init__(
        self, *, flights: AsyncFlightClient, chatbot: CachedChatbot | None, currency: str, max_offers: int
    ) -> None:
        self._flights = flights
        self._chatbot = chatbot
        self._currency = currency
        self._max_offers = max_offers
        self.refused: str | None = None
        """Why the chatbot's configuration was refused the last time, None when it was not."""

    async def answer(
        self, draft: Draft, actions: tuple[Action, ...], *, as_stream: bool
    ) -> AsyncGenerator[AssistantEvent]:
        """Do the actions one after another.

        Args:
            draft: Is filled.
            actions: What the dialogue decided.
            as_stream: Whether offers are told as they arrive.
        """
        speaker = voice(draft.trip.language or "en")
        for action in actions:
            match action:
                case Say():
                    yield draft.add(speaker.sentence(action))
                case Ask():
                    yield draft.add(speaker.ask(action))
                case Search():
                    async with contextlib.aclosing(self._search(draft, action, speaker, as_stream=as_stream)) as events:
                        async for event in events:
                            yield event
                case Days():
                    yield await self._days(draft, speaker)
                case Describe():
                    yield await self._describe(draft, action, speaker)
                case Chat():
                    yield draft.add(await self._chat(draft, action, speaker))

    async def _search(
        self, draft: Draft, search: Search, speaker: Voice, *, as_stream: bool
    ) -> AsyncGenerator[AssistantEvent]:
        """Look up offers and show the best."""
        draft.source = "flights"
        started = time.perf_counter()
        found: list[FlightOffer] = []
        told: set[str] = set()
        try:
            query = make_query(draft.trip, self._currency)
            if as_stream:
                async with contextlib.aclosing(self._arriving(draft, query, found)) as arriving:
                    async for offer in arriving:
                        told.add(offer.id)
                        yield OfferFound(offer=offer)
            else:
                found.extend(await self._found(draft, query))
        except InvalidQueryError as error:
            draft.flights += time.perf_counter() - started
            for event in _problem(draft, error, speaker):
                yield event
            return
        except AsyncAssistError as error:
            draft.flights += time.perf_counter() - started
            draft.reasons.append(f"flights: {type(error).__name__}")
            draft.failed = True
            yield draft.add(speaker.say("search_failed", trip=draft.trip))
            return
        draft.flights += time.perf_counter() - started
        chosen = listing(found, draft.trip, search, most=self._max_offers)
        if as_stream:
            for offer in chosen.offers:
                if offer.id not in told:
                    yield OfferFound(offer=offer)
        for delta in self._show(draft, chosen, speaker):
            yield delta

    async def _found(self, draft: Draft, query: FlightQuery) -> tuple[FlightOffer, ...]:
        """All offers at once."""
        async with draft.deadline():
            result = await self._flights.search(query, now=draft.now)
        if not result.complete:
            draft.reasons.append(_away(result.errors))
        return result.offers

    async def _arriving(
        self, draft: Draft, query: FlightQuery, found: list[FlightOffer]
    ) -> AsyncGenerator[FlightOffer]:
        """Offers as they arrive, each that is among the best at that moment; `found` gets all in the end."""
        seen: dict[str, FlightOffer] = {}
        told: set[str] = set()
        async with self._flights.stream(query, now=draft.now) as stream:
            while True:
                try:
                    async with draft.deadline():
                        batch = await anext(stream, None)
                except DeadlineExceededError:
                    if not seen:
                        raise
                    draft.reasons.append("flights: the turn took too long")
                    found.extend(seen.values())
                    return
                if batch is None:
                    break
                for old in batch.replaces.values():
                    seen.pop(old, None)
                seen.update({offer.id: offer for offer in batch.offers})
                best = rank(narrow(list(seen.values()), draft.trip), draft.trip)[: self._max_offers]
                for offer in best:
                    if offer.id not in told:
                        told.add(offer.id)
                        yield offer
            result = stream.result
        if not result.complete:
            draft.reasons.append(_away(result.errors))
        found.extend(result.offers)

    def _show(self, draft: Draft, chosen: Listing, speaker: Voice) -> list[AssistantEvent]:
        """A list of offers in words; the trip remembers what was shown."""
        lines = [speaker.line(number, offer) for number, offer in enumerate(chosen.offers, 1)]
        events: list[AssistantEvent] = [draft.add(speaker.intro(chosen, draft.trip))]
        events += [draft.add(line, apart=True) for line in lines]
        if draft.reasons and chosen.offers:
            events.append(draft.add(speaker.say("partial"), apart=True))
        settled = draft.trip.settled
        if chosen.offers and "hint" not in settled:
            events.append(draft.add(speaker.say("next_steps"), apart=True))
            settled |= {"hint"}
        draft.offers = chosen.offers
        draft.trip = draft.trip.but(
            shown=tuple(Shown.of(offer) for offer in chosen.offers) or draft.trip.shown,
            chosen=None,
            settled=settled,
            asked="any_stops" if chosen.key == "none_direct" else None,
        )
        return events

    async def _days(self, draft: Draft, speaker: Voice) -> AssistantEvent:
        """What the days around the departure cost, cheapest first; the trip stays as it is."""
        draft.source = "flights"
        started = time.perf_counter()
        try:
            query = make_query(draft.trip, self._currency)
            async with draft.deadline():
                prices = await self._flights.search_dates(
                    query, window=AROUND, max_searches=2 * AROUND + 1, now=draft.now
                )
        except AsyncAssistError as error:
            draft.reasons.append(f"flights: {type(error).__name__}")
            draft.failed = True
            return draft.add(speaker.say("search_failed", trip=draft.trip))
        finally:
            draft.flights += time.perf_counter() - started
        prices.sort(key=lambda day: day.price.amount)
        if not prices:
            return draft.add(speaker.say("none", trip=draft.trip))
        if prices[0].date == query.departure:
            return draft.add(speaker.say("no_cheaper_day", date=prices[0].date, price=prices[0].price))
        lines = [speaker.say("day_price", date=day.date, price=day.price) for day in prices[: self._max_offers]]
        return draft.add("\n".join((speaker.say("by_day", trip=draft.trip), *lines)))

    async def _describe(self, draft: Draft, action: Describe, speaker: Voice) -> AssistantEvent:
        """Show one offer; one that was just picked has its price checked."""
        if not action.chosen:
            return draft.add(speaker.offer(action.offer, "details"))
        draft.source = "flights"
        started = time.perf_counter()
        text = speaker.offer(action.offer, "chosen")
        try:
            whole = await self._again(draft, action.offer)
            async with draft.deadline():
                priced = await self._flights.price(whole)
        except (OfferExpiredError, LookupError):
            text = f"{text} {speaker.say('price_unchecked')}"
        except AsyncAssistError as error:
            text = f"{text} {speaker.say('price_unchecked')}"
            draft.reasons.append(f"flights: {type(error).__name__}")
        else:
            draft.offers, draft.chosen = (priced.offer,), priced.offer
            draft.trip = _repriced(draft.trip, action.offer, priced.total)
            if priced.changed:
                text += " " + speaker.say("price_changed", price=priced.total, old=priced.old_total)
        draft.flights += time.perf_counter() - started
        return draft.add(text)

    async def _again(self, draft: Draft, shown: Shown) -> FlightOffer:
        """The whole offer of which the session keeps a few facts; an equal search is remembered by the client.

        Raises:
            LookupError: It is not offered any more.
        """
        offers = await self._found(draft, make_query(draft.trip, self._currency))
        for offer in offers:
            if offer.id == shown.id and Shown.of(offer).number == shown.number:
                return offer
        same = [offer for offer in offers if _same(Shown.of(offer), shown)]
        if not same:
            raise LookupError
        return same[0]

    async def _chat(self, draft: Draft, action: Chat, speaker: Voice) -> str:
        """The chatbot's answer when it brings no facts of its own, else our sentence."""
        if self._chatbot is None:
            return speaker.say(action.otherwise)
        started = time.perf_counter()
        # The team's own instructions stay; ours are added.
        system = "\n\n".join(part for part in (self._chatbot.system, system_prompt(speaker.language)) if part)
        try:
            async with draft.deadline():
                reply = await self._chatbot.reply(
                    draft.message,
                    conversation_id=chat_id(draft.session_id),
                    user=draft.user,
                    system=system,
                    context=chat_context(draft),
                )
        except (AuthenticationError, StatusError) as error:
            self.refused = type(error).__name__
            draft.reasons.append(f"chat: {type(error).__name__}")
            return speaker.say(action.otherwise)
        except AsyncAssistError as error:
            draft.reasons.append(f"chat: {type(error).__name__}")
            return speaker.say(action.otherwise)
        finally:
            draft.chat += time.perf_counter() - started
        self.refused = None
        if reply.degraded:
            draft.reasons.append(f"chat: {reply.reason or 'degraded'}")
        draft.guarded = guard.refuse(reply.text, prompts=(system, CONTEXT_HEAD), facts=known_facts(draft.trip))
        if draft.guarded is not None:
            logger.warning("a model's text was not shown: %s", draft.guarded)
            return speaker.say(action.otherwise)
        draft.source = reply.source
        return reply.text


def _repriced(trip: Trip, offer: Shown, total: Money) -> Trip:
    """The trip that remembers the price as it was checked."""
    checked = dataclasses.replace(offer, price=total.amount, currency=total.currency)
    return trip.but(shown=tuple(checked if one.id == offer.id else one for one in trip.shown))


def make_query(trip: Trip, currency: str) -> FlightQuery:
    """The search that a trip means.

    Raises:
        InvalidQueryError: It cannot be flown.
    """
    slots = trip.slots
    passengers: Passengers = slots.get("passengers", Passengers())
    budget: Money | None = slots.get("budget")
    if budget is not None and budget.amount <= 0:
        budget = None
    stops = slots.get("max_stops")
    airline = slots.get("airline")
    excluded = () if airline is not None else slots.get("excluded_airlines", ())
    return FlightQuery(
        slots["origin"].code,
        slots["destination"].code,
        slots["departure_date"],
        return_date=slots.get("return_date"),
        adults=passengers.adults,
        children=passengers.children,
        infants=passengers.infants,
        cabin=slots.get("cabin", "economy"),
        max_stops=stops if stops in _STOPS else None,
        currency=currency if budget is None else budget.currency,
        airlines=() if airline is None else (airline.code,),
        exclude_airlines=tuple(one.code for one in excluded),
        max_price=None if budget is None else budget.amount,
        max_offers=SEARCHED,
    )


def known_facts(trip: Trip) -> dict[str, Any]:
    """All that an answer may speak of."""
    return {**trip.slots, "offers": trip.shown}


def chat_context(draft: Draft) -> dict[str, Any]:
    """What the chatbot is told about the trip: values alone, no text of anybody."""
    trip = draft.trip
    return {
        "language": trip.language,
        "intent": draft.intent,
        "slots": dict(trip.slots),
        "missing": list(trip.missing()),
        "offers": [
            {
                "carrier": offer.carrier,
                "flight": offer.number,
                "price": offer.price,
                "currency": offer.currency,
                "departs": offer.departs,
                "arrives": offer.arrives,
                "stops": offer.stops,
            }
            for offer in trip.shown
        ],
    }


def _problem(draft: Draft, error: InvalidQueryError, speaker: Voice) -> list[AssistantEvent]:
    """A query that cannot be sent, as a question to the traveller: a day that is past where the flight begins."""
    draft.source = "rules"
    slot = _PROBLEMS.get(error.field, "destination")
    value = draft.trip.slots.get(slot)
    draft.trip = draft.trip.with_slots(**{slot: None}).but(asked=slot)
    events: list[AssistantEvent] = []
    if isinstance(value, dt.date):
        events.append(draft.add(speaker.say("past_date", date=value)))
    events.append(draft.add(speaker.ask(Ask(slot=slot))))
    return events


def _away(errors: Any) -> str:
    """Which providers did not answer."""
    names = ", ".join(sorted(errors)) or "incomplete"
    return f"flights: {names}"


def _same(one: Shown, other: Shown) -> bool:
    """Whether two are the same flights."""
    return one.number == other.number and one.departs == other.departs and one.arrives == other.arrives
