"""Both apps do what their OpenAPI document says, tried by schemathesis on real sockets."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.web.components import ADMIN
from tests.web.example_apps import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.web.example_apps import App


@pytest.mark.timeout(600)
def test_the_document_is_true(app: App, tmp_path: Path):
    """Every check there is, over good and bad requests to every route, always the same ones: no failure."""
    # Not measured: its process is no part of ours, and much slower then.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "run", f"http://127.0.0.1:{app.port}/openapi.json"),
        *("--checks", "all", "--mode", "all", "--phases", "coverage,fuzzing", "--max-examples", "10"),
        *("--seed", "1", "--generation-deterministic"),
        *("--header", f"Authorization: Bearer {ADMIN}", "--request-timeout", "60", "--no-color"),
    ]
    found = subprocess.run(
        command,
        cwd=tmp_path,
        env={
            **environment,
            "SCHEMATHESIS_HOOKS": "tests.web.schemathesis_hooks",
            "PYTHONPATH": os.pathsep.join([str(ROOT), environment.get("PYTHONPATH", "")]),
            "PYTHONWARNINGS": "",
        },
        capture_output=True,
        text=True,
        check=False,
    )

    assert found.returncode == 0, found.stdout[-8000:] + found.stderr[-2000:]
    assert "14 selected / 14 total" in found.stdout
    assert "No issues found" in found.stdout
