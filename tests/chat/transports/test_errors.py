"""Failures of a request: what a server says about an error status."""

from __future__ import annotations

import pytest

from asyncassist._chat.transports.errors import StatusReceivedError


@pytest.mark.parametrize(
    ("body", "facts"),
    [
        ({"error": {"code": "c", "param": "p"}}, ("c", "p")),
        ({"code": "c"}, ("c", None)),
        ({"error": "no object"}, (None, None)),
        ([{"code": "c"}], (None, None)),
        (None, (None, None)),
    ],
)
def test_code_and_parameter_are_read_leniently(body: object, facts: tuple[object, object]):
    """Inside `error` or beside it; anything else has neither."""
    error = StatusReceivedError(400, {}, body)

    assert (error.code, error.param) == facts
