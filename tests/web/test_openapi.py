"""Both apps conform to their OpenAPI document, tested with schemathesis on real sockets."""

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
def test_apps_conform_to_the_openapi_document(app: App, tmp_path: Path):
    """Every check of schemathesis passes, on valid and invalid requests to every route, generated deterministically."""
    # Without coverage: the process of schemathesis is not measured, and would be much slower.
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
    assert "20 selected / 20 total" in found.stdout
    assert "No issues found" in found.stdout
