"""BoundMethods: what is held, and for how long."""

from __future__ import annotations

import pytest

from asyncassist._state.bound_methods import BoundMethods
from asyncassist.errors import InvalidInputError


class Owner:
    """Object with a method."""

    def clear(self, _: str) -> int:
        return 1


def test_methods_are_held_while_their_objects_exist():
    """They come in the order in which they were added; one whose object is gone is dropped."""
    methods = BoundMethods()
    owners = [Owner() for _ in range(3)]
    for owner in owners:
        methods.add("clear", owner.clear)

    del owner, owners[1]
    methods.add("clear", owners[0].clear)

    assert list(methods) == [owners[0].clear, owners[1].clear, owners[0].clear]


@pytest.mark.parametrize(
    "method", [None, print, Owner.clear, lambda _: 1], ids=["none", "builtin", "function", "lambda"]
)
def test_only_bound_methods_are_taken(method):
    """Anything else is refused with the name of the argument: held weakly, it would be gone at once."""
    with pytest.raises(InvalidInputError) as caught:
        BoundMethods().add("clear", method)

    assert caught.value.field == "clear"
