"""Bounds of what one client or one conversation may hold at the same time."""

from __future__ import annotations

import asyncio

import pytest

from asyncassist.errors import ConversationBusyError
from asyncassist.web.capacity import ConversationQueue, SocketSlots
from asyncassist.web.problem import ProblemError
from tests.web.components import FakeAssistant, events_of, post, read, service_of


def test_sockets_are_bounded_per_client_and_in_all():
    """Of eight threads, four hold sockets, and two those of one client; a closed one frees its place."""
    slots = SocketSlots(8)
    with slots.hold("a"), slots.hold("a"):
        with pytest.raises(ProblemError) as of_client:
            slots.check("a")
        with slots.hold("b"), slots.hold("c"), pytest.raises(ProblemError) as in_all:
            slots.check("d")
        with slots.hold("b"):
            slots.check("d")

    slots.check("a")
    assert [(caught.value.status, caught.value.code) for caught in (of_client, in_all)] == [
        (429, "too-many-sockets"),
        (503, "too-many-sockets"),
    ]
    assert all("retry-after" in caught.value.headers for caught in (of_client, in_all))


def test_socket_that_finds_no_slot_holds_none():
    """A refused socket does not count, nor does one whose conversation failed."""
    slots = SocketSlots(4)
    with slots.hold("a"), pytest.raises(ProblemError), slots.hold("a"):
        pass
    with pytest.raises(ZeroDivisionError), slots.hold("a"):
        raise ZeroDivisionError

    slots.check("a")


def test_one_thread_serves_one_socket_and_one_turn():
    """The smallest worker still serves both."""
    slots, queue = SocketSlots(1), ConversationQueue(1)

    with slots.hold("a"), queue.enter(None, "c"), pytest.raises(ConversationBusyError):
        queue.enter(None, "c").__enter__()
    with queue.enter(None, "c"):
        pass


def test_turns_of_other_conversations_and_users_do_not_count():
    """The bound is that of one conversation of one user."""
    queue = ConversationQueue(4)

    with (
        queue.enter("ann", "c"),
        queue.enter("bob", "c"),
        queue.enter("ann", "d"),
        pytest.raises(ConversationBusyError),
    ):
        queue.enter("ann", "c").__enter__()


@pytest.mark.parametrize("stream", [False, True])
async def test_message_beyond_the_queue_of_its_conversation_is_a_conflict(stream):
    """Of eight threads, two wait for one conversation; the third message is told 409 at once, others are answered."""
    assistant = FakeAssistant()
    async with service_of(assistant, threads=8) as service:
        session = read(await service.handle(post("/chat", {"message": "hello"})))["session_id"]
        assistant.release = asyncio.Event()
        body = {"message": "hello", "session_id": session}
        waiting = [asyncio.ensure_future(service.handle(post("/chat", body))) for _ in range(2)]
        while assistant.running < 2:
            await asyncio.sleep(0)
        async with asyncio.timeout(20.0):
            refused = await service.handle(post("/chat", {**body, "stream": stream}))
            problem = (await events_of(refused))[-1][1] if stream else read(refused)
        assistant.release.set()
        answered = [(await task).status for task in waiting]
        later = await service.handle(post("/chat", body))

    assert (problem["status"], problem["type"]) == (409, "urn:asyncassist:problem:busy")
    assert (answered, later.status) == ([200, 200], 200)
