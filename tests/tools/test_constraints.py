"""Constraints of the container image: each direct requirement is pinned to a version that pyproject.toml allows."""

from __future__ import annotations

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tools.constraints import DOCKERFILE, FILE, requirements, versions


def pins() -> dict[str, str]:
    """Return the pinned version of each package."""
    lines = [line for line in FILE.read_text().splitlines() if not line.startswith("#")]
    found = dict(line.split("==") for line in lines)
    assert len(found) == len(lines)
    return found


def test_each_direct_requirement_is_pinned_within_its_range():
    """The image would not build otherwise."""
    pinned = pins()
    wanted = [one for one in requirements() if one.marker is None or one.marker.evaluate({"extra": ""})]
    assert len(wanted) > 15
    for requirement in wanted:
        assert requirement.specifier.contains(Version(pinned[canonicalize_name(requirement.name)])), requirement


def test_packages_that_others_need_are_pinned_too():
    """Also those behind an extra of a requirement ("uvicorn[standard]")."""
    for found in (versions(), pins()):
        assert {"httptools", "yarl", "werkzeug"} <= found.keys()
    assert canonicalize_name("asyncassist") not in pins()


def test_the_image_is_built_with_them():
    """A constraint that pip does not get has no effect."""
    command = next(line for line in DOCKERFILE.read_text().splitlines() if "pip install" in line)
    assert "--constraint constraints.txt" in command


def test_requirements_are_read_as_pip_reads_them():
    """With their extras and ranges."""
    assert any(one.name == "uvicorn" and one.extras == {"standard"} for one in requirements())
    assert any(str(one) == str(Requirement("openai>=3.15,<4")) for one in requirements())
