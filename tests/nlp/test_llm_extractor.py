"""Extraction by a language model: quotations in the text, parsed by this package."""

from __future__ import annotations

import asyncio
import datetime as dt
from decimal import Decimal

import pytest

from asyncassist._places import load_places
from asyncassist.errors import UpstreamError
from asyncassist.nlp import Analysis, AsyncNLPEngine, Entity, Intent, Language, Money, Passengers
from asyncassist.nlp.llm_extractor import ModelExtractor, _is_same, is_unsure
from asyncassist.nlp.models import Reading
from asyncassist.nlp.tokens import TokenizedText

NOON = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)


class ScriptedModel:
    """Language model that returns the given fields and records the texts it gets."""

    def __init__(self, **fields):
        self.fields = fields
        self.texts: list[str] = []

    async def extract(self, text, *, instructions, schema):
        assert "data" in instructions
        assert schema["additionalProperties"] is False
        self.texts.append(text)
        return self.fields


async def test_the_model_is_called_only_when_the_rules_are_unsure():
    """A clear sentence costs no call; an answer that the rules cannot parse does."""
    model = ScriptedModel(destination="city of lights Paris")
    async with AsyncNLPEngine(model=model) as engine:
        await engine.analyze("from Rome to Paris tomorrow", now=NOON)
        assert model.texts == []

        await engine.analyze("hmm, the usual one", context={"asked": "destination"}, now=NOON)
        assert model.texts == ["hmm, the usual one"]
        assert engine.stats().unsure == 1


async def test_quotations_must_occur_in_the_text():
    """Each quotation is parsed by the parser of its slot; anything made up is dropped."""
    text = (
        "gimme paree no: Lisbon please, day 5 December 2026 thru 2026-12-09, couple of folks, posh seats business, KLM"
    )
    model = ScriptedModel(
        origin="Atlantis",
        destination="Lisbon",
        departure_date="5 December 2026",
        return_date="2026-12-09",
        passengers="couple of folks",
        cabin="business",
        airline="KLM",
        max_stops="nonstop",
        budget=None,
        trip_type=7,
    )
    await load_places()
    found = await ModelExtractor(model).extract(
        Reading(text=TokenizedText.from_text(text), language="en", today=NOON.date())
    )

    values = {entity.type: entity.value for entity in found}
    assert values["destination"].code == "LIS"
    assert values["departure_date"] == dt.date(2026, 12, 5)
    assert values["return_date"] == dt.date(2026, 12, 9)
    assert values["cabin"] == "business"
    assert values["airline"].code == "KL"
    assert not {"origin", "max_stops", "budget", "trip_type"} & set(values)
    assert all(text[entity.start : entity.end] == entity.text for entity in found)


@pytest.mark.parametrize(
    ("name", "words", "value"),
    [
        ("passengers", "three people", Passengers(adults=3)),
        ("max_stops", "one stop", 1),
        ("budget", "300 euros", Money(Decimal(300), "EUR")),
        ("trip_type", "round trip", "round_trip"),
        ("origin", "nowhere at all", None),
        ("departure_date", "some day", None),
        ("cabin", "the roof", None),
        ("airline", "my own", None),
        ("passengers", "somebody", None),
        ("max_stops", "many", None),
        ("budget", "little", None),
        ("trip_type", "some", None),
    ],
)
async def test_each_slot_has_a_parser(name, words, value):
    """A quotation that its parser rejects gives no entity."""
    await load_places()
    reading = Reading(text=TokenizedText.from_text(f"so {words} then"), language="en", today=NOON.date())
    found = await ModelExtractor(ScriptedModel(**{name: words})).extract(reading)

    assert [entity.value for entity in found] == ([] if value is None else [value])


@pytest.mark.parametrize(
    ("name", "words", "spelled", "value"),
    [
        ("destination", "Chiccagoo", "Chicago", "CHI"),
        ("destination", "the windy one", "Chicago", None),  # other letters
        ("destination", "Chiccagoo", "Chikagu", None),  # no place either
        ("destination", "Chiccagoo", None, None),
    ],
)
async def test_a_spelling_counts_if_it_is_that_of_the_words(name, words, spelled, value):
    """What the rules cannot read may be spelled by the model, with the same numbers and nearly the same letters."""
    await load_places()
    model = ScriptedModel(**{name: {"words": words, "value": spelled}})
    found = await ModelExtractor(model).extract(
        Reading(text=TokenizedText.from_text(f"well {words} then"), language="en", today=NOON.date())
    )

    assert [getattr(entity.value, "code", entity.value) for entity in found] == ([] if value is None else [value])
    assert all(entity.text == words for entity in found)


@pytest.mark.parametrize(
    ("words", "spelled", "same"),
    [("5 Decembr", "5 December", True), ("5 Decembr", "6 December", False), ("the windy one", "Chicago", False)],
)
def test_a_spelling_has_the_numbers_of_the_words(words, spelled, same):
    """Another number or other letters are no spelling of the words."""
    assert _is_same(words, spelled) is same


@pytest.mark.parametrize(("ttl", "calls"), [(300.0, 1), (0.0, 2)])
async def test_the_model_is_asked_once_for_a_text(ttl, calls):
    """In another conversation the answer is remembered, unless caching is disabled; clearing the cache forgets it."""
    model = ScriptedModel(destination="Paris")
    async with AsyncNLPEngine(model=model, ttl=ttl) as engine:
        for asked in ("destination", "origin"):
            await engine.analyze("hmm, the usual one", context={"asked": asked}, now=NOON)
        assert len(model.texts) == calls

        await engine.clear_cache()
        await engine.analyze("hmm, the usual one", context={"asked": "origin"}, now=NOON)
        assert len(model.texts) == calls + 1


async def test_callers_at_once_share_one_call():
    """Two conversations with one text cost one call, even if the second begins before the first has its answer."""
    answer = asyncio.Event()

    class SlowModel(ScriptedModel):
        async def extract(self, text, *, instructions, schema):
            await answer.wait()
            return await super().extract(text, instructions=instructions, schema=schema)

    model = SlowModel(destination="Paris")
    async with AsyncNLPEngine(model=model) as engine:
        calls = [
            asyncio.create_task(engine.analyze("hmm, the usual", context={"asked": asked}, now=NOON))
            for asked in ("destination", "origin")
        ]
        await asyncio.sleep(0)
        answer.set()
        await asyncio.gather(*calls)

    assert model.texts == ["hmm, the usual"]


async def test_a_failed_model_is_recorded():
    """The analysis of the rules is returned, with the error."""

    class FailingModel(ScriptedModel):
        async def extract(self, text, *, instructions, schema):
            raise UpstreamError("unavailable")

    async with AsyncNLPEngine(model=FailingModel()) as engine:
        analysis = await engine.analyze("the usual one", context={"asked": "origin"})

        assert analysis.errors == {"model": "UpstreamError"}
        assert analysis.entities == ()


@pytest.mark.parametrize(
    ("kinds", "intent", "asked", "unsure"),
    [
        ((), ("unknown", 0.9), ("origin",), True),
        (("origin",), ("unknown", 0.9), ("origin",), False),
        ((), ("unknown", 0.9), (), False),
        ((), ("unknown", 0.55), (), True),
        (("cabin",), ("unknown", 0.9), (), True),
        (("origin",), ("search_flight", 0.9), (), False),
    ],
)
def test_unsure_analyses(kinds, intent, asked, unsure):
    """An answer without entities, entities without an intent, and a low confidence are left to the model."""
    name, confidence = intent
    analysis = Analysis(
        text="a",
        language=Language(code="en", confidence=1.0),
        intent=Intent(name=name, confidence=confidence),
        entities=tuple(Entity(type=kind, start=0, end=1, text="a", value=1) for kind in kinds),
    )

    assert is_unsure(analysis, asked) is unsure


def test_an_uncertain_entity_is_unsure():
    """An entity of low confidence is left to the model, whatever the intent."""
    analysis = Analysis(
        text="a",
        language=Language(code="en", confidence=1.0),
        intent=Intent(name="search_flight", confidence=0.9),
        entities=(Entity(type="origin", start=0, end=1, text="a", value=1, confidence=0.5),),
    )

    assert is_unsure(analysis, ())


async def test_models_share_analyses_only_under_one_version(redis_url):
    """What one model made of a text is no answer of another, nor of one that nothing identifies."""

    async def ask(model: ScriptedModel) -> bool:
        async with AsyncNLPEngine(model=model, redis=redis_url) as engine:
            return (await engine.analyze("hmm, the usual", context={"asked": "destination"}, now=NOON)).cached

    one, two, nameless = ScriptedModel(), ScriptedModel(), ScriptedModel()
    one.version, two.version = "small-1", "large-1"

    assert [await ask(model) for model in (one, two, one, two)] == [False, False, True, True]
    assert [await ask(nameless), await ask(nameless)] == [False, False]
