"""Train the dialogue act models: `src/asyncassist/nlp/data/acts_<code>.json.gz`, one for each language.

    pip install numpy
    python -m tools.train_acts [CODE ...] [--check]

Each language folder holds `acts.txt`, examples of what a message may do, written for this package: under `# act` one
example a line, with alternatives in round brackets and placeholders in capitals, whose values stand at the head of the
file. The examples are expanded, read by the rules (which replace places, dates and other entities by their type), and
a logistic regression over words, pairs of words and beginnings of words is fitted. The file holds whole numbers, 50
times each weight, of the weights of some size. `--check` leaves a fifth of the lines out and tells how many of them are
recognised.
"""

from __future__ import annotations

import argparse
import datetime as dt
import gzip
import json
import random
import re
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np

from asyncassist.languages.registry import PACKS
from asyncassist.nlp.commands.acts import ActModel, mask_entities, sentence_features
from asyncassist.nlp.models import Reading
from asyncassist.nlp.rule_extractor import extract_entities
from asyncassist.nlp.tokens import TokenizedText

ROOT = Path(__file__).parent.parent / "src/asyncassist"
TODAY = dt.date(2026, 11, 21)
SCALE = 50
PER_LINE = 36
_GROUP = re.compile(r"\(([^()]*)\)")


def read(path: Path) -> tuple[dict[str, list[str]], list[tuple[str, str]]]:
    """Return the values of the placeholders, and pairs of act and example."""
    values: dict[str, list[str]] = {}
    lines = []
    act = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("= "):
            name, _, rest = line[2:].partition(" ")
            values[name] = rest.split("|")
        elif line.startswith("# "):
            act = line[2:].strip()
        elif line.strip():
            lines.append((act, line.strip()))
    return values, lines


def expand(line: str, values: dict[str, list[str]], pick: random.Random) -> str:
    """Return one random expansion of an example."""
    while match := _GROUP.search(line):
        line = line[: match.start()] + pick.choice(match[1].split("|")) + line[match.end() :]
    for name in ("PLACE", "DATE", "AIRLINE", "TIME", "MONEY", "NUM", "FLIGHT"):
        line = re.sub(rf"\b{name}\b", lambda _, name=name: pick.choice(values[name]), line)
    line = " ".join(line.split()).replace(" ,", ",").replace("' ", "'")
    if pick.random() < 0.25:
        line = f"{pick.choice(values['LEAD'])}{pick.choice([',', '', ''])} {line}"
    if pick.random() < 0.25:
        line = f"{line} {pick.choice(values['TAIL'])}"
    return line


def featurize(text: str, code: str, *, question: bool) -> list[str]:
    """Return the features of a sentence, as the engine computes them."""
    tokenized = TokenizedText.from_text(text)
    entities = extract_entities(Reading(text=tokenized, language=code, languages=(code,), today=TODAY))
    return sentence_features(mask_entities(text, 0, len(text), entities), question=question)


def samples(code: str, lines: list[tuple[str, str]], values: dict[str, list[str]]) -> list[tuple[str, list[str], str]]:
    """Return act, features and text of the expanded examples."""
    pick = random.Random(7)  # noqa: S311 - reproducible, not secret
    found = []
    for act, line in lines:
        seen = set()
        for _ in range(PER_LINE * 2):
            text = expand(line, values, pick)
            if text in seen or len(seen) >= PER_LINE:
                continue
            seen.add(text)
            asks = act.startswith(("offer.", "topic.", "flexible")) and pick.random() < 0.6
            text = text.rstrip("?") + "?" if asks else text
            found.append((act, featurize(text, code, question=text.endswith("?")), text))
    return found


def fit(rows: list[tuple[str, list[str], str]]) -> dict[str, object]:
    """Fit the regression and return its table."""
    acts = sorted({act for act, _, _ in rows})
    counts = Counter(name for _, names, _ in rows for name in set(names))
    names = sorted(name for name, count in counts.items() if count >= 4)
    index = {name: at for at, name in enumerate(names)}
    matrix = np.zeros((len(rows), len(names)), np.float32)
    target = np.zeros((len(rows), len(acts)), np.float32)
    per_act = Counter(act for act, _, _ in rows)
    weight = np.zeros((len(rows), 1), np.float32)
    for at, (act, features, _) in enumerate(rows):
        for name in features:
            if name in index:
                matrix[at, index[name]] = 1
        target[at, acts.index(act)] = 1
        weight[at] = min(3.0, (len(rows) / len(acts) / per_act[act]) ** 0.5)
    weights = np.zeros((len(names), len(acts)), np.float32)
    bias = np.zeros(len(acts), np.float32)
    first, second = np.zeros_like(weights), np.zeros_like(weights)
    order = np.random.default_rng(7)
    step = 0
    for epoch in range(14):
        shuffled = order.permutation(len(rows))
        rate = 0.05 / (1 + epoch / 3)
        for begin in range(0, len(rows), 256):
            batch = shuffled[begin : begin + 256]
            scores = matrix[batch] @ weights + bias
            scores -= scores.max(axis=1, keepdims=True)
            chance = np.exp(scores)
            chance /= chance.sum(axis=1, keepdims=True)
            error = (chance - target[batch] * 0.97 - 0.03 / len(acts)) * weight[batch] / len(batch)
            gradient = matrix[batch].T @ error + 2e-5 * weights
            step += 1
            first = 0.9 * first + 0.1 * gradient
            second = 0.99 * second + 0.01 * gradient**2
            weights -= rate * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.99**step)) + 1e-8)
            bias -= rate * error.sum(axis=0)
    whole = np.rint(SCALE * weights).astype(int)
    table = {}
    for at, name in enumerate(names):
        row = [(kind, int(value)) for kind, value in enumerate(whole[at]) if abs(value) >= 12]
        if row:
            table[name] = [number for pair in row for number in pair]
    return {"acts": acts, "scale": SCALE, "bias": np.rint(SCALE * bias).astype(int).tolist(), "weights": table}


def main() -> None:
    """Train the models; with `--check`, print how many of the lines left out are recognised."""
    parser = argparse.ArgumentParser(description="Train the dialogue act models; see the head of this script.")
    parser.add_argument("codes", nargs="*", default=list(PACKS))
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    for code in options.codes:
        values, lines = read(ROOT / "languages" / code / "acts.txt")
        rows = samples(code, lines, values)
        if options.check:
            check(code, lines, values)
            continue
        table = fit(rows)
        packed = gzip.compress(json.dumps(table, separators=(",", ":"), sort_keys=True).encode(), 9, mtime=0)
        out = ROOT / "nlp/data" / f"acts_{code}.json.gz"
        out.write_bytes(packed)
        print(f"{code}: {len(rows)} examples, {len(table['weights'])} features, {len(packed)} bytes")


def check(code: str, lines: list[tuple[str, str]], values: dict[str, list[str]]) -> None:
    """Train without a fifth of the lines and print the accuracy on them, and what is confused."""
    picked = random.Random(3).sample(range(len(lines)), len(lines) // 5)  # noqa: S311 - reproducible, not secret
    held = {lines[at] for at in picked}
    model = ActModel(fit(samples(code, [line for line in lines if line not in held], values)))
    rows = samples(code, [lines[at] for at in picked], values)
    wrong: dict[tuple[str, str], list[str]] = defaultdict(list)
    for act, features, text in rows:
        best = model.classify(features).name
        if best != act:
            wrong[act, best].append(text)
    missed = sum(map(len, wrong.values()))
    print(f"{code}: {len(rows) - missed} of {len(rows)} = {100 * (1 - missed / len(rows)):.1f} %")
    for (act, best), texts in sorted(wrong.items(), key=lambda item: -len(item[1]))[:40]:
        print(f"  {act} -> {best} {len(texts)}: {texts[0]!r}")


if __name__ == "__main__":
    main()
