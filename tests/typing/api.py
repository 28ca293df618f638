"""Types of the public API: checked by mypy and pyright, never run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, assert_type

from asyncassist import (
    Analysis,
    AssistantReply,
    AsyncAssistError,
    AsyncFlightClient,
    AsyncHandler,
    AsyncNLPEngine,
    AsyncStateManager,
    CachedChatbot,
    Check,
    ConversationInfo,
    Encryption,
    Erased,
    File,
    FlightQuery,
    HandlerStats,
    Health,
    Image,
    Language,
    LoopThread,
    Message,
    Money,
    PartialOutput,
    Place,
    ReasoningDelta,
    Reply,
    Request,
    Response,
    SearchHit,
    Session,
    StateStats,
    Tool,
    ToolCall,
    ToolFinished,
    ToolStarted,
    ToolStep,
    TravelAssistant,
)
from asyncassist.assistant import Done, OfferFound, TextDelta, Understood
from asyncassist.flights import DatePrice, FlightOffer, OfferBatch, PricedOffer, SearchResult
from asyncassist.stores import ABSENT, ConversationStore, SessionStore, Write, WriteResult, compare_and_set
from asyncassist.testing import Cassette, FakeClock
from examples.folder_conversations import FolderConversations
from examples.folder_sessions import FolderSessions


async def handler(http: AsyncHandler) -> None:
    assert_type(await http.get("/"), Response)
    assert_type(await http.post("/", json={"a": 1}, idempotency_key="k"), Response)
    assert_type(await http.request("GET", "/", cache="no-store", ttl=None, retry=None, hedge_after=0.2), Response)
    assert_type(await http.get_json("/"), Any)
    assert_type(await http.get_json("/", type=list[int]), list[int])
    assert_type(Cassette("a.jsonl", mode="replay").handler(ttl=None), AsyncHandler)
    assert_type(await http.get_json("/", type=Money, params={"a": "1"}), Money)
    assert_type((await http.get("/")).json(), Any)
    assert_type((await http.get("/")).json(type=Money), Money)
    assert_type(await http.gather(["/", Request(method="GET", url="/")]), list[Response | AsyncAssistError])
    async with http.stream("GET", "/") as streamed:
        async for piece in streamed.iter_bytes():
            assert_type(piece, bytes)
    assert_type(await http.check("/"), Check)
    assert_type(await http.health(), Health)
    assert_type(http.stats(), HandlerStats)
    assert_type(await http.clear_cache(host="a"), int)


def stores(folder: str) -> None:
    sessions: SessionStore = FolderSessions(folder)
    conversations: ConversationStore = FolderConversations(folder)
    AsyncStateManager(session_store=sessions, conversation_store=conversations)
    assert_type(compare_and_set(ABSENT, Write("free", b"{}"), 60.0), WriteResult)


async def chatbot(bot: CachedChatbot) -> None:
    assert_type(await bot.reply("hi", user="ana", temperature=0.2), Reply)
    async with bot.stream("hi", conversation_id="c") as stream:
        async for text in stream:
            assert_type(text, str)
        assert_type(stream.reply, Reply)
        async for event in stream.events():
            assert_type(event, TextDelta | ReasoningDelta | ToolStarted | ToolFinished | PartialOutput)
    reply = await bot.reply("hi", tools=[chatbot, Tool(chatbot, needs_approval=True)])
    assert_type(reply.steps, tuple[ToolStep, ...])
    assert_type(reply.pending, tuple[ToolCall, ...])
    assert_type(await bot.resolve("c", {"a": True, "b": "too expensive"}, user="ana"), Reply)
    picture, attached = Image(url="https://a.example/b.png"), File(b"x", "a.txt", "text/plain")
    assert_type(await bot.reply(["what?", picture, attached], model="large", extra={"top_k": 3}), Reply)
    assert_type(await bot.extract("t", instructions="i", type=Money), Money)
    assert_type(await bot.extract("t", instructions="i", schema={}), Mapping[str, Any])
    async with bot.stream("hi", output=Money) as typed:
        async for part in typed.partial():
            assert_type(part, Mapping[str, Any])
    assert_type(await bot.messages("c", limit=3), list[Message])
    assert_type(await bot.forget("c"), bool)
    assert_type(await bot.health(), Health)
    assert_type(await bot.clear_cache(user="ana"), int)


async def state(manager: AsyncStateManager) -> None:
    assert_type(await manager.create({"a": 1}, ttl=3.0), Session)
    assert_type(await manager.get("s"), Session | None)
    assert_type(await manager.get_many(["s"]), list[Session | None])
    assert_type(await manager.save("s", {"a": 1}, expected_version=1), Session)
    assert_type(await manager.update("s", lambda data: {**data, "b": 2}, create=True), Session)
    assert_type(await manager.patch("s", {"a": None}), Session)
    assert_type(await manager.delete("s"), bool)
    assert_type(await manager.create({"a": 1}, user="ana", lifetime=3600.0), Session)
    assert_type(await manager.rotate("s"), str)
    AsyncStateManager(sqlite="state.sqlite", encryption=Encryption(keys=[bytes(32)]), retention=86_400.0)
    async for line in manager.export("ana"):
        assert_type(line, bytes)
    assert_type(await manager.erase("ana"), Erased)
    assert_type(await manager.search("lisbon", user="ana", limit=5), list[SearchHit])
    assert_type(await manager.revoke("ana"), int)
    async for session_id in manager.scan():
        assert_type(session_id, str)
    async with manager.session("s") as session:
        session.data["a"] = 1
    async with manager.lock("name", wait=1.0) as lease:
        assert_type(lease.token, int)
    assert_type(await manager.append("c", [Message("user", "hi")], user="ana"), int)
    assert_type(await manager.messages("c", before=3), list[Message])
    assert_type(await manager.request_messages("c", "r"), list[Message])
    page = await manager.conversations(user="ana", limit=10)
    assert_type(page, list[ConversationInfo])
    await manager.conversations(user="ana", before=page[-1])
    await manager.rename("c", "Lisbon in May", user="ana")
    assert_type(await manager.branch("c", at=2, user="ana"), str)
    assert_type(await manager.undo("c", turns=2, user="ana"), int)
    async with manager.turn("c") as held:
        assert_type(held, None)
    await manager.flush()
    assert_type(manager.stats(), StateStats)


async def nlp(engine: AsyncNLPEngine) -> None:
    assert_type(await engine.analyze("hi", now=dt.datetime.now(dt.UTC)), Analysis)
    assert_type(await engine.analyze_many(["hi"], language="en"), list[Analysis])
    assert_type(await engine.detect_language("hi"), Language)
    assert_type(await engine.clear_cache(), int)


async def flights(client: AsyncFlightClient) -> None:
    query = FlightQuery("LIS", "BER", dt.date(2030, 1, 1), max_price=Decimal(300))
    result = await client.search(query)
    assert_type(result, SearchResult)
    assert_type(result.offers, tuple[FlightOffer, ...])
    assert_type(result.offers[0].total, Money)
    async with client.stream(query) as stream:
        async for batch in stream:
            assert_type(batch, OfferBatch)
        assert_type(stream.result, SearchResult)
    assert_type(await client.search_many([query]), list[SearchResult])
    assert_type(await client.search_dates(query, window=2), list[DatePrice])
    assert_type(await client.price(result.offers[0]), PricedOffer)
    assert_type(await client.places("Lis"), list[Place])


async def assistant(travel: TravelAssistant) -> None:
    assert_type(await travel.reply("hi", user="ana"), AssistantReply)
    async with travel.stream("hi") as stream:
        async for event in stream:
            assert_type(event, Understood | OfferFound | ToolStarted | ToolFinished | TextDelta | Done)
        assert_type(stream.reply, AssistantReply)
    assert_type(await travel.health(), Health)
    assert_type(travel.stats(), dict[str, Any])


def bridge(clock: FakeClock) -> None:
    with LoopThread() as loop, loop.enter(AsyncStateManager(now=clock)) as manager:
        assert_type(manager, AsyncStateManager)
        assert_type(loop.run(manager.get("s"), timeout=1.0), Session | None)
        for session_id in loop.stream(manager.scan()):
            assert_type(session_id, str)
