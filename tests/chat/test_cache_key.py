"""The key of an answer: whatever decides it counts, so that no answer is ever given to another question."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

import openai
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asyncassist._chat.prompt import answer_key, build_messages
from asyncassist.testing import FakeClock, FakeOpenAI

if TYPE_CHECKING:
    from tests.chat.conftest import Make

names = st.sampled_from(
    ["temperature", "top_p", "max_tokens", "seed", "stop", "tools", "response_format", "vendor_x", "extra_body", "n"]
)
leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.sampled_from([0.0, 1.0, -1.0, 0.5]),
    st.sampled_from(["", "1", "1.0", "true", "null"]),
)
values = st.recursive(
    leaves,
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(st.sampled_from("ab"), inner, max_size=2)),
    max_leaves=4,
)
texts = st.text(max_size=6)
questions = st.fixed_dictionaries(
    {
        "identity": st.sampled_from(["server a", "server b"]),
        "owner": st.sampled_from([None, "ann", "bob", ""]),
        "message": texts,
        "system": st.one_of(st.none(), texts),
        "context": st.dictionaries(st.sampled_from(["intent", "slots"]), texts, max_size=2),
        "past": st.lists(
            st.fixed_dictionaries({"role": st.sampled_from(["user", "assistant"]), "content": texts}), max_size=2
        ),
        "params": st.dictionaries(names, values, max_size=3),
    }
)


def key_of(question: dict[str, Any]) -> str:
    messages = build_messages(
        question["message"], system=question["system"], context=question["context"], history=question["past"]
    )
    return answer_key(question["identity"], owner=question["owner"], messages=messages, params=question["params"])


def typed(value: Any) -> Any:
    """A form in which 1, 1.0, True and "1" differ, and the order of names does not count."""
    if isinstance(value, dict):
        return ("dict", tuple(sorted((name, typed(item)) for name, item in value.items())))
    if isinstance(value, list):
        return ("list", tuple(typed(item) for item in value))
    return (type(value).__name__, repr(value))


def facts(question: dict[str, Any]) -> Any:
    """The question as it is sent: a blank system text is none, an empty context too."""
    return typed({**question, "system": question["system"] or None})


@settings(max_examples=400, deadline=None)
@given(questions, questions)
def test_two_questions_share_a_key_only_when_they_are_one(one: dict[str, Any], other: dict[str, Any]):
    """Over user, server, system, context, history, and every parameter with its type."""
    assert (key_of(one) == key_of(other)) == (facts(one) == facts(other))


@settings(max_examples=300, deadline=None)
@given(questions, st.data())
def test_one_change_makes_another_key(question: dict[str, Any], data: st.DataObject):
    """The near miss: all the same but for one thing."""
    axis = data.draw(st.sampled_from(sorted(question)))
    changed = {**question, axis: data.draw(questions)[axis]}

    assert (key_of(question) == key_of(changed)) == (facts(question) == facts(changed))


def test_the_order_of_names_does_not_count():
    one = answer_key("i", owner=None, messages=[], params={"a": 1, "b": {"c": 1, "d": 2}})
    other = answer_key("i", owner=None, messages=[], params={"b": {"d": 2, "c": 1}, "a": 1})

    assert one == other


def test_a_key_tells_nothing():
    """64 hexadecimal digits."""
    key = answer_key("i", owner="ann", messages=[{"role": "user", "content": "my secret"}], params={})

    assert len(key) == 64
    assert int(key, 16)


AXES: dict[str, dict[str, Any]] = {
    "user": {"user": "ann"},
    "another user": {"user": "bob"},
    "system": {"system": "Be brief."},
    "context": {"context": {"intent": "greeting"}},
    "another context": {"context": {"intent": "thanks"}},
    "temperature": {"temperature": 1},
    "temperature as a float": {"temperature": 1.0},
    "temperature as a text": {"temperature": "1"},
    "temperature as true": {"temperature": True},
    "temperature as null": {"temperature": None},
    "seed": {"seed": 1},
    "stop": {"stop": "x"},
    "stop as a list": {"stop": ["x"]},
    "response_format": {"response_format": {"type": "json_object"}},
    "tools": {"tools": [{"type": "function", "function": {"name": "f"}}]},
    "extra_headers": {"extra_headers": {"X-Tenant": "a"}},
    "extra_body": {"extra_body": {"vendor": 1}},
    "an unknown parameter": {"vendor_mode": "fast"},
    "another unknown parameter": {"vendor_mode": "slow"},
    "nothing": {},
}


async def test_no_two_axes_share_an_answer(make: Make):
    """Through the whole chatbot: every variant is asked once, hit once, and gets its own answer back."""
    numbers = iter(range(1000))
    async with FakeOpenAI(answer=lambda _: f"answer {next(numbers)}") as counting:
        bot = await make(base_url=counting.base_url)
        first = {name: (await bot.reply("hello", **call)).text for name, call in AXES.items()}
        second = {name: await bot.reply("hello", **call) for name, call in AXES.items()}

    assert len(set(first.values())) == len(AXES) == counting.calls
    assert {name: reply.text for name, reply in second.items()} == first
    assert {reply.source for reply in second.values()} == {"cache"}


async def test_unknown_parameters_reach_the_server(make: Make, server: FakeOpenAI):
    """In the body, as they are; a body of the caller's own wins."""
    bot = await make()
    await bot.reply("hello", vendor_mode="fast", extra_body={"vendor_mode": "slow", "x": 1}, temperature=0.5)

    body = server.requests[0].body
    assert (body["vendor_mode"], body["x"], body["temperature"]) == ("slow", 1, 0.5)


async def test_a_history_makes_another_question(make: Make, server: FakeOpenAI):
    bot = await make()
    await bot.reply("hello", user="ann", conversation_id="a")
    await bot.reply("and?", user="ann", conversation_id="a")
    await bot.reply("other", user="ann", conversation_id="b")

    assert (await bot.reply("and?", user="ann", conversation_id="b")).source == "model"
    # the same words before: the same question
    await bot.reply("hello", user="ann", conversation_id="c")
    assert (await bot.reply("and?", user="ann", conversation_id="c")).source == "cache"


async def test_servers_credentials_and_models_have_their_own_answers(make: Make, redis_url: str, server: FakeOpenAI):
    """Even when their chatbots share one store."""
    async with FakeOpenAI() as second:
        settings = [
            {"model": "m", "api_key": "one"},
            {"model": "n", "api_key": "one"},
            {"model": "m", "api_key": "two"},
            {"model": "m", "api_key": "one", "base_url": second.base_url},
        ]
        for place, setting in enumerate(settings):
            bot = await make(redis=redis_url, **setting)
            assert (await bot.reply("a question of this test")).source == "model", place
        assert server.calls + second.calls == len(settings)
        again = await make(redis=redis_url, **settings[0])
        assert (await again.reply("a question of this test")).source == "cache"
        await again.clear_cache()


@pytest.mark.parametrize(
    "other",
    [{"organization": "o"}, {"project": "p"}, {"default_headers": {"X-A": "b"}}, {"default_query": {"v": "2"}}],
)
async def test_clients_handed_in_differ_by_all_they_send(
    make: Make, redis_url: str, server: FakeOpenAI, other: dict[str, Any]
):
    async with (
        openai.AsyncOpenAI(api_key="k", base_url=server.base_url) as plain,
        openai.AsyncOpenAI(api_key="k", base_url=server.base_url, **other) as special,
    ):
        question = f"a question about {other}"
        first = await make(client=plain, redis=redis_url)
        second = await make(client=special, redis=redis_url)
        await first.reply(question)
        assert (await second.reply(question)).source == "model"
        await first.clear_cache()


async def test_credentials_that_change_by_themselves_are_never_shared(make: Make, redis_url: str, server: FakeOpenAI):
    """A function that makes tokens says nothing about whose they are."""

    async def token() -> str:
        return "t"

    async with (
        openai.AsyncOpenAI(api_key=token, base_url=server.base_url) as one,
        openai.AsyncOpenAI(api_key=token, base_url=server.base_url) as other,
    ):
        for client in (one, other):
            bot = await make(client=client, redis=redis_url)
            assert (await bot.reply("a question about tokens")).source == "model"
        await bot.clear_cache()


async def test_azure_tokens_are_credentials(make: Make, redis_url: str, clock: FakeClock):
    """Two tokens, one resource: two sets of answers; and its own address and version are used."""
    async with FakeOpenAI() as azure:
        address = azure.base_url.removesuffix("/v1")
        question = "a question to Azure"
        for place, token in enumerate(["one", "two"], 1):
            client = openai.AsyncAzureOpenAI(azure_ad_token=token, api_version="2026-01-01", azure_endpoint=address)
            async with client:
                bot = await make(client=client, redis=redis_url)
                assert (await bot.reply(question)).source == "model"
            assert azure.requests[-1].headers["authorization"] == f"Bearer {token}"
            assert azure.requests[-1].path == "/openai/deployments/m/chat/completions"
            assert azure.calls == place
        await bot.clear_cache()


def test_axes_are_pairwise_different():
    """The table above tests what it says."""
    for one, other in combinations(AXES.values(), 2):
        assert typed(one) != typed(other)
