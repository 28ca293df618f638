"""Everything at once: faults at random, callers who leave, streams beside replies, shared conversations."""

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


async def test_whatever_happens_each_caller_gets_one_whole_reply(make: Make):
    """No error escapes, no pieces differ from their reply, no pair is torn, nothing is left running."""
    chance = random.Random(7)

    def answer(body: Any) -> FakeAnswer | FakeFault:
        if chance.random() < 0.6:
            return FakeAnswer(text="a few words", delay=chance.random() * 0.02, pace=0.001)
        kind: Any = chance.choice(KINDS)
        return FakeFault(kind, chance.choice([500, 503, 429, 408]), after=chance.choice([0, 0, 2]))

    seen: Counter[str] = Counter()
    async with FakeOpenAI(answer=answer) as server:
        bot = await make(
            base_url=server.base_url,
            timeout=Timeout(total=2.0, attempt=0.5, idle=0.2),
            retry=Retry(attempts=2, base=0.01),
            breaker=None,
        )

        async def one() -> None:
            question, conversation = f"question {chance.randrange(30)}", f"c{chance.randrange(15)}"
            leaves = chance.random() < 0.15
            try:
                async with asyncio.timeout(0.03 if leaves else 60):
                    if chance.random() < 0.5:
                        reply = await bot.reply(question, conversation_id=conversation)
                    else:
                        async with bot.stream(question, conversation_id=conversation) as stream:
                            text = "".join([piece async for piece in stream])
                        reply = stream.reply
                        assert reply.text == text
            except TimeoutError:
                assert leaves
                seen["left"] += 1
                return
            assert reply.text
            assert reply.degraded == (reply.reason is not None)
            seen[reply.source] += 1

        await asyncio.gather(*(one() for _ in range(120)))

        kept = [await bot.messages(f"c{n}") for n in range(15)]
        for messages in kept:
            assert [message.role for message in messages] == ["user", "assistant"] * (len(messages) // 2)
        # a caller may leave in the moment in which its turn is stored already
        assert sum(seen.values()) - seen["left"] <= sum(map(len, kept)) // 2 <= sum(seen.values())
        assert {"model", "fallback"} <= set(seen)
        running = [task for task in asyncio.all_tasks() if "asyncassist/_" in repr(task.get_coro())]
        assert running == []
