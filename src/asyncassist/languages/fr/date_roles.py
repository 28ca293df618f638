"""French words around dates that decide their roles."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.date_role_words import DateRoleWords

DATE_ROLES: Final = DateRoleWords(
    before_date=frozenset({"le", "l", "'"}),
    refusals=frozenset({"non"}),
    trip_nouns=frozenset({"voyage"}),
    outward_words=frozenset({"aller"}),
    direct_outward_words=frozenset({"aller"}),
    homeward_words=frozenset({"retour"}),
)
