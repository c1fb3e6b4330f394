"""The data sheet names every permission, every table and every period that the code has."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from bot.adapters.database.migrate import migrations
from bot.app.reconcile import DAY, Rhythm
from bot.app.worker import Patience

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/data.md").read_text(encoding="utf-8")
WITHOUT_DATA = {"probe"}


def test_every_permission_has_its_reason() -> None:
    manifest = yaml.safe_load((ROOT / "app.yml").read_text(encoding="utf-8"))
    told = dict(re.findall(r"^\| `(\w+): (\w+)` \|", PAGE, re.MULTILINE))
    assert told == manifest["default_permissions"]


def test_every_table_of_the_database_is_in_a_row_with_its_period() -> None:
    tables = set(re.findall(r"CREATE TABLE (\w+)", "".join(migrations().values()))) - WITHOUT_DATA
    rows = [line for line in PAGE.splitlines() if line.startswith("|")]
    told = {name for line in rows for name in re.findall(r"`([a-z_]+)`", line.split("|")[1])}
    assert tables <= told, "a new table: say what it holds, and until when"


def test_the_periods_are_those_of_the_code() -> None:
    periods = Patience(), Rhythm()
    done, dead, reports = (seconds / DAY for seconds in (periods[0].keep_done, periods[0].keep_dead, periods[1].keep))
    assert f"{done:.0f} days after they are done; {dead:.0f} days as dead letters" in PAGE
    (until,) = re.findall(r"^\| the last report .*\| (\d+) days \|$", PAGE, re.MULTILINE)
    assert int(until) == reports
    (after,) = re.findall(r"^\| how far .*\| (\d+) days after the App is removed \|$", PAGE, re.MULTILINE)
    assert int(after) - 1 == periods[1].keep_sights / DAY


def test_the_page_stays_a_page() -> None:
    assert len(PAGE.splitlines()) <= 80
