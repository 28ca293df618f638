"""Types of the response bodies. The serializers return them, and the OpenAPI document has their JSON Schemas."""

from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired, TypedDict

from msgspec import Meta

Seconds = Annotated[float, Meta(description="seconds")]
IataCode = Annotated[str, Meta(description="IATA code")]
Count = Annotated[int, Meta(ge=0)]
Status = Literal["pass", "warn", "fail"]


class FieldError(TypedDict):
    """Field that is invalid, and why."""

    field: str
    detail: str


class Problem(TypedDict):
    """Problem document (RFC 9457)."""

    type: str
    title: str
    status: Count
    detail: str
    instance: str
    field: NotRequired[str]
    errors: NotRequired[list[FieldError]]


class ChatbotReply(TypedDict):
    """Reply of the chatbot."""

    reply: str
    conversation_id: str
    source: Literal["model", "cache", "stale", "fallback"]
    cached: bool
    degraded: bool
    reason: str | None
    usage: dict[str, Any] | None
    response_time: Seconds


class Money(TypedDict):
    """Amount as a decimal number, and its currency."""

    amount: str
    currency: str


class Segment(TypedDict):
    """Flight without a change of number."""

    origin: IataCode
    destination: IataCode
    carrier: str
    number: str
    departs: str
    arrives: str
    departs_local: str
    arrives_local: str
    duration: Seconds
    cabin: str


class Itinerary(TypedDict):
    """Segments of one direction."""

    segments: list[Segment]
    duration: Seconds
    stops: Count


class Offer(TypedDict):
    """Flight offer; further fields are those that its provider fills."""

    id: str
    provider: str
    total: Money
    itineraries: list[Itinerary]
    cabin: str
    invented: NotRequired[Annotated[bool, Meta(description="made up for trying out, not for sale")]]
    names: NotRequired[Annotated[dict[str, str], Meta(description="names of airlines and airports by code")]]


class DatePrice(TypedDict):
    """Lowest price of a departure date, for all travellers."""

    date: str
    price: Money


class Timings(TypedDict):
    """Durations of the stages of a turn; 0 for what was not used."""

    nlp: Seconds
    state: Seconds
    flights: Seconds
    chat: Seconds
    total: Seconds


class ChatReply(TypedDict):
    """Reply of the travel assistant."""

    reply: str
    session_id: str
    language: str
    intent: str
    slots: dict[str, Any]
    names: Annotated[dict[str, str], Meta(description="names of the trip's places by code")]
    missing: list[str]
    offers: list[Offer]
    chosen: str | None
    best: Annotated[str | None, Meta(description="offer that ranks first of all: price, travel time and stops weighed")]
    cheapest: Annotated[str | None, Meta(description="offer with the lowest price of all, if it is shown")]
    fastest: Annotated[str | None, Meta(description="offer with the shortest travel time of all, if it is shown")]
    fares: Annotated[
        dict[str, int], Meta(description="offers with a checked bag, and refundable ones, where others exist too")
    ]
    more: Annotated[int, Meta(description="offers that were not shown yet")]
    date_prices: Annotated[list[DatePrice], Meta(description="lowest price of each date, if they were asked for")]
    sort: Literal["best", "price", "duration"]
    windows: Annotated[dict[str, Any], Meta(description="first and last minute of wanted times, by event")]
    source: Literal["rules", "flights", "model", "cache", "stale", "fallback"]
    degraded: bool
    timings: Timings


class TranscriptMessage(TypedDict):
    """Message of a transcript; a reply with offers or prices by date has them, and what `ChatReply` says of them."""

    role: Literal["system", "user", "assistant", "tool"]
    content: str
    created_at: str | None
    source: str | None
    language: NotRequired[str]
    offers: NotRequired[list[Offer]]
    passengers: NotRequired[dict[str, Any] | None]
    chosen: NotRequired[str | None]
    best: NotRequired[str | None]
    cheapest: NotRequired[str | None]
    fastest: NotRequired[str | None]
    more: NotRequired[int]
    date_prices: NotRequired[list[DatePrice]]
    departure_date: NotRequired[str | None]
    return_date: NotRequired[str | None]


class Transcript(TypedDict):
    """Messages of a session, oldest first."""

    session_id: str
    messages: list[TranscriptMessage]


class Conversation(TypedDict):
    """Conversation of a user; slots and names are those of its trip, empty once that has expired."""

    session_id: str
    title: str | None
    created_at: str
    updated_at: str
    messages: Count
    slots: dict[str, Any]
    names: Annotated[dict[str, str], Meta(description="names of the trip's places by code")]


class Conversations(TypedDict):
    """Conversations of a user, the last updated first."""

    conversations: list[Conversation]


class Renamed(TypedDict):
    """Conversation with its new title."""

    session_id: str
    title: str


class HealthPart(TypedDict):
    """Check of a part of a component."""

    status: Status
    note: str


class HealthCheck(TypedDict):
    """Check of a component, with its statistics."""

    status: Status
    response_time: Seconds
    p50: float | None
    p95: float | None
    p99: float | None
    success_ratio: float | None
    critical: bool
    last_failure: str | None
    note: NotRequired[str]
    parts: NotRequired[dict[str, HealthPart]]


class Percentiles(TypedDict):
    """Percentiles of a duration in seconds; null without observations."""

    p50: float | None
    p95: float | None


class System(TypedDict):
    """Process that answers."""

    uptime: Seconds
    cpu: NotRequired[Annotated[float, Meta(description="per cent of one CPU")]]
    memory: NotRequired[Annotated[int | None, Meta(description="bytes")]]
    loop_lag: NotRequired[Percentiles]


class Health(TypedDict):
    """Health report."""

    status: Status
    checks: dict[str, HealthCheck]
    system: System
    response_time: Seconds
    services: NotRequired[dict[str, Any]]
    observed_at: NotRequired[str]


class PastCheck(TypedDict):
    """Check in a past report."""

    status: Status
    response_time: Seconds


class PastHealth(TypedDict):
    """Past health report."""

    at: str
    status: Status
    response_time: Seconds
    checks: dict[str, PastCheck]


class History(TypedDict):
    """Past health reports, oldest first, and statistics of their checks."""

    entries: list[PastHealth]
    checks: dict[str, Any]


class ExternalCheck(TypedDict):
    """Check of an external service."""

    status: Status
    status_code: int | None
    response_time: Seconds


class External(TypedDict):
    """Checks of the configured external services."""

    services: dict[str, ExternalCheck]
    response_time: Seconds


class Timing(TypedDict):
    """Durations in seconds, and requests per second."""

    total: float
    average: float
    throughput: float


class Performance(TypedDict):
    """Comparison of sequential with concurrent requests."""

    requests: Count
    concurrency: Count
    delay: Seconds
    sequential: Timing
    concurrent: Timing
    speedup: float
    improvement: Annotated[float, Meta(description="per cent")]
    throughput: Annotated[float, Meta(description="requests per second")]


class CacheStats(TypedDict):
    """Statistics of a cache."""

    entries: Count
    bytes: Count
    max_entries: Count
    hits: Count
    misses: Count
    stale: Count
    coalesced: Count
    evictions: Count
    hit_ratio: float | None
    saved: Seconds
    cached: Percentiles
    live: Percentiles


class Caches(TypedDict):
    """Statistics of the caches, by component."""

    caches: dict[str, CacheStats]


class Board(TypedDict):
    """Health, its history and the statistics of the caches at once."""

    health: Health
    history: History
    caches: dict[str, CacheStats]


class Cleared(TypedDict):
    """Number of entries that were removed."""

    cleared: Count


class Document(TypedDict):
    """OpenAPI document."""

    openapi: str
    info: dict[str, Any]
    paths: dict[str, Any]


class Stopped(TypedDict):
    """Whether a turn was running and is being stopped."""

    stopped: bool


class ToolCallStarted(TypedDict):
    """Call of a tool by the chatbot's model; arguments of the application's own tools are left out."""

    call_id: str
    name: str
    arguments: dict[str, Any]


class ToolCallFinished(TypedDict):
    """Outcome of a call; results and errors of the application's own tools are left out."""

    call_id: str
    name: str
    arguments: dict[str, Any]
    outcome: Literal["done", "failed", "refused", "uncertain"]
    result: Any
    error: str | None


EventName = Literal["start", "delta", "offer", "tool_started", "tool_finished", "done", "error"]


class StreamEvent(TypedDict):
    """Server-sent event; its data is JSON."""

    event: EventName
    id: str
    data: str
