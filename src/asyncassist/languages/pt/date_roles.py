"""Portuguese words around dates that decide their roles."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.date_role_words import DateRoleWords

DATE_ROLES: Final = DateRoleWords(
    before_date=frozenset({"em", "no", "na", "dia", "para", "a"}),
    refusals=frozenset({"nao"}),
    trip_nouns=frozenset({"viagem"}),
    outward_words=frozenset({"ida"}),
    round_trip_joins=frozenset({"e"}),
    homeward_words=frozenset({"volta", "regresso"}),
)
