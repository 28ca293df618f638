"""Sessions and appends in PostgreSQL compared with asyncpg, in one run: `python -m benchmarks.postgres [--quick]`.

The bare group commit sends what arrived while the database worked as one versioned statement, without ids that make a
call idempotent, owners, anchors, errors and outages: what a group commit costs at the least.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import secrets
import sys
from typing import Any

from asyncassist import AsyncStateManager
from benchmarks.report import Report
from benchmarks.state import AT_ONCE, DATA, QUICK, TEXT, compare, run_concurrently
from tests.servers import Postgres

ROUNDS = 5
TABLES = """
CREATE TABLE bare_conversations (id text PRIMARY KEY, version bigint NOT NULL);
CREATE TABLE bare_messages (conversation text, seq bigint, id text, role text, content text, at timestamptz,
  PRIMARY KEY (conversation, seq));
CREATE TABLE bare_sessions (id text PRIMARY KEY, version bigint NOT NULL, data text NOT NULL);
"""
APPEND = """
WITH given AS (
  SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::timestamptz[])
    AS g (conversation, version, id, content, at)
), updated AS (
  UPDATE bare_conversations AS c SET version = c.version + 1 FROM given AS g
  WHERE c.id = g.conversation AND c.version = g.version RETURNING c.id, c.version
)
INSERT INTO bare_messages SELECT u.id, u.version, g.id, 'user', g.content, g.at
FROM updated AS u JOIN given AS g ON g.conversation = u.id RETURNING conversation, seq
"""
SAVE = """
INSERT INTO bare_sessions AS s SELECT id, 1, data FROM unnest($1::text[], $2::text[]) AS g (id, data)
ON CONFLICT (id) DO UPDATE SET version = s.version + 1, data = excluded.data RETURNING id, version
"""
SINGLE_APPEND = """
WITH updated AS (
  UPDATE bare_conversations SET version = version + 1 WHERE id = $1 AND version = $2 RETURNING version
)
INSERT INTO bare_messages SELECT $1, version, $3, 'user', $4, $5 FROM updated RETURNING seq
"""
SINGLE_SAVE = """
INSERT INTO bare_sessions AS s VALUES ($1, 1, $2)
ON CONFLICT (id) DO UPDATE SET version = s.version + 1, data = excluded.data RETURNING version
"""


class BareGroupCommit:
    """Queue whose rows are sent together by one task; the first column of a row is its key.

    Args:
        pool: Pool of asyncpg.
        statement: Takes the columns, and returns key and version of each row.
    """

    def __init__(self, pool: Any, statement: str) -> None:
        self.pool = pool
        self.statement = statement
        self.pending: list[tuple[tuple[Any, ...], asyncio.Future[int]]] = []
        self.task: asyncio.Task[None] | None = None

    async def submit(self, *row: Any) -> int:
        done: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self.pending.append((row, done))
        if self.task is None:
            self.task = asyncio.create_task(self.commit())
        return await done

    async def commit(self) -> None:
        await asyncio.sleep(0)
        while self.pending:
            group, self.pending = self.pending, []
            columns = [list(column) for column in zip(*(row for row, _ in group), strict=True)]
            versions = dict(await self.pool.fetch(self.statement, *columns))
            for row, done in group:
                done.set_result(versions[row[0]])
        self.task = None


async def run(report: Report, url: str) -> None:
    """Report versioned appends of one message, and writes and reads of sessions."""
    import asyncpg

    count = 1_000 if QUICK else 5_000
    pool = await asyncpg.create_pool(url, min_size=8, max_size=8)
    await pool.execute(TABLES)
    names = [f"t{number}" for number in range(AT_ONCE)]
    singles = [f"single-{name}" for name in names]
    await pool.executemany("INSERT INTO bare_conversations VALUES ($1, 0)", [(name,) for name in (*names, *singles)])
    appends, saves = BareGroupCommit(pool, APPEND), BareGroupCommit(pool, SAVE)
    versions = {who: [0] * AT_ONCE for who in ("ours", "bare", "single")}

    def message() -> tuple[str, str, dt.datetime]:
        return secrets.token_hex(10), TEXT, dt.datetime.now(dt.UTC)

    async def bare_append(number: int) -> None:
        at = number % AT_ONCE
        versions["bare"][at] = await appends.submit(names[at], versions["bare"][at], *message())

    async def single_append(number: int) -> None:
        at = number % AT_ONCE
        versions["single"][at] = await pool.fetchval(SINGLE_APPEND, singles[at], versions["single"][at], *message())

    async def bare_save(number: int) -> None:
        await saves.submit(names[number % AT_ONCE], json.dumps(DATA))

    async def single_save(number: int) -> None:
        await pool.fetchval(SINGLE_SAVE, singles[number % AT_ONCE], json.dumps(DATA))

    async def single_get(number: int) -> None:
        json.loads(await pool.fetchval("SELECT data FROM bare_sessions WHERE id = $1", singles[number % AT_ONCE]))

    async with AsyncStateManager(postgres=url, timeout=10.0) as state:

        async def append(number: int) -> None:
            at = number % AT_ONCE
            versions["ours"][at] = await state.append(
                names[at], [{"role": "user", "content": TEXT}], expected_version=versions["ours"][at]
            )

        async def save(number: int) -> None:
            await state.save(names[number % AT_ONCE], DATA)

        async def get(number: int) -> None:
            assert await state.get(names[number % AT_ONCE]) is not None

        bare, single = "asyncpg, bare group commit", "asyncpg, one statement each"
        works = {
            "append": {"asyncassist": append, bare: bare_append, single: single_append},
            "session write": {"asyncassist": save, bare: bare_save, single: single_save},
            "session read": {"asyncassist": get, single: single_get},
        }
        for what, contestants in works.items():
            rates: dict[str, list[tuple[float, float]]] = {}
            for _ in range(ROUNDS):
                for name, work in contestants.items():
                    rates.setdefault(name, []).append(await run_concurrently(work, count))
            compare(report, f"PostgreSQL {what}, {AT_ONCE} concurrent", rates, single)
    await pool.close()


def main() -> int:
    report = Report(
        "postgres", "Sessions and appends in PostgreSQL; ratios to single statements", ("asyncpg", "msgspec")
    )
    server = Postgres().start()
    try:
        asyncio.run(run(report, server.url))
    finally:
        server.stop()
    report.write()
    return 0


if __name__ == "__main__":
    sys.exit(main())
