"""English words around dates that decide their roles."""

from __future__ import annotations

from typing import Final

from asyncassist.languages.date_role_words import DateRoleWords

DATE_ROLES: Final = DateRoleWords(
    before_date=frozenset({"on", "the", "for", "in", "a"}),
    refusals=frozenset({"no"}),
    trip_nouns=frozenset({"trip"}),
    return_fares=frozenset({("return", "ticket"), ("return", "tickets"), ("return", "fare"), ("return", "flights")}),
)
