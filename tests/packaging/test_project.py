"""Project files: version bounds, licences, workflows, make targets, release notes."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

import asyncassist

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def release_notes():
    """Return the function of the tool; tools/ is not a package."""
    sys.path.insert(0, str(ROOT / "tools"))
    try:
        from release_notes import notes
    finally:
        sys.path.pop(0)
    return notes


def requirements():
    """Return the requirements of the package and of its extras."""
    extras = PROJECT["optional-dependencies"].values()
    return [*PROJECT["dependencies"], *(requirement for extra in extras for requirement in extra)]


def bounds():
    """Return the lowest versions in pyproject.toml by package name, padded to three numbers."""
    found = dict(re.findall(r"^([\w.-]+)>=([\d.]+)", "\n".join(requirements()), re.MULTILINE))
    return {name: ".".join([*version.split("."), "0", "0"][:3]) for name, version in found.items()}


def test_lowest_versions_under_test_are_those_of_the_project():
    """tests/packaging/lowest.txt pins the lower bounds of pyproject.toml."""
    lines = (ROOT / "tests" / "packaging" / "lowest.txt").read_text(encoding="utf-8").splitlines()

    assert dict(line.split("==") for line in lines if not line.startswith("#")) == bounds()


def test_every_dependency_but_tzdata_has_a_lower_bound():
    """A version without a bound is not tested; tzdata, for Windows alone, is data."""
    assert [one for one in requirements() if ">=" not in one] == ["tzdata; sys_platform == 'win32'"]


def test_version_of_the_project_is_that_of_the_package():
    """pyproject.toml and `asyncassist.__version__` agree."""
    assert PROJECT["version"] == asyncassist.__version__


def test_every_data_file_is_in_the_notice():
    """NOTICE names the path of each shipped data file, with its source and licence."""
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    data = [path.relative_to(ROOT).as_posix() for path in (ROOT / "src").rglob("data/*") if path.is_file()]

    assert len(data) >= 4
    assert [path for path in data if path not in notice] == []


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_actions_are_pinned_to_commits_with_minimal_permissions(path):
    """A tag can be moved, a commit cannot; every job has a timeout."""
    text = path.read_text(encoding="utf-8")
    workflow = yaml.safe_load(text)

    used = re.findall(r"uses: (\S+)(.*)", text)
    assert used
    for action, comment in used:
        assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", action)
        assert re.fullmatch(r" # v\d+\.\d+\.\d+", comment)
    assert workflow["permissions"] in ({}, {"contents": "read"})
    assert all("timeout-minutes" in job for job in workflow["jobs"].values())


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_workflows_run_existing_make_targets(path):
    """Every step can be run locally."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    steps = [step for job in yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"].values() for step in job["steps"]]

    commands = [step["run"] for step in steps if "run" in step]

    assert commands
    for command in commands:
        assert command.startswith("gh ") or command.split()[1] in targets


def test_versions_of_python_that_are_claimed_are_tested():
    """A classifier for each version that the workflow tests and that must not fail, and for no other."""
    claimed = {name.rpartition(" ")[2] for name in PROJECT["classifiers"] if re.search(r":: 3\.\d+$", name)}
    test = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))["jobs"]["test"]
    may_fail = set(re.findall(r"'([\d.]+)'", test["continue-on-error"]))

    assert claimed == set(test["strategy"]["matrix"]["python"]) - may_fail
    assert min(claimed, key=lambda version: int(version.split(".")[1])) == PROJECT["requires-python"].removeprefix(">=")


def test_every_make_target_is_phony():
    """A file or folder of the same name would otherwise make it up to date."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8")

    declared = re.search(r"^\.PHONY: (.+)$", text, re.MULTILINE)[1].split()
    assert sorted(re.findall(r"^([a-z-]+):", text, re.MULTILINE)) == sorted(declared)


CHANGES = (
    "# Changelog\n\n## [Unreleased]\n\n## [1.2.0] - 2026-12-01\n\n### Added\n\n- A thing.\n\n## [1.1.0] - 2026-11-01\n"
)
VERSION = '[project]\nversion = "1.2.0"\n'


def test_release_notes_are_the_section_of_the_version():
    """Without the sections before and after it."""
    assert release_notes()("v1.2.0", VERSION, CHANGES) == "### Added\n\n- A thing.\n"


@pytest.mark.parametrize(
    ("tag", "version", "message"),
    [("v1.2.1", "1.2.0", "the tag is v1.2.1"), ("v1.1.0", "1.1.0", "no section"), ("v2.0.0", "2.0.0", "no section")],
)
def test_tag_without_matching_version_or_section_is_refused(tag, version, message):
    """The tag is not the project's version, or the section is missing or empty."""
    with pytest.raises(ValueError, match=message):
        release_notes()(tag, VERSION.replace("1.2.0", version), CHANGES)
