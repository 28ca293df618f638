"""Consoles, and an environment in which nothing is configured."""

import io
import os
import socket

import pytest

from asyncassist._cli.console import PlainConsole, RichConsole


@pytest.fixture(autouse=True)
def _nothing_configured(monkeypatch):
    """Remove the package's environment variables, which the commands read."""
    for name in list(os.environ):
        if name.startswith(("ASYNCASSIST_", "OPENAI_", "AMADEUS_", "DUFFEL_")):
            monkeypatch.delenv(name)


@pytest.fixture(params=[PlainConsole, RichConsole], ids=lambda kind: kind.__name__)
def console_and_output(request):
    """A console of each kind and the stream that it writes to."""
    out = io.StringIO()
    return request.param(out), out


@pytest.fixture
def unused_port():
    """A port on which nothing listens, held until the test ends."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]
