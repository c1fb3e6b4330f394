"""docs/pages.md lists every route with who may use it, and every route has its test."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from flask import Flask

from bot.core.hosting.registration import RegistrationOptions
from bot.host.bootstrap import web_application
from bot.host.settings import Settings
from bot.web import setup
from bot.web.setup import SetupPage
from tests.stage import Stage
from tests.web.hosted import storage_of
from tools.docs.routes import TESTS, routes_page

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]


def setup_page(folder: Path) -> SetupPage:
    address = "https://gate.example"
    return SetupPage("token", {}, {}, address, address, address, address, folder, RegistrationOptions(), "")


@pytest.fixture
def page(tmp_path: Path) -> Iterator[str]:
    settings = Settings(
        url="https://gate.example", pages="login", client_id="Iv1", client_secret="hush", directory=tmp_path
    )
    with Stage(tmp_path) as stage:
        site = web_application(settings, stage.clock, storage_of(stage))
        yield routes_page(site.pages, setup.pages(setup_page(tmp_path)))


def test_the_committed_page_is_the_generated_one(page: str) -> None:
    path = ROOT / "docs/pages.md"
    if os.environ.get("UPDATE"):
        path.write_text(page)
    assert page == path.read_text()


def test_every_test_in_the_table_exists() -> None:
    for place in TESTS.values():
        file, _, name = place.partition("::")
        assert re.search(rf"def {name}\(", (ROOT / file).read_text()), place


def test_a_route_that_nobody_thought_of_is_an_error() -> None:
    app = Flask("bot.web.app", static_folder=None)
    app.add_url_rule("/open", view_func=lambda: "open", endpoint="open")
    with pytest.raises(LookupError, match="GET /open has no access"):
        routes_page(app, Flask("bot.web.app", static_folder=None))
