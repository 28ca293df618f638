"""Files of JSON in a folder that the processes of one machine share.

Calls on one file take turns by locks of the system, which end with their holder. A file is replaced as a whole, once
its new content is on the disk. The file system must tell small letters from capitals.
"""

import asyncio
import fcntl
import json
import os
import secrets
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from asyncassist.errors import StateUnavailableError

T = TypeVar("T")


class Folder:
    """Files of JSON objects. An object without fields is no file."""

    def __init__(self, folder: Path | str, *, clock: Callable[[], float] = time.time) -> None:
        self.folder = Path(folder)
        self.clock = clock

    async def change(self, place: str, work: Callable[[dict[str, Any]], T]) -> T:
        """Run a function on the content of a file, which it may change, and return its result."""
        try:
            return await asyncio.to_thread(self._change, self.folder / f"{place}.json", work)
        except OSError as error:
            raise StateUnavailableError("the folder cannot be used") from error

    def _change(self, path: Path, work: Callable[[dict[str, Any]], T]) -> T:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.folder / f"{zlib.crc32(str(path).encode()) % 64}.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            before = path.read_text() if path.exists() else "{}"
            content = json.loads(before)
            result = work(content)
            after = json.dumps(content)
            if not content:
                path.unlink(missing_ok=True)
            elif after != before:
                new = path.with_suffix(".new")
                with new.open("w") as file:
                    file.write(after)
                    file.flush()
                    os.fsync(file.fileno())
                new.replace(path)
            return result

    async def probe(self) -> None:
        await self.change("probe", lambda _: None)

    async def read_salt(self, owner: str) -> bytes:
        salt = await self.change(f"owners/{owner}", lambda found: found.setdefault("salt", secrets.token_hex(16)))
        return bytes.fromhex(salt)

    async def erase_owner(self, owner: str) -> None:
        await self.change(f"owners/{owner}", lambda found: found.clear())
