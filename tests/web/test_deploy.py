"""Files for operators (deploy/) agree with the service."""

from __future__ import annotations

import json
import logging
import re
import runpy
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from asyncassist._environment import VARIABLES
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
    container = manifests()["Deployment"]["spec"]["template"]["spec"]["containers"][0]
    paths = [container[f"{name}Probe"]["httpGet"]["path"] for name in ("startup", "liveness", "readiness")]
    async with service_of(rate_limit=0) as service:
        await service.handle(get("/health"))
        while not service.warm:
            await service.handle(get("/health"))
        answers = [await service.handle(get("/health", path.partition("?")[2])) for path in paths]

    assert [answer.status for answer in answers] == [200, 200, 200]


def manifests() -> dict[str, Any]:
    """Return the Kubernetes manifests by their kind."""
    documents = list(yaml.safe_load_all((DEPLOY / "kubernetes.yaml").read_text()))
    found = {document["kind"]: document for document in documents}
    assert len(found) == len(documents)
    return found


def test_every_manifest_is_of_the_same_pods():
    """The selectors of service, disruption budget, autoscaler, spread and ingress find the pods of the deployment."""
    found = manifests()
    deployment = found["Deployment"]
    pods = deployment["spec"]["template"]
    labels, name = pods["metadata"]["labels"], deployment["metadata"]["name"]
    [path] = found["Ingress"]["spec"]["rules"][0]["http"]["paths"]
    container = pods["spec"]["containers"][0]
    ports = [port["name"] for port in container["ports"]]

    assert set(found) == {"Deployment", "Service", "HorizontalPodAutoscaler", "PodDisruptionBudget", "Ingress"}
    assert deployment["spec"]["selector"]["matchLabels"] == labels
    assert found["Service"]["spec"]["selector"] == labels
    assert found["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"] == labels
    assert all(item["labelSelector"]["matchLabels"] == labels for item in pods["spec"]["topologySpreadConstraints"])
    assert found["HorizontalPodAutoscaler"]["spec"]["scaleTargetRef"]["name"] == name
    assert path["backend"]["service"]["name"] == found["Service"]["metadata"]["name"]
    assert path["backend"]["service"]["port"]["name"] == found["Service"]["spec"]["ports"][0]["name"]
    assert found["Service"]["spec"]["ports"][0]["targetPort"] in ports


def test_two_pods_share_a_store_and_are_spread():
    """No pod starts without the URL of the shared store; neither a node nor a drain takes all of them."""
    found = manifests()
    pods = found["Deployment"]["spec"]["template"]["spec"]
    container = pods["containers"][0]
    environment = {item["name"]: item for item in container["env"]}
    url = environment["ASYNCASSIST_REDIS_URL"]["valueFrom"]["secretKeyRef"]
    spread = {item["topologyKey"] for item in pods["topologySpreadConstraints"]}

    assert found["HorizontalPodAutoscaler"]["spec"]["minReplicas"] >= 2
    assert url["key"] == "ASYNCASSIST_REDIS_URL"
    assert not url.get("optional")
    assert all(not source["secretRef"].get("optional") for source in container["envFrom"])
    assert spread == {"kubernetes.io/hostname", "topology.kubernetes.io/zone"}
    budget = found["PodDisruptionBudget"]["spec"]["minAvailable"]
    assert 1 <= budget < found["HorizontalPodAutoscaler"]["spec"]["minReplicas"]
    assert set(environment) <= set(VARIABLES)


def test_a_pod_is_unready_before_its_socket_closes_and_ends_in_time():
    """The probe fails within the delay; delay, responses in progress and closing fit into the grace period."""
    pods = manifests()["Deployment"]["spec"]["template"]["spec"]
    container = pods["containers"][0]
    probe = container["readinessProbe"]
    delay = next(float(item["value"]) for item in container["env"] if item["name"] == "ASYNCASSIST_DRAIN_DELAY")
    command = next(
        json.loads(line[4:]) for line in (DEPLOY / "Dockerfile").read_text().splitlines() if line.startswith("CMD ")
    )
    in_progress = float(command[command.index("--timeout-graceful-shutdown") + 1])

    assert probe["periodSeconds"] * probe["failureThreshold"] + probe["timeoutSeconds"] <= delay
    assert delay + in_progress + 10 <= pods["terminationGracePeriodSeconds"]
    assert command[command.index("--log-config") + 1] == "deploy/logging.json"


def test_streams_pass_the_ingress():
    """It neither holds events back nor cuts a socket between two pings of the server; it adds one trusted hop."""
    found = manifests()
    prefix = "nginx.ingress.kubernetes.io/"
    annotations = found["Ingress"]["metadata"]["annotations"]
    container = found["Deployment"]["spec"]["template"]["spec"]["containers"][0]
    environment = {item["name"]: item.get("value") for item in container["env"]}
    hosts = [rule["host"] for rule in found["Ingress"]["spec"]["rules"]]

    assert annotations[f"{prefix}proxy-buffering"] == "off"
    assert min(float(annotations[f"{prefix}proxy-{way}-timeout"]) for way in ("read", "send")) >= 60.0
    assert annotations[f"{prefix}proxy-http-version"] == "1.1"
    assert environment["ASYNCASSIST_TRUSTED_HOPS"] == "1"
    assert set(hosts) <= set(str(environment["ASYNCASSIST_ALLOWED_HOSTS"]).split(","))


@pytest.mark.parametrize(
    ("workers", "variable", "warned"),
    [("1", None, 0), ("2", None, 1), ("2", "ASYNCASSIST_REDIS_URL", 0), ("2", "ASYNCASSIST_POSTGRES_URL", 0)],
)
def test_workers_without_a_shared_store_are_warned_of(monkeypatch, caplog, workers, variable, warned):
    """Each of them would have sessions of its own; the line names the variable."""
    for name in ("ASYNCASSIST_REDIS_URL", "ASYNCASSIST_POSTGRES_URL", "ASYNCASSIST_SQLITE_PATH"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("WORKERS", workers)
    if variable is not None:
        monkeypatch.setenv(variable, "given")
    conf = runpy.run_path(str(DEPLOY / "gunicorn.conf.py"))

    conf["on_starting"](SimpleNamespace(log=logging.getLogger("gunicorn.error")))

    assert [line.getMessage()[-21:] for line in caplog.records] == ["ASYNCASSIST_REDIS_URL"] * warned


def test_gunicorn_waits_for_the_delay_too(monkeypatch):
    """Its graceful timeout runs from the signal on."""
    monkeypatch.setenv("ASYNCASSIST_DRAIN_DELAY", "9.7")
    assert runpy.run_path(str(DEPLOY / "gunicorn.conf.py"))["graceful_timeout"] == 35


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
