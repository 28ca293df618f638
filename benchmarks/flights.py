"""Flight searches: concurrency on a slow upstream, token requests, and parsing of 250 offers.

    python -m benchmarks.flights [--quick | --full]

AsyncFlightClient with typed results is compared with bare aiohttp, a thread per search, and asyncio.to_thread (300
searches only with --full: they take minutes). The upstream is a process of its own that responds after 2.1 s in the
format of Amadeus; every measurement runs in a process of its own too, so that its memory can be told. Rounds are
interleaved.

Offers are parsed by the code that a search runs. It memoizes segments and words of earlier responses (bounded, see
asyncassist.flights.parsing); "empty parsing caches" clears them before each response.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import gc
import json
import resource
import statistics
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.report import RESULTS, Report

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DELAY = 2.1
DAY = dt.date(2027, 1, 10)
ROUTES = [(a, b) for a in ("LIS", "OPO", "MAD", "BCN", "CDG") for b in ("AMS", "FRA", "LHR", "FCO", "VIE")]


def queries(count: int) -> list[Any]:
    """Return as many queries, all different."""
    from asyncassist.flights import FlightQuery

    days = (DAY + dt.timedelta(days=step) for step in range(200))
    return [FlightQuery(a, b, day, max_offers=5) for day in days for a, b in ROUTES][:count]


def sample(count: int) -> bytes:
    """Return a response body of Amadeus with as many offers, all different."""
    from asyncassist.flights import FlightQuery, SandboxProvider
    from asyncassist.testing._flight_payloads import amadeus_offer

    found: list[dict[str, Any]] = []
    sandbox = SandboxProvider()
    for step in range(200):
        asked = FlightQuery("LIS", "SYD", DAY + dt.timedelta(days=step), return_date=DAY + dt.timedelta(days=step + 9))
        for one in sandbox._offers(asked, dt.datetime(2026, 1, 1, tzinfo=dt.UTC)):
            found.append(amadeus_offer(one, len(found) + 1, asked))
        if len(found) >= count:
            break
    return json.dumps({"meta": {"count": count}, "data": found[:count], "dictionaries": {}}).encode()


# -- the upstream --------------------------------------------------------------------------------------------------


def serve() -> None:
    """Serve every search after the delay; print the port."""
    from aiohttp import web

    body = sample(5)
    kind = {"Content-Type": "application/vnd.amadeus+json"}

    async def token(_request: web.Request) -> web.Response:
        return web.json_response({"access_token": "t", "token_type": "Bearer", "expires_in": 1799})

    async def search(_request: web.Request) -> web.Response:
        await asyncio.sleep(DELAY)
        return web.Response(body=body, headers=kind)

    async def run() -> None:
        app = web.Application()
        app.router.add_post("/v1/security/oauth2/token", token)
        app.router.add_get("/v2/shopping/flight-offers", search)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0, backlog=4096).start()
        print(runner.addresses[0][1], flush=True)
        await asyncio.Event().wait()

    asyncio.run(run())


@contextlib.contextmanager
def upstream() -> Iterator[str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.flights", "--serve"], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.terminate()
        process.wait()


# -- one measurement, in a process of its own -----------------------------------------------------------------------


async def with_client(url: str, count: int) -> int:
    from asyncassist.flights import AmadeusProvider, AsyncFlightClient

    provider = AmadeusProvider(
        base_url=url, token_url=f"{url}/v1/security/oauth2/token", client_id="i", client_secret="s"
    )
    async with AsyncFlightClient(providers=[provider]) as client:
        await provider.check()
        asked = queries(count)
        begin()
        results = await client.search_many(asked)
    return sum(len(result.offers) > 0 for result in results)


async def with_aiohttp(url: str, count: int) -> int:
    import aiohttp

    from asyncassist.flights.providers.amadeus.wire import search_params

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

        async def one(params: dict[str, str]) -> Any:
            async with session.get(f"{url}/v2/shopping/flight-offers", params=params) as response:
                return json.loads(await response.read())

        asked = [search_params(query) for query in queries(count)]
        begin()
        answers = await asyncio.gather(*(one(params) for params in asked))
    return sum(len(answer["data"]) > 0 for answer in answers)


def _blocking(url: str, params: dict[str, str]) -> Any:
    import requests

    return requests.get(f"{url}/v2/shopping/flight-offers", params=params, timeout=60).json()


def with_threads(url: str, count: int) -> int:
    from concurrent.futures import ThreadPoolExecutor

    import requests  # noqa: F401 - imported before the measurement starts

    from asyncassist.flights.providers.amadeus.wire import search_params

    asked = [search_params(query) for query in queries(count)]
    begin()
    with ThreadPoolExecutor(count) as pool:
        answers = list(pool.map(lambda params: _blocking(url, params), asked))
    return sum(len(answer["data"]) > 0 for answer in answers)


async def with_to_thread(url: str, count: int) -> int:
    import requests  # noqa: F401 - imported before the measurement starts

    from asyncassist.flights.providers.amadeus.wire import search_params

    asked = [search_params(query) for query in queries(count)]
    begin()
    answers = await asyncio.gather(*(asyncio.to_thread(_blocking, url, params) for params in asked))
    return sum(len(answer["data"]) > 0 for answer in answers)


CONTESTANTS: dict[str, Callable[[str, int], Any]] = {
    "AsyncFlightClient": with_client,
    "bare aiohttp": with_aiohttp,
    "threads": with_threads,
    "to_thread": with_to_thread,
}
_begun: dict[str, float] = {}


def begin() -> None:
    """Start the measurement: everything is imported and open, nothing has been sent."""
    gc.collect()
    _begun.update(wall=time.perf_counter(), cpu=time.process_time(), memory=_resident())
    threading.Thread(target=_watch, daemon=True).start()


def _watch() -> None:
    """Sample the memory of this process twenty times a second."""
    while True:
        now = _resident()
        _begun["peak"] = max(_begun.get("peak", 0.0), now)
        if time.perf_counter() - _begun["wall"] < DELAY - 0.1:
            _begun["waiting"] = now  # every request is sent, none has a response
        time.sleep(0.05)


def _resident() -> float:
    """Return the resident memory of this process in KiB."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 1024


def measure(name: str, url: str, count: int) -> None:
    """Run one contestant and print its measurements as JSON."""
    work = CONTESTANTS[name](url, count)
    answered = asyncio.run(work) if asyncio.iscoroutine(work) else work
    facts = {
        "wall": time.perf_counter() - _begun["wall"],
        "cpu": time.process_time() - _begun["cpu"],
        "waiting": (_begun["waiting"] - _begun["memory"]) / count,
        "memory": (_begun["peak"] - _begun["memory"]) / count,
        "answered": answered,
    }
    print(json.dumps(facts))


def measured(name: str, url: str, count: int) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.flights", "--measure", name, url, str(count)]
    output = subprocess.run(command, check=True, capture_output=True, text=True, timeout=600).stdout
    facts: dict[str, float] = json.loads(output.splitlines()[-1])
    assert facts["answered"] == count, f"{name} answered {facts['answered']} of {count}"
    return facts


def concurrency(report: Report, *, quick: bool, full: bool) -> None:
    counts = (3, 300) if quick else (3, 30, 300, 1000)
    rounds = 1 if quick else 3
    names = [name for name in CONTESTANTS if not (quick and name == "to_thread")]
    found: dict[tuple[str, int], list[dict[str, float]]] = {}
    with upstream() as url:
        for turn in range(rounds):
            for count in counts:
                for name in names:
                    if name == "to_thread" and (turn or count > (300 if full else 30)):
                        continue
                    print(f"  {name}, {count} concurrent", file=sys.stderr, flush=True)
                    found.setdefault((name, count), []).append(measured(name, url, count))
    for (name, count), several in sorted(found.items(), key=lambda item: item[0][1]):
        middle = {key: statistics.median(one[key] for one in several) for key in several[0]}
        bare = statistics.median(one["wall"] for one in found["bare aiohttp", count])
        report.row(
            what=f"{count} searches on a {DELAY} s upstream",
            who=name,
            wall=f"{middle['wall']:.2f} s",
            ratio=f"{middle['wall'] / bare:.2f} x bare aiohttp",
            cpu=f"{middle['cpu']:.2f} s",
            memory=f"{middle['waiting']:.0f} / {middle['memory']:.0f} KiB",
        )
    report.row(what=f"3 searches on a {DELAY} s upstream", who="in sequence", wall=f"{3 * DELAY:.2f} s", ratio="by sum")


# -- tokens --------------------------------------------------------------------------------------------------------


async def tokens(report: Report) -> None:
    from asyncassist.flights import AsyncFlightClient
    from asyncassist.testing import FakeClock, FakeFlightServer

    clock = FakeClock(dt.datetime(2026, 12, 1, tzinfo=dt.UTC).timestamp())
    async with (
        FakeFlightServer(now=clock) as server,
        AsyncFlightClient(providers=[server.amadeus()], ttl=0.0, now=clock) as client,
    ):
        for state in ("cold", "expired", "revoked"):
            if state == "expired":
                clock.advance(server.token_life + 1)
            if state == "revoked":
                server.revoke_tokens()
            before = server.token_requests
            results = await client.search_many(queries(100))
            answered = sum(bool(result.offers) for result in results)
            report.row(
                what=f"100 searches, token {state}",
                who="AsyncFlightClient",
                wall=f"{answered} answered",
                ratio=f"{server.token_requests - before} token requests",
            )


# -- parsing -------------------------------------------------------------------------------------------------------


def read_new(body: bytes) -> int:
    """Parse as `read_ours` does, with the memoization caches cleared."""
    from asyncassist.flights import parsing

    for memoized in (
        parsing.build_segment,
        parsing.parse_iata_code,
        parsing.parse_flight_number,
        parsing.parse_duration,
        parsing.parse_cabin,
        parsing._resolve_zone,
    ):
        memoized.cache_clear()
    return read_ours(body)


def read_ours(body: bytes) -> int:
    from asyncassist.flights.providers.amadeus import wire

    answer = wire.SEARCH_DECODER.decode(body)
    return len([wire.parse_offer(bytes(raw), "amadeus") for raw in answer.data or []])


@dataclass(frozen=True, slots=True)
class PlainSegment:
    origin: str
    destination: str
    carrier: str
    number: str
    departs: dt.datetime
    arrives: dt.datetime
    cabin: str


@dataclass(frozen=True, slots=True)
class PlainOffer:
    id: str
    amount: Decimal
    currency: str
    itineraries: tuple[tuple[PlainSegment, ...], ...]
    raw: dict[str, Any]


def read_stdlib(body: bytes) -> int:
    offers = []
    for one in json.loads(body)["data"]:
        details = {d["segmentId"]: d for d in one["travelerPricings"][0]["fareDetailsBySegment"]}
        ways = tuple(
            tuple(
                PlainSegment(
                    s["departure"]["iataCode"],
                    s["arrival"]["iataCode"],
                    s["carrierCode"],
                    s["number"],
                    dt.datetime.fromisoformat(s["departure"]["at"]),
                    dt.datetime.fromisoformat(s["arrival"]["at"]),
                    details[s["id"]]["cabin"].lower(),
                )
                for s in way["segments"]
            )
            for way in one["itineraries"]
        )
        price = one["price"]
        offers.append(PlainOffer(one["id"], Decimal(price["grandTotal"]), price["currency"], ways, one))
    return len(offers)


def pydantic_reader() -> Callable[[bytes], int] | None:
    """Return a parser with pydantic models of the whole offer, None if pydantic is not installed."""
    try:
        from pydantic import BaseModel, ConfigDict
        from pydantic.alias_generators import to_camel
    except ImportError:
        return None

    class Model(BaseModel):
        model_config = ConfigDict(alias_generator=to_camel, frozen=True)

    def model(name: str, **fields: Any) -> Any:
        return type(name, (Model,), {"__annotations__": fields, "__module__": __name__})

    point = model("Point", iata_code=str, at=dt.datetime)
    code = model("Code", code=str)
    operating = model("Operating", carrier_code=str)
    segment = model(
        "Segment",
        departure=point,
        arrival=point,
        carrier_code=str,
        number=str,
        aircraft=code,
        operating=operating,
        duration=dt.timedelta,
        id=str,
        number_of_stops=int,
    )
    itinerary = model("Itinerary", duration=dt.timedelta, segments=list[segment])
    price = model("Price", currency=str, total=Decimal, base=Decimal, grand_total=Decimal)
    bags = model("Bags", quantity=int)
    detail = model("Detail", segment_id=str, cabin=str, fare_basis=str, branded_fare=str, included_checked_bags=bags)
    part = model("Part", currency=str, total=Decimal, base=Decimal)
    traveler = model(
        "Traveler",
        traveler_id=str,
        fare_option=str,
        traveler_type=str,
        price=part,
        fare_details_by_segment=list[detail],
    )
    offer = model(
        "Offer",
        type=str,
        id=str,
        source=str,
        last_ticketing_date=dt.date,
        number_of_bookable_seats=int,
        itineraries=list[itinerary],
        price=price,
        validating_airline_codes=list[str],
        traveler_pricings=list[traveler],
    )
    reply = model("Reply", data=list[offer])
    return lambda body: len(reply.model_validate_json(body).data)


def reading(report: Report, *, quick: bool) -> None:
    body = sample(250)
    readers: dict[str, Callable[[bytes], int]] = {
        "asyncassist": read_ours,
        "asyncassist, empty parsing caches": read_new,
        "stdlib json": read_stdlib,
    }
    pydantic = pydantic_reader()
    if pydantic is None:
        report.not_installed("pydantic")
    else:
        readers["pydantic"] = pydantic
    times: dict[str, list[float]] = {name: [] for name in readers}
    for _ in range(11 if quick else 41):
        for name, reader in readers.items():
            start = time.thread_time()
            assert reader(body) == 250
            times[name].append(time.thread_time() - start)
    peer = statistics.median(times.get("pydantic", times["stdlib json"]))
    for name, several in times.items():
        middle = statistics.median(several)
        report.row(
            what=f"250 offers ({len(body) // 1024} KiB) to models",
            who=name,
            cpu=f"{middle * 1000:.1f} ms",
            ratio=f"{middle / peer:.2f} x {'pydantic' if pydantic else 'stdlib json'}",
        )


# -- report --------------------------------------------------------------------------------------------------------


def plot(report: Report) -> None:
    """Plot the wall times, if matplotlib is installed."""
    try:
        import matplotlib as mpl
    except ImportError:
        report.not_installed("matplotlib")
        return
    mpl.use("Agg")
    from matplotlib import pyplot as plt

    lines: dict[str, list[tuple[int, float]]] = {}
    for row in report.rows:
        head = row["what"].split()
        if head[1] == "searches" and "upstream" in row["what"] and row["who"] != "in sequence":
            lines.setdefault(row["who"], []).append((int(head[0]), float(row["wall"].split()[0])))
    figure, axes = plt.subplots(figsize=(7, 4))
    for name, points in lines.items():
        axes.plot(*zip(*points, strict=True), marker="o", label=name)
    axes.set(xscale="log", xlabel="concurrent searches", ylabel="seconds", title=f"Searches on a {DELAY} s upstream")
    axes.legend()
    figure.tight_layout()
    RESULTS.mkdir(exist_ok=True)
    figure.savefig(RESULTS / "flights.svg")


def main() -> None:
    quick, full = "--quick" in sys.argv, "--full" in sys.argv
    report = Report("flights", "Flight searches", ("aiohttp", "msgspec", "pydantic", "requests"))
    for package in ("aiohttp", "requests"):
        with contextlib.suppress(ImportError):
            __import__(package)
    reading(report, quick=quick)
    asyncio.run(tokens(report))
    concurrency(report, quick=quick, full=full)
    # memory: per search in flight / at the peak, responses included
    columns = ("what", "who", "wall", "ratio", "cpu", "memory")
    report.rows = [{column: row.get(column, "") for column in columns} for row in report.rows]
    plot(report)
    report.write()


if __name__ == "__main__":
    if "--serve" in sys.argv:
        serve()
    elif "--measure" in sys.argv:
        _, _, who, where, number = sys.argv
        measure(who, where, int(number))
    else:
        main()
