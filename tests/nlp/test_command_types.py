"""Commands as values: JSON, equality, copies."""

from __future__ import annotations

import copy
import pickle

from asyncassist.nlp.command_types import AskAboutOffers, Inform, OfferReference


def test_commands_are_values():
    """They compare by value, copy and pickle, and become JSON that names their kind."""
    offers = OfferReference(positions=(1,), window=(0, 570))
    command = AskAboutOffers(start=0, end=5, confidence=0.9, attribute="times", offers=offers)

    assert copy.deepcopy(command) == command == pickle.loads(pickle.dumps(command))
    assert command.to_dict() == {
        "command": "AskAboutOffers",
        "start": 0,
        "end": 5,
        "confidence": 0.9,
        "attribute": "times",
        "offers": offers.to_dict(),
        "currency": None,
    }
    assert Inform(start=0, end=1).to_dict()["command"] == "Inform"
