"""Train the intent model of all languages: `src/asyncassist/nlp/data/intents.gz`.

    pip install scikit-learn
    python tools/train_intents.py --clinc clinc150_train.jsonl --multidogo multidogo.jsonl [--check FILE] [--out FILE]

Texts: `tools/intents/<language>.txt`, written for this package; for English also CLINC150 (CC BY 3.0), rows {"text",
"intent"}, and MultiDoGO (CDLA-Permissive 1.0), rows {"text", "gold": {"label"}} (NOTICE). A line of the text files is a
template: "(a|b|)" stands for one of its alternatives. Rows of `--check` are like those of CLINC150. The model is a
logistic regression over the features of `asyncassist.nlp.intents.linear_model`; each weight is stored in one byte. The
same input gives the same file.
"""

from __future__ import annotations

import argparse
import gzip
import itertools
import json
import random
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from asyncassist.nlp.intents.linear_model import CLASSES, IntentModel, extract_features, pack_table, words_of
from asyncassist.nlp.normalized import NormalizedText
from asyncassist.nlp.tokens import TokenizedText

if TYPE_CHECKING:
    from collections.abc import Iterator

TEXTS = Path(__file__).parent / "intents"
CLINC = {
    "book_flight": "search_flight",
    "flight_status": "flight_status",
    "carry_on": "baggage",
    "lost_luggage": "baggage",
    "greeting": "greeting",
    "goodbye": "goodbye",
    "thank_you": "thanks",
    "yes": "affirm",
    "no": "deny",
    "what_can_i_ask_you": "help",
}
MULTIDOGO = {
    "bookflight": "search_flight",
    "changeseatassignment": "seats",
    "closinggreeting": "goodbye",
    "confirmation": "affirm",
    "contentonly": "unknown",
    "getboardingpass": "check_in",
    "getseatinfo": "seats",
    "openinggreeting": "greeting",
    "rejection": "deny",
    "thankyou": "thanks",
}
# Texts drawn from a template that has more.
DRAWN = 40
# Least largest difference of a feature's weights to be kept.
MIN_WEIGHT = 0.35
# Share of a word's texts that have an intent, from which the word tells the intent.
TELLING = 0.5
HOLLOW_WEIGHT = 0.7
# Weights of the texts of this package: the other talk of six languages weighs as much as that of CLINC150.
OWN = 1.5
OWN_UNKNOWN = 3.0
# Units per weight of 1: a byte holds weights from -6.4 to 6.35.
SCALE = 20
_GROUP = re.compile(r"\(([^()]*)\)")


def normalize(text: str) -> str:
    """Return a text as the classifier gets it."""
    return NormalizedText(TokenizedText.from_text(text)).string


def expand(template: str, chance: random.Random) -> list[str]:
    """Return the texts of a template, at most `DRAWN` of them."""
    parts = _GROUP.split(template)
    options = [part.split("|") if index % 2 else [part] for index, part in enumerate(parts)]
    total = 1
    for part in options:
        total *= len(part)
    if total <= DRAWN:
        chosen = list(itertools.product(*options))
    else:
        # every alternative at least once, the others by chance
        most = max(map(len, options))
        chosen = [
            tuple(part[index % len(part)] if index < most else chance.choice(part) for part in options)
            for index in range(max(DRAWN, most))
        ]
        for column, part in enumerate(options):
            order = chance.sample(range(len(chosen)), len(chosen))
            chosen = [
                (*row[:column], part[order[index] % len(part)], *row[column + 1 :]) for index, row in enumerate(chosen)
            ]
    return [" ".join("".join(row).split()) for row in dict.fromkeys(chosen)]


def own_texts(chance: random.Random) -> Iterator[tuple[str, str]]:
    """Yield the texts of this package with their intents."""
    for path in sorted(TEXTS.glob("*.txt")):
        intent = ""
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("["):
                intent = line.strip("[]")
                assert intent in CLASSES, f"{path.name}: {intent}"
            elif line and not line.startswith("#"):
                for text in expand(line, chance):
                    yield text, intent


def read_rows(path: Path) -> list[dict[str, Any]]:
    """Return the rows of a file of JSON lines."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def clinc_texts(path: Path) -> Iterator[tuple[str, str]]:
    """Yield the rows of CLINC150 with the intents of this package."""
    for row in read_rows(path):
        yield row["text"], CLINC.get(row["intent"], "unknown")


def multidogo_texts(path: Path) -> Iterator[tuple[str, str]]:
    """Yield the rows of MultiDoGO whose label has one intent of this package."""
    for row in read_rows(path):
        intent = MULTIDOGO.get(row["gold"].get("label") or "")
        if intent is not None:
            yield row["text"], intent


def mistype(text: str, chance: random.Random) -> str:
    """Return a text with a slip in one or two of its longer words, or with two of its words joined."""
    words = text.split()
    if len(words) > 1 and chance.random() < 0.15:
        place = chance.randrange(len(words) - 1)
        words[place : place + 2] = [words[place] + words[place + 1]]
        return " ".join(words)
    longer = [index for index, word in enumerate(words) if len(word) >= 4]
    for index in chance.sample(longer, min(len(longer), chance.choice((1, 1, 2)))):
        word, at = words[index], chance.randrange(len(words[index]) - 1)
        kind = chance.randrange(4)
        if kind == 0:
            word = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        elif kind == 1:
            word = word[:at] + word[at + 1 :]
        elif kind == 2:
            word = word[:at] + word[at] + word[at:]
        else:
            word = word[:at] + chance.choice("aeiorstnl") + word[at + 1 :]
        words[index] = word
    return " ".join(words)


def hollow(rows: list[tuple[str, str, float]], chance: random.Random) -> list[tuple[str, str, float]]:
    """Return the texts with the words that tell their intent replaced by unknown words: other talk.

    So a text does not get an intent for the words around the one that matters: "my son needs ...".
    """
    totals: dict[str, float] = {}
    by_intent: dict[tuple[str, str], float] = {}
    for text, intent, weight in rows:
        for word in set(words_of(text)):
            totals[word] = totals.get(word, 0.0) + weight
            by_intent[word, intent] = by_intent.get((word, intent), 0.0) + weight
    letters = sorted(word for word in totals if len(word) >= 4)
    found = []
    for text, intent, weight in rows:
        words = text.split()
        telling = [by_intent.get((word, intent), 0.0) / totals.get(word, 1.0) >= TELLING for word in words]
        if intent != "unknown" and any(telling):
            strange = ["".join(chance.sample(word, len(word))) for word in chance.sample(letters, len(words))]
            mixed = [new if tells else word for word, new, tells in zip(words, strange, telling, strict=True)]
            found.append((" ".join(mixed), "unknown", weight * HOLLOW_WEIGHT))
    return found


def train(rows: list[tuple[str, str, float]], chance: random.Random) -> dict[str, Any]:
    """Train the model on texts with intents and weights, and return its table."""
    counts: dict[str, int] = {}
    for text, _, _ in rows:
        for word in set(words_of(text)):
            counts[word] = counts.get(word, 0) + 1
    vocabulary = {word for word, count in counts.items() if count >= 2}
    more = [(mistype(text, chance), intent, weight * 0.5) for text, intent, weight in rows]
    everything = [*rows, *more, *hollow(rows, chance)]
    bags = [sorted(extract_features(text, vocabulary)) for text, _, _ in everything]
    frequency: dict[str, int] = {}
    for bag in bags:
        for name in set(bag):
            frequency[name] = frequency.get(name, 0) + 1
    frequent = [{name: 1.0 for name in bag if frequency[name] >= 3} for bag in bags]
    vectors = DictVectorizer()
    matrix = vectors.fit_transform(frequent)
    model = LogisticRegression(C=4.0, max_iter=300, tol=1e-3)
    model.fit(matrix, [intent for _, intent, _ in everything], sample_weight=[weight for _, _, weight in everything])
    order = [list(model.classes_).index(name) for name in CLASSES]
    coefficients = model.coef_[order]
    # the softmax does not change if all weights of a feature move together
    centred = coefficients - (coefficients.max(axis=0) + coefficients.min(axis=0)) / 2
    names = vectors.get_feature_names_out()
    weights = {
        name: centred[:, index] for index, name in enumerate(names) if np.ptp(centred[:, index]) >= 2 * MIN_WEIGHT
    }
    return {"bias": model.intercept_[order], "weights": weights, "vocabulary": sorted(vocabulary), "scale": SCALE}


def main() -> None:
    """Train the model and write the file; with `--check`, print the accuracy by intent."""
    parser = argparse.ArgumentParser(description="Train the intent model; see the head of this script.")
    parser.add_argument("--clinc", type=Path, required=True)
    parser.add_argument("--multidogo", type=Path, required=True)
    parser.add_argument("--check", type=Path)
    default = Path(__file__).parent.parent / "src/asyncassist/nlp/data/intents.gz"
    parser.add_argument("--out", type=Path, default=default)
    options = parser.parse_args()
    chance = random.Random(15)  # noqa: S311 - the same texts at each run
    rows = [
        (normalize(text), intent, OWN_UNKNOWN if intent == "unknown" else OWN) for text, intent in own_texts(chance)
    ]
    rows += [(normalize(text), intent, 1.0) for text, intent in clinc_texts(options.clinc)]
    rows += [(normalize(text), intent, 2.0) for text, intent in multidogo_texts(options.multidogo)]
    table = pack_table(**train(rows, chance))
    options.out.write_bytes(gzip.compress(table, 9, mtime=0))
    model = IntentModel(table)
    print(f"{len(rows)} texts, {len(model)} features, {options.out.stat().st_size} bytes")
    if options.check:
        right: dict[str, list[bool]] = {}
        for row in read_rows(options.check):
            intent = CLINC.get(row["intent"], "unknown")
            right.setdefault(intent, []).append(model.classify(normalize(row["text"]))[0] == intent)
        for name, hits in right.items():
            print(f"{name:18s} {100 * sum(hits) / len(hits):5.1f} of {len(hits)}")


if __name__ == "__main__":
    main()
