"""Session ids: the owner and the end that they tell."""

from __future__ import annotations

import pytest

from asyncassist._stores.serialization import owner_digest
from asyncassist._stores.session_ids import (
    new_session_id,
    owned_session_id,
    rotated_id,
    session_end,
    session_owner,
    session_prefix,
)
from asyncassist._validation import check_id


@pytest.mark.parametrize("user", [None, "ana"])
@pytest.mark.parametrize("ends_at", [None, 1_700_000_000.25, 0.001])
def test_an_id_tells_owner_and_end(user, ends_at):
    """Both come back from the id, and from the id of its rotation; no two ids are equal."""
    made = [new_session_id(user=user, ends_at=ends_at) for _ in range(2)]

    for session_id in (*made, rotated_id(made[0])):
        assert check_id("session_id", session_id) == session_id
        assert session_owner(session_id) == owner_digest(user)
        assert session_end(session_id) == ends_at
    assert len({*made, rotated_id(made[0]), rotated_id(made[0])}) == 4


@pytest.mark.parametrize("session_id", ["s1", "u", "user", "u.1.x", "u-.0.", "u-.01.x", f"u-.{'f' * 13}.x", "u-.g.x"])
def test_any_other_id_has_neither(session_id):
    """Ids of the caller's choice that do not have the form have no owner and no end."""
    assert (session_owner(session_id), session_end(session_id)) == ("-", None)
    assert rotated_id(session_id).startswith("s")


def test_a_known_name_belongs_to_its_user():
    """The id of a named session begins with the prefix of the user; without a user it is the name."""
    assert owned_session_id("ana", "trip:1").startswith(session_prefix("ana"))
    assert session_end(owned_session_id("ana", "trip:1")) is None
    assert owned_session_id(None, "trip:1") == "trip:1"
