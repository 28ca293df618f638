"""Tools that the assistant offers its chatbot for side questions, and the facts that their results add."""

from __future__ import annotations

import contextlib
import datetime as dt
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from asyncassist._chat import CachedChatbot
from asyncassist._events import logger
from asyncassist._types import Airline, Money
from asyncassist.errors import StatusError
from asyncassist.tools import flight_tools

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from asyncassist._chat import Reply, Tool, ToolFinished, ToolStarted
    from asyncassist.flights import AsyncFlightClient

# Statuses with which servers of models without tools answer.
_TOOLS_REFUSED = {400, 422}
# Members of results that are codes of places and flights.
_CODES = ("code", "origin", "destination", "flight")
_TIMES = ("date", "departs", "arrives")


class ToolEquippedChatbot:
    """Chatbot that may look up flights, prices and places beside using its own tools.

    A model's server that refuses requests with tools is asked without them from then on.

    Args:
        chatbot: The chatbot.
        flights: Client that searches.
        currency: Currency of prices, ISO 4217.
        max_offers: Maximum number of offers in a result.
    """

    def __init__(self, chatbot: CachedChatbot, flights: AsyncFlightClient, *, currency: str, max_offers: int) -> None:
        self._chatbot = chatbot
        self._tools: list[Tool] = []
        self._emits_events = isinstance(chatbot, CachedChatbot)
        # Another object with a method `reply` may not know the argument.
        if isinstance(chatbot, CachedChatbot):
            own = {tool.name for tool in chatbot.tools}
            ready = flight_tools(flights, currency=currency, max_offers=max_offers)
            self._tools = [tool for tool in ready if tool.name not in own]

    async def reply(
        self, message: str, *, on_event: Callable[[ToolStarted | ToolFinished], None] | None = None, **options: Any
    ) -> Reply:
        """Answer a message as `CachedChatbot.reply` does, which documents arguments and errors."""
        if self._emits_events and on_event is not None:
            options["on_event"] = on_event
        if self._tools:
            try:
                return await self._chatbot.reply(message, tools=[*self._chatbot.tools, *self._tools], **options)
            except StatusError as refused:
                if refused.status not in _TOOLS_REFUSED:
                    raise
                reply = await self._chatbot.reply(message, **options)
                logger.warning("the model's server refuses tools, which are not offered any more: %s", refused)
                self._tools = []
                return reply
        return await self._chatbot.reply(message, **options)

    def facts_of(self, reply: Reply) -> list[Any]:
        """Return what the tools of the assistant said of prices, times, places and flights, for the output guard."""
        names = {tool.name for tool in self._tools}
        return [
            fact
            for step in reply.steps
            if step.name in names and step.outcome == "done"
            for fact in _facts_in(step.result)
        ]


def _facts_in(value: Any) -> Iterator[Any]:
    if isinstance(value, list | tuple):
        for item in value:
            yield from _facts_in(item)
    if not isinstance(value, dict):
        return
    for item in value.values():
        yield from _facts_in(item)
    with contextlib.suppress(InvalidOperation, TypeError, ValueError, KeyError):
        yield Money(Decimal(value["price"]), value["currency"])
    for name in _TIMES:
        with contextlib.suppress(TypeError, ValueError, KeyError):
            moment = dt.datetime.fromisoformat(value[name])
            yield moment if "T" in value[name] else moment.date()
    for name in _CODES:
        if isinstance(value.get(name), str):
            yield Airline(code=value[name], name="")
    yield from (value[name] for name in ("stops", "minutes") if isinstance(value.get(name), int))
