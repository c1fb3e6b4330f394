"""`plangate waivers`: everything that was let pass, for people and for machines."""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING

from bot.adapters.clock import SystemClock
from bot.cli import main
from bot.core.forge.stored import Installation, SeenRepository, Waiver
from bot.host import storage
from bot.host.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

GIVEN = Waiver(
    42, "dead-link", "f", "specs/001-a", "t", "the page\u202e moves", "mona", 7, 1_764_500_000.0, until="2027-01-31"
)


def test_all_waivers_are_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(directory=tmp_path)
    storage.prepare(settings)
    opened = storage.open_storage(settings, SystemClock())
    with closing(opened.queue):
        store = opened.store()
        store.keep_installation(Installation(1, "acme"))
        store.see_repository(SeenRepository(42, 1, "acme", "ferry", 0.0))
        store.add_waiver(GIVEN)
    monkeypatch.setenv("PLANGATE_DIRECTORY", str(tmp_path))
    assert main(["waivers"]) == 0
    line = capsys.readouterr().out
    assert line == (
        "2025-11-30 acme/ferry#7 dead-link in specs/001-a by mona (maintain) until 2027-01-31: the page moves\n"
    )
    assert main(["waivers", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["repository"], shown["rule"], shown["until"]) == ("acme/ferry", "dead-link", "2027-01-31")
    assert shown["given_at"] == "2025-11-30T10:53:20Z"
