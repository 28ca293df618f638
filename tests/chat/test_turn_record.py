"""Records of turns with calls of tools: effects happen at most once, whatever process ends when."""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING

import pytest

from asyncassist import CachedChatbot, Message, Tool
from asyncassist._chat.turn_record import TurnRecord, find_last_turn, find_turn, read_steps
from asyncassist._stores.memory_history import MemoryHistory
from asyncassist.errors import InvalidInputError
from asyncassist.testing import FakeAnswer, FakeOpenAI
from tests.chat.file_history import FileHistory, booking_tool, run_program
from tests.chat.pairing import calling, pairing_errors, wire_call

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from pathlib import Path
    from typing import Any

    from tests.chat.conftest import Make

BOOK = calling(("a", "book", {"hotel": "Ritz"}))


@pytest.fixture(autouse=True)
async def _paired(server: FakeOpenAI) -> AsyncIterator[None]:
    """Every request of every test obeys the pairing rules."""
    yield
    for request in server.requests:
        assert pairing_errors(request.body["messages"]) == []


def effects(folder: Path) -> list[str]:
    """Return the effects so far."""
    path = folder / "effects"
    return path.read_text().split() if path.exists() else []


async def test_a_crash_between_effect_and_record_is_uncertain(make: Make, server: FakeOpenAI, tmp_path: Path):
    """The repeated request does not repeat the call; model and steps say what is not known."""
    server.script(BOOK)
    code, _ = await run_program(tmp_path, server.base_url, "kill")
    assert code == -signal.SIGKILL
    assert effects(tmp_path) == ["Ritz"]

    bot = await make(history=FileHistory(tmp_path), tools=[booking_tool(tmp_path, "book")])
    server.script("Please check whether it is booked.")
    reply = await bot.reply("Book", conversation_id="c", request_id="r")
    again = await bot.reply("Book", conversation_id="c", request_id="r")

    assert effects(tmp_path) == ["Ritz"]
    assert [(step.call_id, step.outcome) for step in reply.steps] == [("a", "uncertain")]
    assert "may or may not have taken effect" in server.requests[-1].body["messages"][-1]["content"]
    assert (again.text, again.steps, server.calls) == (reply.text, reply.steps, 2)


async def test_a_new_message_after_a_crash_is_informed_as_well(make: Make, server: FakeOpenAI, tmp_path: Path):
    """The interrupted call is in the steps of the next reply, once, and in the record of its own turn."""
    server.script(BOOK)
    await run_program(tmp_path, server.base_url, "kill")

    bot = await make(history=FileHistory(tmp_path), tools=[booking_tool(tmp_path, "book")])
    server.script("It is not clear.", "Bye.")
    reply = await bot.reply("And?", conversation_id="c")
    last = await bot.reply("Thanks", conversation_id="c")

    assert [step.outcome for step in reply.steps] == ["uncertain"]
    assert (reply.text, last.steps) == ("It is not clear.", ())
    roles = [message["role"] for message in server.requests[-1].body["messages"]]
    assert roles == ["user", "assistant", "tool", "user", "assistant", "user"]
    assert effects(tmp_path) == ["Ritz"]


async def test_a_decision_may_come_from_another_process(make: Make, server: FakeOpenAI, tmp_path: Path):
    """After a restart, and only once."""
    bot = await make(history=FileHistory(tmp_path), tools=[booking_tool(tmp_path, "approve")])
    server.script(BOOK, "Booked.")
    waiting = await bot.reply("Book", conversation_id="c", request_id="r")
    assert [call.call_id for call in waiting.pending] == ["a"]

    runs = await asyncio.gather(*(run_program(tmp_path, server.base_url, "approve") for _ in range(2)))
    stored = await bot.reply("Book", conversation_id="c", request_id="r")

    assert [reply["text"] for _, reply in runs] == ["Booked.", "Booked."]
    assert (effects(tmp_path), stored.text, stored.pending) == (["Ritz"], "Booked.", ())
    assert server.calls == 2


async def test_turns_of_two_processes_stay_whole(server: FakeOpenAI, tmp_path: Path):
    """In one conversation one follows the other, each with its calls and results."""

    def answer(body: Mapping[str, Any]) -> FakeAnswer:
        last = body["messages"][-1]
        if last["role"] == "tool":
            return FakeAnswer(text="Booked.")
        return FakeAnswer(tool_calls=[wire_call(None, "book", {"hotel": "Ritz"})], finish_reason="tool_calls")

    async with FakeOpenAI(answer=answer) as model:
        runs = await asyncio.gather(*(run_program(tmp_path, model.base_url, "slow") for _ in range(2)))
        for request in model.requests:
            assert pairing_errors(request.body["messages"]) == []

    assert [reply["text"] for _, reply in runs] == ["Booked.", "Booked."]
    assert effects(tmp_path) == ["Ritz", "Ritz"]
    stored = await FileHistory(tmp_path).messages("c")
    assert [message.role for message in stored] == ["user", "assistant", "tool", "assistant"] * 2


async def test_one_request_in_two_processes_takes_effect_once(server: FakeOpenAI, tmp_path: Path):
    """Even where turns are not serialized: the record of the first one stops the other."""
    async with FakeOpenAI(answer=lambda body: "Booked." if body["messages"][-1]["role"] == "tool" else BOOK) as model:
        runs = await asyncio.gather(*(run_program(tmp_path, model.base_url, "race") for _ in range(2)))

    assert effects(tmp_path) == ["Ritz"]
    assert 0 in [code for code, _ in runs]


async def test_a_cancelled_turn_does_not_repeat_its_effect(make: Make, server: FakeOpenAI):
    """A finished call has its record, one under way is uncertain, one without effects is run again."""
    started = asyncio.Event()
    ran: list[str] = []

    async def fast() -> str:
        ran.append("fast")
        return "ok"

    async def slow() -> str:
        ran.append("slow")
        started.set()
        await asyncio.Event().wait()
        raise AssertionError

    async def again() -> str:
        ran.append("again")
        if len(ran) <= 3:
            await asyncio.Event().wait()
        return "found"

    bot = await make(tools=[fast, slow, Tool(again, repeatable=True)])
    server.script(calling(("a", "fast", None), ("b", "again", None), ("c", "slow", None)), "Sorry.")
    task = asyncio.create_task(bot.reply("go", conversation_id="c", request_id="r"))
    await started.wait()
    while len(await bot.messages("c")) < 3:
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    reply = await bot.reply("go", conversation_id="c", request_id="r")

    assert [(step.name, step.outcome) for step in reply.steps] == [
        ("fast", "done"),
        ("again", "done"),
        ("slow", "uncertain"),
    ]
    assert ran == ["fast", "again", "slow", "again"]


class HeldHistory(MemoryHistory):
    """History whose appends can be held up."""

    def __init__(self) -> None:
        super().__init__()
        self.held: asyncio.Event | None = None
        self.reached = asyncio.Event()

    async def append(self, conversation_id: str, messages: Any, **options: Any) -> int:
        if self.held is not None and messages[0].role == "tool":
            self.reached.set()
            await self.held.wait()
        return await super().append(conversation_id, messages, **options)


async def test_a_result_is_recorded_although_the_caller_gives_up(make: Make, server: FakeOpenAI):
    """The effect is then known to be done."""

    async def act() -> str:
        return "ok"

    history = HeldHistory()
    history.held = asyncio.Event()
    bot = await make(tools=[act], history=history)
    server.script(calling(("a", "act", None)), "Done.")
    task = asyncio.create_task(bot.reply("go", conversation_id="c", request_id="r"))
    await history.reached.wait()
    task.cancel()
    history.held.set()
    with pytest.raises(asyncio.CancelledError):
        await task

    reply = await bot.reply("go", conversation_id="c", request_id="r")

    assert [step.outcome for step in reply.steps] == ["done"]


async def test_a_repeated_request_id_with_another_message_is_refused(make: Make, server: FakeOpenAI):
    """Also while its turn is unfinished, and after its question was trimmed."""

    async def act() -> str:
        return "ok"

    history = MemoryHistory(max_messages=1)
    bot = await make(tools=[act], history=history)
    server.script(calling(("a", "act", None)), "Done.")
    first = await bot.reply("go", conversation_id="c", request_id="r")

    assert (await bot.reply("go", conversation_id="c", request_id="r")).text == first.text
    with pytest.raises(InvalidInputError, match="request_id"):
        await bot.reply("stop", conversation_id="c", request_id="r")
    assert server.calls == 2


async def test_damaged_records_are_read_as_far_as_possible(bot: CachedChatbot):
    """What another version stored, and this one cannot read, is left out."""
    call = wire_call("a", "f", "[1]")
    turn = [
        Message("user", "go", metadata={"turn_id": "t"}),
        Message("assistant", "", metadata={"turn_id": "t", "tool_calls": [call, 3], "settings": "[1]", "text": 7}),
        Message(
            "tool", "{", metadata={"turn_id": "t", "tool_call_id": "a", "outcome": "odd", "json": True, "elapsed": "x"}
        ),
    ]

    record = find_turn(turn, "t", 3)

    assert record is not None
    assert (record.settings, record.texts, record.answer) == ({}, [], None)
    assert [(step.outcome, step.result, step.arguments, step.elapsed) for step in record.steps()] == [
        ("done", "{", {}, 0.0)
    ]
    assert find_turn(turn, "other", 3) is None
    assert find_last_turn([Message("user", "x")], 1) is None
    assert read_steps([]) == ()
    assert TurnRecord("t", [], 0).settings_text == ""
