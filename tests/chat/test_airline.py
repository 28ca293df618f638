"""An airline: scripts of a model that reads and changes data, with and without faults."""

from __future__ import annotations

import pytest

from tests.chat.airline import apply, data_after, effects_of, first_data, make_script
from tests.chat.airline_faults import FAULTS, run_cases

# `python -m tests.chat.airline_matrix` runs all faults with fifty scripts.
SLICE = (
    "killed after an effect",
    "killed after a decided effect",
    "timeout after an effect",
    "caller cancelled after an effect",
    "request delivered twice",
    "request delivered twice, turns not serialized",
    "decided twice at once",
)


def test_scripts_are_valid_and_use_every_tool():
    """Fifty of them, each the same in every process; no effect can happen twice without a difference."""
    scripts = [make_script(number) for number in range(50)]

    assert scripts == [make_script(number) for number in range(50)]
    assert len({name for script in scripts for turn in script for step in turn for name, _ in step}) == 12
    for script in scripts:
        assert effects_of(script)
        assert data_after(script) != first_data()


def test_an_effect_that_happened_twice_is_seen():
    """The files keep both."""
    data = first_data()
    apply(data, "add_bags", {"reference": "R0", "bags": 1})
    once = data["reservations"]["R0"]["bags"]
    apply(data, "add_bags", {"reference": "R0", "bags": 1})

    assert data["reservations"]["R0"]["bags"] == once + 1 == 2


@pytest.mark.parametrize("fault", SLICE)
async def test_every_effect_happens_at_most_once_and_is_reported(fault: str):
    """The data in the end are those of the script without the effects that are reported as not done, or uncertain."""
    count, wrong = await run_cases([SLICE.index(fault) % 4], [fault], at_once=1)

    assert (count, wrong) == (1, [])
    assert fault in FAULTS
