"""Dutch words around dates that decide their roles."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.date_role_words import DateRoleWords

DATE_ROLES: Final = DateRoleWords(
    before_date=frozenset({"op", "de", "in", "om"}),
    refusals=frozenset({"nee", "neen"}),
    trip_nouns=frozenset({"reis", "vakantie"}),
    outward_words=frozenset({"heen"}),
    round_trip_joins=frozenset({"en"}),
    homeward_words=frozenset({"terug", "weer"}),
)
