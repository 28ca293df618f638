"""Files for operators (deploy/) agree with the service."""

from __future__ import annotations

import json
import re
import runpy
from typing import Any

import yaml
from prometheus_client.parser import text_string_to_metric_families

from asyncassist.web.component_metrics import METRICS
from tests.web.components import get, service_of
from tests.web.example_apps import ROOT

DEPLOY = ROOT / "deploy"


async def served_labels() -> dict[str, set[str]]:
    """Return the labels of each series that /metrics can serve."""
    async with service_of() as service:
        await service.handle(get("/health"))
        metrics = (await service.handle(get("/metrics"))).body.decode()
    labels: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(metrics):
        for sample in family.samples:
            labels.setdefault(sample.name, set()).update(sample.labels)
    for metric in METRICS:
        name = f"asyncassist_{metric.name}" + ("_total" if metric.kind == "counter" else "")
        labels[name] = set(metric.labels)
    return labels


def check_expressions(expressions: list[str], labels: dict[str, set[str]]) -> None:
    """Check that every series exists with this name and these labels, those of a scrape beside."""
    for expression in expressions:
        used = re.findall(r"(asyncassist_\w+)(?:\{([^}]*)\})?", expression)
        assert used
        for name, matchers in used:
            assert name in labels
            assert set(re.findall(r"(\w+)[=!]", matchers)) <= labels[name] | {"instance"}
        known = {"instance", *(label for name, _ in used for label in labels[name])}
        for names in re.findall(r"by \(([^)]*)\)", expression):
            assert {name.strip() for name in names.split(",")} <= known


async def test_alerts_use_metrics_that_exist():
    """Every series of the rules is served at /metrics, with exactly this name and these labels."""
    rules = alert_rules()

    assert len(rules) >= 12
    check_expressions([rule["expr"] for rule in rules], await served_labels())


def test_alerts_on_shares_have_a_minimum_rate():
    """A single failed call in a quiet night raises no alert; the page of metrics explains each alert."""
    rules = alert_rules()
    page = (DEPLOY.parent / "docs" / "howto" / "metrics.md").read_text()

    shares = [rule for rule in rules if "/ " in rule["expr"] or "quantile(" in rule["expr"]]
    assert len(shares) >= 4
    assert all(re.search(r"and sum by \([^)]*\) \(rate\(.*\)\) > 0\.\d+", rule["expr"]) for rule in shares)
    assert {rule["alert"] for rule in rules} == set(re.findall(r"^\| `(Asyncassist\w+)`", page, re.MULTILINE))


async def test_the_dashboard_uses_metrics_that_exist():
    """Every query of the Grafana dashboard, too; and its panels do not overlap."""
    board = json.loads((DEPLOY / "grafana.json").read_text())
    queries = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    cells = [
        (x, y)
        for panel in board["panels"]
        for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
    ]

    check_expressions(queries, await served_labels())
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24


def alert_rules() -> list[dict[str, Any]]:
    rules: list[dict[str, Any]] = yaml.safe_load((DEPLOY / "alerts.yaml").read_text())["groups"][0]["rules"]
    return rules


async def test_probes_use_routes_that_exist():
    """Every probe of the Kubernetes manifests gets a 200."""
    documents = list(yaml.safe_load_all((DEPLOY / "kubernetes.yaml").read_text()))
    container = documents[0]["spec"]["template"]["spec"]["containers"][0]
    paths = [container[f"{name}Probe"]["httpGet"]["path"] for name in ("startup", "liveness", "readiness")]
    async with service_of() as service:
        await service.handle(get("/health"))
        while not service.warm:
            await service.handle(get("/health"))
        answers = [await service.handle(get("/health", path.partition("?")[2])) for path in paths]

    assert [answer.status for answer in answers] == [200, 200, 200]
    assert len(documents) == 4


def test_containers_run_unprivileged_and_files_hold_no_secrets():
    """The image sets a user, and secrets come from the environment."""
    dockerfile = (DEPLOY / "Dockerfile").read_text()
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())

    assert "USER 10001" in dockerfile
    assert set(compose["services"]) == {"app", "journal", "valkey", "postgres"}
    assert all(
        not value or value.startswith("${") or name.endswith("_URL") or name == "ASYNCASSIST_JOURNAL"
        for name, value in compose["services"]["app"]["environment"].items()
    )


def test_threads_of_the_server_are_those_of_the_settings(monkeypatch):
    """The bounds of slow clients follow the number of threads."""
    monkeypatch.setenv("THREADS", "8")
    conf = runpy.run_path(str(DEPLOY / "gunicorn.conf.py"))

    assert (conf["threads"], conf["raw_env"]) == (8, ["ASYNCASSIST_THREADS=8"])


def test_one_worker_by_default(monkeypatch):
    """Each worker has metrics of its own, so there is one behind an address unless WORKERS says otherwise."""
    monkeypatch.delenv("WORKERS", raising=False)
    assert runpy.run_path(str(DEPLOY / "gunicorn.conf.py"))["workers"] == 1

    monkeypatch.setenv("WORKERS", "3")
    assert runpy.run_path(str(DEPLOY / "gunicorn.conf.py"))["workers"] == 3


def test_the_build_context_has_what_the_image_copies():
    """And nothing else: neither the repository's history nor an environment of the machine that builds."""
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    dockerfile = (DEPLOY / "Dockerfile").read_text()
    copied = [
        path for line in re.findall(r"^COPY (?!--from)(.+) \S+$", dockerfile, re.MULTILINE) for path in line.split()
    ]

    assert lines[1] == "*"
    assert {line[1:] for line in lines if line.startswith("!")} == set(copied)
