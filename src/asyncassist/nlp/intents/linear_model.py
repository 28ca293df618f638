"""A small linear model of English intents, for the many ways of saying hello and of asking for other things.

Trained by `tools/train_intents.py` on CLINC150 (NOTICE). It knows some of the intents only; the rest are rules.
"""

from __future__ import annotations

import gzip
import itertools
import math
import re
import threading
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping

CLASSES: Final = (
    "unknown",
    "search_flight",
    "flight_status",
    "baggage",
    "greeting",
    "goodbye",
    "thanks",
    "affirm",
    "deny",
    "help",
)
_TOKEN: Final = re.compile(r"[a-z]+|\d+")
_MAX_TOKENS: Final = 60


def extract_features(text: str) -> list[str]:
    """Words and pairs of words; numbers and words with digits as their kind."""
    words = ["#" if word.isdecimal() else word for word in _TOKEN.findall(text.lower().replace("'", ""))[:_MAX_TOKENS]]
    marked = ["<", *words, ">"]
    return [*words, *[f"{one} {two}" for one, two in itertools.pairwise(marked)]]


class IntentModel:
    """The weights, ready for use.

    Args:
        table: The decoded file.
    """

    def __init__(self, table: Mapping[str, Any]) -> None:
        scale = float(table["scale"])
        self._bias = [value / scale for value in table["bias"]]
        self._weights: dict[str, list[float]] = {
            name: [value / scale for value in row] for name, row in table["weights"].items()
        }

    def classify(self, text: str) -> tuple[str, float]:
        """The likeliest class and its probability."""
        sums = list(self._bias)
        weights = self._weights
        for name in set(extract_features(text)):
            row = weights.get(name)
            if row is not None:
                sums = [one + two for one, two in zip(sums, row, strict=True)]
        top = max(sums)
        total = sum(math.exp(value - top) for value in sums)
        return CLASSES[sums.index(top)], 1 / total


_lock = threading.Lock()
_model: IntentModel | None = None


def intent_model() -> IntentModel:
    """The model, read at first use."""
    global _model  # noqa: PLW0603 - read once for the whole process
    if _model is None:
        with _lock:
            if _model is None:
                packed = resources.files("asyncassist.nlp").joinpath("data", "intents_en.json.gz").read_bytes()
                _model = IntentModel(msgspec.json.decode(gzip.decompress(packed)))
    return _model
