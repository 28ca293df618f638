"""Migrations of PostgreSQL: applied once, never changed."""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import sys

import asyncpg

from asyncassist import AsyncStateManager, Message
from asyncassist._stores.postgres_migrations import MIGRATIONS
from asyncassist._stores.serialization import owner_digest

DIGESTS = [
    "9fd0ac888fb54156",
    "8c5857a2380b9fbb",
    "8ff6984b605e7ec4",
    "d8e756a1b1b63b53",
    "5bef7cd86ec8c14c",
    "f12d77482b3d415d",
    "e79244ce78bdfb9f",
]


async def test_four_processes_migrate_concurrently(postgres_url, prefix):
    """One process migrates, the others wait, and all of them work."""
    admin = await asyncpg.connect(postgres_url, ssl=False, password="")
    name = prefix[:-1]
    await admin.execute(f"CREATE DATABASE {name}")
    url = postgres_url.rpartition("/")[0] + f"/{name}"
    program = """
import asyncio, sys
from asyncassist import AsyncStateManager
async def main(url, number):
    async with AsyncStateManager(postgres=url, timeout=30.0) as state:
        for _ in range(5):
            await state.append("chat", [{"role": "user", "content": number}])
asyncio.run(main(*sys.argv[1:]))
"""
    processes = [
        await asyncio.create_subprocess_exec(sys.executable, "-c", program, url, str(number)) for number in range(4)
    ]
    assert await asyncio.gather(*(process.wait() for process in processes)) == [0, 0, 0, 0]

    connection = await asyncpg.connect(url, ssl=False, password="")
    assert await connection.fetchval("SELECT count(*) FROM asyncassist.migrations") == len(MIGRATIONS) - 1
    assert await connection.fetchval("SELECT version FROM asyncassist.conversations") == 20
    await connection.close()
    await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await admin.close()


def test_released_migrations_are_never_changed():
    """Databases have applied these texts: a change needs a further migration, whose digest is added here."""
    digests = [hashlib.sha256(text.encode()).hexdigest()[:16] for text in MIGRATIONS]

    assert digests == DIGESTS


async def test_conversations_of_an_earlier_release_are_listed(postgres_url, prefix):
    """A conversation without a time of its first append has that of its first message."""
    user = f"ana {prefix}"
    when = dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
    async with AsyncStateManager(postgres=postgres_url) as state:
        await state.append("c", [Message("user", "hi", created_at=when), Message("assistant", "hi")], user=user)
        connection = await asyncpg.connect(postgres_url, ssl=False, password="")
        owner = owner_digest(user)
        await connection.execute("UPDATE asyncassist.conversations SET created_at = NULL WHERE owner = $1", owner)
        await connection.close()

        (found,) = await state.conversations(user=user)

    assert (found.created_at, found.messages) == (when, 2)
