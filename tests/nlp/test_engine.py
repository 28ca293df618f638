"""AsyncNLPEngine: caching, clock and time zones, extractors, argument checks."""

from __future__ import annotations

import asyncio
import datetime as dt
from decimal import Decimal

import pytest

from asyncassist._places import place_by_code
from asyncassist.errors import ClosedError, ConfigurationError, InvalidInputError, UpstreamError
from asyncassist.nlp import (
    Airline,
    AsyncNLPEngine,
    Entity,
    Extractor,
    Money,
    Passengers,
    Place,
    Reading,
    RuleExtractor,
)
from asyncassist.testing import FakeClock

NOON = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)


class CapitalsExtractor:
    """Extractor that finds the first word if it is in capitals."""

    name = "capitals"
    languages: tuple[str, ...] = ()
    version = "1"
    kind = "cpu"

    def extract(self, reading: Reading) -> list[Entity]:
        first = reading.text.tokens[0]
        if not first.raw.isupper():
            return []
        return [
            Entity(type="capital", start=first.start, end=first.end, text=first.raw, value=first.raw, source="capitals")
        ]


class IOExtractor:
    """Extractor that waits and then succeeds or raises the given error."""

    languages: tuple[str, ...] = ()
    version = "1"
    kind = "io"

    def __init__(self, name: str, error: Exception | None = None) -> None:
        self.name = name
        self.error = error
        self.calls = 0

    async def extract(self, reading: Reading) -> list[Entity]:
        self.calls += 1
        await asyncio.sleep(0)
        if self.error is not None:
            raise self.error
        raw = reading.text.raw
        return [Entity(type=self.name, start=0, end=len(raw), text=raw, value=1, confidence=0.1, source=self.name)]


@pytest.fixture
async def engine(clock: FakeClock):
    async with AsyncNLPEngine(now=clock) as opened:
        yield opened


async def test_values_have_documented_types(engine):
    """Each slot's value has the type that the contract documents."""
    analysis = await engine.analyze(
        "from Lisbon to JFK on 5 December 2026 back on 12 December 2026, 2 adults and a baby, business class, nonstop,"
        " with Lufthansa, under 900 euros, round trip, flight LH 1234",
        now=NOON,
    )
    slots = analysis.slots

    assert isinstance(slots["origin"], Place)
    assert slots["origin"].code == "LIS"
    assert slots["destination"].code == "JFK"
    assert slots["departure_date"] == dt.date(2026, 12, 5)
    assert slots["return_date"] == dt.date(2026, 12, 12)
    assert slots["passengers"] == Passengers(adults=2, infants=1)
    assert slots["cabin"] == "business"
    assert slots["max_stops"] == 0
    assert slots["airline"] == Airline(code="LH", name="Lufthansa")
    assert slots["budget"] == Money(Decimal(900), "EUR")
    assert slots["trip_type"] == "round_trip"
    assert slots["flight_number"] == "LH1234"
    assert analysis.first("cabin").text == "business class"
    assert analysis.first("date") is None
    assert analysis.to_dict()["entities"][0]["value"]["code"] == "LIS"


async def test_offsets_refer_to_the_original_text(engine):
    """Accents, emoji and odd spaces do not shift the offsets."""
    text = "✈️  de  São   Paulo → a Nueva\u00a0York 🗽 mañana"

    analysis = await engine.analyze(text, now=NOON)

    assert {entity.type for entity in analysis.entities} >= {"origin", "destination", "departure_date"}
    assert all(text[entity.start : entity.end] == entity.text for entity in analysis.entities)


async def test_an_equal_text_is_a_cache_hit(engine, clock):
    """The analysis is cached until its time to live is over, and marked as cached."""
    first = await engine.analyze("to Rome on Friday")
    again = await engine.analyze("to Rome on Friday")
    clock.advance(300)
    later = await engine.analyze("to Rome on Friday")

    assert (first.cached, again.cached, later.cached) == (False, True, False)
    assert again.entities == first.entities
    assert engine.stats().cache.hits == 1


async def test_no_cached_analysis_outlives_midnight(clock):
    """ "Tomorrow" is another day after midnight of the traveller's zone, whatever the time to live."""
    start = dt.datetime(2026, 11, 21, 22, 59, 58, tzinfo=dt.UTC)  # 23:59:58 in Madrid
    clock.advance(start.timestamp() - clock())

    async with AsyncNLPEngine(now=clock, ttl=1e6, timezone="Europe/Madrid") as engine:
        before = await engine.analyze("to Rome tomorrow")
        clock.advance(5)
        after = await engine.analyze("to Rome tomorrow")

        assert engine.stats().cache.entries <= 2
    assert before.slots["departure_date"] == dt.date(2026, 11, 22)
    assert after.slots["departure_date"] == dt.date(2026, 11, 23)
    assert not after.cached


async def test_today_is_the_date_of_the_traveller(engine):
    """ "Today" follows the time and zone of the call, or the zone in the context."""
    late = dt.datetime(2026, 11, 21, 23, 30, tzinfo=dt.UTC)

    utc = await engine.analyze("to Rome tomorrow", now=late)
    tokyo = await engine.analyze("to Rome tomorrow", now=late, context={"timezone": "Asia/Tokyo"})

    assert utc.slots["departure_date"] == dt.date(2026, 11, 22)
    assert tokyo.slots["departure_date"] == dt.date(2026, 11, 23)


@pytest.mark.parametrize(
    ("previous", "asked", "kind"),
    [
        ("Where do you want to go?", None, "destination"),
        ("Where are you leaving from?", None, "origin"),
        (None, "origin", "origin"),
        (None, ["destination"], "destination"),
    ],
)
async def test_a_short_answer_fills_the_asked_slot(engine, previous, asked, kind):
    """The slot comes from the assistant's last message or from the application."""
    analysis = await engine.analyze("Porto", previous=previous, context={"asked": asked} if asked else None)

    assert [(entity.type, entity.value.code) for entity in analysis.entities] == [(kind, "OPO")]
    assert analysis.intent.name == "search_flight"


async def test_the_language_of_the_conversation_is_a_hint(engine):
    """A short answer follows the hint, a whole sentence of another language does not."""
    short = await engine.detect_language("Porto", hint="fr")
    whole = await engine.detect_language("quero ir de Lisboa para Madrid amanhã", hint="fr")

    assert short.code == "fr"
    assert whole.code == "pt"
    assert (await engine.analyze("no", context={"language": "it"})).language.code == "it"
    assert (await engine.analyze("to Rome", language="de")).language.code == "de"


@pytest.mark.parametrize(
    ("text", "asked", "day"),
    [
        ("a week later", "return_date", dt.date(2027, 3, 8)),
        ("for ten days", None, dt.date(2027, 3, 11)),
        ("the 12th", "return_date", dt.date(2027, 3, 12)),
        ("on 20 March 2027", "return_date", dt.date(2027, 3, 20)),
    ],
)
async def test_a_return_counts_from_the_known_departure(engine, text, asked, day):
    """The departure comes from the slots that the application passes."""
    known = {"slots": {"departure_date": dt.date(2027, 3, 1)}, "asked": asked}

    analysis = await engine.analyze(text, now=NOON, context=known)

    assert analysis.slots == {"return_date": day}


async def test_custom_extractors_replace_the_rules():
    """Only the given extractors run; their entities are merged without overlaps."""
    async with AsyncNLPEngine(extractors=[CapitalsExtractor(), RuleExtractor()]) as engine:
        analysis = await engine.analyze("HELLO from Rome")

    assert isinstance(CapitalsExtractor(), Extractor)
    assert [entity.type for entity in analysis.entities] == ["capital", "origin"]


async def test_a_failed_extractor_is_recorded_and_not_fatal():
    """The other extractors run, and the incomplete analysis is not cached."""

    class Broken(CapitalsExtractor):
        name = "broken"

        def extract(self, reading: Reading) -> list[Entity]:
            raise KeyError("the text of the user")

    working, down = IOExtractor("notes"), IOExtractor("down", UpstreamError("no"))
    odd = IOExtractor("odd", ValueError("x"))
    async with AsyncNLPEngine(extractors=[Broken(), RuleExtractor(), working, down, odd]) as engine:
        first = await engine.analyze("from Rome")
        again = await engine.analyze("from Rome")

        assert first.errors == {"broken": "KeyError", "down": "UpstreamError", "odd": "ValueError"}
        assert first.slots["origin"].code == "ROM"
        assert not again.cached
        assert working.calls == 2
        assert engine.stats().failures == 6


async def test_a_timeout_is_recorded_without_the_text():
    """An "io" extractor that runs out of time is recorded as "timeout"."""
    async with AsyncNLPEngine(extractors=[RuleExtractor(), IOExtractor("late", TimeoutError())]) as engine:
        analysis = await engine.analyze("from Rome")

        assert analysis.errors == {"late": "timeout"}
        assert analysis.slots["origin"].code == "ROM"


async def test_concurrent_equal_texts_are_coalesced():
    """With an "io" extractor ten concurrent callers share one analysis."""
    notes = IOExtractor("notes")
    async with AsyncNLPEngine(extractors=[RuleExtractor(), notes]) as engine:
        await asyncio.gather(*(engine.analyze("hello there") for _ in range(10)))

        assert notes.calls == 1
        assert engine.stats().cache.coalesced == 9


async def test_an_extractor_runs_only_for_its_languages():
    """An extractor for German does not run on an English text."""

    class German(CapitalsExtractor):
        languages = ("de",)

    async with AsyncNLPEngine(extractors=[German()]) as engine:
        assert not (await engine.analyze("HELLO there my friend", language="en")).entities
        assert (await engine.analyze("HALLO mein Freund", language="de")).entities


@pytest.mark.parametrize("workers", [None, 2])
async def test_long_texts_are_analysed_in_a_thread(workers):
    """The result is the same as on the event loop, with one worker and with two."""
    text = "I want to fly from Lisbon to Rome. " + "My aunt has a garden. " * 150
    async with AsyncNLPEngine(max_workers=workers) as engine:
        analysis = await engine.analyze(text)

        assert analysis.slots["destination"].code == "ROM"
        assert engine.stats().in_thread == 1


async def test_analyses_are_shared_through_redis(redis_url):
    """Another process finds the analysis with its types; clearing removes it from both caches."""
    text = "from Lisbon to Rome on 5 December 2026, two adults, under 300 euros, with TAP"
    one = AsyncNLPEngine(redis=redis_url)
    two = AsyncNLPEngine(redis=redis_url)
    async with one, two:
        await one.clear_cache()
        made = await one.analyze(text, now=NOON)
        found = await two.analyze(text, now=NOON)

        assert not made.cached
        assert found.cached
        assert found.entities == made.entities
        assert found.intent == made.intent
        assert await two.clear_cache() == 1
        assert (await two.health()).status == "pass"


async def test_extractors_of_two_classes_share_no_analyses(redis_url):
    """Not even under one name and one version."""

    class Other(CapitalsExtractor):
        pass

    async with AsyncNLPEngine(extractors=[CapitalsExtractor()], redis=redis_url) as one:
        await one.analyze("HELLO you", now=NOON)
    async with AsyncNLPEngine(extractors=[Other()], redis=redis_url) as two:
        assert not (await two.analyze("HELLO you", now=NOON)).cached
    async with AsyncNLPEngine(extractors=[CapitalsExtractor()], redis=redis_url) as again:
        assert (await again.analyze("HELLO you", now=NOON)).cached


async def test_an_unreachable_redis_only_warns():
    """Texts are analysed, and the health is "warn" with a note."""
    async with AsyncNLPEngine(redis="redis://127.0.0.1:1/0") as engine:
        analysis = await engine.analyze("to Rome")

        assert analysis.slots["destination"].code == "ROM"
        health = await engine.health()
        assert health.status == "warn"
        assert health.checks[0].note


async def test_many_texts_are_analysed_in_order(engine):
    """Each text gets the analysis it would get alone."""
    analyses = await engine.analyze_many(["to Rome", "to Paris"], now=NOON)

    assert [analysis.slots["destination"].code for analysis in analyses] == ["ROM", "PAR"]
    assert engine.stats().analyses == 2


@pytest.mark.parametrize("text", ["", "   ", "\n", "x" * 4001, "a\ud800b", 7, None])
async def test_invalid_texts_are_rejected(engine, text):
    """The error names the argument "text"."""
    with pytest.raises(InvalidInputError) as caught:
        await engine.analyze(text)
    assert caught.value.field == "text"


@pytest.mark.parametrize(
    ("extra", "field"),
    [
        ({"language": "xx"}, "language"),
        ({"now": dt.datetime(2026, 1, 1)}, "now"),
        ({"previous": 5}, "previous"),
        ({"context": {"timezone": "Mars/Base"}}, "context.timezone"),
    ],
)
async def test_invalid_arguments_of_a_call_are_rejected(engine, extra, field):
    """The error names the argument."""
    with pytest.raises(InvalidInputError) as caught:
        await engine.analyze("hello", **extra)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"languages": ()}, "languages"),
        ({"languages": "en"}, "languages"),
        ({"languages": ("en", "xx")}, "languages"),
        ({"languages": ("en", "en")}, "languages"),
        ({"ttl": -1}, "ttl"),
        ({"max_entries": 0}, "max_entries"),
        ({"timezone": "not a zone"}, "timezone"),
        ({"timezone": 3}, "timezone"),
        ({"max_workers": 0}, "max_workers"),
        ({"max_chars": 0}, "max_chars"),
        ({"redis": "http://x"}, "redis"),
        ({"extractors": [object()]}, "extractors"),
        ({"extractors": [CapitalsExtractor(), CapitalsExtractor()]}, "extractors"),
    ],
)
def test_invalid_settings_are_rejected_at_construction(wrong, field):
    """The error names the argument."""
    with pytest.raises(ConfigurationError) as caught:
        AsyncNLPEngine(**wrong)
    assert caught.value.field == field


async def test_a_missing_time_zone_is_rejected_when_the_engine_opens():
    """Time zones are files, so the constructor does not load them."""
    engine = AsyncNLPEngine(timezone="Mars/Base")

    with pytest.raises(ConfigurationError) as caught:
        await engine.warm_up()
    assert caught.value.field == "timezone"


async def test_a_ttl_of_zero_disables_caching():
    """Every text is analysed again."""
    async with AsyncNLPEngine(ttl=0) as engine:
        await engine.analyze("to Rome")

        assert not (await engine.analyze("to Rome")).cached


async def test_a_single_language_needs_no_detection():
    """The only language is used for any text; a closed engine rejects calls."""
    engine = AsyncNLPEngine(languages=("fr",))
    await engine.warm_up()
    assert (await engine.analyze("hello there")).language.code == "fr"
    await engine.aclose()

    with pytest.raises(ClosedError):
        await engine.analyze("bonjour")


def test_from_env_reads_the_redis_url(monkeypatch):
    """Without the variable the engine has no shared cache."""
    monkeypatch.delenv("ASYNCASSIST_REDIS_URL", raising=False)
    assert AsyncNLPEngine.from_env()._shared_cache is None
    monkeypatch.setenv("ASYNCASSIST_REDIS_URL", "redis://127.0.0.1:1")
    assert AsyncNLPEngine.from_env()._shared_cache is not None


async def test_region_is_that_of_the_context_or_of_the_words(engine):
    """The words of one region show it; the context comes first; both decide how dates are read."""
    assert (await engine.analyze("two adults to Rome")).region is None
    spoken = await engine.analyze("a fortnight in Rome from 3/4/2027")
    assert spoken.region == "GB"
    assert spoken.slots["departure_date"] == dt.date(2027, 4, 3)
    given = await engine.analyze("a fortnight in Rome from 3/4/2027", context={"region": "us"})
    assert given.region == "US"
    assert given.slots["departure_date"] == dt.date(2027, 3, 4)


async def test_known_slots_with_other_values_are_another_cache_entry():
    """ "Not Paris, Lyon" changes the slot that is Paris: the values of known slots decide the analysis."""
    paris, rome = place_by_code("PAR"), place_by_code("ROM")

    async with AsyncNLPEngine(now=FakeClock()) as engine:
        from_paris = await engine.analyze("not Paris, Lyon", context={"slots": {"origin": paris, "destination": rome}})
        to_paris = await engine.analyze("not Paris, Lyon", context={"slots": {"origin": rome, "destination": paris}})
        again = await engine.analyze("not Paris, Lyon", context={"slots": {"origin": rome, "destination": paris}})

    assert not to_paris.cached
    assert again.cached
    assert {entity.type for entity in from_paris.entities} == {"origin"}
    assert {entity.type for entity in to_paris.entities} == {"destination"}
