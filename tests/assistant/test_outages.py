"""Outages of real servers, killed or frozen, alone and together."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from asyncassist import AsyncFlightClient, AsyncStateManager, CachedChatbot, TravelAssistant
from asyncassist.assistant import AssistantReply
from asyncassist.flights import SandboxProvider
from asyncassist.testing import FakeClock, FakeFault, FakeOpenAI
from tests.assistant.builders import SIDE_QUESTION
from tests.assistant.dialogue_scripts import NOW
from tests.servers import Postgres, Valkey

MESSAGES = ["I want to fly to Berlin", "from Lisbon", "on 4 December", SIDE_QUESTION, "cheaper"]
# Long enough for any machine; a turn that hangs fails here.
TEST_TIMEOUT = 90.0


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    """PostgreSQL server of this module, to kill and restart."""
    server = Postgres().start()
    yield server
    server.stop()


class Backends:
    """Backends of an assistant, each of which can fail and recover."""

    def __init__(self, valkey: Valkey, postgres: Postgres, model: FakeOpenAI, provider: SandboxProvider) -> None:
        self.valkey, self.postgres, self.model, self.provider = valkey, postgres, model, provider

    async def fail(self, names: set[str]) -> None:
        if "redis" in names:
            await asyncio.to_thread(self.valkey.kill)
        if "redis frozen" in names:
            self.valkey.freeze()
        if "postgres" in names:
            await asyncio.to_thread(self.postgres.kill)
        if "model" in names:
            self.model.script(*[FakeFault("status", status=503)] * 20)
        if "provider" in names:
            self.provider._failure_rate = 1.0

    async def recover(self, names: set[str]) -> None:
        if "redis" in names:
            await asyncio.to_thread(self.valkey.start)
        if "redis frozen" in names:
            self.valkey.thaw()
        if "postgres" in names:
            await asyncio.to_thread(self.postgres.start)
        self.provider._failure_rate = 0.0


@pytest.mark.parametrize(
    "failed",
    [
        {"redis"},
        {"redis frozen"},
        {"postgres"},
        {"model"},
        {"provider"},
        {"redis", "postgres"},
        {"redis frozen", "postgres", "model", "provider"},
    ],
    ids=lambda failed: ", ".join(sorted(failed)),
)
async def test_conversation_survives_an_outage(valkey: Valkey, postgres: Postgres, failed: set[str]):
    """Every turn is answered, failures are named, and slots and transcript are complete after recovery."""
    clock = FakeClock(NOW.timestamp())
    provider = SandboxProvider(now=clock)
    async with (
        asyncio.timeout(TEST_TIMEOUT),
        FakeOpenAI(answer="It is cold.") as model,
        CachedChatbot(model="m", base_url=model.base_url, api_key="k", retry=None) as chatbot,
        AsyncStateManager(redis=valkey.url, postgres=postgres.url, timeout=1.0, prefix=f"{len(failed)}:") as state,
        AsyncFlightClient(providers=[provider], now=clock) as flights,
        TravelAssistant(state=state, chatbot=chatbot, flights=flights, now=clock) as assistant,
    ):
        backends = Backends(valkey, postgres, model, provider)
        session = f"trip-{'-'.join(sorted(failed)).replace(' ', '')}"
        replies = [await assistant.reply(MESSAGES[0], session_id=session)]
        await backends.fail(failed)
        replies += [await assistant.reply(text, session_id=session) for text in MESSAGES[1:4]]
        await backends.recover(failed)
        await state.flush(timeout=TEST_TIMEOUT)
        replies.append(await assistant.reply(MESSAGES[4], session_id=session))
        transcript = await assistant.messages(session)

    assert all(reply.text and reply.language == "en" for reply in replies)
    assert [message.content for message in transcript if message.role == "user"] == MESSAGES
    assert set(replies[-1].slots) == {"origin", "destination", "departure_date"}
    assert len(replies[-1].offers) == 5
    assert not replies[0].degraded
    check_reasons(replies, failed)


def check_reasons(replies: list[AssistantReply], failed: set[str]) -> None:
    """Assert that the reasons name what failed, in the turn that needed it."""
    _, _, search, side_answer, _ = replies
    expected = {
        "flights": "provider" in failed,
        "chat": "model" in failed,
        "state": bool(failed & {"redis", "redis frozen", "postgres"}),
    }
    reasons = f"{search.reason} {side_answer.reason}"
    assert {part: f"{part}: " in reasons for part in expected} == expected
    assert bool(search.offers) == ("provider" not in failed)
