"""Soak test: random faults, cancelled callers, streams beside replies, shared conversations."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from typing import TYPE_CHECKING, Any

from asyncassist import Retry, Timeout
from asyncassist.testing import FakeAnswer, FakeFault, FakeOpenAI

if TYPE_CHECKING:
    from tests.chat.conftest import Make

KINDS = ("status", "disconnect", "truncate", "malformed", "stall", "error")


async def test_under_random_faults_each_caller_gets_one_complete_reply(make: Make):
    """No error escapes, deltas match their reply, no turn is split, no task is left running."""
    rng = random.Random(7)

    def answer(body: Any) -> FakeAnswer | FakeFault:
        if rng.random() < 0.6:
            return FakeAnswer(text="a few words", delay=rng.random() * 0.02, pace=0.001)
        kind: Any = rng.choice(KINDS)
        return FakeFault(kind, rng.choice([500, 503, 429, 408]), after=rng.choice([0, 0, 2]))

    seen: Counter[str] = Counter()
    async with FakeOpenAI(answer=answer) as server:
        bot = await make(
            base_url=server.base_url,
            timeout=Timeout(total=2.0, attempt=0.5, idle=0.2),
            retry=Retry(attempts=2, base=0.01),
            breaker=None,
        )

        async def call() -> None:
            question, conversation = f"question {rng.randrange(30)}", f"c{rng.randrange(15)}"
            cancelled = rng.random() < 0.15
            try:
                async with asyncio.timeout(0.03 if cancelled else 60):
                    if rng.random() < 0.5:
                        reply = await bot.reply(question, conversation_id=conversation)
                    else:
                        async with bot.stream(question, conversation_id=conversation) as stream:
                            text = "".join([delta async for delta in stream])
                        reply = stream.reply
                        assert reply.text == text
            except TimeoutError:
                assert cancelled
                seen["cancelled"] += 1
                return
            assert reply.text
            assert reply.degraded == (reply.reason is not None)
            seen[reply.source] += 1

        await asyncio.gather(*(call() for _ in range(120)))

        stored = [await bot.messages(f"c{n}") for n in range(15)]
        for messages in stored:
            assert [message.role for message in messages] == ["user", "assistant"] * (len(messages) // 2)
        # a caller may be cancelled just after its turn was stored
        assert sum(seen.values()) - seen["cancelled"] <= sum(map(len, stored)) // 2 <= sum(seen.values())
        assert {"model", "fallback"} <= set(seen)
        running = [task for task in asyncio.all_tasks() if "asyncassist/_" in repr(task.get_coro())]
        assert running == []
