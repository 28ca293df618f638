"""What callers give is checked in one place, and errors never hold the value."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asyncassist._validation import check_id, check_int, check_ratio, check_seconds, check_user, sanitize_text
from asyncassist.errors import ConfigurationError, InvalidInputError


@pytest.mark.parametrize("value", ["a", "A-1", "x" * 128, "user:1.2_3"])
def test_good_ids_pass(value):
    """Letters, digits and four signs."""
    assert check_id("id", value) == value


@pytest.mark.parametrize(
    "value", ["", "x" * 129, "../etc", "-a", ".a", "a b", "a\n", "a\x00", "é", "a/b", 7, None, b"a"]
)
def test_bad_ids_are_refused(value):
    """The error names the field."""
    with pytest.raises(InvalidInputError) as caught:
        check_id("session_id", value)

    assert caught.value.field == "session_id"


@pytest.mark.parametrize("value", ["", "a\n", "x" * 257, 3])
def test_bad_users_are_refused(value):
    """Printable, and not endless."""
    with pytest.raises(InvalidInputError):
        check_user("user", value)


def test_a_user_may_be_an_address():
    """It is digested before it is kept, so its signs are free."""
    assert check_user("user", "ana@example.test") == "ana@example.test"


@pytest.mark.parametrize("value", [0, -1, float("nan"), float("inf"), True, "3", None])
def test_seconds_are_finite_and_positive(value):
    """Numbers of a constructor are checked there, by name."""
    with pytest.raises(ConfigurationError) as caught:
        check_seconds("ttl", value)

    assert caught.value.field == "ttl"


def test_seconds_may_be_zero_where_that_means_something():
    """0 is allowed when asked for."""
    assert check_seconds("wait", 0, allow_zero=True) == 0.0
    assert check_seconds("wait", 3) == 3.0


@pytest.mark.parametrize("value", [0, -1, 1.0, True, "3", 11])
def test_counts_are_whole_and_bounded(value):
    """Neither floats nor booleans are counts."""
    with pytest.raises(ConfigurationError):
        check_int("n", value, most=10)


def test_a_count_without_upper_bound_says_its_lower():
    """The text tells what would do."""
    with pytest.raises(ConfigurationError, match="at least 1"):
        check_int("n", 0)
    assert check_int("n", 10, most=10) == 10


@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan"), True, "1"])
def test_a_ratio_is_from_0_to_1(value):
    """NaN is none."""
    with pytest.raises(ConfigurationError):
        check_ratio("r", value)


def test_good_ratios_pass():
    """Both ends included."""
    assert check_ratio("r", 0) == 0.0
    assert check_ratio("r", 1) == 1.0


@pytest.mark.parametrize(
    ("given", "kept"),
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
def test_a_text_is_cleaned(given, kept):
    """Composed, without what cannot be seen; joiners stay where they mean something."""
    assert sanitize_text("message", given, max_chars=100) == kept


@pytest.mark.parametrize("given", ["", "  \n", "\u200b\u200b", "x" * 11, "\ud800", 5, None, "\x00"])
def test_a_text_without_anything_to_read_is_refused(given):
    """Empty, too long, lone surrogates, no text."""
    with pytest.raises(InvalidInputError) as caught:
        sanitize_text("message", given, max_chars=10)

    assert caught.value.field == "message"


def test_a_text_that_grows_past_the_bound_is_refused():
    """NFC can lengthen a text; the bound holds after it too."""
    with pytest.raises(InvalidInputError):
        sanitize_text("message", "\u0958" * 10, max_chars=10)


@given(st.text(max_size=50))
def test_cleaning_twice_changes_nothing(value):
    """And the result is NFC, encodable, with no control character but line breaks and tabs."""
    try:
        once = sanitize_text("message", value, max_chars=200)
    except InvalidInputError:
        return

    assert sanitize_text("message", once, max_chars=200) == once
    assert unicodedata.is_normalized("NFC", once)
    assert not any(unicodedata.category(char) == "Cc" and char not in "\n\t" for char in once)
    once.encode()
