"""Scripts of the airline under faults: every effect at most once, every one that is not known reported.

The requests of a script are answered in processes of their own, which the faults end, interrupt and cut off from their
store. `airline_matrix` is the program that runs all of them.
"""

from __future__ import annotations

import asyncio
import dataclasses
import itertools
import multiprocessing
import os
import signal
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from asyncassist import CachedChatbot, Message, Retry, Timeout
from asyncassist.errors import ConversationBusyError, StateUnavailableError
from asyncassist.testing import FakeFault, FakeOpenAI
from tests.chat.airline import READING, AirlineFiles, AirlineModel, airline_tools, data_after, effects_of, make_script
from tests.chat.file_history import FileHistory

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from multiprocessing.connection import Connection

    Part = Literal["intent", "result", "answer"]

# What goes wrong, and when: the effects all happen ...
WHOLE = (
    "killed before an intent",
    "killed before a result",
    "killed after a result",
    "killed before the answer",
    "killed after the answer",
    "timeout after an effect",
    "caller cancelled after an effect",
    "caller cancelled before the answer",
    "stream left after an effect",
    "store away before a result",
    "store away before the answer",
    "429",
    "500",
    "disconnect",
    "malformed",
    "model away at first",
    "ids repeated",
    "request delivered twice",
    "request delivered twice, turns not serialized",
    "decided in another process",
    "decided twice at once",
)
# ... or some of one step do not, and are reported as uncertain or failed.
PARTIAL = (
    "killed after an effect",
    "killed after a decided effect",
    "killed before an effect",
    "killed after an intent",
    "error before an effect",
    "store away before an intent",
)
FAULTS = ("none", *WHOLE, *PARTIAL)
_MODEL_FAULTS = {
    "429": FakeFault("status", status=429, retry_after=0),
    "500": FakeFault("status", status=500),
    "disconnect": FakeFault("disconnect"),
    "malformed": FakeFault("malformed"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What one process does.

    Attributes:
        folder: Folder of the data and the conversation.
        base_url: URL of the model.
        wire: Wire to the model.
        turns: Number of the script and of each turn, and its request id.
        decide: Whether calls that wait are allowed, instead of asking.
        fault: The fault; "none" for none.
        at: Which effect, or which append, it hits, from 1.
    """

    folder: Path
    base_url: str
    wire: Any
    turns: Sequence[tuple[int, int, str]] = ()
    decide: tuple[str, ...] = ()
    fault: str = "none"
    at: int = 1

    @property
    def needs_approval(self) -> bool:
        return "decided" in self.fault


def part_of(messages: Sequence[Message]) -> Part:
    """Return what an append stores."""
    if messages[-1].role == "assistant" and "tool_calls" not in messages[-1].metadata:
        return "answer"
    return "intent" if any("tool_calls" in message.metadata for message in messages) else "result"


class FaultyHistory(FileHistory):
    """History in files whose appends the fault of a job hits."""

    def __init__(self, job: Job) -> None:
        super().__init__(job.folder, serialize="not serialized" not in job.fault)
        self._fault, self._at = job.fault, job.at
        self._counts: Counter[str] = Counter()

    async def append(self, conversation_id: str, messages: Sequence[Message], **options: Any) -> int:
        part = part_of(messages)
        self._counts[part] += 1
        hit = self._counts[part] == (1 if part == "answer" else self._at)
        if hit and self._fault == "caller cancelled before the answer" and part == "answer":
            raise asyncio.CancelledError
        place = f"{'the' if part == 'answer' else 'an' if part == 'intent' else 'a'} {part}"
        if hit and self._fault == f"killed before {place}":
            end()
        if hit and self._fault == f"store away before {place}":
            raise StateUnavailableError
        version = await super().append(conversation_id, messages, **options)
        if hit and self._fault == f"killed after {place}":
            end()
        return version


def end() -> None:
    """End this process without warning."""
    os.kill(os.getpid(), signal.SIGKILL)


@dataclass
class Effects:
    """Runs the effects of a job, and lets the fault hit one of them."""

    job: Job
    count: int = 0
    happened: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, happen: Callable[[], Any]) -> Any:
        self.count += 1
        fault = self.job.fault if self.count == self.job.at else "none"
        if fault == "killed before an effect":
            end()
        if fault == "error before an effect":
            raise RuntimeError("no connection to the booking system")
        changed = happen()
        if fault in {"killed after an effect", "killed after a decided effect"}:
            end()
        if fault in {"timeout after an effect", "caller cancelled after an effect", "stream left after an effect"}:
            self.happened.set()
            await asyncio.Event().wait()
        return changed


async def work(job: Job) -> list[Any]:
    """Do a job and return the replies."""
    effects = Effects(job)
    files = AirlineFiles(job.folder)
    timeout = 0.3 if job.fault.startswith("timeout") else 30.0
    tools = airline_tools(files, effects, needs_approval=job.needs_approval, timeout=timeout)
    replies: list[Any] = []
    async with CachedChatbot(
        model="gpt-5",
        base_url=job.base_url,
        wire=job.wire,
        history=FaultyHistory(job),
        tools=tools,
        timeout=Timeout(total=60.0),
        retry=Retry(attempts=1 if job.fault == "model away at first" else 3, base=0.01, cap=0.02),
        max_history_tokens=50_000,
    ) as bot:
        if job.decide:
            reply = await bot.resolve("c", dict.fromkeys(job.decide, True))
            return [reply.to_dict()]
        for number, turn, request_id in job.turns:
            message = f"Please do script {number}, turn {turn}."
            try:
                if job.fault == "caller cancelled after an effect":
                    task = asyncio.ensure_future(bot.reply(message, conversation_id="c", request_id=request_id))
                    await asyncio.wait(
                        [task, asyncio.ensure_future(effects.happened.wait())], return_when=asyncio.FIRST_COMPLETED
                    )
                    task.cancel()
                    await asyncio.wait([task])
                elif job.fault == "stream left after an effect":
                    async with bot.stream(message, conversation_id="c", request_id=request_id):
                        await effects.happened.wait()
                else:
                    reply = await bot.reply(message, conversation_id="c", request_id=request_id)
                    replies.append(reply.to_dict())
            except (ConversationBusyError, asyncio.CancelledError) as error:
                replies.append({"error": type(error).__name__})
    return replies


def run(job: Job, connection: Connection) -> None:
    """Do a job in this process and send the replies."""
    connection.send(asyncio.run(work(job)))


_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload([__name__])  # a process then starts in a hundredth of the time of the imports


def run_in_process(job: Job) -> list[Any]:
    """Do a job in a process of its own; no replies if it was ended."""
    ours, theirs = _context.Pipe(duplex=False)
    process = _context.Process(target=run, args=(job, theirs))
    process.start()
    theirs.close()
    try:
        replies: list[Any] = ours.recv()
    except EOFError:
        if "killed" not in job.fault:
            raise
        replies = []
    process.join()
    ours.close()
    return replies


async def run_jobs(*jobs: Job) -> list[Any]:
    """Do jobs at the same time and return their replies."""
    busy = [job for job in jobs if job.turns or job.decide]
    found = await asyncio.gather(*(asyncio.to_thread(run_in_process, job) for job in busy))
    return list(itertools.chain.from_iterable(found))


@dataclass
class Case:
    """One script with one fault."""

    number: int
    fault: str
    folder: Path
    server: FakeOpenAI
    model: AirlineModel

    async def problems(self) -> list[str]:
        """Run the script with the fault in one of its turns, and return what was wrong."""
        script = make_script(self.number)
        hit = self.number % len(script)
        effect_steps = [step for step in script[hit] if any(name not in READING for name, _ in step)]
        effects = sum(name not in READING for step in script[hit] for name, _ in step)
        bound = len(effect_steps) if "intent" in self.fault else effects
        job = Job(
            folder=self.folder,
            base_url=self.server.base_url,
            wire=("chat", "responses")[self.number % 2],
            fault=self.fault,
            at=1 + self.number % bound,
        )
        self.model.same_ids = self.fault == "ids repeated"
        replies = await run_jobs(self._jobs(job, range(hit)))
        replies += await self._faulty_turn(job, hit, len(script[hit]))
        replies += await run_jobs(self._jobs(job, range(hit, len(script))))
        return [*self._wrong(replies, script), *self._wrong_end(replies)]

    def _jobs(self, job: Job, turns: range) -> Job:
        requests = [(self.number, turn, f"r{turn}") for turn in turns]
        return Job(folder=job.folder, base_url=job.base_url, wire=job.wire, turns=requests)

    async def _faulty_turn(self, job: Job, turn: int, steps: int) -> list[Any]:
        """Deliver the request of a turn under the fault."""
        faulty = dataclasses.replace(job, turns=self._jobs(job, range(turn, turn + 1)).turns)
        if self.fault in _MODEL_FAULTS:
            self.model.fault, self.model.fault_after = _MODEL_FAULTS[self.fault], self.number % (steps + 1)
        if self.fault == "model away at first":
            self.model.fault, self.model.fault_after = FakeFault("status", status=503), 0
            faulty = dataclasses.replace(faulty, turns=[(self.number, turn, "away")])
        twice = "delivered twice" in self.fault
        replies = await run_jobs(*[faulty] * (2 if twice else 1))
        return replies + (await self._decide(job, replies[-1]) if job.needs_approval else [])

    async def _decide(self, job: Job, reply: Any) -> list[Any]:
        """Allow what waits, until nothing does."""
        replies: list[Any] = []
        killed = False
        while reply.get("pending"):
            decide = tuple(call["call_id"] for call in reply["pending"])
            fault = job.fault if not killed else "decided in another process"
            decision = dataclasses.replace(job, decide=decide, fault=fault, at=1)
            found = await run_jobs(*[decision] * (2 if job.fault == "decided twice at once" else 1))
            killed = killed or not found
            if found:
                replies += found
                reply = found[-1]
        return replies

    def _wrong(self, replies: Sequence[Any], script: Any) -> list[str]:
        files = AirlineFiles(self.folder)
        happened = Counter(effect["call_id"] for effect in files.effects())
        outcomes = {
            step["call_id"]: (step["name"], step["outcome"]) for reply in replies for step in reply.get("steps", ())
        }
        reported = {call_id: outcome for call_id, (name, outcome) in outcomes.items() if name not in READING}
        wrong = [f"effect of {call_id} happened {count} times" for call_id, count in happened.items() if count > 1]
        wrong += [
            f"effect of {call_id} happened, but is {reported.get(call_id)}"
            for call_id in happened
            if reported.get(call_id) not in {"done", "uncertain"}
        ]
        wrong += [
            f"{call_id} is done, but did not happen"
            for call_id, outcome in reported.items()
            if outcome == "done" and call_id not in happened
        ]
        if len(reported) != len(effects_of(script)):
            wrong.append(f"{len(reported)} effects reported of {len(effects_of(script))}")
        steps = [step for reply in replies for step in reply.get("steps", ())]
        missing = [
            (step["name"], step["arguments"]) for step in steps if step["call_id"] in reported.keys() - happened.keys()
        ]
        if files.data() != data_after([[[call for call in effects_of(script) if call not in missing]]]):
            wrong.append("the data are not those of the script")
        if missing and self.fault not in PARTIAL:
            wrong.append(f"did not happen: {missing}")
        interrupting = (
            "killed after an effect",
            "timeout",
            "caller cancelled after",
            "stream left",
            "killed after a dec",
        )
        if self.fault.startswith(interrupting) and "uncertain" not in reported.values():
            wrong.append("nothing is uncertain")
        if self.fault in {"none", "429", "500", "disconnect", "malformed"} and set(reported.values()) != {"done"}:
            wrong.append("not all is done")
        return wrong

    def _wrong_end(self, replies: Sequence[Any]) -> list[str]:
        last = replies[-1] if replies else {}
        wrong = [] if last.get("text") == "All done." else [f"last reply: {last.get('text')!r}, {last.get('reason')}"]
        refused = [reply for reply in replies if reply.get("source") == "fallback"]
        if refused and self.fault != "model away at first":
            wrong.append(f"fallback: {refused[0].get('reason')}")
        return wrong


async def run_cases(scripts: Sequence[int], faults: Sequence[str], *, at_once: int = 2) -> tuple[int, list[str]]:
    """Run scripts with faults and return how many cases there were, and what was wrong."""
    _context.set_forkserver_preload(
        ["tests.chat.airline_faults", "openai.resources.chat", "openai.resources.responses"]
    )
    cases = iter([(number, fault) for number in scripts for fault in faults])
    wrong: list[str] = []
    count = 0

    async def worker() -> None:
        nonlocal count
        for number, fault in cases:
            count += 1
            model = AirlineModel()
            with tempfile.TemporaryDirectory() as folder:
                async with FakeOpenAI(answer=model) as server:
                    problems = await Case(number, fault, Path(folder), server, model).problems()
            wrong.extend(f"script {number}, {fault}: {problem}" for problem in problems)

    async with asyncio.TaskGroup() as group:
        for _ in range(at_once):
            group.create_task(worker())
    return count, wrong
