"""Command `mcp`: the tools of the Model Context Protocol on standard input and output."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
import threading
from typing import TYPE_CHECKING, Any, BinaryIO

from asyncassist._lifecycle import cancel_and_wait
from asyncassist.flights import AsyncFlightClient
from asyncassist.nlp import AsyncNLPEngine
from asyncassist.web import strict_json
from asyncassist.web.mcp import Server, Toolbox, messages
from asyncassist.web.mcp.messages import LEGACY, MODERN, RPCError
from asyncassist.web.problem import ProblemError, problem_of
from asyncassist.web.settings import WebSettings

if TYPE_CHECKING:
    from asyncassist._cli.console import Console

logger = logging.getLogger("asyncassist.mcp")

_MAX_RUNNING = 16  # requests at once; further lines are read when one has ended
_GRACE = 5.0  # seconds that requests have when the input has ended


def run(_console: Console) -> int:
    """Answer messages of standard input until its end. Nothing but messages is written to standard output.

    Returns:
        The exit status, always 0.

    Raises:
        ConfigurationError: A variable has an invalid value.
    """
    output = sys.stdout.buffer
    # What anything else prints would be read as messages.
    with contextlib.redirect_stdout(sys.stderr):
        asyncio.run(_serve(sys.stdin.buffer, output))
    return 0


async def _serve(source: BinaryIO, output: BinaryIO) -> None:
    settings = WebSettings.from_env()
    async with AsyncFlightClient.from_env() as flights, AsyncNLPEngine.from_env() as nlp:

        async def flight_client() -> AsyncFlightClient:
            return flights

        async def engine() -> AsyncNLPEngine:
            return nlp

        tools = Toolbox(flights=flight_client, nlp=engine, max_text=settings.max_message)
        await StdioServer(Server(tools, report), output, max_line=settings.max_body).serve(source)


def report(error: Exception) -> ProblemError:
    """Translate an error of a tool, and log its type."""
    problem = problem_of(error, ())
    if problem.status >= 500:
        logger.error("a tool failed: %s", type(error).__name__)
    return problem


class StdioServer:
    """Server over a pair of byte streams: a message for each line.

    Args:
        server: Server that answers the requests.
        output: Stream of the responses.
        max_line: Longest line in bytes.
        grace: Seconds that running requests have when the input has ended.
    """

    def __init__(self, server: Server, output: BinaryIO, *, max_line: int, grace: float = _GRACE) -> None:
        self._server = server
        self._output = output
        self._max_line = max_line
        self._grace = grace
        self._version = LEGACY[0]
        self._running: dict[int | str, asyncio.Task[None]] = {}
        self._slots = asyncio.Semaphore(_MAX_RUNNING)
        self._write_lock = asyncio.Lock()

    async def serve(self, source: BinaryIO) -> None:
        """Answer the messages of a stream until its end; requests that then run on for too long are cancelled."""
        loop = asyncio.get_running_loop()
        lines: asyncio.Queue[bytes] = asyncio.Queue()
        wanted = threading.Semaphore(1)

        def read() -> None:
            # A thread of its own, which need not end: a pipe that is read from cannot be interrupted.
            line = b"\n"
            while line:
                wanted.acquire()
                line = source.readline(self._max_line + 1)
                with contextlib.suppress(RuntimeError):  # the loop is closed
                    loop.call_soon_threadsafe(lines.put_nowait, line)

        threading.Thread(target=read, daemon=True, name="asyncassist-mcp").start()
        is_cut = False
        try:
            while line := await lines.get():
                is_rest, is_cut = is_cut, not line.endswith(b"\n") and len(line) > self._max_line
                if is_cut and not is_rest:
                    await self._write(RPCError(messages.INVALID_REQUEST, "the message is too long").to_dict(None))
                elif not is_rest and line.strip():
                    await self._handle_line(line)
                wanted.release()
            if self._running:
                await asyncio.wait(self._running.values(), timeout=self._grace)
        finally:
            await cancel_and_wait(*self._running.values())

    async def _handle_line(self, line: bytes) -> None:
        try:
            value = strict_json.decode(line)
        except ProblemError as problem:
            await self._write(RPCError(messages.PARSE_ERROR, problem.detail).to_dict(None))
            return
        if isinstance(value, list) and value and self._version == messages.WITHOUT_HEADER:
            found = [answer for item in value if (answer := await self._answer(item)) is not None]
            if found:
                await self._write(found)
            return
        request_id = messages.request_id_of(value)
        if request_id is None:
            answer = self._notice(value)
            if answer is not None:
                await self._write(answer)
        elif request_id in self._running:
            await self._write(RPCError(messages.INVALID_REQUEST, "the id is in use").to_dict(request_id))
        else:
            await self._slots.acquire()
            task = asyncio.get_running_loop().create_task(self._respond(value))
            self._running[request_id] = task
            task.add_done_callback(lambda _: self._end(request_id))
            if messages.method_of(value) == "initialize":
                await task  # its version decides how the next line is read

    def _end(self, request_id: int | str) -> None:
        del self._running[request_id]
        self._slots.release()

    def _notice(self, value: Any) -> dict[str, Any] | None:
        """Take a notification, of which one can cancel a request; return an error if it is none."""
        try:
            message = messages.parse_message(value)
        except RPCError as error:
            return error.to_dict(None)
        if message.method == "notifications/cancelled":
            named = message.params.get("requestId")
            task = self._running.get(named) if isinstance(named, int | str) else None
            if task is not None:
                task.cancel()
        return None

    async def _respond(self, value: Any) -> None:
        await self._write(await self._answer(value))

    async def _answer(self, value: Any) -> dict[str, Any] | None:
        """Return the response to a message, None for a notification."""
        request_id = messages.request_id_of(value)
        try:
            message = messages.parse_message(value)
            if message.id is None:
                return None
            if message.is_modern:
                messages.check_version(messages.check_meta(message), MODERN)
            answer = await self._server.answer(message)
        except RPCError as error:
            return error.to_dict(request_id)
        except ProblemError as problem:
            return RPCError(messages.INTERNAL_ERROR, problem.detail).to_dict(request_id)
        if message.method == "initialize":
            self._version = answer["result"]["protocolVersion"]
        return answer

    async def _write(self, value: Any) -> None:
        # A client that has gone ends its input too.
        async with self._write_lock:
            with contextlib.suppress(BrokenPipeError):
                await asyncio.to_thread(self._write_line, strict_json.encode(value) + b"\n")

    def _write_line(self, line: bytes) -> None:
        self._output.write(line)
        self._output.flush()
