"""Encryption at rest: AES-256-GCM with a key for each owner, around any store.

A sealed value is a version, the id of the key that wrote it, the id of the owner's salt, a nonce, and the ciphertext
with its tag. The owner's key is derived from one of the configured keys and the salt: without the salt, which an
erasure deletes, nothing that it sealed can be read again. What a value belongs to is authenticated with it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import importlib.util
import os
from collections import OrderedDict
from dataclasses import replace as replace_fields
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

from asyncassist._lifecycle import import_in_thread
from asyncassist._stores.search import SearchHit
from asyncassist._stores.serialization import (
    ENCRYPTED_BODY,
    ENCRYPTED_TITLE,
    NO_OWNER,
    is_encrypted,
)
from asyncassist._stores.session_ids import session_owner
from asyncassist._validation import check_items
from asyncassist.errors import ConfigurationError, StateError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Sequence

    from asyncassist._stores.conversation_info import ConversationInfo
    from asyncassist._stores.session_records import Append, SessionRecord, Write, WriteId, WriteResult
    from asyncassist._types import Message

_VERSION = 1
_KEY_BYTES, _ID_BYTES, _NONCE_BYTES = 32, 4, 12
_HEAD = 1 + 2 * _ID_BYTES
_MAX_CIPHERS = 1000  # derived keys held in memory
_SALT_AGE = 1.0  # seconds for which a salt is not read again: another process may erase its owner

_encode = msgspec.json.Encoder().encode
_decode_message = msgspec.json.Decoder(tuple[str, str | None, dict[str, Any]]).decode


class Encryption:
    """Keys for encryption at rest; needs the extra `asyncassist[crypto]`.

    Args:
        keys: Keys of 32 random bytes each. The first one encrypts; all of them decrypt, so that a new key is put first
            and an old one stays for as long as something is encrypted with it.

    Raises:
        ConfigurationError: There is no key, one does not have 32 bytes, or the package `cryptography` is missing.
    """

    __slots__ = ("keys",)

    def __init__(self, keys: Iterable[bytes]) -> None:
        given = check_items("keys", keys, "keys of 32 bytes each", error=ConfigurationError)
        if not given or not all(isinstance(key, bytes) and len(key) == _KEY_BYTES for key in given):
            raise ConfigurationError("keys", f"must be one or more keys of {_KEY_BYTES} bytes each")
        if importlib.util.find_spec("cryptography") is None:
            raise ConfigurationError("encryption", "needs a package: pip install 'asyncassist[crypto]'")
        self.keys: tuple[bytes, ...] = given

    def __repr__(self) -> str:
        return f"Encryption({len(self.keys)} keys)"


class ErasedError(StateError):
    """The value belongs to an owner who was erased since."""


class Cipher:
    """Seals and opens values with the configured keys.

    Args:
        encryption: The keys.
    """

    def __init__(self, encryption: Encryption) -> None:
        self._keys = {_digest(key): key for key in encryption.keys}
        self._first = _digest(encryption.keys[0])
        self._ciphers: OrderedDict[tuple[bytes, bytes], Any] = OrderedDict()

    async def load(self) -> None:
        """Import the package, in a thread."""
        await import_in_thread("cryptography.hazmat.primitives.ciphers.aead")

    def seal(self, value: bytes, salt: bytes, context: str) -> bytes:
        """Encrypt a value with the first key.

        Args:
            value: The value.
            salt: Salt of its owner.
            context: What it belongs to; `open` needs the same.
        """
        nonce = os.urandom(_NONCE_BYTES)
        sealed: bytes = self._cipher(self._first, salt).encrypt(nonce, value, context.encode())
        return bytes([_VERSION]) + self._first + _digest(salt) + nonce + sealed

    def open(self, sealed: bytes, salt: bytes, context: str) -> bytes:
        """Decrypt a value.

        Raises:
            ErasedError: It was sealed with another salt.
            StateError: None of the keys sealed it, or it was changed since.
        """
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415  # heavy, and loaded already

        key_id, salt_id = sealed[1 : 1 + _ID_BYTES], sealed[1 + _ID_BYTES : _HEAD]
        if sealed[:1] != bytes([_VERSION]) or key_id not in self._keys:
            raise StateError("the stored data is encrypted with a key that is not configured")
        if salt_id != _digest(salt):
            raise ErasedError("the stored data belongs to a user who was erased")
        nonce, body = sealed[_HEAD : _HEAD + _NONCE_BYTES], sealed[_HEAD + _NONCE_BYTES :]
        try:
            value: bytes = self._cipher(key_id, salt).decrypt(nonce, body, context.encode())
        except (InvalidTag, ValueError):
            raise StateError("the stored data was changed: it does not agree with its key") from None
        return value

    def word_keys(self, salt: bytes) -> list[bytes]:
        """Return the keys of word digests of an owner: for each configured key, and that of plain texts."""
        return [*(_derive(key, "words", salt) for key in self._keys.values()), salt]

    def _cipher(self, key_id: bytes, salt: bytes) -> Any:
        """Return the cipher of a derived key."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415  # heavy, and loaded already

        found = self._ciphers.get((key_id, salt))
        if found is None:
            found = self._ciphers[key_id, salt] = AESGCM(_derive(self._keys[key_id], "data", salt))
            if len(self._ciphers) > _MAX_CIPHERS:
                self._ciphers.popitem(last=False)
        return found


class OwnerCipher:
    """Seals and opens values of owners, whose salts a store holds.

    Args:
        cipher: The configured keys.
        store: Store of the salts; see `OwnerRecords`.
        now: Monotonic clock, in seconds.
    """

    def __init__(self, cipher: Cipher, store: Any, now: Callable[[], float]) -> None:
        self._cipher = cipher
        self._store = store
        self._now = now
        self._salts: OrderedDict[str, tuple[bytes, float]] = OrderedDict()

    async def seal(self, owner: str, value: bytes, context: str) -> str:
        """Encrypt a value of an owner."""
        salt = await self._salt(owner)
        return base64.b64encode(self._cipher.seal(value, salt, f"{owner} {context}")).decode()

    async def open(self, owner: str, text: str, context: str) -> bytes:
        """Decrypt a value of an owner.

        Raises:
            ErasedError: The owner was erased since it was encrypted.
            StateError: It cannot be decrypted.
        """
        try:
            sealed = base64.b64decode(text, validate=True)
        except ValueError:
            raise StateError("the stored data cannot be read") from None
        context = f"{owner} {context}"
        try:
            return self._cipher.open(sealed, await self._salt(owner), context)
        except ErasedError:
            self.forget(owner)  # the salt may be older than the value
            return self._cipher.open(sealed, await self._salt(owner), context)

    async def word_keys(self, owner: str) -> list[bytes]:
        """Return the keys of word digests of an owner, first the one for new digests."""
        return self._cipher.word_keys(await self._salt(owner))

    def forget(self, owner: str) -> None:
        """Read the salt of an owner again: it was deleted."""
        self._salts.pop(owner, None)

    async def _salt(self, owner: str) -> bytes:
        """Return the salt of an owner; that of no owner never changes."""
        found = self._salts.get(owner)
        if found is not None and (owner == NO_OWNER or self._now() - found[1] < _SALT_AGE):
            return found[0]
        salt: bytes = await self._store.read_salt(owner)
        self._salts[owner] = (salt, self._now())
        if len(self._salts) > _MAX_CIPHERS:
            self._salts.popitem(last=False)
        return salt


class EncryptedSessions:
    """Session store that holds encrypted data; see `ReplayableSessions`.

    Args:
        store: The store.
        cipher: Cipher of owners.
    """

    def __init__(self, store: Any, cipher: OwnerCipher) -> None:
        self._store = store
        self._cipher = cipher

    async def read(self, session_id: str, *, touch: bool = True) -> SessionRecord:
        """Return the record of a session."""
        return await self._open(session_id, await self._store.read(session_id, touch=touch))

    async def read_many(self, ids: Sequence[str], *, touch: bool = True) -> list[SessionRecord]:
        """Return the records of several sessions, in the order of the ids."""
        records = await self._store.read_many(ids, touch=touch)
        return [await self._open(name, record) for name, record in zip(ids, records, strict=True)]

    async def write(self, session_id: str, write: Write) -> WriteResult:
        """Compare and set one session."""
        result = await self._store.write(session_id, await self._seal(session_id, write))
        return await self._finish(session_id, write, result)

    def scan(self) -> AsyncIterator[str]:
        """Iterate over the ids of all live sessions."""
        found: AsyncIterator[str] = self._store.scan()
        return found

    async def write_many(self, writes: Sequence[tuple[str, Write]]) -> list[WriteResult | StateError]:
        """Compare and set several sessions; return a result or an error for each."""
        sealed = [(name, await self._seal(name, write)) for name, write in writes]
        results = await self._store.write_many(sealed)
        return [
            result if isinstance(result, StateError) else await self._finish(name, write, result)
            for (name, write), result in zip(writes, results, strict=True)
        ]

    async def read_for_replay(
        self, requests: Sequence[tuple[str, Sequence[str]]]
    ) -> list[tuple[SessionRecord, dict[str, int]] | StateError]:
        """Return the records of several sessions and the last sequence number applied of each writer."""
        found = await self._store.read_for_replay(requests)
        return [
            each if isinstance(each, StateError) else (await self._open(name, each[0]), each[1])
            for (name, _), each in zip(requests, found, strict=True)
        ]

    async def _seal(self, session_id: str, write: Write) -> Write:
        """Return a write with encrypted data: a JSON text instead of an object."""
        if write.body is None:
            return write
        text = await self._cipher.seal(session_owner(session_id), write.body, f"session {session_id}")
        return replace(write, body=f'"{text}"'.encode())

    async def _open(self, session_id: str, record: SessionRecord) -> SessionRecord:
        """Return a record with its data decrypted; what was stored before there was a key is not encrypted."""
        if record.body is None or record.body[:1] != ENCRYPTED_BODY:
            return record
        text = record.body[1:-1].decode("ascii", "replace")
        return replace(record, body=await self._cipher.open(session_owner(session_id), text, f"session {session_id}"))

    async def _finish(self, session_id: str, write: Write, result: WriteResult) -> WriteResult:
        """Return a result with the record decrypted."""
        if result.written and write.body is not None:
            return replace(result, record=replace(result.record, body=write.body))
        return replace(result, record=await self._open(session_id, result.record))


class EncryptedConversations:
    """Conversation store that holds encrypted texts and titles; see `ConversationStore`.

    Text, source and metadata of a message are encrypted; its role, time, id and number are not, nor are the ids of
    conversations and requests.

    Args:
        store: The store, also `inner`.
        cipher: Cipher of owners.
    """

    def __init__(self, store: Any, cipher: OwnerCipher) -> None:
        self.inner = store
        self._cipher = cipher

    async def append(self, key: str, append: Append, write_id: WriteId) -> int:
        """Append messages; see `ConversationStore.append`."""
        owner = key.partition(":")[0]
        sealed = [await self._seal(owner, message) for message in append.messages]
        version: int = await self.inner.append(key, replace(append, messages=sealed), write_id)
        return version

    async def read_page(self, key: str, **bounds: Any) -> tuple[int, list[Message]]:
        """Return the conversation's version and a page of its messages, without those of an erased owner."""
        version, found = await self.inner.read_page(key, **bounds)
        return version, await self._open_all(key, found)

    async def read_request(self, key: str, request_id: str) -> list[Message]:
        """Return the messages appended under a request id."""
        return await self._open_all(key, await self.inner.read_request(key, request_id))

    async def forget(self, key: str, write_id: WriteId) -> bool:
        """Delete a conversation."""
        existed: bool = await self.inner.forget(key, write_id)
        return existed

    async def list_conversations(
        self, owner: str, *, limit: int, before: ConversationInfo | None = None
    ) -> list[ConversationInfo]:
        """Return conversations of an owner."""
        found = await self.inner.list_conversations(owner, limit=limit, before=before)
        return [replace_fields(info, title=await self._open_title(owner, info.id, info.title)) for info in found]

    async def rename(self, key: str, title: str) -> bool:
        """Set a conversation's title."""
        owner, _, name = key.partition(":")
        text = await self._cipher.seal(owner, title.encode(), f"title {name}")
        existed: bool = await self.inner.rename(key, f"{ENCRYPTED_TITLE}{text}")
        return existed

    async def undo(self, key: str, turns: int, write_id: WriteId) -> int | None:
        """Remove the newest turns."""
        version: int | None = await self.inner.undo(key, turns, write_id)
        return version

    async def _seal(self, owner: str, message: Message) -> Message:
        """Return a message with everything encrypted but what stores sort and number by."""
        if not is_encrypted(message):
            return message  # prepared before there was a key
        value = _encode((message.content, message.source, dict(message.metadata)))
        text = await self._cipher.seal(owner, value, f"message {message.id}")
        return replace_fields(message, content=text, source=None, metadata={})

    async def _open(self, owner: str, message: Message) -> Message:
        """Return a message decrypted."""
        if not is_encrypted(message):
            return message
        value = await self._cipher.open(owner, message.content, f"message {message.id}")
        content, source, metadata = _decode_message(value)
        return replace_fields(message, content=content, source=source, metadata=metadata)

    async def _open_all(self, key: str, found: Sequence[Message]) -> list[Message]:
        """Return messages decrypted, without those of an owner who was erased since they were written."""
        owner = key.partition(":")[0]
        opened: list[Message] = []
        for message in found:
            try:
                opened.append(await self._open(owner, message))
            except ErasedError:
                continue
        return opened

    async def _open_title(self, owner: str, name: str, title: str | None) -> str | None:
        """Return a title decrypted."""
        if title is None or not title.startswith(ENCRYPTED_TITLE):
            return title
        try:
            return (await self._cipher.open(owner, title.removeprefix(ENCRYPTED_TITLE), f"title {name}")).decode()
        except ErasedError:
            return None


class EncryptedIndex(EncryptedConversations):
    """Encrypted conversations in a store with an index of words; see `SearchIndex`."""

    async def word_keys(self, owner: str) -> list[bytes]:
        """Return the keys of word digests of an owner, first the one for new digests."""
        return await self._cipher.word_keys(owner)

    async def read_unindexed(self, owner: str, limit: int) -> list[tuple[str, Message]]:
        """Return messages that are not in the index; those of an erased owner without their text."""
        found: list[tuple[str, Message]] = []
        for name, message in await self.inner.read_unindexed(owner, limit):
            opened = await self._open_all(f"{owner}:{name}", [message])
            found.append((name, opened[0] if opened else replace_fields(message, content="")))
        return found

    async def add_to_index(self, owner: str, found: Sequence[tuple[str, Message, Sequence[int]]]) -> None:
        """Add messages to the index."""
        await self.inner.add_to_index(owner, found)

    async def find(self, owner: str, digests: Sequence[int], limit: int) -> list[SearchHit]:
        """Return messages that hold all words."""
        return [
            SearchHit(
                conversation_id=hit.conversation_id,
                title=await self._open_title(owner, hit.conversation_id, hit.title),
                message=await self._open(owner, hit.message),
            )
            for hit in await self.inner.find(owner, digests, limit)
        ]


def _derive(key: bytes, purpose: str, salt: bytes) -> bytes:
    """Return a key of 32 bytes for a purpose and an owner (HKDF with one block, RFC 5869)."""
    extracted = hmac.digest(salt, key, "sha256")
    return hmac.digest(extracted, f"asyncassist {purpose}\x01".encode(), "sha256")


def _digest(value: bytes) -> bytes:
    """Return an id of a key or a salt."""
    return hashlib.blake2b(value, digest_size=_ID_BYTES, person=b"asyncassist").digest()
