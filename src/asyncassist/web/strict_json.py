"""JSON as it may come from strangers: strict, bounded, and each error names the field."""

from __future__ import annotations

import json
import math
import re
from typing import Any, NoReturn

import msgspec

from asyncassist._types import to_jsonable
from asyncassist.web.problem import ProblemError, invalid

MAX_DEPTH = 32

_encoder = msgspec.json.Encoder(enc_hook=to_jsonable)

# Strings are skipped, so that brackets inside them do not count.
_BRACKETS = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', re.DOTALL)
_SHOWN = re.compile(r"[^A-Za-z0-9_.\-]")


def encode(value: Any) -> bytes:
    """A value as JSON; our values by their `to_dict()`."""
    return _encoder.encode(value)


def shown(name: str) -> str:
    """The name of a field that a stranger chose, safe to show: short, plain characters."""
    return _SHOWN.sub("?", name)[:40] or "?"


def decode(body: bytes) -> Any:
    """The value of a body.

    Raises:
        ProblemError: 400; it is not UTF-8 or not JSON, nests too deep, or holds a duplicate field, a number that is
            none, or a lone surrogate.
    """
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise _bad("encoding", "the body is not UTF-8") from None
    if body.count(b"[") + body.count(b"{") > MAX_DEPTH:
        _refuse_depth(body)
    try:
        value = _decoder.decode(text)
    except json.JSONDecodeError as error:
        raise _bad("json", f"the body is not JSON (character {error.pos})") from None
    except ValueError:
        # more digits than Python converts
        raise _bad("number", "a number has too many digits") from None
    except RecursionError:  # pragma: no cover - the depth was bounded above; kept as a second lock
        raise _bad("depth", "the body nests too deep") from None
    if "\\u" in text:
        _refuse_surrogates(value, "")
    return value


def _bad(code: str, detail: str, field: str | None = None) -> ProblemError:
    return ProblemError(400, f"bad-{code}", detail, field=field)


def _refuse_depth(body: bytes) -> None:
    depth = 0
    for match in _BRACKETS.finditer(body):
        sign = match[0]
        if sign in b"[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise _bad("depth", f"the body nests deeper than {MAX_DEPTH}")
        elif sign in b"]}":
            depth -= 1


def _refuse_surrogates(value: Any, path: str) -> None:
    """Escapes can write half of a pair, which is no text and breaks whoever encodes it later."""
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            field = path or "body"
            raise invalid(field, "must not hold a lone surrogate", status=400, code="bad-text") from None
    elif isinstance(value, list):
        for item in value:
            _refuse_surrogates(item, path)
    elif isinstance(value, dict):
        for name, item in value.items():
            _refuse_surrogates(name, path or shown(name))
            _refuse_surrogates(item, path or shown(name))


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise _bad("duplicate", f"{shown(name)}: is given twice", shown(name))
            seen.add(name)
    return found


def _constant(name: str) -> NoReturn:
    raise _bad("number", f"{name} is not a number of JSON")


def _float(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise _bad("number", "a number is too large")
    return number


_decoder = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant, parse_float=_float)
