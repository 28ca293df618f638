"""Counting tokens: exactly with tiktoken when it and its tables are here, else by estimate. Never by a download."""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from asyncassist._chat.prompt import estimate_tokens

if TYPE_CHECKING:
    from collections.abc import Callable

# tiktoken fetches a table on first use, from here; what it fetched stands under the SHA-1 of the address.
_TABLE_URL = "https://openaipublic.blob.core.windows.net/encodings/{name}.tiktoken"
_DEFAULT_ENCODING = "o200k_base"
_CACHE_SIZE = 1024


def load_token_counter(model: str) -> Callable[[str], int]:
    """A function that counts the tokens of a text for a model. Reads files: call it in a thread."""
    if importlib.util.find_spec("tiktoken") is None:
        return estimate_tokens
    import tiktoken  # noqa: PLC0415 - an extra

    try:
        name = tiktoken.encoding_name_for_model(model)
    except KeyError:
        name = _DEFAULT_ENCODING
    if not _table_path(name).is_file():
        return estimate_tokens
    encode = tiktoken.get_encoding(name).encode_ordinary

    @functools.lru_cache(maxsize=_CACHE_SIZE)  # a conversation is counted again with every turn
    def count(text: str) -> int:
        return len(encode(text))

    return count


def _table_path(name: str) -> Path:
    """Where tiktoken keeps a table, by its own rules, its own variables included."""
    folder = os.environ.get("TIKTOKEN_CACHE_DIR", os.environ.get("DATA_GYM_CACHE_DIR"))
    if folder is None:
        folder = str(Path(tempfile.gettempdir()) / "data-gym-cache")
    digest = hashlib.sha1(_TABLE_URL.format(name=name).encode(), usedforsecurity=False).hexdigest()
    return Path(folder or os.devnull) / digest
