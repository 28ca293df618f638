"""A language model as a helper of the rules: it points, our code reads."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from asyncassist._places import load_places
from asyncassist.errors import UpstreamError
from asyncassist.nlp import AsyncNLPEngine, Money, Passengers
from asyncassist.nlp.llm_extractor import ModelExtractor
from asyncassist.nlp.models import Reading
from asyncassist.nlp.tokens import TokenizedText

NOON = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)


class Model:
    """A model of a test: it says what it was told to."""

    def __init__(self, **said):
        self.said = said
        self.asked: list[str] = []

    async def extract(self, text, *, instructions, schema):
        assert "data" in instructions
        assert schema["additionalProperties"] is False
        self.asked.append(text)
        return self.said


async def test_it_is_asked_only_when_the_rules_are_unsure():
    """A clear sentence costs no call; an answer that the rules cannot read does."""
    model = Model(destination="city of lights Paris")
    async with AsyncNLPEngine(model=model) as engine:
        await engine.analyze("from Rome to Paris tomorrow", now=NOON)
        assert model.asked == []

        await engine.analyze("hmm, the usual one", context={"asked": "destination"}, now=NOON)
        assert model.asked == ["hmm, the usual one"]
        assert engine.stats().unsure == 1


async def test_its_words_must_stand_in_the_text_and_are_read_by_our_code():
    """Each slot by its own reader; what it makes up is dropped."""
    text = (
        "gimme paree no: Lisbon please, day 5 December 2026 thru 2026-12-09, couple of folks, posh seats business, KLM"
    )
    model = Model(
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
async def test_each_slot_has_its_reader(name, words, value):
    """What our code cannot read is no entity."""
    await load_places()
    reading = Reading(text=TokenizedText.from_text(f"so {words} then"), language="en", today=NOON.date())
    found = await ModelExtractor(Model(**{name: words})).extract(reading)

    assert [entity.value for entity in found] == ([] if value is None else [value])


async def test_a_model_that_is_away_is_recorded():
    """The rules' answer stands."""

    class Away(Model):
        async def extract(self, text, *, instructions, schema):
            raise UpstreamError("away")

    async with AsyncNLPEngine(model=Away()) as engine:
        analysis = await engine.analyze("the usual one", context={"asked": "origin"})

        assert analysis.errors == {"model": "UpstreamError"}
        assert analysis.entities == ()
