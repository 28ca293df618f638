"""Headers of a table of offers in every language."""

from __future__ import annotations

import pytest

from asyncassist.languages.registry import PACKS


@pytest.mark.parametrize("code", PACKS)
def test_headers_are_short_and_differ(code: str):
    """They fit a narrow terminal, and no column can be taken for another."""
    headers = list(PACKS[code].offer_columns.values())

    assert len(set(headers)) == len(headers) == 7
    assert all(0 < len(str(header)) <= 8 for header in headers)
