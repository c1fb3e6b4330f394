"""Dashboard and alerts ask for metrics that exist, and each alert has its section on the page for hosts."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from bot import PROJECT_URL
from bot.adapters.database.migrate import migrate
from bot.adapters.database.queue_sqlite import SqliteQueue
from bot.adapters.database.sqlite import Database
from bot.web.metrics import Metrics
from tests.clocks import HandClock

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy/monitoring"
PAGE = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
RULES: list[dict[str, Any]] = yaml.safe_load((FOLDER / "alerts.yml").read_text(encoding="utf-8"))["groups"][0]["rules"]
DASHBOARD: dict[str, Any] = json.loads((FOLDER / "dashboard.json").read_text(encoding="utf-8"))
PANELS = [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]

promtool = pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool (Debian: prometheus) is not installed")


@pytest.fixture
def rendered(tmp_path: Path) -> Iterator[str]:
    """The page of a server that knows everything that it can tell."""
    migrate(tmp_path / "q.db")
    clock = HandClock()
    queue = SqliteQueue(Database(tmp_path / "q.db"), clock)
    yield Metrics("t", queue, lambda: 1.5, clock.now, lambda: {"dead-link": 2}, lambda: 3, "0.1.0").text()
    queue.close()


def checked(*words: str | Path, text: str = "") -> None:
    command = ["promtool", *map(str, words)]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False, cwd=FOLDER)
    assert done.returncode == 0, done.stdout + done.stderr


def samples(text: str) -> dict[str, set[str]]:
    """The names of the labels of every metric."""
    families = text_string_to_metric_families(text)
    return {sample.name: set(sample.labels) for family in families for sample in family.samples}


def test_the_page_says_what_kind_of_number_each_metric_is(rendered: str) -> None:
    families = {family.name: family for family in text_string_to_metric_families(rendered)}
    assert [family.name for family in families.values() if not family.documentation] == []
    kinds = {name: family.type for name, family in families.items()}
    assert {name for name, kind in kinds.items() if kind == "counter"} == {"plangate_false_alarms"}
    assert set(kinds.values()) == {"counter", "gauge"}
    assert samples(rendered)["plangate_false_alarms_total"] == {"rule"}


def test_every_metric_stands_on_the_page_for_hosts(rendered: str) -> None:
    table = set(re.findall(r"^\| `(plangate_\w+)", PAGE, re.MULTILINE))
    assert table == set(samples(rendered))


@pytest.mark.parametrize("expression", [*(rule["expr"] for rule in RULES), *PANELS])
def test_dashboard_and_alerts_ask_for_metrics_and_labels_that_exist(rendered: str, expression: str) -> None:
    there = samples(rendered) | {"up": set()}
    asked = re.findall(r"(plangate_\w+|\bup\b)(?:\{([^}]*)\})?", expression)
    assert asked
    labels = {"job", "instance"} | set().union(*(there[name] for name, _ in asked))
    for _, selector in asked:
        assert set(re.findall(r"(\w+)=~?\"", selector)) <= labels
    for names in re.findall(r"by \(([^)]*)\)", expression):
        assert set(names.split(", ")) <= labels


def test_every_alert_has_its_section_and_leads_there() -> None:
    names = [rule["alert"] for rule in RULES]
    sections = re.findall(r"^#### (Plangate\w+)$", PAGE, re.MULTILINE)
    assert sections == names
    for rule in RULES:
        assert rule["annotations"]["runbook_url"] == f"{PROJECT_URL}/docs/operations/#{rule['alert'].lower()}"
        assert rule["labels"]["severity"] in {"critical", "warning", "info"}


def test_the_dashboard_names_only_alerts_that_exist_and_has_no_panel_on_another() -> None:
    text = json.dumps(DASHBOARD)
    assert set(re.findall(r"Plangate[A-Z]\w+", text)) <= {rule["alert"] for rule in RULES}
    cells = [
        (x, y)
        for panel in DASHBOARD["panels"]
        for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
    ]
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])


@promtool
def test_prometheus_finds_nothing_to_complain_of(rendered: str, tmp_path: Path) -> None:
    checked("check", "metrics", text=rendered)
    checked("check", "rules", "alerts.yml")
    panels = [
        {"record": f"panel:{number}", "expr": expression.replace("$job", "plangate")}
        for number, expression in enumerate(PANELS)
    ]
    (tmp_path / "panels.yml").write_text(json.dumps({"groups": [{"name": "panels", "rules": panels}]}))
    checked("check", "rules", tmp_path / "panels.yml")


@promtool
def test_each_fault_raises_its_alert_and_a_healthy_server_none() -> None:
    tested = (FOLDER / "alerts_test.yml").read_text(encoding="utf-8")
    for rule in RULES:
        assert tested.count(f"alertname: {rule['alert']}") == 2
    checked("test", "rules", "alerts_test.yml")


@promtool
def test_the_configuration_of_the_page_is_one(tmp_path: Path) -> None:
    (written,) = re.findall(r"^```yaml\n(scrape_configs:.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    (tmp_path / "token").write_text("t")
    shutil.copy(FOLDER / "alerts.yml", tmp_path)
    (tmp_path / "prometheus.yml").write_text(written.replace("/etc/prometheus/plangate-token", str(tmp_path / "token")))
    checked("check", "config", tmp_path / "prometheus.yml")
