"""Answers and conversations shared by several processes."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import TYPE_CHECKING

from redis.asyncio import Redis

from asyncassist import AsyncStateManager, Retry
from asyncassist.testing import FakeAnswer, FakeClock, FakeFault, FakeOpenAI

if TYPE_CHECKING:
    from tests.chat.conftest import Make
    from tests.servers import Valkey


async def test_workers_share_answers(make: Make, server: FakeOpenAI, valkey: Valkey, clock: FakeClock):
    """An answer cached by one process is a hit in another, with its age."""
    one = await make(redis=valkey.url)
    other = await make(redis=valkey.url)
    await one.reply("hello", user="ann", temperature=0.5)
    clock.advance(20.0)

    reply = await other.reply("hello", user="ann", temperature=0.5)

    assert (reply.source, reply.age, server.calls) == ("cache", 20.0, 1)
    assert reply.usage is not None
    assert reply.usage.saved_tokens > 0
    assert other.stats().cache.hits == 1
    clock.advance(280.0)
    assert (await other.reply("hello", user="ann", temperature=0.5)).source == "model"


async def test_a_shared_stale_answer_is_served_in_an_outage(
    make: Make, server: FakeOpenAI, valkey: Valkey, clock: FakeClock
):
    """An answer of another process, past its `ttl`, while the model is down."""
    one = await make(redis=valkey.url)
    await one.reply("hello")
    clock.advance(400.0)
    other = await make(redis=valkey.url, retry=Retry(attempts=1))
    server.script(FakeFault("status"))

    reply = await other.reply("hello")

    assert (reply.source, reply.age) == ("stale", 400.0)


async def test_only_reads_the_shared_answers(make: Make, server: FakeOpenAI, valkey: Valkey):
    """cache="only" is a hit on an answer of another process."""
    one = await make(redis=valkey.url)
    other = await make(redis=valkey.url)
    await one.reply("hello")

    assert (await other.reply("hello", cache="only")).source == "cache"


async def test_clear_deletes_shared_answers(make: Make, valkey: Valkey):
    """All answers, or those of one user."""
    bot = await make(redis=valkey.url)
    for user in ("ann", "bob", None):
        await bot.reply("hello", user=user)
    fresh = await make(redis=valkey.url)

    assert await fresh.clear_cache(user="ann") == 1
    async with Redis.from_url(valkey.url) as client:
        assert await client.dbsize() == 2
        assert await fresh.clear_cache() == 2
        assert await client.dbsize() == 0


async def test_keys_hold_digests_only(make: Make, valkey: Valkey):
    """Neither message, user, key nor instructions are readable in a Redis key."""
    bot = await make(redis=valkey.url, api_key="sk-secret")
    await bot.reply("my words", user="ann@example.com", system="be kind")

    async with Redis.from_url(valkey.url) as client:
        keys = [key.decode() async for key in client.scan_iter("*")]
    assert len(keys) == 1
    for word in ("words", "ann", "example", "secret", "kind"):
        assert word not in keys[0]


async def test_a_given_client_may_decode_responses(make: Make, server: FakeOpenAI, valkey: Valkey):
    """The client is used unchanged, and stays open."""
    client = Redis.from_url(valkey.url, decode_responses=True)
    assert await client.ping()
    one = await make(redis=client)
    other = await make(redis=client)
    await one.reply("hello")

    assert (await other.reply("hello")).source == "cache"
    await one.aclose()
    assert await client.ping()
    await client.aclose()


async def test_an_undecodable_entry_is_a_miss(make: Make, server: FakeOpenAI, valkey: Valkey):
    """An entry of another version or program is ignored."""
    bot = await make(redis=valkey.url)
    await bot.reply("hello")
    async with Redis.from_url(valkey.url) as client:
        for key in await client.keys("*"):
            await client.set(key, b"\xff{")
    other = await make(redis=valkey.url)

    assert (await other.reply("hello")).source == "model"


async def test_an_unreachable_redis_leaves_the_memory_cache(make: Make, server: FakeOpenAI, valkey: Valkey):
    """Replies continue, and the health warns."""
    bot = await make(redis=valkey.url)
    await bot.reply("hello")
    valkey.kill()

    assert (await bot.reply("hello")).source == "cache"
    assert (await bot.reply("other")).source == "model"
    health = await bot.health()
    assert {check.name: check.status for check in health.checks}["shared-cache"] == "warn"
    assert health.status == "warn"


WORKER = """
import asyncio, json, sys
from asyncassist import AsyncStateManager, CachedChatbot

async def main(name, base_url, redis_url):
    async with AsyncStateManager(redis=redis_url) as state:
        async with CachedChatbot(model="m", base_url=base_url, history=state) as bot:
            replies = await asyncio.gather(
                *(bot.reply(f"{name} {n}", conversation_id="c", user="ann") for n in range(50))
            )
    print(json.dumps([[reply.text, reply.degraded] for reply in replies]))

asyncio.run(main(*sys.argv[1:]))
"""


async def test_two_processes_serialize_turns_of_one_conversation(valkey: Valkey, clock: FakeClock):
    """Of a hundred concurrent messages none is lost, no turn is split, and each prompt has whole turns."""
    async with FakeOpenAI() as server:
        workers = [
            await asyncio.create_subprocess_exec(
                sys.executable, "-c", WORKER, name, server.base_url, valkey.url, stdout=asyncio.subprocess.PIPE
            )
            for name in ("one", "two")
        ]
        outputs = await asyncio.gather(*(worker.communicate() for worker in workers))

    replies = [reply for output, _ in outputs for reply in json.loads(output)]
    assert len(replies) == 100
    assert not any(degraded for _, degraded in replies)
    async with AsyncStateManager(redis=valkey.url) as state:
        stored = await state.messages("c", user="ann")
    assert len(stored) == 200
    assert [message.seq for message in stored] == list(range(1, 201))
    questions = {f"{name} {n}" for name in ("one", "two") for n in range(50)}
    for question, answer in zip(stored[::2], stored[1::2], strict=True):
        questions.remove(question.content)
        assert answer.content == f"You said: {question.content}"
    assert not questions
    for request in server.requests:
        roles = [message["role"] for message in request.body["messages"]]
        assert roles == ["user", "assistant"] * (len(roles) // 2) + ["user"]


async def test_a_state_manager_is_a_history(make: Make, server: FakeOpenAI):
    """An AsyncStateManager in memory stores conversations and replays repeated requests."""
    async with AsyncStateManager() as state:
        bot = await make(history=state)
        server.script(FakeAnswer(text="hi"))
        await bot.reply("hello", conversation_id="c", request_id="r")
        repeated = await bot.reply("hello", conversation_id="c", request_id="r")

        assert (repeated.text, server.calls) == ("hi", 1)
        assert [message.content for message in await state.messages("c")] == ["hello", "hi"]
