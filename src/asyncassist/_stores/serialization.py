"""Pure encoding of stored data: JSON that round-trips exactly, and messages prepared for storage."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from asyncassist._clock import utc_now
from asyncassist._random_ids import random_id
from asyncassist._types import Message
from asyncassist.errors import InvalidInputError, SessionTooLargeError, StateError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from asyncassist._types import Clock

MAX_DEPTH = 64
"""Nesting depth of containers, at most; deeper data is an attack or a mistake."""

NO_OWNER = "-"
"""Stands for the digest where there is no owner."""

ENCRYPTED_BODY, ENCRYPTED_TITLE = b'"', "\x01"
"""How the encrypted data of a session and an encrypted title begin: as plain ones never do."""
_ENCRYPTED_ID = "x"  # begins the id of a message whose stored text is encrypted

SALT_BYTES = 16
"""Random bytes of an owner, from which keys are derived."""

_BATCH_BYTES = 8  # a message's id: random bytes of its append, in hex, and its place in the append

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(dict[str, Any]).decode

# Outside this range msgspec (like most JSON decoders) loses digits.
_MIN_INT, _MAX_INT = -(2**63), 2**64 - 1


def encode(field: str, data: object, *, limit: int | None = None) -> bytes:
    """Encode a mapping as JSON that decodes to an equal value.

    Args:
        field: Name of the argument for the error.
        data: A mapping of str to None, bool, int of 64 bits, finite float, str, list and dict.
        limit: Bytes allowed, None for no bound.

    Raises:
        InvalidInputError: JSON cannot represent the data exactly, or it is nested too deeply.
        SessionTooLargeError: The JSON is larger than `limit`.
    """
    if not isinstance(data, Mapping):
        raise InvalidInputError(field, "must be a mapping")
    plain = data if type(data) is dict else dict(data)
    _check_container(field, plain, 1)
    try:
        body = _encode(plain)
    except UnicodeEncodeError:
        raise InvalidInputError(field, "must not hold a lone surrogate") from None
    if limit is not None and len(body) > limit:
        raise SessionTooLargeError(size=len(body), limit=limit)
    return body


def decode(body: bytes) -> dict[str, Any]:
    """Decode JSON made by `encode`.

    Raises:
        StateError: The data is not JSON that `encode` makes: another program wrote to the store.
    """
    if body[:1] == ENCRYPTED_BODY:
        raise StateError("the stored data is encrypted, and no key is configured: pass encryption=")
    try:
        return _decode(body)
    except msgspec.DecodeError as error:
        raise StateError("the stored data cannot be read") from error


def to_json_line(kind: str, facts: Mapping[str, Any]) -> bytes:
    """Return a line of JSON that names its kind in `type`."""
    return _encode({"type": kind, **facts}) + b"\n"


def _check_container(field: str, value: dict[Any, Any] | list[Any], depth: int) -> None:
    """Raise InvalidInputError for a value that would not round-trip through JSON."""
    if depth > MAX_DEPTH:
        raise InvalidInputError(field, f"must not be nested deeper than {MAX_DEPTH}")
    if isinstance(value, dict):
        for key in value:
            if type(key) is not str:
                raise InvalidInputError(field, "must have string keys")
    for item in value.values() if isinstance(value, dict) else value:
        kind = type(item)
        if kind is str or kind is bool or item is None:
            continue
        if kind is int:
            if not _MIN_INT <= item <= _MAX_INT:
                raise InvalidInputError(field, "must not hold integers of more than 64 bits")
        elif kind is dict or kind is list:
            _check_container(field, item, depth + 1)
        elif kind is not float:
            raise InvalidInputError(field, f"must not hold {kind.__name__[:40]}: JSON cannot represent it exactly")
        elif not math.isfinite(item):
            raise InvalidInputError(field, "must not hold NaN or infinity")


def json_equal(one: Any, other: Any) -> bool:
    """Return whether two JSON values have the same encoding: 1, 1.0 and True differ."""
    if type(one) is not type(other):
        return False
    if type(one) is dict or type(one) is list:
        return _encode(one) == _encode(other)
    return bool(one == other)


def owner_digest(user: str | None) -> str:
    """Return the digest of a user for keys and rows; `NO_OWNER` for no owner."""
    return NO_OWNER if user is None else hashlib.sha256(user.encode()).hexdigest()[:32]


def prepare_messages(
    messages: Sequence[Message | Mapping[str, Any]],
    *,
    clock: Clock,
    limit: int | None = None,
    is_encrypted: bool = False,
) -> list[Message]:
    """Check messages and give them ids and times for storage; `seq` stays 0.

    Args:
        messages: Messages or mappings, at least one.
        clock: Clock, for messages without a time.
        limit: Bytes allowed for one message, None for no bound.
        is_encrypted: Whether the messages are encrypted when they are stored; their ids tell.

    Raises:
        InvalidInputError: A message cannot be stored.
        SessionTooLargeError: A message is larger than `limit`.
    """
    if type(messages) is not list and (
        isinstance(messages, str | bytes | Mapping | Message) or not isinstance(messages, Iterable)
    ):
        raise InvalidInputError("messages", "must be a sequence of messages")
    batch = random_id(_BATCH_BYTES * 2)
    if is_encrypted:
        batch = _ENCRYPTED_ID + batch[len(_ENCRYPTED_ID) :]
    time = utc_now(clock)
    prepared: list[Message] = []
    for index, given in enumerate(messages):
        message = Message.of(given)
        if message.metadata != {}:
            encode("messages.metadata", message.metadata, limit=limit)
        _check_content(message, limit)
        created = message.created_at or time
        if created.tzinfo is None:
            raise InvalidInputError("messages.created_at", "must be an aware time")
        prepared.append(with_store_fields(message, f"{batch}{index:04x}", 0, created))
    if not prepared:
        raise InvalidInputError("messages", "must hold at least one message")
    return prepared


def is_encrypted(message: Message) -> bool:
    """Return whether the stored text of a message is encrypted."""
    return (message.id or "").startswith(_ENCRYPTED_ID)


def batch_size(last: Message) -> int:
    """Return how many messages one append stored, from the id of its last one as `prepare_messages` made it."""
    return int((last.id or "")[_BATCH_BYTES * 2 :], 16) + 1


def with_store_fields(message: Message, message_id: str | None, seq: int, created_at: dt.datetime | None) -> Message:
    """Return a copy of the message with the fields that a store assigns.

    Takes a third of the time of `dataclasses.replace`.
    """
    return Message(
        message.role,
        message.content,
        id=message_id,
        seq=seq,
        created_at=created_at,
        source=message.source,
        metadata=message.metadata,
    )


def _check_content(message: Message, limit: int | None) -> None:
    """Raise for text that not every store can hold, or that is larger than `limit`."""
    for name, text in (("content", message.content), ("source", message.source)):
        if text is None:
            continue
        if not isinstance(text, str) or "\0" in text:
            raise InvalidInputError(f"messages.{name}", "must be text without NUL")
        try:
            size = len(text.encode())
        except UnicodeEncodeError:
            raise InvalidInputError(f"messages.{name}", "must not hold a lone surrogate") from None
        if limit is not None and size > limit:
            raise SessionTooLargeError("the message is too large", size=size, limit=limit)
