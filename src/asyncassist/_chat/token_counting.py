"""Token counting: exact with tiktoken if it and its tables are installed, else estimated; nothing is downloaded."""

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

# tiktoken downloads a table on first use from this URL, and caches it in a file named by the SHA-1 of the URL.
_TABLE_URL = "https://openaipublic.blob.core.windows.net/encodings/{name}.tiktoken"
_DEFAULT_ENCODING = "o200k_base"
_CACHE_SIZE = 1024


def load_token_counter(model: str) -> Callable[[str], int]:
    """Return a function that counts the tokens of a text for a model.

    It reads files: call it in a thread.

    Args:
        model: Name of the model; unknown models are counted with o200k_base.

    Returns:
        The counter; `estimate_tokens` if tiktoken or the table of the model's encoding is not installed.
    """
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

    @functools.lru_cache(maxsize=_CACHE_SIZE)  # each turn counts all earlier messages again
    def count(text: str) -> int:
        return len(encode(text))

    return count


def _table_path(name: str) -> Path:
    """Return the path of tiktoken's cached table, following its rules and environment variables."""
    folder = os.environ.get("TIKTOKEN_CACHE_DIR", os.environ.get("DATA_GYM_CACHE_DIR"))
    if folder is None:
        folder = str(Path(tempfile.gettempdir()) / "data-gym-cache")
    digest = hashlib.sha1(_TABLE_URL.format(name=name).encode(), usedforsecurity=False).hexdigest()
    return Path(folder or os.devnull) / digest
