"""The pages in Chromium: in both themes and on a phone, held to axe-core's rules of accessibility.

`PLANGATE_PICTURES` names a folder for a picture of each page.
"""

from __future__ import annotations

import shutil
import subprocess
import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from werkzeug.serving import make_server

from bot.core.forge.lost_deliveries import GAP
from bot.core.forge.stored import Waiver
from tests.chromium import THEMES, WIDTHS, chromium, look
from tests.processes import free_port
from tests.stage import SPEC_KIT, Stage, feature, plan
from tests.web.hosted import Hosted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

    from bot.sandbox.state import PullRequest, Repository

AXE = "axe-core@4.11.0"
TASKS = "# Tasks\n\n" + "".join(f"- [{'x' if n < 8 else ' '}] T{n:03} Write part {n}\n" for n in range(1, 13))
PRINCIPLES = (
    "I. Library First",
    "II. Test First (NON-NEGOTIABLE)",
    "III. Simplicity",
    "IV. Observability",
    "V. Data Protection",
)


def constitution() -> str:
    articles = "".join(f"### {title}\n\nEvery feature follows this principle.\n\n" for title in PRINCIPLES)
    return f"# Ferry Constitution\n\n## Core Principles\n\n{articles}## Governance\n\n**Version**: 1.0.0\n"


def checked(*verdicts: str, rows: str = "") -> str:
    """A plan with a verdict on each of the first principles."""
    head, _, tail = plan(rows=rows).partition("| I. Library First")
    pairs = zip(PRINCIPLES, verdicts, strict=False)
    lines = "".join(f"| {title} | {verdict} | see `specs/` and the notes of the crew |\n" for title, verdict in pairs)
    return head + lines + tail.partition("tests come first |\n")[2]


@pytest.fixture(scope="module")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The script of axe-core, from npm."""
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed, so axe-core cannot be fetched")
    folder = tmp_path_factory.mktemp("axe")
    command = ["npm", "install", "--silent", "--no-save", "--prefix", str(folder), AXE]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=100)
    if done.returncode:
        pytest.skip("axe-core cannot be fetched")
    return (folder / "node_modules/axe-core/axe.min.js").read_text()


class Site:
    """A server with something on every page."""

    def __init__(self, stage: Stage) -> None:
        self.url = f"http://127.0.0.1:{free_port()}"
        self.hosted = Hosted(stage, pages="login", site=self.url)
        self.stage, self.world = stage, stage.world
        files = {**SPEC_KIT, ".specify/memory/constitution.md": constitution()}
        files |= feature("specs/001-timetable", checked("PASS", "PASS", "PASS", "PASS", "PASS"))
        self.ferry = self.world.create_repository("acme", "ferry", files, private=True)
        self.world.organization("acme").type = "Organization"
        self.world.organization("acme").owners.add("ada")
        self.secret = self.world.create_repository("umbrella", "secret", SPEC_KIT, private=True)
        stage.install(self.ferry)
        next(iter(self.world.hub.state.installations.values())).permissions["members"] = "read"
        stage.install(self.secret)
        self.world.sign_in("ada")
        self.first = self._pulls()
        self._more()

    def _pull(self, number: int, slug: str, text: str, **more: str) -> PullRequest:
        name = f"{number:03}-{slug}"
        self.world.push(self.ferry, name, feature(f"specs/{name}", text) | more, author="ada")
        return self.world.open_pull_request(self.ferry, name, author="ada")

    def _pulls(self) -> PullRequest:
        row = "| III. Simplicity | the index needs a second process | one process blocks the timetable for minutes |\n"
        first = self._pull(2, "port-search-index", checked("FAIL", "PASS", "FAIL", "", "PARTIAL", rows=row))
        self._pull(3, "tide-warnings", checked("PASS", "PASS", "PASS", "N/A: no events", "PASS"), **{
            "specs/003-tide-warnings/tasks.md": TASKS, "src/tides.py": "TIDES = []\n",
        })  # fmt: skip
        self._pull(4, "crew-rota", checked("PASS", "", "PASS"))
        self.world.push(self.ferry, "005-fares", feature("specs/005-fares", checked("PASS", "PASS")), author="ada")
        closed = self._pull(6, "old-idea", checked("PASS", "PASS", "PASS", "PASS", "PASS"))
        self.stage.drain()
        self.world.close_pull_request(closed)
        self.world.advance(7_400.0)
        text = checked("FAIL", "PASS", "FAIL", "", "PASS", rows=row)
        self.world.push(self.ferry, "002-port-search-index", feature("specs/002-port-search-index", text), author="ada")
        issue = self.world.open_issue(self.ferry, "Show when the ferry is full", author="ada")
        self.world.comment(self.ferry, issue.number, "/plan", author="ada")
        self.stage.drain()
        return first

    def _more(self) -> None:
        now, store = self.stage.clock.now(), self.stage.store
        reason = "The crew agreed to keep both numbers until the spring timetable is out."
        waiver = Waiver(
            self.ferry.id, "number-collision", "f", "specs/003-tide-warnings", "t", reason, "mona", 2, now - 400_000
        )
        store.add_waiver(waiver)
        store.add_waiver(replace(waiver, rule="missing-artifact", given_at=now - 9_000, until="2020-01-31"))
        self.world.push(self.ferry, "005-fares", feature("specs/005-fares", checked("PASS")), author="ada")
        self.stage.deliver()
        job = self.stage.queue.lease("stage")
        if job is not None:
            self.stage.queue.bury(job, "GitHub answered 422 to the check run: the commit is gone")
        store.set_cursor(GAP, "75.0")

    def page_of(self, repository: Repository, sha: str) -> str:
        return self.stage.run(repository, sha).details_url or ""

    def paths(self) -> dict[str, str]:
        """Every kind of page by a name for its picture."""
        return {
            "home": "/",
            "rules": "/rules",
            "rule": "/rules/unjustified-violation",
            "configuration": "/configuration",
            "boards": "/boards",
            "account": "/boards/acme",
            "board": "/boards/acme/ferry",
            "verdict": self.page_of(self.ferry, self.first.head_sha).removeprefix(self.url),
            "refused": "/boards/umbrella/secret",
            "lost": "/login/done",
        }


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with Stage(tmp_path_factory.mktemp("site")) as stage:
        site = Site(stage)
        server = make_server("127.0.0.1", int(site.url.rpartition(":")[2]), site.hosted.site, threaded=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield site
        server.shutdown()
        thread.join()


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_every_page_in_a_real_browser(site: Site, axe: str) -> None:
    requested: list[str] = []
    with chromium() as browser:
        # The policy of the pages lets no script in, axe-core either.
        context = browser.new_context(bypass_csp=True, reduced_motion="reduce")
        page = context.new_page()
        page.goto(f"{site.url}/login")
        page.on("request", lambda request: requested.append(request.url))
        for name, path in site.paths().items():
            response = page.goto(site.url + path)
            assert response is not None
            assert response.status == {"refused": 404, "lost": 400}.get(name, 200), name
            assert page.query_selector("script") is None, name
            look(page, f"page-{name}")
            page.add_script_tag(content=axe)
            # The theme decides about colours, the width about the layout.
            for theme, width in zip(THEMES, WIDTHS.values(), strict=True):
                page.emulate_media(color_scheme=theme)
                page.set_viewport_size({"width": width, "height": 900})
                assert mistakes(page) == [], f"{name}, {theme}, {width} pixels"
        context.close()
    assert [address for address in requested if not address.startswith(site.url)] == []


def mistakes(page: Page) -> list[str]:
    """What axe-core calls serious or critical."""
    found: dict[str, Any] = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert found["passes"], "it looked at something"
    serious = [each for each in found["violations"] if each["impact"] in {"serious", "critical"}]
    return [
        f"{each['id']}: {node['html']} {node['failureSummary']}"[:400] for each in serious for node in each["nodes"]
    ]


def test_there_is_one_small_stylesheet() -> None:
    sheets = list((Path(__file__).parents[2] / "bot" / "web" / "static").iterdir())
    assert [sheet.name for sheet in sheets] == ["plain.css"]
    assert sheets[0].stat().st_size < 20_000
