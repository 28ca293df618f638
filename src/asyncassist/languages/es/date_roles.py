"""Spanish words around dates that decide their roles."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.date_role_words import DateRoleWords

DATE_ROLES: Final = DateRoleWords(
    before_date=frozenset({"el", "dia", "para", "a"}),
    refusals=frozenset({"no"}),
    trip_nouns=frozenset({"viaje"}),
    outward_words=frozenset({"ida"}),
    round_trip_joins=frozenset({"y"}),
    homeward_words=frozenset({"vuelta", "regreso"}),
)
