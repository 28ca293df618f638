"""The cache key of an answer: everything that determines the answer is part of it."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from asyncassist._chat.prompt import answer_key, build_messages
from asyncassist.testing import FakeOpenAI

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
requests = st.fixed_dictionaries(
    {
        "identity": st.sampled_from(["server a", "server b"]),
        "owner": st.sampled_from([None, "ann", "bob", ""]),
        "message": texts,
        "system": st.one_of(st.none(), texts),
        "context": st.dictionaries(st.sampled_from(["intent", "slots"]), texts, max_size=2),
        "history": st.lists(
            st.fixed_dictionaries({"role": st.sampled_from(["user", "assistant"]), "content": texts}), max_size=2
        ),
        "params": st.dictionaries(names, values, max_size=3),
    }
)


def key_of(request: dict[str, Any]) -> str:
    messages = build_messages(
        request["message"], system=request["system"], context=request["context"], history=request["history"]
    )
    return answer_key(request["identity"], owner=request["owner"], messages=messages, params=request["params"])


def typed(value: Any) -> Any:
    """Convert a value to a form in which 1, 1.0, True and "1" differ and the order of names does not count."""
    if isinstance(value, dict):
        return ("dict", tuple(sorted((name, typed(item)) for name, item in value.items())))
    if isinstance(value, list):
        return ("list", tuple(typed(item) for item in value))
    return (type(value).__name__, repr(value))


def sent_form(request: dict[str, Any]) -> Any:
    """Convert a request to its form as sent: blank system instructions and an empty context are none."""
    return typed({**request, "system": request["system"] or None})


@settings(max_examples=400, deadline=None)
@given(requests, requests)
def test_only_equal_requests_share_a_key(one: dict[str, Any], other: dict[str, Any]):
    """Over user, server, system, context, history, and every parameter with its type."""
    assert (key_of(one) == key_of(other)) == (sent_form(one) == sent_form(other))


@settings(max_examples=300, deadline=None)
@given(requests, st.data())
def test_one_change_makes_another_key(request: dict[str, Any], data: st.DataObject):
    """A near miss, equal in all but one field, has another key."""
    field = data.draw(st.sampled_from(sorted(request)))
    changed = {**request, field: data.draw(requests)[field]}

    assert (key_of(request) == key_of(changed)) == (sent_form(request) == sent_form(changed))


def test_the_order_of_names_does_not_count():
    """Parameters in another order, nested ones too, have the same key."""
    one = answer_key("i", owner=None, messages=[], params={"a": 1, "b": {"c": 1, "d": 2}})
    other = answer_key("i", owner=None, messages=[], params={"b": {"d": 2, "c": 1}, "a": 1})

    assert one == other


def test_a_key_is_an_opaque_digest():
    """64 hexadecimal digits."""
    key = answer_key("i", owner="ann", messages=[{"role": "user", "content": "my secret"}], params={})

    assert len(key) == 64
    assert int(key, 16)


VARIANTS: dict[str, dict[str, Any]] = {
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


async def test_no_two_variants_share_an_answer(make: Make):
    """Each variant is asked once through the whole chatbot, then hits the cache and gets its own answer."""
    numbers = iter(range(1000))
    async with FakeOpenAI(answer=lambda _: f"answer {next(numbers)}") as counting:
        bot = await make(base_url=counting.base_url)
        first = {name: (await bot.reply("hello", **call)).text for name, call in VARIANTS.items()}
        second = {name: await bot.reply("hello", **call) for name, call in VARIANTS.items()}

    assert len(set(first.values())) == len(VARIANTS) == counting.calls
    assert {name: reply.text for name, reply in second.items()} == first
    assert {reply.source for reply in second.values()} == {"cache"}


async def test_the_history_is_part_of_the_key(make: Make, server: FakeOpenAI):
    """Equal messages after different histories are different requests; after equal ones they are equal."""
    bot = await make()
    await bot.reply("hello", user="ann", conversation_id="a")
    await bot.reply("and?", user="ann", conversation_id="a")
    await bot.reply("other", user="ann", conversation_id="b")

    assert (await bot.reply("and?", user="ann", conversation_id="b")).source == "model"
    # after an equal history it is an equal request
    await bot.reply("hello", user="ann", conversation_id="c")
    assert (await bot.reply("and?", user="ann", conversation_id="c")).source == "cache"


def test_variants_are_pairwise_different():
    """The table of variants has no duplicates."""
    for one, other in combinations(VARIANTS.values(), 2):
        assert typed(one) != typed(other)
