"""Count of branches and boolean operators of functions."""

from __future__ import annotations

import pytest

from tools.count_complexity import functions_of, main

SOURCE = """
def plain():
    return 1

def branches(a, b):
    for x in a:
        if x and b or a:
            return [y for y in a if y if b]
    try:
        assert a
    except ValueError:
        return a if b else None

class Outer:
    def method(self, a):
        def inner(b):
            return a or b
        return inner
"""


def test_each_branch_and_each_operator_counts_one():
    """A function inside of another one counts for itself."""
    counts = {function.name: function.count for function in functions_of(SOURCE, "m.py")}

    assert counts == {"plain": 1, "branches": 11, "method": 1, "inner": 2}


def test_most_complex_functions_are_printed(capsys: pytest.CaptureFixture[str]):
    """As many as asked for, with the highest count first."""
    main(5)

    lines = capsys.readouterr().out.splitlines()
    counts = [int(line.split()[0]) for line in lines]
    assert len(lines) == 5
    assert counts == sorted(counts, reverse=True)
