"""Linear classifier of English intents over word unigrams and bigrams.

Trained by `tools/train_intents.py` on CLINC150 (NOTICE). It covers ten of the intents; the rest are left to the rules.
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

MODEL_LANGUAGE: Final = "en"
"""Language that the model is trained on."""
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
# Further tokens are ignored, to bound the time.
_MAX_TOKENS: Final = 60


def extract_features(text: str) -> list[str]:
    """Return unigrams and bigrams of a text; "#" stands for any number."""
    words = ["#" if word.isdecimal() else word for word in _TOKEN.findall(text.lower().replace("'", ""))[:_MAX_TOKENS]]
    marked = ["<", *words, ">"]
    return [*words, *[f"{one} {two}" for one, two in itertools.pairwise(marked)]]


class IntentModel:
    """Classifier with its weights decoded.

    Args:
        table: Decoded weights file: `scale`, `bias` and `weights`.
    """

    def __init__(self, table: Mapping[str, Any]) -> None:
        scale = float(table["scale"])
        self._bias = [value / scale for value in table["bias"]]
        self._weights: dict[str, list[float]] = {
            name: [value / scale for value in row] for name, row in table["weights"].items()
        }

    def classify(self, text: str) -> tuple[str, float]:
        """Return the most likely class and its probability."""
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
    """Return the model, loading it at first use."""
    global _model  # noqa: PLW0603 - read once for the whole process
    if _model is None:
        with _lock:
            if _model is None:
                packed = (
                    resources.files("asyncassist.nlp")
                    .joinpath("data", f"intents_{MODEL_LANGUAGE}.json.gz")
                    .read_bytes()
                )
                _model = IntentModel(msgspec.json.decode(gzip.decompress(packed)))
    return _model
