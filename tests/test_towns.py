"""Towns without an airport: lookup, the city to fly to, and names that are words."""

from __future__ import annotations

import pytest

from asyncassist._places import place_by_code
from asyncassist._towns import Town, TownTable, load_towns, town_table


@pytest.mark.parametrize(
    ("key", "town"),
    [
        ("la spezia", Town(name="La Spezia", country="IT", city="GOA", kilometres=86)),
        ("tubingen", Town(name="Tübingen", country="DE", city="STR", kilometres=22)),
        ("marburg", Town(name="Marburg an der Lahn", country="DE", city="FRA", kilometres=89)),
        ("vierzon", Town(name="Vierzon", country="FR", city="TUF", kilometres=104)),
        ("brujas", Town(name="Brugge", country="BE", city="LIL", kilometres=73)),
        ("atlantis", None), ("", None), ("zzz", None), ("paris", None),
    ],
)  # fmt: skip
def test_a_town_leads_to_the_city_to_fly_to(key: str, town: Town | None) -> None:
    """A town has its own spelling, its country, and the city of the nearest airport with the distance."""
    assert town_table().find(key) == town


async def test_the_table_is_read_once() -> None:
    """All callers share one table of more than 20 000 towns."""
    assert await load_towns() is town_table()
    assert await load_towns() is town_table()
    assert len(town_table()) > 20_000


def test_every_town_leads_to_a_city_of_the_place_table() -> None:
    """No town names a code that the place table does not have."""
    assert all(place_by_code(code, kind="city") is not None for code in town_table()._codes)


def test_a_name_without_spelling_is_the_key_with_capitals() -> None:
    """The file leaves a spelling empty if capitals alone make it; a name may be marked as a common word."""
    table = TownTable(
        {"keys": "bad dorf\nreading", "names": "\nReading", "countries": ["DE", "GB"], "country": b"\0\1",
         "codes": ["FRA", "LON"], "code": [0, 1], "kilometres": b"\7\x23", "words": b"\0\1"}
    )  # fmt: skip

    assert table.find("bad dorf") == Town(name="Bad Dorf", country="DE", city="FRA", kilometres=7)
    assert [table.is_common_word(key) for key in ("bad dorf", "reading", "other")] == [False, True, False]
