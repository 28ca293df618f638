"""Airline alliances: names in a text, and members that exist."""

from __future__ import annotations

import pytest

from asyncassist.nlp.entities.airlines import airline_by_code
from asyncassist.nlp.entities.alliances import ALLIANCES, NAMES, find_alliances


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Star Alliance only please", ["star_alliance"]),
        ("nur mit oneworld, kein SkyTeam", ["oneworld", "skyteam"]),
        ("Bitte nur Lufthansa Group", ["lufthansa_group"]),
        ("we are starting in one worldwide team", []),
    ],
)
def test_alliances_are_found(text: str, names: list[str]):
    """By their own names, in any case, as whole words; the offsets are those of the name."""
    found = list(find_alliances(text))

    assert [name for name, _, _ in found] == names
    assert all(
        text[start:end].casefold().replace(" ", "") in NAMES[name].casefold().replace(" ", "")
        for name, start, end in found
    )


def test_members_are_airlines():
    """Each alliance has a name and members; nearly all are in the table of airlines, and none in two alliances."""
    codes = [code for name in ("star_alliance", "oneworld", "skyteam") for code in ALLIANCES[name]]

    assert set(NAMES) == set(ALLIANCES)
    assert len(codes) == len(set(codes))
    assert sum(airline_by_code(code) is None for code in codes) <= 2
