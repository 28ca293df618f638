"""What callers give, checked in one place: ids, numbers and texts.

Errors name the field and never hold the value.
"""

from __future__ import annotations

import math
import os
import re
import unicodedata

from asyncassist.errors import ConfigurationError, InvalidInputError

# First a letter or digit, so that no id reads as an option or a hidden file; no slash, no space, no control.
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}", re.ASCII)


def check_id(field: str, value: object) -> str:
    """An id that callers give: 1 to 128 letters, digits, ".", "_", ":" and "-", first a letter or digit.

    Raises:
        InvalidInputError: It is anything else.
    """
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise InvalidInputError(
            field, "must be 1 to 128 letters, digits, '.', '_', ':' or '-', first a letter or digit"
        )
    return value


def check_user(field: str, value: object) -> str:
    """The name of a user: 1 to 256 characters without control characters. It is digested before it is kept.

    Raises:
        InvalidInputError: It is anything else.
    """
    if not isinstance(value, str) or not 0 < len(value) <= 256 or not value.isprintable():
        raise InvalidInputError(field, "must be 1 to 256 printable characters")
    return value


def check_seconds(field: str, value: object, *, allow_zero: bool = False) -> float:
    """A duration of a constructor: a finite number above zero, or from zero.

    Raises:
        ConfigurationError: It is anything else.
    """
    least = "from 0" if allow_zero else "above 0"
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ConfigurationError(field, f"must be a finite number of seconds {least}, not {value!r:.40}")
    if value < 0 or (value == 0 and not allow_zero):
        raise ConfigurationError(field, f"must be {least} seconds, not {value!r}")
    return float(value)


def check_int(field: str, value: object, *, least: int = 1, most: int | None = None) -> int:
    """A whole number of a constructor, not below `least` and not above `most`.

    Raises:
        ConfigurationError: It is anything else.
    """
    if isinstance(value, bool) or not isinstance(value, int):
        raise ConfigurationError(field, f"must be a whole number, not {value!r:.40}")
    if value < least or (most is not None and value > most):
        bound = f"at least {least}" if most is None else f"from {least} to {most}"
        raise ConfigurationError(field, f"must be {bound}, not {value}")
    return value


def env_variable(name: str) -> str | None:
    """Return the value of an environment variable without surrounding blanks; None when it is unset or blank."""
    return os.environ.get(name, "").strip() or None


def check_ratio(field: str, value: object) -> float:
    """A share of a constructor: a number from 0 to 1.

    Raises:
        ConfigurationError: It is anything else.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ConfigurationError(field, f"must be a number from 0 to 1, not {value!r:.40}")
    return float(value)


# Cc: control, Cf: format (zero width, bidirectional overrides), Cs: surrogates, Co: private use, Cn: not assigned
_INVISIBLE_CATEGORIES = {"Cc", "Cf"}
_ALLOWED_CONTROLS = {"\n", "\t"}
# Zero-width joiner and non-joiner carry meaning inside words and emoji; elsewhere they only hide.
_JOINERS = {"\u200c", "\u200d"}
_PRINTABLE_ASCII = re.compile(r"[ -~\n\t]*\Z")


def sanitize_text(field: str, value: object, *, max_chars: int) -> str:
    r"""A text that a person wrote, made safe to keep, to send and to show.

    NFC; line ends become "\\n"; control and format characters go, line breaks and tabs stay.

    Args:
        field: Its name for the error.
        value: The text.
        max_chars: The most characters, counted before and after cleaning.

    Returns:
        The text, with something visible in it.

    Raises:
        InvalidInputError: It is no text, too long, holds a lone surrogate, or nothing visible is left.
    """
    if not isinstance(value, str):
        raise InvalidInputError(field, "must be text")
    if len(value) > max_chars:
        raise InvalidInputError(field, f"must be at most {max_chars} characters")
    if _PRINTABLE_ASCII.match(value):
        text = value
    else:
        text = _strip_invisible(field, value)
        if len(text) > max_chars:
            raise InvalidInputError(field, f"must be at most {max_chars} characters")
    if not text.strip():
        raise InvalidInputError(field, "must hold something visible")
    return text


def _strip_invisible(field: str, value: str) -> str:
    """The text in NFC without what cannot be seen."""
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
    """Whether a joiner between the two means something: letters of a script that joins, or parts of an emoji."""
    return all(ord(char) > 0x2FF and unicodedata.category(char)[0] in "LMS" for char in (before, after))
