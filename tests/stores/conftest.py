"""Fixtures shared with the tests of session state."""

from __future__ import annotations

from tests.state.conftest import empty_postgres_url, prefix, server_urls, valkey_url

__all__ = ["empty_postgres_url", "prefix", "server_urls", "valkey_url"]
