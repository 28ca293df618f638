"""AsyncNLPEngine: accuracy and speed, compared with dateparser, py3langid and timefhuman.

    python -m benchmarks.nlp [--quick] [--rows FILE.jsonl]

Accuracy is measured on the sentences of `tests/nlp/data`, written for this project. `--rows` adds a file of turns with
"text", "previous", "today" and "slots" (name, value). Times are CPU times of one thread; peers are measured in the same
run, interleaved. `analyse` is the adapter for scorers that call `analyse(text=, previous=, today=)`.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import importlib
import importlib.util
import json
import random
import statistics
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asyncassist.nlp import AsyncNLPEngine, Entity, language_id
from asyncassist.nlp.dates.parser import find_dates
from asyncassist.nlp.tokens import TokenizedText
from benchmarks.report import RESULTS, Report

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DATA = Path(__file__).parent.parent / "tests/nlp/data"
LANGUAGES = ("en", "pt", "es", "fr", "de", "it")
CABINS = {"economy": "Economy", "premium_economy": "Premium Economy", "business": "Business", "first": "First Class"}
_engines: list[AsyncNLPEngine] = []


def _plain(entity: Entity) -> dict[str, Any]:
    """Return an entity with the values that scorers compare."""
    value = entity.value
    row = {"type": entity.type, "start": entity.start, "end": entity.end, "text": entity.text, "value": value}
    if entity.type in {"origin", "destination"}:
        row.update(value=value.code, city=value.city)
    elif entity.type == "passengers":
        row["value"] = str(value.total)
    elif entity.type == "cabin":
        row["value"] = CABINS[value]
    elif entity.type == "airline":
        row["value"] = value.name
    return row


async def analyse(text: str, previous: str | None, today: dt.date) -> dict[str, Any]:
    """Analyse one turn and return the result in the format of the scorers."""
    if not _engines:
        _engines.append(AsyncNLPEngine(ttl=0))
    now = dt.datetime.combine(today, dt.time(12), dt.UTC)
    analysis = await _engines[0].analyze(text, now=now, previous=previous)
    slots = analysis.slots
    kind = slots.get("trip_type") or ("round_trip" if "return_date" in slots else "one_way")
    return {
        "intent": analysis.intent.name,
        "trip": "search_roundtrip" if kind == "round_trip" else "search_oneway",
        "entities": [_plain(entity) for entity in analysis.entities],
    }


def sentences(language: str) -> list[dict[str, Any]]:
    """Return the sentences of one language."""
    lines = (DATA / f"{language}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def _shown(entity: Entity) -> str:
    value = entity.value
    if entity.type in {"origin", "destination", "airline"}:
        return value.code
    if entity.type == "passengers":
        return f"{value.adults}.{value.children}.{value.infants}"
    return f"{value.amount}{value.currency}" if entity.type == "budget" else str(value)


def _now(row: dict[str, Any]) -> dt.datetime:
    return dt.datetime.fromisoformat(row["today"]).replace(hour=12, tzinfo=dt.UTC)


async def accuracy(engine: AsyncNLPEngine, report: Report) -> None:
    """Report fully correct sentences, F1 of entities and accuracy of intents, by language."""
    for language in LANGUAGES:
        rows = sentences(language)
        whole = intents = asked_intents = right = guessed = wanted = 0
        for row in rows:
            context = {"language": language, **({"asked": row["asked"]} if "asked" in row else {})}
            analysis = await engine.analyze(row["text"], now=_now(row), previous=row.get("previous"), context=context)
            found = {(entity.type, _shown(entity)) for entity in analysis.entities}
            want = set(row["expect"].items())
            whole += found == want
            right, guessed, wanted = right + len(found & want), guessed + len(found), wanted + len(want)
            if "intent" in row:
                asked_intents += 1
                intents += analysis.intent.name == row["intent"]
        report.row(
            what=f"{language}: sentences fully correct",
            ours=_share(whole, len(rows)),
            peer="",
            unit=f"% of {len(rows)}",
        )
        report.row(what=f"{language}: entities, F1", ours=f"{200 * right / (guessed + wanted):.1f}", peer="", unit="%")
        report.row(
            what=f"{language}: intents", ours=_share(intents, asked_intents), peer="", unit=f"% of {asked_intents}"
        )


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}" if whole else ""


def _mistyped(text: str, chance: random.Random) -> str:
    letters = list(text)
    for _ in range(max(1, len(letters) // 20)):
        at = chance.randrange(len(letters) - 1)
        letters[at], letters[at + 1] = letters[at + 1], letters[at]
    return "".join(letters)


def languages(report: Report) -> None:
    """Report language detection on sentences with at least three lower-case words, clean and with typos.

    The peer is py3langid restricted to the six languages.
    """
    chance = random.Random(7)
    clean = [
        (language, row["text"])
        for language in LANGUAGES
        for row in sentences(language)
        if sum(word.islower() and word.isalpha() for word in row["text"].split()) >= 3
    ]
    peer: Callable[[str], str] | None = None
    if importlib.util.find_spec("py3langid"):
        module = importlib.import_module("py3langid.langid")
        identifier = module.LanguageIdentifier.from_model_file(module.MODEL_FILE)
        identifier.set_languages(list(LANGUAGES))

        def peer(text: str) -> str:
            return str(identifier.classify(text)[0])
    else:
        report.not_installed("py3langid")
    for name, rows in (("clean", clean), ("mistyped", [(code, _mistyped(text, chance)) for code, text in clean])):
        ours = sum(language_id.detect(text).code == code for code, text in rows)
        theirs = _share(sum(peer(text) == code for code, text in rows), len(rows)) if peer else ""
        report.row(
            what=f"language, {name} (peer: py3langid)",
            ours=_share(ours, len(rows)),
            peer=theirs,
            unit=f"% of {len(rows)}",
        )


def _peers_of_dates(report: Report) -> dict[str, Callable[[str, str, dt.datetime], set[str]]]:
    """Return other date parsers as functions to a set of ISO dates, by name."""
    peers: dict[str, Callable[[str, str, dt.datetime], set[str]]] = {}
    if importlib.util.find_spec("dateparser"):
        search = importlib.import_module("dateparser.search").search_dates

        def with_dateparser(text: str, language: str, now: dt.datetime) -> set[str]:
            base = {"RELATIVE_BASE": now.replace(tzinfo=None), "PREFER_DATES_FROM": "future"}
            return {str(found.date()) for _, found in search(text, languages=[language], settings=base) or ()}

        peers["dateparser"] = with_dateparser
    else:
        report.not_installed("dateparser")
    if importlib.util.find_spec("timefhuman"):
        timefhuman = importlib.import_module("timefhuman")

        def with_timefhuman(text: str, language: str, now: dt.datetime) -> set[str]:
            del language  # it parses English only, and is measured on English only
            found = timefhuman.timefhuman(text, config=timefhuman.tfhConfig(now=now.replace(tzinfo=None)))
            return {str(day) for day in _days(found)}

        peers["timefhuman"] = with_timefhuman
    else:
        report.not_installed("timefhuman")
    return peers


def _days(found: Any) -> Iterator[dt.date]:
    """Yield the dates in a result of timefhuman: dates, times, and tuples and lists of them."""
    if isinstance(found, dt.datetime):
        yield found.date()
    elif isinstance(found, dt.date):
        yield found
    elif isinstance(found, list | tuple):
        for item in found:
            yield from _days(item)


def _our_dates(text: str, language: str, now: dt.datetime) -> set[str]:
    return {str(span.value) for span in find_dates(TokenizedText.from_text(text), language=language, today=now.date())}


def dates(report: Report, *, quick: bool) -> None:
    """Report exact dates, no invented dates, and CPU time of date parsing alone, with peers in the same run."""
    rows = [(language, row) for language in LANGUAGES for row in sentences(language)]
    if quick:
        rows = rows[::8]
    peers = _peers_of_dates(report)
    readers: dict[str, Callable[[str, str, dt.datetime], set[str]]] = {"": _our_dates, **peers}
    shares: dict[str, tuple[str, str, float]] = {}
    spent: dict[str, list[float]] = {name: [] for name in readers}
    results: dict[str, list[bool]] = {name: [] for name in readers}
    clean: dict[str, list[bool]] = {name: [] for name in readers}
    for language, row in rows:
        want = {value for name, value in row["expect"].items() if name.endswith("date")}
        for name, reader in readers.items():
            if name == "timefhuman" and language != "en":
                continue
            started = time.thread_time()
            found = reader(row["text"], language, _now(row))
            spent[name].append(time.thread_time() - started)
            if want:
                results[name].append(want <= found and len(found) <= len(want))
            else:
                clean[name].append(not found)
    for name in readers:
        exact = _share(sum(results[name]), len(results[name]))
        shares[name] = (exact, _share(sum(clean[name]), len(clean[name])), statistics.median(spent[name]) * 1e3)
    ours = shares.pop("")
    for name, theirs in shares.items() or {"none": ("", "", 0.0)}.items():
        report.row(what=f"dates exact (peer: {name})", ours=ours[0], peer=theirs[0], unit="%")
        report.row(what=f"nothing invented (peer: {name})", ours=ours[1], peer=theirs[1], unit="%")
        report.row(
            what=f"dates alone, CPU p50 (peer: {name})", ours=f"{ours[2]:.3f}", peer=f"{theirs[2]:.3f}", unit="ms"
        )


async def speed(engine: AsyncNLPEngine, report: Report, *, quick: bool) -> None:
    """Report the CPU time of a whole analysis and of a long text, and the lag of the event loop."""
    texts = [row["text"] for language in LANGUAGES for row in sentences(language)]
    spent = []
    for _ in range(1 if quick else 3):
        for text in texts:
            started = time.thread_time()
            await engine.analyze(text)
            spent.append((time.thread_time() - started) * 1e3)
    spent.sort()
    report.row(what="whole analysis, short text, CPU p50", ours=f"{spent[len(spent) // 2]:.3f}", peer="", unit="ms")
    report.row(
        what="whole analysis, short text, CPU p99", ours=f"{spent[int(len(spent) * 0.99)]:.3f}", peer="", unit="ms"
    )
    long = [" ".join(random.Random(n).sample(texts, 200))[:4000] for n in range(3 if quick else 10)]
    worst = []
    for text in long:
        started = time.process_time()
        await engine.analyze(text)
        worst.append((time.process_time() - started) * 1e3)
    report.row(what="4000 characters, CPU", ours=f"{statistics.median(worst):.1f}", peer="", unit="ms")
    lags: list[float] = []

    async def watch() -> None:
        while True:
            started = time.perf_counter()
            await asyncio.sleep(0.001)
            lags.append((time.perf_counter() - started - 0.001) * 1e3)

    watcher = asyncio.create_task(watch())
    await asyncio.gather(*(engine.analyze(text + str(n)) for n, text in enumerate(text[:3900] for text in long)))
    watcher.cancel()
    lags.sort()
    report.row(
        what="event-loop lag while analysing long texts, p99",
        ours=f"{lags[int(len(lags) * 0.99)]:.1f}",
        peer="",
        unit="ms",
    )
    report.row(
        what="event-loop lag while analysing long texts, p50", ours=f"{lags[len(lags) // 2]:.1f}", peer="", unit="ms"
    )


async def turns(report: Report, path: Path) -> None:
    """Report strict F1 of slots and fully correct turns on a file of turns."""
    right = guessed = wanted = whole = count = 0
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        want = {(slot["name"], str(slot["value"]).lower()) for slot in row["slots"] if slot["value"] != "dontcare"}
        result = await analyse(row["text"], row["previous"], dt.date.fromisoformat(row["today"]))
        kinds = {"origin", "destination", "departure_date", "return_date", "passengers", "cabin", "airline"}
        want = {slot for slot in want if slot[0] in kinds}
        found = {
            (one["type"], str(one.get("city") or one["value"]).lower())
            for one in result["entities"]
            if one["type"] in kinds
        }
        right, guessed, wanted = right + len(found & want), guessed + len(found), wanted + len(want)
        whole, count = whole + (found == want), count + 1
    report.row(what=f"{path.stem}: slots, strict F1", ours=f"{200 * right / (guessed + wanted):.1f}", peer="", unit="%")
    report.row(what=f"{path.stem}: whole turns", ours=_share(whole, count), peer="", unit=f"% of {count}")


def plot(report: Report) -> None:
    """Plot the fully correct sentences by language, if matplotlib is installed."""
    if importlib.util.find_spec("matplotlib") is None:
        report.not_installed("matplotlib")
        return
    pyplot = importlib.import_module("matplotlib.pyplot")
    rows = [row for row in report.rows if row["what"].endswith("sentences fully correct")]
    figure, axes = pyplot.subplots(figsize=(6, 3))
    axes.bar([row["what"][:2] for row in rows], [float(row["ours"]) for row in rows])
    axes.set_ylim(80, 100)
    axes.set_ylabel("% of sentences fully correct")
    figure.tight_layout()
    RESULTS.mkdir(exist_ok=True)
    figure.savefig(RESULTS / "nlp.png", dpi=120)


async def measure(report: Report, *, quick: bool) -> None:
    async with AsyncNLPEngine(ttl=0) as engine:
        await accuracy(engine, report)
        languages(report)
        dates(report, quick=quick)
        await speed(engine, report, quick=quick)
    if "--rows" in sys.argv:
        await turns(report, Path(sys.argv[sys.argv.index("--rows") + 1]))
    for engine in _engines:
        await engine.aclose()


def main() -> None:
    packages = ("asyncassist", "py3langid", "rapidfuzz", "dateparser", "timefhuman")
    report = Report("nlp", "AsyncNLPEngine: accuracy and speed", packages)
    asyncio.run(measure(report, quick="--quick" in sys.argv))
    plot(report)
    report.write()


if __name__ == "__main__":
    main()
