"""Build the statistics of the language detector: `src/asyncassist/nlp/data/letters.json.gz`.

    pip install py3langid numpy
    python tools/build_language.py [--keep 14000] [--out FILE]

The probabilities are those of the model that py3langid ships (NOTICE), for the languages of the registry, without case,
and only for the groups of letters that distinguish the languages best. The file holds whole numbers: 16 times the
natural logarithm of a group's probability in a language over its geometric mean in all of them. It also holds the words
of the texts of intents (`tools/intents/<language>.txt`), each with the languages in which it occurs.
"""

from __future__ import annotations

import argparse
import functools
import gzip
import json
import math
import re
from collections import defaultdict, deque
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from py3langid import langid

from asyncassist.languages.registry import LANGUAGES, PACKS
from asyncassist.nlp.tokens import normalize

EPSILON = 1e-6


def groups(model: Any) -> dict[bytes, int]:
    """Return every group of bytes in the model with its feature number."""
    names: dict[int, bytes] = {0: b""}
    queue = deque([0])
    while queue:
        state = queue.popleft()
        for byte in range(256):
            following = model.tk_nextmove[model._rowbase[state] + byte]  # noqa: SLF001 - the automaton has no public interface
            if following not in names:
                names[following] = names[state] + bytes([byte])
                queue.append(following)
    return {name: model.tk_output[state] for state, name in names.items() if model.tk_output[state] >= 0}


def build(keep: int) -> dict[str, list[int]]:
    """Return the `keep` most distinctive groups of letters with their weights by language."""
    model = langid._load_identifier(langs=list(LANGUAGES))  # noqa: SLF001 - no public interface either
    order = [model.nb_classes.index(language) for language in LANGUAGES]
    chances = np.exp(np.asarray(model.nb_ptc, dtype=np.float64))[:, order]
    merged: dict[str, Any] = defaultdict(lambda: np.zeros(len(LANGUAGES)))
    for name, number in groups(model).items():
        try:
            text = name.decode().lower().replace("\n", " ").replace("\u2019", "'")
        except UnicodeDecodeError:
            continue  # the group cuts a UTF-8 sequence
        if text.strip() and all(char.isalpha() or char in " '" for char in text):
            merged[text] += chances[number]
    scored = []
    for text, chance in merged.items():
        logs = np.log(chance + EPSILON)
        scored.append((float(chance.max() * (logs.max() - logs.min())), text, logs - logs.mean()))
    scored.sort(key=lambda row: -row[0])
    return {text: [round(16 * float(weight)) for weight in logs] for _, text, logs in scored[:keep]}


@functools.cache
def months(language: str) -> frozenset[str]:
    """Return the names of the months, short ones too, folded."""
    found: set[str] = set()
    for kind in ("MONTH", "MONTHW"):
        spellings = PACKS[language].dates[kind]
        assert isinstance(spellings, Mapping)
        found.update(normalize(word.strip()) for line in spellings.values() for word in line.split(","))
    return frozenset(found)


def words() -> dict[str, list[str]]:
    """Return the words of the texts of intents, folded, by the languages in which they occur, such as "es pt".

    A word is also one of each language that has it as the name of a month: "jan" is no name there.
    """
    found: dict[str, list[str]] = defaultdict(list)
    for language in LANGUAGES:
        lines = (Path(__file__).parent / "intents" / f"{language}.txt").read_text(encoding="utf-8").splitlines()
        texts = " ".join(line for line in lines if not line.startswith(("[", "#")))
        for word in sorted({normalize(word) for word in re.findall(r"[^\W\d_]+", texts)}):
            found[word].append(language)
    for word, languages in found.items():
        languages.extend(code for code in LANGUAGES if code not in languages and word in months(code))
        languages.sort(key=LANGUAGES.index)
    by_languages: dict[str, list[str]] = defaultdict(list)
    for word, languages in sorted(found.items()):
        by_languages[" ".join(languages)].append(word)
    return by_languages


def main() -> None:
    """Build and write the file."""
    parser = argparse.ArgumentParser(description="Build the letter statistics; see the head of this script.")
    parser.add_argument("--keep", type=int, default=14000)
    default = Path(__file__).parent.parent / "src/asyncassist/nlp/data/letters.json.gz"
    parser.add_argument("--out", type=Path, default=default)
    options = parser.parse_args()
    table = build(options.keep)
    content = {"languages": LANGUAGES, "groups": table, "words": words()}
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    options.out.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    print(f"{len(table)} groups, {options.out.stat().st_size} bytes, longest {max(map(len, table))}")
    assert math.isclose(sum(table[" que "]), 0, abs_tol=6)


if __name__ == "__main__":
    main()
