"""Read and validate request bodies: bounded in size and time, strict JSON only."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from asyncassist.web import strict_json
from asyncassist.web.http import BODY_TIMEOUT, BrokenBodyError, parse_content_length
from asyncassist.web.problem import ProblemError

if TYPE_CHECKING:
    from asyncassist.web.http import Request
    from asyncassist.web.request_schema import BodySchema
    from asyncassist.web.struct_schema import StructSchema


async def read_body(request: Request, max_body: int) -> bytes:
    """Read the whole body.

    Args:
        request: The request.
        max_body: Largest accepted body in bytes.

    Raises:
        ProblemError: 413 when the body is too large, 408 when it arrives too slowly, 400 when it is incomplete.
    """
    length = parse_content_length(request.header("content-length") or "")
    if length is not None and length > max_body:
        raise _too_large(max_body)
    body = request.body
    if not isinstance(body, bytes | bytearray):
        try:
            async with asyncio.timeout(BODY_TIMEOUT):
                body = await _join_chunks(body, max_body)
        except TimeoutError:
            raise ProblemError(408, "slow-body", "the body took too long to arrive") from None
        except BrokenBodyError:
            raise ProblemError(400, "broken-body", "the body is incomplete or badly framed") from None
    if len(body) > max_body:
        raise _too_large(max_body)
    return bytes(body)


async def _join_chunks(chunks: Any, max_body: int) -> bytes:
    body = bytearray()
    async for chunk in chunks:
        body += chunk
        if len(body) > max_body:
            raise _too_large(max_body)
    return bytes(body)


def _too_large(max_body: int) -> ProblemError:
    return ProblemError(413, "body-too-large", f"the body may have at most {max_body} bytes", field="body")


def check_media_type(request: Request) -> None:
    """Check that the body is uncompressed JSON in UTF-8; a page of another site needs a CORS preflight to send that.

    Raises:
        ProblemError: 415 when the body has another media type, charset or content encoding.
    """
    media_type, *parameters = (request.header("content-type") or "").split(";")
    if media_type.strip().lower() != "application/json":
        raise ProblemError(
            415, "media-type", "the body must be application/json", headers={"accept": "application/json"}
        )
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset" and value.strip().strip('"').lower() not in {"utf-8", "utf8"}:
            raise ProblemError(415, "charset", "the body must be UTF-8")
    encoding = (request.header("content-encoding") or "").strip().lower()
    if encoding not in {"", "identity"}:
        raise ProblemError(415, "encoding", "the body must not be compressed", headers={"accept-encoding": "identity"})


async def read_fields(request: Request, body: BodySchema | StructSchema, max_body: int) -> dict[str, Any]:
    """Read the body and return its validated fields. A body without required fields may be empty.

    Args:
        request: The request.
        body: Schema of the body.
        max_body: Largest accepted body in bytes.

    Raises:
        ProblemError: The body is missing, too large, too slow, not JSON, or has an unknown field.
        InvalidInputError: A field is missing or invalid.
    """
    if body.required or request.header("content-type"):
        check_media_type(request)
    raw = await read_body(request, max_body)
    if not raw and not body.required:
        return {}
    if raw and not request.header("content-type"):
        check_media_type(request)
    if not raw:
        raise ProblemError(400, "no-body", "the body is empty; it must be a JSON object", field="body")
    return body.check(strict_json.decode(raw))
