"""Strict JSON decoding of untrusted input."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncassist.web import strict_json
from asyncassist.web.problem import ProblemError

_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(_values)
def test_json_values_are_decoded(value):
    """Whatever JSON can represent is decoded unchanged."""
    assert strict_json.decode(json.dumps(value, ensure_ascii=False).encode()) == value


@given(st.binary(max_size=200))
def test_any_bytes_give_a_value_or_a_400(raw):
    """No input raises anything but a problem with status 400."""
    status = 400
    try:
        strict_json.decode(raw)
    except ProblemError as problem:
        status = problem.status

    assert status == 400


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"\xff\xfe{\x00}\x00", "bad-encoding"),
        (b'\xef\xbb\xbf{"a": 1}', "bad-json"),
        (b"", "bad-json"),
        (b"{", "bad-json"),
        (b"{'a': 1}", "bad-json"),
        (b'{"a": 1,}', "bad-json"),
        (b'{"a": 1} x', "bad-json"),
        (b'{"a": 01}', "bad-json"),
        (b'{"a": "\n"}', "bad-json"),
        (b"NaN", "bad-number"),
        (b"[Infinity]", "bad-number"),
        (b"-Infinity", "bad-number"),
        (b"1e999", "bad-number"),
        (b"1" * 5000, "bad-number"),
        (b'{"a": 1, "a": 2}', "bad-duplicate"),
        (b'{"b": {"a": 1, "a": 2}}', "bad-duplicate"),
        (b"[" * 33 + b"]" * 33, "bad-depth"),
        (b"[" * 60_000, "bad-depth"),
        (b'{"a":' * 40 + b"1" + b"}" * 40, "bad-depth"),
        (b'"\\ud800"', "bad-text"),
        (b'{"a": ["\\udc00"]}', "bad-text"),
        (b'{"\\ud83d": 1}', "bad-text"),
    ],
)
def test_deviations_from_strict_json_are_rejected(body, code):
    """Each has a code of its own and status 400."""
    with pytest.raises(ProblemError) as caught:
        strict_json.decode(body)

    assert (caught.value.status, caught.value.code) == (400, code)


def test_error_names_a_duplicate_or_undecodable_field():
    """The name is written with characters that are safe to show."""
    for body, field in [
        (b'{"message": "a", "message": "b"}', "message"),
        (b'{"message": "\\ud800"}', "message"),
        (b'{"<b>": 1, "<b>": 2}', "?b?"),
    ]:
        with pytest.raises(ProblemError) as caught:
            strict_json.decode(body)
        assert caught.value.field == field


def test_brackets_in_strings_do_not_count_as_depth():
    """Only nested values count, not the number of brackets."""
    assert strict_json.decode(json.dumps(["[" * 100, '"{' * 100]).encode()) == ["[" * 100, '"{' * 100]
    assert strict_json.decode(b"[" + b"[],{}," * 100 + b"[]]")


def test_surrogate_pair_is_one_character():
    """An emoji may be written with escapes."""
    assert strict_json.decode(b'"\\ud83d\\ude00"') == "\U0001f600"


def cpu_time(body: bytes) -> float:
    """Return the CPU seconds of one decoding of a body that is rejected; the shortest of many."""
    times = []
    for _ in range(12):
        started = time.thread_time()
        with pytest.raises(ProblemError):
            strict_json.decode(body)
        times.append(time.thread_time() - started)
    return min(times)


@pytest.mark.parametrize(
    "piece",
    [b'\\"', b'"', b'"\\', b"\\", b'"[', b"[]", b'{"a":', b'"a":1,', b"1", b'"\\ud800",', b" ", b'"a\\u00e9"'],
)
@pytest.mark.parametrize("start", [b'{"message":"x","p":[' + b"[]," * 40 + b'"', b"[" * 20 + b"[]," * 40])
def test_decoding_takes_linear_time(start, piece):
    """Twice the input takes about twice the time, whatever it repeats: strings without an end among it."""
    once, twice = (start + piece * (size // len(piece)) for size in (40_000, 80_000))

    assert cpu_time(twice) < 3.2 * cpu_time(once) + 0.002
