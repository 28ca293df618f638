"""Removal of secrets from recorded requests and responses, by the names that secrets usually have."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable

REDACTED = "[redacted]"
# What the name of a header field, a query parameter or a field of a body ends with if its value is a secret.
_NAME = re.compile(
    r"(?:(?:api|access|secret|private|client|subscription|signing|encryption)[-_ ]?key|secret|passw(?:or)?d|passphrase|"
    r"token|authorization|cookie|credentials?|signature|assertion|code[-_]?verifier|jwt)\Z",
    re.IGNORECASE,
)
# What only a query parameter or a field of a form is called.
_PARAMETER_NAME = re.compile(r"key|sig|auth|pwd", re.IGNORECASE)
# A value shorter than this is not looked for elsewhere: it would be found in every text.
_SHORTEST = 8
# Names are bounded, so that no text takes more than time in proportion to its length.
_PARAMETER = re.compile(r"([\w.\-]{1,64})=([^&\s;,\"'#]+)")
_JSON_FIELD = re.compile(r"\"([\w.\-]{1,64})\"(\s{0,8}:\s{0,8})\"((?:[^\"\\]|\\.)*)\"")


class SecretFilter:
    """Replaces secrets by a placeholder, and remembers them to find them elsewhere."""

    def __init__(self) -> None:
        self._values: set[str] = set()

    def learn(self, headers: Iterable[tuple[str, str]]) -> None:
        """Remember the values of secret header fields, those of the authorization without its scheme too."""
        for name, value in headers:
            if _NAME.search(name):
                self._remember(value)
                self._remember(value.rpartition(" ")[2])

    def headers(self, headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """Return the header fields without secrets."""
        return [(name, REDACTED if _NAME.search(name) else self.text(value)) for name, value in headers]

    def body(self, text: str) -> str:
        """Return a body without secrets; JSON in which there are none stays as it is written."""
        try:
            value = msgspec.json.decode(text)
            cleaned = self._clean(value, secret=False)
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            return self.text(text)
        return self._replace_known(text if cleaned == value else msgspec.json.encode(cleaned).decode())

    def text(self, text: str) -> str:
        """Return a URL, a form or other text without secrets."""
        text = _PARAMETER.sub(self._replace_parameter, text)
        return self._replace_known(_JSON_FIELD.sub(self._replace_field, text))

    def _clean(self, value: Any, *, secret: bool) -> Any:
        """Return a JSON value without secrets; `secret`: whether its name says that it is one."""
        if isinstance(value, str):
            return self._remember(value) if secret else value
        if isinstance(value, dict):
            return {key: self._clean(item, secret=secret or bool(_NAME.search(key))) for key, item in value.items()}
        if isinstance(value, list):
            return [self._clean(item, secret=secret) for item in value]
        return value

    def _replace_parameter(self, match: re.Match[str]) -> str:
        is_secret = _NAME.search(match[1]) or _PARAMETER_NAME.fullmatch(match[1])
        return f"{match[1]}={self._remember(match[2])}" if is_secret else match[0]

    def _replace_field(self, match: re.Match[str]) -> str:
        return f'"{match[1]}"{match[2]}"{self._remember(match[3])}"' if _NAME.search(match[1]) else match[0]

    def _remember(self, value: str) -> str:
        """Remember a secret and return what replaces it."""
        if len(value) >= _SHORTEST and value != REDACTED:
            self._values.add(value)
        return REDACTED

    def _replace_known(self, text: str) -> str:
        # The longest first: one may be a part of another.
        for value in sorted(self._values, key=len, reverse=True):
            text = text.replace(value, REDACTED)
        return text
