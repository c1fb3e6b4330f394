"""From nothing to a first verdict in a real browser: setup, register, install, push, verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

from bot.sandbox.world import World
from tests.chromium import chromium, look, opened
from tests.first_start import started
from tests.processes import answers, until
from tests.stage import SPEC, SPEC_KIT, plan

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page


def register(page: Page, link: str) -> None:
    """Open the printed address, and agree on GitHub."""
    page.goto(link)
    assert "token=" not in page.url
    look(page, "1-setup")
    page.click("text=Continue on GitHub")
    look(page, "2-github-asks")
    page.click("text=Create GitHub App")
    page.wait_for_selector("h1:has-text('plangate is registered')")
    look(page, "3-registered")


def install(page: Page) -> None:
    """Press the button of the last page, and choose a repository."""
    page.click("text=Install it on your repositories")
    look(page, "4-install")
    page.check("text=Only acme/ferry")
    page.click("button:has-text('Install on acme')")
    page.wait_for_selector("text=Installed on acme")
    look(page, "5-installed")


def write(page: Page, repository: str, branch: str, path: str, text: str) -> None:
    """Write a new file in the browser and commit it to a branch as ada."""
    page.goto(f"{repository}/new/{branch}?{urlencode({'filename': path, 'value': text})}")
    page.select_option("select[name=as]", "ada")
    page.click("main button.main")
    page.wait_for_selector("text=Pull requests")


def reloaded_until(page: Page, selector: str) -> None:
    """Reload the page until it shows something."""

    def shows() -> bool:
        page.goto(page.url.partition("?")[0])
        return page.query_selector(selector) is not None

    until(shows)


@pytest.mark.slow
def test_from_nothing_to_a_first_verdict(tmp_path: Path) -> None:
    complaints: list[str] = []
    with World() as world, chromium() as browser, started(tmp_path, world) as (_, port, link):
        ferry = world.create_repository("acme", "ferry", {"README.md": "# Ferry\n", **SPEC_KIT})
        world.user("ada", role="admin", repository=ferry)
        page = opened(browser, complaints)
        register(page, link)
        until(lambda: answers(port))
        install(page)
        page.click("text=acme/ferry")
        look(page, "6-repository")
        repository = f"{world.url}/acme/ferry"
        write(page, repository, "main", "specs/001-search/spec.md", SPEC)
        write(page, repository, "001-search", "specs/001-search/plan.md", plan("FAIL"))
        page.goto(f"{repository}?head=001-search")
        page.select_option("form[action$='/pulls'] select[name=as]", "ada")
        page.click("button:has-text('Open pull request')")
        reloaded_until(page, "text=1 violation unjustified")
        look(page, "7-pull-request")
        page.click("text=Details")
        page.wait_for_selector("text=is violated and not justified")
        look(page, "8-first-verdict")
    assert complaints == []
