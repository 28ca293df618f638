"""Messages of several parts: texts, images and files, checked and bounded, for the wire and for the history."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from asyncassist._chat.prompt import check_message, data_url, render_file, render_image
from asyncassist._types import JSONSerializable
from asyncassist.errors import InvalidInputError, safe_url

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_PARTS = 50
MAX_PART_BYTES = 20 << 20
# OpenAI accepts requests with files of 50 MB in all.
MAX_TOTAL_BYTES = 50 << 20
_MAX_URL_CHARS = 8192
_MAX_NAME_CHARS = 255
_IMAGE_TYPES = ("image/png", "image/jpeg", "image/gif", "image/webp")
_MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9][a-z0-9.+-]{0,100}")
_NAME = re.compile(r'[^\x00-\x1f\x7f-\x9f/\\"<>:|?*\u202a-\u202e\u2066-\u2069\ud800-\udfff]+')
_URL = re.compile(r"https?://[\x21-\x7e]+")


@dataclass(frozen=True, slots=True)
class Image(JSONSerializable):
    """Image in a message: by its address, which the provider fetches, or by its bytes.

    Attributes:
        url: Address, http or https; None for an image by its bytes.
        data: The bytes: PNG, JPEG, GIF or WebP, at most 20 MiB; None for an image by its address.
        media_type: Media type of the bytes, such as "image/png"; None to recognize it.
        keep: Whether the history keeps the bytes, so that later turns have the image too.

    Raises:
        InvalidInputError: A value is invalid, the bytes are of another type, or not exactly one of `url` and `data` is
            given; the error names the field.
    """

    url: str | None = field(default=None, repr=False)
    data: bytes | None = field(default=None, repr=False)
    media_type: str | None = None
    keep: bool = field(default=False, kw_only=True)

    def __post_init__(self) -> None:
        _check_keep(self.keep)
        if (self.url is None) == (self.data is None):
            raise InvalidInputError("url" if self.data is None else "data", "give either a url or data")
        if self.url is not None and not _is_url(self.url):
            raise InvalidInputError("url", "must begin with http:// or https:// and have at most 8192 ASCII characters")
        if self.data is not None:
            _check_data(self.data)
        if self.media_type is not None and self.media_type not in _IMAGE_TYPES:
            raise InvalidInputError("media_type", f"must be one of {', '.join(_IMAGE_TYPES)}")
        if self.data is not None and _image_type(self.data) is None:
            raise InvalidInputError("data", "must be a PNG, JPEG, GIF or WebP image")
        if self.data is not None and self.media_type not in {None, _image_type(self.data)}:
            raise InvalidInputError("media_type", "is not that of the data")


@dataclass(frozen=True, slots=True)
class File(JSONSerializable):
    """File in a message, such as a PDF.

    Attributes:
        data: The bytes, at most 20 MiB.
        name: Name of the file without a folder, at most 255 characters; the provider reads the type from it as well.
        media_type: Media type, such as "application/pdf".
        keep: Whether the history keeps the bytes, so that later turns have the file too.

    Raises:
        InvalidInputError: A value is invalid; the error names the field.
    """

    data: bytes = field(repr=False)
    name: str
    media_type: str
    keep: bool = field(default=False, kw_only=True)

    def __post_init__(self) -> None:
        _check_keep(self.keep)
        _check_data(self.data)
        if not isinstance(self.name, str) or len(self.name) > _MAX_NAME_CHARS or not _NAME.fullmatch(self.name):
            raise InvalidInputError("name", "must be the name of a file, without a folder")
        if not isinstance(self.media_type, str) or not _MEDIA_TYPE.fullmatch(self.media_type):
            raise InvalidInputError("media_type", 'must be a media type, such as "application/pdf"')
        if self.media_type == "application/pdf" and b"%PDF-" not in self.data[:1024]:
            raise InvalidInputError("media_type", "is not that of the data")


def _is_url(url: object) -> bool:
    return isinstance(url, str) and len(url) <= _MAX_URL_CHARS and bool(_URL.fullmatch(url)) and bool(safe_url(url))


def _check_keep(keep: object) -> None:
    if not isinstance(keep, bool):
        raise InvalidInputError("keep", "must be True or False")


def _check_data(data: object) -> None:
    if not isinstance(data, bytes) or not data:
        raise InvalidInputError("data", "must be bytes, at least one")
    if len(data) > MAX_PART_BYTES:
        raise InvalidInputError("data", f"must be at most {MAX_PART_BYTES} bytes")


def _image_type(data: bytes) -> str | None:
    """Return the media type of an image by its first bytes; None if it is of no type that models read."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    return "image/webp" if data.startswith(b"RIFF") and data[8:12] == b"WEBP" else None


@dataclass(slots=True, kw_only=True)
class CheckedMessage:
    """Message of the user, validated.

    Attributes:
        text: The texts, with a placeholder for each image and file: what is stored, moderated, and in later prompts.
        content: The parts in the form of Chat Completions; empty for a message of text alone.
        key_content: The parts with digests instead of bytes, for the cache key.
        attachments: What the history keeps about images and files: type, digest, size, reference, and bytes if asked.
    """

    text: str
    content: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    key_content: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    attachments: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])


def check_parts(message: object, max_chars: int) -> CheckedMessage:
    """Validate the user's message, of text or of several parts.

    Args:
        message: A text, or a sequence of texts, images and files.
        max_chars: Maximum length of all texts together, in characters.

    Raises:
        InvalidInputError: The message, or a part of it, is invalid; the error names the part.
    """
    if isinstance(message, str) or not isinstance(message, Sequence) or isinstance(message, bytes | bytearray):
        return CheckedMessage(text=check_message(message, max_chars))
    if not message or len(message) > MAX_PARTS:
        raise InvalidInputError("message", f"must have from 1 to {MAX_PARTS} parts")
    checked = CheckedMessage(text="")
    texts: list[str] = []
    chars = size = 0
    for index, part in enumerate(message):
        name = f"message[{index}]"
        if isinstance(part, str):
            text = check_message(part, max_chars - chars, field=name)
            chars += len(text)
            texts.append(text)
            checked.content.append({"type": "text", "text": text})
            checked.key_content.append({"type": "text", "text": text})
        elif isinstance(part, Image | File):
            size += len(part.data or b"")
            if size > MAX_TOTAL_BYTES:
                raise InvalidInputError(name, f"exceeds {MAX_TOTAL_BYTES} bytes together with the parts before it")
            attachment = _describe(part)
            texts.append(_placeholder(attachment))
            checked.content.append(_to_wire(part))
            checked.key_content.append(attachment)
            stored_data = {"data": base64.b64encode(part.data).decode()} if part.keep and part.data is not None else {}
            checked.attachments.append({**attachment, **stored_data})
        else:
            raise InvalidInputError(name, "must be text, Image or File")
    checked.text = "\n".join(texts)
    if not checked.attachments:
        checked.content = checked.key_content = []
    return checked


def _describe(part: Image | File) -> dict[str, Any]:
    """Return what identifies a part."""
    if isinstance(part, Image) and part.data is None:
        url = part.url or ""
        return {"type": "image", "url": url, "digest": hashlib.sha256(url.encode()).hexdigest()}
    data = part.data or b""
    facts: dict[str, Any] = {"digest": hashlib.sha256(data).hexdigest(), "size": len(data)}
    if isinstance(part, File):
        return {"type": "file", "name": part.name, "media_type": part.media_type, **facts}
    return {"type": "image", "media_type": _image_type(data), **facts}


def _placeholder(attachment: Mapping[str, Any]) -> str:
    if attachment["type"] == "file":
        return f"[file: {attachment['name']}]"
    url = attachment.get("url")
    # Without the query: it may hold a signature.
    return f"[image: {attachment['media_type'] if url is None else safe_url(url)}]"


def _to_wire(part: Image | File) -> dict[str, Any]:
    if isinstance(part, Image) and part.data is None:
        return render_image(str(part.url))
    data = base64.b64encode(part.data or b"").decode()
    if isinstance(part, File):
        return render_file(part.name, part.media_type, data)
    return render_image(data_url(str(_image_type(part.data or b"")), data))
