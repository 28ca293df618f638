"""Build the components that a service uses, and record which of them it owns."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from asyncassist._chat import CachedChatbot
from asyncassist._chat.chatbot import DEFAULT_MODEL
from asyncassist._http import AsyncHandler
from asyncassist._state import AsyncStateManager
from asyncassist.assistant import TravelAssistant

if TYPE_CHECKING:
    from asyncassist._lifecycle import Resource
    from asyncassist._types import Clock

COMPONENT_NAMES = ("nlp", "state", "flights", "chatbot", "http")

# Model name of a chatbot without a backend: it answers with fallback replies, which are marked as degraded.
_OFFLINE_MODEL = "offline"


@dataclass(frozen=True, slots=True, kw_only=True)
class Components:
    """Components that a service uses.

    Attributes:
        assistant: Travel assistant, for `/chat` and the WebSocket.
        chatbot: Chatbot, for `/api/async/chatbot`.
        http: HTTP handler with the shared connection pool.
        owned: Components that the service closes, in opening order; closing reverses it.
    """

    assistant: TravelAssistant
    chatbot: CachedChatbot
    http: AsyncHandler
    owned: tuple[Resource, ...]

    def component(self, name: str) -> Any:
        """Return the component of a name in `COMPONENT_NAMES`; None if there is none, or none yet."""
        return getattr(self, name) if name in {"chatbot", "http"} else _component_of(self.assistant, name)


def _component_of(assistant: TravelAssistant, name: str) -> Any:
    """A part of an assistant, None where it has none, or makes it when it opens."""
    found = getattr(assistant, name, None)
    return found if found is not None else getattr(assistant, f"_{name}", None)


def wrap_assistant(assistant: TravelAssistant, now: Clock) -> Components:
    """Wrap the caller's assistant, and build the chatbot and the HTTP handler that it lacks."""
    owned: list[Resource] = []
    chatbot, http = _component_of(assistant, "chatbot"), _component_of(assistant, "http")
    if http is None:
        http = AsyncHandler(now=now)
        owned.append(http)
    if chatbot is None:
        chatbot = CachedChatbot(model=_OFFLINE_MODEL, history=_history(assistant), now=now)
        owned.append(chatbot)
    return Components(assistant=assistant, chatbot=chatbot, http=http, owned=tuple(owned))


def _history(assistant: TravelAssistant) -> AsyncStateManager | None:
    state = _component_of(assistant, "state")
    return state if isinstance(state, AsyncStateManager) else None


def embedded_components(now: Clock) -> Components:
    """Build all components in this process, working offline."""
    from asyncassist.flights import AsyncFlightClient  # noqa: PLC0415 - they bring large tables
    from asyncassist.nlp import AsyncNLPEngine  # noqa: PLC0415

    http = AsyncHandler(now=now)
    nlp, state = AsyncNLPEngine(now=now), AsyncStateManager(now=now)
    flights = AsyncFlightClient(http=http, now=now)
    chatbot = CachedChatbot(model=_OFFLINE_MODEL, history=state, now=now)
    assistant = TravelAssistant(nlp=nlp, state=state, flights=flights, http=http, now=now)
    return Components(
        assistant=assistant, chatbot=chatbot, http=http, owned=(http, nlp, state, flights, chatbot, assistant)
    )


def components_from_env() -> Components:
    """What the environment says; with nothing set, everything in this process and offline.

    The chatbot keeps its conversations where the assistant does, so that any worker can go on with them.
    """
    from asyncassist.flights import AsyncFlightClient  # noqa: PLC0415 - they bring large tables
    from asyncassist.nlp import AsyncNLPEngine  # noqa: PLC0415

    redis = _env_variable("ASYNCASSIST_REDIS_URL")
    key, url, model = (_env_variable(name) for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "ASYNCASSIST_MODEL"))
    http = AsyncHandler.from_env()
    nlp, state, flights = AsyncNLPEngine.from_env(), AsyncStateManager.from_env(), AsyncFlightClient.from_env()
    chatbot = CachedChatbot(model=model or DEFAULT_MODEL, api_key=key, base_url=url, redis=redis, history=state)
    has_model = key is not None or url is not None
    assistant = TravelAssistant(
        nlp=nlp, state=state, flights=flights, chatbot=chatbot if has_model else None, http=http
    )
    return Components(
        assistant=assistant, chatbot=chatbot, http=http, owned=(http, nlp, state, flights, chatbot, assistant)
    )


def _env_variable(name: str) -> str | None:
    return os.environ.get(name, "").strip() or None
