"""Sessions in a folder that the processes of one machine share: a file of JSON for each."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any

from asyncassist.stores import ABSENT, SessionRecord, Write, WriteResult, compare_and_set
from examples.folder_files import Folder


class FolderSessions(Folder):
    """A `SessionStore`; sessions that are not used for `ttl` seconds expire, unless they have a TTL of their own."""

    def __init__(self, folder: Path | str, *, ttl: float = 1800.0, clock: Callable[[], float] = time.time) -> None:
        super().__init__(folder, clock=clock)
        self.ttl = ttl

    async def read(self, session_id: str, *, touch: bool = True) -> SessionRecord:
        def work(content: dict[str, Any]) -> SessionRecord:
            record = self._load(content)
            if touch and record.body is not None:
                content["expires_at"] = self.clock() + (record.ttl or self.ttl)
            return self._load(content)

        return await self.change(f"sessions/{session_id}", work)

    async def read_many(self, ids: Sequence[str], *, touch: bool = True) -> list[SessionRecord]:
        return list(await asyncio.gather(*(self.read(session_id, touch=touch) for session_id in ids)))

    async def write(self, session_id: str, write: Write) -> WriteResult:
        def work(content: dict[str, Any]) -> WriteResult:
            result = compare_and_set(self._load(content), write, self.ttl)
            if result.written:
                record = result.record
                body = None if record.body is None else record.body.decode()
                content.update(version=record.version, body=body, ttl=record.ttl)
                content["expires_at"] = self.clock() + record.expires_in
            return result

        return await self.change(f"sessions/{session_id}", work)

    def _load(self, content: dict[str, Any]) -> SessionRecord:
        left = content.get("expires_at", 0.0) - self.clock()
        if left <= 0:
            content.clear()
            return ABSENT
        body = None if content["body"] is None else content["body"].encode()
        return SessionRecord(content["version"], body, content["ttl"], left)

    async def scan(self) -> AsyncIterator[str]:
        for path in await asyncio.to_thread(lambda: list(self.folder.glob("sessions/*.json"))):
            if (await self.read(path.stem, touch=False)).body is not None:
                yield path.stem

    async def acquire(self, name: str, owner: str, ttl: float) -> int | None:
        def work(lock: dict[str, Any]) -> int | None:
            is_held = bool(lock) and lock["expires_at"] > time.time()
            if is_held and lock["owner"] != owner:
                return None
            token: int = lock["token"] if is_held else time.time_ns()  # rises although released locks are no files
            lock.update(owner=owner, token=token, expires_at=time.time() + ttl)
            return token

        return await self.change(f"locks/{name}", work)

    async def release(self, name: str, owner: str) -> bool:
        def work(lock: dict[str, Any]) -> bool:
            is_held: bool = lock.get("owner") == owner
            if is_held:
                lock.clear()
            return is_held

        return await self.change(f"locks/{name}", work)
