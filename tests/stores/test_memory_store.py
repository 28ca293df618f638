"""Store in memory: leases, and no calls that wait. The contract tests in tests/state run over it too."""

from __future__ import annotations

import time

from asyncassist._stores.memory_history import MemoryHistory
from asyncassist._stores.memory_store import MemoryStore


async def test_a_lease_belongs_to_its_owner():
    """The same owner renews it with the same token, another one waits, and each holder's token is higher."""
    store = MemoryStore(ttl=60.0, now=time.monotonic, history=MemoryHistory())

    first = await store.acquire("a", "me", 30.0)
    renewed = await store.acquire("a", "me", 30.0)
    refused = await store.acquire("a", "you", 30.0)
    released = [await store.release("a", "you"), await store.release("a", "me"), await store.release("a", "me")]
    second = await store.acquire("a", "you", 30.0)

    assert (first, renewed, refused, second) == (1, 1, None, 2)
    assert released == [False, True, False]
