"""What the files around the code say of it: bounds, licences, workflows, release notes."""

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
    """The tool's function; tools/ is no package."""
    sys.path.insert(0, str(ROOT / "tools"))
    try:
        from release_notes import notes
    finally:
        sys.path.pop(0)
    return notes


def bounds():
    """Lowest version by name, as pyproject.toml says it, padded to three numbers."""
    wanted = [*PROJECT["dependencies"], *(one for extra in PROJECT["optional-dependencies"].values() for one in extra)]
    found = dict(re.findall(r"^([\w.-]+)>=([\d.]+)", "\n".join(wanted), re.MULTILINE))
    return {name: ".".join([*version.split("."), "0", "0"][:3]) for name, version in found.items()}


def test_the_lane_of_the_lowest_versions_tests_the_versions_that_are_promised():
    """A bound that is raised is raised in both places."""
    lines = (ROOT / "tests" / "packaging" / "lowest.txt").read_text(encoding="utf-8").splitlines()

    assert dict(line.split("==") for line in lines if not line.startswith("#")) == bounds()


def test_every_dependency_but_the_zones_of_windows_has_a_lowest_version():
    """What has none is tested on none."""
    wanted = [*PROJECT["dependencies"], *(one for extra in PROJECT["optional-dependencies"].values() for one in extra)]

    assert [one for one in wanted if ">=" not in one] == ["tzdata; sys_platform == 'win32'"]


def test_the_version_stands_in_two_places_alike():
    """What is installed is what it says it is."""
    assert PROJECT["version"] == asyncassist.__version__


def test_every_shipped_file_of_data_has_its_licence_in_the_notice():
    """By its path, with the source and the licence behind it."""
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    data = [path.relative_to(ROOT).as_posix() for path in (ROOT / "src").rglob("data/*") if path.is_file()]

    assert len(data) >= 4
    assert [path for path in data if path not in notice] == []


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_actions_are_pinned_to_commits_and_may_do_little(path):
    """A tag can be moved, a commit cannot."""
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
def test_workflows_call_make_targets_that_there_are(path):
    """What they do can be done by hand."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    steps = [step for job in yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"].values() for step in job["steps"]]

    commands = [step["run"] for step in steps if "run" in step]

    assert commands
    for command in commands:
        assert command.startswith("gh ") or command.split()[1] in targets


def test_every_target_that_is_no_file_is_declared():
    """A folder of that name would stop it."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8")

    declared = re.search(r"^\.PHONY: (.+)$", text, re.MULTILINE)[1].split()
    assert sorted(re.findall(r"^([a-z-]+):", text, re.MULTILINE)) == sorted(declared)


CHANGES = (
    "# Changelog\n\n## [Unreleased]\n\n## [1.2.0] - 2026-12-01\n\n### Added\n\n- A thing.\n\n## [1.1.0] - 2026-11-01\n"
)
VERSION = '[project]\nversion = "1.2.0"\n'


def test_release_notes_are_the_section_of_the_version():
    """Nothing of the sections before and after it."""
    assert release_notes()("v1.2.0", VERSION, CHANGES) == "### Added\n\n- A thing.\n"


@pytest.mark.parametrize(
    ("tag", "version", "complaint"),
    [("v1.2.1", "1.2.0", "the tag is v1.2.1"), ("v1.1.0", "1.1.0", "no section"), ("v2.0.0", "2.0.0", "no section")],
)
def test_a_tag_that_does_not_fit_is_refused(tag, version, complaint):
    """Another version, a section without words, or none."""
    with pytest.raises(ValueError, match=complaint):
        release_notes()(tag, VERSION.replace("1.2.0", version), CHANGES)
