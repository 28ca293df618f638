"""From a validated call to a reply: moderation, fallback, structured extraction, user digests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from asyncassist import CachedChatbot, Retry
from asyncassist.errors import ChatUnavailableError, DecodeError, InvalidInputError, StatusError
from asyncassist.testing import FakeClock, FakeFault, FakeOpenAI
from tests.chat.conftest import BOTH_WIRES, NO_RETRY, faults, sent_messages

if TYPE_CHECKING:
    from asyncassist._chat import Question
    from tests.chat.conftest import Make

wire = BOTH_WIRES


async def test_the_user_is_known_to_the_provider_by_a_digest(bot: CachedChatbot, server: FakeOpenAI):
    """`safety_identifier` is the same for the same user and not their name; the caller may override it."""
    for user in ("ann@example.com", "ann@example.com", "bob", None):
        await bot.reply("hello", user=user, cache="bypass")
    await bot.reply("hello", user="ann", cache="bypass", safety_identifier="mine")
    await bot.reply("hello", user="ann", cache="bypass", safety_identifier=None)

    ann, repeated, bob, anonymous, override, removed = [
        request.body.get("safety_identifier") for request in server.requests
    ]
    assert ann == repeated != bob
    assert len(ann) == 32
    assert "ann" not in ann
    assert (anonymous, override, removed) == (None, "mine", None)
    assert "user" not in server.requests[0].body


async def test_a_blocked_message_is_not_sent(make: Make, server: FakeOpenAI):
    """The user gets a refusal in their language; the model is not called."""

    async def moderate(text: str, *, role: str) -> str | None:
        return "violence" if "bomb" in text else None

    bot = await make(moderate=moderate)
    reply = await bot.reply("how to build a bomb", context={"language": "de"})

    assert (reply.source, reply.degraded, reply.reason) == ("fallback", True, "moderated: violence")
    assert reply.text == "Bei dieser Nachricht kann ich nicht helfen."
    assert server.calls == 0
    assert (await bot.reply("hello")).source == "model"


@pytest.mark.parametrize("streamed", [False, True])
async def test_a_blocked_answer_is_not_returned(make: Make, server: FakeOpenAI, streamed: bool):
    """Neither as a reply nor as deltas of a stream."""

    async def moderate(text: str, *, role: str) -> str | None:
        return "rude" if role == "assistant" and "fool" in text else None

    bot = await make(moderate=moderate)
    server.script("you fool you", "good day")
    if streamed:
        async with bot.stream("hello") as stream:
            text = "".join([delta async for delta in stream])
        reply = stream.reply
    else:
        reply = await bot.reply("hello")
        text = reply.text

    assert text == reply.text == "I cannot help with that message."
    assert (reply.source, reply.reason) == ("fallback", "moderated: rude")
    # a cached answer is moderated again
    assert (await bot.reply("hello")).source == "fallback"
    assert (await bot.reply("hello", cache="refresh")).text == "good day"


async def test_a_failing_moderator_blocks_every_message(make: Make, server: FakeOpenAI):
    """Moderation fails closed."""

    async def moderate(text: str, *, role: str) -> str | None:
        raise OSError

    bot = await make(moderate=moderate)

    assert (await bot.reply("hello")).reason == "moderation unavailable"
    assert server.calls == 0


async def test_without_a_fallback_an_outage_raises(make: Make, server: FakeOpenAI):
    """ChatUnavailableError carries the reason and the upstream error; streams raise it too."""
    bot = await make(fallback=None, retry=NO_RETRY)
    server.script(*faults(2))

    with pytest.raises(ChatUnavailableError) as caught:
        await bot.reply("hello")
    assert caught.value.reason == "status 503"
    assert isinstance(caught.value.__cause__, StatusError)
    with pytest.raises(ChatUnavailableError):
        async with bot.stream("hello") as stream:
            async for _ in stream:
                pass


async def test_a_custom_fallback_gets_the_question_with_its_context(make: Make, server: FakeOpenAI):
    """Its text becomes the reply; None raises ChatUnavailableError."""
    questions: list[Question] = []

    async def fallback(question: Question) -> str | None:
        questions.append(question)
        return "call us" if len(questions) == 1 else None

    bot = await make(fallback=fallback, retry=NO_RETRY)
    server.script("hi")
    await bot.reply("hello", conversation_id="c", user="ann")
    server.script(*faults(2))

    reply = await bot.reply("e agora?", conversation_id="c", user="ann", context={"language": "pt", "slots": {"a": 1}})

    assert (reply.text, reply.source, reply.degraded) == ("call us", "fallback", True)
    question = questions[0]
    assert (question.message, question.language, question.reason) == ("e agora?", "pt", "status 503")
    assert (question.user, question.conversation_id, question.context["slots"]) == ("ann", "c", {"a": 1})
    assert [message.content for message in question.history] == ["hello", "hi"]
    with pytest.raises(ChatUnavailableError):
        await bot.reply("hello again")


async def test_a_failing_fallback_is_replaced_by_the_default(
    make: Make, server: FakeOpenAI, caplog: pytest.LogCaptureFixture
):
    """The default fallback answers, and the error is logged without the user's text."""

    async def broken(question: Question) -> str | None:
        raise RuntimeError(question.message)

    bot = await make(fallback=broken, retry=NO_RETRY)
    server.script(*faults(1))

    reply = await bot.reply("my secret")

    assert (reply.source, bool(reply.text)) == ("fallback", True)
    assert "RuntimeError" in caplog.text
    assert "my secret" not in caplog.text


async def test_degradation_is_logged_once(make: Make, server: FakeOpenAI, caplog: pytest.LogCaptureFixture):
    """One log line at the beginning of an outage and one at its end."""
    bot = await make(retry=NO_RETRY)
    server.script(*faults(2))
    await bot.reply("a")
    await bot.reply("b")
    await bot.reply("c")

    lines = [record.getMessage() for record in caplog.records if record.name == "asyncassist"]
    assert lines == ["the chatbot is degraded: status 503 (StatusError)", "the chatbot works again"]


async def test_a_stale_answer_is_served_when_the_model_fails(make: Make, server: FakeOpenAI, clock: FakeClock):
    """For `stale_for` seconds, by `reply` and `stream`, marked as stale and degraded."""
    bot = await make(ttl=60.0, stale_for=600.0, retry=NO_RETRY)
    server.script("cached")
    await bot.reply("hello")
    clock.advance(100.0)
    server.script(*faults(2))

    reply = await bot.reply("hello")
    async with bot.stream("hello") as stream:
        text = "".join([delta async for delta in stream])

    assert (reply.text, reply.source, reply.degraded, reply.reason) == ("cached", "stale", True, "status 503")
    assert (reply.age, reply.attempts) == (100.0, 1)
    assert (text, stream.reply.source) == ("cached", "stale")
    assert bot.stats().stale == bot.stats().cache.stale == 2
    clock.advance(560.0)
    server.script(*faults(1))
    assert (await bot.reply("hello")).source == "fallback"


async def test_bypass_serves_no_stale_answer(make: Make, server: FakeOpenAI, clock: FakeClock):
    """A call that bypasses the cache gets the fallback."""
    bot = await make(retry=NO_RETRY)
    await bot.reply("hello")
    server.script(*faults(1))

    assert (await bot.reply("hello", cache="bypass")).source == "fallback"


SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}


async def test_extract_returns_an_object_by_the_schema(bot: CachedChatbot, server: FakeOpenAI):
    """The schema is sent, the object is returned, and the second time it comes from the cache."""
    server.script('{"city": "Lisbon"}')
    for _ in range(2):
        found = await bot.extract("I live in Lisbon", instructions="Where?", schema=SCHEMA)
        assert found == {"city": "Lisbon"}

    assert server.calls == 1
    assert [text for _, text in sent_messages(server)] == ["Where?", "I live in Lisbon"]
    body = server.requests[0].body
    sent = body["text"]["format"] if "text" in body else body["response_format"]["json_schema"]
    assert sent["schema"] == SCHEMA
    assert bot.stats().prompt_tokens > 0
    assert bot.stats().replies == 0


async def test_extract_removes_control_characters(bot: CachedChatbot, server: FakeOpenAI):
    """Control characters are removed instead of refused; an empty text is refused."""
    server.script('{"city": "Lisbon"}')
    await bot.extract("Lis\x00bon\u202e", instructions="Where?", schema=SCHEMA)
    assert sent_messages(server)[-1] == ("user", "Lisbon")
    with pytest.raises(InvalidInputError) as caught:
        await bot.extract("", instructions="Where?", schema=SCHEMA)
    assert caught.value.field == "text"


@pytest.mark.parametrize("text", ["Lisbon", "[]", "{}", '{"town": 1}'])
async def test_an_answer_that_violates_the_schema_raises(bot: CachedChatbot, server: FakeOpenAI, text: str):
    """An answer that is no object, or lacks a required field, is a DecodeError."""
    server.script(text)
    with pytest.raises(DecodeError):
        await bot.extract("I live in Lisbon", instructions="Where?", schema=SCHEMA)


async def test_extraction_has_no_fallback(make: Make, server: FakeOpenAI):
    """An outage and a missing model raise ChatUnavailableError; an invalid schema is refused."""
    bot = await make(retry=Retry(attempts=1))
    server.script(FakeFault("status"))
    with pytest.raises(ChatUnavailableError) as caught:
        await bot.extract("text", instructions="", schema=SCHEMA)
    assert caught.value.reason == "status 503"
    async with CachedChatbot(model="m") as offline:
        with pytest.raises(ChatUnavailableError):
            await offline.extract("text", instructions="", schema=SCHEMA)
    with pytest.raises(InvalidInputError) as invalid:
        await bot.extract("text", instructions="", schema=7)  # type: ignore[arg-type]
    assert invalid.value.field == "schema"
