"""Run http-tests/cache-tests against AsyncHandler and count the passed tests.

    python -m benchmarks.conformance FOLDER_OF_CACHE_TESTS

The folder is a checkout of github.com/http-tests/cache-tests; Node.js is needed, npm packages are not, but for undici,
without which the four tests of interim responses fail whatever the client does. The origin server and the client are
the suite's own. A test counts as passed when it passes and the tests it depends on pass too.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import socket
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from benchmarks.conformance.proxy import proxy, rules

RESULTS = Path(__file__).parent.parent / "results" / "conformance.json"

# Lists the tests with their kinds; those marked browser_only need a browser.
_LIST = """
import tests from '%s/tests/index.mjs'
const rows = []
for (const suite of tests) for (const test of suite.tests)
  rows.push({id: test.id, suite: suite.id, name: test.name, kind: test.kind || 'required',
             depends_on: test.depends_on || [], browser_only: !!test.browser_only})
console.log(JSON.stringify(rows))
"""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def _node(folder: Path, *arguments: str, **environment: str) -> bytes:
    process = await asyncio.create_subprocess_exec(
        "node",
        "--no-warnings",
        *arguments,
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, **environment},
    )
    out, _ = await process.communicate()
    if process.returncode:
        raise SystemExit(f"node ended with {process.returncode}")
    return out


async def _tests(folder: Path) -> list[dict]:
    with tempfile.TemporaryDirectory() as temporary:
        script = Path(temporary) / "list.mjs"
        script.write_text(_LIST % folder)
        return json.loads(await _node(folder, str(script)))


async def _wait_for(port: int) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return
    raise SystemExit("the suite's server did not start")


async def run(folder: Path, test: str) -> tuple[list[dict], dict]:
    """Run the suite, or one test of it; return the tests and their results by id."""
    tests = await _tests(folder)
    port = _free_port()
    with tempfile.TemporaryDirectory() as temporary:
        server = await asyncio.create_subprocess_exec(
            "node",
            "--no-warnings",
            "test-engine/server/server.mjs",
            cwd=folder,
            stdout=asyncio.subprocess.DEVNULL,
            env={
                **os.environ,
                "npm_config_protocol": "http",
                "npm_config_port": str(port),
                "npm_config_pidfile": f"{temporary}/pid",
                "npm_config_keyfile": "",
                "npm_config_certfile": "",
            },
        )
        try:
            await _wait_for(port)
            async with proxy(f"http://127.0.0.1:{port}", rules()) as front:
                out = await _node(
                    folder,
                    "test-engine/cli.mjs",
                    npm_config_base=f"http://127.0.0.1:{front}",
                    npm_config_id=test,
                    npm_package_config_id=test,
                )
        finally:
            server.terminate()
            await server.wait()
    if test:
        print(out.decode())
        return tests, {}
    return tests, json.loads(out)


def classify(tests: list[dict], results: dict) -> dict[str, str]:
    """Return "pass", "fail", "dependency" or "untested" by test id."""
    by_id = {test["id"]: test for test in tests}

    def passed(name: str) -> bool:
        # A dependency of kind "check" counts as passed if its result is true.
        return results.get(name) is True and all(passed(other) for other in by_id[name]["depends_on"])

    outcomes = {}
    for name, test in by_id.items():
        if name not in results:
            outcomes[name] = "untested"
        elif not all(passed(other) for other in test["depends_on"]):
            outcomes[name] = "dependency"
        else:
            outcomes[name] = "pass" if results[name] is True else "fail"
    return outcomes


def report(tests: list[dict], results: dict) -> dict:
    """Print the score and the tests that do not pass; return the score."""
    outcomes = classify(tests, results)
    score: dict[str, dict] = {}
    for kind in ("required", "optimal"):
        own = [test for test in tests if test["kind"] == kind and not test["browser_only"]]
        counts = Counter(outcomes[test["id"]] for test in own)
        alone = sum(results.get(test["id"]) is True for test in own)
        missed = {test["id"]: outcomes[test["id"]] for test in own if outcomes[test["id"]] != "pass"}
        score[kind] = {"passed": counts["pass"], "of": len(own), "ignoring_dependencies": alone, "missed": missed}
        print(f"{kind}: {counts['pass']}/{len(own)} (ignoring dependencies {alone})")
        for name, outcome in missed.items():
            print(f"  {outcome:10} {name}  {results.get(name) if outcome == 'fail' else ''}")
    return score


def main() -> None:
    """Run the suite and write the score."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="a checkout of http-tests/cache-tests")
    parser.add_argument("--id", default="", help="run one test and print its result")
    given = parser.parse_args()
    if not (given.folder / "tests" / "index.mjs").exists():
        sys.exit(f"{given.folder} is no checkout of http-tests/cache-tests")
    tests, results = asyncio.run(run(given.folder.resolve(), given.id))
    if not given.id:
        score = report(tests, results)
        RESULTS.parent.mkdir(exist_ok=True)
        RESULTS.write_text(json.dumps(score, indent=1) + "\n")


if __name__ == "__main__":
    main()
