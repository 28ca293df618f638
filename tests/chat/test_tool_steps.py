"""The loop of a turn with tools: calls, results, approvals, limits and streams, against a scripted model."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import threading
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from asyncassist import (
    AsyncStateManager,
    Backend,
    CachedChatbot,
    Price,
    Retry,
    TextDelta,
    Tool,
    ToolContext,
    ToolFinished,
    ToolStarted,
)
from asyncassist._chat.tool_runner import MAX_CALLS_PER_STEP, MAX_PARALLEL_CALLS
from asyncassist._stores.memory_history import MemoryHistory
from asyncassist.errors import ChatUnavailableError, ConversationBusyError, InvalidInputError, StateUnavailableError
from asyncassist.testing import FakeAnswer, FakeOpenAI
from tests.chat.conftest import BOTH_WIRES, faults
from tests.chat.pairing import as_messages, calling, pairing_errors, wire_call

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from tests.chat.conftest import Make

wire = BOTH_WIRES


@pytest.fixture(autouse=True)
async def _paired(server: FakeOpenAI) -> AsyncIterator[None]:
    """Every request of every test obeys the pairing rules."""
    yield
    for request in server.requests:
        assert pairing_errors(as_messages(request.body)) == []


class Hotel:
    """Tools with and without effects that count their calls."""

    def __init__(self) -> None:
        self.booked: list[str] = []
        self.looked_up = 0

    async def book(self, hotel: str, context: ToolContext) -> dict[str, str]:
        """Book a hotel."""
        self.booked.append(f"{context.user}:{hotel}")
        return {"booking": f"B-{hotel}"}

    async def find(self, city: str) -> list[str]:
        """Find hotels."""
        self.looked_up += 1
        return [f"Hotel {city}"]

    def tools(self) -> list[Tool]:
        return [Tool(self.book), Tool(self.find, repeatable=True)]


def results(server: FakeOpenAI, index: int = -1) -> dict[str, str]:
    """Return the results in a request by call id."""
    messages = as_messages(server.requests[index].body)
    return {item["tool_call_id"]: item["content"] for item in messages if item["role"] == "tool"}


async def test_the_model_gets_the_results_and_answers(make: Make, server: FakeOpenAI):
    """Calls of one answer run, their results go back under their ids, and the reply lists the steps."""
    hotel = Hotel()
    bot = await make(tools=hotel.tools())
    server.script(
        calling(("a", "find", {"city": "Rome"})), calling(("b", "book", {"hotel": "Ritz"})), "The Ritz is booked."
    )

    reply = await bot.reply("Book me a hotel in Rome", user="ann")

    assert reply.text == "The Ritz is booked."
    assert [(step.name, step.arguments, step.result, step.outcome) for step in reply.steps] == [
        ("find", {"city": "Rome"}, ["Hotel Rome"], "done"),
        ("book", {"hotel": "Ritz"}, {"booking": "B-Ritz"}, "done"),
    ]
    assert hotel.booked == ["ann:Ritz"]
    assert results(server) == {"a": '["Hotel Rome"]', "b": '{"booking":"B-Ritz"}'}
    assert (reply.source, reply.degraded, reply.pending, reply.tool_calls) == ("model", False, (), ())
    assert reply.attempts == 3
    assert reply.usage is not None
    assert reply.usage.prompt_tokens == bot.stats().prompt_tokens > 10
    definition = server.requests[0].body["tools"][0]
    function = definition.get("function", definition)
    assert function["parameters"]["required"] == ["hotel"]
    assert (function["description"], function["strict"]) == ("Book a hotel.", True)


async def test_the_turn_is_one_record_and_later_prompts_keep_calls_with_results(make: Make, server: FakeOpenAI):
    """Question, calls, results and answer stand together, and the next turn sends all of them."""
    bot = await make(tools=Hotel().tools())
    server.script(calling(("a", "find", {"city": "Rome"}), ("b", "book", {"hotel": "Ritz"})), "Booked.", "Bye.")

    first = await bot.reply("Book", user="ann", conversation_id="c")
    await bot.reply("Thanks", user="ann", conversation_id="c")

    roles = [message["role"] for message in as_messages(server.requests[-1].body)]
    assert roles == ["user", "assistant", "tool", "tool", "assistant", "user"]
    stored = await bot.messages("c", user="ann")
    assert [m.role for m in stored] == ["user", "assistant", "tool", "tool", "assistant", "user", "assistant"]
    assert {m.metadata["turn_id"] for m in stored[:5]} == {first.request_id}


async def test_calls_of_one_step_run_at_the_same_time(make: Make, server: FakeOpenAI):
    """Both are under way before either ends, sync functions in threads included."""
    barrier = threading.Barrier(2, timeout=10)

    def wait(name: str) -> str:
        barrier.wait()
        return name

    bot = await make(tools=[wait])
    server.script(calling(("a", "wait", {"name": "x"}), ("b", "wait", {"name": "y"})), "done")

    reply = await bot.reply("go")

    assert [step.result for step in reply.steps] == ["x", "y"]


async def test_failures_are_results_and_never_raise(make: Make, server: FakeOpenAI):
    """Wrong arguments, unknown tools, exceptions, timeouts and strange results are told to the model."""

    async def broken(secret: str) -> str:
        raise RuntimeError(f"password {secret}")

    async def slow() -> None:
        await asyncio.Event().wait()

    async def strange() -> object:
        return object()

    async def cancelled() -> None:
        raise asyncio.CancelledError

    bot = await make(
        tools=[
            broken,
            Tool(broken, name="frank", expose_errors=True),
            Tool(slow, timeout=0.05),
            strange,
            cancelled,
        ]
    )
    server.script(
        calling(
            ("a", "broken", {"secret": "hunter2"}),
            ("b", "frank", {"secret": "hunter2"}),
            ("c", "slow", None),
            ("d", "strange", None),
            ("e", "nowhere", None),
            ("f", "broken", '{"secret": 7}'),
            ("g", "broken", "{not json"),
            ("h", "broken", '{"secret": "x", "more": 1}'),
            ("i", "cancelled", None),
        ),
        "Sorry.",
    )

    reply = await bot.reply("go")

    assert reply.text == "Sorry."
    assert not reply.degraded
    assert {step.outcome for step in reply.steps if step.call_id != "c"} == {"failed"}
    assert reply.steps[2].outcome == "uncertain"
    sent = results(server)
    assert "hunter2" not in sent["a"]
    assert "hunter2" in sent["b"]
    assert "no result within 0.05 seconds; it may have taken effect" in sent["c"]
    assert "cannot be shown" in sent["d"]
    assert "no tool of this name" in sent["e"]
    assert "`$.secret`" in sent["f"]
    assert "not valid JSON" in sent["g"]
    assert "unknown field `more`" in sent["h"]
    assert "gave up" in sent["i"]


async def test_missing_and_repeated_ids_are_replaced(make: Make, server: FakeOpenAI):
    """Each call runs once under an id of its own, also across turns."""
    hotel = Hotel()
    bot = await make(tools=hotel.tools())
    find = ("x", "find", {"city": "Rome"})
    server.script(calling(find, find, (None, "find", {"city": "Bonn"})), "a", calling(find), "b")

    await bot.reply("one", conversation_id="c")
    await bot.reply("two", conversation_id="c")

    assert hotel.looked_up == 4
    calls = [call["id"] for m in as_messages(server.requests[-1].body) for call in m.get("tool_calls", ())]
    assert len(set(calls)) == 4


async def test_too_many_calls_are_bounded(make: Make, server: FakeOpenAI):
    """The first run; the model is asked to repeat the others; arguments beyond their bound are not run."""
    hotel = Hotel()
    bot = await make(tools=hotel.tools())
    server.script(
        calling(*((f"c{n}", "find", {"city": "Rome"}) for n in range(500))),
        calling(("long", "find", {"city": "x" * 50_000})),
        "done",
    )

    reply = await bot.reply("go")

    assert hotel.looked_up == MAX_CALLS_PER_STEP
    assert "too many calls" in results(server)["c40"]
    assert "too long" in results(server)["long"]
    assert len(reply.steps) == 4 * MAX_CALLS_PER_STEP + 1


async def test_a_result_of_ten_megabytes_is_cut_off(make: Make, server: FakeOpenAI):
    """Text and JSON alike: the model gets the beginning, and the record stays small."""

    async def text() -> str:
        return "x" * 10_000_000

    async def rows() -> list[dict[str, str]]:
        return [{"row": "y" * 100}] * 100_000

    bot = await make(tools=[text, Tool(rows, max_result_chars=100)])
    server.script(calling(("a", "text", None), ("b", "rows", None)), "done")

    reply = await bot.reply("go", conversation_id="c")

    sent = results(server)
    assert len(sent["a"]) < 20_050
    assert sent["b"].startswith('[{"row":"yyy')
    assert len(sent["b"]) < 150
    assert reply.steps[1].result == sent["b"]
    assert sum(len(m.content) for m in await bot.messages("c")) < 25_000


async def test_a_model_that_never_stops_calling_is_asked_without_tools(make: Make, server: FakeOpenAI):
    """After `max_steps` answers with calls the reply is degraded, and says why."""

    def answer(body: Mapping[str, Any]) -> FakeAnswer:
        if not body.get("tools"):
            return FakeAnswer(text="Enough.")
        return calling(("x", "find", {"city": "Rome"}))

    hotel = Hotel()
    async with FakeOpenAI(answer=answer) as endless:
        bot = await make(base_url=endless.base_url, tools=hotel.tools(), max_steps=3)

        reply = await bot.reply("go", tool_choice="required")

        bodies = [request.body for request in endless.requests]
    assert (reply.text, reply.degraded, reply.reason) == ("Enough.", True, "steps exhausted")
    assert (hotel.looked_up, len(reply.steps), len(bodies)) == (3, 3, 4)
    # a demanded call is demanded once
    assert [body.get("tool_choice") for body in bodies] == ["required", None, None, None]
    assert "tools" not in bodies[-1]


async def test_a_model_that_calls_even_without_tools_gets_a_fallback(make: Make, server: FakeOpenAI):
    """Calls beyond the last step are not run."""
    hotel = Hotel()
    async with FakeOpenAI(answer=lambda _: calling(("x", "find", {"city": "Rome"}))) as endless:
        bot = await make(base_url=endless.base_url, tools=hotel.tools(), max_steps=1)
        reply = await bot.reply("go")

    assert (reply.source, reply.reason, hotel.looked_up) == ("fallback", "steps exhausted", 1)


async def test_an_outage_after_an_effect_keeps_the_effect(make: Make, server: FakeOpenAI):
    """The reply is degraded with its steps; the next prompt has the call and its result, not the fallback's text."""
    hotel = Hotel()
    bot = await make(tools=hotel.tools(), retry=Retry(attempts=1))
    server.script(calling(("a", "book", {"hotel": "Ritz"})), *faults(1), "You have the Ritz.")

    first = await bot.reply("Book", user="ann", conversation_id="c")
    await bot.reply("What do I have?", user="ann", conversation_id="c")

    assert (first.source, first.degraded) == ("fallback", True)
    assert first.steps[0].result == {"booking": "B-Ritz"}
    roles = [message["role"] for message in as_messages(server.requests[-1].body)]
    assert roles == ["user", "assistant", "tool", "user"]


async def test_a_broken_stream_runs_no_call(make: Make, server: FakeOpenAI):
    """The arguments of a call in a broken stream may be cut off."""
    hotel = Hotel()
    bot = await make(tools=hotel.tools(), retry=Retry(attempts=1))
    server.script(FakeAnswer(tool_calls=[wire_call("a", "book", {"hotel": "Ritz"})], finish_reason=None))

    async with bot.stream("Book") as stream:
        text = "".join([delta async for delta in stream])

    assert hotel.booked == []
    assert (stream.reply.source, stream.reply.reason) == ("fallback", "truncated")
    assert text == stream.reply.text


@pytest.mark.parametrize("repeatable", [True, False])
async def test_only_answers_beside_repeatable_tools_are_cached(make: Make, server: FakeOpenAI, repeatable: bool):
    """A step's answer never is; the last one is if no tool has effects."""
    hotel = Hotel()
    bot = await make(tools=[Tool(hotel.find, repeatable=repeatable)])
    step = calling(("a", "find", {"city": "Rome"}))
    server.script(step, "Hotel Rome.", step, "Hotel Rome!")

    first = await bot.reply("go", user="ann")
    second = await bot.reply("go", user="ann")

    assert first.text == "Hotel Rome."
    assert hotel.looked_up == 2
    assert (second.source, second.text) == (("cache", "Hotel Rome.") if repeatable else ("model", "Hotel Rome!"))


async def test_beside_effects_nothing_comes_from_the_cache_alone(make: Make, server: FakeOpenAI):
    """`cache="only"` raises at once; the costs of all answers of a turn are added up."""
    hotel = Hotel()
    prices = {"m": Price(prompt=Decimal(1), completion=Decimal(1))}
    bot = await make(tools=hotel.tools(), prices=prices)
    server.script(calling(("a", "find", {"city": "Rome"})), "Hotel Rome.")

    with pytest.raises(ChatUnavailableError):
        await bot.reply("go", cache="only")
    reply = await bot.reply("go")

    assert reply.usage is not None
    assert reply.usage.cost == bot.stats().cost["USD"] == Decimal(reply.usage.total_tokens) / 1_000_000
    assert server.calls == 2


async def test_events_of_a_stream(make: Make, server: FakeOpenAI):
    """Text, start and end of each call, in order; the text alone is the reply's."""
    hotel = Hotel()
    bot = await make(tools=hotel.tools())
    step = calling(("a", "find", {"city": "Rome"}), text="Let me look.")
    server.script(step, "Hotel Rome.", step, "Hotel Rome.")

    async with bot.stream("go", user="ann") as stream:
        events = [event async for event in stream.events()]
    async with bot.stream("go", user="bob") as again:
        text = "".join([delta async for delta in again])

    assert text == stream.reply.text == again.reply.text == "Let me look.\n\nHotel Rome."
    assert "".join(event.text for event in events if isinstance(event, TextDelta)) == text
    others = [event for event in events if not isinstance(event, TextDelta)]
    assert others == [
        ToolStarted(call_id="a", name="find", arguments={"city": "Rome"}),
        ToolFinished(step=stream.reply.steps[0]),
    ]
    assert json.dumps(others[1].to_dict())


async def test_a_stream_of_cached_and_moderated_answers_has_the_same_text(make: Make, server: FakeOpenAI):
    """Nothing is emitted twice, and nothing before moderation passed."""

    async def moderate(text: str, *, role: str) -> str | None:
        return "rude" if "fool" in text else None

    hotel = Hotel()
    bot = await make(tools=[Tool(hotel.find, repeatable=True)], moderate=moderate)
    step = calling(("a", "find", {"city": "Rome"}), text="Let me look.")
    server.script(step, "Hotel Rome.", step, calling(("a", "find", {"city": "Rome"}), text="fool"), "x")

    texts = []
    for _ in range(3):
        async with bot.stream("go", user="ann") as stream:
            texts.append("".join([delta async for delta in stream]))
        assert texts[-1] == stream.reply.text

    assert texts[0] == texts[1] == "Let me look.\n\nHotel Rome."
    assert stream.reply.source == "fallback"
    assert len(stream.reply.steps) == 1


async def test_definitions_are_passed_through(make: Make, server: FakeOpenAI):
    """Plain definitions go to the model in the form of the wire, and its calls come back in the reply; nothing runs."""
    bot = await make(tools=Hotel().tools())
    definition = {"type": "function", "function": {"name": "mine", "parameters": {"type": "object", "properties": {}}}}
    server.script(calling(("a", "mine", {})), "plain")

    reply = await bot.reply("go", tools=[definition])
    without = await bot.reply("go", tools=None)

    assert reply.tool_calls[0]["function"]["name"] == "mine"
    sent = server.requests[0].body["tools"][0]
    assert (reply.steps, {**definition["function"], **sent.get("function", sent)}) == ((), sent.get("function", sent))
    assert (without.text, "tools" in server.requests[1].body) == ("plain", False)


@pytest.mark.parametrize("tools", ["abc", [1], [len, {}], 3, {}, [lambda: None]])
async def test_wrong_tools_of_a_call_are_refused(bot: CachedChatbot, server: FakeOpenAI, tools: Any):
    """Nothing is sent."""
    with pytest.raises(InvalidInputError, match="tools"):
        await bot.reply("go", tools=tools)
    assert server.calls == 0


async def approval_bot(make: Make, hotel: Hotel, **settings: Any) -> CachedChatbot:
    """Return a chatbot whose bookings need a decision."""
    return await make(tools=[Tool(hotel.book, needs_approval=True), Tool(hotel.find)], **settings)


async def test_a_call_waits_for_its_approval(make: Make, server: FakeOpenAI):
    """Other calls of the step run; another chatbot on the same history resolves it, under the call's own settings."""
    hotel, history = Hotel(), MemoryHistory()
    bot = await approval_bot(make, hotel, history=history)
    server.script(
        calling(("a", "book", {"hotel": "Ritz"}), ("b", "find", {"city": "Rome"}), text="One moment."), "Booked."
    )

    waiting = await bot.reply("Book", user="ann", system="Be kind.", temperature=0.5, request_id="r")
    again = await bot.reply("Book", user="ann", conversation_id=waiting.conversation_id, request_id="r")

    assert [(call.call_id, call.name, call.arguments) for call in waiting.pending] == [("a", "book", {"hotel": "Ritz"})]
    assert [step.name for step in waiting.steps] == ["find"]
    assert (waiting.text, waiting.degraded, hotel.booked) == ("One moment.", False, [])
    assert again.pending == waiting.pending
    assert server.calls == 1

    other = await approval_bot(make, hotel, history=history)
    reply = await other.resolve(waiting.conversation_id, {"a": True}, user="ann")
    repeated = await bot.resolve(waiting.conversation_id, {"a": True}, user="ann")
    stored = await bot.reply("Book", user="ann", conversation_id=waiting.conversation_id, request_id="r")

    assert (reply.text, reply.pending, reply.request_id) == ("One moment.\n\nBooked.", (), "r")
    assert hotel.booked == ["ann:Ritz"]
    assert reply.text == repeated.text == stored.text
    assert reply.steps == repeated.steps == stored.steps
    body = server.requests[-1].body
    assert (as_messages(body)[0]["content"], body["temperature"]) == ("Be kind.", 0.5)
    assert server.calls == 2


@pytest.mark.parametrize(("decision", "sent"), [(False, "refused"), ("too expensive", "refused: too expensive")])
async def test_a_refused_call_does_not_run(make: Make, server: FakeOpenAI, decision: bool | str, sent: str):
    """The model is informed, with the reason."""
    hotel = Hotel()
    bot = await approval_bot(make, hotel)
    server.script(calling(("a", "book", {"hotel": "Ritz"})), "As you like.")

    waiting = await bot.reply("Book")
    reply = await bot.resolve(waiting.conversation_id, {"a": decision})

    assert (reply.text, hotel.booked) == ("As you like.", [])
    assert (reply.steps[0].outcome, reply.steps[0].error) == ("refused", sent)
    assert sent in results(server)["a"]


async def test_decisions_may_come_one_by_one(make: Make, server: FakeOpenAI):
    """What is left to decide is pending again; the model is asked when all is decided."""
    hotel = Hotel()
    bot = await approval_bot(make, hotel)
    server.script(calling(("a", "book", {"hotel": "A"}), ("b", "book", {"hotel": "B"})), "Done.")
    waiting = await bot.reply("Book")

    half = await bot.resolve(waiting.conversation_id, {"a": True})
    assert [call.call_id for call in half.pending] == ["b"]
    assert (hotel.booked, server.calls) == (["None:A"], 1)

    reply = await bot.resolve(waiting.conversation_id, {"a": True, "b": True})
    assert (reply.text, hotel.booked) == ("Done.", ["None:A", "None:B"])


async def test_a_new_message_refuses_what_still_waits(make: Make, server: FakeOpenAI):
    """It can then no longer be allowed."""
    hotel = Hotel()
    bot = await approval_bot(make, hotel)
    server.script(calling(("a", "book", {"hotel": "Ritz"})), "Fine.")
    waiting = await bot.reply("Book", conversation_id="c")

    await bot.reply("Never mind", conversation_id="c")

    assert "without a decision" in results(server)["a"]
    with pytest.raises(InvalidInputError, match="decisions"):
        await bot.resolve("c", {"a": True})
    assert (waiting.pending[0].call_id, hotel.booked) == ("a", [])


@pytest.mark.parametrize("decisions", [{}, {"z": True}, {"a": 1}, {1: True}, [("a", True)]])
async def test_wrong_decisions_are_refused(make: Make, server: FakeOpenAI, decisions: Any):
    """Nothing runs."""
    hotel = Hotel()
    bot = await approval_bot(make, hotel)
    server.script(calling(("a", "book", {"hotel": "Ritz"})))
    await bot.reply("Book", conversation_id="c")

    with pytest.raises(InvalidInputError, match="decisions"):
        await bot.resolve("c", decisions)
    with pytest.raises(InvalidInputError, match="decisions"):
        await bot.resolve("unknown", {"a": True})
    with pytest.raises(InvalidInputError, match="tools"):
        await bot.resolve("c", {"a": True}, tools=[{"type": "function"}])  # type: ignore[list-item]
    assert hotel.booked == []


async def test_tools_of_one_call_are_given_to_resolve(make: Make, server: FakeOpenAI):
    """Functions are not stored: without them the approved call is an unknown tool."""
    hotel = Hotel()
    tools = [Tool(hotel.book, needs_approval=True)]
    bot = await make()
    server.script(calling(("a", "book", {"hotel": "A"})), "Done.", calling(("b", "book", {"hotel": "B"})), "Failed.")

    first = await bot.reply("Book", tools=tools, user="ann")
    assert (await bot.resolve(first.conversation_id, {"a": True}, tools=tools, user="ann")).text == "Done."
    second = await bot.reply("Book", tools=tools, user="ann")
    reply = await bot.resolve(second.conversation_id, {"b": True}, user="ann")

    assert (hotel.booked, reply.steps[0].outcome) == (["ann:A"], "failed")


class FailingHistory(MemoryHistory):
    """History whose reads or writes may fail, and that may see another process's messages come first."""

    def __init__(self) -> None:
        super().__init__()
        self.reads_fail = self.writes_fail = False
        self.rival: list[Any] = []

    async def append(self, conversation_id: str, messages: Any, **options: Any) -> int:
        if self.writes_fail:
            raise StateUnavailableError
        if self.rival:
            rival, self.rival = self.rival, []
            await super().append(conversation_id, rival)
        return await super().append(conversation_id, messages, **options)

    async def messages(self, conversation_id: str, **options: Any) -> Any:
        if self.reads_fail:
            raise StateUnavailableError
        return await super().messages(conversation_id, **options)


@pytest.mark.parametrize("fault", ["reads_fail", "writes_fail"])
async def test_without_a_record_no_effect(make: Make, server: FakeOpenAI, fault: str):
    """A call with effects does not run if its intent cannot be stored; a repeatable one does."""
    hotel, history = Hotel(), FailingHistory()
    bot = await make(tools=[*hotel.tools(), Tool(hotel.book, name="ask", needs_approval=True)], history=history)
    setattr(history, fault, True)
    step = calling(("a", "book", {"hotel": "Ritz"}), ("b", "find", {"city": "Rome"}), ("c", "ask", {"hotel": "Ritz"}))
    server.script(step, "Sorry.")

    reply = await bot.reply("Book", conversation_id="c")

    assert (hotel.booked, hotel.looked_up, reply.degraded, reply.pending) == ([], 1, True, ())
    assert "could not be recorded" in results(server)["a"]
    assert "could not be recorded" in results(server)["c"]


async def test_a_decision_that_cannot_be_stored_runs_nothing(make: Make, server: FakeOpenAI):
    """It raises, and may be repeated."""
    hotel, history = Hotel(), FailingHistory()
    bot = await approval_bot(make, hotel, history=history)
    server.script(calling(("a", "book", {"hotel": "Ritz"})), "Booked.")
    await bot.reply("Book", conversation_id="c")

    for fault in ("reads_fail", "writes_fail"):
        setattr(history, fault, True)
        with pytest.raises(StateUnavailableError):
            await bot.resolve("c", {"a": True})
        setattr(history, fault, False)
    assert hotel.booked == []

    assert (await bot.resolve("c", {"a": True})).text == "Booked."
    assert hotel.booked == ["None:Ritz"]


async def test_messages_of_others_in_between_are_no_obstacle_but_the_same_request_is(make: Make, server: FakeOpenAI):
    """Where turns are not serialized, of two processes with one request id only one runs the tools."""
    hotel, history = Hotel(), FailingHistory()
    bot = await make(tools=hotel.tools(), history=history)
    history.rival = [{"role": "user", "content": "x"}, {"role": "assistant", "content": "y"}]
    server.script(calling(("a", "book", {"hotel": "A"})), "Done.", calling(("b", "book", {"hotel": "B"})))

    assert (await bot.reply("Book", conversation_id="c", request_id="r")).text == "Done."

    history.rival = [{"role": "user", "content": "Book", "metadata": {"turn_id": "s", "request_id": "s"}}]
    with pytest.raises(ConversationBusyError):
        await bot.reply("Book", conversation_id="c", request_id="s")
    assert hotel.booked == ["None:A"]


async def test_a_conversation_deleted_during_the_turn_runs_no_effect(make: Make, server: FakeOpenAI):
    """An append would bring it back."""
    hotel, history = Hotel(), FailingHistory()

    async def forget() -> str:
        await history.forget("c")
        return "gone"

    bot = await make(tools=[*hotel.tools(), Tool(forget, repeatable=True)], history=history)
    server.script("hi", calling(("a", "forget", None)), calling(("b", "book", {"hotel": "A"})), "Done.")
    await bot.reply("Hello", conversation_id="c")

    reply = await bot.reply("Book", conversation_id="c")

    assert (hotel.booked, reply.steps[1].outcome) == ([], "failed")
    assert await bot.messages("c") == []


@pytest.mark.parametrize("wire", ["responses"])
async def test_reasoning_goes_back_before_its_call_at_every_step(make: Make, server: FakeOpenAI):
    """Also after a decision in another chatbot, and when an id was replaced; one key names the shared prompt prefix."""
    hotel, history = Hotel(), MemoryHistory()
    bot = await approval_bot(make, hotel, history=history, model="gpt-5")
    find, book = ("x", "find", {"city": "Rome"}), ("x", "book", {"hotel": "Ritz"})
    server.script(
        dataclasses.replace(calling(find), reasoning=["one", "two"]),
        dataclasses.replace(calling(book), reasoning=["three"]),
        "Booked.",
    )

    waiting = await bot.reply("Book", conversation_id="c")
    other = await approval_bot(make, hotel, history=history, model="gpt-5")
    await other.resolve("c", {waiting.pending[0].call_id: True})

    items = server.requests[-1].body["input"]
    assert [item.get("encrypted_content") or item.get("type", item.get("role")) for item in items] == [
        "user", "one", "two", "function_call", "function_call_output", "three", "function_call", "function_call_output",
    ]  # fmt: skip
    assert waiting.pending[0].call_id != "x"
    assert len({request.body["prompt_cache_key"] for request in server.requests}) == 1
    assert {"origin", "before_call"}.isdisjoint(set().union(*items))


@pytest.mark.parametrize("wire", ["responses"])
async def test_another_backend_is_sent_the_step_without_its_reasoning(make: Make, server: FakeOpenAI):
    """It could not decrypt it; the calls and their results are whole."""
    hotel = Hotel()
    async with FakeOpenAI(answer="Booked.") as second:
        others = [Backend("gpt-5", base_url=second.base_url, api_key="k2")]
        bot = await make(tools=hotel.tools(), model="gpt-5", others=others, retry=Retry(attempts=1))
        server.script(dataclasses.replace(calling(("a", "book", {"hotel": "Ritz"})), reasoning=["one"]), *faults(1))

        reply = await bot.reply("Book")

        items = second.requests[-1].body["input"]
    assert (reply.text, hotel.booked) == ("Booked.", ["None:Ritz"])
    assert [item.get("type", item.get("role")) for item in items] == ["user", "function_call", "function_call_output"]


@pytest.mark.parametrize("wire", ["responses"])
@pytest.mark.parametrize("content", ["x" * 90_000, "a\0b\ud800c"])
async def test_reasoning_of_any_kind_does_not_keep_a_call_from_its_record(make: Make, server: FakeOpenAI, content: str):
    """What no store holds is left out or cleaned: the call with an effect runs, and its turn is stored."""
    hotel = Hotel()
    async with AsyncStateManager() as history:
        bot = await make(tools=hotel.tools(), model="gpt-5", history=history)
        step = dataclasses.replace(calling(("a", "book", {"hotel": "Ritz"})), reasoning=[content] * 4)
        server.script(step, "Booked.")

        reply = await bot.reply("Book", conversation_id="c")

    assert (reply.degraded, reply.steps[0].outcome, hotel.booked) == (False, "done", ["None:Ritz"])
    sent = [item["encrypted_content"] for item in server.requests[-1].body["input"] if item.get("type") == "reasoning"]
    assert sent == ([] if len(content) > 10 else ["ab?c"] * 4)


async def test_arguments_of_a_step_are_bounded_as_they_are_stored(make: Make, server: FakeOpenAI):
    """Letters of several bytes and escaped characters count for what they take."""
    hotel = Hotel()
    async with AsyncStateManager() as history:
        bot = await make(tools=hotel.tools(), history=history)
        cities = ["\U0001f600" * 3_000, "東" * 12_000, "\\\\" * 9_000, "\\\\" * 9_000, "東" * 12_000, "東" * 12_000]
        encoded = [json.dumps({"hotel": city}, ensure_ascii=False) for city in cities]
        server.script(calling(*((f"c{n}", "book", text) for n, text in enumerate(encoded))), "Booked.")

        reply = await bot.reply("Book", conversation_id="c")

    assert not reply.degraded
    assert 2 <= len(hotel.booked) < len(cities)
    assert {step.outcome for step in reply.steps} == {"done", "failed"}


@pytest.mark.parametrize("wire", ["responses"])
async def test_a_parameter_that_the_wire_lacks_is_refused_before_anything_runs(make: Make, server: FakeOpenAI):
    """With the message; and with the decision, if the message was sent on another wire."""
    hotel, history = Hotel(), MemoryHistory()
    bot = await approval_bot(make, hotel, history=history)
    with pytest.raises(InvalidInputError, match="seed"):
        await bot.reply("Book", conversation_id="c", seed=1)
    assert server.calls == 0

    chat = await approval_bot(make, hotel, history=history, wire="chat")
    server.script(calling(("a", "book", {"hotel": "Ritz"})), "Booked.")
    await chat.reply("Book", conversation_id="c", seed=1)
    with pytest.raises(InvalidInputError, match="seed"):
        await bot.resolve("c", {"a": True})

    assert hotel.booked == []
    assert (await chat.resolve("c", {"a": True})).text == "Booked."


def random_call(random: Random) -> dict[str, Any]:
    """Return a call as a model may make it: of any tool or none, with arguments of any kind."""
    names = ["text", "rows", "odd", "broken", "slow", "nowhere", "", "tëxt", "x" * 70, None]
    arguments = [
        "{}",
        "null",
        "[]",
        "7",
        '{"a": 1}',
        '{"size": 3}',
        '{"size": "x"}',
        "{",
        "",
        "\ud83d",
        "[" * 5_000,
        None,
    ]
    function = {"name": random.choice(names), "arguments": random.choice(arguments)}
    return {"id": random.choice(["a", "b", "c", "", None, 9, "é" * 100]), "type": "function", "function": function}


async def test_whatever_a_model_calls_the_turn_ends(make: Make):
    """Eighty turns of random calls, a model that never stops among them: bounded, stored, and never raised."""
    random = Random(20261201)

    def answer(body: Mapping[str, Any]) -> FakeAnswer:
        if not body.get("tools") or random.random() < 0.3:
            return FakeAnswer(text="Done.")
        calls = [random_call(random) for _ in range(random.choice([1, 1, 2, 5, 50]))]
        return FakeAnswer(text=random.choice(["", "Well"]), tool_calls=calls, finish_reason="tool_calls")

    async def text(size: int = 1) -> str:
        return "é" * min(10_000_000, 10**size)

    async def rows(size: int = 1) -> list[Any]:
        return [{"row": "\ud83d"}] * 10**size

    async def odd() -> object:
        return random.choice([object(), {1: {2, 3}}, float("nan"), b"\xff", Decimal("1e9999"), [[]] * 3, lambda: 0])

    async def broken() -> None:
        raise random.choice([ValueError("x"), RuntimeError("\ud83d"), RecursionError(), MemoryError(), KeyError()])

    async def slow() -> None:
        await asyncio.Event().wait()

    tools = [text, Tool(rows, repeatable=True), odd, Tool(broken, expose_errors=True), Tool(slow, timeout=0.001)]
    async with FakeOpenAI(answer=answer) as wild:
        bot = await make(base_url=wild.base_url, tools=tools, max_steps=3, max_history_tokens=2_000)
        for turn in range(80):
            streamed = turn % 2 == 0
            if streamed:
                async with bot.stream("go", conversation_id="c", request_id=f"r{turn}") as stream:
                    assert "".join([delta async for delta in stream]) == stream.reply.text
                reply = stream.reply
            else:
                reply = await bot.reply("go", conversation_id="c", request_id=f"r{turn}")
            assert reply.source in {"model", "fallback"}
            assert reply.reason in {None, "steps exhausted", "malformed", "empty answer"}, reply.reason
            assert not reply.pending
            assert all(step.outcome in {"done", "failed", "uncertain"} for step in reply.steps)
            json.dumps(reply.to_dict())
        messages = await bot.messages("c")

        assert all(pairing_errors(as_messages(request.body)) == [] for request in wild.requests)
    assert max(len(message.content) for message in messages) < 25_000


async def test_no_more_than_eight_calls_of_a_step_run_at_once(make: Make, server: FakeOpenAI):
    """The others follow; all have a result."""
    running = most = 0

    async def work(number: int) -> int:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        running -= 1
        return number

    bot = await make(tools=[Tool(work, repeatable=True)])
    server.script(calling(*((f"c{number}", "work", {"number": number}) for number in range(20))), "done")

    reply = await bot.reply("go")

    assert most == MAX_PARALLEL_CALLS == 8
    assert [step.result for step in reply.steps] == list(range(20))
