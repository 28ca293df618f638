"""Sessions, conversations and locks in Redis or Valkey."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec

from asyncassist._stores import redis_scripts as scripts
from asyncassist._stores.memory_history import KEPT_REQUESTS
from asyncassist._stores.redis_errors import NoScriptError
from asyncassist._stores.session_records import NEVER, NO_ANCHOR, TOMBSTONE_TTL, Outcome, Record
from asyncassist._types import Message
from asyncassist.errors import ConfigurationError, ConflictError, StateError, StateUnavailableError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from asyncassist._stores.redis_executor import ClusterGate, RedisGate
    from asyncassist._stores.redis_scripts import Script
    from asyncassist._stores.session_records import Stamp, Write

_PREFIX = re.compile(r"[!-z|~]{0,64}", re.ASCII)
_PAGE = 500

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


def check_prefix(prefix: object) -> str:
    """What stands before each key. Without braces and blanks, so that no id reaches another's keys.

    Raises:
        ConfigurationError: It is anything else.
    """
    if not isinstance(prefix, str) or not _PREFIX.fullmatch(prefix):
        raise ConfigurationError("prefix", "must be at most 64 visible ASCII characters without braces")
    return prefix


def _milliseconds(seconds: float) -> int:
    """Whole milliseconds, at least one."""
    return max(1, round(seconds * 1000))


def _text(message: Message) -> bytes:
    """A message as it is kept; its `seq` is the place."""
    facts: dict[str, Any] = {"r": message.role, "c": message.content, "i": message.id}
    if message.created_at is not None:
        facts["t"] = message.created_at.isoformat()
    if message.source is not None:
        facts["s"] = message.source
    if message.metadata:
        facts["m"] = dict(message.metadata)
    return _encode(facts)


def _message(text: bytes, seq: int) -> Message:
    """A message that was kept."""
    facts = _decode(text)
    return Message.of(
        {
            "role": facts["r"],
            "content": facts["c"],
            "id": facts["i"],
            "created_at": facts.get("t"),
            "source": facts.get("s"),
            "metadata": facts.get("m", {}),
            "seq": seq,
        }
    )


class RedisStore:
    """The sessions, the conversations and the locks of one prefix.

    Key: the prefix, a letter for the kind, and the id in braces: no id and no prefix can hold a brace, so no two meet.

    Args:
        gate: Where commands go.
        prefix: Put before each key.
        ttl: Seconds that sessions and conversations live unless they have their own.
        max_messages: Messages kept of a conversation.
        rare_touch: Whether reading slides a session's time only when a tenth of it is over.
    """

    def __init__(
        self, gate: RedisGate | ClusterGate, *, prefix: str, ttl: float, max_messages: int, rare_touch: bool = False
    ) -> None:
        self._gate = gate
        self._touch = "2" if rare_touch else "1"
        self.session_prefix = f"{prefix}s{{"
        self._talk_key = f"{prefix}c{{"
        self._lock_key = f"{prefix}l{{"
        self._ttl = _milliseconds(ttl)
        self._seconds = ttl
        # As long as what was forgotten would have lived: nothing brings it back in that time.
        self._gone = max(self._ttl, _milliseconds(TOMBSTONE_TTL))
        self._max_messages = max_messages

    async def _call(self, script: Script, *call: bytes | str | int) -> Any:
        """Run a script on a key by its digest; by its text on a server that does not know it yet."""
        try:
            return await self._gate.submit(("EVALSHA", script.sha, 1, *call))
        except NoScriptError:
            return await self._gate.submit(("EVAL", script.text, 1, *call))

    async def _call_many(self, script: Script, calls: Sequence[tuple[str | bytes | int, ...]]) -> list[Any]:
        """Run a script many times in one pipeline: the answers, and errors of single ones.

        Raises:
            StateUnavailableError: The store is away. All have ended by then: none writes on behind our back.
        """
        # One future per command and no task: the pipeline has them all before the first is awaited.
        asked = [self._gate.submit(("EVALSHA", script.sha, 1, *call)) for call in calls]
        answers: list[Any] = []
        for future in asked:
            try:
                answers.append(await future)
            except StateError as error:
                answers.append(error)
        unknown = [place for place, answer in enumerate(answers) if isinstance(answer, NoScriptError)]
        if unknown:
            # A server that began anew learns the script by the first; the others go together again.
            try:
                answers[unknown[0]] = await self._call(script, *calls[unknown[0]])
            except StateError as error:
                answers[unknown[0]] = error
            again = await self._call_many(script, [calls[place] for place in unknown[1:]])
            for place, answer in zip(unknown[1:], again, strict=True):
                answers[place] = answer
        for answer in answers:
            if isinstance(answer, StateUnavailableError):
                raise answer
        return answers

    # sessions

    async def read(self, session_id: str, *, touch: bool = True) -> Record:
        """What is there."""
        key = f"{self.session_prefix}{session_id}}}"
        return self._record(await self._call(scripts.READ, key, self._ttl, self._touch if touch else "0"))

    async def read_many(self, ids: Sequence[str], *, touch: bool = True) -> list[Record]:
        """What is there, in order, in one pipeline."""
        more = (self._ttl, self._touch if touch else "0")
        answers = await self._call_many(scripts.READ, [(f"{self.session_prefix}{name}}}", *more) for name in ids])
        for answer in answers:
            if isinstance(answer, StateError):
                raise answer
        return [self._record(answer) for answer in answers]

    async def write(self, session_id: str, write: Write) -> Outcome:
        """Compare and set."""
        return self._outcome(write, await self._call(scripts.WRITE, *self._arguments(session_id, write)))

    async def write_many(self, writes: Sequence[tuple[str, Write]]) -> list[Outcome | StateError]:
        """The same for many sessions, in one pipeline."""
        answers = await self._call_many(scripts.WRITE, [self._arguments(*pair) for pair in writes])
        return [
            answer if isinstance(answer, StateError) else self._outcome(write, answer)
            for (_, write), answer in zip(writes, answers, strict=True)
        ]

    def _arguments(self, session_id: str, write: Write) -> tuple[str | bytes | int, ...]:
        """A write as the script takes it."""
        own = "" if write.ttl is None else _milliseconds(write.ttl)
        facts = (write.mode, write.expected, write.count, write.body or b"", own, self._ttl)
        return (f"{self.session_prefix}{session_id}}}", *facts, *_stamps(write.stamps))

    def _outcome(self, write: Write, answer: Any) -> Outcome:
        """What the script says became of a write."""
        if type(answer) is int:
            return Outcome(True, Record(answer, write.body, None, self._seconds if write.body else TOMBSTONE_TTL))
        if answer[0]:
            return Outcome(True, Record(answer[1], write.body, _own(answer[2]), answer[3] / 1000))
        return Outcome(False, self._record(answer[1:]))

    async def seqs_many(
        self, asked: Sequence[tuple[str, Sequence[str]]]
    ) -> list[tuple[Record, dict[str, int]] | StateError]:
        """What is there of many sessions, and the last write of each of these writers, for a replay."""
        calls = [(f"{self.session_prefix}{name}}}", *(f"w:{writer}" for writer in writers)) for name, writers in asked]
        found: list[tuple[Record, dict[str, int]] | StateError] = []
        for (_, writers), answer in zip(asked, await self._call_many(scripts.SEQS, calls), strict=True):
            if isinstance(answer, StateError):
                found.append(answer)
                continue
            version, body, own, *seqs = answer
            record = Record(abs(int(version or 0)), body, _own(own))
            found.append((record, {writer: int(seq) for writer, seq in zip(writers, seqs, strict=True)}))
        return found

    def _record(self, found: Sequence[Any] | None) -> Record:
        """What a script says is there."""
        if not found:
            return NEVER
        version = int(found[0])
        if len(found) == 2:
            return Record(abs(version), expires_in=max(0, found[1]) / 1000)
        own = _own(found[2])
        return Record(version, found[1], own, found[3] / 1000 if len(found) == 4 else own or self._seconds)

    async def scan(self) -> AsyncIterator[str]:
        """The ids of what is alive."""
        start = len(self.session_prefix)
        async for keys in self._gate.scan(f"{_literal(self.session_prefix)}*}}", _PAGE):
            alive = [self._gate.submit(("HEXISTS", key, "d")) for key in keys]
            for key, future in zip(keys, alive, strict=True):
                if await future:
                    yield key[start:-1].decode()

    # locks

    async def acquire(self, name: str, owner: str, ttl: float) -> int | None:
        """Take or renew a lock."""
        token = await self._call(scripts.ACQUIRE, f"{self._lock_key}{name}}}", owner, _milliseconds(ttl))
        return int(token) if token else None

    async def release(self, name: str, owner: str) -> bool:
        """Give a lock back."""
        return bool(await self._call(scripts.RELEASE, f"{self._lock_key}{name}}}", owner))

    # conversations, by the key of `check_conversation`

    async def append(
        self,
        key: str,
        ready: Sequence[Message],
        stamp: Stamp,
        *,
        expected_version: int | None = None,
        request_id: str | None = None,
        repeated: bool = False,  # noqa: ARG002  # the stamp tells
        anchor: tuple[int, str] = NO_ANCHOR,
    ) -> int:
        """Store prepared messages; the version."""
        written, version = await self._call(
            scripts.APPEND,
            f"{self._talk_key}{key}}}",
            *_stamps((stamp,)),
            -1 if expected_version is None else expected_version,
            request_id or "",
            self._ttl,
            self._max_messages,
            KEPT_REQUESTS,
            *anchor,
            *(_text(message) for message in ready),
        )
        if not written:
            raise ConflictError(key=key.partition(":")[2], expected=expected_version, actual=int(version))
        return int(version)

    async def page(self, key: str, *, limit: int | None = None, before: int | None = None) -> tuple[int, list[Message]]:
        """The version, and messages, oldest first."""
        found = await self._call(
            scripts.PAGE,
            f"{self._talk_key}{key}}}",
            self._ttl,
            -1 if limit is None else limit,
            -1 if before is None else before,
        )
        version, texts = int(found[0]), found[1:]
        top = version if before is None else min(version, before - 1)
        return version, [_message(text, seq) for seq, text in enumerate(texts, top - len(texts) + 1)]

    async def forget(self, key: str, stamp: Stamp) -> bool:
        """Delete a conversation; whether there was one."""
        return bool(await self._call(scripts.FORGET, f"{self._talk_key}{key}}}", *_stamps((stamp,)), self._gone))


def _stamps(stamps: Sequence[Stamp]) -> list[str | int]:
    """Stamps as the scripts take them: the field of each writer, and its number."""
    return [part for stamp in stamps for part in (f"w:{stamp.writer}", stamp.seq)]


def _own(text: bytes | None) -> float | None:
    """A time to live of its own."""
    return int(text) / 1000 if text else None


def _literal(pattern: str) -> str:
    """The text with the signs of Redis patterns escaped."""
    return "".join(f"\\{char}" if char in "*?[]\\^" else char for char in pattern)
