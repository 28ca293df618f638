"""Fixtures shared with the tests of session state."""

from __future__ import annotations

from tests.state.conftest import prefix, server_urls, valkey_url

__all__ = ["prefix", "server_urls", "valkey_url"]
