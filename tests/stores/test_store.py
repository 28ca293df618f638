"""Seam of the stores: the prefix of keys."""

from __future__ import annotations

import pytest

from asyncassist._stores.store import check_prefix
from asyncassist.errors import ConfigurationError


@pytest.mark.parametrize("prefix", ["a{b", "a}b", "a b", "x" * 65, "é", "a\n", 5, None], ids=repr)
def test_an_invalid_prefix_is_refused(prefix):
    """Braces and blanks would make keys of different prefixes collide."""
    with pytest.raises(ConfigurationError) as caught:
        check_prefix(prefix)

    assert caught.value.field == "prefix"
    assert check_prefix("") == ""
    assert check_prefix("app:v1*") == "app:v1*"
