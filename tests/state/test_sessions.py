"""Sessions behave the same in every store."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from asyncassist.errors import ConflictError, InvalidInputError, NotFoundError, SessionTooLargeError


async def test_a_session_comes_back_as_it_was_written(state):
    """What JSON can hold comes back exactly, with version, time left and where it is."""
    data = {"a": 1, "b": [1.5, None, True, {"c": "ü\n"}], "": {}, "big": 2**63, "empty": []}

    made = await state.create(data, ttl=60.0)
    found = await state.get(made.id)

    assert found is not None
    assert dict(found.data) == data
    assert (made.version, found.version) == (1, 1)
    assert 59.0 < found.expires_in <= 60.0
    assert found.acked == state.backend


async def test_ids_of_ours_cannot_be_guessed(state):
    """Two sessions never share an id, and an id holds at least 128 bits."""
    ids = {(await state.create()).id for _ in range(50)}

    assert len(ids) == 50
    assert all(len(name) >= 23 for name in ids)


async def test_data_of_a_session_cannot_be_changed_by_accident(state):
    """The data is a view, and what is inside is nobody else's."""
    made = await state.create({"a": [1]})

    with pytest.raises(TypeError):
        made.data["a"] = 2
    made.data["a"].append(2)

    assert (await state.get(made.id)).data == {"a": [1]}


async def test_a_missing_session_is_none(state):
    assert await state.get("nothing") is None
    assert await state.get_many(["nothing", "neither"]) == [None, None]
    assert await state.delete("nothing") is False


async def test_many_are_read_in_order(state):
    """`get_many` answers in the order of the question, repeats and gaps included."""
    for name in ("a", "b"):
        await state.save(name, {"name": name})

    found = await state.get_many(["b", "gone", "a", "b"])

    assert [session and session.data["name"] for session in found] == ["b", None, "a", "b"]
    assert await state.get_many([]) == []


async def test_create_refuses_an_id_that_exists(state):
    await state.create({"first": True}, session_id="x")

    with pytest.raises(ConflictError) as caught:
        await state.create({}, session_id="x")

    assert (caught.value.key, caught.value.actual) == ("x", 1)
    assert (await state.get("x")).data == {"first": True}


async def test_save_replaces_under_the_expected_version(state):
    """The version that was read is written; an older one is refused and changes nothing."""
    first = await state.save("x", {"n": 1})
    second = await state.save("x", {"n": 2}, expected_version=first.version)

    with pytest.raises(ConflictError) as caught:
        await state.save("x", {"n": 3}, expected_version=first.version)

    assert (second.version, caught.value.expected, caught.value.actual) == (2, 1, 2)
    assert (await state.get("x")).data == {"n": 2}


async def test_version_zero_means_must_not_exist(state):
    made = await state.save("x", {"n": 1}, expected_version=0)

    with pytest.raises(ConflictError):
        await state.save("x", {"n": 2}, expected_version=0)

    assert made.version == 1


async def test_a_late_save_cannot_revive_a_deleted_session(state):
    """After a delete only `create` begins anew, above the version that was deleted."""
    made = await state.save("x", {"n": 1})
    assert await state.delete("x") is True

    for expected in (None, 0, made.version, made.version + 1):
        with pytest.raises(ConflictError):
            await state.save("x", {"n": 2}, expected_version=expected)
    with pytest.raises(NotFoundError):
        await state.patch("x", {"n": 2})

    assert await state.get("x") is None
    assert await state.delete("x") is False
    assert (await state.create({"n": 3}, session_id="x")).version > made.version + 1


async def test_update_is_read_change_write(state):
    """A function may return the new data or change what it got."""
    await state.save("x", {"n": 1})

    returned = await state.update("x", lambda data: {"n": data["n"] + 1})
    changed = await state.update("x", lambda data: data.update(n=data["n"] + 1))

    assert (returned.data, changed.data, changed.version) == ({"n": 2}, {"n": 3}, 3)


async def test_update_begins_a_session_only_when_told(state):
    with pytest.raises(NotFoundError) as caught:
        await state.update("x", lambda data: {})
    assert caught.value.key == "x"

    made = await state.update("x", lambda data: {"before": dict(data)}, create=True)

    assert (made.data, made.version) == ({"before": {}}, 1)


async def test_an_error_in_an_update_reaches_its_caller_and_writes_nothing(state):
    await state.save("x", {"n": 1})

    def fail(data: dict[str, Any]) -> None:
        data["n"] = 99
        raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        await state.update("x", fail)

    assert (await state.get("x")).data == {"n": 1}


async def test_a_failing_update_does_not_hurt_those_beside_it(state):
    """Changes that are committed together fail alone."""
    await state.save("x", {"n": 0})

    def change(number: int):
        def apply(data: dict[str, Any]) -> None:
            if number % 3 == 0:
                raise LookupError(number)
            data["n"] += 1

        return apply

    results = await asyncio.gather(*(state.update("x", change(n)) for n in range(30)), return_exceptions=True)

    assert sum(isinstance(result, LookupError) for result in results) == 10
    assert (await state.get("x")).data == {"n": 20}


@pytest.mark.parametrize(
    "bad", [lambda data: 7, lambda data: {"x": {1, 2}}, None], ids=["number", "set", "no function"]
)
async def test_an_update_that_makes_nonsense_is_refused(state, bad):
    await state.save("x", {"n": 1})

    with pytest.raises(InvalidInputError):
        await state.update("x", bad)

    assert (await state.get("x")).version == 1


async def test_an_async_update_function_is_refused(state):
    """It would run between the read and the write."""
    await state.save("x", {"n": 1})

    async def change(data):
        return {}

    with pytest.raises(InvalidInputError, match="plain function"):
        await state.update("x", change)


async def test_patch_sets_and_deletes_keys(state):
    await state.save("x", {"a": 1, "b": 2, "c": {"d": 1}})

    made = await state.patch("x", {"a": None, "b": 3, "e": [1]})

    assert (made.data, made.version) == ({"b": 3, "c": {"d": 1}, "e": [1]}, 2)
    with pytest.raises(NotFoundError):
        await state.patch("nothing", {"a": 1})


async def test_the_session_block_writes_what_changed(state):
    await state.save("x", {"a": 1, "b": 2})

    async with state.session("x") as draft:
        draft.data["a"] = 5
        del draft.data["b"]

    assert draft.version == 2
    assert (await state.get("x")).data == {"a": 5}


async def test_the_session_block_begins_a_session(state):
    async with state.session("new") as draft:
        assert (draft.data, draft.version) == ({}, 0)
        draft.data["a"] = 1

    assert (await state.get("new")).data == {"a": 1}
    with pytest.raises(NotFoundError):
        async with state.session("other", create=False):
            pass


async def test_an_error_in_the_session_block_writes_nothing(state):
    await state.save("x", {"a": 1})

    with pytest.raises(LookupError):
        async with state.session("x") as draft:
            draft.data["a"] = 2
            raise LookupError

    found = await state.get("x")
    assert (found.data, found.version) == ({"a": 1}, 1)


async def test_a_session_block_without_a_change_writes_nothing(state):
    await state.save("x", {"a": 1})

    async with state.session("x"):
        pass

    assert (await state.get("x")).version == 1


async def test_session_blocks_merge_different_keys(state):
    """Two blocks that change different keys both keep their changes; the same key is a conflict."""
    await state.save("x", {"a": 1, "b": 1})

    async with state.session("x") as one:
        async with state.session("x") as two:
            two.data["b"] = 2
        one.data["a"] = 2
    with pytest.raises(ConflictError):
        async with state.session("x") as one:
            async with state.session("x") as two:
                two.data["a"] = 3
            one.data["a"] = 4

    assert (await state.get("x")).data == {"a": 3, "b": 2}


async def test_a_session_block_does_not_revive_a_deleted_session(state):
    await state.save("x", {"a": 1})

    with pytest.raises(ConflictError):
        async with state.session("x") as draft:
            await state.delete("x")
            draft.data["a"] = 2

    assert await state.get("x") is None


async def test_locked_session_blocks_take_turns(state):
    """With the lock nobody meets anybody at the exit."""
    await state.save("x", {"n": 0})

    async def work():
        async with state.session("x", lock=True) as draft:
            before = draft.data["n"]
            await asyncio.sleep(0)
            draft.data["n"] = before + 1

    await asyncio.gather(*(work() for _ in range(5)))

    assert (await state.get("x")).data == {"n": 5}


async def test_contended_updates_are_all_counted(make):
    """However many tasks and managers change one session, no change is lost."""
    managers = [make()]
    if managers[0].backend == "redis":
        managers.append(make())

    def increment(data):
        data["n"] = data.get("n", 0) + 1

    await asyncio.gather(*(manager.update("x", increment, create=True) for manager in managers for _ in range(100)))

    found = await managers[0].get("x")
    assert found.data == {"n": 100 * len(managers)}
    assert found.version == 100 * len(managers)


async def test_scan_finds_what_is_alive(state):
    for name in ("a", "b:c", "d.e"):
        await state.save(name, {})
    await state.delete("a")

    assert {name async for name in state.scan()} == {"b:c", "d.e"}


@pytest.mark.parametrize(
    "name", ["", "a b", "../x", "a/b", "a\n", "a\x00", "x" * 10_000, "é", "{x}", "-a", 7, None, "*"]
)
async def test_bad_ids_are_refused_by_name(state, name):
    """Nothing is written, and the error names the argument."""
    calls = [
        lambda: state.get(name),
        lambda: state.save(name, {}),
        lambda: state.update(name, dict),
        lambda: state.patch(name, {}),
        lambda: state.delete(name),
        lambda: state.session(name).__aenter__(),
    ]
    for call in calls:
        with pytest.raises(InvalidInputError) as caught:
            await call()
        assert caught.value.field == "session_id"
    with pytest.raises(InvalidInputError, match="ids"):
        await state.get_many(["ok", name])

    assert [found async for found in state.scan()] == []


@pytest.mark.parametrize(
    "data",
    [
        {"x": b"bytes"},
        {"x": {1, 2}},
        {"x": (1, 2)},
        {"x": float("nan")},
        {"x": [float("inf")]},
        {1: "key"},
        {"x": {None: 1}},
        {"x": "\ud800"},
        {"x": 2**64},
        {"x": object()},
        [("a", 1)],
        "text",
    ],
)
async def test_what_json_cannot_hold_exactly_is_refused(state, data):
    for call in (lambda: state.create(data, session_id="x"), lambda: state.save("x", data)):
        with pytest.raises(InvalidInputError) as caught:
            await call()
        assert caught.value.field == "data"

    assert await state.get("x") is None


async def test_too_deep_and_too_large_is_refused(make):
    state = make(max_session_bytes=1000)
    deep: Any = []
    for _ in range(70):
        deep = [deep]

    with pytest.raises(InvalidInputError, match="deeper"):
        await state.save("x", {"deep": deep})
    with pytest.raises(SessionTooLargeError) as caught:
        await state.save("x", {"text": "x" * 1000})
    assert (caught.value.limit, caught.value.size) == (1000, 1011)
    await state.save("x", {"text": "x" * 900})
    with pytest.raises(SessionTooLargeError):
        await state.patch("x", {"more": "x" * 200})
    with pytest.raises(SessionTooLargeError):
        await state.update("x", lambda data: {**data, "more": "x" * 200})

    assert (await state.get("x")).version == 1


@pytest.mark.parametrize("ttl", [0, -1, float("nan"), float("inf"), "5", True, 1e12])
async def test_a_ttl_must_be_a_number_of_seconds(state, ttl):
    for call in (lambda: state.create({}, ttl=ttl), lambda: state.save("x", {}, ttl=ttl)):
        with pytest.raises(InvalidInputError) as caught:
            await call()
        assert caught.value.field == "ttl"


@pytest.mark.parametrize("version", [-1, 1.5, "1", True])
async def test_an_expected_version_is_a_whole_number(state, version):
    with pytest.raises(InvalidInputError, match="expected_version"):
        await state.save("x", {}, expected_version=version)


async def test_a_session_keeps_its_own_ttl(state):
    """Writes slide the time to live and keep a session's own; `touch=False` leaves it alone."""
    await state.save("x", {"n": 1}, ttl=100.0)

    assert 99.0 < (await state.save("x", {"n": 2})).expires_in <= 100.0
    assert 99.0 < (await state.update("x", dict)).expires_in <= 100.0
    assert 99.0 < (await state.get("x", touch=False)).expires_in <= 100.0
    assert 49.0 < (await state.save("x", {"n": 3}, ttl=50.0)).expires_in <= 50.0
    await state.delete("x")
    assert (await state.create({}, session_id="x")).expires_in > 1000.0
