"""Conversations: serialized turns stored as pairs, private to their user, with replay of repeated requests."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

from asyncassist import AsyncStateManager, Message, Retry
from asyncassist._chat import Price
from asyncassist._chat.conversations import ConversationLog, ConversationSnapshot, find_previous_reply
from asyncassist._chat.tool_runner import StepCall
from asyncassist._chat.turn_record import TurnRecord, find_turn
from asyncassist._stores.memory_history import MemoryHistory
from asyncassist.errors import (
    ConflictError,
    ConversationBusyError,
    InvalidInputError,
    StateUnavailableError,
    StatusError,
)
from asyncassist.testing import FakeAnswer, FakeClock, FakeFault, FakeOpenAI
from tests.chat.conftest import sent_messages

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from asyncassist import CachedChatbot
    from tests.chat.conftest import Make


async def test_a_conversation_continues(bot: CachedChatbot, server: FakeOpenAI):
    """The model gets the earlier messages; the transcript holds both sides."""
    server.script("hi", "fine")
    first = await bot.reply("hello")
    await bot.reply("how are you?", conversation_id=first.conversation_id)

    assert sent_messages(server) == [("user", "hello"), ("assistant", "hi"), ("user", "how are you?")]
    stored = await bot.messages(first.conversation_id)
    assert [(message.role, message.content, message.source) for message in stored] == [
        ("user", "hello", None),
        ("assistant", "hi", "model"),
        ("user", "how are you?", None),
        ("assistant", "fine", "model"),
    ]
    assert [message.seq for message in stored] == [1, 2, 3, 4]
    assert [message.content for message in await bot.messages(first.conversation_id, limit=1)] == ["fine"]


async def test_a_conversation_of_a_user_is_invisible_to_others(bot: CachedChatbot, server: FakeOpenAI):
    """Neither its messages nor its existence; the same id of another user is another conversation."""
    await bot.reply("my secret", conversation_id="c", user="ann")

    for other_user in ("bob", None):
        assert await bot.messages("c", user=other_user) == []
        assert await bot.forget("c", user=other_user) is False
        await bot.reply("what did I say?", conversation_id="c", user=other_user)
        assert sent_messages(server) == [("user", "what did I say?")]
    assert len(await bot.messages("c", user="ann")) == 2


async def test_forget_deletes_a_conversation(bot: CachedChatbot, server: FakeOpenAI):
    """`forget` returns True only if the conversation existed."""
    await bot.reply("hello", conversation_id="c")

    assert await bot.forget("c") is True
    assert await bot.messages("c") == []
    assert await bot.forget("c") is False


async def test_concurrent_messages_of_a_conversation_are_serialized(bot: CachedChatbot, server: FakeOpenAI):
    """Twenty concurrent messages make twenty whole turns, each on top of the one before."""
    replies = await asyncio.gather(*(bot.reply(f"message {n}", conversation_id="c") for n in range(20)))

    stored = await bot.messages("c")
    assert len(stored) == 40
    for turn in range(20):
        question, answer = stored[2 * turn : 2 * turn + 2]
        assert answer.content == f"You said: {question.content}"
    assert len({reply.text for reply in replies}) == 20
    assert [len(request.body["messages"]) for request in server.requests] == [2 * n + 1 for n in range(20)]


async def test_busy_reject_refuses_a_concurrent_message(make: Make, server: FakeOpenAI):
    """A second message is refused during a turn, and accepted after it."""
    bot = await make(busy="reject")
    server.script(FakeAnswer(text="a", delay=0.1))
    first = asyncio.ensure_future(bot.reply("one", conversation_id="c"))
    await server.wait(lambda it: it.calls == 1)

    with pytest.raises(ConversationBusyError):
        await bot.reply("two", conversation_id="c")
    assert (await bot.reply("two", conversation_id="other")).source == "model"
    await first
    assert (await bot.reply("two", conversation_id="c")).source == "model"


async def test_busy_reject_sees_turns_of_other_processes(make: Make, server: FakeOpenAI):
    """The turn lock of a shared history is held by another process."""
    history = MemoryHistory()
    bot = await make(busy="reject", history=history)

    async with history.turn("c"):
        with pytest.raises(ConversationBusyError):
            await bot.reply("one", conversation_id="c")
    assert (await bot.reply("one", conversation_id="c")).source == "model"


async def test_a_cancelled_turn_stores_nothing(bot: CachedChatbot, server: FakeOpenAI):
    """Both messages are stored, or neither."""
    server.script(FakeFault("stall"))
    turn = asyncio.ensure_future(bot.reply("one", conversation_id="c"))
    await server.wait(lambda it: it.calls == 1)
    turn.cancel()
    await asyncio.wait([turn])

    assert await bot.messages("c") == []
    assert (await bot.reply("two", conversation_id="c")).source == "model"


async def test_a_refused_request_stores_nothing(bot: CachedChatbot, server: FakeOpenAI):
    """A turn that raised is not in the transcript."""
    server.script(FakeFault("status", 400))
    with pytest.raises(StatusError):
        await bot.reply("one", conversation_id="c")

    assert await bot.messages("c") == []


async def test_degraded_turns_stay_out_of_prompts(make: Make, server: FakeOpenAI):
    """They are in the transcript, but not sent to the model."""
    bot = await make(retry=Retry(attempts=1))
    server.script("hi", FakeFault("status"), "again")
    for text in ("one", "two", "three"):
        await bot.reply(text, conversation_id="c")

    assert sent_messages(server) == [("user", "one"), ("assistant", "hi"), ("user", "three")]
    stored = await bot.messages("c")
    assert [message.metadata.get("degraded", False) for message in stored] == [False, False, True, True, False, False]
    assert stored[3].source == "fallback"


async def test_a_broken_stream_stays_out_of_prompts(bot: CachedChatbot, server: FakeOpenAI):
    """A partial answer is in the transcript, but not sent to the model."""
    server.script(FakeFault("truncate", after=1, text="half an answer"), "whole")
    async with bot.stream("one", conversation_id="c") as stream:
        assert [delta async for delta in stream] == ["half"]
    await bot.reply("two", conversation_id="c")

    assert sent_messages(server) == [("user", "two")]
    assert [message.content for message in await bot.messages("c")] == ["one", "half", "two", "whole"]


async def test_a_repeated_request_gets_its_stored_reply(make: Make, server: FakeOpenAI):
    """The same id with the same message: the model is not called, nothing is stored twice."""
    from decimal import Decimal

    bot = await make(prices={"m": Price(prompt=Decimal(1), completion=Decimal(2))})
    first = await bot.reply("hello", conversation_id="c", request_id="r1")
    await bot.reply("more", conversation_id="c", request_id="r2")
    calls = server.calls

    repeated = await bot.reply("hello", conversation_id="c", request_id="r1")
    async with bot.stream("hello", conversation_id="c", request_id="r1") as stream:
        text = "".join([delta async for delta in stream])

    assert server.calls == calls
    assert (repeated.text, repeated.source, repeated.model, repeated.usage) == (first.text, "model", "m", first.usage)
    assert (repeated.finish_reason, repeated.attempts, repeated.request_id) == ("stop", 1, "r1")
    assert (text, stream.reply) == (first.text, repeated)
    assert len(await bot.messages("c")) == 4


async def test_a_replayed_reply_is_complete(make: Make, server: FakeOpenAI):
    """Fallbacks, tool calls and refusals are replayed with all fields, not only the text."""
    call = {"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    bot = await make(retry=Retry(attempts=1))
    server.script(
        FakeFault("status"), FakeAnswer(finish_reason="tool_calls", tool_calls=[call]), FakeAnswer(refusal="no")
    )
    for request in ("r1", "r2", "r3"):
        first = await bot.reply("hello", conversation_id="c", request_id=request)
        repeated = await bot.reply("hello", conversation_id="c", request_id=request)
        facts = {**first.to_dict(), "elapsed": 0}
        assert {**repeated.to_dict(), "elapsed": 0} == facts
    assert server.calls == 3


async def test_concurrent_repeats_are_one_turn(bot: CachedChatbot, server: FakeOpenAI):
    """Concurrent requests with one id get one reply and store one turn."""
    replies = await asyncio.gather(
        *(bot.reply("hello", conversation_id="c", request_id="r", cache="bypass") for _ in range(5))
    )

    assert server.calls == 1
    assert {reply.text for reply in replies} == {"You said: hello"}
    assert len(await bot.messages("c")) == 2


async def test_a_request_id_belongs_to_its_message_user_and_conversation(bot: CachedChatbot, server: FakeOpenAI):
    """Reuse with another message is refused; other users and conversations have request ids of their own."""
    await bot.reply("hello", conversation_id="c", user="ann", request_id="r")

    with pytest.raises(InvalidInputError) as caught:
        await bot.reply("other", conversation_id="c", user="ann", request_id="r")
    assert caught.value.field == "request_id"
    await bot.reply("other", conversation_id="d", user="ann", request_id="r")
    await bot.reply("other", conversation_id="c", user="bob", request_id="r")
    assert server.calls == 3


@pytest.mark.parametrize("user", [None, "ann"])
async def test_a_repeated_request_without_a_conversation_finds_the_one_it_began(
    bot: CachedChatbot, server: FakeOpenAI, user: str | None
):
    """The response was lost, so the client does not know the id of the conversation."""
    first = await bot.reply("hello", user=user, request_id="r")
    repeated = await bot.reply("hello", user=user, request_id="r")

    assert repeated.conversation_id == first.conversation_id
    assert server.calls == 1
    assert (await bot.reply("hello", user="bob", request_id="r")).conversation_id != first.conversation_id


async def test_the_last_hundred_request_ids_are_recognized(make: Make, server: FakeOpenAI):
    """Even if the prompt holds no history."""
    bot = await make(max_history_tokens=0)
    for turn in range(100):
        await bot.reply("hello", conversation_id="c", request_id=f"r{turn}")
    replies = bot.stats().replies

    await bot.reply("hello", conversation_id="c", request_id="r0")

    assert bot.stats().replies == replies
    assert len(await bot.messages("c")) == 200


class UnavailableHistory:
    """A history whose named methods raise StateUnavailableError."""

    def __init__(self, *parts: str) -> None:
        self.parts = set(parts)
        self.inner = MemoryHistory()

    def _fail(self, part: str) -> None:
        if part in self.parts:
            raise StateUnavailableError

    async def append(self, conversation_id: str, messages: Sequence[Any], **facts: Any) -> int:
        self._fail("append")
        return await self.inner.append(conversation_id, messages, **facts)

    async def messages(self, conversation_id: str, **facts: Any) -> list[Message]:
        self._fail("messages")
        return await self.inner.messages(conversation_id, **facts)

    async def forget(self, conversation_id: str, **facts: Any) -> bool:
        return await self.inner.forget(conversation_id, **facts)

    @asynccontextmanager
    async def turn(self, conversation_id: str, *, user: str | None = None) -> AsyncIterator[None]:
        self._fail("turn")
        yield


@pytest.mark.parametrize(
    ("part", "reason", "stored"),
    [
        ("append", "the conversation could not be saved", 0),
        ("messages", "the conversation could not be read", 2),
        ("turn", None, 2),
    ],
)
async def test_an_unavailable_history_costs_no_answer(make: Make, part: str, reason: str | None, stored: int):
    """The reply is the model's answer, marked as degraded; the health warns until the history works again."""
    history = UnavailableHistory(part)
    bot = await make(history=history)

    reply = await bot.reply("hello", conversation_id="c")

    assert (reply.text, reply.source) == ("You said: hello", "model")
    assert (reply.degraded, reply.reason) == (reason is not None, reason)
    assert len(await history.inner.messages("c")) == stored
    if part != "turn":
        health = await bot.health()
        assert health.status == "warn"
        history.parts.clear()
        await bot.reply("hello", conversation_id="c")
        assert (await bot.health()).status == "pass"


@pytest.mark.parametrize("busy", ["queue", "reject"])
async def test_a_lock_that_times_out_by_itself_is_an_unavailable_history(make: Make, busy: str):
    """Only the bound of a rejecting chatbot tells that a conversation is busy."""

    class SlowHistory(MemoryHistory):
        @asynccontextmanager
        async def turn(self, conversation_id: str, *, user: str | None = None) -> AsyncIterator[None]:
            raise TimeoutError
            yield

    bot = await make(history=SlowHistory(), busy=busy)

    assert (await bot.reply("hello", conversation_id="c")).source == "model"
    assert len(await bot.messages("c")) == 2


class ContendedHistory(UnavailableHistory):
    """A history to which another process appends between reading and appending."""

    def __init__(self, between: Any) -> None:
        super().__init__()
        self.between = between

    async def append(self, conversation_id: str, messages: Sequence[Any], **facts: Any) -> int:
        if self.between is not None:
            await self.between(self)
        return await super().append(conversation_id, messages, **facts)


async def test_a_turn_that_lost_a_race_is_appended_after_the_other(make: Make):
    """Both turns are whole and in order."""
    others = iter(range(3))

    async def write(history: UnavailableHistory) -> None:
        for number in others:
            await history.inner.append("c", [Message("user", f"q{number}"), Message("assistant", f"a{number}")])
            break

    history = ContendedHistory(write)
    bot = await make(history=history)
    await bot.reply("hello", conversation_id="c")

    stored = [message.content for message in await history.inner.messages("c")]
    assert stored == ["q0", "a0", "q1", "a1", "q2", "a2", "hello", "You said: hello"]


async def test_a_turn_is_stored_however_often_it_loses_the_race(make: Make):
    """The last attempt to append is unconditional."""

    async def write(history: UnavailableHistory) -> None:
        if history.parts != {"done"}:
            await history.inner.append("c", [Message("user", "q")])

    history = ContendedHistory(write)
    bot = await make(history=history)

    reply = await bot.reply("hello", conversation_id="c")

    assert not reply.degraded
    assert [message.content for message in await history.inner.messages("c", limit=2)] == ["hello", reply.text]


async def test_a_conversation_deleted_during_a_turn_stays_deleted(make: Make):
    """The turn is not appended."""

    async def forget(history: UnavailableHistory) -> None:
        await history.inner.forget("c")

    history = ContendedHistory(None)
    bot = await make(history=history)
    await bot.reply("one", conversation_id="c")
    history.between = forget

    await bot.reply("two", conversation_id="c")

    assert await history.inner.messages("c") == []


async def test_a_version_that_outlives_a_deletion_is_no_conflict(make: Make):
    """A store that continues versions after a deletion refuses version 0 of a conversation that reads as empty."""

    class Counting(UnavailableHistory):
        async def append(self, conversation_id: str, messages: Sequence[Any], **facts: Any) -> int:
            if facts.get("expected_version") == 0:
                raise ConflictError
            return await super().append(conversation_id, messages, **facts)

    history = Counting()
    bot = await make(history=history)
    await bot.reply("one", conversation_id="c")

    assert len(await history.inner.messages("c")) == 2


async def test_a_repeated_request_is_not_sent_again_after_trimming(make: Make, server: FakeOpenAI):
    """The last hundred requests are answered from the history, although it stores a few turns and others came since."""
    bot = await make(history=MemoryHistory(max_messages=3), ttl=0, stale_for=0)
    first = await bot.reply("q", conversation_id="c", request_id="r")
    for number in range(120):
        await bot.reply(f"q{number}", conversation_id="c")
    calls = server.calls

    again = await bot.reply("q", conversation_id="c", request_id="r")

    assert (server.calls, again.text) == (calls, first.text)
    with pytest.raises(InvalidInputError):
        await bot.reply("other", conversation_id="c", request_id="r")
    assert [message.role for message in await bot.messages("c")] == ["user", "assistant"]


async def test_a_history_of_its_own_kind_recognizes_repeated_requests(make: Make, server: FakeOpenAI):
    """A history with no more than `History` asks for: repeated requests are found among its newest messages."""
    bot = await make(history=UnavailableHistory(), ttl=0, stale_for=0)

    replies = [await bot.reply("q", conversation_id="c", request_id="r") for _ in range(2)]

    assert (server.calls, replies[1].text) == (1, replies[0].text)


def test_a_stored_answer_without_its_question_is_not_replayed():
    """The history begins in the middle of a turn: it cannot be checked that the request has the same message."""
    question = Message("user", "hello", metadata={"request_id": "r"})
    answer = Message("assistant", "hi", metadata={"request_id": "r"})

    replayed = find_previous_reply(ConversationSnapshot(messages=[question, answer]), "r", "hello", "c")

    assert replayed is not None
    assert (replayed.text, replayed.conversation_id, replayed.request_id) == ("hi", "c", "r")
    assert find_previous_reply(ConversationSnapshot(messages=[answer]), "r", "hello", "c") is None


@pytest.mark.parametrize(
    ("metadata", "source"),
    [
        ({"usage": {"prompt_tokens": 3, "unknown": 2}}, "model"),
        ({"usage": 7, "tool_calls": 7, "age": "x", "attempts": "x", "model": 7, "reason": ["x"]}, "oracle"),
        ({"usage": {"cost": [1], "prompt_tokens": "3"}, "tool_calls": ["x"], "finish_reason": {}}, "model"),
        ({"usage": {"cost": "much"}, "degraded": "x", "refusal": 7}, "model"),
    ],
)
async def test_a_turn_that_another_version_stored_is_returned(
    make: Make, server: FakeOpenAI, metadata: dict[str, Any], source: str
):
    """What is known is taken, what cannot be read is left out; the model is not asked."""
    async with AsyncStateManager() as state:
        bot = await make(history=state)
        question = {"role": "user", "content": "q", "metadata": {"request_id": "r"}}
        answer = {"role": "assistant", "content": "a", "source": source, "metadata": {"request_id": "r", **metadata}}
        await state.append("c", [question, answer], request_id="r")

        reply = await bot.reply("q", conversation_id="c", request_id="r")

    assert (reply.text, reply.source, reply.degraded, reply.tool_calls) == ("a", "model", False, ())
    assert (reply.attempts, reply.age, reply.model, reply.finish_reason, reply.refusal) == (0, None, None, None, False)
    assert reply.usage is None or reply.usage.cost is None
    assert server.calls == 0


class SharedHistory(MemoryHistory):
    """History whose turns do not exclude each other, as those of two processes on one PostgreSQL.

    Args:
        parties: Appends that wait for each other.
    """

    def __init__(self, parties: int) -> None:
        super().__init__()
        self.barrier = asyncio.Barrier(parties)

    @asynccontextmanager
    async def turn(self, conversation_id: str, *, user: str | None = None) -> AsyncIterator[None]:
        yield

    async def append(self, conversation_id: str, messages: Sequence[Any], **options: Any) -> int:
        await self.barrier.wait()
        return await super().append(conversation_id, messages, **options)


async def test_a_request_answered_by_two_processes_gets_the_stored_reply(make: Make, server: FakeOpenAI):
    """Both call the model, one reply is stored, and both callers get that one."""
    server.script("first", "second")
    history = SharedHistory(2)
    bots = [await make(history=history) for _ in range(2)]

    replies = await asyncio.gather(*(bot.reply("pay?", conversation_id="c", request_id="r1") for bot in bots))

    stored = await history.messages("c")
    assert [message.role for message in stored] == ["user", "assistant"]
    assert [reply.text for reply in replies] == [stored[1].content] * 2
    assert server.calls == 2


async def test_a_turn_that_is_continued_elsewhere_runs_no_further_step(clock: FakeClock):
    """What it has run is recorded; of two processes the one whose step comes first goes on."""

    def call(call_id: str) -> StepCall:
        return StepCall(call_id=call_id, name="f", arguments="{}")

    log = ConversationLog(MemoryHistory(now=clock), busy="queue", max_prompt_messages=50, now=clock)
    first = TurnRecord.begin("r", "book", 0, {})
    first.add_step("", [call("a")], [], [])
    assert await log.store_part(first, "c", user=None, is_intent=True)
    read = await log.read("c", None, request_id="r")
    second = find_turn(read.messages, "r", read.version)
    assert second is not None
    second.add_result(call("a").step("uncertain", "interrupted"))
    second.add_step("", [call("b")], [], [])
    assert await log.store_part(second, "c", user=None, is_intent=True)

    first.add_result(call("a").step("done", result=1))
    assert await log.store_part(first, "c", user=None, is_intent=False)
    first.add_step("", [call("b")], [], [])
    with pytest.raises(ConversationBusyError):
        await log.store_part(first, "c", user=None, is_intent=True)

    second.add_result(call("b").step("done", result=2))
    assert await log.store_part(second, "c", user=None, is_intent=False)
    second.add_step("", [call("d")], [], [])
    assert await log.store_part(second, "c", user=None, is_intent=True)


async def test_under_endless_other_messages_no_call_is_announced(clock: FakeClock):
    """An intent is never stored without its condition; a result is, after some attempts."""

    class BusyHistory(MemoryHistory):
        async def append(self, conversation_id: str, messages: Any, **options: Any) -> int:
            await super().append(conversation_id, [Message("user", "another")])
            return await super().append(conversation_id, messages, **options)

    log = ConversationLog(BusyHistory(now=clock), busy="queue", max_prompt_messages=50, now=clock)
    record = TurnRecord.begin("r", "book", 0, {})
    record.add_step("", [StepCall(call_id="a", name="f", arguments="{}")], [], [])

    with pytest.raises(ConversationBusyError, match="too many"):
        await log.store_part(record, "c", user=None, is_intent=True)
    assert await log.store_part(record, "c", user=None, is_intent=False)
