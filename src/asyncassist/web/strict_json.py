"""JSON encoder, and strict, bounded JSON decoder for untrusted input whose errors name the field."""

from __future__ import annotations

import json
import math
import re
from typing import Any, NoReturn

import msgspec

from asyncassist._types import to_jsonable
from asyncassist.web.problem import ProblemError, invalid_field

MAX_DEPTH = 32

_encoder = msgspec.json.Encoder(enc_hook=to_jsonable)

# Matches strings as a whole, so that brackets inside them do not count. A string without an end matches up to the end
# of the body, and no part of it is given back: the scan is one pass whatever the body is.
_BRACKETS = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)
_UNSAFE_CHARACTERS = re.compile(r"[^A-Za-z0-9_.\-]")


def encode(value: Any) -> bytes:
    """Encode a value as JSON; values of this package by their `to_dict()`."""
    return _encoder.encode(value)


def safe_field_name(name: str) -> str:
    """Return a field name of the client in a form that is safe to show: short, with plain characters only."""
    return _UNSAFE_CHARACTERS.sub("?", name[:40]) or "?"


def decode(body: bytes) -> Any:
    """Decode a JSON body.

    Raises:
        ProblemError: 400 when the body is not UTF-8, not JSON or nested too deeply, or contains a duplicate field, a
            number that is not finite or too long, or a lone surrogate.
    """
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise _bad_json("encoding", "the body is not UTF-8") from None
    if body.count(b"[") + body.count(b"{") > MAX_DEPTH:
        _check_depth(body)
    try:
        value = _decoder.decode(text)
    except json.JSONDecodeError as error:
        raise _bad_json("json", f"the body is not JSON (character {error.pos})") from None
    except ValueError:
        # more digits than Python converts (sys.set_int_max_str_digits)
        raise _bad_json("number", "a number has too many digits") from None
    except RecursionError:  # pragma: no cover - the depth was checked above
        raise _bad_json("depth", "the body is nested too deeply") from None
    if "\\u" in text:
        _check_surrogates(value, "")
    return value


def _bad_json(code: str, detail: str, field: str | None = None) -> ProblemError:
    return ProblemError(400, f"bad-{code}", detail, field=field)


def _check_depth(body: bytes) -> None:
    depth = 0
    for match in _BRACKETS.finditer(body):
        sign = match[0]
        if sign in b"[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise _bad_json("depth", f"the body is nested deeper than {MAX_DEPTH} levels")
        elif sign in b"]}":
            depth -= 1


def _check_surrogates(value: Any, path: str) -> None:
    """Reject lone surrogates: an escape can write half of a pair, which fails when it is encoded as UTF-8 later."""
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            field = path or "body"
            raise invalid_field(field, "must not hold a lone surrogate", status=400, code="bad-text") from None
    elif isinstance(value, list):
        for item in value:
            _check_surrogates(item, path)
    elif isinstance(value, dict):
        for name, item in value.items():
            _check_surrogates(name, path or safe_field_name(name))
            _check_surrogates(item, path or safe_field_name(name))


def _unique_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise _bad_json("duplicate", f"{safe_field_name(name)}: is given twice", safe_field_name(name))
            seen.add(name)
    return found


def _reject_constant(name: str) -> NoReturn:
    raise _bad_json("number", f"{name} is not a JSON number")


def _finite_float(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise _bad_json("number", "a number is too large")
    return number


_decoder = json.JSONDecoder(
    object_pairs_hook=_unique_object, parse_constant=_reject_constant, parse_float=_finite_float
)
