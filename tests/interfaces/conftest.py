"""Reference clients of the further protocols, which run only by `make test-interfaces`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.web.example_apps import App

if TYPE_CHECKING:
    from collections.abc import Iterator

# The plain test run does not need the packages from npm.
collect_ignore_glob = [] if os.environ.get("ASYNCASSIST_TEST_NPM") else ["test_*.py"]


@pytest.fixture(scope="session", params=["fastapi", "flask"])
def app(request: pytest.FixtureRequest) -> Iterator[App]:
    """Each of the two apps with all interfaces, offline."""
    with App(request.param, ASYNCASSIST_INTERFACES="openai,ai-sdk,ag-ui,mcp") as started:
        yield started
