"""Arguments of the wrong kind: every public constructor and method raises a typed error, and never a foreign one."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import inspect
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import openai
import pytest

import asyncassist
from asyncassist import (
    AsyncFlightClient,
    AsyncHandler,
    AsyncNLPEngine,
    AsyncStateManager,
    Backend,
    Breaker,
    Budget,
    CachedChatbot,
    CacheRules,
    Encryption,
    File,
    FlightQuery,
    Guard,
    Image,
    Limits,
    LoopThread,
    Message,
    Money,
    Passengers,
    Price,
    Request,
    Retry,
    Timeout,
    Tool,
    TravelAssistant,
)
from asyncassist.errors import AsyncAssistError, ConfigurationError, InvalidInputError
from asyncassist.flights import (
    AmadeusProvider,
    DuffelProvider,
    OAuth2ClientCredentials,
    SandboxProvider,
    Slice,
)
from asyncassist.testing import FakeClock
from asyncassist.web import Service, WebSettings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

NOW = dt.datetime(2027, 1, 10, 12, tzinfo=dt.UTC)
DAY = dt.date(2027, 3, 12)
TRIP = {"origin": "LIS", "destination": "BER", "departure": DAY}
WRONG: list[Any] = [
    None,
    True,
    "",
    "x",
    "\ud800",
    b"",
    -1,
    0,
    10**30,
    float("nan"),
    float("inf"),
    object(),
    [],
    [None],
    {},
    {1: 2},
    dt.date.max,
    dt.date.min,
    dt.datetime.max,
    dt.datetime.min,
    dt.datetime(2027, 1, 1),
    dt.datetime.max.replace(tzinfo=dt.UTC),
    dt.datetime.min.replace(tzinfo=dt.UTC),
    dt.timedelta.max,
    Decimal("NaN"),
    Decimal("sNaN"),
    Decimal("Infinity"),
    Decimal("1e999999"),
    Decimal("1e-999999"),
]


# Valid arguments, from which one after the other is replaced by a wrong one.
async def look_up(city: str) -> str:
    """Look up a city."""
    return city


CONSTRUCTORS: dict[Callable[..., Any], Mapping[str, Any]] = {
    AsyncFlightClient: {},
    AsyncHandler: {},
    AsyncNLPEngine: {},
    AsyncStateManager: {},
    Encryption: {"keys": [b"k" * 32]},
    CachedChatbot: {"model": "m"},
    TravelAssistant: {},
    Service: {},
    Backend: {"model": "m"},
    Breaker: {},
    Budget: {"tokens": 1},
    CacheRules: {},
    FlightQuery: TRIP,
    Slice: TRIP,
    File: {"data": b"text", "name": "a.txt", "media_type": "text/plain"},
    Guard: {},
    Image: {"url": "https://a.example/b.png"},
    Limits: {},
    LoopThread: {},
    Message: {"role": "user", "content": "x"},
    Message.of: {"message": {"role": "user", "content": "x"}},
    Money: {"amount": Decimal(1), "currency": "EUR"},
    Passengers: {},
    Price: {"prompt": Decimal(1), "completion": Decimal(1)},
    Request: {"url": "http://127.0.0.1/"},
    Retry: {},
    Timeout: {},
    Tool: {"function": look_up},
    WebSettings: {},
    AmadeusProvider: {
        "base_url": "https://a.example",
        "token_url": "https://a.example/token",
        "client_id": "id",
        "client_secret": "secret",
    },
    DuffelProvider: {"token": "token"},
    SandboxProvider: {},
    OAuth2ClientCredentials: {"token_url": "https://a.example/token", "client_id": "id", "client_secret": "secret"},
}
METHODS: dict[type[Any], dict[str, Mapping[str, Any]]] = {
    AsyncStateManager: {
        "create": {},
        "get": {"session_id": "s1"},
        "get_many": {"ids": ["s1"]},
        "save": {"session_id": "s1", "data": {}},
        "update": {"session_id": "s1", "change": dict, "create": True},
        "patch": {"session_id": "s1", "changes": {}},
        "delete": {"session_id": "s2"},
        "session": {"session_id": "s1"},
        "lock": {"name": "l"},
        "append": {"conversation_id": "c", "messages": [{"role": "user", "content": "x"}]},
        "messages": {"conversation_id": "c"},
        "request_messages": {"conversation_id": "c", "request_id": "r"},
        "conversations": {"user": "u"},
        "rename": {"conversation_id": "c", "title": "t"},
        "search": {"text": "x", "user": "u"},
        "rotate": {"session_id": "s1"},
        "revoke": {"user": "u"},
        "export": {"user": "u"},
        "erase": {"user": "u"},
        "on_erase": {"clear": lambda _: None},
        "on_revoke": {"end_turns": lambda _: None},
        "branch": {"conversation_id": "c", "at": 1},
        "undo": {"conversation_id": "c"},
        "forget": {"conversation_id": "d"},
        "turn": {"conversation_id": "c"},
        "flush": {},
    },
    AsyncNLPEngine: {
        "analyze": {"text": "tomorrow to Lisbon"},
        "analyze_many": {"texts": ["tomorrow"]},
        "detect_language": {"text": "hello"},
    },
    AsyncFlightClient: {
        "search": {"query": FlightQuery(**TRIP)},
        "stream": {"query": FlightQuery(**TRIP)},
        "search_many": {"queries": [FlightQuery(**TRIP)]},
        "search_dates": {"query": FlightQuery(**TRIP), "window": 0},
        "price": {"offer": None},
        "places": {"text": "lis"},
    },
    CachedChatbot: {
        "reply": {"message": "hi"},
        "stream": {"message": "hi"},
        "messages": {"conversation_id": "c"},
        "forget": {"conversation_id": "c"},
        "extract": {"text": "t", "instructions": "i", "schema": {"type": "object"}},
        "clear_cache": {},
        "resolve": {"conversation_id": "c", "decisions": {"call": True}},
    },
    TravelAssistant: {
        "reply": {"message": "hi"},
        "stream": {"message": "hi"},
        "messages": {"session_id": "s1"},
        "conversations": {"user": "ana"},
        "rename": {"session_id": "s1", "title": "Summer", "user": "ana"},
        "forget": {"session_id": "s1"},
    },
    AsyncHandler: {
        "request": {"method": "GET", "url": ""},
        "get": {"url": ""},
        "head": {"url": ""},
        "post": {"url": ""},
        "put": {"url": ""},
        "patch": {"url": ""},
        "delete": {"url": ""},
        "get_json": {"url": ""},
        "gather": {"requests": [""]},
        "stream": {"method": "GET", "url": ""},
        "check": {"url": ""},
        "clear_cache": {},
    },
}
# The keywords of `AsyncHandler.request`, which the other methods of the handler take as `**options`.
OPTIONS = ("params", "headers", "json", "data", "timeout", "cache", "ttl", "retry", "hedge_after", "max_body")


def parameters(function: Callable[..., Any]) -> list[str]:
    return [
        parameter.name
        for parameter in inspect.signature(function).parameters.values()
        if parameter.name != "self" and parameter.kind not in {parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL}
    ]


async def settle(result: Any) -> None:
    """Await, enter or iterate what a method returned, so that all of its checks run."""
    if inspect.isawaitable(result):
        result = await result
    if hasattr(result, "__aenter__"):
        async with result as entered:
            if hasattr(entered, "__aiter__"):
                async for _ in entered:
                    pass
    elif hasattr(result, "__aiter__"):
        async for _ in result:
            pass


async def error_of(function: Callable[..., Any], arguments: Mapping[str, Any]) -> Exception | None:
    """Return what a call raises, None if it succeeds."""
    try:
        await settle(function(**arguments))
    except Exception as error:
        return error
    return None


@pytest.fixture
async def url() -> AsyncIterator[str]:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
            await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1") as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"


@pytest.mark.parametrize("function", CONSTRUCTORS, ids=lambda function: function.__qualname__)
def test_a_constructor_raises_typed_errors_that_name_a_field(function):
    """Any value in any argument is accepted, or refused by a ConfigurationError or an InvalidInputError."""
    for name in parameters(function):
        for value in WRONG:
            error: Any = None
            try:
                function(**{**CONSTRUCTORS[function], name: value})
            except Exception as raised:
                error = raised
            named = isinstance(error, ConfigurationError | InvalidInputError) and error.field
            assert error is None or named, (name, value)


@pytest.mark.parametrize(
    ("kind", "method"),
    [(kind, method) for kind, methods in METHODS.items() for method in methods],
    ids=lambda value: getattr(value, "__name__", value),
)
async def test_a_method_raises_typed_errors(kind, method, url):
    """Any value in any argument works, or is refused by an error of the package."""
    options = {CachedChatbot: {"model": "m"}, AsyncHandler: {"retry": None, "breaker": None}}.get(kind, {})
    given = dict(METHODS[kind][method])
    for name in {"url", "requests"} & set(given):
        given[name] = url if name == "url" else [url]
    async with kind(**options, now=FakeClock(NOW.timestamp())) as component:
        if method == "price":
            given["offer"] = (await component.search(FlightQuery(**TRIP))).offers[0]
        function = getattr(component, method)
        names = parameters(function)
        if kind is AsyncHandler and "options" in inspect.signature(function).parameters:
            names += [name for name in OPTIONS if name not in names]
        for name in names:
            for value in WRONG:
                error = await error_of(function, {**given, name: value})
                assert error is None or isinstance(error, AsyncAssistError), (name, value)


@pytest.mark.parametrize("name", ["asked", "slots", "language", "region", "timezone"])
async def test_a_fact_of_the_wrong_kind_is_named(name):
    """The engine refuses it as `context.<name>`, or can use it."""
    async with AsyncNLPEngine() as engine:
        for value in WRONG:
            error: Any = await error_of(engine.analyze, {"text": "tomorrow", "context": {name: value}})
            named = isinstance(error, InvalidInputError) and error.field in {f"context.{name}", "context"}
            assert error is None or named, value


async def test_days_to_move_a_query_by_are_checked():
    """A query moves by whole days within the calendar; all else is refused by name."""
    for value in WRONG:
        error: Any = await error_of(FlightQuery(**TRIP).moved, {"days": value})
        assert error is None or (isinstance(error, InvalidInputError) and error.field == "days"), value


def test_every_public_method_is_tried():
    """A new method with arguments belongs into the table."""
    for kind, methods in METHODS.items():
        found = {
            name
            for name, member in inspect.getmembers(kind, callable)
            if not name.startswith("_")
            and not inspect.ismethod(member)
            and len(inspect.signature(member).parameters) > 1
        }
        assert found <= set(methods), kind


def test_every_public_value_is_tried():
    """A new public class with checks belongs into the table."""
    documented = {
        name
        for name in asyncassist.__all__
        if inspect.isclass(found := getattr(asyncassist, name))
        and "ConfigurationError:" in (inspect.getdoc(found) or "")
    }
    assert documented <= {function.__qualname__ for function in CONSTRUCTORS}


@pytest.mark.parametrize(
    ("function", "name", "value"),
    [
        (AsyncStateManager, "near_cache", "false"),
        (CachedChatbot, "share_answers", "no"),
        (CacheRules, "shared", "false"),
        (DuffelProvider, "batches", 0),
        (CachedChatbot, "client", object()),
        (Backend, "client", "https://a.example/v1"),
        (AsyncFlightClient, "http", object()),
        (DuffelProvider, "http", object()),
        (SandboxProvider, "name", ""),
        (AsyncNLPEngine, "model", "gpt-4o-mini"),
        (TravelAssistant, "nlp", object()),
        (TravelAssistant, "state", {}),
        (TravelAssistant, "flights", SandboxProvider()),
        (TravelAssistant, "chatbot", "m"),
        (TravelAssistant, "http", "https://a.example"),
        (Service, "assistant", object()),
        (Service, "settings", {}),
        (Service, "checks", ["x"]),
        (Price, "currency", "usd"),
    ],
)
def test_what_cannot_work_is_refused_at_construction(function, name, value):
    """A component, client or flag of the wrong kind fails where it is handed over, by name, and not at first use."""
    with pytest.raises(ConfigurationError) as caught:
        function(**{**CONSTRUCTORS[function], name: value})
    assert caught.value.field.endswith(name)


def test_the_synchronous_client_of_the_sdk_is_refused():
    """It has all methods, but none can be awaited."""
    with openai.OpenAI(api_key="k") as client, pytest.raises(ConfigurationError, match="AsyncOpenAI"):
        CachedChatbot(model="m", client=client)


@pytest.mark.parametrize("value", [{"adults": -1}, {"children": "2"}, {"infants": True}])
def test_passengers_are_whole_numbers(value):
    """A count of another kind is refused by name."""
    with pytest.raises(InvalidInputError) as caught:
        Passengers(**value)
    assert caught.value.field in value
