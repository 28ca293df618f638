"""The two example apps and the upstream server they call, started once for all tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.web.components import ADMIN, TRUSTED
from tests.web.example_apps import App
from tests.web.upstream import KEY, Upstream

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def upstream() -> Iterator[Upstream]:
    """OpenAI-compatible model server with some plain services."""
    with Upstream() as server:
        yield server


@pytest.fixture(scope="session")
def environment(upstream: Upstream) -> dict[str, str]:
    """Environment variables of both apps."""
    return {
        "OPENAI_BASE_URL": f"{upstream.url}/v1",
        "OPENAI_API_KEY": KEY,
        "ASYNCASSIST_MODEL": "test-model",
        "ASYNCASSIST_ADMIN_TOKEN": ADMIN,
        "ASYNCASSIST_ON_DISCONNECT": "cancel",
        "ASYNCASSIST_TRUSTED_ORIGINS": TRUSTED,
        "ASYNCASSIST_SERVICES": f"good={upstream.url}/up,bad={upstream.url}/down,gone=http://127.0.0.1:9/",
    }


@pytest.fixture(scope="session")
def apps(environment: dict[str, str]) -> Iterator[dict[str, App]]:
    """Both apps by name, started concurrently."""
    found = {kind: App(kind, **environment).launch() for kind in ("fastapi", "flask")}
    for app in found.values():
        app.ready()
    yield found
    for app in found.values():
        app.__exit__()


@pytest.fixture(params=["fastapi", "flask"])
def app(request: pytest.FixtureRequest, apps: dict[str, App]) -> App:
    """Each of the two apps in turn."""
    return apps[request.param]
