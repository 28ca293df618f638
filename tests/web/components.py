"""Test doubles of the components of a service, and requests to it."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from asyncassist._cache import Cache
from asyncassist._types import Check, Health, Message
from asyncassist.assistant import AssistantReply, AssistantStream, Done, TextDelta
from asyncassist.web import Request, Response, Service, WebSettings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from asyncassist import AsyncHandler, CachedChatbot

ADMIN = "a-long-admin-token"
TRUSTED = "https://app.example"


class FakeComponent:
    """Component with health, statistics and a cache."""

    def __init__(self) -> None:
        self.status = "pass"
        self.delay = 0.0
        self.hang = False
        self.cache: Cache[str] = Cache(max_entries=10, now=lambda: 0.0)
        self.health_calls = 0

    async def health(self) -> Health:
        self.health_calls += 1
        if self.hang:
            await asyncio.Event().wait()
        await asyncio.sleep(self.delay)
        return Health(status=self.status, checks=(Check(name="inside", status=self.status),))

    def stats(self) -> Any:
        return self.cache.stats()

    async def clear_cache(self) -> int:
        return self.cache.clear()


class FakeAssistant:
    """Assistant that replies with the message it got; `release` holds its replies back, `error` makes them fail."""

    def __init__(self) -> None:
        self.nlp, self.state, self.flights = FakeComponent(), FakeComponent(), FakeComponent()
        self.http: AsyncHandler | None = None
        self.chatbot: CachedChatbot | None = None
        self.sessions: dict[tuple[str | None, str], list[Message]] = {}
        self.error: BaseException | None = None
        self.release: asyncio.Event | None = None
        self.running = 0
        self.calls: list[dict[str, Any]] = []

    async def reply(self, message: str, **facts: Any) -> AssistantReply:
        if self.error is not None:
            raise self.error
        self.calls.append({"message": message, **facts})
        if self.release is not None:
            self.running += 1
            try:
                await self.release.wait()
            finally:
                self.running -= 1
        self.sessions.setdefault((facts["user"], facts["session_id"]), []).append(Message("user", message))
        return AssistantReply(text=message, session_id=facts["session_id"], language="en", intent="greeting")

    @asynccontextmanager
    async def stream(self, message: str, **facts: Any) -> AsyncIterator[AssistantStream]:
        async def events() -> AsyncIterator[Any]:
            self.running += 1
            try:
                for word in message.split():
                    yield TextDelta(text=word)
                    if self.release is not None:
                        await self.release.wait()
                yield Done(reply=await self.reply(message, **facts))
            finally:
                self.running -= 1

        iterator = events()
        try:
            yield AssistantStream(iterator)
        finally:
            await iterator.aclose()

    async def messages(self, session_id: str, *, user: str | None = None, limit: int | None = None) -> list[Message]:
        return self.sessions.get((user, session_id), [])[-(limit or 100) :]

    async def forget(self, session_id: str, *, user: str | None = None) -> bool:
        return self.sessions.pop((user, session_id), None) is not None

    async def health(self) -> Health:
        return Health(status="pass")

    def stats(self) -> dict[str, Any]:
        return {}


def service_of(assistant: Any = None, /, *, now: Any = None, **settings: Any) -> Service:
    """Return a service with the assistant (a `FakeAssistant` by default) and settings."""
    more = {} if now is None else {"now": now}
    hooks = {name: settings.pop(name) for name in ("user", "on_error", "checks") if name in settings}
    return Service(assistant=assistant or FakeAssistant(), settings=WebSettings(**settings), **hooks, **more)


def post(path: str, body: Any, *, peer: str = "192.0.2.1", **headers: str) -> Request:
    """Return a POST request with a JSON value, or with bytes as they are."""
    from asyncassist.web import strict_json

    raw = body if isinstance(body, bytes) else strict_json.encode(body)
    found = {"content-type": "application/json", **{name.replace("_", "-"): value for name, value in headers.items()}}
    return Request("POST", path, (), found, raw, peer)


def get(path: str, query: Any = (), *, method: str = "GET", peer: str = "192.0.2.1", **headers: str) -> Request:
    return Request(method, path, query, {name.replace("_", "-"): value for name, value in headers.items()}, b"", peer)


def read(response: Response) -> Any:
    """Return the decoded JSON of a response."""
    from asyncassist.web import strict_json

    assert isinstance(response.body, bytes)
    return strict_json.decode(response.body)


async def events_of(response: Response) -> list[tuple[str, Any]]:
    """Return the events of a streamed response after the first ("start"), without heartbeats."""
    from asyncassist.web import strict_json

    assert not isinstance(response.body, bytes)
    raw = b"".join([piece async for piece in response.body])
    found = []
    for block in raw.decode().split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if lines:
            found.append((lines["event"], strict_json.decode(lines["data"].encode())))
    assert found[0][0] == "start"
    return found[1:]
