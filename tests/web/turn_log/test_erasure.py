"""Erasure through a service: what a user's turns said is in no file and no key afterwards."""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING, Any

import pytest
from redis.asyncio import Redis

from asyncassist import AsyncFlightClient, AsyncNLPEngine, AsyncStateManager, TravelAssistant
from asyncassist.flights import SandboxProvider
from asyncassist.web import Request, Service, WebSettings

if TYPE_CHECKING:
    from pathlib import Path

MARKER = b"Reykjav"


def user_of(request: Request) -> str | None:
    """The user that a test names in a header."""
    return request.header("x-user")


async def say(service: Service, user: str) -> str:
    """Send a message with the marker and return the session id once all events have been read."""
    body = json.dumps({"message": "Flights from Reykjavik to Berlin next Friday", "stream": True}).encode()
    headers = {"content-type": "application/json", "accept": "text/event-stream", "x-user": user}
    response = await service.handle(Request("POST", "/chat", {}, headers, body, "127.0.0.1"))
    events = b"".join([part async for part in response.body])
    assert MARKER in events
    return str(json.loads(events.split(b"data: ", 2)[1].split(b"\n")[0])["session_id"])


async def events_status(service: Service, session_id: str, user: str) -> int:
    """Ask for the events of the last turn, and return the status."""
    request = Request("GET", f"/chat/{session_id}/events", {}, {"x-user": user}, b"", "127.0.0.1")
    response = await service.handle(request)
    if not isinstance(response.body, bytes):
        async for _ in response.body:
            pass
    return response.status


async def raw_data(folder: Path, redis_url: str | None, known: set[bytes]) -> bytes:
    """Everything that the files of a folder hold, or the streams of a server other than the known ones."""
    found = b"".join([path.read_bytes() for path in sorted(folder.iterdir())])
    if redis_url is not None:
        async with Redis.from_url(redis_url) as client:
            for key in await streams(redis_url) - known:
                found += repr(await client.xrange(key)).encode()
    return found


async def streams(redis_url: str) -> set[bytes]:
    """The keys of all turns of a server, which other tests use too."""
    async with Redis.from_url(redis_url) as client:
        return {key for key in await client.keys("asyncassist:turn:{*") if await client.type(key) == b"stream"}


@pytest.mark.parametrize("call", ["erase", "revoke"])
@pytest.mark.parametrize("store", ["memory", "sqlite", "redis"])
async def test_the_turns_of_an_erased_user_are_gone(store, call, tmp_path, redis_url):
    """After `erase` and `revoke` they cannot be followed; those of another user stay."""
    settings: dict[str, dict[str, Any]] = {
        "memory": {},
        "sqlite": {"sqlite": str(tmp_path / "web.sqlite")},
        "redis": {"redis": redis_url},
    }
    known = await streams(redis_url)
    user, other = f"u{secrets.token_hex(4)}", f"v{secrets.token_hex(4)}"
    async with (
        AsyncNLPEngine() as nlp,
        AsyncStateManager() as state,
        AsyncFlightClient(providers=[SandboxProvider()]) as flights,
        TravelAssistant(nlp=nlp, state=state, flights=flights) as assistant,
        Service(assistant=assistant, settings=WebSettings(**settings[store]), user=user_of) as service,
    ):
        session_id = await say(service, user)
        urls = redis_url if store == "redis" else None
        before = await raw_data(tmp_path, urls, known)
        await getattr(state, call)(user)
        after = await raw_data(tmp_path, urls, known)
        foreign = await say(service, other)

        assert (MARKER in before) == (store != "memory")
        assert MARKER not in after
        assert await events_status(service, session_id, user) == 404
        assert await events_status(service, foreign, other) == 200


async def test_methods_of_living_objects_are_called_by_a_revocation():
    """They are held weakly: what is gone is not called."""
    async with AsyncStateManager() as state:
        users: list[str] = []

        class Listener:
            async def end_turns(self, user: str) -> None:
                users.append(user)

        one, other = Listener(), Listener()
        state.on_revoke(one.end_turns)
        state.on_revoke(other.end_turns)
        del other

        await state.revoke("ann")
        await state.erase("bob")

    assert users == ["ann", "bob"]
