"""Train the small English intent model: `src/asyncassist/nlp/data/intents_en.json.gz`.

    pip install scikit-learn
    python tools/train_intents.py --data clinc150_train.jsonl [--check clinc150_val.jsonl] [--out FILE]

The data set is CLINC150 (CC BY 3.0, NOTICE): rows {"text", "intent"}. The model is a logistic regression over words and
pairs of words; the file holds whole numbers, 50 times each weight, of the features with a weight of some size.
"""

from __future__ import annotations

import argparse
import gzip
import json
from pathlib import Path

import numpy as np
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression

from asyncassist.nlp.intents.linear_model import CLASSES, IntentModel, extract_features

NAMES = {
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
SCALE = 50


def read(path: Path) -> tuple[list[str], list[str]]:
    """Return the texts and their intents, mapped to those of the engine."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [row["text"] for row in rows], [NAMES.get(row["intent"], "unknown") for row in rows]


def train(texts: list[str], intents: list[str]) -> dict[str, object]:
    """Train the model and return its table: weights by feature, in the order of `CLASSES`."""
    counts: dict[str, int] = {}
    bags = [set(extract_features(text)) for text in texts]
    for bag in bags:
        for name in bag:
            counts[name] = counts.get(name, 0) + 1
    frequent = [{name: 1.0 for name in bag if counts[name] >= 2} for bag in bags]
    vectors = DictVectorizer()
    matrix = vectors.fit_transform(frequent)
    model = LogisticRegression(C=12.0, max_iter=400)
    model.fit(matrix, intents)
    order = [list(model.classes_).index(name) for name in CLASSES]
    weights = np.rint(SCALE * model.coef_[order]).astype(int)
    bias = np.rint(SCALE * model.intercept_[order]).astype(int).tolist()
    table = {}
    for index, name in enumerate(vectors.get_feature_names_out()):
        row = weights[:, index] - int(np.median(weights[:, index]))
        if np.abs(row).max() >= 20:
            table[name] = row.tolist()
    return {"classes": CLASSES, "scale": SCALE, "bias": bias, "weights": table}


def main() -> None:
    """Train the model and write the file; with `--check`, print the accuracy by intent."""
    parser = argparse.ArgumentParser(description="Train the intent model; see the head of this script.")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--check", type=Path)
    default = Path(__file__).parent.parent / "src/asyncassist/nlp/data/intents_en.json.gz"
    parser.add_argument("--out", type=Path, default=default)
    options = parser.parse_args()
    table = train(*read(options.data))
    text = json.dumps(table, separators=(",", ":"), sort_keys=True)
    options.out.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    print(f"{len(table['weights'])} features, {options.out.stat().st_size} bytes")
    if options.check:
        model = IntentModel(table)
        right: dict[str, list[int]] = {}
        for text, intent in zip(*read(options.check), strict=True):
            right.setdefault(intent, []).append(model.classify(text)[0] == intent)
        for name, hits in right.items():
            print(f"{name:14s} {100 * sum(hits) / len(hits):5.1f} of {len(hits)}")


if __name__ == "__main__":
    main()
