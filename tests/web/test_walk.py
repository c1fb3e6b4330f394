"""A real browser walks the whole way: setup, register, install, push, verdict, login, its page, boards, a refusal."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

from bot.sandbox.world import World
from tests.chromium import chromium, look, opened
from tests.first_start import started
from tests.processes import answers, until
from tests.sandbox.gh import in_shell
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
    page.click("text=The command")
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


def first_verdict(page: Page, repository: str) -> None:
    """Plan a feature that breaks a principle and does not say why, and open a pull request."""
    write(page, repository, "main", "specs/001-search/spec.md", SPEC)
    write(page, repository, "001-search", "specs/001-search/plan.md", plan("FAIL"))
    page.goto(f"{repository}?head=001-search")
    page.select_option("form[action$='/pulls'] select[name=as]", "ada")
    page.click("button:has-text('Open pull request')")
    reloaded_until(page, "text=1 violation unjustified")
    reloaded_until(page, "text=is violated and not justified")
    look(page, "7-pull-request")
    page.click("text=Details")
    page.wait_for_selector("text=View more details on")
    look(page, "8-first-verdict")


def required(page: Page, folder: Path, world: World, command: str) -> None:
    """Require the check with the command of the setup page's last step; the merge button is then off."""
    number = page.url.partition("/checks")[0]
    done = in_shell(folder, world, "grace", command)
    assert (done.returncode, "integration_id" in done.stdout) == (0, True), done
    page.goto(number)
    page.wait_for_selector("text=Merging is blocked: a required check does not pass.")
    assert page.is_disabled("button:has-text('Merge pull request')")
    look(page, "9-required")
    page.click("text=Details")


def log_in(page: Page, login: str) -> None:
    """Authorize the App at GitHub as a person."""
    page.wait_for_selector("h1:has-text('Authorize')")
    page.select_option("select#as", login)
    page.click("button:has-text('Authorize')")


def pages_of(page: Page) -> str:
    """Look at the verdict's page and the boards as somebody who can read the repository; the address of the page."""
    page.click("text=View more details on")
    page.wait_for_selector("h1:has-text('Authorize')")
    look(page, "10-authorize")
    log_in(page, "ada")
    page.wait_for_selector("h1:has-text('1 violation unjustified')")
    look(page, "11-verdict")
    address = page.url
    page.click("nav >> text=Boards")
    look(page, "12-boards")
    page.click("main >> text=acme")
    look(page, "13-account")
    page.click("main >> text=ferry")
    page.wait_for_selector("text=001-search")
    look(page, "14-board")
    return address


def refused(page: Page, address: str) -> None:
    """Somebody who cannot read the repository logs in, and gets the page of something that is not there."""
    page.goto(address)
    log_in(page, "mallory")
    page.wait_for_selector("text=or you cannot read its repository on GitHub")
    assert "001-search" not in page.content()
    look(page, "15-refused")


@pytest.mark.slow
def test_from_nothing_to_a_first_verdict_and_its_page(tmp_path: Path) -> None:
    complaints: list[str] = []
    with (
        World() as world,
        chromium() as browser,
        started(tmp_path, world, PLANGATE_PAGES="login") as (_, port, link),
    ):
        ferry = world.create_repository("acme", "ferry", {"README.md": "# Ferry\n", **SPEC_KIT}, private=True)
        world.user("ada", role="write", repository=ferry)
        world.user("grace", role="admin", repository=ferry)
        world.user("mallory")
        page = opened(browser, complaints)
        register(page, link)
        command = page.inner_text("details pre").replace("OWNER/REPO", "acme/ferry")
        until(lambda: answers(port))
        install(page)
        page.click("text=acme/ferry")
        look(page, "6-repository")
        first_verdict(page, f"{world.url}/acme/ferry")
        required(page, tmp_path, world, command)
        address = pages_of(page)
        assert complaints == []
        refused(opened(browser, complaints), address)
    assert [each for each in complaints if "404" not in each] == []
