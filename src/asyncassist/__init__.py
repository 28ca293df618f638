"""Public API of asyncassist: components for assistants that cache, remember, search and degrade gracefully.

Five classes, each usable alone, and `TravelAssistant`, which combines them. Public names are imported on first access
(PEP 562), so that `import asyncassist` stays cheap.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from asyncassist._chat import (
        Backend,
        Budget,
        CachedChatbot,
        ChatStats,
        Fallback,
        File,
        Image,
        Moderator,
        PartialOutput,
        Price,
        Question,
        ReasoningDelta,
        Reply,
        ReplyStream,
        TextDelta,
        Tool,
        ToolCall,
        ToolContext,
        ToolFinished,
        ToolStarted,
        ToolStep,
        Usage,
    )
    from asyncassist._http import (
        AsyncHandler,
        CacheRules,
        Guard,
        HandlerStats,
        Limits,
        Request,
        Response,
        StreamedResponse,
    )
    from asyncassist._retry import Breaker, Retry, Timeout
    from asyncassist._state import (
        AsyncStateManager,
        Conflict,
        ConversationInfo,
        Encryption,
        Erased,
        Lease,
        MutableSession,
        SearchHit,
        Session,
        StateStats,
    )
    from asyncassist._types import (
        UNSET,
        Airline,
        Check,
        Clock,
        Health,
        History,
        Leg,
        Message,
        Money,
        Passengers,
        Place,
        TimeWindow,
    )
    from asyncassist.assistant import AssistantReply, AssistantStream, TravelAssistant
    from asyncassist.bridge import LoopThread
    from asyncassist.errors import AsyncAssistError
    from asyncassist.flights import AsyncFlightClient, FlightQuery
    from asyncassist.nlp import Analysis, AsyncNLPEngine, Entity, Extractor, Intent, Language

__version__ = "0.1.0"

_EXPORTS = {
    "asyncassist._chat": (
        "Backend",
        "Budget",
        "CachedChatbot",
        "ChatStats",
        "Fallback",
        "File",
        "Image",
        "Moderator",
        "PartialOutput",
        "Price",
        "Question",
        "ReasoningDelta",
        "Reply",
        "ReplyStream",
        "TextDelta",
        "Tool",
        "ToolCall",
        "ToolContext",
        "ToolFinished",
        "ToolStarted",
        "ToolStep",
        "Usage",
    ),
    "asyncassist._http": (
        "AsyncHandler",
        "CacheRules",
        "Guard",
        "HandlerStats",
        "Limits",
        "Request",
        "Response",
        "StreamedResponse",
    ),
    "asyncassist._retry": ("Breaker", "Retry", "Timeout"),
    "asyncassist._state": (
        "AsyncStateManager",
        "Conflict",
        "ConversationInfo",
        "Encryption",
        "Erased",
        "Lease",
        "MutableSession",
        "SearchHit",
        "Session",
        "StateStats",
    ),
    "asyncassist._types": (
        "UNSET",
        "Airline",
        "Check",
        "Clock",
        "Health",
        "History",
        "Leg",
        "Message",
        "Money",
        "Passengers",
        "Place",
        "TimeWindow",
    ),
    "asyncassist.assistant": ("AssistantReply", "AssistantStream", "TravelAssistant"),
    "asyncassist.bridge": ("LoopThread",),
    "asyncassist.errors": ("AsyncAssistError",),
    "asyncassist.flights": ("AsyncFlightClient", "FlightQuery"),
    "asyncassist.nlp": ("Analysis", "AsyncNLPEngine", "Entity", "Extractor", "Intent", "Language"),
}
_MODULE_BY_NAME = {name: module for module, names in _EXPORTS.items() for name in names}

__all__ = [
    "UNSET",
    "Airline",
    "Analysis",
    "AssistantReply",
    "AssistantStream",
    "AsyncAssistError",
    "AsyncFlightClient",
    "AsyncHandler",
    "AsyncNLPEngine",
    "AsyncStateManager",
    "Backend",
    "Breaker",
    "Budget",
    "CacheRules",
    "CachedChatbot",
    "ChatStats",
    "Check",
    "Clock",
    "Conflict",
    "ConversationInfo",
    "Encryption",
    "Entity",
    "Erased",
    "Extractor",
    "Fallback",
    "File",
    "FlightQuery",
    "Guard",
    "HandlerStats",
    "Health",
    "History",
    "Image",
    "Intent",
    "Language",
    "Lease",
    "Leg",
    "Limits",
    "LoopThread",
    "Message",
    "Moderator",
    "Money",
    "MutableSession",
    "PartialOutput",
    "Passengers",
    "Place",
    "Price",
    "Question",
    "ReasoningDelta",
    "Reply",
    "ReplyStream",
    "Request",
    "Response",
    "Retry",
    "SearchHit",
    "Session",
    "StateStats",
    "StreamedResponse",
    "TextDelta",
    "TimeWindow",
    "Timeout",
    "Tool",
    "ToolCall",
    "ToolContext",
    "ToolFinished",
    "ToolStarted",
    "ToolStep",
    "TravelAssistant",
    "Usage",
    "__version__",
]


def __getattr__(name: str) -> Any:
    if name not in _MODULE_BY_NAME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(_MODULE_BY_NAME[name]), name)
    # Cached in the module: the next access does not come through here.
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return list(__all__)
