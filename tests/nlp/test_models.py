"""Values of an analysis: slots, first entity, JSON, and the extractor protocol."""

from __future__ import annotations

import json

import pytest

from asyncassist.nlp import Analysis, Entity, Extractor, Intent, Language, Place, RuleExtractor


def _entity(kind, value, confidence=1.0):
    return Entity(type=kind, start=0, end=1, text="a", value=value, confidence=confidence)


def _analysis(*entities):
    return Analysis(
        text="a",
        language=Language(code="en", confidence=1.0),
        intent=Intent(name="unknown", confidence=0.9),
        entities=entities,
    )


def test_slots_hold_the_most_confident_value():
    """Of several entities of one type the first with the highest confidence gives the slot."""
    analysis = _analysis(
        _entity("cabin", "first", 0.5), _entity("cabin", "business", 0.9), _entity("cabin", "economy", 0.9)
    )

    assert analysis.slots == {"cabin": "business"}


def test_first_is_by_position():
    """The first entity of a type, None if there is none."""
    one, two = _entity("cabin", "first", 0.5), _entity("cabin", "business", 0.9)

    assert _analysis(one, two).first("cabin") is one
    assert _analysis(one, two).first("airline") is None


def test_an_analysis_is_plain_json():
    """Values of all types become JSON, places as objects."""
    rome = Place(code="ROM", kind="city", name="Rome", city="Rome", country="IT", timezone="Europe/Rome")

    fields = json.loads(json.dumps(_analysis(_entity("destination", rome)).to_dict()))

    assert fields["entities"][0]["value"]["code"] == "ROM"
    assert fields["language"] == {"code": "en", "confidence": 1.0}
    assert (fields["cached"], fields["errors"]) == (False, {})


def test_values_are_frozen():
    """Callers may share one analysis, so its attributes cannot be set."""
    with pytest.raises(AttributeError):
        _analysis().text = "b"


def test_extractors_are_recognized_by_their_attributes():
    """An object is an extractor if it has all attributes of the protocol, without inheriting from it."""
    assert isinstance(RuleExtractor(), Extractor)
    assert not isinstance(object(), Extractor)
