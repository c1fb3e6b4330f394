"""The pages that everybody may read, as a browser gets them."""

from __future__ import annotations

import html
import re
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from werkzeug.test import Client

from bot.adapters.clock import SystemClock
from bot.adapters.database.migrate import migrate
from bot.adapters.github.repository import GitHubRepositories
from bot.app.judging import JudgingHere
from bot.app.service import Service
from bot.host.bootstrap import service, web_application
from bot.host.settings import Settings
from bot.host.storage import open_storage
from bot.rules import RULES
from bot.web.guide import guide
from tests.stage import SPEC_KIT, Stage, feature, plan

if TYPE_CHECKING:
    from collections.abc import Iterator

STYLES = Path(__file__).parents[2] / "bot/web/static/plain.css"
PAGES = ["/", "/rules", "/configuration", *(f"/rules/{rule.id}" for rule in RULES)]


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Client]:
    with site(tmp_path) as browser:
        yield browser


@contextmanager
def site(folder: Path, url: str = "https://gate.acme.example") -> Iterator[Client]:
    """A browser at the web application of a server with this address."""
    settings = Settings(directory=folder, url=url, webhook_secrets=("secret",))
    migrate(settings.database)
    storage = open_storage(settings, SystemClock())
    yield Client(web_application(settings, storage=storage))
    storage.queue.close()


def links(page: str) -> Iterator[str]:
    return (html.unescape(link) for link in re.findall(r'href="([^"]+)"', page))


def test_every_rule_has_its_page_with_the_words_of_the_rule(browser: Client) -> None:
    for rule in RULES:
        page = browser.get(f"/rules/{rule.id}")
        assert page.status_code == 200
        text = html.unescape(re.sub(r"<[^>]+>", "", page.text))
        assert f"{rule.title}." in text
        headings = re.findall(r'<h2 id="[a-z-]+">([^<]+)</h2>', page.text)
        assert headings == ["What it does", "Why", "How to fix", "Example", "Use instead", "Severity"]
    assert guide("").rules.keys() == {rule.id for rule in RULES}


def test_the_list_names_every_rule_with_its_severity(browser: Client) -> None:
    page = browser.get("/rules").text
    for rule in RULES:
        severity = rule.severity.value if rule.on else "off"
        assert re.search(rf'<span class="mark {severity}">{severity}</span> <span><a href="/rules/{rule.id}">', page)


@pytest.mark.parametrize("base", ["", "/gate"])
def test_every_link_of_every_page_leads_somewhere(tmp_path: Path, base: str) -> None:
    with site(tmp_path, f"https://acme.example{base}") as browser:
        pages = {f"{base}{address}": browser.get(address).text for address in PAGES}
        with browser.get("/static/plain.css") as styles:
            pages[f"{base}/static/plain.css"] = styles.get_data(as_text=True)
    assert len(pages) == 4 + len(RULES)
    for address, page in pages.items():
        for link in links(page):
            path, _, anchor = link.partition("#")
            if path.startswith("https://"):
                continue
            assert (path or address) in pages, f"{address} leads to {link}"
            assert not anchor or f'id="{anchor}"' in pages[path or address], f"{address} leads to {link}"


def test_a_page_needs_no_script_and_nothing_from_elsewhere(browser: Client) -> None:
    for address in PAGES:
        page = browser.get(address)
        assert "<script" not in page.text
        assert " style=" not in page.text
        assert not re.search(r'(?:src|action|rel="stylesheet" href)="(?:https?:)?//', page.text)
        assert page.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self';")
    assert len(STYLES.read_bytes()) < 20_000


def test_an_unknown_page_says_so_and_leads_back(browser: Client) -> None:
    for address in ("/rules/nothing", "/rules/%3Cscript%3E", "/nothing"):
        page = browser.get(address)
        assert page.status_code == 404
        assert "There is no such page" in page.text
        assert "script" not in page.text


def test_what_plangate_says_on_github_leads_to_this_server(tmp_path: Path) -> None:
    with Stage(tmp_path) as stage:
        settings = Settings(url="https://gate.acme.example", app_slug=stage.world.app.slug)
        repositories = GitHubRepositories(stage.app, stage.clock)
        handler = service(settings, stage.queue, stage.store, repositories, stage.clock)
        assert isinstance(handler, Service)
        # Here, because a busy machine may start a process so late that the job is tried again.
        stage.service = replace(handler, judging=JudgingHere())
        repository = stage.world.create_repository("acme", "ferry", SPEC_KIT)
        stage.install(repository)
        broken = {".github/app.yml": "plangate:\n  mode: loud\n"}
        files = feature(text=plan("FAIL")) | broken
        stage.world.push(repository, "001-search", files, author="ada")
        pull = stage.world.open_pull_request(repository, "001-search", author="ada")
        stage.drain()
        said = [run.summary or "" for run in stage.runs(repository, pull.head_sha)]
        said += [comment.body for comment in stage.comments(repository, pull.number)]
    assert len(said) == 3
    ours = {link for text in said for link in re.findall(r"\]: (https://gate\.acme\.example\S+)", text)}
    assert "https://gate.acme.example/rules/unjustified-violation" in ours
    assert "https://gate.acme.example/configuration" in ours
    assert not re.search(r"plangate\.example", "".join(said))
    with site(tmp_path) as browser:
        for link in ours:
            assert browser.get(link.removeprefix("https://gate.acme.example")).status_code == 200
