"""The components that a service uses: how they are built, which of them it owns, and what all of them tell."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from asyncassist._chat import CachedChatbot
from asyncassist._chat.chatbot import DEFAULT_MODEL, ENV_VARIABLES
from asyncassist._http import AsyncHandler
from asyncassist._lifecycle import open_component
from asyncassist._state import AsyncStateManager
from asyncassist._validation import env_variable, naming_variables
from asyncassist.assistant import TravelAssistant
from asyncassist.web.health import HealthCheck
from asyncassist.web.serializers import cache_stats

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from asyncassist._chat import Tool
    from asyncassist._lifecycle import Resource
    from asyncassist._types import Clock, Health

COMPONENT_NAMES = ("nlp", "state", "flights", "chatbot", "http")
# A conversation needs neither flight search nor the shared HTTP handler: their failure is only a warning.
_CRITICAL_COMPONENTS = frozenset({"nlp", "state", "chatbot"})

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
        """Return one of `COMPONENT_NAMES`; None while the assistant has not made it yet."""
        return getattr(self if name in {"chatbot", "http"} else self.assistant, name)

    def _items(self) -> Iterator[tuple[str, Any]]:
        """Yield name and component of all that exist."""
        for name in COMPONENT_NAMES:
            component = self.component(name)
            if component is not None:
                yield name, component

    def stats(self) -> dict[str, Any]:
        """Return the statistics of each component, by name."""
        return {name: component.stats() for name, component in self._items()}

    def caches(self) -> dict[str, Any]:
        """Return the components that have a cache, by name."""
        return {name: component for name, component in self._items() if hasattr(component, "clear_cache")}

    def cache_stats(self) -> dict[str, dict[str, Any]]:
        """Return the statistics of every cache, by the name of its component."""
        found = ((name, cache_stats(stats)) for name, stats in self.stats().items())
        return {name: facts for name, facts in found if facts is not None}

    def health_checks(self, timeout: float) -> Iterator[HealthCheck]:
        """Yield a health check of each component; `timeout` is in seconds."""
        for name in COMPONENT_NAMES:
            critical = name in _CRITICAL_COMPONENTS
            yield HealthCheck(name=name, run=partial(self._check, name), timeout=timeout, critical=critical)

    async def _check(self, name: str) -> Health | bool:
        component = self.component(name)
        if component is None:
            # An assistant that builds its own components has them only once it is open.
            await open_component(self.assistant)
            component = self.component(name)
        return True if component is None else await component.health()


def wrap_assistant(assistant: TravelAssistant, now: Clock) -> Components:
    """Wrap the caller's assistant, and build the chatbot and the HTTP handler that it lacks."""
    owned: list[Resource] = []
    chatbot, http = assistant.chatbot, assistant.http
    if http is None:
        http = AsyncHandler(now=now)
        owned.append(http)
    if chatbot is None:
        # A test double of an assistant may have another kind of state, which cannot store a chat history.
        history = assistant.state if isinstance(assistant.state, AsyncStateManager) else None
        chatbot = CachedChatbot(model=_OFFLINE_MODEL, history=history, now=now)
        owned.append(chatbot)
    return Components(assistant=assistant, chatbot=chatbot, http=http, owned=tuple(owned))


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


def assistant_from_env(
    tools: Sequence[Tool | Callable[..., object]] = (),
) -> tuple[TravelAssistant, tuple[Resource, ...]]:
    """Build the assistant that the environment describes; with nothing set, everything in this process and offline.

    The chatbot stores its conversations where the assistant does, so that every worker can continue them.

    Args:
        tools: Functions that the model may call.

    Returns:
        The assistant, and what was made for it in the order of opening, the assistant included.

    Raises:
        ConfigurationError: A variable has a value that cannot work.
    """
    from asyncassist.flights import AsyncFlightClient  # noqa: PLC0415 - they bring large tables
    from asyncassist.nlp import AsyncNLPEngine  # noqa: PLC0415

    key, url, model = (env_variable(name) for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "ASYNCASSIST_MODEL"))
    http = AsyncHandler.from_env()
    nlp, state, flights = AsyncNLPEngine.from_env(), AsyncStateManager.from_env(), AsyncFlightClient.from_env()
    chatbot = None
    if key is not None or url is not None:
        redis = env_variable("ASYNCASSIST_REDIS_URL")
        with naming_variables(ENV_VARIABLES):
            chatbot = CachedChatbot(
                model=model or DEFAULT_MODEL, api_key=key, base_url=url, redis=redis, history=state, tools=tools
            )
    assistant = TravelAssistant(nlp=nlp, state=state, flights=flights, chatbot=chatbot, http=http)
    made = (http, nlp, state, flights, *([] if chatbot is None else [chatbot]), assistant)
    return assistant, made
