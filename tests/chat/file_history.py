"""Conversations in one file that several processes share, and a program that answers one message with tools.

    python -m tests.chat.file_history FOLDER BASE_URL MODE

MODE is "book" (call the tool), "kill" (end without warning between the effect and its record), "slow" (the effect takes
a moment) or "approve" (decide about the call "a").
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import json
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asyncassist import CachedChatbot, Message, Tool
from asyncassist._stores.memory_history import MemoryHistory, select_page

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator, Sequence


class FileHistory:
    """History in a file of JSON lines; a lock of the operating system, which ends with its process, serializes turns."""

    def __init__(self, folder: Path, *, serialize: bool = True) -> None:
        self._path = folder / "messages"
        self._turn = folder / "turn"
        self._serialize = serialize

    @contextlib.contextmanager
    def _lock(self, path: Path) -> Generator[None]:
        with path.open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    async def append(
        self,
        conversation_id: str,
        messages: Sequence[Message],
        *,
        user: str | None = None,
        expected_version: int | None = None,
        request_id: str | None = None,
    ) -> int:
        return await asyncio.to_thread(self._append, messages, expected_version, request_id)

    def _append(self, messages: Sequence[Message], expected_version: int | None, request_id: str | None) -> int:
        with self._lock(self._path.with_suffix(".lock")):
            memory = self._load()
            version = memory.append_prepared("k", messages, expected_version=expected_version, request_id=request_id)
            facts = {"request_id": request_id, "messages": [message.to_dict() for message in messages]}
            with self._path.open("a") as file:
                file.write(json.dumps(facts) + "\n")
                file.flush()
                os.fsync(file.fileno())
            return version

    def _load(self) -> MemoryHistory:
        memory = MemoryHistory()
        lines = self._path.read_text().splitlines() if self._path.exists() else []
        for facts in map(json.loads, lines):
            messages = [Message.of(item) for item in facts["messages"]]
            memory.append_prepared("k", messages, request_id=facts["request_id"])
        return memory

    async def messages(
        self, conversation_id: str, *, user: str | None = None, limit: int | None = None, before: int | None = None
    ) -> list[Message]:
        memory = await asyncio.to_thread(self._load)
        return select_page(memory.read("k"), limit, before)

    async def forget(self, conversation_id: str, *, user: str | None = None) -> bool:
        raise NotImplementedError

    @contextlib.asynccontextmanager
    async def turn(self, conversation_id: str, *, user: str | None = None) -> AsyncGenerator[None]:
        if not self._serialize:
            yield
            return
        file = await asyncio.to_thread(self._turn.open, "a")
        await asyncio.to_thread(fcntl.flock, file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            file.close()


def booking_tool(folder: Path, mode: str) -> Tool:
    """Return a tool whose effect is a line in a file."""

    async def book(hotel: str) -> str:
        with (folder / "effects").open("a") as file:
            file.write(f"{hotel}\n")
            file.flush()
            os.fsync(file.fileno())
        if mode == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if mode == "slow":
            await asyncio.sleep(0.2)
        return f"booked {hotel}"

    return Tool(book, needs_approval=mode == "approve")


async def main(folder: Path, base_url: str, mode: str) -> None:
    """Answer one message, or decide about its call, and print the reply as JSON."""
    history = FileHistory(folder, serialize=mode != "race")
    tools = [booking_tool(folder, mode)]
    async with CachedChatbot(model="m", base_url=base_url, history=history, tools=tools) as bot:
        if mode == "approve":
            reply = await bot.resolve("c", {"a": True})
        else:
            request_id = None if mode == "slow" else "r"
            reply = await bot.reply("Book", conversation_id="c", request_id=request_id)
    print(json.dumps(reply.to_dict()))


async def run_program(folder: Path, base_url: str, mode: str) -> tuple[int, dict[str, Any]]:
    """Run the program in a process of its own and return its exit code and its reply."""
    command = [sys.executable, "-m", "tests.chat.file_history", str(folder), base_url, mode]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    output, _ = await process.communicate()
    return process.returncode or 0, json.loads(output or b"{}")


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2], sys.argv[3]))
