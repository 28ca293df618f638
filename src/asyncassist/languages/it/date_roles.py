"""Italian words around dates that decide their roles."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.date_role_words import DateRoleWords

DATE_ROLES: Final = DateRoleWords(
    before_date=frozenset({"il", "in", "l", "'"}),
    refusals=frozenset({"no", "non"}),
    trip_nouns=frozenset({"viaggio"}),
    outward_words=frozenset({"andata"}),
    round_trip_joins=frozenset({"e"}),
    homeward_words=frozenset({"ritorno"}),
)
