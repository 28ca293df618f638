"""Linear classifier of intents over words, pairs of words and, in unknown words, groups of three letters.

Trained by `tools/train_intents.py` (NOTICE) on texts in all languages at once. The unknown words of a text are evidence
too: a courtesy has few of them.
"""

from __future__ import annotations

import gzip
import itertools
import math
import struct
import threading
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence

CLASSES: Final = (
    "unknown",
    "search_flight",
    "flight_status",
    "book_flight",
    "change_booking",
    "cancel_booking",
    "seats",
    "special_assistance",
    "baggage",
    "check_in",
    "greeting",
    "goodbye",
    "thanks",
    "affirm",
    "deny",
    "help",
)
"""Intents that the model distinguishes, in the order of its weights."""
# Further tokens are ignored, to bound the time.
_MAX_TOKENS: Final = 60
# Letters of an unknown word that count.
_MAX_LETTERS: Final = 14
# A weight is a byte; this one stands for 0.
_ZERO: Final = 128
_ROW: Final = struct.Struct(f"<{len(CLASSES)}I")
_SIZES: Final = ("=0", "=1", "=2", "=3", "=4", "=4", "=6", "=6", "=6")
_UNKNOWN_COUNTS: Final = ("*0", "*1", "*2", "*3")


def words_of(string: str) -> list[str]:
    """Return the words of a normalized string; "#" stands for a word with a digit."""
    tokens = string.split(maxsplit=_MAX_TOKENS)[:_MAX_TOKENS]
    return [token if token.isalpha() else "#" for token in tokens if token.isalnum()]


def extract_features(string: str, vocabulary: Container[str]) -> set[str]:
    """Return the features of a normalized string.

    Args:
        string: Normalized string of a text.
        vocabulary: Known words; any other word counts by its letters.
    """
    words = words_of(string)
    found = [word for word in words if word in vocabulary]
    marked = [word if word in vocabulary else "*" for word in words]
    pairs = [f"{one} {two}" for one, two in itertools.pairwise(("<", *marked, ">"))]
    features = {*found, *pairs, _SIZES[min(len(words), 8)]}
    if len(found) < len(words):
        features.add(_UNKNOWN_COUNTS[min(len(words) - len(found), 3)])
        for word in words:
            if word not in vocabulary:
                padded = f"<{word[:_MAX_LETTERS]}>"
                features.update([f"~{padded[at : at + 3]}" for at in range(len(padded) - 2)])
    return features


def pack_table(
    bias: Sequence[float], weights: Mapping[str, Sequence[float]], vocabulary: Sequence[str], scale: float
) -> bytes:
    """Return the table of a trained model.

    Args:
        bias: Weight of each of `CLASSES` without a feature.
        weights: Weights of each feature.
        vocabulary: Known words; a word without weights is known all the same.
        scale: Units per weight of 1.
    """
    known = set(vocabulary)
    names = sorted({*weights, *vocabulary})
    blank = [0.0] * len(CLASSES)
    rows = [
        bytes(min(255, max(0, _ZERO + round(scale * value))) for value in weights.get(name, blank)) for name in names
    ]
    return msgspec.msgpack.encode(
        {
            "classes": CLASSES,
            "scale": scale,
            "bias": [round(float(value), 4) for value in bias],
            "names": "\n".join(names),
            "words": bytes(name in known for name in names),
            "weights": b"".join(rows),
        }
    )


class IntentModel:
    """Classifier with its weights decoded.

    Args:
        table: Table as `pack_table` returns it.

    Attributes:
        vocabulary: Known words.
    """

    def __init__(self, table: bytes) -> None:
        raw: dict[str, Any] = msgspec.msgpack.decode(table)
        self._scale = float(raw["scale"])
        self._bias = [float(value) for value in raw["bias"]]
        names: list[str] = raw["names"].split("\n")
        self.vocabulary = frozenset(itertools.compress(names, raw["words"]))
        # A row is one integer with a field for each class, so that one addition adds all of them. Every field has the
        # same offset, which the softmax does not see.
        weights: bytes = raw["weights"]
        size = len(CLASSES)
        self._rows = {
            name: int.from_bytes(_ROW.pack(*weights[at : at + size]), "little")
            for name, at in zip(names, range(0, len(weights), size), strict=True)
        }

    def __len__(self) -> int:
        return len(self._rows)

    def classify(self, string: str) -> tuple[str, float]:
        """Return the most likely class of a normalized string and its probability."""
        rows = self._rows
        total = sum([rows[name] for name in extract_features(string, self.vocabulary) if name in rows])
        fields = _ROW.unpack(total.to_bytes(_ROW.size, "little"))
        scores = [bias + field / self._scale for bias, field in zip(self._bias, fields, strict=True)]
        top = max(scores)
        return CLASSES[scores.index(top)], 1 / sum([math.exp(score - top) for score in scores])


_lock = threading.Lock()
_model: IntentModel | None = None


def intent_model() -> IntentModel:
    """Return the model, loading it at first use."""
    global _model  # noqa: PLW0603 - read once for the whole process
    if _model is None:
        with _lock:
            if _model is None:
                packed = resources.files("asyncassist.nlp").joinpath("data", "intents.gz").read_bytes()
                _model = IntentModel(gzip.decompress(packed))
    return _model
