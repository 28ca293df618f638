"""Validation of what callers pass in: ids, user names, numbers and texts.

Errors name the field. InvalidInputError, for the input of calls, never holds the value.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import inspect
import math
import os
import re
import unicodedata
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from asyncassist._environment import warn_about_unknown_variables
from asyncassist.errors import ConfigurationError, InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

# A leading letter or digit, so that no id looks like an option or a hidden file; no slash, space or control character.
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}", re.ASCII)


def check_id(field: str, value: object) -> str:
    """Return an id that a caller passed, if it is valid.

    Valid are 1 to 128 ASCII letters, digits, ".", "_", ":" and "-", the first a letter or digit.

    Args:
        field: Name of the argument, for the error.
        value: The id.

    Raises:
        InvalidInputError: The value is anything else.
    """
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise InvalidInputError(
            field, "must be 1 to 128 letters, digits, '.', '_', ':' or '-', first a letter or digit"
        )
    return value


def check_user(field: str, value: object) -> str:
    """Return a user's name or id, if it is valid: 1 to 256 printable characters.

    Any printable character will do, because stores and keys hold a digest of the name.

    Args:
        field: Name of the argument, for the error.
        value: The name.

    Raises:
        InvalidInputError: The value is anything else.
    """
    if not isinstance(value, str) or not 0 < len(value) <= 256 or not value.isprintable():
        raise InvalidInputError(field, "must be 1 to 256 printable characters")
    return value


def check_seconds(field: str, value: object, *, allow_zero: bool = False) -> float:
    """Return a duration from a constructor as a float, if it is a finite number of seconds above 0.

    Args:
        field: Name of the argument, for the error.
        value: The duration in seconds.
        allow_zero: Whether 0 is valid too.

    Raises:
        ConfigurationError: The value is anything else.
    """
    least = "from 0" if allow_zero else "above 0"
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ConfigurationError(field, f"must be a finite number of seconds {least}, not {value!r:.40}")
    if value < 0 or (value == 0 and not allow_zero):
        raise ConfigurationError(field, f"must be {least} seconds, not {value!r}")
    return float(value)


def check_int(field: str, value: object, *, least: int = 1, most: int | None = None) -> int:
    """Return a whole number from a constructor, if it is within its bounds.

    Args:
        field: Name of the argument, for the error.
        value: The number; a bool is none.
        least: Smallest valid number.
        most: Largest valid number, None for no bound.

    Raises:
        ConfigurationError: The value is anything else.
    """
    if isinstance(value, bool) or not isinstance(value, int):
        raise ConfigurationError(field, f"must be a whole number, not {value!r:.40}")
    if value < least or (most is not None and value > most):
        bound = f"at least {least}" if most is None else f"from {least} to {most}"
        raise ConfigurationError(field, f"must be {bound}, not {value}")
    return value


def check_items(
    field: str, value: object, what: str, *, error: type[ConfigurationError | InvalidInputError] = InvalidInputError
) -> tuple[Any, ...]:
    """Return the items of an iterable argument; a text is none, although it can be iterated.

    Args:
        field: Name of the argument, for the error.
        value: The argument.
        what: Name of the items, for the error: "networks".
        error: Class of the error to raise.

    Raises:
        ConfigurationError: The value is not such an iterable and `error` is this class.
        InvalidInputError: As above, if `error` is this class.
    """
    if isinstance(value, str | bytes) or not isinstance(value, Iterable):
        raise error(field, f"must be a sequence of {what}")
    return tuple(value)


def check_methods(field: str, value: object, kind: str, *names: str) -> None:
    """Check that an object handed to a constructor has the methods that are called on it.

    Args:
        field: Name of the argument, for the error.
        value: The object.
        kind: What the object must be, for the error: "an AsyncHandler".
        names: Names of the methods.

    Raises:
        ConfigurationError: A method is missing.
    """
    if not all(callable(getattr(value, name, None)) for name in names):
        raise ConfigurationError(field, f"must be {kind}, not of type {type(value).__name__}")


def check_async_function(field: str, value: object) -> None:
    """Check that a constructor's argument is an async function, or an object with an async `__call__`.

    Args:
        field: Name of the argument, for the error.
        value: The argument.

    Raises:
        ConfigurationError: The value is anything else, a synchronous function for example.
    """
    if not inspect.iscoroutinefunction(value) and not inspect.iscoroutinefunction(getattr(value, "__call__", None)):  # noqa: B004
        raise ConfigurationError(field, "must be an async function or None")


def check_flag(field: str, value: object) -> bool:
    """Return a bool from a constructor; a text such as "false" is none.

    Raises:
        ConfigurationError: The value is neither True nor False.
    """
    if not isinstance(value, bool):
        raise ConfigurationError(field, f"must be True or False, not of type {type(value).__name__}")
    return value


def check_encodable(
    field: str, value: object, *, error: type[ConfigurationError | InvalidInputError] = InvalidInputError
) -> str:
    """Return a text that can be encoded as UTF-8.

    Args:
        field: Name of the argument, for the error.
        value: The text; it may be empty.
        error: Class of the error to raise.

    Raises:
        ConfigurationError: The value is not text, or holds a lone surrogate, and `error` is this class.
        InvalidInputError: As above, if `error` is this class.
    """
    if not isinstance(value, str):
        raise error(field, "must be text")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise error(field, "must not hold a lone surrogate") from None
    return value


# Leaves a margin at both ends of the calendar, so that days before and after exist in every time zone.
FIRST_YEAR, LAST_YEAR = 1920, 9990


def check_aware_time(field: str, value: object) -> dt.datetime:
    """Return an aware time whose neighbouring days exist too.

    Args:
        field: Name of the argument, for the error.
        value: The time.

    Raises:
        InvalidInputError: The value is not an aware datetime of the years 1920 to 9990.
    """
    if not isinstance(value, dt.datetime) or value.utcoffset() is None:
        raise InvalidInputError(field, "must be an aware datetime")
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise InvalidInputError(field, f"must be in the years {FIRST_YEAR} to {LAST_YEAR}")
    return value


def env_variable(name: str) -> str | None:
    """Return the value of an environment variable without surrounding blanks; None when it is unset or blank.

    Variables whose names only resemble those of the package are logged, once.
    """
    warn_about_unknown_variables()
    return os.environ.get(name, "").strip() or None


@contextlib.contextmanager
def naming_variables(variables: Mapping[str, str]) -> Generator[None]:
    """Let a ConfigurationError name the environment variable that an argument came from.

    Args:
        variables: Names of environment variables by argument.

    Raises:
        ConfigurationError: The error of the block; its field is the variable if the argument came from one.
    """
    try:
        yield
    except ConfigurationError as error:
        raise ConfigurationError(variables.get(error.field, error.field), error.problem) from None


def check_ratio(field: str, value: object) -> float:
    """Return a ratio from a constructor as a float, if it is a number from 0 to 1.

    Args:
        field: Name of the argument, for the error.
        value: The ratio.

    Raises:
        ConfigurationError: The value is anything else.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ConfigurationError(field, f"must be a number from 0 to 1, not {value!r:.40}")
    return float(value)


# Unicode general categories: Cc control, Cf format (zero-width characters, bidirectional overrides)
_INVISIBLE_CATEGORIES = {"Cc", "Cf"}
_ALLOWED_CONTROLS = {"\n", "\t"}
# Zero-width joiner and non-joiner have a meaning inside words and emoji; elsewhere they are only invisible.
_JOINERS = {"\u200c", "\u200d"}
_PRINTABLE_ASCII = re.compile(r"[ -~\n\t]*\Z")


def sanitize_text(field: str, value: object, *, max_chars: int) -> str:
    r"""Return a user's text in a form that is safe to store, send and display.

    The text is normalized to NFC; line ends become "\n"; control and format characters other than line breaks, tabs
    and meaningful joiners are removed.

    Args:
        field: Name of the argument, for the error.
        value: The text.
        max_chars: Largest number of characters, before and after sanitizing.

    Returns:
        The text, which has at least one visible character.

    Raises:
        InvalidInputError: The value is not text, is too long, holds a lone surrogate, or has nothing visible left.
    """
    if not isinstance(value, str):
        raise InvalidInputError(field, "must be text")
    if len(value) > max_chars:
        raise InvalidInputError(field, f"must be at most {max_chars} characters")
    if _PRINTABLE_ASCII.match(value):
        text = value
    else:
        text = _strip_invisible(field, value)
        # NFC can lengthen a text: some characters compose to two.
        if len(text) > max_chars:
            raise InvalidInputError(field, f"must be at most {max_chars} characters")
    if not text.strip():
        raise InvalidInputError(field, "must hold something visible")
    return text


def _strip_invisible(field: str, value: str) -> str:
    """Return the text in NFC without invisible characters."""
    try:
        value.encode()
    except UnicodeEncodeError:
        raise InvalidInputError(field, "must not hold a lone surrogate") from None
    text = unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n"))
    visible = [
        char
        for index, char in enumerate(text)
        if char in _ALLOWED_CONTROLS
        or unicodedata.category(char) not in _INVISIBLE_CATEGORIES
        or (char in _JOINERS and 0 < index < len(text) - 1 and _is_meaningful_joiner(text[index - 1], text[index + 1]))
    ]
    return "".join(visible)


def _is_meaningful_joiner(before: str, after: str) -> bool:
    """Return whether a joiner between the two characters has a meaning: in scripts that use it, and in emoji."""
    return all(ord(char) > 0x2FF and unicodedata.category(char)[0] in "LMS" for char in (before, after))
