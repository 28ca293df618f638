"""Session ids over each store: rotation, the end of a session, and revocation of all sessions of a user."""

from __future__ import annotations

import asyncio

import pytest

from asyncassist import AsyncStateManager, TravelAssistant
from asyncassist.errors import ConflictError, InvalidInputError, NotFoundError, StateUnavailableError
from asyncassist.testing import FakeClock


async def test_a_rotated_session_lives_under_its_new_id_alone(state):
    """Data and TTL move; every call under the old id finds nothing, and no late write revives it."""
    session = await state.create({"n": 1}, ttl=77.0, user="ana")

    new_id = await state.rotate(session.id)

    moved = await state.get(new_id)
    assert (moved.data, round(moved.expires_in)) == ({"n": 1}, 77)
    assert new_id.split(".")[:2] == session.id.split(".")[:2]
    assert await state.get(session.id) is None
    with pytest.raises(NotFoundError):
        await state.patch(session.id, {"n": 2})
    with pytest.raises(ConflictError):
        await state.save(session.id, {"n": 2})
    with pytest.raises(NotFoundError):
        await state.rotate(session.id)


async def test_a_rotation_keeps_what_is_written_meanwhile(state):
    """Every update that was acknowledged before the rotation ended is in the new session."""
    session = await state.create({"n": 0})

    async def count() -> int:
        done = 0
        while True:
            try:
                await state.update(session.id, lambda data: {"n": data["n"] + 1})
            except NotFoundError:
                return done
            done += 1
            await asyncio.sleep(0)

    counting = asyncio.create_task(count())
    await asyncio.sleep(0)
    new_id = await state.rotate(session.id)

    assert (await state.get(new_id)).data == {"n": await counting}


async def test_a_session_revoked_while_it_rotates_is_gone(make_manager):
    """A rotation that meets a deletion ends with NotFoundError and leaves no copy."""
    state = make_manager()
    for _ in range(10):
        session = await state.create({"n": 1}, user="ana")
        rotated, _ = await asyncio.gather(state.rotate(session.id), state.delete(session.id), return_exceptions=True)
        if isinstance(rotated, str):
            assert await state.delete(rotated)
        else:
            assert isinstance(rotated, NotFoundError)
    assert await state.revoke("ana") == 0


async def test_a_session_ends_however_much_it_is_used(make_manager):
    """After `lifetime` seconds the session is gone for every call, although each use extended its TTL."""
    clock = FakeClock()
    state = make_manager(now=clock)
    session = await state.create({"n": 1}, ttl=1000.0, lifetime=100.0)
    new_id = await state.rotate(session.id)
    clock.advance(60.0)

    used = await state.update(new_id, lambda data: {**data, "used": True})
    assert round(used.expires_in) == 40
    assert round((await state.get(new_id)).expires_in) == 40
    clock.advance(40.0)

    assert await state.get(new_id) is None
    assert await state.get_many([new_id]) == [None]
    assert new_id not in [name async for name in state.scan()]
    for call in (
        state.patch(new_id, {}),
        state.save(new_id, {}),
        state.update(new_id, lambda _: None, create=True),
        state.rotate(new_id),
        state.session(new_id).__aenter__(),
    ):
        with pytest.raises(NotFoundError):
            await call
    await state.delete(new_id)


async def test_a_short_lifetime_bounds_the_ttl(make_manager):
    """The store does not keep a session longer than its life."""
    state = make_manager()
    session = await state.create({}, lifetime=5.0)

    assert session.expires_in <= 5.0


async def test_revoke_deletes_the_sessions_of_one_user(state):
    """Every session of the user is deleted, those of others and those without an owner stay."""
    mine = [(await state.create({}, user="ana")).id for _ in range(3)]
    mine.append(await state.rotate(mine.pop()))
    others = [(await state.create({}, user="bob")).id, (await state.create({})).id]

    assert await state.revoke("ana") == 3

    assert await state.get_many(mine) == [None] * 3
    assert None not in await state.get_many(others)
    assert await state.revoke("ana") == 0


async def test_revoke_reaches_the_sessions_of_an_assistant():
    """The dialogue states and stored replies of the user go; another user's stay."""
    async with AsyncStateManager() as state, TravelAssistant(state=state) as assistant:
        await assistant.reply("Lisbon to Berlin", session_id="s", user="ana", request_id="r1")
        await assistant.reply("Lisbon to Berlin", session_id="s", user="bob")

        assert await state.revoke("ana") == 3
        assert len([name async for name in state.scan()]) == 1


@pytest.mark.parametrize("more", [{"user": "ana"}, {"lifetime": 1.0}])
async def test_an_id_of_ones_own_has_no_owner_and_no_end(more):
    """The id holds both, so it must be made by the manager."""
    async with AsyncStateManager() as state:
        with pytest.raises(InvalidInputError) as caught:
            await state.create({}, session_id="mine", **more)
    assert caught.value.field == "session_id"


@pytest.mark.parametrize(
    ("call", "field"),
    [
        (lambda state: state.create({}, user=""), "user"),
        (lambda state: state.create({}, lifetime=0), "lifetime"),
        (lambda state: state.revoke(""), "user"),
        (lambda state: state.rotate("/"), "session_id"),
    ],
    ids=["create-user", "create-lifetime", "revoke", "rotate"],
)
async def test_an_invalid_argument_is_named(call, field):
    """What cannot be meant raises InvalidInputError with the name of the argument."""
    async with AsyncStateManager() as state:
        with pytest.raises(InvalidInputError) as caught:
            await call(state)
    assert caught.value.field == field


async def test_ids_change_only_with_the_store(valkey, prefix):
    """During an outage neither `rotate` nor `revoke` promises what other processes cannot see."""
    async with AsyncStateManager(redis=valkey.url, prefix=prefix, timeout=0.3) as state:
        session = await state.create({}, user="ana")
        valkey.kill()
        await state.save("other", {})

        with pytest.raises(StateUnavailableError):
            await state.rotate(session.id)
        with pytest.raises(StateUnavailableError):
            await state.revoke("ana")
        valkey.start()
        await state.flush(timeout=20.0)


async def test_a_rotation_that_meets_an_outage_changes_nothing(valkey, prefix):
    """The old id stays valid, no copy is left, and the call says that the store is unavailable."""
    async with AsyncStateManager(redis=valkey.url, prefix=prefix, timeout=0.3) as state:
        session = await state.create({"n": 1}, user="ana")
        valkey.kill()

        with pytest.raises(StateUnavailableError):
            await state.rotate(session.id)
        valkey.start()
        await state.flush(timeout=20.0)

        assert (await state.get(session.id)).data == {"n": 1}
        assert [name async for name in state.scan()] == [session.id]


async def test_a_session_that_ends_while_it_is_written_is_gone(clock):
    """The write of a session whose end comes meanwhile raises NotFoundError."""
    async with AsyncStateManager(now=clock) as state:
        session = await state.create({}, lifetime=10.0)
        with pytest.raises(NotFoundError):
            await state.update(session.id, lambda _: clock.advance(10.0))
