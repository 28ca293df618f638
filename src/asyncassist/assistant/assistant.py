"""The shell of the hall: language → state → flights → answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from asyncassist._clock import SYSTEM_CLOCK, as_clock
from asyncassist._resource import Resource
from asyncassist._validation import count
from asyncassist.errors import ConfigurationError

if TYPE_CHECKING:
    import datetime as dt
    from contextlib import AbstractAsyncContextManager

    from asyncassist._chat import CachedChatbot
    from asyncassist._http import AsyncHandler
    from asyncassist._state import AsyncStateManager
    from asyncassist._types import Clock, Health, Message
    from asyncassist.assistant.models import AssistantReply
    from asyncassist.assistant.stream import AssistantStream
    from asyncassist.flights import AsyncFlightClient
    from asyncassist.nlp import AsyncNLPEngine


class TravelAssistant(Resource):
    """A conversation in which a traveller finds a flight.

    Args:
        nlp: Reads the messages. None: an embedded one.
        state: Keeps sessions and transcripts. None: in memory.
        flights: Finds offers. None: the offline sandbox.
        chatbot: Answers what is not about the trip. None: an embedded text does.
        http: Pooled client for what the embedded parts fetch. None: they open their own.
        currency: ISO 4217, in which prices are asked for.
        max_offers: Offers shown in one answer.
        now: The clock, for tests.
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
        now: Clock = SYSTEM_CLOCK,
    ) -> None:
        super().__init__()
        if not (isinstance(currency, str) and len(currency) == 3 and currency.isascii() and currency.isupper()):
            raise ConfigurationError("currency", "must be three capital letters, ISO 4217")
        self._currency = currency
        self._max_offers = count("max_offers", max_offers, most=20)
        self._clock = as_clock(now)
        self._given = {"nlp": nlp, "state": state, "flights": flights, "chatbot": chatbot, "http": http}

    @classmethod
    def from_env(cls) -> Self:
        """An assistant by the environment; with nothing set, all of it runs embedded and offline."""
        raise NotImplementedError

    async def reply(
        self,
        message: str,
        *,
        session_id: str | None = None,
        user: str | None = None,
        now: dt.datetime | None = None,
        timezone: str | None = None,
        request_id: str | None = None,
    ) -> AssistantReply:
        """Answer one message of a conversation."""
        raise NotImplementedError

    def stream(
        self,
        message: str,
        *,
        session_id: str | None = None,
        user: str | None = None,
        now: dt.datetime | None = None,
        timezone: str | None = None,
        request_id: str | None = None,
    ) -> AbstractAsyncContextManager[AssistantStream]:
        """Answer one message, and tell what happens while it does."""
        raise NotImplementedError

    async def messages(self, session_id: str, *, user: str | None = None, limit: int | None = None) -> list[Message]:
        """The transcript, oldest first; empty for an unknown session."""
        raise NotImplementedError

    async def forget(self, session_id: str, *, user: str | None = None) -> bool:
        """Delete the session and its transcript; whether there was one."""
        raise NotImplementedError

    async def health(self) -> Health:
        """Whether conversations can be held, part by part."""
        raise NotImplementedError

    def stats(self) -> dict[str, Any]:
        """Counters of the assistant and of its parts."""
        raise NotImplementedError
