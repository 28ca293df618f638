"""Validation of ids, users, numbers and texts that callers pass in."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncassist._validation import (
    check_id,
    check_int,
    check_ratio,
    check_seconds,
    check_user,
    env_variable,
    sanitize_text,
)
from asyncassist.errors import ConfigurationError, InvalidInputError


@pytest.mark.parametrize("value", ["a", "A-1", "x" * 128, "user:1.2_3"])
def test_valid_ids_are_returned(value):
    """Letters, digits and four punctuation characters."""
    assert check_id("id", value) == value


@pytest.mark.parametrize(
    "value", ["", "x" * 129, "../etc", "-a", ".a", "a b", "a\n", "a\x00", "é", "a/b", 7, None, b"a"]
)
def test_invalid_ids_are_refused(value):
    """The error names the field."""
    with pytest.raises(InvalidInputError) as caught:
        check_id("session_id", value)

    assert caught.value.field == "session_id"


@pytest.mark.parametrize("value", ["", "a\n", "x" * 257, 3])
def test_invalid_users_are_refused(value):
    """Empty, too long, not printable, or not text."""
    with pytest.raises(InvalidInputError):
        check_user("user", value)


def test_user_may_be_an_email_address():
    """Any printable character is valid, because the name is stored as a digest."""
    assert check_user("user", "ana@example.test") == "ana@example.test"


@pytest.mark.parametrize("value", [0, -1, float("nan"), float("inf"), True, "3", None])
def test_seconds_are_finite_and_positive(value):
    """Anything else is refused; the error names the argument."""
    with pytest.raises(ConfigurationError) as caught:
        check_seconds("ttl", value)

    assert caught.value.field == "ttl"


def test_seconds_may_be_zero_with_allow_zero():
    """The result is a float."""
    assert check_seconds("wait", 0, allow_zero=True) == 0.0
    assert check_seconds("wait", 3) == 3.0


@pytest.mark.parametrize("value", [0, -1, 1.0, True, "3", 11])
def test_integers_are_whole_and_bounded(value):
    """Floats, booleans, text and numbers out of bounds are refused."""
    with pytest.raises(ConfigurationError):
        check_int("n", value, most=10)


def test_error_of_an_integer_names_its_lower_bound():
    """The message says which values are valid; the upper bound itself is valid."""
    with pytest.raises(ConfigurationError, match="at least 1"):
        check_int("n", 0)
    assert check_int("n", 10, most=10) == 10


@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan"), True, "1"])
def test_ratios_out_of_range_are_refused(value):
    """Also NaN, booleans and text."""
    with pytest.raises(ConfigurationError):
        check_ratio("r", value)


def test_ratios_from_0_to_1_are_returned():
    """As floats, both ends included."""
    assert check_ratio("r", 0) == 0.0
    assert check_ratio("r", 1) == 1.0


@pytest.mark.parametrize(
    ("given", "sanitized"),
    [
        ("hi\tthere\nyou", "hi\tthere\nyou"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("e\u0301", "é"),
        ("a\u202eb\u200bc\x00d", "abcd"),
        ("\u200dab\u200d", "ab"),
        ("👩\u200d💻", "👩\u200d💻"),
        ("می\u200cخواهم", "می\u200cخواهم"),
    ],
)
def test_text_is_sanitized(given, sanitized):
    """NFC, uniform line ends, no invisible characters; joiners stay where they have a meaning."""
    assert sanitize_text("message", given, max_chars=100) == sanitized


@pytest.mark.parametrize("given", ["", "  \n", "\u200b\u200b", "x" * 11, "\ud800", 5, None, "\x00"])
def test_invalid_texts_are_refused(given):
    """Nothing visible, too long, a lone surrogate, or not text; the error names the field."""
    with pytest.raises(InvalidInputError) as caught:
        sanitize_text("message", given, max_chars=10)

    assert caught.value.field == "message"


def test_text_that_normalization_lengthens_past_the_bound_is_refused():
    """NFC can lengthen a text; the bound holds after it too."""
    with pytest.raises(InvalidInputError):
        sanitize_text("message", "\u0958" * 10, max_chars=10)


@given(st.text(max_size=50))
def test_sanitizing_is_idempotent(value):
    """And the result is NFC, encodable, without control characters other than line breaks and tabs."""
    try:
        once = sanitize_text("message", value, max_chars=200)
    except InvalidInputError:
        return

    assert sanitize_text("message", once, max_chars=200) == once
    assert unicodedata.is_normalized("NFC", once)
    assert not any(unicodedata.category(char) == "Cc" and char not in "\n\t" for char in once)
    once.encode()


@pytest.mark.parametrize(
    ("value", "expected"), [(None, None), ("", None), ("  ", None), (" redis://host/0 ", "redis://host/0")]
)
def test_an_environment_variable_is_read_without_surrounding_blanks(monkeypatch, value, expected):
    """An unset variable and a blank one are the same: None."""
    monkeypatch.delenv("ASYNCASSIST_SOMETHING", raising=False)
    if value is not None:
        monkeypatch.setenv("ASYNCASSIST_SOMETHING", value)

    assert env_variable("ASYNCASSIST_SOMETHING") == expected
