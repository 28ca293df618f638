"""German words around dates that decide their roles."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.date_role_words import DateRoleWords

DATE_ROLES: Final = DateRoleWords(
    before_date=frozenset({"am", "den", "in"}),
    refusals=frozenset(),
    trip_nouns=frozenset(),
    outward_words=frozenset({"hin"}),
    round_trip_joins=frozenset({"und"}),
    homeward_words=frozenset({"zuruck", "retour"}),
)
