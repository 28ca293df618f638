"""Dialogue acts: what each sentence of a message does, by a linear model over words.

Trained by `tools/train_acts.py` on the examples in `languages/<code>/acts.txt`. Entities are replaced by their type
first, so that "from Oslo" and "from Rome" are one example.
"""

from __future__ import annotations

import functools
import gzip
import itertools
import math
import re
import struct
from importlib import resources
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec

from asyncassist.nlp.followup.cues import fold_chars

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from asyncassist.nlp.models import Entity

_TOKEN: Final = re.compile(r"[^\W\d_]+|\d+|[€$£]")
# A full stop after a digit ends no sentence: "am 4. Dezember", "12.50".
_SENTENCE: Final = re.compile(r"(?:[^.!?…\n]|(?<=\d)\.|\.(?=\w))+[.!?…]*")
# Further tokens of a sentence are ignored, to bound the time.
_MAX_TOKENS: Final = 40
_PREFIX: Final = 4
# Acts whose logarithm of the probability is this much below the likeliest are left out: 0.005 per cent.
_NEGLIGIBLE: Final = 10.0
# Probability below which a sentence is not about the trip.
_HARDLY: Final = 0.05
_FIELD_BITS: Final = 32
# In the middle of a field, so that no sum of the weights of a sentence leaves it.
_FIELD_ZERO: Final = 1 << (_FIELD_BITS - 1)
_MASKS: Final = {
    "origin": "PLACE",
    "destination": "PLACE",
    "departure_date": "DATE",
    "return_date": "DATE",
    "date": "DATE",
    "airline": "AIRLINE",
    "budget": "MONEY",
    "flight_number": "FLIGHT",
}


class ActScore(NamedTuple):
    """A dialogue act and its probability."""

    name: str
    confidence: float


class Sentence(NamedTuple):
    """Offsets of a sentence in its text, and whether it is a question by its mark."""

    start: int
    end: int
    question: bool


def split_sentences(text: str) -> Iterator[Sentence]:
    """Yield the sentences of a text that have a letter or a digit."""
    for match in _SENTENCE.finditer(text):
        if any(char.isalnum() for char in match[0]):
            yield Sentence(match.start(), match.end(), "?" in match[0])


def mask_entities(text: str, start: int, end: int, entities: Sequence[Entity]) -> list[str]:
    """Return the folded words of a sentence, with the type of an entity in place of its words."""
    words: list[str] = []
    at = start
    folded = fold_chars(text)
    for entity in entities:
        mask = _MASKS.get(entity.type)
        if mask is None or entity.start < at or entity.end > end:
            continue
        words += _TOKEN.findall(folded, at, entity.start)
        words.append(mask)
        at = entity.end
    words += _TOKEN.findall(folded, at, end)
    return ["#" if word.isdecimal() else word for word in words[:_MAX_TOKENS]]


def sentence_features(words: Sequence[str], *, question: bool) -> list[str]:
    """Return the features of a sentence: words, their beginnings, pairs, and the form of the sentence."""
    pairs = [f"{one} {two}" for one, two in itertools.pairwise(["<", *words, ">"])]
    prefixes = [f"{word[:_PREFIX]}*" for word in words if len(word) > _PREFIX + 1]
    size = min(len(words), 9) // 3
    return [*dict.fromkeys([*words, *prefixes, *pairs, f"size {size}", "question ?" if question else "question -"])]


class ActModel:
    """Classifier of dialogue acts with its weights decoded.

    Args:
        table: Decoded weights file: `acts`, `scale`, `bias`, and `weights`, by feature pairs of act and weight.
    """

    def __init__(self, table: Mapping[str, Any]) -> None:
        scale = float(table["scale"])
        self._acts: tuple[str, ...] = tuple(table["acts"])
        self._offers = frozenset(at for at, act in enumerate(self._acts) if act.startswith("offer."))
        self._topics = frozenset(at for at, act in enumerate(self._acts) if act.startswith("topic."))
        self._trip = self._acts.index("trip")
        self._scale = scale
        # A row is one integer with a field for each act, so that one addition adds all of them.
        self._fields = struct.Struct(f"<{len(self._acts)}I")
        self._bias = sum((_FIELD_ZERO + value) << _FIELD_BITS * act for act, value in enumerate(table["bias"]))
        self._weights: dict[str, int] = {
            name: sum([row[at + 1] << _FIELD_BITS * row[at] for at in range(0, len(row), 2)])
            for name, row in table["weights"].items()
        }

    def classify(self, features: Sequence[str]) -> ActScore:
        """Return the likeliest act and its probability; the questions about offers count together.

        How sure it is that a sentence asks about offers does not depend on how many such questions there are. The same
        holds for topics of a sentence that is hardly about the trip.
        """
        weights, scale = self._weights, self._scale
        total = self._bias + sum([weights[name] for name in features if name in weights])
        sums = self._fields.unpack(total.to_bytes(self._fields.size, "little"))
        top = max(sums)
        lowest = top - _NEGLIGIBLE * scale
        chances = {act: math.exp((value - top) / scale) for act, value in enumerate(sums) if value >= lowest}
        whole = sum(chances.values())
        offers = {act: chance for act, chance in chances.items() if act in self._offers}
        together = sum(offers.values())
        best = max(chances, key=chances.__getitem__)
        if best in offers or together > chances[best]:
            return ActScore(self._acts[max(offers, key=offers.__getitem__)], together / whole)
        if best in self._topics and chances.get(self._trip, 0.0) / whole < _HARDLY:
            topics = sum(chance for act, chance in chances.items() if act in self._topics)
            return ActScore(self._acts[best] if chances[best] > topics / 3 else "topic.other", topics / whole)
        return ActScore(self._acts[best], chances[best] / whole)


@functools.cache
def act_model(language: str) -> ActModel:
    """Return the model of a language, loading it at first use."""
    packed = resources.files("asyncassist.nlp").joinpath("data", f"acts_{language}.json.gz").read_bytes()
    return ActModel(msgspec.json.decode(gzip.decompress(packed)))
